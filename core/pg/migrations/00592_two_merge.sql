-- Two rows of the register become one by the word of two people, and two again by two: until
-- now one person's word was enough for either, and corrections of a single fact need two. The
-- database holds it, for whatever program writes: a word is somebody's who may speak for the
-- township and is no kin of either, words about a pair come one after the other, and an alias
-- begins and ends only where the words for it stand.

-- +goose Up
-- 'apart' asks that what was made one be two again, 'agree' and 'keep' answer it, 'back' takes
-- the asking back. 'undo' is of before, when one person did it alone.
alter table person_verdict drop constraint person_verdict_verdict_check;
alter table person_verdict add constraint person_verdict_verdict_check
    check (verdict in ('same', 'different', 'later', 'undo', 'apart', 'agree', 'keep', 'back'));
alter table person_alias add end_asker bigint check (end_asker > 0), -- asked for the end; ender agreed
    add constraint person_alias_ends_by_two check (end_asker <> ender);

-- What a pair waits for, on the line of each township: a word of somebody there who is none of
-- the sayers, or of the other township, as the words stood when their consequence was last
-- drawn; where the two are one, that somebody other than the sayer agrees to an end, or, agreed
-- by the sayer, that the end is drawn. The latter come with the word itself: who answers may
-- speak for one township only, and the other sees no word of theirs, but both see their line.
--
-- What was said up to the word since, of whether they are one, was answered by that word: the
-- rows were two again. Each township reads it on its own line as well.
alter table person_pair add waits text check (waits in ('second', 'beyond', 'apart', 'parting')),
    add sayers bigint[] not null default '{}',
    add since bigint not null default 0,
    add constraint person_pair_sayers check ((waits is null) = (sayers = '{}')),
    add constraint person_pair_waits check (waits is null or state <> 'different' and (waits in ('apart', 'parting')) = (state = 'same'));
create index person_pair_waits on person_pair (region) where waits in ('second', 'apart');
grant update (waits, sayers) on person_pair to lianou_platform;

-- An undo whose consequence nobody has drawn yet was one person's: it asks now. What one
-- person or one township said of a pair that is open waits.
alter table person_verdict disable trigger words_stay;
select set_config('lianou.city', 'on', true);
update person_verdict v set verdict = 'apart' from person_pair p
    where p.pair = v.pair and p.region = v.region and p.state = 'same' and v.verdict = 'undo'
        and not exists (select from person_verdict w where w.pair = v.pair and w.id > v.id and w.verdict <> 'undo');
update person_pair p set waits = 'apart', sayers = array[(select v.staff from person_verdict v where v.pair = p.pair and v.verdict = 'apart' order by id desc limit 1)]
    where p.state = 'same' and exists (select from person_verdict v where v.pair = p.pair and v.verdict = 'apart');
update person_pair p set since = u.id from (select pair, max(id) as id from person_verdict where verdict = 'undo' group by pair) u where u.pair = p.pair;
with said as (
        select distinct on (v.pair, v.staff, v.region) v.pair, v.staff, v.region, v.verdict from person_verdict v
        where v.id > coalesce((select max(since) from person_pair p where p.pair = v.pair), 0)
        order by v.pair, v.staff, v.region, v.id desc),
    yes as (select pair, array_agg(distinct staff) as staff, array_agg(distinct region) as towns from said where verdict = 'same' group by pair)
update person_pair p set sayers = yes.staff, waits = case when p.region = any (yes.towns) and not p.other_region = any (yes.towns) then 'beyond' else 'second' end
    from yes where yes.pair = p.pair and p.state in ('open', 'later')
        and not (cardinality(yes.staff) > 1 and p.region = any (yes.towns) and p.other_region = any (yes.towns));
select set_config('lianou.city', '', true);
alter table person_verdict enable trigger words_stay;

-- +goose StatementBegin
-- Staff who are kin of either row of a pair, or of somebody who lives or lived in one household
-- with one of them, ids only: how many a household counts is theirs too.
create function pair_kin(of bigint) returns setof bigint language sql stable security definer
set search_path = public, pg_temp set lianou.city = 'on' as $$
    select staff from staff_kin_near(array(select person from person_pair where pair = of), '{}')
