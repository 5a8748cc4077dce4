-- What the matrix of who may do what (security.md P16) found open to SQL as the application's
-- own role: an account that was closed, or that never had the role, decided; whoever went to a
-- house, or is kin, confirmed the card that they had seen there.
--
-- An account is looked at where there is one. Rows of before are not judged anew.

-- +goose Up
-- +goose StatementBegin
create function may_not_decide(who bigint, place text) returns boolean language sql stable
set search_path = public, pg_temp as $$
    select exists (select from staff_account a where a.id = who
        and not (a.active and a.roles && array['approver', 'county'] and a.regions && array[place, left(place, 6), left(place, 4) || '00']))
$$;

create or replace function decision_people_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if exists (select 1 from case_conflict c where c.case_id = new.case_id and c.staff in (new.proposer, new.approver))
       or exists (select 1 from casefile f where f.id = new.case_id and f.entered_by = new.approver)
       or exists (select 1 from visit v where v.case_id = new.case_id and new.approver in (v.first_staff, v.second_staff))
       or exists (select 1 from decision d where d.claim_id = new.claim_id and d.outcome <> 'approved'
                  and new.approver in (d.proposer, d.approver))
       or may_not_decide(new.approver, new.region) then
        raise exception 'decided by somebody who may not'
            using errcode = 'check_violation', constraint = 'decision_people', table = 'decision';
    end if;
    return new;
end $$;

create or replace function benefit_change_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if tg_op = 'UPDATE' and old.state <> 'proposed' then
        raise exception 'decided once'
            using errcode = 'check_violation', constraint = 'benefit_change_once', table = 'benefit_change';
    end if;
    if exists (select 1 from case_conflict c where c.case_id = new.case_id and c.staff in (new.proposer, new.approver))
       or exists (select 1 from casefile f where f.id = new.case_id and f.entered_by = new.approver)
       or exists (select 1 from visit v where v.case_id = new.case_id and new.approver in (v.first_staff, v.second_staff))
       or new.approver is not null and may_not_decide(new.approver, new.region) then
        raise exception 'decided by somebody who may not'
            using errcode = 'check_violation', constraint = 'decision_people', table = 'benefit_change';
    end if;
    return new;
end $$;

create function case_card_people() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if new.state = 'confirmed' and old.state <> 'confirmed'
       and (exists (select from case_conflict c where c.case_id = new.case_id and c.staff = new.ended_by)
            or exists (select from visit v where v.case_id = new.case_id and new.ended_by in (v.first_staff, v.second_staff))) then
        raise exception 'confirmed by somebody who may not'
            using errcode = 'check_violation', constraint = 'case_card_people', table = 'case_card';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger case_card_people before update of state on case_card for each row execute function case_card_people();

-- +goose Down
drop trigger case_card_people on case_card;
-- +goose StatementBegin
create or replace function decision_people_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if exists (select 1 from case_conflict c where c.case_id = new.case_id and c.staff in (new.proposer, new.approver))
       or exists (select 1 from casefile f where f.id = new.case_id and f.entered_by = new.approver)
       or exists (select 1 from visit v where v.case_id = new.case_id and new.approver in (v.first_staff, v.second_staff))
       or exists (select 1 from decision d where d.claim_id = new.claim_id and d.outcome <> 'approved'
                  and new.approver in (d.proposer, d.approver)) then
        raise exception 'decided by somebody who may not'
            using errcode = 'check_violation', constraint = 'decision_people', table = 'decision';
    end if;
    return new;
end $$;

create or replace function benefit_change_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if tg_op = 'UPDATE' and old.state <> 'proposed' then
        raise exception 'decided once'
            using errcode = 'check_violation', constraint = 'benefit_change_once', table = 'benefit_change';
    end if;
    if exists (select 1 from case_conflict c where c.case_id = new.case_id and c.staff in (new.proposer, new.approver))
       or exists (select 1 from casefile f where f.id = new.case_id and f.entered_by = new.approver)
       or exists (select 1 from visit v where v.case_id = new.case_id and new.approver in (v.first_staff, v.second_staff)) then
        raise exception 'decided by somebody who may not'
            using errcode = 'check_violation', constraint = 'decision_people', table = 'benefit_change';
    end if;
    return new;
end $$;
-- +goose StatementEnd
drop function case_card_people(), may_not_decide(bigint, text);
