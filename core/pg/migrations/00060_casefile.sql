-- The case (个案), its claims (事项申办) and what may happen to them.
--
-- Legality is held here and not only in Go: a state changes only along a row of
-- case_transition, an adverse outcome exists only with a named person, reasons
-- and the appeal text, and nobody proposes and approves the same claim. These
-- rules bind the application role and every console session alike (F58, F60,
-- security.md P16 and P19).
--
-- Children carry (case_id, region) as a foreign key with ON UPDATE CASCADE: a
-- case that moves to the township where the household really lives takes all its
-- rows along, and no child can stand under another township than its case.

-- +goose Up

create table case_transition (
    entity     text not null check (entity in ('application', 'case', 'claim')),
    from_state text not null, -- '' is birth
    to_state   text not null check (to_state <> ''),
    primary key (entity, from_state, to_state)
);

insert into case_transition (entity, from_state, to_state) values
    ('application', '', 'received'),
    ('application', 'received', 'identity_pending'),
    ('application', 'received', 'identified'),
    ('application', 'received', 'linked'),
    ('application', 'identity_pending', 'identified'),
    ('application', 'identity_pending', 'assessed'),
    ('application', 'identified', 'assessed'),
    ('application', 'assessed', 'routed'),

    ('case', '', 'open'),
    ('case', 'open', 'accepted'),
    ('case', 'open', 'returned'),
    ('case', 'open', 'supplement_asked'),
    ('case', 'open', 'withdrawn'),
    ('case', 'returned', 'open'),
    ('case', 'returned', 'withdrawn'),
    ('case', 'supplement_asked', 'open'),
    ('case', 'supplement_asked', 'accepted'),
    ('case', 'supplement_asked', 'visiting'),
    ('case', 'supplement_asked', 'withdrawn'),
    ('case', 'accepted', 'visiting'),
    ('case', 'accepted', 'supplement_asked'),
    ('case', 'accepted', 'paid_pending_papers'),
    ('case', 'accepted', 'conference'),
    ('case', 'accepted', 'settled'),
    ('case', 'accepted', 'withdrawn'),
    ('case', 'visiting', 'supplement_asked'),
    ('case', 'visiting', 'paid_pending_papers'),
    ('case', 'visiting', 'conference'),
    ('case', 'visiting', 'settled'),
    ('case', 'visiting', 'withdrawn'),
    ('case', 'paid_pending_papers', 'visiting'),
    ('case', 'paid_pending_papers', 'conference'),
    ('case', 'conference', 'visiting'),
    ('case', 'conference', 'settled'),
    ('case', 'settled', 'visiting'), -- an appeal reopens

    ('claim', '', 'proposed'),
    ('claim', 'proposed', 'agreed'),
    ('claim', 'proposed', 'withdrawn'),
    ('claim', 'agreed', 'reviewed'),
    ('claim', 'agreed', 'withdrawn'),
    ('claim', 'reviewed', 'agreed'), -- the approver sends it back
    ('claim', 'reviewed', 'noticed'),
    ('claim', 'reviewed', 'approved'),
    ('claim', 'reviewed', 'refused'),
    ('claim', 'reviewed', 'referred'),
    ('claim', 'noticed', 'objected'),
    ('claim', 'noticed', 'agreed'),
    ('claim', 'noticed', 'approved'),
    ('claim', 'noticed', 'refused'),
    ('claim', 'noticed', 'referred'),
    ('claim', 'objected', 'noticed'), -- unfounded: the notice runs on
    ('claim', 'objected', 'agreed'),  -- founded: reviewed again
    ('claim', 'approved', 'paying'),
    ('claim', 'approved', 'delivering'),
    ('claim', 'paying', 'told'),
    ('claim', 'delivering', 'told'),
    ('claim', 'referred', 'told'),
    ('claim', 'refused', 'told'),
    ('claim', 'refused', 'appealed'),
    ('claim', 'told', 'closed'),
    ('claim', 'told', 'appealed'),
    ('claim', 'closed', 'appealed'),
    ('claim', 'appealed', 'agreed'), -- to be reviewed again by somebody else
    ('claim', 'appealed', 'told');   -- upheld, and answered