$$;
-- And with them who said something of it and is on the staff no more: what these said counts for
-- nothing, neither for one person nor for two.
create function pair_uncounted(of bigint) returns setof bigint language sql stable security definer
set search_path = public, pg_temp set lianou.city = 'on' as $$
    select pair_kin(of) union select v.staff from person_verdict v join staff_account a on a.id = v.staff where v.pair = of and not a.active
$$;

-- Words about a pair come one after the other, each numbered when it is its turn. One about
-- rows that are one is told on both lines at once.
create function person_verdict_fits() returns trigger language plpgsql security definer
set search_path = public, pg_temp
set lianou.city = 'on' as $$
declare
    was text; before person_verdict; ask person_verdict;
begin
    perform 1 from person_pair where pair = new.pair order by person for update;
    select state into was from person_pair where pair = new.pair and region = new.region limit 1;
    if not found then
        raise exception 'no such people in this township' using errcode = 'foreign_key_violation', table = 'person_verdict', constraint = 'pair_region';
    end if;
    if not exists (select from staff_account where id = new.staff and active and roles && array['officer', 'approver', 'county']
            and regions && array[new.region, left(new.region, 6), left(new.region, 4) || '00']) then
        raise exception 'nobody who speaks for this township' using errcode = 'check_violation', table = 'person_verdict', constraint = 'pair_speaker';
    end if;
    if new.staff in (select pair_kin(new.pair)) then
        raise exception 'kin of one of the two' using errcode = 'check_violation', table = 'person_verdict', constraint = 'pair_kin';
    end if;
    new.id := nextval(pg_get_serial_sequence('person_verdict', 'id'));
    select * into before from person_verdict where pair = new.pair order by id desc limit 1;
    if (before.staff, before.verdict, before.at) = (new.staff, new.verdict, new.at) and before.region <> new.region then
        return new; -- said in the same breath for the other township
    end if;
    select * into ask from person_verdict where pair = new.pair and verdict in ('undo', 'apart', 'agree', 'keep', 'back') order by id desc limit 1;
    if new.verdict = 'undo' or (was = 'same') <> (new.verdict in ('apart', 'agree', 'keep', 'back')) or new.verdict = 'apart' and before.verdict = 'agree'
            or new.verdict in ('agree', 'keep', 'back') and ask.verdict is distinct from 'apart'
            or new.verdict = 'back' and ask.staff <> new.staff then
        raise exception 'not as the pair stands' using errcode = 'check_violation', table = 'person_verdict', constraint = 'pair_state';
    end if;
    if new.verdict = 'apart' and ask.verdict = 'apart' then
        raise exception 'asked already' using errcode = 'check_violation', table = 'person_verdict', constraint = 'pair_asked';
    end if;
    if new.verdict in ('agree', 'keep') and ask.staff = new.staff then
        raise exception 'who asked does not answer' using errcode = 'check_violation', table = 'person_verdict', constraint = 'pair_two_people';
    end if;
    if new.verdict = 'agree' and ask.staff in (select pair_kin(new.pair)) then
        raise exception 'who asked is kin of one of the two' using errcode = 'check_violation', table = 'person_verdict', constraint = 'pair_asker_kin';
    end if;
    case new.verdict
    when 'apart' then update person_pair set waits = 'apart', sayers = array[new.staff] where pair = new.pair;
    when 'agree' then update person_pair set waits = 'parting', sayers = array[new.staff], since = new.id where pair = new.pair;
    when 'keep', 'back' then update person_pair set waits = null, sayers = '{}' where pair = new.pair;
    else null;
    end case;
    return new;
end $$;

-- Whether two people said of a pair that it is one person, in both townships, and nobody that
-- it is two: by the last word of each in each township since the rows were two again.
create function pair_said(of bigint, one bigint, two bigint, towns text[]) returns boolean language sql stable
set search_path = public, pg_temp as $$
    with said as (
            select distinct on (staff, region) staff, region, verdict from person_verdict
            where pair = of and verdict in ('same', 'different', 'later') and staff not in (select pair_uncounted(of))
                and id > (select max(since) from person_pair where pair = of)
            order by staff, region, id desc),
        yes as (select staff, region from said where verdict = 'same')
    select one <> two and array[one, two] <@ array(select staff from yes) and towns <@ array(select region from yes)
        and not exists (select from said where verdict = 'different')
