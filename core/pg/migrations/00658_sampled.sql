-- The sampled call (F105): of what was paid in a county on a day a share is drawn by lot, and somebody who
-- had no part in the money asks the household whether it arrived, and how much. A round takes three steps,
-- each once and in this order, as those of re-checks (00634) do: a seed is committed to in the log; the day
-- is over, the log has grown past the commitment, and the list of what was paid is frozen; the seed is laid
-- open and the draw follows from it. What the household says stays, and where it is not what was paid a
-- matter stands open until a person ends it.

-- +goose Up
-- How much is asked about, by county; where nothing is said, five of a hundred and two tickets more for each
-- reason (sample figures). A county asks about one payment of a day at least.
create table sampled_share (
    county  text        primary key check (county ~ '^[0-9]{6}$'),
    percent integer     not null check (percent between 1 and 100),
    more    integer     not null check (more between 0 and 9), -- tickets more for each reason
    law     text        not null check (law <> ''),            -- the paper that says so
    at      timestamptz not null
);
create table sampled_round (
    id        bigint      generated always as identity primary key,
    county    text        not null check (county ~ '^[0-9]{6}$'),
    day       date        not null, -- on which it was paid
    percent   integer     not null check (percent between 1 and 100),
    more      integer     not null check (more between 0 and 9),
    state     text        not null default 'committed' check (state in ('committed', 'listed', 'drawn')),
    opened    timestamptz not null,
    seed_hash bytea       not null unique check (length(seed_hash) = 32), -- SHA-256 of the seed
    sealed    bytea       not null,                                      -- the seed, until it is drawn
    after     integer     not null check (after between 1 and 1000),     -- how many entries the log grows by before its head is taken
    subject   text        not null default '',                            -- of the entry in the log that commits
    listed    timestamptz,
    lines     integer     check (lines >= 0),
    head_size bigint,
    head_root bytea       check (length(head_root) = 32),
    digest    bytea       check (length(digest) = 32), -- of the list
    drawn     timestamptz,
    seed      bytea       check (length(seed) = 32),
    calls     integer     check (calls >= 0),
    unique (county, day),
    constraint sampled_listed check ((state <> 'committed') = (listed is not null) and (listed is null) = (lines is null) and (listed is null) = (head_size is null)
        and (listed is null) = (head_root is null) and (listed is null) = (digest is null)),
    constraint sampled_drawn check ((state = 'drawn') = (drawn is not null) and (drawn is null) = (seed is null) and (drawn is null) = (calls is null))
);
create index sampled_round_open on sampled_round (day) where state <> 'drawn';
create table sampled_line (
    round   bigint  not null references sampled_round (id),
    n       integer not null check (n > 0),
    line    bigint  not null unique references payout_line (id), -- no payment is on two lists
    case_id bigint  not null,
    region  text    not null,
    weight  integer not null check (weight between 1 and 28), -- tickets
    primary key (round, n),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
create index sampled_line_case on sampled_line (case_id);
-- A drawn payment: who asks, and what the household says. What was paid is copied, so that an answer is
-- held against what was drawn.
create table sampled_call (
    id        bigint generated always as identity primary key,
    round     bigint not null references sampled_round (id),
    line      bigint not null unique references sampled_line (line),
    case_id   bigint not null,
    region    text   not null,
    claim     bigint not null,
    amount    bigint not null check (amount > 0), -- fen
    paid      date   not null,
    how       text   not null check (how in ('phone', 'visit')), -- visit: no telephone, or three calls in vain
    due       date   not null,
    made      timestamptz not null,
    taker     bigint references staff_account (id),
    taken     timestamptz,
    outcome   text   not null default '' check (outcome in ('', 'right', 'amount', 'vague', 'missing', 'taken', 'unsure', 'unfound')),
    stated    bigint check (stated >= 0), -- fen, as the household says it
    stated_on date,
    by_staff  bigint references staff_account (id),
    answered  timestamptz,
    words     bytea,       -- sealed
    row       uuid unique, -- what they are sealed under
    foreign key (case_id, region) references casefile (id, region) on update cascade,
    check ((taker is null) = (taken is null)),
    constraint sampled_answer check ((outcome = '') = (by_staff is null) and (by_staff is null) = (answered is null) and (by_staff is null) = (words is null) and (words is null) = (row is null)
        and (stated is null or outcome in ('right', 'amount')) and (stated_on is null or outcome in ('right', 'amount', 'vague'))),
    constraint sampled_amount check (case outcome when 'right' then stated is not null and stated = amount when 'amount' then stated is not null and stated <> amount else true end)
);
create index sampled_call_open on sampled_call (region, due) where outcome = '';
create index sampled_call_case on sampled_call (case_id);
create index sampled_call_claim on sampled_call (claim) where outcome = '';
create index sampled_call_round on sampled_call (round);
-- A call in vain. Three of different times of the day, and then somebody goes there.
create table sampled_try (
    call    bigint   not null references sampled_call (id),
    case_id bigint   not null,
    region  text     not null,
    slot    smallint not null check (slot between 1 and 4), -- before eleven, before two, before five, later
    at      timestamptz not null,
    staff   bigint   not null references staff_account (id),
    primary key (call, slot),
    foreign key (case_id, region) references casefile (id, region) on update cascade
);
-- What the household said is not what was paid: a payer by name finds out.
create table sampled_matter (
    id       bigint generated always as identity primary key,
    call     bigint not null unique references sampled_call (id),
    case_id  bigint not null,
    region   text   not null,
    kind     text   not null check (kind in ('amount', 'missing', 'taken', 'unfound')),
    opened   timestamptz not null,
    due      date   not null,
    owner    bigint references staff_account (id), -- null: nobody was there who may
    state    text   not null default 'open' check (state in ('open', 'proposed', 'closed')),
    result   text   not null default '' check (result in ('', 'arrived', 'explained', 'repaired', 'passed')),
    by_staff bigint references staff_account (id),
    said     timestamptz,
    words    bytea,       -- sealed: what was found out and done
    row      uuid unique, -- what they are sealed under
    second   bigint references staff_account (id),
    seconded timestamptz,
    foreign key (case_id, region) references casefile (id, region) on update cascade,
    constraint sampled_word check ((state = 'open') = (result = '') and (result = '') = (by_staff is null) and (by_staff is null) = (said is null) and (by_staff is null) = (words is null) and (words is null) = (row is null)),
    constraint sampled_two check (second <> by_staff),
    constraint sampled_explained check (result <> 'explained' or kind = 'amount'), -- nobody explains money that is not there
    -- Money that moved, and money that is said not to be there, ends by two people.
    constraint sampled_second check ((second is null) = (seconded is null) and (second is not null) = (state = 'closed' and (result = 'repaired' or kind <> 'amount'))
        and (state <> 'proposed' or result = 'repaired' or kind <> 'amount'))
);
create index sampled_matter_open on sampled_matter (due) where state <> 'closed';
create index sampled_matter_case on sampled_matter (case_id);
create index sampled_matter_owner on sampled_matter (owner) where state <> 'closed';
create index sampled_try_case on sampled_try (case_id);
call lianou_scope_table('sampled_line');
call lianou_scope_table('sampled_call');
call lianou_scope_table('sampled_try');
call lianou_scope_table('sampled_matter');

-- The draw, once more in SQL: a payment has as many tickets as it weighs, and its lowest counts.
create function sampled_key(seed bytea, root bytea, round bigint) returns bytea language sql immutable strict parallel safe
set search_path = public, pg_temp as $$ select sha256(convert_to('lianou sampled 1' || chr(10), 'UTF8') || seed || root || int8send(round)) $$;
create function sampled_ticket(key bytea, line bigint, weight integer) returns bytea language sql immutable strict parallel safe
set search_path = public, pg_temp as $$
    select t from generate_series(0, weight - 1) k cross join lateral (select sha256(key || int8send(line) || int4send(k)) as t) x order by t limit 1
$$;
-- +goose StatementBegin
-- What was paid in a county on a day, and how much each weighs: one, and more for a first payment, for a card
-- that is another than before, and for a household that was told by somebody's word.
create function sampled_paid(at_county text, on_day date, more integer) returns table (line bigint, case_id bigint, region text, weight integer)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select l.id, e.case_id, l.region, 1 + more * (
            (b.id is null)::int
            + (b.last4 is distinct from l.last4 and b.id is not null
                or exists (select from payout_fix x join payout_entitlement o on o.id = x.entitlement where o.claim = e.claim and x.state = 'confirmed' and x.confirmed < l.answered
                    and (b.id is null or x.confirmed > b.answered)))::int
            + exists (select from call_task t where t.case_id = e.case_id and t.done is not null and t.by_staff is not null)::int)
    from payout_line l join payout_entitlement e on e.id = l.entitlement
        left join lateral (select p.id, p.last4, p.answered from payout_line p join payout_entitlement o on o.id = p.entitlement
            where o.claim = e.claim and p.state = 'paid' and (p.answered, p.id) < (l.answered, l.id) order by p.answered desc, p.id desc limit 1) b on true
    where l.state = 'paid' and left(l.region, 6) = at_county
        and l.answered >= on_day::timestamp at time zone 'Asia/Shanghai' and l.answered < (on_day + 1)::timestamp at time zone 'Asia/Shanghai'
        -- of a case that moved between two counties' lists
        and not exists (select from sampled_line s join sampled_round r on r.id = s.round where s.line = l.id and (r.county, r.day) <> (at_county, on_day))
    order by 1
$$;
-- The first signed head of the log that has a round's commitment and as many entries more as it says.
create function sampled_head(of bigint) returns table (entry bigint, leaf bigint, size bigint, root bytea)
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select e.id, l.n, c.size, c.root from sampled_round r
        join audit_entry e on e.subject = r.subject and e.act = 'sampled.committed' join audit_leaf l on l.entry = e.id
        cross join lateral (select k.size, k.root from audit_checkpoint k where k.size > l.n + r.after order by k.size limit 1) c
    where r.id = of order by l.n limit 1
$$;
-- What a draw comes to.
create function sampled_draw(of bigint, laid_open bytea) returns setof bigint
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select s.line from sampled_round r join sampled_line s on s.round = r.id where r.id = of
        order by sampled_ticket(sampled_key(laid_open, r.head_root, r.id), s.line, s.weight) limit (select (lines * percent + 99) / 100 from sampled_round where id = of)
$$;
-- Who does not ask and does not look into it: whoever proposed, decided or paid, proposed or confirmed another
-- card (case_card, or payout_fix for money that came back), or told the household by word; kin; and of a
-- visit the officer and the assistant of the case, who are the likeliest hands between the card and the house.
create function sampled_barred(of bigint) returns setof bigint
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    with c as (select s.id, s.case_id, s.claim, s.how, l.batch, e.decision from sampled_call s join payout_line l on l.id = s.line join payout_entitlement e on e.id = l.entitlement where s.id = of)
    select w.staff from (
        select unnest(array[d.proposer, d.approver]) as staff from c join decision d on d.id = c.decision
        union select unnest(array[b.created_by, b.approved_by]) from c join payout_batch b on b.id = c.batch
        union select unnest(array[x.proposed_by, x.confirmed_by]) from c join payout_entitlement o on o.claim = c.claim join payout_fix x on x.entitlement = o.id
        union select unnest(case k.state when 'confirmed' then array[k.proposed_by, k.ended_by] else array[k.proposed_by] end) from c join case_card k on k.case_id = c.case_id where k.state in ('proposed', 'confirmed')
        union select unnest(array[f.officer, f.assistant]) from c join casefile f on f.id = c.case_id where c.how = 'visit'
        union select t.by_staff from c join call_task t on t.case_id = c.case_id
        union select k.staff from c join case_conflict k on k.case_id = c.case_id) w where w.staff is not null
$$;
-- Whether this very payment went another way since: it came back and its card was mended, its month was
-- made and sent anew, or the sum of its claim was changed; each takes two people. Next month's payment,
-- another month's card and an end of the money are none of it.
create function sampled_mended(of bigint) returns boolean
language sql stable security definer set search_path = public, pg_temp set lianou.city = 'on' as $$
    select exists (select from sampled_call s join sampled_matter m on m.call = s.id join payout_line l on l.id = s.line where s.id = of and (
        exists (select from payout_fix x join payout_entitlement o on o.id = x.entitlement
            where o.claim = s.claim and o.period = l.period and x.state = 'confirmed' and x.confirmed >= m.opened)
        or exists (select from payout_entitlement o join payout_line p on p.entitlement = o.id
            where o.claim = s.claim and o.period = l.period and o.id <> l.entitlement and o.created >= m.opened and p.state in ('ordered', 'paid'))
        or exists (select from benefit_change b where b.case_id = s.case_id and b.claim_id = s.claim and b.kind = 'change' and b.state = 'approved' and b.decided >= m.opened)))
$$;
create function sampled_round_guard() returns trigger language plpgsql security definer
set search_path = public, pg_temp set lianou.city = 'on' as $$
declare
    today date := (lianou_now() at time zone 'Asia/Shanghai')::date;
    wrong text;
    head  record;
begin
    if tg_op = 'INSERT' then
        case
            when new.state <> 'committed' then wrong := 'sampled_order';
            when new.day < today - 7 or new.day > today + 2 then wrong := 'sampled_day';
            when (new.percent, new.more) is distinct from (coalesce((select percent from sampled_share where county = new.county), 5), coalesce((select more from sampled_share where county = new.county), 2)) then wrong := 'sampled_share';
            else
        end case;
    elsif (new.id, new.county, new.day, new.percent, new.more, new.opened, new.seed_hash, new.sealed, new.after)
            is distinct from (old.id, old.county, old.day, old.percent, old.more, old.opened, old.seed_hash, old.sealed, old.after)
            or new.subject <> old.subject and old.subject <> '' then
        wrong := 'sampled_final';
    elsif old.state = 'committed' and new.state = 'committed' then
        wrong := case when (new.listed, new.drawn) is distinct from (old.listed, old.drawn) then 'sampled_order' end;
    elsif old.state = 'committed' and new.state = 'listed' then
        select * into head from sampled_head(new.id);
        case
            -- half an hour later: an answer of the bank that was being taken in at midnight is there by now
            when lianou_now() < (new.day + 1)::timestamp at time zone 'Asia/Shanghai' + interval '30 minutes' then wrong := 'sampled_early';
            when head is null or head.size is null then wrong := 'sampled_head';
            when (new.head_size, new.head_root) is distinct from (head.size, head.root) then wrong := 'sampled_head';
            when new.lines <> (select count(*) from sampled_line where round = new.id)
                or exists (select from sampled_paid(new.county, new.day, new.more) p full join (select * from sampled_line where round = new.id) s on s.line = p.line and s.case_id = p.case_id and s.weight = p.weight
                    where p.line is null or s.line is null)
                or exists (select from (select n, row_number() over (order by line) as k from sampled_line where round = new.id) x where x.n <> x.k) then wrong := 'sampled_whole';
            else
        end case;
    elsif old.state = 'listed' and new.state = 'drawn' then
        case
            when (new.listed, new.lines, new.head_size, new.head_root, new.digest) is distinct from (old.listed, old.lines, old.head_size, old.head_root, old.digest) then wrong := 'sampled_final';
            when sha256(new.seed) is distinct from new.seed_hash then wrong := 'sampled_seed';
            when new.calls <> (select count(*) from sampled_call where round = new.id)
                or exists (select from sampled_draw(new.id, new.seed) d (line) full join (select line from sampled_call where round = new.id) c on c.line = d.line where d.line is null or c.line is null)
                then wrong := 'sampled_draw';
            else
        end case;
    else
        wrong := 'sampled_order';
    end if;
    if wrong is not null then
        raise exception 'a round of sampled calls does not go this way' using errcode = 'check_violation', constraint = wrong, table = 'sampled_round';
    end if;
    return new;
end $$;
-- Rows come with their step and stay.
create function sampled_row_guard() returns trigger language plpgsql security definer
set search_path = public, pg_temp set lianou.city = 'on' as $$
declare
    step text;
begin
    if tg_op = 'DELETE' then
        raise exception 'a sampled call is not taken back' using errcode = 'restrict_violation', constraint = 'sampled_final', table = tg_table_name;
    end if;
    select state into step from sampled_round where id = new.round for share;
    if tg_op = 'INSERT' and step is distinct from (case tg_table_name when 'sampled_call' then 'listed' else 'committed' end)
            or tg_op = 'INSERT' and tg_table_name = 'sampled_call' and (to_jsonb(new) ->> 'outcome' <> '' or to_jsonb(new) ->> 'taker' is not null)
            or tg_op = 'UPDATE' and tg_table_name = 'sampled_line' and to_jsonb(new) - 'region' <> to_jsonb(old) - 'region' then
        raise exception 'the list and the draw are final' using errcode = 'check_violation', constraint = 'sampled_final', table = tg_table_name;
    end if;
    if tg_op = 'INSERT' and tg_table_name = 'sampled_call' and not exists (select from payout_line l join payout_entitlement e on e.id = l.entitlement join sampled_line s on s.line = l.id
            where l.id = (to_jsonb(new) ->> 'line')::bigint and s.round = new.round and s.case_id = new.case_id
                and (e.claim, l.amount) = ((to_jsonb(new) ->> 'claim')::bigint, (to_jsonb(new) ->> 'amount')::bigint)) then
        raise exception 'a call asks about what was paid' using errcode = 'check_violation', constraint = 'sampled_final', table = tg_table_name;
    end if;
    return new;
end $$;
create function sampled_call_guard() returns trigger language plpgsql security definer
set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    if old.outcome <> '' and to_jsonb(new) - 'region' <> to_jsonb(old) - 'region'
            or (to_jsonb(new) - '{region,how,taker,taken,outcome,stated,stated_on,by_staff,answered,words,row}'::text[]) <> (to_jsonb(old) - '{region,how,taker,taken,outcome,stated,stated_on,by_staff,answered,words,row}'::text[])
            or old.how = 'visit' and new.how <> 'visit' then
        raise exception 'what was drawn and said stays' using errcode = 'check_violation', constraint = 'sampled_final', table = 'sampled_call';
    end if;
    if new.how <> old.how and (select count(*) from sampled_try where call = new.id) < 3 then
        raise exception 'three calls first' using errcode = 'check_violation', constraint = 'sampled_tries', table = 'sampled_call';
    end if;
    if (new.taker, new.by_staff) is distinct from (old.taker, old.by_staff) and exists (select from sampled_barred(new.id) b where b in (new.taker, new.by_staff)) then
        raise exception 'who had a part in the money does not ask' using errcode = 'check_violation', constraint = 'sampled_barred', table = 'sampled_call';
    end if;
    if new.outcome <> '' and old.outcome = '' and new.taker is distinct from new.by_staff then
        raise exception 'who took it says what was said' using errcode = 'check_violation', constraint = 'sampled_taker', table = 'sampled_call';
    end if;
    if new.outcome = 'unfound' and new.how <> 'visit' then
        raise exception 'nobody is lost before somebody went there' using errcode = 'check_violation', constraint = 'sampled_tries', table = 'sampled_call';
    end if;
    return new;
end $$;
-- An answer that is not what was paid commits with its matter, or not at all.
create function sampled_needs_matter() returns trigger language plpgsql security definer
set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    if new.outcome in ('amount', 'missing', 'taken', 'unfound') and not exists (select from sampled_matter m where m.call = new.id and m.kind = new.outcome) then
        raise exception 'somebody looks into it' using errcode = 'check_violation', constraint = 'sampled_matter', table = 'sampled_call';
    end if;
    return null;
end $$;
create function sampled_try_guard() returns trigger language plpgsql security definer
set search_path = public, pg_temp set lianou.city = 'on' as $$
begin
    if tg_op = 'DELETE' or tg_op = 'UPDATE' and to_jsonb(new) - 'region' <> to_jsonb(old) - 'region' then
        raise exception 'a call in vain stays' using errcode = 'restrict_violation', constraint = 'sampled_final', table = 'sampled_try';
    end if;
    if tg_op = 'INSERT' and not exists (select from sampled_call c where c.id = new.call and c.case_id = new.case_id and c.outcome = '' and c.how = 'phone' and c.taker = new.staff) then
        raise exception 'who took it rings' using errcode = 'check_violation', constraint = 'sampled_taker', table = 'sampled_try';
    end if;
    return new;
end $$;
create function sampled_matter_guard() returns trigger language plpgsql security definer
set search_path = public, pg_temp set lianou.city = 'on' as $$
declare
    wrong text;
    asker bigint;
    comes bigint[]; -- whoever comes onto it by this: who had no part then stays on it, also where the case moves
begin
    if tg_op = 'DELETE' then
        raise exception 'a matter is not taken back' using errcode = 'restrict_violation', constraint = 'sampled_final', table = 'sampled_matter';
    end if;
    comes := array[case when tg_op = 'INSERT' or new.owner is distinct from old.owner then new.owner end,
        case when tg_op = 'INSERT' or new.by_staff is distinct from old.by_staff then new.by_staff end, case when tg_op = 'INSERT' or new.second is distinct from old.second then new.second end];
    select by_staff into asker from sampled_call c where c.id = new.call and c.outcome = new.kind and c.case_id = new.case_id;
    case
        when tg_op = 'INSERT' and (asker is null or new.state <> 'open') then wrong := 'sampled_final';
        when tg_op = 'UPDATE' and (old.state = 'closed' and to_jsonb(new) - 'region' <> to_jsonb(old) - 'region'
            or (new.id, new.call, new.case_id, new.kind, new.opened, new.due) is distinct from (old.id, old.call, old.case_id, old.kind, old.opened, old.due)) then wrong := 'sampled_final';
        when array_remove(comes, null) <> '{}' and exists (select from sampled_barred(new.call) b where b = any (comes)) or asker = any (comes) then wrong := 'sampled_barred';
        when tg_op = 'UPDATE' and new.state <> old.state and (old.state, new.state) not in (('open', 'closed'), ('open', 'proposed'), ('proposed', 'closed'), ('proposed', 'open')) then wrong := 'sampled_order';
        when tg_op = 'UPDATE' and new.state = 'closed' and old.state = 'proposed' and (new.result, new.by_staff, new.words) is distinct from (old.result, old.by_staff, old.words) then wrong := 'sampled_final';
        when tg_op = 'UPDATE' and new.state = 'closed' and old.state = 'open' and (new.result = 'repaired' or new.kind <> 'amount') then wrong := 'sampled_order';
        when tg_op = 'UPDATE' and new.result = 'repaired' and not sampled_mended(new.call) then wrong := 'sampled_mended';
        else
    end case;
    if wrong is not null then
        raise exception 'a matter of a sampled call does not go this way' using errcode = 'check_violation', constraint = wrong, table = 'sampled_matter';
    end if;
    return new;
end $$;
create function sampled_no_truncate() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception 'a sampled call is not taken back' using errcode = 'restrict_violation', constraint = 'sampled_final', table = tg_table_name;
end $$;
-- +goose StatementEnd
create trigger sampled_round_guard before insert or update on sampled_round for each row execute function sampled_round_guard();
create trigger sampled_no_delete before delete or truncate on sampled_round for each statement execute function sampled_no_truncate();
create trigger sampled_row_guard before insert or update or delete on sampled_line for each row execute function sampled_row_guard();
create trigger sampled_row_guard before insert or delete on sampled_call for each row execute function sampled_row_guard();
create trigger sampled_call_guard before update on sampled_call for each row execute function sampled_call_guard();
create constraint trigger sampled_needs_matter after update on sampled_call deferrable initially deferred for each row execute function sampled_needs_matter();
create trigger sampled_try_guard before insert or update or delete on sampled_try for each row execute function sampled_try_guard();
create trigger sampled_matter_guard before insert or update or delete on sampled_matter for each row execute function sampled_matter_guard();
create trigger sampled_no_truncate before truncate on sampled_line for each statement execute function sampled_no_truncate();
create trigger sampled_no_truncate before truncate on sampled_call for each statement execute function sampled_no_truncate();
create trigger sampled_no_truncate before truncate on sampled_try for each statement execute function sampled_no_truncate();
create trigger sampled_no_truncate before truncate on sampled_matter for each statement execute function sampled_no_truncate();
revoke execute on function sampled_paid(text, date, integer), sampled_head(bigint), sampled_draw(bigint, bytea), sampled_barred(bigint), sampled_mended(bigint),
    sampled_round_guard(), sampled_row_guard(), sampled_call_guard(), sampled_needs_matter(), sampled_try_guard(), sampled_matter_guard() from public;
grant execute on function sampled_paid(text, date, integer), sampled_head(bigint), sampled_barred(bigint), sampled_mended(bigint) to lianou_platform;
grant select, insert on sampled_share, sampled_round, sampled_line, sampled_call, sampled_try, sampled_matter to lianou_platform;
grant update (percent, more, law, at) on sampled_share to lianou_platform;
grant update (state, subject, listed, lines, head_size, head_root, digest, drawn, seed, calls) on sampled_round to lianou_platform;
grant update (how, taker, taken, outcome, stated, stated_on, by_staff, answered, words, row) on sampled_call to lianou_platform;
grant update (owner, state, result, by_staff, said, words, row, second, seconded) on sampled_matter to lianou_platform;
grant select on sampled_share, sampled_round, sampled_line, sampled_call, sampled_try, sampled_matter to lianou_check, lianou_backup;
grant select on sampled_round, sampled_line, sampled_call to lianou_audit;

-- What the household reads of who looked (00643), with the looks of this and of what is not solved (00657).
-- Who reads an objection's sender looks at somebody else, and is not in it.
-- +goose StatementBegin
create or replace function seen_by_staff(before bigint, most integer) returns table (id bigint, at timestamptz, act text, purpose text, roles text[], place text)
language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    with mine as materialized (
        select s.case_id, max(case when f.identity = 'match' then f.person end) as person
            from case_status s join casefile f on f.id = s.case_id
            where s.citizen <> '' and s.citizen = current_setting('lianou.subject', true) and s.application in (select payout_through(s.case_id))
                and not exists (select from mandate m where m.application = s.application and m.until_day < (lianou_now() at time zone 'Asia/Shanghai')::date)
            group by s.case_id order by s.case_id desc limit 50),
    looks as (
        select e.* from mine cross join lateral (
            select a.id, a.at, a.actor_id, a.act, a.purpose, a.region from audit_entry a
                where a.case_id = mine.case_id and a.case_id <> 0 and (before = 0 or a.id < before) and a.actor_kind = 'staff'
                    and a.act in ('case.read', 'decision.read', 'field.revealed', 'recording.played', 'paper.opened', 'talk.read', 'status.read', 'letter.checked', 'person.read', 'facts.read',
                        'sampled.read', 'sampled.number', 'sampled.matter_read', 'unsolved.read')
                order by a.id desc limit least(most, 101)) e
        union
        select e.* from (select distinct person from mine where person is not null) p cross join lateral (
            select a.id, a.at, a.actor_id, a.act, a.purpose, a.region from audit_entry a
                where a.subject = 'person:' || p.person and (before = 0 or a.id < before) and a.actor_kind = 'staff'
                    and a.act in ('person.read', 'field.revealed')
                order by a.id desc limit least(most, 101)) e)
    select l.id, l.at, l.act, l.purpose, coalesce(s.roles, '{}'), coalesce(s.regions[1], l.region)
        from looks l left join staff_account s on s.id::text = l.actor_id
        order by l.id desc limit least(most, 101)
$$;
-- +goose StatementEnd
-- What stands on big tables comes last, each held no longer than it must: first the new indexes beside the
-- old ones, which readers do not wait for, and then the old one's name, in a moment, and the check, which
-- reads the deadlines once. The release before names deadline_once by its old condition:
-- docs/operator-guide.md says what to stop.
create index payout_line_paid on payout_line (answered) where state = 'paid';
create index call_task_case on call_task (case_id); -- who told a household by word
-- A claim has one clock of asking that runs, and one of its matters: the day of the earliest that is open.
create unique index deadline_anew on deadline (case_id, claim_id, kind) where kind in ('ask', 'matter') and met is null;
create unique index deadline_others on deadline (case_id, claim_id, kind) where kind not in ('review', 'ask', 'matter');
drop index deadline_once;
alter index deadline_others rename to deadline_once;
-- +goose StatementBegin
do $$
declare
    was text := (select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'deadline'::regclass and conname = 'deadline_kind_check');
begin
    alter table deadline drop constraint deadline_kind_check;
    execute 'alter table deadline add constraint deadline_kind_check ' || replace(was, 'ARRAY[', 'ARRAY[''ask''::text, ''matter''::text, ');
end $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
create or replace function seen_by_staff(before bigint, most integer) returns table (id bigint, at timestamptz, act text, purpose text, roles text[], place text)
language sql stable security definer
set search_path = public, pg_temp
set lianou.city = 'on'
as $$
    with mine as materialized (
        select s.case_id, max(case when f.identity = 'match' then f.person end) as person
            from case_status s join casefile f on f.id = s.case_id
            where s.citizen <> '' and s.citizen = current_setting('lianou.subject', true) and s.application in (select payout_through(s.case_id))
                and not exists (select from mandate m where m.application = s.application and m.until_day < (lianou_now() at time zone 'Asia/Shanghai')::date)
            group by s.case_id order by s.case_id desc limit 50),
    looks as (
        select e.* from mine cross join lateral (
            select a.id, a.at, a.actor_id, a.act, a.purpose, a.region from audit_entry a
                where a.case_id = mine.case_id and a.case_id <> 0 and (before = 0 or a.id < before) and a.actor_kind = 'staff'
                    and a.act in ('case.read', 'decision.read', 'field.revealed', 'recording.played', 'paper.opened', 'talk.read', 'status.read', 'letter.checked', 'person.read', 'facts.read')
                order by a.id desc limit least(most, 101)) e
        union
        select e.* from (select distinct person from mine where person is not null) p cross join lateral (
            select a.id, a.at, a.actor_id, a.act, a.purpose, a.region from audit_entry a
                where a.subject = 'person:' || p.person and (before = 0 or a.id < before) and a.actor_kind = 'staff'
                    and a.act in ('person.read', 'field.revealed')
                order by a.id desc limit least(most, 101)) e)
    select l.id, l.at, l.act, l.purpose, coalesce(s.roles, '{}'), coalesce(s.regions[1], l.region)
        from looks l left join staff_account s on s.id::text = l.actor_id
        order by l.id desc limit least(most, 101)
$$;
-- +goose StatementEnd
-- +goose StatementBegin
do $$
declare
    was text := (select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'deadline'::regclass and conname = 'deadline_kind_check');
begin
    perform set_config('lianou.city', 'on', true);
    delete from climb c using deadline d where d.id = c.deadline and d.kind in ('ask', 'matter');
    delete from deadline where kind in ('ask', 'matter');
    perform set_config('lianou.city', '', true);
    alter table deadline drop constraint deadline_kind_check;
    execute 'alter table deadline add constraint deadline_kind_check ' || replace(was, '''ask''::text, ''matter''::text, ', '');
end $$;
-- +goose StatementEnd
drop index deadline_anew, deadline_once;
create unique index deadline_once on deadline (case_id, claim_id, kind) where kind <> 'review';
drop table sampled_matter, sampled_try, sampled_call, sampled_line, sampled_round, sampled_share;
drop index payout_line_paid, call_task_case;
drop function sampled_no_truncate();
drop function sampled_matter_guard();
drop function sampled_try_guard();
drop function sampled_needs_matter();
drop function sampled_call_guard();
drop function sampled_row_guard();
drop function sampled_round_guard();
drop function sampled_mended(bigint);
drop function sampled_barred(bigint);
drop function sampled_draw(bigint, bytea);
drop function sampled_head(bigint);
drop function sampled_paid(text, date, integer);
drop function sampled_ticket(bytea, bigint, integer);
drop function sampled_key(bytea, bytea, bigint);
