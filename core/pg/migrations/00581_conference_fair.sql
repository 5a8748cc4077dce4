-- What was found wrong in case conferences: one bound every later change of money for ever; who had
-- refused an item could bind it again through a conference while an appeal asked about it; votes of the
-- staff were what one writer typed; one person of the county voided what had been minuted; why it was
-- called lay there in the clear.

-- +goose Up
-- Words are sealed with the case's key like the minutes; rows of before keep theirs.
alter table conference
    alter column why set default '',
    add column why_sealed     bytea,
    add column reasons_sealed bytea,
    add column off_sealed     bytea,
    add column lapsed         timestamptz,                   -- the household gave up the item that was resolved on
    add column off_first      bigint check (off_first > 0),  -- who asked first to call off what is minuted already
    add column off_first_at   timestamptz,
    drop constraint conference_why_check,
    add constraint conference_why_check check (case when why_sealed is null then length(btrim(why)) between 4 and 2000 else why = '' end),
    drop constraint conference_minutes,
    add constraint conference_minutes check ((minutes is null) = (first_at is null) and (minutes is null) = (first_by is null) and (minutes is null) = (digest = '')
        and (minutes is null) = (outcome = '') and (minutes is null) = (btrim(reasons) = '' and reasons_sealed is null)),
    drop constraint conference_off,
    add constraint conference_off check ((off_at is null) = (off_by is null) and (off_first is null) = (off_first_at is null) and (off_at is null or second_at is null)
        and (off_at is null and off_first is null) = (btrim(off_why) = '' and off_sealed is null)),
    add constraint conference_off_two check (off_by <> off_first),
    add constraint conference_lapsed check (lapsed is null or (second_at is not null and outcome = 'help'));
alter table conference_member
    add column confirmed timestamptz, -- when somebody of the staff read the minutes in a session of their own, and found them right
    add constraint conference_member_confirmed check (confirmed is null or staff is not null);
grant update (reasons_sealed, off_sealed, lapsed, off_first, off_first_at) on conference to lianou_platform;
grant update (confirmed) on conference_member to lianou_platform;

-- +goose StatementBegin
-- Whether somebody had a part in what an open appeal of a case asks about.
create function conference_barred(id bigint, who bigint) returns boolean language sql stable set search_path = public, pg_temp as $$
    select exists (select from appeal a where a.case_id = id and a.state in ('open', 'proposed') and appeal_bars(a, who))
$$;

create or replace function conference_member_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
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
        elsif new.confirmed is null then
            if old.confirmed is not null and c.minutes is not null then
                wrong := 'conference_stays';
            end if;
        elsif c.minutes is null or old.confirmed is not null and new.confirmed is distinct from old.confirmed then
            wrong := 'conference_stays';
        elsif new.vote in ('', 'absent') or new.staff = c.first_by then
            wrong := 'conference_signed';
        elsif exists (select from case_conflict k where k.case_id = new.case_id and k.staff = new.staff) then
            wrong := 'conference_kin';
        elsif conference_barred(new.case_id, new.staff) then
            wrong := 'conference_barred';
        end if;
    elsif new.vote <> '' or new.confirmed is not null or c.minutes is not null then
        wrong := 'conference_stays';
    elsif exists (select from case_conflict k where k.case_id = new.case_id and k.staff = new.staff)
       or new.staff is null and (exists (select from case_member m where m.case_id = new.case_id and m.name = new.name)
           or exists (select from casefile f where f.id = new.case_id and f.applicant = new.name)) then
        wrong := 'conference_kin';
    elsif conference_barred(new.case_id, new.staff) then
        wrong := 'conference_barred';
    end if;
    if wrong <> '' and (tg_op = 'INSERT' or new.region = old.region) then
        raise exception 'not to be at a conference' using errcode = 'check_violation', constraint = wrong, table = 'conference_member';
    end if;
    return new;
end $$;

