-- Who acts for whom (代办, domain.md 7.3): by which right, how far and until when. A row is
-- written with the application that it was claimed in, and is never changed but by its end.

-- +goose Up
create table mandate (
    id          bigint      generated always as identity primary key,
    case_id     bigint      not null,
    region      text        not null,
    application uuid        not null unique,
    receipt     text        not null,
    kind        text        not null check (kind in ('member', 'guardian', 'entrusted', 'committee', 'official')),
    principal   text        not null check (principal <> ''), -- name of who is acted for
    agent       text        not null,                         -- name of who acts
    account     text        not null default '',              -- of the agent; '' for one who came to a window or telephoned
    staff       bigint,                                       -- who typed it
    scopes      text[]      not null check (scopes <@ array['apply', 'supplement', 'notices', 'money'] and scopes <> '{}'),
    document    text        not null check (document in ('hukou', 'guardianship', 'entrustment', 'letter', 'duty')), -- what proves it
    proof       text        not null default '' check (proof = '' or proof ~ '^[0-9a-f]{64}$'),              -- digest of it, '' until it is brought
    from_day    date        not null,
    until_day   date        not null,
    claimed     timestamptz not null,
    revoked     timestamptz,
    revoked_by  text        not null default '' check (revoked_by in ('', 'agent', 'principal', 'staff')),
    check (until_day >= from_day),
    check ((revoked is null) = (revoked_by = '')),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create index mandate_account on mandate (account, principal) where account <> '';
call lianou_scope_table('mandate');
grant select, insert on mandate to lianou_platform;
grant update (revoked, revoked_by) on mandate to lianou_platform;
grant select on mandate to lianou_check, lianou_backup;

-- Through the gateway a row opens to who may see the application it came with: the
-- agent's account, and the person by their receipt and number. Both may end it.
create policy mandate_subject on mandate for select to lianou_gateway
    using (account <> '' and account = (select current_setting('lianou.subject', true))
           or exists (select from case_status s where s.application = mandate.application));
create policy mandate_end on mandate for update to lianou_gateway
    using (account <> '' and account = (select current_setting('lianou.subject', true))
           or exists (select from case_status s where s.application = mandate.application));
grant select on mandate to lianou_gateway;
grant update (revoked, revoked_by) on mandate to lianou_gateway;
create policy audit_write_mandate on audit_entry for insert to lianou_gateway
    with check (actor_kind = 'citizen' and act in ('mandate.used', 'mandate.revoked') and case_id = 0);

alter table case_doubt drop constraint case_doubt_kind_check;
alter table case_doubt add constraint case_doubt_kind_check check (kind in ('account', 'name', 'twin', 'number', 'mismatch', 'elsewhere', 'relative', 'guardian'));

-- +goose Down
delete from case_doubt where kind = 'guardian';
alter table case_doubt drop constraint case_doubt_kind_check;
alter table case_doubt add constraint case_doubt_kind_check check (kind in ('account', 'name', 'twin', 'number', 'mismatch', 'elsewhere', 'relative'));
drop policy audit_write_mandate on audit_entry;
drop table mandate;
