-- A place went to the next household by one person's word: that nobody of theirs was
-- reached; and one person took back what two had held. Now every word that moves a place or a
-- turn waits for a second person, as that a household gives its offer up does.

-- +goose Up
alter table quota_skip drop constraint quota_skip_reason_check, drop constraint quota_skip_declined;
alter table quota_skip add until date, -- the last day on which a household that is told of it may still say something; null of those asked before
    add after bigint, -- notice of what came of a word that the household was told of, where it has its place or loses it by being taken back
    add undoes bigint references quota_skip (id), -- the skip that is to be taken back; of an offer it stands in offer
    add constraint quota_skip_reason_check check (reason in ('away', 'unknown', 'housed', 'moved', 'died', 'excluded', 'declined', 'unreached', 'undo')),
    add constraint quota_skip_about check (case when reason in ('declined', 'unreached') then offer is not null and undoes is null and notice is not null
        when reason = 'undo' then num_nonnulls(offer, undoes) = 1 and (notice is null or offer is not null)
        else num_nonnulls(offer, undoes, notice) = 0 end),
    add constraint quota_skip_until check (case when until is null then reason <> 'unreached' else notice is not null end);
drop index quota_one_skip_asked, quota_one_decline_asked;
create unique index quota_one_skip_asked on quota_skip (round) where state = 'asked' and offer is null and undoes is null;
create unique index quota_one_word on quota_skip (round, n) where state = 'asked';

-- Three attempts on two days, by two people: who tried nothing themselves would sign for
-- what they have not seen.
-- +goose StatementBegin
create function quota_tried(of bigint) returns boolean language sql stable as $$
    select count(*) >= 3 and count(distinct (at at time zone 'Asia/Shanghai')::date) >= 2 and count(distinct staff) >= 2 from quota_try where offer = of
$$;
create or replace function quota_offer_moves() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    if tg_op = 'INSERT' then
        if new.state <> 'open' or not quota_writer(new.maker)
            or not exists (select from quota_round where id = new.round and state = 'frozen' and new.place_no <= places) then
            raise exception 'only places that a frozen round has are offered' using errcode = 'check_violation', constraint = 'quota_places';
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
    heard date;
begin
    if tg_op = 'INSERT' then
        if new.state <> 'asked' or not quota_writer(new.asker)
            or new.offer is not null and not exists (select from quota_offer where id = new.offer and (round, n) = (new.round, new.n)
                and case when new.reason = 'undo' then state <> 'undone' and (new.notice is not null) = (state in ('open', 'accepted')) else state = 'open' end)
            or new.undoes is not null and not exists (select from quota_skip where id = new.undoes and (round, n) = (new.round, new.n) and state = 'held' and offer is null and undoes is null) then
            raise exception 'a skip is asked for first' using errcode = 'check_violation', constraint = 'quota_skip_moves';
        end if;
        if new.reason = 'unreached' and not quota_tried(new.offer) then
            raise exception 'three attempts on two days by two people come first' using errcode = 'check_violation', constraint = 'quota_tries';
        end if;
        if new.notice is not null and coalesce(new.until, '-infinity') < greatest((select answer_by from quota_offer where id = new.offer and new.reason = 'unreached'), (new.asked at time zone 'Asia/Shanghai')::date + 3) then
            raise exception 'a household has its days to be heard' using errcode = 'check_violation', constraint = 'quota_until';
        end if;
        -- By one person, of one offer, on one day; what they took back themselves bars no
        -- other word, but is told too.
        if new.notice is not null and (select count(*) filter (where state <> 'undone') >= 1 or count(*) >= 2 from quota_skip
            where offer = new.offer and reason = new.reason and asker = new.asker and (asked at time zone 'Asia/Shanghai')::date = (new.asked at time zone 'Asia/Shanghai')::date) then
            raise exception 'a household is not told the same over and over' using errcode = 'check_violation', constraint = 'quota_often';
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
        or new.state in ('held', 'refused') and not quota_writer(new.second) then
        raise exception 'a skip does not move so' using errcode = 'check_violation', constraint = 'quota_skip_moves';
    end if;
    if new.state = 'held' and new.notice is not null then
        select (ended at time zone 'Asia/Shanghai')::date into heard from notice where id = new.notice and state in ('confirmed', 'untold');
        if heard is null then
            raise exception 'a household hears of it first' using errcode = 'check_violation', constraint = 'quota_unheard';
        end if;
        if (new.seconded at time zone 'Asia/Shanghai')::date <= greatest(new.until, (new.asked at time zone 'Asia/Shanghai')::date + 3, heard + 3) then
            raise exception 'a household has its days to be heard' using errcode = 'check_violation', constraint = 'quota_until';
        end if;
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
grant update (after) on quota_skip to lianou_platform;

-- A list that was drawn names who comes first: one person alone cannot make it void until
-- another order comes out. That it be withdrawn is asked for, and another does it; who freezes
-- it instead has said that it is right.
alter table quota_round add leaver bigint references staff_account (id), add leaving timestamptz, -- who asked that it be withdrawn, and when
    add constraint quota_leaving check ((leaver is null) = (leaving is null));
-- +goose StatementBegin
create function quota_round_leaves() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    if (new.leaver, new.leaving) is distinct from (old.leaver, old.leaving)
        and (old.leaver is not null or old.state <> 'open' or new.state <> 'open' or old.drawn is null or not quota_writer(new.leaver)) then
        raise exception 'it is asked for once that a list be withdrawn' using errcode = 'check_violation', constraint = 'quota_leaving';
    end if;
    if new.state = 'withdrawn' and old.state = 'open' and old.drawn is not null and (old.leaver is null or old.leaver = new.ender) then
        raise exception 'two people withdraw a list that was drawn' using errcode = 'check_violation', constraint = 'quota_withdraw_two_people';
    end if;
    return new;
end
$$;
-- +goose StatementEnd
create trigger quota_round_leaves before update on quota_round for each row execute function quota_round_leaves();
grant update (leaver, leaving) on quota_round to lianou_platform;

-- +goose Down
-- What two people have signed has no place in the tables of before, and is not thrown away.
-- +goose StatementBegin
do $$
begin
    raise exception 'there is no way down from 00538: words of two people about places would be lost; restore a backup from before it instead';
end
$$;
-- +goose StatementEnd
