-- Who was to withdraw a list with another did not read why; who asked for that could not take
-- it back, and could freeze the list while it waited. And an hour that had passed was taken as
-- a cut-off.

-- +goose Up
alter table quota_round add leaving_why bytea, -- sealed: why it is to be withdrawn; null where nobody asks, and of those asked before this
    add stayer bigint references staff_account (id), add stayed timestamptz, -- who last took back that it be withdrawn, and when
    add constraint quota_stayed check ((stayer is null) = (stayed is null));
-- +goose StatementBegin
create or replace function quota_round_leaves() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    if (new.leaver, new.leaving, new.leaving_why, new.stayer, new.stayed) is distinct from (old.leaver, old.leaving, old.leaving_why, old.stayer, old.stayed)
        and (old.state <> 'open' or new.state <> 'open' or old.drawn is null or case when old.leaver is null
            then new.leaving_why is null or (new.stayer, new.stayed) is distinct from (old.stayer, old.stayed) or not coalesce(quota_writer(new.leaver), false)
            else num_nonnulls(new.leaver, new.leaving, new.leaving_why) > 0 or new.stayer is distinct from old.leaver end) then -- taken back, by who asked
        raise exception 'that a list be withdrawn is asked for, and taken back by who asked' using errcode = 'check_violation', constraint = 'quota_leaving';
    end if;
    if new.state = 'withdrawn' and old.state = 'open' and old.drawn is not null and (old.leaver is null or old.leaver = new.ender) then
        raise exception 'two people withdraw a list that was drawn' using errcode = 'check_violation', constraint = 'quota_withdraw_two_people';
    end if;
    if new.state = 'frozen' and old.state = 'open' and old.leaver = new.ender then
        raise exception 'who asked that a list be withdrawn does not sign it' using errcode = 'check_violation', constraint = 'quota_leaver_freezes';
    end if;
    return new;
end
$$;
-- A minute is for the way from the program to here.
create function quota_round_begins() returns trigger language plpgsql as $$
begin
    if new.cutoff < lianou_now() - interval '1 minute' then
        raise exception 'a cut-off lies ahead' using errcode = 'check_violation', constraint = 'quota_cutoff';
    end if;
    return new;
end
$$;
-- +goose StatementEnd
create trigger quota_round_begins before insert on quota_round for each row execute function quota_round_begins();
grant update (leaving_why, stayer, stayed) on quota_round to lianou_platform;

-- +goose Down
drop trigger quota_round_begins on quota_round;
drop function quota_round_begins();
-- +goose StatementBegin
create or replace function quota_round_leaves() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    if (new.leaver, new.leaving) is distinct from (old.leaver, old.leaving)
        and (old.leaver is not null or old.state <> 'open' or new.state <> 'open' or old.drawn is null or not quota_writer(new.leaver)) then
        raise exception 'it is asked for once that a list be withdrawn' using errcode = 'check_violation', constraint = 'quota_leaving';
    end if;
    if new.state = 'withdrawn' and old.state = 'open' and old.drawn is not null and (old.leaver is null or old.leaver = new.ender) then
        raise exception 'two people withdraw a list that was drawn' using errcode = 'check_violation', constraint = 'quota_withdraw_two_people';
    end if;
    return new;
end
$$;
-- +goose StatementEnd
alter table quota_round drop column leaving_why, drop column stayer, drop column stayed;
