-- What households said, and why one was passed over, lies sealed as other words do (P24).
-- Words that were written before this stand in *_clear until a job has sealed them.

-- +goose Up
-- +goose StatementBegin
do $$
declare c record;
begin
    for c in select conrelid::regclass as of, conname from pg_constraint
        where contype = 'c' and conrelid in ('quota_offer'::regclass, 'quota_try'::regclass, 'quota_skip'::regclass, 'person_verdict'::regclass)
            and pg_get_constraintdef(oid) ~ '\y(words|undo_why|reason)\y' and pg_get_constraintdef(oid) !~ 'housed' loop
        execute format('alter table %s drop constraint %I', c.of, c.conname);
    end loop;
end
$$;
-- +goose StatementEnd
alter table quota_offer rename words to words_clear;
alter table quota_offer rename undo_why to undo_clear;
alter table quota_offer add words bytea, add undo_why bytea,
    add check (state not in ('accepted', 'declined', 'unreached') or (ended is not null and (words is not null or words_clear <> ''))),
    add check ((state = 'undone') = (undoer is not null and (undo_why is not null or undo_clear <> '')));
alter table quota_try rename words to words_clear;
alter table quota_try alter words_clear set default '', add words bytea, add check (words is not null or words_clear <> '');
alter table quota_skip rename words to words_clear;
alter table quota_skip rename undo_why to undo_clear;
alter table quota_skip alter words_clear set default '', add words bytea, add undo_why bytea,
    add check (words is not null or words_clear <> ''),
    add check ((state = 'undone') = (undone is not null and undoer is not null and (undo_why is not null or undo_clear <> '')));
alter table person_verdict rename reason to reason_clear;
alter table person_verdict alter reason_clear set default '', add reason bytea, add check (reason is not null or reason_clear <> '');

-- Nothing is written in the clear any more, and what lies so is only ever sealed: the same
-- row with its words sealed.
-- +goose StatementBegin
create function words_only_sealed(old_row jsonb, new_row jsonb) returns boolean language sql immutable as $$
    with col as (select unnest(array['words', 'undo_why', 'reason']) as sealed, unnest(array['words_clear', 'undo_clear', 'reason_clear']) as clear),
        had as (select sealed, clear, old_row -> sealed as sealed_was, new_row -> sealed as sealed_is, old_row ->> clear as was, new_row ->> clear as remains from col where old_row ? clear)
    select bool_or(was <> '') and bool_and(remains = '' and case when was = '' then sealed_is = sealed_was else sealed_was = 'null' and sealed_is <> 'null' end)
        and old_row - array_agg(sealed) - array_agg(clear) = new_row - array_agg(sealed) - array_agg(clear)
    from had
$$;
create function words_stay() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if words_only_sealed(to_jsonb(old), to_jsonb(new)) or (select rolsuper from pg_roles where rolname = current_user) then
        return new;
    end if;
    raise exception 'what was said stays' using errcode = 'restrict_violation', constraint = 'quota_is_final';
end
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
        if new.state <> 'asked' or not quota_writer(new.asker) then
            raise exception 'a skip is asked for first' using errcode = 'check_violation', constraint = 'quota_skip_moves';
        end if;
        return new;
    end if;
    if words_only_sealed(to_jsonb(old), to_jsonb(new)) then
        return new;
    end if;
    if (new.id, new.round, new.n, new.region, new.reason, new.words, new.words_clear, new.undo_clear, new.asker, new.asked)
        is distinct from (old.id, old.round, old.n, old.region, old.reason, old.words, old.words_clear, old.undo_clear, old.asker, old.asked)
        or (old.state, new.state) not in (('asked', 'held'), ('asked', 'refused'), ('held', 'undone'))
        or old.second is not null and (new.second, new.seconded, new.turn) is distinct from (old.second, old.seconded, old.turn)
        or new.state in ('held', 'refused') and not quota_writer(new.second) then
        raise exception 'a skip does not move so' using errcode = 'check_violation', constraint = 'quota_skip_moves';
    end if;
    if new.state = 'undone' and exists (select from quota_offer where round = new.round and n > new.n and state = 'accepted') then
        raise exception 'somebody later has accepted' using errcode = 'check_violation', constraint = 'quota_too_late';
    end if;
    return new;
end
$$;
-- +goose StatementEnd
drop trigger quota_is_final on quota_try;
create trigger quota_is_final before delete on quota_try for each row execute function quota_is_final();
create trigger words_stay before update on quota_try for each row execute function words_stay();
create trigger words_stay before update on person_verdict for each row execute function words_stay();
grant execute on function words_only_sealed(jsonb, jsonb) to lianou_platform;
grant update (words, words_clear) on quota_try to lianou_platform;
grant update (words, undo_why, words_clear, undo_clear) on quota_offer, quota_skip to lianou_platform;
grant update (reason, reason_clear) on person_verdict to lianou_platform;

-- +goose Down
-- What was sealed is not laid open again: there is no way down with words in the tables.
select 1;
