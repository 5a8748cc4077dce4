-- Of an emergency: its papers count once somebody has agreed to it, and are owed no more where it was
-- none after all; whose it is and when are the case's and the clock's, whoever writes the row. Until now
-- a visit between the proposal and the decision counted one that was then sent back for the year, and
-- after one that was sent back the next of its claim had no clock, and could never end.
--
-- Of less money: less is what is less than this very month was to be, whatever was agreed for later.
-- Of a household's word: somebody of the case, no day before the case and none to come.

-- +goose Up
insert into deadline_cause (kind, cause, runs, says, day, law) values
    ('papers', 'rushed_again', false, 'an emergency that was sent back is paid first after all', 'ten working days from then', '先救后补,十个工作日内补手续,样本口径');

-- +goose StatementBegin
create or replace function claim_emergency_within() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    k text;
begin
    select f.household, f.person, f.number_key, lianou_now(), null, false into new.household, new.person, new.number_key, new.at, new.ended, new.made_good
        from casefile f where f.id = new.case_id;
    for k in select distinct x from unnest(array['h' || new.household, 'p' || new.person, 'n' || encode(new.number_key, 'hex')]) x where x is not null order by x loop
        perform pg_advisory_xact_lock(hashtextextended('emergency ' || k, 0));
    end loop;
    if claim_emergency_had(new.household, new.person, new.number_key, new.at) + new.amount > new.ceiling then
        raise exception 'beyond what a year has for emergencies' using errcode = 'check_violation', constraint = 'claim_emergency_within', table = 'claim_emergency';
    end if;
    return new;
end $$;
create or replace function claim_emergency_papers() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    update claim_emergency set ended = new.met, made_good = true where claim_id = new.claim_id and ended is null
        and exists (select from decision d where d.claim_id = new.claim_id and d.outcome = 'approved');
    return null;
end $$;
-- Agreed to with its papers there already, it ends that day.
create function claim_emergency_agreed() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    update claim_emergency set ended = new.at, made_good = true where claim_id = new.claim_id and ended is null
        and exists (select from deadline d where d.case_id = new.case_id and d.claim_id = new.claim_id and d.kind = 'papers' and d.met is not null);
    return null;
end $$;
create or replace function claim_emergency_undone() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    if not exists (select from decision d where d.claim_id = new.id and d.outcome = 'approved') then
        update claim_emergency set ended = new.updated where claim_id = new.id and ended is null;
        update deadline set met = new.updated where case_id = new.case_id and claim_id = new.id and kind = 'papers' and met is null; -- of what is none nobody owes papers; by the index, for each acceptance comes here
    end if;
    return null;
end $$;
-- +goose StatementEnd
create trigger claim_emergency_agreed after insert on decision for each row when (new.outcome = 'approved') execute function claim_emergency_agreed();

-- What a claim is to pay in a month: the newest sum that was agreed for it or a month before, else what was granted.
create function benefit_due(of_claim bigint, month text) returns bigint language sql stable set search_path = public, pg_temp as $$
    select coalesce(
        (select c.amount from benefit_change c where c.claim_id = of_claim and c.state = 'approved' and c.kind = 'change' and c.from_period <= month order by c.from_period desc, c.id desc limit 1),
        (select c.was from benefit_change c where c.claim_id = of_claim and c.state = 'approved' and c.kind = 'change' order by c.id limit 1),
        (select k.amount from claim k where k.id = of_claim))
$$;
grant execute on function benefit_due(bigint, text) to lianou_platform;
create index benefit_change_agreed on benefit_change (claim_id, from_period) where state = 'approved' and kind = 'change';
-- +goose StatementBegin
create or replace function benefit_noticed() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    due bigint := benefit_due(new.claim_id, new.from_period);
begin
    if new.state = 'approved' and (new.kind = 'stop' or new.amount < due)
       and new.from_period < benefit_from((select k.item from claim k where k.id = new.claim_id), (greatest(new.decided, lianou_now()) at time zone 'Asia/Shanghai')::date)
       and not (new.kind = 'stop' and person_left((select f.person from casefile f where f.id = new.case_id))) then
        raise exception 'less before the household knows' using errcode = 'check_violation', constraint = 'benefit_noticed', table = 'benefit_change';
    end if;
    return new;
end $$;
create or replace function claim_agreed() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if new.state = 'agreed' and old.state = 'proposed' then
        if new.agreed_how = ''
           or new.agreed_how = 'application' and not exists (select from casefile f where f.id = new.case_id and new.item = any (f.asked))
           or new.agreed_how = 'urgent' and new.item not in ('MZ-03', 'YJ-01')
           or new.agreed_ref <> '' and not exists (select from case_member m where m.case_id = new.case_id and m.ref = new.agreed_ref)
           or new.agreed_at > lianou_now() + interval '1 minute'
           or new.agreed_at < (select f.first_contact from casefile f where f.id = new.case_id) then
            raise exception 'nobody of the household agreed' using errcode = 'check_violation', constraint = 'claim_agreed', table = 'claim';
        end if;
    elsif (new.agreed_how, new.agreed_ref, new.agreed_at) is distinct from (old.agreed_how, old.agreed_ref, old.agreed_at) then
        raise exception 'who agreed stays so' using errcode = 'check_violation', constraint = 'claim_agreed', table = 'claim';
    end if;
    return new;
end $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
create or replace function claim_agreed() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if new.state = 'agreed' and old.state = 'proposed' then
        if new.agreed_how = ''
           or new.agreed_how = 'application' and not exists (select from casefile f where f.id = new.case_id and new.item = any (f.asked))
           or new.agreed_how = 'urgent' and new.item not in ('MZ-03', 'YJ-01') then
            raise exception 'nobody of the household agreed' using errcode = 'check_violation', constraint = 'claim_agreed', table = 'claim';
        end if;
    elsif (new.agreed_how, new.agreed_ref, new.agreed_at) is distinct from (old.agreed_how, old.agreed_ref, old.agreed_at) then
        raise exception 'who agreed stays so' using errcode = 'check_violation', constraint = 'claim_agreed', table = 'claim';
    end if;
    return new;
end $$;
create or replace function benefit_noticed() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if new.state = 'approved' and (new.kind = 'stop' or new.amount < new.was)
       and new.from_period < benefit_from((select k.item from claim k where k.id = new.claim_id), (new.decided at time zone 'Asia/Shanghai')::date)
       and not (new.kind = 'stop' and person_left((select f.person from casefile f where f.id = new.case_id))) then
        raise exception 'less before the household knows' using errcode = 'check_violation', constraint = 'benefit_noticed', table = 'benefit_change';
    end if;
    return new;
end $$;
-- +goose StatementEnd
drop index benefit_change_agreed;
drop function benefit_due(bigint, text);
drop trigger claim_emergency_agreed on decision;
drop function claim_emergency_agreed();
-- +goose StatementBegin
create or replace function claim_emergency_undone() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    if not exists (select from decision d where d.claim_id = new.id and d.outcome = 'approved') then
        update claim_emergency set ended = new.updated where claim_id = new.id and ended is null;
    end if;
    return null;
end $$;
create or replace function claim_emergency_papers() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    update claim_emergency set ended = new.met, made_good = true where claim_id = new.claim_id and ended is null;
    return null;
end $$;
create or replace function claim_emergency_within() returns trigger language plpgsql set search_path = public, pg_temp as $$
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
-- +goose StatementEnd
delete from deadline_cause where kind = 'papers' and cause = 'rushed_again';