-- A state changes only along a row of case_transition. pg_temp comes last in the
-- search path, or a temporary table of that name would be believed.
-- +goose StatementBegin
create function casefile_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    was text := '';
begin
    if tg_op = 'UPDATE' then
        if new.state = old.state then
            return new;
        end if;
        was := old.state;
    end if;
    if not exists (select 1 from case_transition
                   where entity = tg_argv[0] and from_state = was and to_state = new.state) then
        raise exception 'illegal transition of %', tg_argv[0]
            using errcode = 'check_violation', constraint = 'case_transition', table = tg_table_name;
    end if;
    return new;
end $$;
-- +goose StatementEnd

create table casefile (
    id            bigint generated always as identity primary key,
    region        text not null check (region ~ '^3714[0-9]{5}$'),
    village       text not null default '' check (village = '' or village ~ '^3714[0-9]{8}$'),
    town          text not null default '', -- names of the places, as they were
    village_name  text not null default '',
    application   uuid not null unique,
    receipt       text not null check (receipt <> ''),
    channel       text not null,
    state         text not null default 'open',
    urgent        boolean not null default false,

    household     bigint,             -- of the registry; null until somebody finds it
    person        bigint,             -- the applicant, as the registry knows them
    applicant     text not null,
    people        integer not null check (people > 0),
    entered_by    bigint,             -- staff who wrote it down for the person
    contact_name  text not null default '',
    capacity      text not null default 'self',
    data_key      bytea,              -- wrapped; null once the person was erased
    contact_phone bytea,              -- sealed
    applicant_id  bytea,              -- sealed
    live_detail   bytea,              -- sealed
    story         bytea,              -- sealed
    account       bytea,              -- sealed
    papers        jsonb not null default '[]',
    call_id       text not null default '',
    recording     text not null default '',
    asked         text[] not null default '{}', -- items named by the person

    identity      text not null default 'pending'
                  check (identity in ('pending', 'match', 'mismatch', 'not_found', 'unavailable')),
    officer       bigint,
    assistant     bigint,
    facts_version integer not null default 0,
    book          text not null default '',
    index_tenths  integer check (index_tenths between 0 and 1000),
    index_parts   integer[] not null default '{}',
    index_low     integer,
    index_high    integer,
    index_band    text not null default '',
    index_version text not null default '',

    first_contact timestamptz not null, -- the second clock, which never stops (F55)
    opened        timestamptz not null,
    routed        timestamptz,
    accepted      timestamptz,
    returned      timestamptz,
    settled       timestamptz,
    accept_due    date,
    decide_due    date,
    returns       smallint not null default 0 check (returns <= 1), -- a second bounce goes to arbitration (F55)
    updated       timestamptz not null,

    unique (id, region),
    check (state <> 'accepted' or (accepted is not null and officer is not null)),
    check (state not in ('settled', 'withdrawn') or settled is not null),
    check (cardinality(index_parts) in (0, 7))
);

-- A household has at most one open case (design.md 4).
create unique index casefile_open_household on casefile (household)
    where household is not null and state not in ('settled', 'withdrawn');
create index casefile_queue on casefile (region, urgent desc, index_tenths desc nulls last, first_contact, id)
    where state not in ('settled', 'withdrawn');
create index casefile_officer on casefile (officer) where state not in ('settled', 'withdrawn');
create index casefile_assistant on casefile (assistant) where state not in ('settled', 'withdrawn');
create index casefile_person on casefile (person) where person is not null;
create index casefile_receipt on casefile (receipt);
create index casefile_call on casefile (call_id) where call_id <> '';

create trigger casefile_guard before insert or update of state on casefile
    for each row execute function casefile_guard('case');

