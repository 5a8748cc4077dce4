-- Two rows of the register that people found to be one person may each have a case. Of
-- two that nobody has taken up one lies with the other from then on; of any others both
-- officers are asked to look. What was linked is written here, so that who takes the
-- rows apart again takes the cases apart too (security.md P20).

-- +goose Up
insert into case_transition (entity, from_state, to_state) values
    ('application', 'routed', 'linked'),    -- lies with the elder case of the same person
    ('application', 'routed', 'contested'), -- and an officer has to look whose it is
    ('application', 'linked', 'routed'),    -- two people after all
    ('application', 'contested', 'routed'),
    ('case', 'withdrawn', 'open');          -- the case of the second, as it was

create table case_joined (
    id           bigint generated always as identity primary key,
    region       text        not null, -- of the elder
    elder        bigint      not null,
    younger      bigint      not null references casefile (id),
    kept         bigint      not null, -- the two rows of the register
    gone         bigint      not null,
    application  uuid,                 -- of the younger, that lies with the elder now; null where officers were asked
    facts_before integer     not null default 0, -- the elder's versions before and after it
    facts_after  integer     not null default 0,
    asked        text[]      not null default '{}', -- what the elder was asked for by it and by nothing before
    at           timestamptz not null,
    ended        timestamptz check (ended >= at),
    ender        bigint      check (ender > 0), -- staff who took the rows apart, or the application
    check (elder <> younger),
    foreign key (elder, region) references casefile (id, region) on update cascade,
    check ((ended is null) = (ender is null))
);
create unique index case_joined_once on case_joined (younger) where application is not null and ended is null;
create index case_joined_elder on case_joined (elder) where ended is null;
create index case_joined_rows on case_joined (gone, kept) where ended is null;
create index case_member_person on case_member (person) where person is not null;
call lianou_scope_table('case_joined');
grant select, insert on case_joined to lianou_platform;
grant update (ended, ender) on case_joined to lianou_platform;

alter table case_doubt drop constraint case_doubt_kind_check;
alter table case_doubt add constraint case_doubt_kind_check
    check (kind in ('account', 'name', 'twin', 'number', 'mismatch', 'elsewhere', 'relative', 'guardian', 'person'));

-- +goose Down
delete from case_doubt where kind = 'person';
alter table case_doubt drop constraint case_doubt_kind_check;
alter table case_doubt add constraint case_doubt_kind_check
    check (kind in ('account', 'name', 'twin', 'number', 'mismatch', 'elsewhere', 'relative', 'guardian'));
drop table case_joined;
drop index case_member_person;
delete from case_transition where (entity, from_state, to_state) in
    (('application', 'routed', 'linked'), ('application', 'routed', 'contested'), ('application', 'linked', 'routed'),
     ('application', 'contested', 'routed'), ('case', 'withdrawn', 'open'));
