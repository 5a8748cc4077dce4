-- One click files all that fits with the household's word, and nobody asked whose: an officer ticked, and
-- agreed_by is the officer. Now each claim says who of the household agreed, by which way and when; what
-- was filed before says nothing of it ('').

-- +goose Up
alter table claim
    add column agreed_how text not null default '' check (agreed_how in ('', 'application', 'phone', 'door', 'chat', 'family', 'acting', 'urgent')),
    add column agreed_ref text not null default '' check (length(agreed_ref) <= 20), -- whose word, of the family
    add column agreed_at timestamptz,
    add constraint claim_agreed_whole check ((agreed_how = 'family') = (agreed_ref <> '') and (agreed_how = '') = (agreed_at is null));
grant update (agreed_how, agreed_ref, agreed_at) on claim to lianou_platform;

-- +goose StatementBegin
create function claim_agreed() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if new.state = 'agreed' and old.state = 'proposed' then
        if new.agreed_how = ''
           or new.agreed_how = 'application' and not exists (select from casefile f where f.id = new.case_id and new.item = any (f.asked))
           or new.agreed_how = 'urgent' and new.item not in ('MZ-03', 'YJ-01') then
            raise exception 'nobody of the household agreed' using errcode = 'check_violation', constraint = 'claim_agreed', table = 'claim';
        end if;
    elsif (new.agreed_how, new.agreed_ref, new.agreed_at) is distinct from (old.agreed_how, old.agreed_ref, old.agreed_at) then
        raise exception 'who agreed stays so' using errcode = 'check_violation', constraint = 'claim_agreed', table = 'claim';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger claim_agreed before update of state, agreed_how, agreed_ref, agreed_at on claim for each row execute function claim_agreed();

-- +goose Down
drop trigger claim_agreed on claim;
drop function claim_agreed;
alter table claim drop column agreed_how, drop column agreed_ref, drop column agreed_at;
