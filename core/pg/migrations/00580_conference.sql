-- The case conference (一事一议) is data (F103): why it was called, who came, what each of them
-- voted, what was resolved, and two people's signatures in sessions of their own. A case leaves
-- the conference only by one that was signed twice, or was called off with why; what is granted
-- afterwards is no more than was resolved, and not after its day. It grants nothing by itself: it
-- was two free texts before.

-- +goose Up
create table conference (
    id         bigint generated always as identity primary key,
    case_id    bigint not null,
    region     text not null,
    ground     text not null check (ground in ('refused', 'unknown', 'hardship')), -- the rules say no, cannot say yet, or the hardship is beyond them
    why        text not null check (length(btrim(why)) between 4 and 2000),
    called_by  bigint not null,                 -- 0: called before conferences were kept
    called     timestamptz not null,
    on_day     date not null,
    place      text not null check (length(btrim(place)) between 1 and 60),
    minutes    bytea,                           -- sealed: what was said
    digest     text not null default '' check (digest = '' or digest ~ '^[0-9a-f]{64}$'), -- of minutes, votes and what was resolved
    outcome    text not null default '' check (outcome in ('', 'help', 'not', 'look')),
    reasons    text not null default '' check (length(reasons) <= 600), -- the household reads them
    claim_id   bigint references claim (id),    -- what is helped with
    amount     bigint check (amount > 0),       -- fen; null where it is no money
    period     text not null default '',        -- how often the amount is given, as in claim
    until_day  date,                            -- the last day on which it may be granted
    above      boolean not null default false,  -- beyond what a township may decide
    first_by   bigint,
    first_at   timestamptz,
    second_by  bigint,
    second_at  timestamptz,
    off_by     bigint,
    off_at     timestamptz,
    off_why    text not null default '' check (length(off_why) <= 600),
    constraint conference_minutes check ((minutes is null) = (first_at is null) and (minutes is null) = (first_by is null)
        and (minutes is null) = (digest = '') and (minutes is null) = (outcome = '') and (minutes is null) = (btrim(reasons) = '')),
    constraint conference_help check ((outcome = 'help') = (claim_id is not null) and (outcome = 'help') = (until_day is not null)
        and (outcome = 'help' or amount is null)),
    constraint conference_second check ((second_at is null) = (second_by is null) and (second_at is null or minutes is not null)
        and (second_by is null or second_by <> first_by)),
    constraint conference_off check ((off_at is null) = (off_by is null) and (off_at is null) = (btrim(off_why) = '') and (off_at is null or second_at is null)),
    unique (id, case_id, region),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create unique index conference_open on conference (case_id) where second_at is null and off_at is null;
create index conference_case on conference (case_id);
create index conference_claim on conference (claim_id) where claim_id is not null;
create index conference_ended on conference (region, coalesce(second_at, off_at)) where second_at is not null or off_at is not null;

-- Who was asked to it: accounts of the staff, and people from elsewhere by name and function.
create table conference_member (
    conference bigint not null,
    case_id    bigint not null,
    region     text not null,
    nth        smallint not null check (nth between 1 and 31),
    staff      bigint,                          -- null: from elsewhere
    name       text not null check (length(btrim(name)) between 1 and 40),
    function   text not null check (length(btrim(function)) between 1 and 40),
    vote       text not null default '' check (vote in ('', 'for', 'against', 'abstained', 'absent')),
    primary key (conference, nth),
    foreign key (conference, case_id, region) references conference (id, case_id, region) on update cascade
);
create unique index conference_member_staff on conference_member (conference, staff) where staff is not null;
create unique index conference_member_name on conference_member (conference, name) where staff is null;
create index conference_member_case on conference_member (case_id);
call lianou_scope_table('conference');
call lianou_scope_table('conference_member');
grant select, insert on conference, conference_member to lianou_platform;
grant update (on_day, place, minutes, digest, outcome, reasons, claim_id, amount, period, until_day, above, first_by, first_at, second_by, second_at,
    off_by, off_at, off_why) on conference to lianou_platform;
grant update (vote) on conference_member to lianou_platform;

-- What waits in a conference already gets one that may be held or called off.
-- +goose StatementBegin
do $$
begin
    perform set_config('lianou.city', 'on', true);
    insert into conference (case_id, region, ground, why, called_by, called, on_day, place)
        select id, region, 'hardship', '原来的理由见时间线', coalesce(officer, 0), updated, (lianou_now() at time zone interval '8 hours')::date + 14, '另定'
        from casefile where state = 'conference';
    perform set_config('lianou.city', '', true);
end $$;

-- Kin of the household are at no conference, and neither is who lives in it; who was asked stays
-- asked. Votes are taken before the minutes are signed: whoever writes those anew takes back theirs first.
create function conference_member_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    c conference%rowtype;
    wrong text := '';
begin
    select * into c from conference where id = new.conference;
    if c.second_at is not null or c.off_at is not null then
        wrong := 'conference_stays';
    elsif tg_op = 'UPDATE' then
        if (new.conference, new.case_id, new.nth, new.name, new.function) is distinct from (old.conference, old.case_id, old.nth, old.name, old.function)
           or new.staff is distinct from old.staff or c.minutes is not null and new.vote <> old.vote then
            wrong := 'conference_stays';
        end if;
    elsif new.vote <> '' or c.minutes is not null then
        wrong := 'conference_stays';
    elsif exists (select from case_conflict k where k.case_id = new.case_id and k.staff = new.staff)
       or new.staff is null and (exists (select from case_member m where m.case_id = new.case_id and m.name = new.name)
           or exists (select from casefile f where f.id = new.case_id and f.applicant = new.name)) then
        wrong := 'conference_kin';
    end if;
    if wrong <> '' and (tg_op = 'INSERT' or new.region = old.region) then
        raise exception 'not to be at a conference' using errcode = 'check_violation', constraint = wrong, table = 'conference_member';
    end if;
    return new;
end $$;

-- Three people at least, an odd number, no kin; more than half of them for what is written down.
-- Two of the staff who were there sign it, the second what the first wrote and nothing else.
create function conference_votes(c conference) returns text language plpgsql stable set search_path = public, pg_temp as $$
declare
    came integer; agreed integer; silent integer;
begin
    select count(*) filter (where vote not in ('', 'absent')), count(*) filter (where vote = 'for'), count(*) filter (where vote = '')
        into came, agreed, silent from conference_member where conference = c.id;
    if came < 3 or came % 2 = 0 or silent > 0 then
        return 'conference_people';
    elsif agreed * 2 <= came then
        return 'conference_majority';
    elsif exists (select from conference_member m join case_conflict k on k.case_id = m.case_id and k.staff = m.staff
                  where m.conference = c.id and m.vote <> 'absent') then
        return 'conference_kin';
    elsif not exists (select from conference_member m where m.conference = c.id and m.staff = c.first_by and m.vote not in ('', 'absent'))
       or c.second_by is not null and not exists (select from conference_member m where m.conference = c.id and m.staff = c.second_by and m.vote not in ('', 'absent')) then
        return 'conference_signed';
    elsif c.claim_id is not null and not exists (select from claim k where k.id = c.claim_id and k.case_id = c.case_id) then
        return 'conference_help';
    end if;
    return '';
end $$;

create function conference_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    wrong text := '';
begin
    if tg_op = 'INSERT' then
        if new.minutes is not null or new.off_at is not null
           or not exists (select from casefile f where f.id = new.case_id and f.state in ('accepted', 'visiting', 'paid_pending_papers')) then
            wrong := 'conference_stays';
        elsif exists (select from case_conflict k where k.case_id = new.case_id and k.staff = new.called_by) then
            wrong := 'conference_kin';
        end if;
    elsif (new.id, new.case_id, new.ground, new.why, new.called_by, new.called) is distinct from (old.id, old.case_id, old.ground, old.why, old.called_by, old.called) then
        wrong := 'conference_stays';
    elsif old.second_at is not null or old.off_at is not null then
        if row(new.*) is distinct from row(old.*) and new.region = old.region then
            wrong := 'conference_stays';
        end if;
    elsif new.second_at is not null and (old.minutes is null
          or (new.minutes, new.digest, new.outcome, new.reasons, new.claim_id, new.amount, new.period, new.until_day, new.above, new.first_by, new.first_at, new.on_day, new.place)
             is distinct from (old.minutes, old.digest, old.outcome, old.reasons, old.claim_id, old.amount, old.period, old.until_day, old.above, old.first_by, old.first_at, old.on_day, old.place)) then
        wrong := 'conference_signed';
    elsif new.off_at is not null then
        if exists (select from case_conflict k where k.case_id = new.case_id and k.staff = new.off_by) then
            wrong := 'conference_kin';
        end if;
    end if;
    if wrong = '' and tg_op = 'UPDATE' and new.minutes is not null and old.second_at is null and new.off_at is null then
        wrong := conference_votes(new);
    end if;
    if wrong <> '' then
        raise exception 'no conference' using errcode = 'check_violation', constraint = wrong, table = 'conference';
    end if;
    return new;
end $$;

-- A case is in conference while one is open, and leaves it by its end.
create function case_conference_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if (new.state = 'conference') <> exists (select from conference c where c.case_id = new.id and c.second_at is null and c.off_at is null)
       or old.state = 'conference' and not exists (select from conference c where c.case_id = new.id) then
        raise exception 'a conference begins by a call, and ends by two signatures or a word' using errcode = 'check_violation', table = 'casefile', constraint = 'case_conference';
    end if;
    return new;
end $$;

-- What the last conference on a claim resolved binds what is proposed and granted.
create function conference_binds() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    last conference%rowtype;
    sum bigint := new.amount;
begin
    select * into last from conference c where c.outcome = 'help' and c.second_at is not null
        and c.claim_id = case tg_table_name when 'claim' then (to_jsonb(new) ->> 'id')::bigint else (to_jsonb(new) ->> 'claim_id')::bigint end
        order by c.second_at desc, c.id desc limit 1;
    if not found then
        return new;
    end if;
    if sum > last.amount then
        raise exception 'more than was resolved' using errcode = 'check_violation', table = tg_table_name, constraint = 'conference_amount';
    elsif (lianou_now() at time zone interval '8 hours')::date > last.until_day then
        raise exception 'after its day' using errcode = 'check_violation', table = tg_table_name, constraint = 'conference_until';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger conference_member_guard before insert or update on conference_member for each row execute function conference_member_guard();
create trigger conference_guard before insert or update on conference for each row execute function conference_guard();
-- After casefile_guard, by its name: what is no step at all is refused as that.
create trigger casefile_rests_on_conference before update of state on casefile for each row
    when (old.state is distinct from new.state and 'conference' in (old.state, new.state)) execute function case_conference_guard();
create trigger claim_within_conference before update of proposal, amount on claim for each row
    when (new.state = 'reviewed' and new.proposal = 'approve' and (new.state, new.proposal, new.amount) is distinct from (old.state, old.proposal, old.amount)) execute function conference_binds();
create trigger decision_within_conference before insert on decision for each row when (new.outcome = 'approved') execute function conference_binds();

-- A case does not rest there: the day of its conference climbs like every other.
-- +goose StatementBegin
do $$
declare
    was text := (select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'deadline'::regclass and conname = 'deadline_kind_check');
begin
    alter table deadline drop constraint deadline_kind_check;
    execute 'alter table deadline add constraint deadline_kind_check ' || replace(was, 'ARRAY[', 'ARRAY[''conference''::text, ');
    perform set_config('lianou.city', 'on', true);
    insert into deadline (case_id, region, claim_id, kind, due, next, first_due, level)
        select case_id, region, 0, 'conference', on_day, on_day, on_day, 1 from conference;
    perform set_config('lianou.city', '', true);
end $$;
-- +goose StatementEnd

-- +goose Down
select set_config('lianou.city', 'on', true);
delete from climb b using deadline d where d.id = b.deadline and d.kind = 'conference';
delete from deadline where kind = 'conference';
select set_config('lianou.city', '', true);
-- +goose StatementBegin
do $$
declare
    was text := (select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'deadline'::regclass and conname = 'deadline_kind_check');
begin
    alter table deadline drop constraint deadline_kind_check;
    execute 'alter table deadline add constraint deadline_kind_check ' || replace(was, '''conference''::text, ', '');
end $$;
-- +goose StatementEnd
drop trigger casefile_rests_on_conference on casefile;
drop trigger claim_within_conference on claim;
drop trigger decision_within_conference on decision;
drop function conference_votes(conference);
drop table conference_member, conference;
drop function case_conference_guard(), conference_binds(), conference_guard(), conference_member_guard();
