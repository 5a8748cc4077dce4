-- A household hears of a stop, or of less, before it takes force (最低生活保障审核确认办法第32条:
-- told, with reasons; 特困人员认定办法第26条: seven days' notice, then from the next month). Until now the
-- second person's word told it and could be of this very month. By item: how many days before the first
-- month they are told; '' is every other item. What a death or a departure ends is no surprise to anybody.

-- +goose Up
create table benefit_notice (
    item text primary key, -- '' for every item without a row
    days smallint not null check (days between 0 and 120),
    law  text not null check (law <> '')
);
insert into benefit_notice (item, days, law) values
    ('', 0, '告知的下一个月起,样本口径'),
    ('MZ-02', 7, '特困人员认定办法第26条');
grant select on benefit_notice to lianou_platform;

-- The first month of less: the one after that in which the days of an item are over.
create function benefit_from(of_item text, told date) returns text language sql stable set search_path = public, pg_temp as $$
    select to_char(date_trunc('month', told + n.days) + interval '1 month', 'YYYYMM') from benefit_notice n where n.item in ('', of_item) order by n.item desc limit 1
$$;
grant execute on function benefit_from(text, date) to lianou_platform;

-- +goose StatementBegin
create function benefit_noticed() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if new.state = 'approved' and (new.kind = 'stop' or new.amount < new.was)
       and new.from_period < benefit_from((select k.item from claim k where k.id = new.claim_id), (new.decided at time zone 'Asia/Shanghai')::date)
       and not (new.kind = 'stop' and person_left((select f.person from casefile f where f.id = new.case_id))) then
        raise exception 'less before the household knows' using errcode = 'check_violation', constraint = 'benefit_noticed', table = 'benefit_change';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger benefit_noticed before insert or update of state on benefit_change for each row execute function benefit_noticed();

-- +goose Down
drop trigger benefit_noticed on benefit_change;
drop function benefit_noticed, benefit_from(text, date);
drop table benefit_notice;
