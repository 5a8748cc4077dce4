-- The random re-check (抽查): which decided cases of a county two other people look at again is drawn by
-- lot, and anybody can draw again and come to the same. A round takes three steps, each once and in this
-- order: a seed is committed to in the log; later the log has grown past it, and the list of the period's
-- decided cases is frozen; then the seed is laid open and the draw follows from it. No step can be taken
-- back, and a period has one round, so that nobody draws until the lot suits them.

-- +goose Up
-- How much is looked at, by county; where nothing is said, 30 of a hundred. 最低生活保障审核审批办法（试行）
-- art. 26: not less than 30 %.
create table recheck_share (
    county  text        primary key check (county ~ '^[0-9]{6}$'),
    percent integer     not null check (percent between 30 and 100),
    law     text        not null check (law <> ''), -- the paper that says so
    at      timestamptz not null
);
create table recheck_round (
    id        bigint      generated always as identity primary key,
    county    text        not null check (county ~ '^[0-9]{6}$'),
    since     date        not null,
    until     date        not null, -- the last day
    percent   integer     not null check (percent between 30 and 100),
    state     text        not null default 'committed' check (state in ('committed', 'listed', 'drawn')),
    -- committed
    opener    bigint      not null references staff_account (id),
    opened    timestamptz not null,
    seed_hash bytea       not null unique check (length(seed_hash) = 32), -- SHA-256 of the seed
    sealed    bytea       not null,                                      -- the seed, until it is drawn
    after     integer     not null check (after between 1 and 1000),     -- how many entries the log grows by before its head is taken
    subject   text        not null default '',                            -- of the entry in the log that commits
    -- listed
    lister    bigint      references staff_account (id),
    listed    timestamptz,
    cases     integer     check (cases >= 0),
    head_size bigint,                                    -- the log's head that is mixed in
    head_root bytea       check (length(head_root) = 32),
    digest    bytea       check (length(digest) = 32),    -- of the list
    kin_salt  bytea       check (length(kin_salt) = 32),
    kin_hash  bytea       check (length(kin_hash) = 32),  -- of the register of relatives, salted
    -- drawn
    drawer    bigint      references staff_account (id),
    drawn     timestamptz,
    seed      bytea       check (length(seed) = 32),
    visits    integer     check (visits >= 0),
    check (until >= since and until - since <= 366),
    constraint recheck_listed check ((state <> 'committed') = (lister is not null) and (lister is null) = (listed is null) and (lister is null) = (cases is null) and (lister is null) = (head_size is null)
        and (lister is null) = (head_root is null) and (lister is null) = (digest is null) and (lister is null) = (kin_salt is null) and (lister is null) = (kin_hash is null)),
    constraint recheck_drawn check ((state = 'drawn') = (drawer is not null) and (drawer is null) = (drawn is null) and (drawer is null) = (seed is null) and (drawer is null) = (visits is null))
);
create index recheck_round_county on recheck_round (county, since);
create table recheck_entry (
    round   bigint  not null references recheck_round (id),
    n       integer not null check (n > 0),
    case_id bigint  not null,
    region  text    not null,
    primary key (round, n),
    unique (round, case_id),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create index recheck_entry_case on recheck_entry (case_id);
-- The separate register (单独登记) of a list's cases in which a member of staff is kin: 最低生活保障审核确认办法
-- art. 11 and 20. It lies apart from the list, and no page reads it.
create table recheck_kin (
    round   bigint not null,
    case_id bigint not null,
    region  text   not null,
    primary key (round, case_id),
    foreign key (round, case_id) references recheck_entry (round, case_id),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
-- A drawn case, and who goes there.
create table recheck_visit (
    round   bigint not null,
    case_id bigint not null,
    region  text   not null,
    first   bigint references staff_account (id),
    second  bigint references staff_account (id),
    planned date,
    sender  bigint references staff_account (id),
    sent    timestamptz,
    primary key (round, case_id),
    foreign key (round, case_id) references recheck_entry (round, case_id),
    foreign key (case_id, region) references casefile (id, region) on update cascade,
    constraint recheck_two_visitors check (first <> second),
    check ((first is null) = (second is null) and (first is null) = (planned is null) and (first is null) = (sender is null) and (first is null) = (sent is null))
);
create index recheck_visit_case on recheck_visit (case_id);
create index recheck_visit_first on recheck_visit (first);
create index recheck_visit_second on recheck_visit (second);
-- What the two found: one writes it, the other holds it or says that it was otherwise.
create table recheck_word (
    id       bigint      generated always as identity primary key,
    round    bigint      not null,
    case_id  bigint      not null,
    region   text        not null,
    staff    bigint      not null references staff_account (id),
    at       timestamptz not null,
    outcome  text        not null check (outcome in ('same', 'different')),
    words    bytea       not null, -- sealed
    row      uuid        not null unique, -- what the words are sealed under
    state    text        not null default 'open' check (state in ('open', 'held', 'refused')),
    second   bigint      references staff_account (id),
    seconded timestamptz,
    foreign key (round, case_id) references recheck_visit (round, case_id),
    foreign key (case_id, region) references casefile (id, region) on update cascade,
    constraint recheck_word_two check (staff <> second),
    check ((state = 'open') = (second is null) and (second is null) = (seconded is null))
);
create unique index recheck_one_word on recheck_word (round, case_id) where state <> 'refused';
call lianou_scope_table('recheck_entry');
call lianou_scope_table('recheck_kin');
call lianou_scope_table('recheck_visit');
call lianou_scope_table('recheck_word');

-- The draw, once more in SQL: lowest tickets first. Every part that is hashed has a fixed length.
create function recheck_ticket(key bytea, id bigint) returns bytea language sql immutable strict parallel safe
set search_path = public, pg_temp as $$ select sha256(key || int8send(id)) $$;
create function recheck_key(seed bytea, root bytea, round bigint) returns bytea language sql immutable strict parallel safe
set search_path = public, pg_temp as $$ select sha256(convert_to('lianou recheck 1' || chr(10), 'UTF8') || seed || root || int8send(round)) $$;
-- +goose StatementBegin
-- The decided cases of a county and period; city-wide, so that no scope makes a list shorter.
create function recheck_decided(at_county text, from_day date, to_day date) returns table (case_id bigint, region text)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select distinct f.id, f.region from decision d join casefile f on f.id = d.case_id
    where d.outcome in ('approved', 'refused') and left(f.region, 6) = at_county
        and d.at >= from_day::timestamp at time zone 'Asia/Shanghai' and d.at < (to_day + 1)::timestamp at time zone 'Asia/Shanghai'
    order by 1
$$;
-- The first signed head of the log that has a round's commitment and as many entries more as it says.
create function recheck_head(of bigint) returns table (entry bigint, leaf bigint, size bigint, root bytea)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select e.id, l.n, c.size, c.root from recheck_round r
        join audit_entry e on e.subject = r.subject and e.act = 'recheck.committed' join audit_leaf l on l.entry = e.id
        cross join lateral (select k.size, k.root from audit_checkpoint k where k.size > l.n + r.after order by k.size limit 1) c
    where r.id = of order by l.n limit 1
$$;
-- Those of some cases in which a member of staff is kin.
create function recheck_related(ids bigint[]) returns setof bigint
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select distinct c.case_id from case_conflict c where c.case_id = any (ids) order by 1
$$;
-- Who does not look at a case again: whoever went there, works on it or decided it; and, apart, kin.
create function recheck_barred(of bigint) returns setof bigint
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select unnest(array[v.first_staff, v.second_staff]) from visit v where v.case_id = of
    union select unnest(array[d.proposer, d.approver]) from decision d where d.case_id = of
    union select unnest(array[f.officer, f.assistant]) from casefile f where f.id = of
$$;
create function recheck_kin_of(of bigint) returns setof bigint
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select c.staff from case_conflict c where c.case_id = of
$$;
-- What a draw comes to.
create function recheck_draw(of bigint, laid_open bytea) returns setof bigint
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    (select e.case_id from recheck_round r join recheck_entry e on e.round = r.id where r.id = of
        order by recheck_ticket(recheck_key(laid_open, r.head_root, r.id), e.case_id) limit (select (cases * percent + 99) / 100 from recheck_round where id = of))
    union select k.case_id from recheck_kin k where k.round = of
$$;
-- Whether the list is the one that the period comes to.
create function recheck_whole(of bigint) returns boolean
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select not exists (select from recheck_round r cross join recheck_decided(r.county, r.since, r.until) d
                full join (select * from recheck_entry where round = of) e on e.case_id = d.case_id
                where r.id = of and (e.case_id is null or d.case_id is null) or r.id is null and e.round = of)
        and not exists (select from (select e.n, row_number() over (order by e.case_id) as k from recheck_entry e where e.round = of) x where x.n <> x.k)
        and not exists (select from (select e.case_id from recheck_entry e where e.round = of and exists (select from case_conflict c where c.case_id = e.case_id)) want
                full join (select case_id from recheck_kin where round = of) has on has.case_id = want.case_id where has.case_id is null or want.case_id is null)
$$;
create function recheck_round_guard() returns trigger language plpgsql security definer
set search_path = public, pg_temp set lianou.city = 'on' as $$
declare
    today date := (lianou_now() at time zone 'Asia/Shanghai')::date;
    wrong text;
    head  record;
begin
    if tg_op = 'INSERT' then
        perform pg_advisory_xact_lock(hashtextextended('recheck ' || new.county, 0));
        case
            when new.state <> 'committed' then wrong := 'recheck_order';
            when new.until > today + 100 or new.since < today - 400 then wrong := 'recheck_days';
            when exists (select from recheck_round r where r.county = new.county and r.since <= new.until and new.since <= r.until) then wrong := 'recheck_once';
            when new.percent < coalesce((select percent from recheck_share where county = new.county), 30) then wrong := 'recheck_share';
            else
        end case;
    elsif (new.id, new.county, new.since, new.until, new.percent, new.opener, new.opened, new.seed_hash, new.sealed, new.after)
            is distinct from (old.id, old.county, old.since, old.until, old.percent, old.opener, old.opened, old.seed_hash, old.sealed, old.after)
            or new.subject <> old.subject and old.subject <> '' then
        wrong := 'recheck_final';
    elsif old.state = 'committed' and new.state = 'committed' then
        wrong := case when (new.lister, new.drawer) is distinct from (old.lister, old.drawer) then 'recheck_order' end;
    elsif old.state = 'committed' and new.state = 'listed' then
        select * into head from recheck_head(new.id);
        case
            when new.until >= today then wrong := 'recheck_early';
            when head is null or head.size is null then wrong := 'recheck_head';
            when (new.head_size, new.head_root) is distinct from (head.size, head.root) then wrong := 'recheck_head';
            when new.cases <> (select count(*) from recheck_entry where round = new.id) or not recheck_whole(new.id) then wrong := 'recheck_whole';
            else
        end case;
    elsif old.state = 'listed' and new.state = 'drawn' then
        case
            when (new.lister, new.listed, new.cases, new.head_size, new.head_root, new.digest, new.kin_salt, new.kin_hash)
                is distinct from (old.lister, old.listed, old.cases, old.head_size, old.head_root, old.digest, old.kin_salt, old.kin_hash) then wrong := 'recheck_final';
            when sha256(new.seed) is distinct from new.seed_hash then wrong := 'recheck_seed';
            when new.visits <> (select count(*) from recheck_visit where round = new.id)
                or exists (select from recheck_draw(new.id, new.seed) d (id) full join (select case_id from recheck_visit where round = new.id) v on v.case_id = d.id where d.id is null or v.case_id is null)
                then wrong := 'recheck_drawn';
            else
        end case;
    else
        wrong := 'recheck_order';
    end if;
    if wrong is not null then
        raise exception 'a round of re-checks does not go this way' using errcode = 'check_violation', constraint = wrong, table = 'recheck_round';
    end if;
    return new;
end $$;
-- Rows come with their step and stay: a case is put on a list before it is frozen, is drawn before the draw stands.
create function recheck_row_guard() returns trigger language plpgsql security definer
set search_path = public, pg_temp set lianou.city = 'on' as $$
declare
    step text;
begin
    if tg_op = 'DELETE' then
        raise exception 'a re-check is not taken back' using errcode = 'restrict_violation', constraint = 'recheck_final', table = tg_table_name;
    end if;
    select state into step from recheck_round where id = new.round for share;
    if tg_op = 'INSERT' and step is distinct from (case tg_table_name when 'recheck_visit' then 'listed' when 'recheck_word' then 'drawn' else 'committed' end)
            or tg_op = 'INSERT' and tg_table_name = 'recheck_visit' and to_jsonb(new) ->> 'first' is not null -- who goes is said later, under its guard
            or tg_op = 'UPDATE' and tg_table_name in ('recheck_entry', 'recheck_kin') and to_jsonb(new) - 'region' <> to_jsonb(old) - 'region' then
        raise exception 'the list and the draw are final' using errcode = 'check_violation', constraint = 'recheck_final', table = tg_table_name;
    end if;
    return new;
end $$;
-- Another pair than before: who went, worked on it or decided it does not look at it again, nor do kin.
create function recheck_visit_guard() returns trigger language plpgsql security definer
set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    if (new.round, new.case_id) is distinct from (old.round, old.case_id)
            or (new.first, new.second) is distinct from (old.first, old.second) and exists (select from recheck_word w where (w.round, w.case_id) = (new.round, new.case_id) and w.state <> 'refused') then
        raise exception 'what was drawn and found stays' using errcode = 'check_violation', constraint = 'recheck_final', table = 'recheck_visit';
    end if;
    if (new.first, new.second) is distinct from (old.first, old.second) and exists (select from recheck_barred(new.case_id) b where b in (new.first, new.second)) then
        raise exception 'another pair goes' using errcode = 'check_violation', constraint = 'recheck_another_pair', table = 'recheck_visit';
    end if;
    if (new.first, new.second) is distinct from (old.first, old.second)
            and exists (select from recheck_kin_of(new.case_id) k where k in (new.first, new.second)) then
        raise exception 'kin do not go' using errcode = 'check_violation', constraint = 'recheck_kin_goes', table = 'recheck_visit';
    end if;
    return new;
end $$;
create function recheck_word_guard() returns trigger language plpgsql security definer
set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    if tg_op = 'UPDATE' and (old.state <> 'open' or (to_jsonb(new) - '{region,state,second,seconded}'::text[]) <> (to_jsonb(old) - '{region,state,second,seconded}'::text[]))
            and (to_jsonb(new) - 'region') <> (to_jsonb(old) - 'region') then
        raise exception 'what was found stays' using errcode = 'check_violation', constraint = 'recheck_final', table = 'recheck_word';
    end if;
    if not exists (select from recheck_visit v where (v.round, v.case_id) = (new.round, new.case_id) and new.staff in (v.first, v.second)
            and (new.second is null or new.second in (v.first, v.second)) and v.planned <= (lianou_now() at time zone 'Asia/Shanghai')::date) then
        raise exception 'only the two who went say what they found' using errcode = 'check_violation', constraint = 'recheck_went', table = 'recheck_word';
    end if;
    return new;
end $$;
create function recheck_no_truncate() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception 'a re-check is not taken back' using errcode = 'restrict_violation', constraint = 'recheck_final', table = tg_table_name;
end $$;
-- +goose StatementEnd
create trigger recheck_round_guard before insert or update on recheck_round for each row execute function recheck_round_guard();
create trigger recheck_no_delete before delete or truncate on recheck_round for each statement execute function recheck_no_truncate();
create trigger recheck_row_guard before insert or update or delete on recheck_entry for each row execute function recheck_row_guard();
create trigger recheck_row_guard before insert or update or delete on recheck_kin for each row execute function recheck_row_guard();
create trigger recheck_row_guard before insert or delete on recheck_visit for each row execute function recheck_row_guard();
create trigger recheck_row_guard before insert or delete on recheck_word for each row execute function recheck_row_guard();
create trigger recheck_visit_guard before update on recheck_visit for each row execute function recheck_visit_guard();
create trigger recheck_word_guard before insert or update on recheck_word for each row execute function recheck_word_guard();
create trigger recheck_no_truncate before truncate on recheck_entry for each statement execute function recheck_no_truncate();
create trigger recheck_no_truncate before truncate on recheck_kin for each statement execute function recheck_no_truncate();
create trigger recheck_no_truncate before truncate on recheck_visit for each statement execute function recheck_no_truncate();
create trigger recheck_no_truncate before truncate on recheck_word for each statement execute function recheck_no_truncate();
revoke execute on function recheck_decided(text, date, date), recheck_related(bigint[]), recheck_barred(bigint), recheck_kin_of(bigint), recheck_head(bigint), recheck_draw(bigint, bytea), recheck_whole(bigint),
    recheck_round_guard(), recheck_row_guard(), recheck_visit_guard(), recheck_word_guard() from public;
grant execute on function recheck_decided(text, date, date), recheck_related(bigint[]), recheck_barred(bigint), recheck_kin_of(bigint), recheck_head(bigint) to lianou_platform;
grant select, insert on recheck_share, recheck_round, recheck_entry, recheck_kin, recheck_visit, recheck_word to lianou_platform;
grant update (percent, law, at) on recheck_share to lianou_platform;
grant update (state, subject, lister, listed, cases, head_size, head_root, digest, kin_salt, kin_hash, drawer, drawn, seed, visits) on recheck_round to lianou_platform;
grant update (first, second, planned, sender, sent) on recheck_visit to lianou_platform;
grant update (state, second, seconded) on recheck_word to lianou_platform;
grant select on recheck_share, recheck_round, recheck_entry, recheck_kin, recheck_visit, recheck_word to lianou_check, lianou_backup;
grant select on recheck_round, recheck_entry, recheck_kin, recheck_visit to lianou_audit;

-- +goose Down
drop table recheck_word, recheck_visit, recheck_kin, recheck_entry, recheck_round, recheck_share;
drop function recheck_no_truncate();
drop function recheck_word_guard();
drop function recheck_visit_guard();
drop function recheck_row_guard();
drop function recheck_round_guard();
drop function recheck_whole(bigint);
drop function recheck_draw(bigint, bytea);
drop function recheck_head(bigint);
drop function recheck_kin_of(bigint);
drop function recheck_barred(bigint);
drop function recheck_related(bigint[]);
drop function recheck_decided(text, date, date);
drop function recheck_key(bytea, bytea, bigint);
drop function recheck_ticket(bytea, bigint);
