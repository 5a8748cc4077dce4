-- A decision says by which device, and when, who decided showed a second factor (security.md P16).
-- Signatures of before have none and stay what they are.
--
-- Times are the machine's: what a demonstration does to the city's clock ends no log-in.

-- +goose Up
alter table decision_signature
    add column second_factor bigint,
    add column second_at timestamptz,
    add column second_demanded boolean not null default false,
    add constraint decision_signature_second check ((second_factor is null) = (second_at is null) and (second_factor is not null or not second_demanded));
create index decision_signature_demanded on decision_signature (id) where second_demanded;

-- +goose StatementBegin

-- Whether somebody has to show one: the city demands it, or they have a device.
create function second_due(who bigint) returns boolean language sql stable
set search_path = public, pg_temp as $$
    select exists (select from staff_demand) or exists (select from staff_factor f where f.staff = who and f.enrolled is not null and f.ended is null)
$$;

-- Whether somebody has to, and did not within a working day.
create function second_lacks(who bigint) returns boolean language sql stable
set search_path = public, pg_temp as $$
    select second_due(who) and not exists (select from staff_shown s join staff_factor f on f.id = s.factor
        where s.staff = who and f.ended is null and s.at between clock_timestamp() - interval '12 hours' and clock_timestamp())
$$;

create function decision_second() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if new.second_factor is null and second_due(new.by_staff)
       or new.second_factor is not null and not exists (select from staff_shown s join staff_factor f on f.id = s.factor
            where s.session = new.session and s.staff = new.by_staff and s.factor = new.second_factor and s.at = new.second_at
              and f.ended is null and s.at between clock_timestamp() - interval '12 hours' and clock_timestamp()) then
        raise exception 'decided without a second factor'
            using errcode = 'check_violation', constraint = 'decision_second', table = 'decision_signature';
    end if;
    if new.second_demanded and not exists (select from staff_demand) then
        insert into staff_demand default values on conflict do nothing;
    end if;
    return new;
end $$;

-- Money goes out by the same rule; a batch bears no signature, so its approver's last showing is asked for.
create function payout_second() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_table_name = 'payout_batch' then
        if new.approved_by is not null and old.approved_by is null and second_lacks(new.approved_by) then
            raise exception 'approved without a second factor'
                using errcode = 'check_violation', constraint = 'payout_second', table = 'payout_batch';
        end if;
    elsif new.confirmed_by is not null and old.confirmed_by is null and second_lacks(new.confirmed_by) then
        raise exception 'confirmed without a second factor'
            using errcode = 'check_violation', constraint = 'payout_second', table = 'payout_fix';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger decision_second before insert on decision_signature for each row execute function decision_second();
create trigger payout_second before update of approved_by on payout_batch for each row execute function payout_second();
create trigger payout_second before update of confirmed_by on payout_fix for each row execute function payout_second();

-- +goose Down
drop trigger payout_second on payout_fix;
drop trigger payout_second on payout_batch;
drop trigger decision_second on decision_signature;
drop function payout_second(), decision_second(), second_lacks(bigint), second_due(bigint);
drop index decision_signature_demanded;
alter table decision_signature drop constraint decision_signature_second, drop column second_demanded, drop column second_at, drop column second_factor;
