-- A decision is read by its household as a letter: the text of then, as the desk prints it,
-- without a name. The gateway has no key and cannot write one, so the platform lays it down
-- with the decision. It opens to whom the money of the case is shown (payout_through) and to
-- nobody else, no helper who was invited among them: there are sums in it. Reasons stand in
-- the clear here as in case_status, which the same people read.

-- +goose Up
create table letter (
    id         bigint generated always as identity primary key,
    case_id    bigint not null,
    claim_id   bigint not null,
    region     text not null,
    decision   bigint unique references decision (id),
    change     bigint unique references benefit_change (id), -- a stop, which is no row of decision
    item       text not null,
    name       text not null check (name <> ''), -- of the item, as citizens say it
    title      text not null check (title <> ''),
    paragraphs jsonb not null check (jsonb_typeof(paragraphs) = 'array' and jsonb_array_length(paragraphs) between 1 and 20),
    signed     text not null check (signed <> ''), -- who decided
    on_day     date not null,
    code       text not null, -- by which 12345 knows it; '' for a stop
    check ((decision is null) <> (change is null)),
    foreign key (claim_id, case_id, region) references claim (id, case_id, region) on update cascade
);
create index letter_case on letter (case_id, id);
call lianou_scope_table('letter');
create policy letter_subject on letter for select to lianou_gateway
    using (exists (select from payout_through(case_id)));
grant select, insert on letter to lianou_platform;
grant select on letter to lianou_gateway;

-- Each reading stands in the log with its purpose, before a word of it is shown.
create policy audit_write_letter on audit_entry for insert to lianou_gateway
    with check (actor_kind = 'citizen' and act = 'letter.read' and subject like 'letter:%'
                and actor_id = (select current_setting('lianou.subject', true)) and exists (select from payout_through(case_id)));

-- +goose Down
drop policy audit_write_letter on audit_entry;
drop table letter;