$$;

create or replace function registry_alias_allowed() returns trigger language plpgsql security definer
set search_path = public, pg_temp
set lianou.city = 'on' as $$
declare
    g person; k person; of bigint;
begin
    select * into g from person where id = new.gone;
    select * into k from person where id = new.kept;
    if g.id is null or k.id is null or new.region not in (g.region, k.region) then
        raise exception 'no such people in this township' using errcode = 'foreign_key_violation', table = 'person_alias', constraint = 'person_alias_people';
    end if;
    if exists (select from person_alias a where a.gone = new.gone and a.kept = new.kept and a.at = new.at
            and (a.decider, a.second, a.ended, a.ender, a.end_asker) is not distinct from (new.decider, new.second, new.ended, new.ender, new.end_asker)) then
        return new;
    end if;
    select pair into of from person_pair where person = new.gone and other = new.kept;
    perform 1 from person_pair where pair = of order by person for update;
    if new.second is null or of is null or not pair_said(of, new.decider, new.second, array[g.region, k.region]) then
        raise exception 'two people have to say so' using errcode = 'check_violation', table = 'person_alias', constraint = 'person_alias_two_people';
    end if;
    if exists (select from person_alias a where a.ended is null and (a.kept = new.gone or a.gone = new.kept or a.gone = new.gone and a.kept <> new.kept)) then
        raise exception 'one of them is part of another pair' using errcode = 'unique_violation', table = 'person_alias', constraint = 'person_alias_flat';
    end if;
    return new;
end $$;

create or replace function registry_alias_ends_once() returns trigger language plpgsql security definer
set search_path = public, pg_temp
set lianou.city = 'on' as $$
declare
    of bigint; answer person_verdict; asker bigint;
begin
    if old.ended is not null and (new.ended, new.ender, new.end_asker) is distinct from (old.ended, old.ender, old.end_asker) then
        raise exception 'what was ended stays so' using errcode = 'restrict_violation', table = 'person_alias', constraint = 'person_alias_ends_once';
    end if;
    if old.ended is null and new.ended is not null then
        select pair into of from person_pair where person = new.gone and other = new.kept;
        perform 1 from person_pair where pair = of order by person for update;
        select * into answer from person_verdict where pair = of order by id desc limit 1;
        select staff into asker from person_verdict where pair = of and verdict = 'apart' order by id desc limit 1;
        if (answer.verdict, answer.staff, asker) is distinct from ('agree', new.ender, new.end_asker) then
            raise exception 'two people have to say so' using errcode = 'check_violation', table = 'person_alias', constraint = 'person_alias_two_people';
        end if;
    end if;
    return new;
end $$;

create or replace function registry_settle_pairs(who bigint, was text, town text) returns void language plpgsql security definer
set search_path = public, pg_temp
set lianou.city = 'on' as $$
declare
    a person_alias; elsewhere boolean;
begin
    for a in select * from person_alias where region = was and who in (gone, kept) order by id loop
        select region <> was into elsewhere from person where id = case a.gone when who then a.kept else a.gone end;
        if exists (select from person_alias b where b.gone = a.gone and b.kept = a.kept and b.at = a.at and b.region = town) then
            delete from person_alias where id = a.id and elsewhere; -- the other's township has its line
        elsif elsewhere then
            update person_alias set region = town where id = a.id;
        else
            insert into person_alias (region, gone, kept, decider, second, at, ended, ender, end_asker)
                values (town, a.gone, a.kept, a.decider, a.second, a.at, a.ended, a.ender, a.end_asker);
        end if;
    end loop;
    update person_pair set region = town where person = who;
    update person_pair set other_region = town where other = who;
