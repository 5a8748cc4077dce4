-- A different opinion on a notice is answered once, and by nobody who proposed what hangs there,
-- nor by kin.

-- +goose Up
-- +goose StatementBegin
create function objection_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
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
create trigger objection_guard before update on objection for each row execute function objection_guard();

-- +goose Down
drop trigger objection_guard on objection;
drop function objection_guard();
