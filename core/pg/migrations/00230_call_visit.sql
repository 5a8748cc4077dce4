-- Whom nobody reached by telephone is gone to (上门找人, features.md F93): one row for a
-- call rung back three times in vain, written by the transaction that ends the third
-- time. The place is a township, or a sorting desk where nobody knows the place yet:
-- agents find it out. What is known of the person is sealed to the platform.

-- +goose Up
create table call_visit (
    id      bigint      generated always as identity primary key,
    call    text        not null unique references call (id),
    region  text        not null check (region ~ '^[0-9]{9}$'),
    village text        not null default '' check (village = '' or village ~ '^[0-9]{12}$' and left(village, 9) = region),
    source  text        not null check (source in ('', 'form', 'confirmed', 'said', 'number', 'asked')), -- how the place is known
    lost    boolean     not null, -- nobody knows where, or nobody there knows them: agents find out
    wrapped bytea       not null,
    sealed  bytea       not null,
    tries   smallint    not null default 0 check (tries >= 0), -- times gone to in vain
    made    timestamptz not null,
    due     date        not null,
    done    timestamptz,
    result  text        not null default '' check (result in ('', 'reached', 'ended')),
    staff   bigint,     -- who ended it
    check ((done is null) = (result = '')),
    check ((done is null) = (staff is null))
);
call lianou_scope_table('call_visit');
create index call_visit_open on call_visit (region, due) where done is null;
create index call_visit_due on call_visit (due) where done is null;
grant select, insert on call_visit to lianou_platform;
grant update (region, village, source, lost, wrapped, sealed, tries, due, done, result, staff) on call_visit to lianou_platform;
grant select on call_visit to lianou_check, lianou_backup;

-- +goose Down
drop table call_visit;
