-- How much one person has in hand at once has a bound (F78, F100): whoever is at it is given nothing
-- while somebody of the same work is below, and where all are at it a case waits in its township's
-- list, before an approver by name. What is given and not taken up in its days goes on to a
-- colleague (F54). No clock of a case is touched by any of it.
--
-- What is in hand already is written before anything that holds the table of cases (a foreign key of a
-- new table and a trigger do, until the end): cases go on being opened and acted on meanwhile. Held is
-- only the end of it, with a second look at what was given since.

-- +goose Up
-- The figures, as data: of the city ('371400') or of a county, the newest row counts.
create table hand_figure (
    id       bigint generated always as identity primary key,
    region   text not null check (region ~ '^3714[0-9]{2}$'),
    name     text not null check (name in ('officer_cap', 'assistant_cap', 'reply_days', 'moves', 'often')),
    value    integer not null check (value between 1 and 500),
    reason   text not null check (char_length(reason) between 1 and 200),
    at       timestamptz not null,
    by_staff bigint check (by_staff > 0) -- null: the sample that came with the software
);
create index hand_figure_newest on hand_figure (name, region, id desc);
insert into hand_figure (region, name, value, reason, at) values
    ('371400', 'officer_cap', 40, '样例数,县里按实际定', now()), ('371400', 'assistant_cap', 25, '样例数,县里按实际定', now()),
    ('371400', 'reply_days', 2, '样例数,县里按实际定', now()), ('371400', 'moves', 2, '样例数,县里按实际定', now()),
    ('371400', 'often', 3, '样例数,县里按实际定', now());
grant select, insert on hand_figure to lianou_platform;
grant select on hand_figure to lianou_check, lianou_backup;

-- In whose hands a case has been, one row for each time; written by the table of cases itself, so
-- that no way of giving a case can forget it. expired: whoever had it did nothing in its days.
create table case_hop (
    id       bigint generated always as identity primary key,
    case_id  bigint not null,
    region   text not null,
    staff    bigint not null,
    at       timestamptz not null,
    answered timestamptz, -- when they first did something in the case
    ended    timestamptz, -- when it went on
    expired  timestamptz,
    away     boolean not null default false, -- they were on leave, and it counts for nobody
    moved_to bigint,      -- where it went on to by itself
    told     bigint,      -- the approver who was told, once
    check (expired is not null or moved_to is null and told is null and not away)
);
-- Cases of before: whoever has one in hand and has not accepted it begins now.
-- +goose StatementBegin
do $$
begin
    perform set_config('lianou.city', 'on', true);
    insert into case_hop (case_id, region, staff, at, answered)
        select id, region, officer, now(), case when accepted is not null then now() end from casefile
        where officer is not null and state not in ('settled', 'withdrawn', 'returned');
    perform set_config('lianou.city', '', true);
end $$;
-- +goose StatementEnd
create unique index case_hop_one on case_hop (case_id) where ended is null;
create index case_hop_case on case_hop (case_id);
create index case_hop_runs on case_hop (id) where ended is null and answered is null and expired is null;
create index case_hop_when on case_hop (region, at);
create index case_hop_expired on case_hop (region, expired) where expired is not null;
call lianou_scope_table('case_hop');
grant select, insert on case_hop to lianou_platform;
grant update (answered, ended, expired, away, moved_to, told) on case_hop to lianou_platform;
grant select on case_hop to lianou_check, lianou_backup;

-- A part of a case that waits for a hand, and before whom. full: all who may take it have as much
-- in hand as they may; late: nobody took it up in its days, and it is moved no more by itself.
create table case_wait (
    id      bigint generated always as identity primary key,
    case_id bigint not null,
    region  text not null,
    part    text not null check (part in ('officer', 'assistant')),
    why     text not null check (why in ('full', 'late')),
    owner   bigint, -- null: nobody who may is there, and the clock tells the county
    since   timestamptz not null,
    ended   timestamptz
);
create unique index case_wait_one on case_wait (case_id, part) where ended is null;
create index case_wait_case on case_wait (case_id);
create index case_wait_open on case_wait (region, part) where ended is null;
call lianou_scope_table('case_wait');
grant select, insert on case_wait to lianou_platform;
grant update (owner, ended) on case_wait to lianou_platform;
grant select on case_wait to lianou_check, lianou_backup;

-- What one person had in hand went to others in one act, without leave (F101): who said so and why.
-- Its cases are rows of case_handover, each of which goes back while nothing was done.
create table hand_move (
    id         bigint generated always as identity primary key,
    from_staff bigint not null,
    part       text not null check (part in ('officer', 'assistant')),
    why        text not null check (char_length(why) between 1 and 200),
    at         timestamptz not null,
    by_staff   bigint not null check (by_staff > 0)
);
create index hand_move_by on hand_move (by_staff, at);
grant select, insert on hand_move to lianou_platform;
grant select on hand_move to lianou_check, lianou_backup;

