-- "Not solved" (没有解决, F82): a household that was told how its matter ended says what is still
-- missing. It is no appeal against a decision and no objection to a notice. It goes back to the unit
-- that decided; said again after an answer it goes one unit up, township, county, city, and never to
-- a unit that answered before. After the city's answer it is kept and lies with the city. Where nobody
-- of a unit can answer one, the unit above has it. One is open for each case. The days are those of the
-- law pack, counted on from the first time it was said: no clock starts anew (F55).

-- +goose Up
alter table case_transition drop constraint case_transition_entity_check;
alter table case_transition add constraint case_transition_entity_check check (entity in ('application', 'case', 'claim', 'appeal',
    'visit', 'notice', 'objection', 'decision', 'payment', 'batch', 'line', 'card', 'telling', 'attempt', 'unsolved'));
insert into case_transition (entity, from_state, to_state) values
    ('unsolved', '', 'open'),
    ('unsolved', 'open', 'solved'), -- the unit says what was done
    ('unsolved', 'open', 'stands'); -- the unit says why it stays as it is, and how to appeal

create table unsolved (
    id          bigint generated always as identity primary key,
    claim_id    bigint not null,
    case_id     bigint not null,
    region      text not null,
    nth         smallint not null check (nth >= 1), -- of its claim
    unit        text not null check (unit in ('township', 'county', 'city')), -- where it lies; goes up, never down
    beyond      boolean not null default false,     -- the city has answered before
    decision    bigint not null references decision (id), -- the newest when it was said
    says        bytea not null,  -- sealed with the case's key
    door        text not null check (door in ('desk', 'village', 'window', 'hotline', 'app', 'miniprogram')),
    taken_by    bigint check (taken_by > 0), -- who wrote it down for the person; null: they did themselves
    sent        bigint unique references supplement (id), -- as what it was handed in through the app
    at          timestamptz not null,
    due         date not null,
    law         text not null,   -- what fixes that day
    who         bigint check (who > 0), -- by name; null: nobody of the unit was free
    state       text not null default 'open',
    answer      bytea,           -- sealed: as the household reads it
    answered_by bigint check (answered_by > 0),
    answered    timestamptz,
    constraint unsolved_answer check (case when state = 'open' then num_nonnulls(answer, answered_by, answered) = 0 else num_nulls(answer, answered_by, answered) = 0 end),
    constraint unsolved_beyond check (not beyond or unit = 'city'),
    unique (claim_id, nth),
    foreign key (claim_id, case_id, region) references claim (id, case_id, region) on update cascade
);
create unique index unsolved_open on unsolved (case_id) where state = 'open';
create index unsolved_case on unsolved (case_id);
create index unsolved_list on unsolved (region, due) where state = 'open';
call lianou_scope_table('unsolved');
grant select, insert on unsolved to lianou_platform;
grant select on unsolved to lianou_check, lianou_backup;
grant update (state, unit, who, answer, answered_by, answered) on unsolved to lianou_platform;

-- +goose StatementBegin
-- Which unit answers the next one of a claim: that which decided, and after an answer the one above.
create function unsolved_unit(claim bigint) returns text language sql stable set search_path = public, pg_temp as $$
    select case coalesce((select max(array_position(array['township', 'county', 'city'], u.unit)) from unsolved u where u.claim_id = claim and u.state <> 'open'), 0)
        when 0 then (select case when k.decides = 'county' then 'county' else 'township' end from claim k where k.id = claim)
        when 1 then 'county' else 'city' end
$$;

-- Whether somebody may not answer one: kin of the household, who answered before, who wrote it down;
-- and of those that have an account, who has no part in that unit there. Above the city is nobody: its
-- people may answer again, or what is said to it a second time could be answered by nobody.
create function unsolved_bars(u unsolved, by_whom bigint) returns boolean language sql stable set search_path = public, pg_temp as $$
    select coalesce(by_whom = u.taken_by, false)
        or u.unit <> 'city' and exists (select from unsolved e where e.claim_id = u.claim_id and e.id <> u.id and e.answered_by = by_whom)
        or exists (select from case_conflict c where c.case_id = u.case_id and c.staff = by_whom)
        or exists (select from staff_account a where a.id = by_whom
            and not (a.active and a.roles && case u.unit when 'township' then array['officer', 'approver'] else array[u.unit] end
                and a.regions && array[u.region, left(u.region, 6), left(u.region, 4) || '00']))
$$;

