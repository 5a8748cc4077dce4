-- Scarce things (公租房、危房改造、公益性岗位): a round has a number of places and a list of
-- households in the order of the index, frozen by two people. What is frozen nobody
-- changes; what is done with it is written down act by act and never overwritten.

-- +goose Up
create table quota_round (
    id      bigint      generated always as identity primary key,
    item    text        not null check (item in ('ZJ-01', 'ZJ-03', 'RS-01')),
    area    text        not null check (area ~ '^3714(\d{2}|\d{5})$'), -- the city, a county or a township
    places  integer     not null check (places between 1 and 2000),
    cutoff  timestamptz not null, -- nothing is frozen before
    why     text        not null check (why <> '' and length(why) <= 500),
    opener  bigint      not null references staff_account (id),
    opened  timestamptz not null,
    state   text        not null default 'open' check (state in ('open', 'frozen', 'withdrawn')),
    ended   timestamptz, -- frozen or withdrawn, and by whom
    ender   bigint      references staff_account (id),
    book    text        not null default '', -- digest of the Book it was judged by
    formula text        not null default '', -- version of the index and its weights
    tie     text        not null default '', -- version of the order of equals
    listed  integer     not null default 0 check (listed >= 0),
    digest  text        not null default '',
    check ((state = 'open') = (ended is null)),
    check ((ended is null) = (ender is null)),
    check ((state = 'frozen') = (digest <> '')),
    check (state <> 'frozen' or (book <> '' and formula <> '' and tie <> '' and ended >= cutoff)),
    constraint quota_two_people check (state <> 'frozen' or ender <> opener)
);

create table quota_entry (
    round     bigint     not null references quota_round (id),
    n         integer    not null check (n >= 1),
    region    text       not null check (length(region) = 9),
    household bigint     not null,
    place     integer    not null check (place >= 0), -- as insight.Place
    low       smallint[] not null check (cardinality(low) = 7), -- tenths of each part, at least
    high      smallint[] not null check (cardinality(high) = 7),
    fits      boolean    not null, -- false: a fact is missing that could still decide
    claim     bigint,              -- that was approved, null for none
    primary key (round, n),
    constraint quota_once_listed unique (round, household),
    unique (round, n, region)
);

create table quota_offer (
    id        bigint      generated always as identity primary key,
    round     bigint      not null,
    n         integer     not null,
    region    text        not null,
    place_no  integer     not null check (place_no >= 1),
    answer_by date        not null,
    maker     bigint      not null references staff_account (id),
    made      timestamptz not null,
    notice    bigint      not null,
    state     text        not null default 'open' check (state in ('open', 'accepted', 'declined', 'unreached', 'undone')),
    words     text        not null default '' check (length(words) <= 500), -- of the household; why, where nobody was reached
    ended     timestamptz,
    ender     bigint      references staff_account (id),
    undo_why  text        not null default '' check (length(undo_why) <= 500),
    undone    timestamptz,
    undoer    bigint      references staff_account (id),
    foreign key (round, n, region) references quota_entry (round, n, region),
    check ((ended is null) = (ender is null)),
    check (state not in ('accepted', 'declined', 'unreached') or (ended is not null and words <> '')),
    check ((state = 'undone') = (undone is not null)),
    check ((state = 'undone') = (undoer is not null and undo_why <> ''))
);
-- One place is offered to one household at a time, and one household holds one offer.
create unique index quota_one_place on quota_offer (round, place_no) where state in ('open', 'accepted');
create unique index quota_one_offer on quota_offer (round, n) where state <> 'undone';

create table quota_try (
    offer  bigint      not null references quota_offer (id),
    k      integer     not null check (k between 1 and 20),
    region text        not null check (length(region) = 9),
    how    text        not null check (how in ('call', 'visit', 'kin')),
    words  text        not null check (words <> '' and length(words) <= 500),
    staff  bigint      not null references staff_account (id),
    at     timestamptz not null,
    primary key (offer, k)
);

create table quota_skip (
    id       bigint      generated always as identity primary key,
    round    bigint      not null,
    n        integer     not null,
    region   text        not null,
    reason   text        not null check (reason in ('away', 'unknown', 'housed', 'moved', 'died', 'excluded')),
    words    text        not null check (words <> '' and length(words) <= 500),
    asker    bigint      not null references staff_account (id),
    asked    timestamptz not null,
    state    text        not null default 'asked' check (state in ('asked', 'held', 'refused', 'undone')),
    second   bigint      references staff_account (id),
    seconded timestamptz,
    turn     integer, -- offers of the round that were made before it was held
    undo_why text        not null default '' check (length(undo_why) <= 500),
    undone   timestamptz,
    undoer   bigint      references staff_account (id),
    foreign key (round, n, region) references quota_entry (round, n, region),
    check ((state = 'asked') = (second is null)),
    check ((second is null) = (seconded is null)),
    check ((state in ('held', 'undone')) = (turn is not null)),
    check ((state = 'undone') = (undone is not null and undoer is not null and undo_why <> '')),
    constraint quota_skip_two_people check (second <> asker)
);
create unique index quota_one_skip_asked on quota_skip (round) where state = 'asked';
create index quota_skip_entry on quota_skip (round, n);

