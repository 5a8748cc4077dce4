-- What was begun on the telephone and is gone on with by its caller (F6). The platform
-- seals the half form to the gateway, which gives it once to the account of the same
-- number that knows whom the call was about. It has no township: nobody has applied yet.

-- +goose Up
create table begun_form (
    call        text        primary key references call (id),
    blind       bytea       not null, -- of the caller's number
    wrapped     bytea,                -- to the gateway; null once it was given
    sealed      bytea,
    staff       bigint      not null,
    handed      timestamptz not null,
    until       timestamptz not null,
    taken       timestamptz,
    citizen     text        references citizen (id),
    application uuid,                 -- what came of it
    check ((wrapped is null) = (sealed is null)),
    check ((taken is null) = (citizen is null)),
    check (taken is null or sealed is null),
    check (application is null or taken is not null)
);
create index begun_form_of on begun_form (blind, handed) where taken is null;
create index begun_form_old on begun_form (until);

-- Who tried to say whom a call was about, and how often in vain.
create table begun_try (
    call     text     not null references begun_form (call) on delete cascade,
    citizen  text     not null references citizen (id),
    tries    smallint not null default 0 check (tries between 0 and 3),
    declined boolean  not null default false,
    primary key (call, citizen)
);

grant select, insert, delete on begun_form to lianou_platform;
grant update (wrapped, sealed, staff, handed, until, application) on begun_form to lianou_platform;
grant select (call, blind, wrapped, sealed, handed, until, taken, citizen) on begun_form to lianou_gateway;
grant update (wrapped, sealed, taken, citizen) on begun_form to lianou_gateway;
grant select, insert on begun_try to lianou_gateway;
grant update (tries, declined) on begun_try to lianou_gateway;
grant select, delete on begun_try to lianou_platform;
grant select on begun_form, begun_try to lianou_check, lianou_backup;

create policy audit_write_begun on audit_entry for insert to lianou_gateway
    with check (actor_kind = 'citizen' and act in ('begun.taken', 'begun.wrong') and case_id = 0);

-- A call that its caller finished is done without an agent.
alter table call drop constraint call_done_by;
alter table call add constraint call_done_by check (done is null or agent is not null or outcome in ('self_served', 'applied'));

-- +goose Down
update call set done = null, outcome = '' where agent is null and outcome = 'applied';
alter table call drop constraint call_done_by;
alter table call add constraint call_done_by check (done is null or agent is not null or outcome = 'self_served');
drop policy audit_write_begun on audit_entry;
drop table begun_try;
drop table begun_form;