-- Whether somebody of the unit where one lies can answer it. Leave counts once its day has passed: until
-- then they may be back in time.
create function unsolved_able(u unsolved) returns boolean language sql stable set search_path = public, pg_temp as $$
    select exists (select from staff_account a where a.active and a.regions && array[u.region, left(u.region, 6), left(u.region, 4) || '00']
        and not unsolved_bars(u, a.id)
        and (u.due >= (lianou_now() at time zone 'Asia/Shanghai')::date or not exists (select from staff_absence b
            where b.staff = a.id and b.undone is null and (lianou_now() at time zone 'Asia/Shanghai')::date between b.from_day and b.to_day)))
$$;

create function unsolved_guard() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    wrong text := '';
begin
    if tg_op = 'INSERT' then
        if new.state <> 'open' or new.nth <> (select coalesce(max(u.nth), 0) + 1 from unsolved u where u.claim_id = new.claim_id)
           or new.decision is distinct from (select max(d.id) from decision d where d.claim_id = new.claim_id)
           or not exists (select from claim k where k.id = new.claim_id and k.state in ('approved', 'refused', 'referred', 'paying', 'delivering', 'told', 'closed')) then
            wrong := 'unsolved_of';
        elsif new.unit <> unsolved_unit(new.claim_id)
           or new.beyond <> exists (select from unsolved u where u.claim_id = new.claim_id and u.unit = 'city' and u.state <> 'open') then
            wrong := 'unsolved_climbs';
        end if;
    elsif (to_jsonb(new) - array['region', 'state', 'unit', 'who', 'answer', 'answered_by', 'answered']) <> (to_jsonb(old) - array['region', 'state', 'unit', 'who', 'answer', 'answered_by', 'answered'])
       or old.state <> 'open' and (to_jsonb(new) - 'region') <> (to_jsonb(old) - 'region') then
        wrong := 'unsolved_final';
    elsif new.unit <> old.unit and (new.state <> 'open' or (old.unit, new.unit) not in (('township', 'county'), ('county', 'city')) or unsolved_able(old)) then
        wrong := 'unsolved_raised';
    elsif old.answered_by is null and unsolved_bars(new, new.answered_by) then -- one that was answered goes with its case to another township
        wrong := 'unsolved_people';
    end if;
    if wrong <> '' then
        raise exception 'what is not solved is not so' using errcode = 'check_violation', constraint = wrong, table = 'unsolved';
    end if;
    return new;
end $$;

-- A case is not closed over one that nobody has answered.
create function unsolved_waits() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if exists (select from unsolved where case_id = new.id and state = 'open') then
        raise exception 'closed over what is not solved' using errcode = 'check_violation', constraint = 'unsolved_waits', table = 'casefile';
    end if;
    return new;
end $$;
-- +goose StatementEnd
-- Before unsolved_guard, by its name: what is no step at all is refused as that.
create trigger unsolved_forward before insert or update of state on unsolved for each row execute function casefile_guard('unsolved');
create trigger unsolved_guard before insert or update on unsolved for each row execute function unsolved_guard();
-- After casefile_guard, by its name.
create trigger casefile_unsolved before update of state on casefile for each row
    when (new.state in ('settled', 'withdrawn') and old.state not in ('settled', 'withdrawn')) execute function unsolved_waits();

-- +goose StatementBegin
do $$
declare
    was text := (select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'deadline'::regclass and conname = 'deadline_kind_check');
begin
    alter table deadline drop constraint deadline_kind_check;
    execute 'alter table deadline add constraint deadline_kind_check ' || replace(was, 'ARRAY[', 'ARRAY[''unsolved''::text, ');
end $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
do $$
declare
    was text := (select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'deadline'::regclass and conname = 'deadline_kind_check');
begin
    perform set_config('lianou.city', 'on', true);
    delete from climb c using deadline d where d.id = c.deadline and d.kind = 'unsolved';
    delete from deadline where kind = 'unsolved';
    perform set_config('lianou.city', '', true);
    alter table deadline drop constraint deadline_kind_check;
    execute 'alter table deadline add constraint deadline_kind_check ' || replace(was, '''unsolved''::text, ', '');
end $$;
-- +goose StatementEnd
drop trigger casefile_unsolved on casefile;
drop function unsolved_waits(), unsolved_able(unsolved), unsolved_bars(unsolved, bigint);
drop table unsolved;
drop function unsolved_guard(), unsolved_unit(bigint);
delete from case_transition where entity = 'unsolved';
alter table case_transition drop constraint case_transition_entity_check;
alter table case_transition add constraint case_transition_entity_check check (entity in ('application', 'case', 'claim', 'appeal',
    'visit', 'notice', 'objection', 'decision', 'payment', 'batch', 'line', 'card', 'telling', 'attempt'));
