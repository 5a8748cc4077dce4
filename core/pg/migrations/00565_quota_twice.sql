-- The same round was opened twice without a word, and a household at the top of both lists had
-- two places; and a place was offered to whom nobody had asked whether it fits.

-- +goose Up
-- +goose StatementBegin
-- A document as people mean it: blanks, brackets, commas and the width of its signs name no other one.
create function quota_document(why text) returns text language sql immutable parallel safe as $$
    select left(translate(lower(normalize(why, NFKC) collate "C"), E' \t\n\r\u200b\ufeff()[]{}<>〔〕【】〈〉《》「」『』“”‘’"'',.;:、。·', ''), 600)
$$;
-- +goose StatementEnd
alter table quota_round add doubled boolean not null default false; -- the same as one that stood already, from before 00565
alter table quota_round disable trigger quota_round_moves;
update quota_round r set doubled = true where state <> 'withdrawn' and exists (select from quota_round e where e.id < r.id and e.state <> 'withdrawn'
    and (e.item, e.area, e.cutoff, quota_document(e.why)) = (r.item, r.area, r.cutoff, quota_document(r.why)));
alter table quota_round enable trigger quota_round_moves;
create unique index quota_same_round on quota_round (item, area, cutoff, quota_document(why)) where state <> 'withdrawn' and not doubled;

create index quota_entry_household on quota_entry (household);
alter table quota_offer add unsure boolean not null default false; -- it was not known whether the household fits, as who offered it knew
-- had: it has one already; elsewhere: another list waits for its answer, and it keeps its place.
alter table quota_skip drop constraint quota_skip_reason_check,
    add constraint quota_skip_reason_check check (reason in ('away', 'unknown', 'housed', 'moved', 'died', 'excluded', 'declined', 'unreached', 'undo', 'had', 'elsewhere'));

-- +goose StatementBegin
create or replace function quota_round_begins() returns trigger language plpgsql as $$
begin
    if new.cutoff < lianou_now() - interval '1 minute' then
        raise exception 'a cut-off lies ahead' using errcode = 'check_violation', constraint = 'quota_cutoff';
    end if;
    if new.doubled then
        raise exception 'the same round is opened once' using errcode = 'unique_violation', constraint = 'quota_same_round';
    end if;
    return new;
end
$$;
-- The rounds of a thing, of this place, one within it or one around it (371400 is the city), that are
-- not over.
create function quota_running(what text, place text) returns table (round bigint)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select r.id from quota_round r where r.item = what and (starts_with(r.area, replace(place, '371400', '3714')) or starts_with(place, replace(r.area, '371400', '3714')))
        and (r.state = 'open' or r.state = 'frozen' and (exists (select from quota_offer o where o.round = r.id and o.state = 'open')
            or (select count(*) from quota_offer o where o.round = r.id and o.state = 'accepted') < r.places and quota_next(r.id) is not null))
$$;
-- Who acts on a household's place waits for whoever does, on whatever list.
create function quota_alone(home bigint) returns void language sql as $$
    select pg_advisory_xact_lock(hashtextextended('quota home ' || home, 0))
$$;
-- The places of the same thing that the household of an entry took or is offered by other lists;
-- cleared: since then two people have looked, and it is not so. City-wide.
create function quota_elsewhere(of bigint, nth integer) returns table (round bigint, n integer, area text, state text, since timestamptz, cleared boolean)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select o.round, o.n, y.area, o.state, coalesce(o.ended, o.made),
        exists (select from quota_skip s where (s.round, s.n) = (of, nth) and s.reason = 'had' and s.state = 'refused' and s.seconded > o.ended)
    from quota_entry e join quota_round r on r.id = e.round join quota_entry x on x.household = e.household and x.round <> e.round
        join quota_round y on y.id = x.round and y.item = r.item join quota_offer o on (o.round, o.n) = (x.round, x.n) and o.state in ('open', 'accepted')
    where (e.round, e.n) = (of, nth)
$$;
-- So much of it is said, to who has the township of the entry in scope.
create function quota_has(of bigint, nth integer) returns table (round bigint, n integer, area text, state text, since timestamptz, cleared boolean)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select h.* from quota_entry e cross join lateral quota_elsewhere(of, nth) h
    where (e.round, e.n) = (of, nth) and e.region = any (string_to_array(current_setting('lianou.regions', true), ','))
    order by h.since, h.round
