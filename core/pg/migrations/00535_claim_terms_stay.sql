-- What a claim was accepted under stays with it: the days of its notice, its meeting, its
-- law. The outcome is guarded by just these columns (claim_outcome_guard), so whoever could
-- write them in passing could take a notice out of a claim (found by an attacker, as the
-- platform's role). They are written where the household's wish is, and an emergency with
-- the officer's proposal, and nowhere else.

-- +goose Up
-- +goose StatementBegin
create function claim_terms_stay() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if (new.terms, new.notice_days) is distinct from (old.terms, old.notice_days)
       and not (new.state = 'agreed' and old.state = 'proposed') then
        raise exception 'the terms of a claim stay' using errcode = 'check_violation', constraint = 'claim_terms_stay', table = 'claim';
    end if;
    if new.emergency is distinct from old.emergency and not (new.state = 'reviewed' and old.state = 'agreed') then
        raise exception 'an emergency is proposed' using errcode = 'check_violation', constraint = 'claim_terms_stay', table = 'claim';
    end if;
    return new;
end
$$;
-- +goose StatementEnd
create trigger claim_terms_stay before update of terms, notice_days, emergency on claim for each row execute function claim_terms_stay();

-- +goose Down
drop trigger claim_terms_stay on claim;
drop function claim_terms_stay();
