-- 公示栏: what hangs in a township or a village today, for everybody and without a log-in.
-- The gateway reads no row of public_notice: this gives what may be shown and no more, by
-- place, and ends by itself with the last day. Nobody can be searched for.
--
-- Two kinds hang. The opinion (公示), for its days; and, where the law has it published
-- after the confirmation as well (最低生活保障审核确认办法第二十四条: pack C), who was
-- confirmed (公布). That article names no days: seven, a sample figure. What was stopped,
-- changed, or is under an appeal since is no longer published.

-- +goose Up
create index public_notice_region on public_notice (region collate "C", until_day);
-- +goose StatementBegin
create function notice_board(town text, village text) returns table (id bigint, kind text, item_name text, place text, name text, people integer,
    amount bigint, period text, sample boolean, from_day date, until_day date, law text, nth smallint, region text)
language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    with here as (
        select n.*, k.terms from public_notice n join claim k on k.id = n.claim_id
            where town ~ '^[0-9]{9}$' and village ~ '^([0-9]{12})?$'
                and n.region collate "C" >= coalesce(nullif(village, ''), town) and n.region collate "C" < coalesce(nullif(village, ''), town) || ':'
                and n.until_day > (lianou_now() at time zone 'Asia/Shanghai')::date - 400
                and k.notice_days > 0 and k.item <> all (array['MZ-05', 'MZ-06', 'CL-01', 'HS-01', 'JT-01', 'JT-02', 'JT-03', 'JT-04'])), -- children's, whatever the rules say of the days
    hanging as (
        select h.id, 'opinion' as kind, h.item_name, h.place, h.name, h.people, h.amount, h.period, h.sample, h.from_day, h.until_day,
                coalesce(h.terms ->> 'notice_law', '') as law, h.nth, h.region
            from here h where h.state = 'up' and (lianou_now() at time zone 'Asia/Shanghai')::date between h.from_day and h.until_day
        union all
        select h.id, 'confirmed', h.item_name, h.place, h.name, h.people, d.amount, d.period, d.sample,
                (d.at at time zone 'Asia/Shanghai')::date, (d.at at time zone 'Asia/Shanghai')::date + 7, '最低生活保障审核确认办法第24条', 1::smallint, h.region
            from here h
            join lateral (select x.outcome, x.amount, x.period, x.sample, x.at from decision x where x.claim_id = h.claim_id order by x.id desc limit 1) d
                on d.outcome = 'approved' and d.at > lianou_now() - interval '9 days'
            where h.state = 'ended' and 'C' = any (string_to_array(coalesce(h.terms ->> 'packs', ''), ' '))
                and h.terms ->> 'notice_law' like '最低生活保障审核确认办法%'
                and h.id = (select max(y.id) from public_notice y where y.claim_id = h.claim_id)
                and not exists (select from benefit_change b where b.claim_id = h.claim_id and b.state = 'approved')
                and not exists (select from appeal p where p.claim_id = h.claim_id and p.state in ('open', 'proposed'))
                and (lianou_now() at time zone 'Asia/Shanghai')::date <= (d.at at time zone 'Asia/Shanghai')::date + 7)
    select * from hanging order by kind desc, until_day, id limit 500
$$;
-- +goose StatementEnd
revoke execute on function notice_board(text, text) from public;
grant execute on function notice_board(text, text) to lianou_gateway;

-- +goose Down
drop function notice_board(text, text);
drop index public_notice_region;