$$;
-- As before (00547); who waits for the answer of another list keeps its place too.
create or replace function quota_next(of bigint) returns integer language sql stable as $$
    with left_over as (select e.n, exists (select from quota_skip s where (s.round, s.n) = (of, e.n) and s.state = 'held' and s.offer is null and s.undoes is null
                and s.turn = (select count(*) from quota_offer where round = of)) as passed
            from quota_entry e where e.round = of
                and not exists (select from quota_offer o where (o.round, o.n) = (of, e.n) and o.state <> 'undone')
                and not exists (select from quota_skip s where (s.round, s.n) = (of, e.n) and s.state = 'held' and s.offer is null and s.undoes is null and s.reason not in ('away', 'unknown', 'elsewhere')))
    select coalesce((select n from left_over where not passed order by n limit 1), (select n from left_over order by n limit 1))
$$;
-- As before (00547); of one thing one household holds one place, whatever lists it stands in.
create or replace function quota_offer_moves() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
declare
    home bigint := (select household from quota_entry where (round, n) = (new.round, new.n));
begin
    if tg_op = 'INSERT' then
        perform from quota_round where id = new.round for update; -- one after another, whoever writes
        if new.state <> 'open' or not quota_writer(new.maker)
            or not exists (select from quota_round where id = new.round and state = 'frozen' and new.place_no <= places) then
            raise exception 'only places that a frozen round has are offered' using errcode = 'check_violation', constraint = 'quota_places';
        end if;
        if new.n is distinct from quota_next(new.round)
            or exists (select from quota_skip where round = new.round and state = 'asked' and (n = new.n or offer is null and undoes is null)) then
            raise exception 'places are offered from the top of the list' using errcode = 'check_violation', constraint = 'quota_turn';
        end if;
        perform quota_alone(home); -- two lists with one household at the top: one after another
        if exists (select from quota_elsewhere(new.round, new.n) where state = 'accepted' and not cleared) then
            raise exception 'who has one is given no second' using errcode = 'check_violation', constraint = 'quota_had';
        end if;
        if exists (select from quota_elsewhere(new.round, new.n) where state = 'open') then
            raise exception 'another list waits for their answer' using errcode = 'check_violation', constraint = 'quota_elsewhere';
        end if;
        return new;
    end if;
    if words_only_sealed(to_jsonb(old), to_jsonb(new)) then
        return new;
    end if;
    if (new.id, new.round, new.n, new.region, new.place_no, new.answer_by, new.maker, new.made, new.notice, new.words_clear, new.undo_clear)
        is distinct from (old.id, old.round, old.n, old.region, old.place_no, old.answer_by, old.maker, old.made, old.notice, old.words_clear, old.undo_clear)
        or old.state = 'undone' or old.state <> 'open' and new.state <> 'undone'
        or old.ended is not null and (new.ended, new.ender, new.words) is distinct from (old.ended, old.ender, old.words) then
        raise exception 'an offer does not move so' using errcode = 'check_violation', constraint = 'quota_offer_moves';
    end if;
    if new.state in ('declined', 'unreached') and not exists (select from quota_skip where offer = new.id and reason = new.state and state = 'held' and second = new.ender) then
        raise exception 'two people say that an offer is given up or nobody reached' using errcode = 'check_violation', constraint = 'quota_declined_two_people';
    end if;
    if new.state = 'unreached' and not quota_tried(new.id) then
        raise exception 'three attempts on two working days by two people come first' using errcode = 'check_violation', constraint = 'quota_tries';
    end if;
    if exists (select from quota_skip where offer = new.id and state = 'asked') then
        raise exception 'somebody has written of it what waits' using errcode = 'check_violation', constraint = 'quota_one_word';
    end if;
    if new.state = 'undone' and not exists (select from quota_skip where offer = new.id and reason = 'undo' and state = 'held' and second = new.undoer) then
        raise exception 'two people take back an offer' using errcode = 'check_violation', constraint = 'quota_undo_two_people';
    end if;
    if new.state = 'undone' and exists (select from quota_offer where round = new.round and n > new.n and state = 'accepted') then
        raise exception 'somebody later has accepted' using errcode = 'check_violation', constraint = 'quota_too_late';
    end if;
    if new.state = 'accepted' then
        perform quota_alone(home);
        if exists (select from quota_elsewhere(new.round, new.n) where state = 'accepted' and not cleared) then
            raise exception 'who has one takes no second' using errcode = 'check_violation', constraint = 'quota_twice';
        end if;
    end if;
    if new.state = 'accepted' and exists (select from quota_skip where round = new.round and n < new.n and state = 'asked' and num_nonnulls(offer, undoes) > 0) then
        raise exception 'what waits of somebody earlier comes first' using errcode = 'check_violation', constraint = 'quota_before';
    end if;
    return new;
end
$$;
-- +goose StatementEnd
revoke execute on function quota_running(text, text), quota_elsewhere(bigint, integer), quota_has(bigint, integer) from public;
grant execute on function quota_running(text, text), quota_has(bigint, integer) to lianou_platform;

