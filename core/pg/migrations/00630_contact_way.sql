-- By which way somebody is told: what they wish, and what is known of each way to them, by
-- keyed hashes, so that the next notice begins where the last one arrived (features.md F69).
-- And why a notice does not wait for the morning, where one may not.

-- +goose Up
alter table notice
    add column person  bytea check (length(person) = 32),  -- account, or number where there is none: whose wish counts
    add column contact bytea check (length(contact) = 32), -- account and number: a new number has no past
    add column haste   text not null default '' check (haste in ('', 'emergency', 'visit'));

create table contact_way (
    contact bytea       not null check (length(contact) = 32),
    channel text        not null check (channel in ('wechat', 'sms', 'voice')),
    told    timestamptz,             -- last proven to have told them
    failed  timestamptz,             -- last said to be dead for good
    code    text        not null default '', -- the provider's, of the failure
    primary key (contact, channel),
    check (told is not null or failed is not null)
);
create table contact_wish (
    id      bigint      generated always as identity primary key,
    person  bytea       not null check (length(person) = 32),
    channel text        not null check (channel in ('', 'wechat', 'sms', 'voice')), -- '' takes a wish back
    at      timestamptz not null,
    staff   bigint      references staff_account (id) -- who wrote it down for them; null: they themselves
);
create index contact_wish_person on contact_wish (person, id desc);

grant select on contact_way to lianou_platform;
grant select, insert on contact_way to lianou_gateway;
grant update (told, failed, code) on contact_way to lianou_gateway;
grant select, insert on contact_wish to lianou_platform, lianou_gateway;
grant select on contact_way, contact_wish to lianou_check, lianou_backup;

-- The public edge writes no wish in an officer's name.
-- +goose StatementBegin
create function contact_wish_guard() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    if new.staff is not null and current_user = 'lianou_gateway' then
        raise exception 'only a desk writes down what somebody else wishes'
            using errcode = 'check_violation', constraint = 'contact_wish_staff', table = tg_table_name;
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger contact_wish_guard before insert on contact_wish for each row execute function contact_wish_guard();

-- +goose Down
drop table contact_wish, contact_way;
drop function contact_wish_guard();
alter table notice drop column person, drop column contact, drop column haste;
