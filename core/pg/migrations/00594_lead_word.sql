-- A lead may not be closed without a word where nothing follows from closing it: who was asked,
-- by which way, and what they said, sealed. A word that the family never gave could silence it.
-- Where somebody applies, a change is asked for or the difference was paid the desk asks for it too.

-- +goose Up
-- What was settled before stays as it was written, and still moves with its household: so the
-- constraint has to hold for it too.
alter table lead add column wordless boolean not null default true; -- settled before 00594
alter table lead alter column wordless set default false;
-- +goose StatementBegin
do $$
begin
    perform set_config('lianou.city', 'on', true);
    update lead set wordless = false where state = 'open';
    perform set_config('lianou.city', '', true);
end $$;
create function lead_wordless_before() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception 'a lead is closed with a word' using errcode = 'check_violation', table = 'lead', constraint = 'lead_wordless_before';
end $$;
-- +goose StatementEnd
create trigger lead_wordless_laid before insert on lead for each row when (new.wordless) execute function lead_wordless_before();
create trigger lead_wordless_before before update on lead for each row when (new.wordless and not old.wordless) execute function lead_wordless_before();

alter table lead
    add column asked text check (asked in ('self_met', 'kin_met', 'self_call', 'kin_call', 'others', 'nobody_home', 'no_answer', 'records')), -- who was asked, and how
    add column words bytea, -- what they said, sealed
    add constraint lead_words check ((asked is null) = (words is null) and (asked is null or outcome is not null)),
    add constraint lead_word check (wordless or outcome is null or outcome in ('applied', 'to_change', 'made_good') or asked is not null),
    add constraint lead_asked_fits check (asked is null or case outcome
        when 'not_reached' then asked in ('nobody_home', 'no_answer', 'others')
        when 'not_in_need' then asked in ('self_met', 'kin_met', 'self_call', 'kin_call', 'others')
        else asked not in ('nobody_home', 'no_answer') end);

-- +goose Down
-- +goose StatementBegin
do $$
begin
    perform set_config('lianou.city', 'on', true);
    if exists (select from lead where words is not null) then
        raise exception 'what people said of leads is not thrown away by going back';
    end if;
    perform set_config('lianou.city', '', true);
end $$;
-- +goose StatementEnd
drop trigger lead_wordless_before on lead;
drop trigger lead_wordless_laid on lead;
drop function lead_wordless_before();
alter table lead drop constraint lead_asked_fits, drop constraint lead_word, drop constraint lead_words,
    drop column asked, drop column words, drop column wordless;
