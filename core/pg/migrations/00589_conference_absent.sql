-- Who wrote the minutes put down as absent the two who had been against, and had a majority. One of the
-- staff whom the minutes call absent says in a session of their own whether that is so, and within a
-- working day that it is not; denied, the minutes are written anew before anybody signs.

-- +goose Up
alter table conference add column absent_until date; -- the last day on which who is put down as absent may deny it; null while there are no minutes, and of before
alter table conference_member
    add column denied timestamptz, -- when one of the staff said that they were there
    add constraint conference_member_denied check (denied is null or staff is not null and confirmed is null);
grant update (absent_until) on conference to lianou_platform;
grant update (denied) on conference_member to lianou_platform;

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
        elsif num_nonnulls(new.confirmed, new.denied) = 0 then
            if num_nonnulls(old.confirmed, old.denied) > 0 and c.minutes is not null then
                wrong := 'conference_stays';
            end if;
        elsif c.minutes is null or num_nonnulls(old.confirmed, old.denied) > 0 and (new.confirmed, new.denied) is distinct from (old.confirmed, old.denied) then
            wrong := 'conference_stays';
        elsif new.vote = '' or new.denied is not null and new.vote <> 'absent' or new.staff = c.first_by then
            wrong := 'conference_signed';
        elsif exists (select from case_conflict k where k.case_id = new.case_id and k.staff = new.staff) then
            wrong := 'conference_kin';
        elsif conference_barred(new.case_id, new.staff) then
            wrong := 'conference_barred';
        end if;
    elsif new.vote <> '' or num_nonnulls(new.confirmed, new.denied) > 0 or c.minutes is not null then
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
    elsif c.second_by is not null and exists (select from conference_member m where m.conference = c.id and m.denied is not null) then
        return 'conference_denied';
    elsif c.second_by is not null and (c.second_at at time zone interval '8 hours')::date <= coalesce(c.absent_until, (c.first_at at time zone interval '8 hours')::date + 1)
       and exists (select from conference_member m where m.conference = c.id and m.staff is not null and m.vote = 'absent' and m.confirmed is null) then
        return 'conference_absent';
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
    written text[] := '{minutes,digest,outcome,reasons,reasons_sealed,claim_id,amount,period,until_day,above,first_by,first_at,on_day,place,absent_until}';
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
    elsif differs and exists (select from conference_member m where m.conference = new.id and num_nonnulls(m.confirmed, m.denied) > 0) and new.minutes is not null then
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
        -- A word is of when it is written: an earlier one would be past the days in which it is denied.
        if wrong = '' and (old.minutes is null or differs) and (new.absent_until is null or new.absent_until <= (new.first_at at time zone interval '8 hours')::date
              or new.first_at not between lianou_now() - interval '1 minute' and lianou_now() + interval '1 minute') then
            wrong := 'conference_absent';
        elsif wrong = '' and new.second_at not between lianou_now() - interval '1 minute' and lianou_now() + interval '1 minute' then
            wrong := 'conference_signed';
        end if;
    end if;
    if wrong <> '' then
        raise exception 'no conference' using errcode = 'check_violation', constraint = wrong, table = 'conference';
    end if;
    return new;
end $$;
-- +goose StatementEnd

-- +goose Down
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
-- +goose StatementEnd
alter table conference_member drop constraint conference_member_denied, drop column denied;
alter table conference drop column absent_until;