-- The second signature comes last: after everybody of the staff who was there and did not write found
-- the minutes right. It is about an item that nobody has decided meanwhile.
create or replace function conference_votes(c conference) returns text language plpgsql stable set search_path = public, pg_temp as $$
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
    elsif exists (select from conference_member m where m.conference = c.id and m.vote <> 'absent' and conference_barred(c.case_id, m.staff)) then
        return 'conference_barred';
    elsif not exists (select from conference_member m where m.conference = c.id and m.staff = c.first_by and m.vote not in ('', 'absent'))
       or c.second_by is not null and not exists (select from conference_member m where m.conference = c.id and m.staff = c.second_by and m.vote not in ('', 'absent')) then
        return 'conference_signed';
    elsif c.second_by is not null and exists (select from conference_member m where m.conference = c.id and m.staff is not null and m.vote <> 'absent'
                  and m.confirmed is null and m.staff not in (c.first_by, c.second_by) and c.first_by <> c.second_by) then
        return 'conference_unconfirmed';
    elsif c.claim_id is not null and not exists (select from claim k where k.id = c.claim_id and k.case_id = c.case_id
                  and k.state in ('proposed', 'agreed', 'reviewed', 'noticed', 'objected')) then
        return 'conference_help';
    end if;
    return '';
end $$;

create or replace function conference_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    wrong text := '';
    asks boolean := tg_op = 'UPDATE' and new.off_first is not null and new.off_first is distinct from old.off_first;
    written text[] := '{minutes,digest,outcome,reasons,reasons_sealed,claim_id,amount,period,until_day,above,first_by,first_at,on_day,place}';
    differs boolean := tg_op = 'UPDATE' and exists (select from unnest(written) w where to_jsonb(new) -> w is distinct from to_jsonb(old) -> w);
begin
    if tg_op = 'INSERT' then
        if new.minutes is not null or new.off_at is not null or new.off_first is not null
           or not exists (select from casefile f where f.id = new.case_id and f.state in ('accepted', 'visiting', 'paid_pending_papers')) then
            wrong := 'conference_stays';
        elsif exists (select from case_conflict k where k.case_id = new.case_id and k.staff = new.called_by) then
            wrong := 'conference_kin';
        elsif conference_barred(new.case_id, new.called_by) then
            wrong := 'conference_barred';
        end if;
    elsif (new.id, new.case_id, new.ground, new.why, new.why_sealed, new.called_by, new.called) is distinct from (old.id, old.case_id, old.ground, old.why, old.why_sealed, old.called_by, old.called) then
        wrong := 'conference_stays';
    elsif old.second_at is not null or old.off_at is not null then
        if (to_jsonb(new) - 'region' - 'lapsed') <> (to_jsonb(old) - 'region' - 'lapsed') or new.lapsed is distinct from old.lapsed
           and (old.lapsed is not null or not exists (select from claim k where k.id = new.claim_id and k.state = 'withdrawn')) then
            wrong := 'conference_stays';
        end if;
    elsif new.second_at is not null and (old.minutes is null or differs or asks) then
        wrong := 'conference_signed';
    elsif differs and exists (select from conference_member m where m.conference = new.id and m.confirmed is not null) and new.minutes is not null then
        wrong := 'conference_stays';
    elsif (asks or new.off_at is not null) and differs then
        wrong := 'conference_stays';
    elsif asks and (old.off_first is not null or old.minutes is null or new.off_at is not null) then
        wrong := 'conference_off_two';
    elsif new.off_at is not null and old.minutes is not null
          and (old.off_first is null or (new.off_first, new.off_first_at, new.off_why, new.off_sealed) is distinct from (old.off_first, old.off_first_at, old.off_why, old.off_sealed)) then
        wrong := 'conference_off_two';
    elsif exists (select from case_conflict k where k.case_id = new.case_id and (new.off_at is not null and k.staff = new.off_by or asks and k.staff = new.off_first)) then
        wrong := 'conference_kin';
    end if;
    if wrong = '' and tg_op = 'UPDATE' and new.minutes is not null and old.second_at is null and new.off_at is null and not asks then
        wrong := conference_votes(new);
    end if;
    if wrong <> '' then
        raise exception 'no conference' using errcode = 'check_violation', constraint = wrong, table = 'conference';
    end if;
    return new;
