-- Pay first, papers later (先救后补) is for one emergency at a time, and within the township's ceiling
-- (domain.md 3.7; 关于进一步加强和改进临时救助工作的意见). Until now the ceiling was of each claim, and another
-- emergency of the same household passed while the papers of the first were owed: in its next month, on
-- another case, in another township.

-- +goose Up
create table claim_emergency (
    id         bigint generated always as identity primary key,
    claim_id   bigint not null,
    case_id    bigint not null,
    region     text not null,
    household  bigint,                                   -- as the case knew it; null until somebody found it
    person     bigint,
    number_key bytea check (length(number_key) = 32),    -- as casefile.number_key
    amount     bigint not null check (amount > 0),       -- fen; of goods what they are worth
    ceiling    bigint not null check (ceiling >= amount), -- fen in twelve months, of the Book of that day
    at         timestamptz not null,
    ended      timestamptz,
    made_good  boolean not null default false,           -- ended by its papers; else sent back, refused or withdrawn
    check (not made_good or ended is not null),
    foreign key (claim_id, case_id, region) references claim (id, case_id, region) on update cascade
);
-- One at a time, by whatever the household is known by, in all townships.
create unique index claim_emergency_household on claim_emergency (household) where ended is null and household is not null;
create unique index claim_emergency_person on claim_emergency (person) where ended is null and person is not null;
create unique index claim_emergency_number on claim_emergency (number_key) where ended is null and number_key is not null;
create unique index claim_emergency_claim on claim_emergency (claim_id) where ended is null;
create index claim_emergency_home on claim_emergency (household, at) where household is not null;
create index claim_emergency_who on claim_emergency (person, at) where person is not null;
create index claim_emergency_key on claim_emergency (number_key, at) where number_key is not null;
call lianou_scope_table('claim_emergency');
grant select, insert on claim_emergency to lianou_platform;
-- Nobody ends one but the triggers below.

-- What a household had in the twelve months before, wherever: what was sent back, refused or withdrawn
-- was none. One at a time looks, or two of them would each find room.
-- +goose StatementBegin
create function claim_emergency_had(home bigint, who bigint, number bytea, until timestamptz) returns bigint language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select coalesce(sum(e.amount), 0)::bigint from claim_emergency e
    where (e.household = home or e.person = who or e.number_key = number) and e.at > until - interval '1 year' and (e.ended is null or e.made_good)
$$;
create function claim_emergency_within() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    k text;
begin
    for k in select distinct x from unnest(array['h' || new.household, 'p' || new.person, 'n' || encode(new.number_key, 'hex')]) x where x is not null order by x loop
        perform pg_advisory_xact_lock(hashtextextended('emergency ' || k, 0));
    end loop;
    if claim_emergency_had(new.household, new.person, new.number_key, new.at) + new.amount > new.ceiling then
        raise exception 'beyond what a year has for emergencies' using errcode = 'check_violation', constraint = 'claim_emergency_within', table = 'claim_emergency';
    end if;
    return new;
end $$;
-- An emergency ends with its papers, or by being none after all.
create function claim_emergency_papers() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    update claim_emergency set ended = new.met, made_good = true where claim_id = new.claim_id and ended is null;
    return null;
end $$;
create function claim_emergency_undone() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    if not exists (select from decision d where d.claim_id = new.id and d.outcome = 'approved') then
        update claim_emergency set ended = new.updated where claim_id = new.id and ended is null;
    end if;
    return null;
end $$;
-- A claim is an emergency by its row alone, which has its sum.
create function claim_emergency_named() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from claim_emergency e where e.claim_id = new.id and e.ended is null and e.amount = new.amount) then
        raise exception 'an emergency that is counted nowhere' using errcode = 'check_violation', constraint = 'claim_emergency_named', table = 'claim';
    end if;
    return null;
end $$;
-- +goose StatementEnd
create trigger claim_emergency_within before insert on claim_emergency for each row execute function claim_emergency_within();
create trigger claim_emergency_papers after update of met on deadline for each row when (new.kind = 'papers' and old.met is null and new.met is not null) execute function claim_emergency_papers();
create trigger claim_emergency_undone after update of state on claim for each row when (new.state in ('agreed', 'refused', 'referred', 'withdrawn') and new.state <> old.state) execute function claim_emergency_undone();
create constraint trigger claim_emergency_named after update of state on claim deferrable initially deferred for each row when (new.emergency and new.state = 'reviewed' and old.state = 'agreed') execute function claim_emergency_named();

-- +goose StatementBegin
do $$
begin
    perform set_config('lianou.city', 'on', true);
    insert into claim_emergency (claim_id, case_id, region, household, person, number_key, amount, ceiling, at, ended, made_good)
        select k.id, k.case_id, k.region, f.household, f.person, f.number_key, k.amount, k.amount * 1000, k.updated, case when o.owed then null else k.updated end, not o.owed
        from claim k join casefile f on f.id = k.case_id
            cross join lateral (select exists (select from deadline d where d.claim_id = k.id and d.kind = 'papers' and d.met is null) as owed) o
        where k.emergency and k.amount > 0 and k.state not in ('agreed', 'refused', 'referred', 'withdrawn') order by k.id
        on conflict do nothing;
    perform set_config('lianou.city', '', true);
end $$;
-- +goose StatementEnd

-- +goose Down
drop trigger claim_emergency_named on claim;
drop trigger claim_emergency_undone on claim;
drop trigger claim_emergency_papers on deadline;
drop table claim_emergency;
drop function claim_emergency_named, claim_emergency_undone, claim_emergency_papers, claim_emergency_within, claim_emergency_had(bigint, bigint, bytea, timestamptz);
