-- What no machine may decide: whether two applications are one household's
-- (security.md P20). An application that meets an open case from another account
-- or telephone lies beside it as 'contested' until an officer has looked at both;
-- account, telephone and card stay with each application until then.

-- +goose Up
insert into case_transition (entity, from_state, to_state) values
    ('application', 'received', 'contested'),
    ('application', 'contested', 'linked'),    -- one request, said a person
    ('application', 'contested', 'set_aside'), -- not the household's own, said a person
    ('application', 'contested', 'received'),  -- another matter: gets a case of its own
    ('application', 'routed', 'set_aside'),    -- the one that came first was not the household's own
    ('application', 'linked', 'set_aside');

alter table casefile
    add column number_key bytea check (length(number_key) = 32), -- keyed hash of the applicant's number; applicant_key is the same where it holds a place
    add column speaks     uuid;                                  -- the application whose contact we tell; null: the first
update casefile set number_key = decode(applicant_key, 'hex') where applicant_key <> '';
create index casefile_number on casefile (number_key) where number_key is not null and state not in ('settled', 'withdrawn');

alter table case_application
    add column applicant     text not null default '',
    add column applicant_id  bytea, -- sealed, as the next two, with the case's key
    add column contact_name  text not null default '',
    add column capacity      text not null default '',
    add column contact_phone bytea,
    add column account       bytea,
    add column urgent        boolean not null default false,
    add column facts         jsonb not null default '{}'; -- as they were said
grant update (case_id, story, applicant_id, contact_phone, account) on case_application to lianou_platform;
grant update (case_id) on case_status to lianou_platform;
grant update (applicant, applicant_id, applicant_key, number_key, speaks, contact_name, capacity, contact_phone, live_detail, story, papers, call_id)
    on casefile to lianou_platform;
grant update (name, id_number) on case_member to lianou_platform;

create table case_doubt (
    id          bigint generated always as identity primary key,
    case_id     bigint not null,
    region      text not null,
    application uuid not null, -- the one in doubt
    kind        text not null check (kind in ('account', 'name', 'twin', 'number', 'mismatch', 'elsewhere')),
    other       bigint,        -- the other case, where the doubt is about two
    made        timestamptz not null,
    verdict     text not null default '' check (verdict in ('', 'merged', 'replaced', 'apart', 'set_aside', 'looked')),
    reason      text not null default '',
    looked_by   bigint,
    looked_at   timestamptz,
    unique (case_id, application, kind),
    check ((verdict = '') = (looked_by is null) and (verdict = '') = (looked_at is null)),
    check (verdict = '' or reason <> ''),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create index case_doubt_open on case_doubt (region, made) where verdict = '';
call lianou_scope_table('case_doubt');
grant select, insert on case_doubt to lianou_platform;
grant update (verdict, reason, looked_by, looked_at) on case_doubt to lianou_platform;

-- Nothing is decided over an application nobody has looked at.
-- +goose StatementBegin
create function decision_doubt_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if exists (select 1 from case_doubt d where d.case_id = new.case_id and d.verdict = '') then
        raise exception 'decided over an open doubt'
            using errcode = 'check_violation', constraint = 'decision_doubt', table = 'decision';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger decision_doubt_guard before insert on decision
    for each row execute function decision_doubt_guard();

-- +goose Down
drop trigger decision_doubt_guard on decision;
drop function decision_doubt_guard;
drop table case_doubt;
alter table case_application drop column applicant, drop column applicant_id, drop column contact_name, drop column capacity,
    drop column contact_phone, drop column account, drop column urgent, drop column facts;
drop index casefile_number;
alter table casefile drop column number_key, drop column speaks;
delete from case_transition where entity = 'application' and (from_state = 'contested' or to_state in ('contested', 'set_aside'));