end $$;

-- What the last conference on a claim resolved binds the opinions on it up to the first decision after
-- it, and that one. What comes later rests on that decision: a sum that changes, an appeal, the next year.
create or replace function conference_binds() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    last conference%rowtype;
    sum bigint := new.amount;
begin
    select * into last from conference c where c.outcome = 'help' and c.second_at is not null and c.lapsed is null
        and c.claim_id = case tg_table_name when 'claim' then (to_jsonb(new) ->> 'id')::bigint else (to_jsonb(new) ->> 'claim_id')::bigint end
        order by c.second_at desc, c.id desc limit 1;
    if not found or exists (select from decision d where d.claim_id = last.claim_id and d.at > last.second_at) then
        return new;
    end if;
    if sum > last.amount then
        raise exception 'more than was resolved' using errcode = 'check_violation', table = tg_table_name, constraint = 'conference_amount';
    elsif (lianou_now() at time zone interval '8 hours')::date > last.until_day then
        raise exception 'after its day' using errcode = 'check_violation', table = tg_table_name, constraint = 'conference_until';
    end if;
    return new;
end $$;

-- An item that the household gave up and asks for after all is asked for anew.
create function claim_lapses_conference() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    update conference set lapsed = lianou_now() where claim_id = new.id and second_at is not null and lapsed is null;
    return null;
end $$;
-- +goose StatementEnd
create trigger claim_lapses_conference after update of state on claim for each row
    when (new.state = 'withdrawn' and old.state <> 'withdrawn') execute function claim_lapses_conference();

-- +goose StatementBegin
do $$
begin
    perform set_config('lianou.city', 'on', true);
    update conference c set lapsed = lianou_now() where second_at is not null and outcome = 'help' and exists (select from claim k where k.id = c.claim_id and k.state = 'withdrawn');
    perform set_config('lianou.city', '', true);
end $$;
-- +goose StatementEnd

-- +goose Down
drop trigger claim_lapses_conference on claim;
-- +goose StatementBegin
create or replace function conference_member_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
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
create or replace function conference_votes(c conference) returns text language plpgsql stable set search_path = public, pg_temp as $$
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
create or replace function conference_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
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
create or replace function conference_binds() returns trigger language plpgsql set search_path = public, pg_temp as $$
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
drop function claim_lapses_conference(), conference_barred(bigint, bigint);
-- Nothing here opens what is sealed, and who only asked first to call off takes the words back.
alter table conference disable trigger conference_guard;
select set_config('lianou.city', 'on', true);
alter table conference drop constraint conference_off;
update conference set why = case when why_sealed is null then why else '理由封存了' end,
    reasons = case when reasons_sealed is null then reasons else '理由见通知' end,
    off_why = case when off_at is null then '' when off_sealed is null then off_why else '理由见通知' end, why_sealed = null, reasons_sealed = null;
select set_config('lianou.city', '', true);
alter table conference enable trigger conference_guard;
alter table conference_member drop constraint conference_member_confirmed, drop column confirmed;
alter table conference
    drop constraint conference_lapsed,
    drop constraint conference_off_two,
    drop constraint conference_why_check,
    drop constraint conference_minutes,
    drop column why_sealed,
    drop column reasons_sealed,
    drop column off_sealed,
    alter column why drop default,
    add constraint conference_why_check check (length(btrim(why)) between 4 and 2000),
    add constraint conference_minutes check ((minutes is null) = (first_at is null) and (minutes is null) = (first_by is null)
        and (minutes is null) = (digest = '') and (minutes is null) = (outcome = '') and (minutes is null) = (btrim(reasons) = '')),
    drop column off_first_at,
    drop column off_first,
    drop column lapsed,
    add constraint conference_off check ((off_at is null) = (off_by is null) and (off_at is null) = (btrim(off_why) = '') and (off_at is null or second_at is null));
