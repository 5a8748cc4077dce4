-- +goose Up
-- An application on its way from the public edge to the back office, sealed to
-- the platform's public key; written once. The gateway adds and cannot read.
create table handover (
    application uuid        primary key,
    region      text        not null check (region ~ '^3714[0-9]{5}$'),
    wrapped_key bytea       not null check (octet_length(wrapped_key) between 1 and 1024),
    sealed      bytea       not null check (octet_length(sealed) between 1 and 2097152),
    at          timestamptz not null
);
call lianou_scope_table('handover');
-- The gateway stores applications of the whole city and sees none of them.
create policy handover_put on handover for insert to lianou_gateway with check (true);
grant insert on handover to lianou_gateway;
-- The desk's own doors hand over too: an agent, a clerk, a village assistant.
grant select, insert on handover to lianou_platform;