-- Every application, the first of a case and those linked to it: both receipts
-- stay valid (F32).
create table case_application (
    application uuid primary key,
    case_id     bigint not null,
    region      text not null,
    receipt     text not null check (receipt <> ''),
    channel     text not null,
    state       text not null default 'received',
    citizen     text not null default '',
    story       bytea, -- sealed with the case's key: what was said this time
    at          timestamptz not null,
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create index case_application_case on case_application (case_id);
create trigger case_application_guard before insert or update of state on case_application
    for each row execute function casefile_guard('application');

create table case_member (
    case_id bigint not null,
    region  text not null,
    ref     text not null,
    name    text not null default '',
    person  bigint,
    id_number bytea, -- sealed with the case's data key
    primary key (case_id, ref),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);

-- The facts a case is judged on, frozen: a new version is a new row, an old one
-- is never touched, and a decision names the version it rests on (F66, F74).
create table case_facts (
    case_id    bigint not null,
    region     text not null,
    version    integer not null check (version > 0),
    at         timestamptz not null,
    facts      jsonb not null,
    provenance jsonb not null,
    digest     text not null check (digest ~ '^[0-9a-f]{64}$'),
    cause      text not null, -- "application", "visit", "supplement"
    by_staff   bigint,
    primary key (case_id, version),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);

create table finding (
    case_id   bigint not null,
    region    text not null,
    version   integer not null,
    item      text not null,
    name      text not null,
    position  smallint not null,
    outcome   text not null check (outcome in ('eligible', 'not_eligible', 'unknown')),
    bundled   boolean not null,
    reasons   jsonb not null,
    missing   text[] not null,
    benefit   jsonb not null,
    after     text not null default '', -- follows once that item is granted
    book      text not null check (book <> ''),
    primary key (case_id, version, item),
    foreign key (case_id, version) references case_facts (case_id, version),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);

create table claim (
    id          bigint generated always as identity primary key,
    case_id     bigint not null,
    region      text not null,
    item        text not null,
    name        text not null,             -- official
    everyday    text not null,             -- as citizens say it
    department  text not null,
    state       text not null default 'proposed',
    decides     text not null check (decides in ('township', 'county', 'outside')),
    notice_days smallint not null check (notice_days between 0 and 30),
    cash        boolean not null,
    amount      bigint check (amount >= 0), -- fen, as proposed and then as decided
    period      text not null default '',
    sample      boolean not null default false,
    emergency   boolean not null default false,
    agreed_by   bigint,
    proposer    bigint,
    proposal    text not null default '' check (proposal in ('', 'approve', 'refuse', 'refer')),
    reasons     jsonb not null default '[]',
    due         date,
    told_text   text not null default '',
    result      text not null default '', -- what the outside body answered
    money       text not null default '' check (money in ('', 'sent', 'returned', 'paid')),
    paid        timestamptz,
    delivered   timestamptz,
    told        timestamptz,
    created     timestamptz not null,
    updated     timestamptz not null,
    unique (case_id, item),
    unique (id, case_id, region),
    foreign key (case_id, region) references casefile (id, region) on update cascade,
    check (state not in ('reviewed', 'noticed', 'objected', 'approved', 'refused', 'referred')
           or (proposer is not null and proposal <> '' and jsonb_array_length(reasons) > 0)),
    check (state <> 'paying' or cash),
    check (state <> 'delivering' or not cash),
    check (state <> 'closed' or told is not null),
    check ((money = 'paid') = (paid is not null)),
    check (proposal <> 'approve' or not cash or amount is not null)
);
create index claim_due on claim (region, due) where state not in ('told', 'closed', 'withdrawn');

create trigger claim_guard before insert or update of state on claim
    for each row execute function casefile_guard('claim');

create table visit (
    id           bigint generated always as identity primary key,
    case_id      bigint not null,
    region       text not null,
    first_staff  bigint not null,
    second_staff bigint not null,
    planned      date not null,
    planned_at   timestamptz not null,
    done         timestamptz,
    remote       text not null default '', -- why by phone or video, in a major emergency only
    facts_version integer,
    present      text not null default '', -- the household member who was there and signed
    place        text not null default '', -- "lon,lat" as the device gave it
    statement    bytea,                    -- sealed: what the two saw
    recording    text not null default '',
    signatures   jsonb not null default '{}', -- digest by who: first, second, household
    photos       text[] not null default '{}',
    check (first_staff <> second_staff), -- two people go, always (domain.md 3.5)
    check (done is null or (statement is not null and present <> ''
           and signatures ?& array['first', 'second', 'household'])),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create index visit_case on visit (case_id);
create unique index visit_one_planned on visit (case_id) where done is null;

create table public_notice (
    id        bigint generated always as identity primary key,
    claim_id  bigint not null,
    case_id   bigint not null,
    region    text not null,
    item_name text not null,
    from_day  date not null,
    until_day date not null, -- the last day it hangs
    place     text not null check (place <> ''),
    name      text not null check (name <> ''), -- masked before it is written
    people    integer not null,
    amount    bigint,
    period    text not null default '',
    sample    boolean not null,
    proposer  bigint not null,
    state     text not null default 'up' check (state in ('up', 'ended', 'stopped')),
    check (until_day > from_day),
    foreign key (claim_id, case_id, region) references claim (id, case_id, region) on update cascade
);
create unique index public_notice_up on public_notice (claim_id) where state = 'up';
create index public_notice_until on public_notice (until_day) where state = 'up';
create index public_notice_case on public_notice (case_id);

create table objection (
    id        bigint generated always as identity primary key,
    notice_id bigint not null references public_notice (id),
    claim_id  bigint not null,
    case_id   bigint not null,
    region    text not null,
    at        timestamptz not null,
    says      bytea not null, -- sealed: text and who said it
    outcome   text check (outcome in ('founded', 'unfounded')),
    by_staff  bigint,
    reasons   text not null default '',
    answered  timestamptz,
    check ((outcome is null) = (answered is null)),
    check (outcome is null or (by_staff is not null and reasons <> '')),
    foreign key (claim_id, case_id, region) references claim (id, case_id, region) on update cascade
);
create index objection_case on objection (case_id);

-- A decision names the people, the reasons, the evidence and the way to appeal,
-- or it does not exist.
create table decision (
    id            bigint generated always as identity primary key,
    claim_id      bigint not null,
    case_id       bigint not null,
    region        text not null,
    outcome       text not null check (outcome in ('approved', 'refused', 'referred')),
    amount        bigint check (amount >= 0),
    period        text not null default '',
    sample        boolean not null,
    proposer      bigint not null,
    approver      bigint not null,
    reasons       jsonb not null check (jsonb_typeof(reasons) = 'array' and jsonb_array_length(reasons) > 0),
    appeal        text not null check (length(appeal) >= 10),
    evidence      jsonb not null check (jsonb_typeof(evidence) = 'object' and evidence <> '{}'),
    facts_version integer not null,
    facts_digest  text not null,
    book          text not null,
    at            timestamptz not null,
    digest        text not null check (digest ~ '^[0-9a-f]{64}$'),
    check (proposer <> approver),
    foreign key (claim_id, case_id, region) references claim (id, case_id, region) on update cascade,
    foreign key (case_id, facts_version) references case_facts (case_id, version)
);
create index decision_claim on decision (claim_id);
create index decision_case on decision (case_id);

-- Staff who are kin of a member of the household: they may do nothing here (F60).
create table case_conflict (
    case_id  bigint not null,
    region   text not null,
    staff    bigint not null,
    relation text not null,
    primary key (case_id, staff),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);

-- What happened, once for citizens and once for staff. An empty citizen text is
-- an inside matter.
create table case_event (
    id         bigint generated always as identity primary key,
    case_id    bigint not null,
    region     text not null,
    at         timestamptz not null,
    kind       text not null,
    actor_kind text not null check (actor_kind in ('citizen', 'staff', 'job', 'outside')),
    actor      text not null default '',
    citizen    text not null default '',
    staff      text not null check (staff <> ''),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create index case_event_case on case_event (case_id, id);

create table deadline (
    id       bigint generated always as identity primary key,
    case_id  bigint not null,
    region   text not null,
    claim_id bigint not null default 0, -- 0: of the whole case
    kind     text not null check (kind in ('contact', 'accept', 'visit', 'decide', 'papers', 'supplement')),
    due      date not null,             -- the last good day
    met      timestamptz,
    level    smallint not null default 0 check (level between 0 and 3), -- told so far: nobody, township, county, city
    next     date not null,             -- the day after which the next level is told
    unique (case_id, claim_id, kind),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create index deadline_open on deadline (next) where met is null and level < 3;

-- Somebody has to walk or phone: a notice that reached nobody by itself (F69).
create table call_task (
    id        bigint generated always as identity primary key,
    case_id   bigint not null,
    region    text not null,
    claim_id  bigint not null default 0,
    notice    text not null default '', -- of core/notify
    assistant bigint,
    says      text not null check (says <> ''),
    made      timestamptz not null,
    due       date not null,
    done      timestamptz,
    by_staff  bigint,
    how       text not null default '',
    check (done is null or (by_staff is not null and how <> '')),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create unique index call_task_notice on call_task (notice) where notice <> '';
create index call_task_open on call_task (region, due) where done is null;

-- What the public edge may read: one row for each application, written in the
-- transaction that changes the case. Through the gateway it opens to the citizen's
-- account, or to a caller who knows the receipt and the last four of the ID number.
create table case_status (
    application uuid primary key,
    case_id     bigint not null,
    region      text not null,
    receipt     text not null,
    citizen     text not null default '',
    phone_key   text not null default '', -- keyed hash of receipt and last four of the ID number
    status      text not null check (status <> ''), -- of core/wording
    detail      text not null default '',
    next        text not null default '', -- what comes now and by when, one sentence
    items       jsonb not null default '[]',
    timeline    jsonb not null default '[]',
    updated     timestamptz not null,
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create index case_status_citizen on case_status (citizen) where citizen <> '';
create index case_status_receipt on case_status (receipt);
create index case_status_phone on case_status (phone_key) where phone_key <> '';

-- An adverse or a granting outcome needs its decision in the same transaction,
-- by the same outcome, and a notice that has hung its days without an open
-- objection (F62, F66, P19).
-- +goose StatementBegin
create function claim_outcome_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    last decision%rowtype;
begin
    if new.state = old.state then
        return new;
    end if;
    if new.state in ('approved', 'refused', 'referred') then
        select * into last from decision where claim_id = new.id order by id desc limit 1;
        if not found or last.outcome <> new.state or last.proposer is distinct from new.proposer
           or last.at < old.updated then
            raise exception 'outcome without its decision'
                using errcode = 'check_violation', constraint = 'claim_decision', table = 'claim';
        end if;
        if exists (select 1 from objection where claim_id = new.id and answered is null) then
            raise exception 'objection still open'
                using errcode = 'check_violation', constraint = 'claim_objection', table = 'claim';
        end if;
    end if;
    if new.state = 'approved' and new.notice_days > 0 and not new.emergency
       and not exists (select 1 from public_notice n where n.claim_id = new.id and n.state = 'ended'
                       and n.until_day - n.from_day >= new.notice_days
                       and n.until_day < (last.at at time zone interval '8 hours')::date) then
        raise exception 'notice has not run its days'
            using errcode = 'check_violation', constraint = 'claim_notice', table = 'claim';
    end if;
    if new.state = 'told' and old.state = 'paying' and new.paid is null
       or new.state = 'told' and old.state = 'delivering' and new.delivered is null then
        raise exception 'told before it was done'
            using errcode = 'check_violation', constraint = 'claim_told', table = 'claim';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger claim_outcome_guard before update of state on claim
    for each row execute function claim_outcome_guard();

-- The approver is nobody who wrote the application down, visited, or is kin; the
-- proposer is not kin. Two visitors are not kin either.
-- +goose StatementBegin
create function decision_people_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if exists (select 1 from case_conflict c where c.case_id = new.case_id and c.staff in (new.proposer, new.approver))
       or exists (select 1 from casefile f where f.id = new.case_id and f.entered_by = new.approver)
       or exists (select 1 from visit v where v.case_id = new.case_id and new.approver in (v.first_staff, v.second_staff)) then
        raise exception 'decided by somebody who may not'
            using errcode = 'check_violation', constraint = 'decision_people', table = 'decision';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger decision_people_guard before insert on decision
    for each row execute function decision_people_guard();

-- +goose StatementBegin
create function visit_people_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if exists (select 1 from case_conflict c where c.case_id = new.case_id
               and c.staff in (new.first_staff, new.second_staff)) then
        raise exception 'visited by kin'
            using errcode = 'check_violation', constraint = 'visit_people', table = 'visit';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger visit_people_guard before insert or update on visit
    for each row execute function visit_people_guard();

call lianou_scope_table('casefile');
call lianou_scope_table('case_application');
call lianou_scope_table('case_member');
call lianou_scope_table('case_facts');
call lianou_scope_table('finding');
call lianou_scope_table('claim');
call lianou_scope_table('visit');
call lianou_scope_table('public_notice');
call lianou_scope_table('objection');
call lianou_scope_table('decision');
call lianou_scope_table('case_conflict');
call lianou_scope_table('case_event');
call lianou_scope_table('deadline');
call lianou_scope_table('call_task');
call lianou_scope_table('case_status');

-- Through the gateway a row opens to its subject and to nobody else.
create policy case_status_subject on case_status for select to lianou_gateway
    using (citizen <> '' and citizen = (select current_setting('lianou.subject', true))
           or phone_key <> '' and 'phone:' || phone_key = (select current_setting('lianou.subject', true)));

grant select on case_transition to lianou_platform;
grant select, insert on casefile, case_application, case_member, case_facts, finding, claim, visit, public_notice,
    objection, decision, case_conflict, case_event, deadline, call_task, case_status to lianou_platform;
grant update (region, village, town, village_name, state, urgent, household, person, identity, officer, assistant, facts_version, book,
    index_tenths, index_parts, index_low, index_high, index_band, index_version, routed, accepted, returned, settled,
    accept_due, decide_due, returns, updated, account, recording) on casefile to lianou_platform;
grant update (state, citizen) on case_application to lianou_platform;
grant update (person) on case_member to lianou_platform;
grant update (state, decides, amount, period, sample, emergency, agreed_by, proposer, proposal, reasons, due, told_text, result,
    money, paid, delivered, told, updated) on claim to lianou_platform;
grant update (first_staff, second_staff, planned, done, remote, facts_version, present, place, statement, recording,
    signatures, photos) on visit to lianou_platform;
grant update (state) on public_notice to lianou_platform;
grant update (outcome, by_staff, reasons, answered) on objection to lianou_platform;
grant update (due, met, level, next) on deadline to lianou_platform;
grant update (assistant, done, by_staff, how) on call_task to lianou_platform;
grant update (citizen, phone_key, status, detail, next, items, timeline, updated) on case_status to lianou_platform;
grant select on case_status to lianou_gateway;

-- +goose Down
drop table case_status, call_task, deadline, case_event, case_conflict, decision, objection, public_notice, visit, claim,
    finding, case_facts, case_member, case_application, casefile, case_transition;
drop function casefile_guard, claim_outcome_guard, decision_people_guard, visit_people_guard;