-- +goose Down
-- +goose StatementBegin
do $$
begin
    if exists (select from quota_skip where reason in ('had', 'elsewhere')) then
        raise exception 'why somebody was passed over cannot be told without 00565';
    end if;
end $$;
create or replace function quota_offer_moves() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    if tg_op = 'INSERT' then
        perform from quota_round where id = new.round for update; -- one after another, whoever writes
        if new.state <> 'open' or not quota_writer(new.maker)
            or not exists (select from quota_round where id = new.round and state = 'frozen' and new.place_no <= places) then
            raise exception 'only places that a frozen round has are offered' using errcode = 'check_violation', constraint = 'quota_places';
        end if;
        if new.n is distinct from quota_next(new.round)
            or exists (select from quota_skip where round = new.round and state = 'asked' and (n = new.n or offer is null and undoes is null)) then
            raise exception 'places are offered from the top of the list' using errcode = 'check_violation', constraint = 'quota_turn';
        end if;
        return new;
    end if;
    if words_only_sealed(to_jsonb(old), to_jsonb(new)) then
        return new;
    end if;
    if (new.id, new.round, new.n, new.region, new.place_no, new.answer_by, new.maker, new.made, new.notice, new.words_clear, new.undo_clear)
        is distinct from (old.id, old.round, old.n, old.region, old.place_no, old.answer_by, old.maker, old.made, old.notice, old.words_clear, old.undo_clear)
        or old.state = 'undone' or old.state <> 'open' and new.state <> 'undone'
        or old.ended is not null and (new.ended, new.ender, new.words) is distinct from (old.ended, old.ender, old.words) then
        raise exception 'an offer does not move so' using errcode = 'check_violation', constraint = 'quota_offer_moves';
    end if;
    if new.state in ('declined', 'unreached') and not exists (select from quota_skip where offer = new.id and reason = new.state and state = 'held' and second = new.ender) then
        raise exception 'two people say that an offer is given up or nobody reached' using errcode = 'check_violation', constraint = 'quota_declined_two_people';
    end if;
    if new.state = 'unreached' and not quota_tried(new.id) then
        raise exception 'three attempts on two working days by two people come first' using errcode = 'check_violation', constraint = 'quota_tries';
    end if;
    if exists (select from quota_skip where offer = new.id and state = 'asked') then
        raise exception 'somebody has written of it what waits' using errcode = 'check_violation', constraint = 'quota_one_word';
    end if;
    if new.state = 'undone' and not exists (select from quota_skip where offer = new.id and reason = 'undo' and state = 'held' and second = new.undoer) then
        raise exception 'two people take back an offer' using errcode = 'check_violation', constraint = 'quota_undo_two_people';
    end if;
    if new.state = 'undone' and exists (select from quota_offer where round = new.round and n > new.n and state = 'accepted') then
        raise exception 'somebody later has accepted' using errcode = 'check_violation', constraint = 'quota_too_late';
    end if;
    if new.state = 'accepted' and exists (select from quota_skip where round = new.round and n < new.n and state = 'asked' and num_nonnulls(offer, undoes) > 0) then
        raise exception 'what waits of somebody earlier comes first' using errcode = 'check_violation', constraint = 'quota_before';
    end if;
    return new;
end
$$;
create or replace function quota_next(of bigint) returns integer language sql stable as $$
    with left_over as (select e.n, exists (select from quota_skip s where (s.round, s.n) = (of, e.n) and s.state = 'held' and s.offer is null and s.undoes is null
                and s.turn = (select count(*) from quota_offer where round = of)) as passed
            from quota_entry e where e.round = of
                and not exists (select from quota_offer o where (o.round, o.n) = (of, e.n) and o.state <> 'undone')
                and not exists (select from quota_skip s where (s.round, s.n) = (of, e.n) and s.state = 'held' and s.offer is null and s.undoes is null and s.reason not in ('away', 'unknown')))
    select coalesce((select n from left_over where not passed order by n limit 1), (select n from left_over order by n limit 1))
$$;
create or replace function quota_round_begins() returns trigger language plpgsql as $$
begin
    if new.cutoff < lianou_now() - interval '1 minute' then
        raise exception 'a cut-off lies ahead' using errcode = 'check_violation', constraint = 'quota_cutoff';
    end if;
    return new;
end
$$;
-- +goose StatementEnd
drop function quota_has(bigint, integer), quota_elsewhere(bigint, integer), quota_alone(bigint), quota_running(text, text);
alter table quota_skip drop constraint quota_skip_reason_check,
    add constraint quota_skip_reason_check check (reason in ('away', 'unknown', 'housed', 'moved', 'died', 'excluded', 'declined', 'unreached', 'undo'));
alter table quota_offer drop column unsure;
drop index quota_entry_household;
alter table quota_round drop column doubled;
drop function quota_document(text);
