-- A pair of which somebody said that it is one person was hidden for fourteen days by whoever put it
-- off, after each word again, for ever. Another puts it off once; then it stays on the list.

-- +goose Up
-- +goose StatementBegin
-- Whether somebody else than who said that the two are one put it off since, so that who does not put
-- it off any more: of the words since the rows were last two, of who counts, where that word stands.
create function pair_put_off(of bigint, who bigint) returns boolean language sql stable security definer
set search_path = public, pg_temp set lianou.city = 'on' as $$
    with said as (
            select id, staff, region, verdict from person_verdict
            where pair = of and verdict in ('same', 'different', 'later') and staff not in (select pair_uncounted(of))
                and id > (select max(since) from person_pair where pair = of)),
        last as (select distinct on (staff, region) staff, verdict from said order by staff, region, id desc),
        yes as (select staff from last where verdict = 'same')
    select exists (select from said where verdict = 'later' and staff = who) -- nobody puts off one pair twice: it would never be looked at
        or exists (select from yes where staff <> who)
        and exists (select from said l join said s on s.verdict = 'same' and s.id < l.id and s.staff <> l.staff where l.verdict = 'later' and s.staff in (select staff from yes))
$$;
-- As before (00592), and nobody puts off twice.
create or replace function person_verdict_fits() returns trigger language plpgsql security definer
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
    if new.verdict = 'later' and pair_put_off(new.pair, new.staff) then
        raise exception 'put off already' using errcode = 'check_violation', table = 'person_verdict', constraint = 'pair_put_off';
    end if;
    case new.verdict
    when 'apart' then update person_pair set waits = 'apart', sayers = array[new.staff] where pair = new.pair;
    when 'agree' then update person_pair set waits = 'parting', sayers = array[new.staff], since = new.id where pair = new.pair;
    when 'keep', 'back' then update person_pair set waits = null, sayers = '{}' where pair = new.pair;
    else null;
    end case;
    return new;
end $$;
-- +goose StatementEnd
revoke execute on function pair_put_off(bigint, bigint) from public;
grant execute on function pair_put_off(bigint, bigint) to lianou_platform;

-- +goose Down
-- +goose StatementBegin
create or replace function person_verdict_fits() returns trigger language plpgsql security definer
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
-- +goose StatementEnd
drop function pair_put_off(bigint, bigint);
