-- A different opinion on a notice names who wrote it down, and they do not answer it, nor does
-- anybody whom an open appeal of the claim bars; whoever answered one does not decide the claim
-- that hung. One person could invent an opinion and uphold it, again and again.

-- +goose Up
alter table objection add column taken_by bigint check (taken_by > 0); -- null: written down before it was kept

-- +goose StatementBegin
create or replace function objection_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    wrong text := '';
begin
    if tg_op = 'INSERT' then
        if new.taken_by is null or new.answered is not null then
            wrong := 'objection_people';
        end if;
    elsif old.answered is not null and (to_jsonb(new) - 'region') <> (to_jsonb(old) - 'region') then
        wrong := 'objection_final';
    elsif new.by_staff is not null and (new.by_staff = new.taken_by
          or exists (select from public_notice n where n.id = new.notice_id and n.proposer = new.by_staff)
          or exists (select from claim k where k.id = new.claim_id and k.proposer = new.by_staff)
          or exists (select from appeal p where p.claim_id = new.claim_id and p.state in ('open', 'proposed') and appeal_bars(p, new.by_staff))
          or exists (select from case_conflict c where c.case_id = new.case_id and c.staff = new.by_staff)) then
        wrong := 'objection_people';
    end if;
    if wrong <> '' then
        raise exception 'an objection is not answered so' using errcode = 'check_violation', constraint = wrong, table = 'objection';
    end if;
    return new;
end $$;

-- Of the opinions on what is decided now: those before an earlier decision are past.
create function objection_decider() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if exists (select from objection o join claim k on k.id = o.claim_id where o.claim_id = new.claim_id and o.by_staff = new.approver and k.state in ('reviewed', 'noticed')
          and not exists (select from decision d where d.claim_id = o.claim_id and d.at >= o.answered)) then
        raise exception 'decided by who answered an opinion on it' using errcode = 'check_violation', constraint = 'decision_people', table = 'decision';
    end if;
    return new;
end $$;
-- +goose StatementEnd
drop trigger objection_guard on objection;
create trigger objection_guard before insert or update on objection for each row execute function objection_guard();
create trigger objection_decider before insert on decision for each row execute function objection_decider();

-- +goose Down
drop trigger objection_decider on decision;
drop function objection_decider();
-- +goose StatementBegin
create or replace function objection_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    wrong text := '';
begin
    if old.answered is not null and (to_jsonb(new) - 'region') <> (to_jsonb(old) - 'region') then
        wrong := 'objection_final';
    elsif new.by_staff is not null and (exists (select from public_notice n where n.id = new.notice_id and n.proposer = new.by_staff)
          or exists (select from claim k where k.id = new.claim_id and k.proposer = new.by_staff)
          or exists (select from case_conflict c where c.case_id = new.case_id and c.staff = new.by_staff)) then
        wrong := 'objection_people';
    end if;
    if wrong <> '' then
        raise exception 'an objection is not answered so' using errcode = 'check_violation', constraint = wrong, table = 'objection';
    end if;
    return new;
end $$;
-- +goose StatementEnd
drop trigger objection_guard on objection;
create trigger objection_guard before update on objection for each row execute function objection_guard();
alter table objection drop column taken_by;
