-- Kin of a household do nothing with its place, wherever its people live now: whose members
-- moved to another county are hidden from who acts on the list, and so were their kin.

-- +goose Up
-- +goose StatementBegin
-- Whether a member of staff is kin of somebody who lives or ever lived in a household, city-wide:
-- yes or no, and of nobody else's kin.
create function quota_kin(who bigint, home bigint) returns boolean
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select exists (select from staff_kin_of(array(select person from membership where household = home)) where staff = who)
$$;
create function quota_kin_bars() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
declare
    is_now jsonb := to_jsonb(new);
    was    jsonb := case tg_op when 'UPDATE' then to_jsonb(old) else '{}' end;
    home   bigint;
begin
    if tg_table_name = 'quota_try' then
        select e.household into home from quota_offer o join quota_entry e using (round, n) where o.id = (is_now ->> 'offer')::bigint;
    elsif tg_table_name = 'quota_visit' then
        select e.household into home from quota_skip s join quota_entry e using (round, n) where s.id = (is_now ->> 'word')::bigint;
    else
        select household into home from quota_entry where round = (is_now ->> 'round')::bigint and n = (is_now ->> 'n')::int;
    end if;
    for i in 0 .. tg_nargs - 1 loop
        if is_now ->> tg_argv[i] is distinct from was ->> tg_argv[i] and quota_kin((is_now ->> tg_argv[i])::bigint, home) then
            raise exception 'kin do nothing with a place' using errcode = 'check_violation', constraint = 'quota_kin';
        end if;
    end loop;
    return new;
end
$$;
-- +goose StatementEnd
create trigger quota_kin_bars before insert or update on quota_offer for each row execute function quota_kin_bars('maker', 'ender', 'undoer');
create trigger quota_kin_bars before insert or update on quota_skip for each row execute function quota_kin_bars('asker', 'second', 'undoer');
create trigger quota_kin_bars before insert on quota_try for each row execute function quota_kin_bars('staff');
create trigger quota_kin_bars before insert on quota_visit for each row execute function quota_kin_bars('staff');
revoke execute on function quota_kin(bigint, bigint), quota_kin_bars() from public;
grant execute on function quota_kin(bigint, bigint) to lianou_platform;

-- +goose Down
drop trigger quota_kin_bars on quota_visit;
drop trigger quota_kin_bars on quota_try;
drop trigger quota_kin_bars on quota_skip;
drop trigger quota_kin_bars on quota_offer;
drop function quota_kin_bars();
drop function quota_kin(bigint, bigint);
