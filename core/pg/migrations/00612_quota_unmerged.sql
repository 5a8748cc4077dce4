-- A household that was passed over because it had one already had it by two rows that people made
-- one. Where they are two again it has none, and stayed passed over. And two places that were taken
-- before the rows became one were told of nowhere.

-- +goose Up
-- +goose StatementBegin
-- The entries that are passed over as having one by a merge that was undone since it was asked, while
-- nothing else says so: that is to be looked at anew. City-wide.
create function quota_unmerged_all(of bigint) returns table (n integer)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select distinct e.n from quota_skip s join quota_entry e on (e.round, e.n) = (s.round, s.n) join quota_round r on r.id = e.round
        join membership m on m.household = e.household and (m.until is null or m.until >= (r.cutoff at time zone interval '8 hours')::date)
        join person_alias a on m.person in (a.gone, a.kept) and a.at <= s.seconded and a.ended > s.asked
    where s.round = of and s.reason = 'had' and s.state = 'held'
        and not exists (select from quota_elsewhere(of, e.n) h where h.state = 'accepted' and not h.cleared)
$$;
-- Those of them of the townships in scope.
create function quota_unmerged(of bigint) returns table (n integer)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select u.n from quota_unmerged_all(of) u join quota_entry e on (e.round, e.n) = (of, u.n)
    where e.region = any (string_to_array(current_setting('lianou.regions', true), ',')) order by 1
$$;
-- The entries that took a place, of a household in which somebody is one person with somebody of
-- another that took one as well: both were taken before that was known. Of the townships in scope.
create function quota_two_taken(of bigint) returns table (n integer, other_round bigint, other integer, area text)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select e.n, h.round, h.n, h.area from quota_entry e join quota_offer o on (o.round, o.n) = (e.round, e.n) and o.state = 'accepted'
        cross join lateral quota_elsewhere(of, e.n) h
    where e.round = of and h.other and h.state = 'accepted' and (h.round <> e.round or e.n < h.n) and e.region = any (string_to_array(current_setting('lianou.regions', true), ','))
    order by 1, 2, 3
$$;
-- What households of both rows of a pair took, to who has both their townships in scope.
create function quota_of_pair(of bigint) returns table (item text)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    with taken as (
        select p.person, r.item, e.round, e.n from person_pair p join membership m on m.person = p.person
            join quota_entry e on e.household = m.household join quota_round r on r.id = e.round and (m.until is null or m.until >= (r.cutoff at time zone interval '8 hours')::date)
            join quota_offer o on (o.round, o.n) = (e.round, e.n) and o.state = 'accepted'
        where p.pair = of and array[p.region, p.other_region] <@ string_to_array(current_setting('lianou.regions', true), ','))
    select distinct a.item from taken a join taken b on b.item = a.item and b.person > a.person and (a.round, a.n) <> (b.round, b.n) order by 1
$$;
-- As before, and what a merge decided that is none any more takes a turn from nobody.
create or replace function quota_skip_moves() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
declare
    passes boolean := num_nonnulls(new.offer, new.undoes) = 0; -- a skip, and no word about an offer
    came   text;
    heard  date;
