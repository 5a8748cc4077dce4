-- Two more ways round 00662 (security.md P19, P16), found by an attacker who has the application's own
-- role: an item is told over and nobody was told; and a decision that nobody signed, in a city that signs.
-- Like there, it is asked at the end of the transaction, of what it wrote, by index.

-- +goose Up
-- +goose StatementBegin

-- When an item was last decided, as its household was told of the outcome: another sum of money that
-- runs is a decision too, and is told as a change.
create function claim_decided_at(of_claim bigint) returns timestamptz language sql stable set search_path = public, pg_temp as $$
    select max(d.at) from decision d where d.claim_id = of_claim and not exists (select from benefit_change b where b.decision = d.id)
$$;

-- Whether a notice reached somebody, by what proves it and not by what its row says: the provider's
-- report, which the gateway alone can write (notice_attempt), or the task of whoever went, with their
-- name. Each role sees one of the two.
create function notice_heard(of_notice bigint, by_way text) returns boolean language sql stable security definer
set search_path = public, pg_temp set lianou.city = 'on' as $$
    select case by_way when 'person' then exists (select from call_task t join staff_account a on a.id = t.by_staff where t.notice = of_notice::text and t.done is not null)
        else exists (select from notice_attempt a where a.notice = of_notice and a.channel = by_way and a.state = 'delivered') end
$$;

-- An appeal that is not wanted any more ends, and the days of an offer run, from when a household heard
-- of it: no row says so by itself.
create function notice_confirmed() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not notice_heard(new.id, new.told_by) then
        raise exception 'confirmed, and nobody heard it'
            using errcode = 'check_violation', constraint = 'notice_confirmed', table = 'notice';
    end if;
    return null;
end $$;

-- "Told" (已告知) is a proven state: a notice of this outcome of this item, and of none before it,
-- reached somebody, by whichever way. After an appeal that somebody made it goes back to what was told
-- before it.
create function claim_told_heard() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from notice n left join telling t on t.notice = n.id and t.claim_id = new.id
            where n.case_id = new.case_id and (n.claim = new.id or t.id is not null) and n.state = 'confirmed' and notice_heard(n.id, n.told_by)
            and (old.state = 'appealed' and exists (select from appeal p where p.claim_id = new.id and p.state in ('answered', 'withdrawn'))
                or n.created >= claim_decided_at(new.id) and case old.state
                when 'delivering' then n.key = (select 'delivered/' || d.id from delivery d where d.claim_id = new.id and d.undone is null)
                when 'paying' then coalesce(t.kind, n.kind) in ('paid', 'changed')
                else coalesce(t.kind, n.kind) = old.state end)) then
        raise exception 'told, and nobody heard it'
            using errcode = 'check_violation', constraint = 'claim_told_heard', table = 'claim';
    end if;
    return null;
end $$;

-- A text, a time and a sum as encoding/json and core.Fen write them, so that the database computes
-- the digests of core/casefile (Decision.Sum, Change.Sum) over what it stores.
create function json_text(said text) returns text language sql immutable set search_path = public, pg_temp as $$
    select replace(replace(replace(replace(replace(to_json(said)::text, '<', '\u003c'), '>', '\u003e'), '&', '\u0026'), chr(8232), '\u2028'), chr(8233), '\u2029')
$$;
create function json_time(at timestamptz) returns text language sql immutable set search_path = public, pg_temp as $$
    select '"' || to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') || rtrim(rtrim(to_char(at at time zone 'UTC', '.US'), '0'), '.') || 'Z"'
$$;
create function json_yuan(fen bigint) returns text language sql immutable set search_path = public, pg_temp as $$
    select case fen % 100 when 0 then (fen / 100)::text else rtrim((fen / 100.0)::numeric(20, 2)::text, '0') end
$$;