-- +goose StatementBegin
-- What has begun in whose hands, and what waits no more. It never raises: a case that is opened
-- waits for none of this.
create function casefile_hands() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    before bigint := case tg_op when 'UPDATE' then old.officer end;
begin
    if new.officer is distinct from before or new.state in ('settled', 'withdrawn', 'returned') then
        update case_hop set ended = lianou_now() where case_id = new.id and ended is null;
    end if;
    if (new.officer is distinct from before or tg_op = 'UPDATE' and old.state in ('settled', 'withdrawn', 'returned'))
       and new.officer is not null and new.state not in ('settled', 'withdrawn', 'returned') then -- one that is open again begins anew with who has it
        insert into case_hop (case_id, region, staff, at) values (new.id, new.region, new.officer, lianou_now()) on conflict do nothing;
    end if;
    if tg_op = 'UPDATE' then
        update case_wait set ended = lianou_now() where case_id = new.id and ended is null
            and (new.state in ('settled', 'withdrawn', 'returned') or new.routed is null
                or part = 'officer' and new.officer is distinct from old.officer or part = 'officer' and new.state = 'accepted' and old.state <> 'accepted'
                or part = 'assistant' and new.assistant is distinct from old.assistant);
    end if;
    return null;
end $$;

create function case_hop_stays() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if old.ended is not null and to_jsonb(new) - 'region' <> to_jsonb(old) - 'region'
       or old.expired is not null and (new.expired, new.away, new.moved_to, new.told) is distinct from (old.expired, old.away, old.moved_to, old.told)
       or new.answered is not null and new.expired is not null and old.expired is null then
        raise exception 'in whose hands a case has been stays' using errcode = 'restrict_violation', table = 'case_hop', constraint = 'case_hop_stays';
    end if;
    return new;
end $$;

-- What some people have in hand in all their townships, as cases and as weight: a case weighs half
-- of one and as much of the other half as its index says, in thousandths; one of which nothing is
-- known yet weighs a whole. Counts only, of whom the caller names.
create function hand_loads(who bigint[], part text) returns table (staff bigint, cases bigint, weight bigint)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select h.staff, count(*), sum(500 + coalesce(h.index_tenths, 1000) / 2)::bigint from (
        select officer as staff, index_tenths from casefile where part = 'officer' and officer = any (who) and state not in ('settled', 'withdrawn')
        union all
        select assistant, index_tenths from casefile where part = 'assistant' and assistant = any (who) and state not in ('settled', 'withdrawn')) h
    group by h.staff
$$;

-- Whether something waits in a place that one of some accounts serves.
create function hand_waits(who bigint[]) returns boolean
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select exists (select from staff_account a join case_wait w on w.ended is null and w.why = 'full'
        and array[w.region, left(w.region, 6), left(w.region, 4) || '00'] && a.regions where a.id = any (who) and a.active)
$$;
-- +goose StatementEnd
revoke execute on function casefile_hands(), case_hop_stays(), hand_loads(bigint[], text), hand_waits(bigint[]) from public;
grant execute on function hand_loads(bigint[], text), hand_waits(bigint[]) to lianou_platform;
alter table case_handover alter column absence drop not null, add column move bigint references hand_move (id),
    add constraint case_handover_of check ((absence is null) <> (move is null));
create unique index case_handover_move on case_handover (move, case_id);
-- From here on the table of cases is held. Both sides of the keys are looked at whole.
select set_config('lianou.city', 'on', true);
alter table case_hop add foreign key (case_id, region) references casefile (id, region) on update cascade;
alter table case_wait add foreign key (case_id, region) references casefile (id, region) on update cascade;
create trigger casefile_hands after insert or update of officer, assistant, state, routed on casefile for each row execute function casefile_hands();
create trigger case_hop_stays before update on case_hop for each row execute function case_hop_stays();
update case_hop h set ended = now() from casefile f where f.id = h.case_id and h.ended is null and (f.officer is distinct from h.staff or f.state in ('settled', 'withdrawn', 'returned'));
insert into case_hop (case_id, region, staff, at, answered)
    select f.id, f.region, f.officer, now(), case when f.accepted is not null then now() end from casefile f
    where f.officer is not null and f.state not in ('settled', 'withdrawn', 'returned') and not exists (select from case_hop h where h.case_id = f.id and h.ended is null);
select set_config('lianou.city', '', true);

-- +goose Down
drop trigger casefile_hands on casefile;
-- A hand-over without leave has no row before this.
select set_config('lianou.city', 'on', true);
delete from case_handover where absence is null;
select set_config('lianou.city', '', true);
drop index case_handover_move;
alter table case_handover drop constraint case_handover_of, drop column move, alter column absence set not null;
drop table hand_move, case_wait, case_hop, hand_figure;
drop function casefile_hands(), case_hop_stays(), hand_loads(bigint[], text), hand_waits(bigint[]);
