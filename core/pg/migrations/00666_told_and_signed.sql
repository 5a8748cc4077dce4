-- Two more ways round 00662 (security.md P19, P16), found by an attacker who has the application's own
-- role: an item is told over and nobody was told; and a decision that nobody signed, in a city that signs.
-- Like there, it is asked at the end of the transaction, of what it wrote, by index.

-- +goose Up
-- +goose StatementBegin

-- "Told" (已告知) is a proven state: a notice of this item reached somebody, by whichever way.
create function claim_told_heard() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from notice n where n.case_id = new.case_id and n.state = 'confirmed'
            and (n.claim = new.id or exists (select from telling t where t.notice = n.id and t.claim_id = new.id))) then
        raise exception 'told, and nobody heard it'
            using errcode = 'check_violation', constraint = 'claim_told_heard', table = 'claim';
    end if;
    return null;
end $$;

-- A city that has signed a decision signs them all.
create function decision_unsigned() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if exists (select from decision_signature where key_id > 0 limit 1)
       and not exists (select from decision_signature s where s.kind = tg_argv[0] and s.of_id = new.id and s.by_staff = new.approver) then
        raise exception 'decided, and not signed by who decided'
            using errcode = 'check_violation', constraint = 'decision_unsigned', table = tg_table_name;
    end if;
    return null;
end $$;
-- +goose StatementEnd

create constraint trigger claim_told_heard after update of state on claim deferrable initially deferred
    for each row when (new.state = 'told' and old.state <> 'told') execute function claim_told_heard();
create constraint trigger decision_unsigned after insert on decision deferrable initially deferred
    for each row execute function decision_unsigned('decision');
create constraint trigger change_unsigned after insert or update of state on benefit_change deferrable initially deferred
    for each row when (new.state in ('approved', 'rejected')) execute function decision_unsigned('change');

-- +goose Down
drop trigger change_unsigned on benefit_change;
drop trigger decision_unsigned on decision;
drop trigger claim_told_heard on claim;
drop function decision_unsigned, claim_told_heard;
