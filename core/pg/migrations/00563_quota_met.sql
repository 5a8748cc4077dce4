-- That somebody of a household was met barred for good that it was not reached, and by a word of
-- before not at all; and who had gone there was the second person too, so that one person's word
-- said that the household had been told.

-- +goose Up
-- +goose StatementBegin
-- As before (00547), of attempts after somebody of theirs was last met about the offer.
create or replace function quota_tried(of bigint) returns boolean language sql stable as $$
    select exists (select from quota_try a
        join quota_try b on b.offer = a.offer and b.at >= a.at + interval '4 hours'
        join quota_try c on c.offer = a.offer and c.at >= b.at + interval '4 hours'
        where a.offer = of and a.at > coalesce((select max(v.at) from quota_visit v join quota_skip s on s.id = v.word where s.offer = of and v.met), '-infinity')
            and a.day < c.day and b.day is not null and (a.staff, a.staff) is distinct from (b.staff, c.staff))
$$;
-- As before (00547); who went there does not hold it, but who heard at the door that a place is given up.
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

-- +goose Down
-- +goose StatementBegin
create or replace function quota_tried(of bigint) returns boolean language sql stable as $$
    select exists (select from quota_try a
        join quota_try b on b.offer = a.offer and b.at >= a.at + interval '4 hours'
        join quota_try c on c.offer = a.offer and c.at >= b.at + interval '4 hours'
        where a.offer = of and a.day < c.day and b.day is not null and (a.staff, a.staff) is distinct from (b.staff, c.staff))
$$;
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
        if new.reason = 'unreached' and exists (select from quota_visit where word = new.id and met) then
            raise exception 'somebody of theirs was met' using errcode = 'check_violation', constraint = 'quota_met';
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