begin
    if tg_op = 'INSERT' then
        perform from quota_round where id = new.round for update; -- one after another, whoever writes
        if new.state <> 'asked' or not quota_writer(new.asker)
            or new.offer is not null and not exists (select from quota_offer where id = new.offer and (round, n) = (new.round, new.n)
                and case when new.reason = 'undo' then state <> 'undone' and (new.notice is not null) = (state in ('open', 'accepted')) else state = 'open' end)
            or new.undoes is not null and not exists (select from quota_skip where id = new.undoes and (round, n) = (new.round, new.n) and state = 'held' and offer is null and undoes is null)
            or passes and (new.notice is null or not exists (select from quota_round where id = new.round and state = 'frozen')) then
            raise exception 'a skip is asked for first' using errcode = 'check_violation', constraint = 'quota_skip_moves';
        end if;
        if passes and new.n is distinct from quota_next(new.round) then
            raise exception 'only whose turn it is is passed over' using errcode = 'check_violation', constraint = 'quota_turn';
        end if;
        if new.reason = 'unreached' and not quota_tried(new.offer) then
            raise exception 'three attempts on two working days by two people come first' using errcode = 'check_violation', constraint = 'quota_tries';
        end if;
        if new.notice is not null and not exists (select from notice where id = new.notice and region = new.region and key like 'quota/' || new.round || '/%') then
            raise exception 'what a household is told is of this word' using errcode = 'check_violation', constraint = 'quota_telling';
        end if;
        if new.notice is not null and coalesce(new.until, '-infinity') < greatest((select answer_by from quota_offer where id = new.offer and new.reason = 'unreached'), (new.asked at time zone 'Asia/Shanghai')::date + 3) then
            raise exception 'a household has its days to be heard' using errcode = 'check_violation', constraint = 'quota_until';
        end if;
        -- By one person, of one offer or one turn, on one day; what they took back themselves
        -- bars no other word, but is told too.
        if new.notice is not null and (select count(*) filter (where state <> 'undone') >= 1 or count(*) >= 2 from quota_skip
            where round = new.round and n = new.n and notice is not null and offer is not distinct from new.offer and (passes or reason = new.reason)
                and asker = new.asker and (asked at time zone 'Asia/Shanghai')::date = (new.asked at time zone 'Asia/Shanghai')::date) then
            raise exception 'a household is not told the same over and over' using errcode = 'check_violation', constraint = 'quota_often';
        end if;
        if new.asked not between lianou_now() - interval '1 minute' and lianou_now() + interval '1 minute' then
            raise exception 'a word is of when it is written' using errcode = 'check_violation', constraint = 'quota_word_time';
        end if;
        return new;
    end if;
    if words_only_sealed(to_jsonb(old), to_jsonb(new)) then
        return new;
    end if;
    if (new.id, new.round, new.n, new.region, new.reason, new.words, new.words_clear, new.undo_clear, new.asker, new.asked, new.offer, new.notice, new.until, new.undoes)
        is distinct from (old.id, old.round, old.n, old.region, old.reason, old.words, old.words_clear, old.undo_clear, old.asker, old.asked, old.offer, old.notice, old.until, old.undoes)
        or (old.state, new.state) not in (('asked', 'held'), ('asked', 'refused'), ('asked', 'undone'), ('held', 'undone'))
        or old.state = 'asked' and new.state = 'undone' and (new.second is not null or new.undoer <> old.asker) -- another refuses
        or old.state = 'held' and num_nonnulls(old.offer, old.undoes) > 0 -- its offer is what is taken back
        or new.after is distinct from old.after and (old.state <> 'asked' or old.notice is null)
        or old.second is not null and (new.second, new.seconded, new.turn) is distinct from (old.second, old.seconded, old.turn)
        or new.state = 'held' and new.turn <> (select count(*) from quota_offer where round = new.round)
        or new.state in ('held', 'refused') and not quota_writer(new.second) then
        raise exception 'a skip does not move so' using errcode = 'check_violation', constraint = 'quota_skip_moves';
    end if;
    if new.state = 'held' and new.notice is not null then
        select state, (ended at time zone 'Asia/Shanghai')::date into came, heard from notice where id = new.notice and state in ('confirmed', 'untold');
        if heard is null then
            raise exception 'a household hears of it first' using errcode = 'check_violation', constraint = 'quota_unheard';
        end if;
        if came = 'untold' then -- no way reached them: somebody went, and their days run from then
            select min((at at time zone 'Asia/Shanghai')::date) into heard from quota_visit where word = new.id;
        end if;
        if heard is null then
            raise exception 'whom no notice reached is visited first' using errcode = 'check_violation', constraint = 'quota_unvisited';
        end if;
        if new.reason = 'unreached' and not quota_tried(new.offer) then
            raise exception 'somebody of theirs was met, and not tried anew since' using errcode = 'check_violation', constraint = 'quota_met';
        end if;
        if exists (select from quota_visit where word = new.id and staff = new.second and (new.reason <> 'declined' or not met)) then
            raise exception 'another than who went there holds it' using errcode = 'check_violation', constraint = 'quota_visitor_seconds';
        end if;
        if (new.seconded at time zone 'Asia/Shanghai')::date <= greatest(new.until, (new.asked at time zone 'Asia/Shanghai')::date + 3, heard + 3) then
            raise exception 'a household has its days to be heard' using errcode = 'check_violation', constraint = 'quota_until';
        end if;
    end if;
    if old.state = 'asked' and new.seconded not between lianou_now() - interval '1 minute' and lianou_now() + interval '1 minute' then
        raise exception 'a word is of when it is written' using errcode = 'check_violation', constraint = 'quota_word_time';
    end if;
    if old.state = 'held' and not exists (select from quota_skip where undoes = new.id and state = 'held' and second = new.undoer) then
        raise exception 'two people take back a skip' using errcode = 'check_violation', constraint = 'quota_undo_two_people';
    end if;
    if old.state = 'held' and exists (select from quota_offer where round = new.round and n > new.n and state = 'accepted')
            and new.n not in (select n from quota_unmerged_all(new.round)) then
        raise exception 'somebody later has accepted' using errcode = 'check_violation', constraint = 'quota_too_late';
    end if;
    return new;