create function decision_sum(d decision) returns text language sql stable set search_path = public, pg_temp as $$
    select encode(sha256(convert_to('{"claim":' || d.claim_id || ',"case":' || d.case_id || ',"item":' || json_text(k.item) || ',"outcome":' || json_text(d.outcome)
        || ',"amount_fen":' || coalesce(d.amount::text, 'null') || ',"period":' || json_text(d.period) || ',"sample":' || d.sample || ',"proposer":' || d.proposer
        || ',"approver":' || d.approver || ',"reasons":[' || (select string_agg('{' || (select string_agg(json_text(f.name) || ':' || json_text(coalesce(r.said ->> f.name, '')), ',' order by f.nth)
                from unnest(array['code', 'outcome', 'text', 'member', 'fact', 'value', 'limit', 'law']) with ordinality f(name, nth)
                where f.name in ('outcome', 'text') or r.said ->> f.name <> '') || '}', ',' order by r.nth) from jsonb_array_elements(d.reasons) with ordinality r(said, nth))
        || '],"appeal":' || json_text(d.appeal) || ',"evidence":{' || coalesce('"visit":' || nullif(d.evidence ->> 'visit', '0') || ',', '')
        || coalesce('"notice":' || nullif(d.evidence ->> 'notice', '0') || ',', '') || '"facts":' || json_text(coalesce(d.evidence ->> 'facts', ''))
        || ',"book":' || json_text(coalesce(d.evidence ->> 'book', '')) || '},"facts_version":' || d.facts_version || ',"at":' || json_time(d.at) || '}', 'UTF8')), 'hex')
    from claim k where k.id = d.claim_id
$$;

create function change_sum(c benefit_change) returns text language sql stable set search_path = public, pg_temp as $$
    select encode(sha256(convert_to('[' || c.id || ',' || c.claim_id || ',' || c.case_id || ',' || json_text(c.kind) || ',' || json_yuan(c.was) || ',' || json_yuan(coalesce(c.amount, 0))
        || ',' || json_text(c.from_period) || ',' || json_text(c.reason) || ',' || json_text(c.state) || ',' || c.proposer || ',' || c.approver || ',' || json_time(c.decided)
        || ',' || json_text(c.answer) || ',' || json_text(c.appeal) || ',' || coalesce(c.decision, 0) || ',' || c.above || ']', 'UTF8')), 'hex')
$$;

-- A city that has signed a decision signs them all, each over what is stored of it. That the bytes are
-- the key's own the database cannot see: SM2 is checked by whoever holds the public half (`lianou
-- verify`, cmd/internal/signed). Whether the city signs is asked of all of it, whatever region is chosen.
create function decision_unsigned() returns trigger language plpgsql security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
declare
    content text;
    said    timestamptz;
begin
    if not exists (select from decision_signature where key_id > 0 limit 1) then
        return null;
    end if;
    if tg_argv[0] = 'decision' then
        content := decision_sum(new); said := new.at;
    else
        content := change_sum(new); said := new.decided;
    end if;
    if not exists (select from decision_signature s where s.kind = tg_argv[0] and s.of_id = new.id and s.by_staff = new.approver and s.claim_id = new.claim_id and s.case_id = new.case_id
            and s.at = said and s.digest = content) or tg_argv[0] = 'decision' and to_jsonb(new) ->> 'digest' is distinct from content then
        raise exception 'decided, and not signed by who decided'
            using errcode = 'check_violation', constraint = 'decision_unsigned', table = tg_table_name;
    end if;
    return null;
end $$;
-- +goose StatementEnd

create constraint trigger notice_confirmed after update of state on notice deferrable initially deferred
    for each row when (new.state = 'confirmed' and old.state <> 'confirmed') execute function notice_confirmed();
revoke execute on function notice_heard(bigint, text) from public;
grant execute on function notice_heard(bigint, text) to lianou_platform, lianou_gateway;
create constraint trigger claim_told_heard after update of state on claim deferrable initially deferred
    for each row when (new.state = 'told' and old.state <> 'told') execute function claim_told_heard();
create constraint trigger decision_unsigned after insert on decision deferrable initially deferred
    for each row execute function decision_unsigned('decision');
create constraint trigger change_unsigned after insert or update of state on benefit_change deferrable initially deferred
    for each row when (new.state in ('approved', 'rejected')) execute function decision_unsigned('change');

-- +goose Down
drop trigger change_unsigned on benefit_change;
drop trigger decision_unsigned on decision;
drop trigger claim_told_heard on claim;
drop trigger notice_confirmed on notice;
drop function decision_unsigned, change_sum(benefit_change), decision_sum(decision), json_yuan(bigint), json_time(timestamptz), json_text(text), claim_told_heard, notice_confirmed,
    notice_heard(bigint, text), claim_decided_at(bigint);
