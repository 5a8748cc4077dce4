-- That a household gives up its offer was one person's word, and the place went to the next.
-- Now it waits for a second, in the rows in which skips wait for theirs: until then the
-- household has its place. What waits may be taken back, a skip as well.

-- +goose Up
-- +goose StatementBegin
do $$
declare c record;
begin
    for c in select conname from pg_constraint where contype = 'c' and conrelid = 'quota_skip'::regclass
        and conname <> 'quota_skip_two_people' and pg_get_constraintdef(oid) ~ '\y(reason|second|turn|undone)\y' and conname <> 'quota_skip_state_check' loop
        execute format('alter table quota_skip drop constraint %I', c.conname);
    end loop;
end
$$;
-- +goose StatementEnd
alter table quota_skip add offer bigint references quota_offer (id), -- that is given up, null for a skip
    add notice bigint, -- by which the household was told that it was written
    add constraint quota_skip_reason_check check (reason in ('away', 'unknown', 'housed', 'moved', 'died', 'excluded', 'declined')),
    add constraint quota_skip_declined check ((reason = 'declined') = (offer is not null) and (offer is null) = (notice is null)),
    add constraint quota_skip_second check (state = 'undone' or (state = 'asked') = (second is null)),
    add constraint quota_skip_seconded check ((second is null) = (seconded is null)),
    add constraint quota_skip_turn check ((turn is not null) = (state = 'held' or state = 'undone' and second is not null)),
    add constraint quota_skip_undone check ((state = 'undone') = (undone is not null and undoer is not null and (undo_why is not null or undo_clear <> '')));
drop index quota_one_skip_asked;
create unique index quota_one_skip_asked on quota_skip (round) where state = 'asked' and offer is null;
create unique index quota_one_decline_asked on quota_skip (offer) where state = 'asked';

-- +goose StatementBegin
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
    if new.state = 'declined' and not exists (select from quota_skip where offer = new.id and state = 'held' and second = new.ender) then
        raise exception 'two people hear that an offer is given up' using errcode = 'check_violation', constraint = 'quota_declined_two_people';
    end if;
    if old.state = 'open' and exists (select from quota_skip where offer = new.id and state = 'asked') then
        raise exception 'somebody has written that it is given up' using errcode = 'check_violation', constraint = 'quota_one_decline_asked';
    end if;
    if new.state = 'undone' and exists (select from quota_offer where round = new.round and n > new.n and state = 'accepted') then
        raise exception 'somebody later has accepted' using errcode = 'check_violation', constraint = 'quota_too_late';
    end if;
    if new.state = 'unreached' and (select count(*) < 3 or count(distinct (at at time zone 'Asia/Shanghai')::date) < 2 from quota_try where offer = new.id) then
        raise exception 'three attempts on two days come first' using errcode = 'check_violation', constraint = 'quota_tries';
    end if;
    return new;
end
$$;
create or replace function quota_skip_moves() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    if tg_op = 'INSERT' then
        if new.state <> 'asked' or not quota_writer(new.asker)
            or new.offer is not null and not exists (select from quota_offer where id = new.offer and (round, n) = (new.round, new.n) and state = 'open') then
            raise exception 'a skip is asked for first' using errcode = 'check_violation', constraint = 'quota_skip_moves';
        end if;
        return new;
    end if;
    if words_only_sealed(to_jsonb(old), to_jsonb(new)) then
        return new;
    end if;
    if (new.id, new.round, new.n, new.region, new.reason, new.words, new.words_clear, new.undo_clear, new.asker, new.asked, new.offer, new.notice)
        is distinct from (old.id, old.round, old.n, old.region, old.reason, old.words, old.words_clear, old.undo_clear, old.asker, old.asked, old.offer, old.notice)
        or (old.state, new.state) not in (('asked', 'held'), ('asked', 'refused'), ('asked', 'undone'), ('held', 'undone'))
        or old.state = 'asked' and new.state = 'undone' and new.second is not null
        or old.state = 'held' and old.offer is not null -- its offer is what is taken back
        or old.second is not null and (new.second, new.seconded, new.turn) is distinct from (old.second, old.seconded, old.turn)
        or new.state in ('held', 'refused') and not quota_writer(new.second) then
        raise exception 'a skip does not move so' using errcode = 'check_violation', constraint = 'quota_skip_moves';
    end if;
    if old.state = 'held' and exists (select from quota_offer where round = new.round and n > new.n and state = 'accepted') then
        raise exception 'somebody later has accepted' using errcode = 'check_violation', constraint = 'quota_too_late';
    end if;
    return new;
end
$$;
-- +goose StatementEnd

-- +goose Down
-- What two people have signed has no place in the tables of before: there is no way down.
select 1;
