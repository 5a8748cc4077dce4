-- A household was passed over and never heard of it: a skip is told as a decline is, and
-- has its days. Attempts to reach somebody lie on different working days and hours apart.
-- Whom no notice reached is visited, by another than who wrote the word. Whose turn it is
-- the tables reckon themselves.

-- +goose Up
alter table quota_skip drop constraint quota_skip_about;
alter table quota_skip add constraint quota_skip_about check (case when reason in ('declined', 'unreached') then offer is not null and undoes is null and notice is not null
    when reason = 'undo' then num_nonnulls(offer, undoes) = 1 and (notice is null or offer is not null)
    else num_nonnulls(offer, undoes) = 0 end); -- a skip of before has no notice, and waits for none
create unique index quota_one_telling on quota_skip (notice) where notice is not null;

alter table quota_try add day date; -- the working day as which it counts; null: on none, or of before and on a weekend
alter table quota_try disable trigger user;
alter table quota_try no force row level security;
update quota_try set day = (at at time zone 'Asia/Shanghai')::date where extract(isodow from at at time zone 'Asia/Shanghai') < 6;
alter table quota_try force row level security;
alter table quota_try enable trigger user;

-- Somebody went to a household about a word of which it was told.
create table quota_visit (
    word   bigint      not null references quota_skip (id),
    k      integer     not null check (k between 1 and 20),
    region text        not null check (length(region) = 9),
    met    boolean     not null, -- somebody of theirs was spoken to; false: a paper was left
    words  bytea       not null, -- sealed
    staff  bigint      not null references staff_account (id),
    at     timestamptz not null,
    primary key (word, k)
);

-- +goose StatementBegin
-- Three attempts, each four hours after the one before, on two working days at least and by
-- two people. Which days are working days is the calendar of the law, which the Book has.
create or replace function quota_tried(of bigint) returns boolean language sql stable as $$
    select exists (select from quota_try a
        join quota_try b on b.offer = a.offer and b.at >= a.at + interval '4 hours'
        join quota_try c on c.offer = a.offer and c.at >= b.at + interval '4 hours'
        where a.offer = of and a.day < c.day and b.day is not null and (a.staff, a.staff) is distinct from (b.staff, c.staff))
$$;
-- Whose turn it is: the first of whom nothing is decided; where all are, the first that was
-- passed over and keeps its place; null for nobody.
create function quota_next(of bigint) returns integer language sql stable as $$
    with left_over as (select e.n, exists (select from quota_skip s where (s.round, s.n) = (of, e.n) and s.state = 'held' and s.offer is null and s.undoes is null
                and s.turn = (select count(*) from quota_offer where round = of)) as passed
            from quota_entry e where e.round = of
                and not exists (select from quota_offer o where (o.round, o.n) = (of, e.n) and o.state <> 'undone')
                and not exists (select from quota_skip s where (s.round, s.n) = (of, e.n) and s.state = 'held' and s.offer is null and s.undoes is null and s.reason not in ('away', 'unknown')))
    select coalesce((select n from left_over where not passed order by n limit 1), (select n from left_over order by n limit 1))
$$;
-- Who goes to a household: also somebody of its township.
create function quota_goer(who bigint) returns boolean language sql stable
as $$ select exists (select from staff_account where id = who and active and roles && array['county', 'city', 'officer', 'approver']::text[]) $$;

create function quota_try_fits() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    if not quota_goer(new.staff) or not exists (select from quota_offer where id = new.offer and region = new.region and state = 'open')
        or new.k <> (select count(*) + 1 from quota_try where offer = new.offer) or new.words_clear <> '' then
        raise exception 'an open offer is what a household is reached about' using errcode = 'check_violation', constraint = 'quota_try_fits';
    end if;
    if new.at not between lianou_now() - interval '1 minute' and lianou_now() + interval '1 minute' or new.day <> (new.at at time zone 'Asia/Shanghai')::date then
        raise exception 'an attempt is written down when it was made' using errcode = 'check_violation', constraint = 'quota_try_time';
    end if;
    return new;
end
$$;
create function quota_visit_fits() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    if not quota_goer(new.staff) or not exists (select from quota_skip where id = new.word and region = new.region and state = 'asked' and notice is not null)
        or new.k <> (select count(*) + 1 from quota_visit where word = new.word) or new.at not between lianou_now() - interval '1 minute' and lianou_now() + interval '1 minute' then
        raise exception 'a household is visited about a word that waits' using errcode = 'check_violation', constraint = 'quota_visit_fits';
    end if;
    if exists (select from quota_skip where id = new.word and asker = new.staff) then
        raise exception 'another than who wrote it goes' using errcode = 'check_violation', constraint = 'quota_visit_another';
    end if;
    return new;
end
$$;
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
create trigger quota_try_fits before insert on quota_try for each row execute function quota_try_fits();
create trigger quota_visit_fits before insert on quota_visit for each row execute function quota_visit_fits();
create trigger quota_is_final before update or delete on quota_visit for each row execute function quota_is_final();
call lianou_scope_table('quota_visit');
grant select on quota_visit to lianou_check, lianou_backup;
grant select, insert on quota_visit to lianou_platform;

-- +goose Down
-- +goose StatementBegin
do $$
begin
    raise exception 'there is no way down from 00547: words of two people about places, and visits, would be lost; restore a backup from before it instead';
end
$$;
-- +goose StatementEnd