-- +goose StatementBegin
create function quota_is_final() returns trigger language plpgsql as $$
begin
    if (select rolsuper from pg_roles where rolname = current_user) then
        return coalesce(new, old);
    end if;
    raise exception 'what was frozen is not changed' using errcode = 'restrict_violation', constraint = 'quota_is_final';
end
$$;
create function quota_writer(who bigint) returns boolean language sql stable
as $$ select exists (select from staff_account where id = who and active and roles && array['county', 'city']::text[]) $$;
-- A round is opened once, frozen or withdrawn once, and says the same for ever after.
create function quota_round_moves() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    if tg_op = 'INSERT' then
        if new.state <> 'open' or not quota_writer(new.opener) then
            raise exception 'a round is opened by somebody of the county or the city' using errcode = 'check_violation', constraint = 'quota_writer';
        end if;
        return new;
    end if;
    if old.state <> 'open' or (new.id, new.item, new.area, new.places, new.cutoff, new.why, new.opener, new.opened)
        is distinct from (old.id, old.item, old.area, old.places, old.cutoff, old.why, old.opener, old.opened) then
        raise exception 'what was frozen is not changed' using errcode = 'restrict_violation', constraint = 'quota_is_final';
    end if;
    if new.ender is not null and not quota_writer(new.ender) then
        raise exception 'a round is frozen by somebody of the county or the city' using errcode = 'check_violation', constraint = 'quota_writer';
    end if;
    if new.state = 'frozen' and (new.listed <> (select count(*) from quota_entry where round = new.id)
        or new.listed <> (select coalesce(max(n), 0) from quota_entry where round = new.id)) then
        raise exception 'a list is whole when it is frozen' using errcode = 'check_violation', constraint = 'quota_whole';
    end if;
    return new;
end
$$;
create function quota_entry_fits() returns trigger language plpgsql as $$
begin
    if (select state from quota_round where id = new.round) is distinct from 'open' then
        raise exception 'what was frozen is not changed' using errcode = 'restrict_violation', constraint = 'quota_is_final';
    end if;
    return new;
end
$$;
create function quota_offer_moves() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    if tg_op = 'INSERT' then
        if new.state <> 'open' or not quota_writer(new.maker)
            or not exists (select from quota_round where id = new.round and state = 'frozen' and new.place_no <= places) then
            raise exception 'only places that a frozen round has are offered' using errcode = 'check_violation', constraint = 'quota_places';
        end if;
        return new;
    end if;
    if (new.id, new.round, new.n, new.region, new.place_no, new.answer_by, new.maker, new.made, new.notice)
        is distinct from (old.id, old.round, old.n, old.region, old.place_no, old.answer_by, old.maker, old.made, old.notice)
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
create function quota_skip_moves() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    if tg_op = 'INSERT' then
        if new.state <> 'asked' or not quota_writer(new.asker) then
            raise exception 'a skip is asked for first' using errcode = 'check_violation', constraint = 'quota_skip_moves';
        end if;
        return new;
    end if;
    if (new.id, new.round, new.n, new.region, new.reason, new.words, new.asker, new.asked)
        is distinct from (old.id, old.round, old.n, old.region, old.reason, old.words, old.asker, old.asked)
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
create trigger quota_round_moves before insert or update on quota_round for each row execute function quota_round_moves();
create trigger quota_entry_fits before insert on quota_entry for each row execute function quota_entry_fits();
create trigger quota_is_final before update or delete on quota_entry for each row execute function quota_is_final();
create trigger quota_offer_moves before insert or update on quota_offer for each row execute function quota_offer_moves();
create trigger quota_skip_moves before insert or update on quota_skip for each row execute function quota_skip_moves();
create trigger quota_is_final before update or delete on quota_try for each row execute function quota_is_final();
create trigger quota_no_delete before delete on quota_round for each row execute function quota_is_final();
create trigger quota_no_delete before delete on quota_offer for each row execute function quota_is_final();
create trigger quota_no_delete before delete on quota_skip for each row execute function quota_is_final();

call lianou_scope_table('quota_entry');
call lianou_scope_table('quota_offer');
call lianou_scope_table('quota_try');
call lianou_scope_table('quota_skip');

grant select on quota_round, quota_entry, quota_offer, quota_try, quota_skip to lianou_check, lianou_backup;
grant select, insert on quota_round, quota_entry, quota_offer, quota_try, quota_skip to lianou_platform;
grant update (state, ended, ender, book, formula, tie, listed, digest) on quota_round to lianou_platform;
grant update (state, words, ended, ender, undo_why, undone, undoer) on quota_offer to lianou_platform;
grant update (state, second, seconded, turn, undo_why, undone, undoer) on quota_skip to lianou_platform;

-- +goose Down
drop table quota_skip, quota_try, quota_offer, quota_entry, quota_round;
drop function quota_skip_moves();
drop function quota_offer_moves();
drop function quota_entry_fits();
drop function quota_round_moves();
drop function quota_writer(bigint);
drop function quota_is_final();