end
$$;
-- +goose StatementEnd
revoke execute on function quota_unmerged_all(bigint), quota_unmerged(bigint), quota_two_taken(bigint), quota_of_pair(bigint) from public;
grant execute on function quota_unmerged(bigint), quota_two_taken(bigint), quota_of_pair(bigint) to lianou_platform;

-- +goose Down
-- +goose StatementBegin
create or replace function quota_skip_moves() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
declare
    passes boolean := num_nonnulls(new.offer, new.undoes) = 0; -- a skip, and no word about an offer
    came   text;
    heard  date;
begin
    if tg_op = 'INSERT' then
        perform from quota_round where id = new.round for update; -- one after another, whoever writes
        if new.state <> 'asked' or not quota_writer(new.asker)
            or new.offer is not null and not exists (select from quota_offer where id = new.offer and (round, n) = (new.round, new.n)
                and case when new.reason = 'undo' then state <> 'undone' and (new.notice is not null) = (state in ('open', 'accepted')) else state = 'open' end)
            or new.undoes is not null and not exists (select from quota_skip where id = new.undoes and (round, n) = (new.round, new.n) and state = 'held' and offer is null and undoes is null)
            or passes and (new.notice is null or not exists (select from quota_round where id = new.round and state = 'frozen')) then
            raise exception 'a skip is asked for first' using errcode = 'check_violation', constraint = 'quota_skip_moves';
        end if;
        if passes and new.n is distinct from quota_next(new.round) then
            raise exception 'only whose turn it is is passed over' using errcode = 'check_violation', constraint = 'quota_turn';
        end if;
        if new.reason = 'unreached' and not quota_tried(new.offer) then
            raise exception 'three attempts on two working days by two people come first' using errcode = 'check_violation', constraint = 'quota_tries';
        end if;
        if new.notice is not null and not exists (select from notice where id = new.notice and region = new.region and key like 'quota/' || new.round || '/%') then
            raise exception 'what a household is told is of this word' using errcode = 'check_violation', constraint = 'quota_telling';
        end if;
        if new.notice is not null and coalesce(new.until, '-infinity') < greatest((select answer_by from quota_offer where id = new.offer and new.reason = 'unreached'), (new.asked at time zone 'Asia/Shanghai')::date + 3) then
            raise exception 'a household has its days to be heard' using errcode = 'check_violation', constraint = 'quota_until';
        end if;
        -- By one person, of one offer or one turn, on one day; what they took back themselves
        -- bars no other word, but is told too.
        if new.notice is not null and (select count(*) filter (where state <> 'undone') >= 1 or count(*) >= 2 from quota_skip
            where round = new.round and n = new.n and notice is not null and offer is not distinct from new.offer and (passes or reason = new.reason)
                and asker = new.asker and (asked at time zone 'Asia/Shanghai')::date = (new.asked at time zone 'Asia/Shanghai')::date) then
            raise exception 'a household is not told the same over and over' using errcode = 'check_violation', constraint = 'quota_often';
        end if;
        if new.asked not between lianou_now() - interval '1 minute' and lianou_now() + interval '1 minute' then
            raise exception 'a word is of when it is written' using errcode = 'check_violation', constraint = 'quota_word_time';
        end if;
        return new;
    end if;
    if words_only_sealed(to_jsonb(old), to_jsonb(new)) then
        return new;
    end if;
    if (new.id, new.round, new.n, new.region, new.reason, new.words, new.words_clear, new.undo_clear, new.asker, new.asked, new.offer, new.notice, new.until, new.undoes)
        is distinct from (old.id, old.round, old.n, old.region, old.reason, old.words, old.words_clear, old.undo_clear, old.asker, old.asked, old.offer, old.notice, old.until, old.undoes)
        or (old.state, new.state) not in (('asked', 'held'), ('asked', 'refused'), ('asked', 'undone'), ('held', 'undone'))
        or old.state = 'asked' and new.state = 'undone' and (new.second is not null or new.undoer <> old.asker) -- another refuses
        or old.state = 'held' and num_nonnulls(old.offer, old.undoes) > 0 -- its offer is what is taken back
        or new.after is distinct from old.after and (old.state <> 'asked' or old.notice is null)
        or old.second is not null and (new.second, new.seconded, new.turn) is distinct from (old.second, old.seconded, old.turn)
        or new.state = 'held' and new.turn <> (select count(*) from quota_offer where round = new.round)
        or new.state in ('held', 'refused') and not quota_writer(new.second) then
        raise exception 'a skip does not move so' using errcode = 'check_violation', constraint = 'quota_skip_moves';
    end if;
    if new.state = 'held' and new.notice is not null then
        select state, (ended at time zone 'Asia/Shanghai')::date into came, heard from notice where id = new.notice and state in ('confirmed', 'untold');
        if heard is null then
            raise exception 'a household hears of it first' using errcode = 'check_violation', constraint = 'quota_unheard';
        end if;
        if came = 'untold' then -- no way reached them: somebody went, and their days run from then
            select min((at at time zone 'Asia/Shanghai')::date) into heard from quota_visit where word = new.id;
        end if;
        if heard is null then
            raise exception 'whom no notice reached is visited first' using errcode = 'check_violation', constraint = 'quota_unvisited';
        end if;
        if new.reason = 'unreached' and not quota_tried(new.offer) then
            raise exception 'somebody of theirs was met, and not tried anew since' using errcode = 'check_violation', constraint = 'quota_met';
        end if;
        if exists (select from quota_visit where word = new.id and staff = new.second and (new.reason <> 'declined' or not met)) then
            raise exception 'another than who went there holds it' using errcode = 'check_violation', constraint = 'quota_visitor_seconds';
        end if;
        if (new.seconded at time zone 'Asia/Shanghai')::date <= greatest(new.until, (new.asked at time zone 'Asia/Shanghai')::date + 3, heard + 3) then
            raise exception 'a household has its days to be heard' using errcode = 'check_violation', constraint = 'quota_until';
        end if;
    end if;
    if old.state = 'asked' and new.seconded not between lianou_now() - interval '1 minute' and lianou_now() + interval '1 minute' then
        raise exception 'a word is of when it is written' using errcode = 'check_violation', constraint = 'quota_word_time';
    end if;
    if old.state = 'held' and not exists (select from quota_skip where undoes = new.id and state = 'held' and second = new.undoer) then
        raise exception 'two people take back a skip' using errcode = 'check_violation', constraint = 'quota_undo_two_people';
    end if;
    if old.state = 'held' and exists (select from quota_offer where round = new.round and n > new.n and state = 'accepted') then
        raise exception 'somebody later has accepted' using errcode = 'check_violation', constraint = 'quota_too_late';
    end if;
    return new;
end
$$;
-- +goose StatementEnd
drop function quota_of_pair(bigint), quota_two_taken(bigint), quota_unmerged(bigint), quota_unmerged_all(bigint);
