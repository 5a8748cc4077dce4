-- What the city's records say of somebody who is being asked (已知的不再问). The gateway asks
-- sealed to the platform, with the name, the number and the telephone that were proved;
-- the platform answers sealed to the gateway, always, and with nothing for who is not the
-- person. It has no township: nobody has applied yet.

-- +goose Up
create table record_ask (
    id          text        primary key check (length(id) between 8 and 64),
    citizen     text        not null references citizen (id),
    wrapped     bytea, -- to the platform; null once it was answered
    sealed      bytea,
    asked       timestamptz not null,
    answered    timestamptz,
    out_wrapped bytea, -- to the gateway; null once it was taken
    out_sealed  bytea,
    check ((wrapped is null) = (sealed is null)),
    check ((out_wrapped is null) = (out_sealed is null)),
    check ((answered is null) = (sealed is not null))
);
create index record_ask_of on record_ask (citizen, asked);
create index record_ask_old on record_ask (asked);
grant select, insert on record_ask to lianou_gateway;
grant update (out_wrapped, out_sealed) on record_ask to lianou_gateway;
grant select, delete on record_ask to lianou_platform;
grant update (wrapped, sealed, answered, out_wrapped, out_sealed) on record_ask to lianou_platform;
grant select on record_ask to lianou_check, lianou_backup;

-- +goose Down
drop table record_ask;