end $$;
-- +goose StatementEnd
create trigger person_verdict_fits before insert on person_verdict for each row execute function person_verdict_fits();
grant update (end_asker) on person_alias to lianou_platform;
revoke execute on function pair_kin(bigint), pair_uncounted(bigint), pair_said(bigint, bigint, bigint, text[]), person_verdict_fits() from public;
grant execute on function pair_kin(bigint), pair_uncounted(bigint) to lianou_platform;

-- +goose Down
drop trigger person_verdict_fits on person_verdict;
-- +goose StatementBegin
create or replace function registry_alias_allowed() returns trigger language plpgsql security definer
set search_path = public, pg_temp
set lianou.city = 'on' as $$
declare
    g person; k person;
begin
    select * into g from person where id = new.gone;
    select * into k from person where id = new.kept;
    if g.id is null or k.id is null or new.region not in (g.region, k.region) then
        raise exception 'no such people in this township' using errcode = 'foreign_key_violation', table = 'person_alias', constraint = 'person_alias_people';
    end if;
    if exists (select from person_alias a where a.gone = new.gone and a.kept = new.kept and a.at = new.at
            and (a.decider, a.second, a.ended, a.ender) is not distinct from (new.decider, new.second, new.ended, new.ender)) then
        return new;
    end if;
    if g.id_blind <> k.id_blind and new.second is null then
        raise exception 'two numbers need two people' using errcode = 'check_violation', table = 'person_alias', constraint = 'person_alias_two_numbers';
    end if;
    if exists (select from person_alias a where a.ended is null and (a.kept = new.gone or a.gone = new.kept or a.gone = new.gone and a.kept <> new.kept)) then
        raise exception 'one of them is part of another pair' using errcode = 'unique_violation', table = 'person_alias', constraint = 'person_alias_flat';
    end if;
    return new;
end $$;

create or replace function registry_settle_pairs(who bigint, was text, town text) returns void language plpgsql security definer
set search_path = public, pg_temp
set lianou.city = 'on' as $$
declare
    a person_alias; elsewhere boolean;
begin
    for a in select * from person_alias where region = was and who in (gone, kept) order by id loop
        select region <> was into elsewhere from person where id = case a.gone when who then a.kept else a.gone end;
        if exists (select from person_alias b where b.gone = a.gone and b.kept = a.kept and b.at = a.at and b.region = town) then
            delete from person_alias where id = a.id and elsewhere; -- the other's township has its line
        elsif elsewhere then
            update person_alias set region = town where id = a.id;
        else
            insert into person_alias (region, gone, kept, decider, second, at, ended, ender)
                values (town, a.gone, a.kept, a.decider, a.second, a.at, a.ended, a.ender);
        end if;
    end loop;
    update person_pair set region = town where person = who;
    update person_pair set other_region = town where other = who;
end $$;

create or replace function registry_alias_ends_once() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if old.ended is not null and (new.ended, new.ender) is distinct from (old.ended, old.ender) then
        raise exception 'what was ended stays so' using errcode = 'restrict_violation', table = 'person_alias', constraint = 'person_alias_ends_once';
    end if;
    return new;
end $$;
-- +goose StatementEnd
drop function person_verdict_fits(), pair_said(bigint, bigint, bigint, text[]), pair_uncounted(bigint), pair_kin(bigint);
revoke update (end_asker) on person_alias from lianou_platform;
alter table person_alias drop constraint person_alias_ends_by_two, drop column end_asker;
drop index person_pair_waits;
alter table person_pair drop constraint person_pair_waits, drop constraint person_pair_sayers, drop column waits, drop column sayers, drop column since;
-- An end that two agreed to is the one word of before; what only waited is not known there.
alter table person_verdict disable trigger words_stay;
select set_config('lianou.city', 'on', true);
update person_verdict set verdict = 'undo' where verdict = 'agree';
delete from person_verdict where verdict in ('apart', 'keep', 'back');
select set_config('lianou.city', '', true);
alter table person_verdict enable trigger words_stay;
alter table person_verdict drop constraint person_verdict_verdict_check;
alter table person_verdict add constraint person_verdict_verdict_check check (verdict in ('same', 'different', 'later', 'undo'));
