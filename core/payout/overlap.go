package payout

import (
	"context"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Apart are two items that one person, or one household, does not get side by side.
type Apart struct {
	A, B core.ItemCode
	// Higher: of the two only the higher one stands, so what A pays has to be taken off B. It has not
	// been where A was decided on after B, elsewhere.
	Higher bool
	Person bool // holds for one and the same member; else for the household
	Why    string
	Law    string
}

// ErrOverlap is a draft with money that may be the same again: found since it was made.
var ErrOverlap = core.E(core.KindConflict, "payout_overlap", "这一批里有钱可能和别的重了。请作废,重做一批;重的会留下来,等两个人核对。")

// unheld leaves out what is held back because it may be the same money again.
const unheld = ` and not exists (select from payout_overlap x join payout_entitlement o on o.id = x.other
		where x.entitlement = e.id and x.confirmed is null and (o.state <> 'cancelled' or x.kind = 'back'))`

// findOverlaps writes down, for the payments $1, what may be the same money (F67): by the rules
// $2 to $7; the same item again within its time; the same item for one person under two rows of the register; a
// month that came back twice and begins anew by another claim of the same member. Of
// two that wait the one made later is held. Two claims of which two people have said that both are
// right are not asked of again while their decisions stand.
const findOverlaps = `with cand as (select unnest($1::bigint[]) as id),
	rule as (select * from unnest($2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::text[]) as r (a, b, kind, person, why, law)),
	months as (select distinct e.period from payout_entitlement e join cand on cand.id = e.id),
	every as (select e.id, e.region, e.claim, e.case_id, e.item, e.scheme, e.period, e.monthly, e.decision, e.state,
			left(e.period, 4)::int * 12 + case when coalesce(s.whole, z.whole) then 1 else right(e.period, 2)::int end as lo, coalesce(s.months, z.months) as span
		from payout_entitlement e join decision d on d.id = e.decision left join payout_span s on s.per = d.period join payout_span z on z.per = ''
		where e.state <> 'cancelled' and (e.id in (select id from cand) or e.monthly and e.period in (select period from months)
			or not e.monthly and e.period >= (select (left(min(period), 4)::int - 2)::text || right(min(period), 2) from months))),
	alias as (select distinct 'p:' || gone as gone, 'p:' || kept as kept, kept as id from person_alias where ended is null),
	members as (select x.id, x.item, coalesce(al.kept, m.member) as key, coalesce(al.id, case when m.member ~ '^p:' then substr(m.member, 3)::bigint end) as person
		from every x join payout_member m on m.claim = x.claim and m.period = x.period and m.live left join alias al on al.gone = m.member),
	whose as (select distinct id, key, false as home from members
		union select m.id, 'h:' || s.household, true from members m join membership s on s.person = m.person and s.until is null
			where m.item in (select a from rule where not person union select b from rule where not person)
		union select x.id, 'f:' || x.case_id, true from every x where x.item in (select a from rule where not person union select b from rule where not person)),
	pairs as (select c.id, o.id as other, bool_or(not w.home) as same
		from cand join every c on c.id = cand.id join whose w on w.id = c.id join whose v on v.key = w.key and v.id <> w.id join every o on o.id = v.id
		where c.lo < o.lo + o.span and o.lo < c.lo + c.span and (o.id < c.id or o.state <> 'due' and o.id not in (select id from cand)) group by 1, 2),
	found as (select distinct on (p.id, p.other) c.region, p.id, p.other, c.decision, o.decision as other_decision, c.claim, o.claim as other_claim,
			case when r.kind is not null then r.kind when c.monthly and o.monthly then 'person' else 'once' end as kind, coalesce(r.why, '') as why, coalesce(r.law, '') as law
		from pairs p join every c on c.id = p.id join every o on o.id = p.other
			left join rule r on (r.a, r.b) in ((c.item, o.item), (o.item, c.item)) and (p.same or not r.person)
				and (r.kind = 'exclude' or c.period = o.period and c.case_id <> o.case_id
					and case when r.a = c.item then c.decision > o.decision else o.decision > c.decision end)
		where r.kind is not null or p.same and c.scheme = o.scheme and (c.claim <> o.claim or not c.monthly)
		order by p.id, p.other, r.kind),
	back as (select c.region, c.id, max(o.id) as other, 'back' as kind
		from cand join payout_entitlement c on c.id = cand.id and c.attempts > 1 join payout_member m on m.claim = c.claim and m.period = c.period and m.live
			join payout_member n on n.scheme = m.scheme and n.member = m.member and n.period = m.period and not n.live and n.claim <> c.claim
			join payout_entitlement o on o.claim = n.claim and o.period = n.period
		where (select times from payout_back(c.claim, c.period)) >= 2
			and not exists (select from payout_fix x join payout_again a on a.fix = x.id where x.entitlement = c.id)
		group by 1, 2)
	insert into payout_overlap (entitlement, other, region, kind, why, law, found)
	select f.id, f.other, f.region, f.kind, f.why, f.law, $8 from (select * from found
			union all select region, id, other, null, null, null, null, kind, '', '' from back) f
	where not exists (select from payout_overlap x join payout_entitlement e on e.id = x.entitlement join payout_entitlement o on o.id = x.other
		where x.confirmed is not null and (e.claim, e.decision, o.claim, o.decision) in ((f.claim, f.decision, f.other_claim, f.other_decision), (f.other_claim, f.other_decision, f.claim, f.decision)))
	order by f.id, f.other on conflict (entitlement, other) do nothing returning id`

// holdBack looks whether some payments are the same money again, writes down what it finds, and
// gives how much of it is new.
func (p *Payout) holdBack(ctx context.Context, tx *pg.Tx, ids []int64) (int, error) {
	if len(ids) == 0 {
		return 0, nil
	}
	var rules []Apart
	if p.apart != nil {
		var err error
		if rules, err = p.apart(tx.Today()); err != nil {
			return 0, err
		}
	}
	var a, b, kind, why, law []string
	var person []bool
	for _, r := range rules {
		k := "exclude"
		if r.Higher {
			k = "higher"
		}
		a, b, kind, person, why, law = append(a, string(r.A)), append(b, string(r.B)), append(kind, k), append(person, r.Person), append(why, r.Why), append(law, r.Law)
	}
	tag, err := tx.Exec(ctx, findOverlaps, ids, a, b, kind, person, why, law, tx.Now())
	if err != nil {
		return 0, pg.Fail(err, "look for the same money again")
	}
	n := int(tag.RowsAffected())
	if n == 0 {
		return 0, nil
	}
	return n, p.audit.Write(ctx, tx, audit.Entry{Actor: robot(), Act: "payment.held_back", Purpose: "payout", Detail: map[string]any{"payments": n}})
}

// HoldBack looks at what is due of a Choice in the caller's scope for money that may be the same again. A
// run does so too; asked before it in a transaction of its own, what is found stands also where
// nothing is left for the run.
func (p *Payout) HoldBack(ctx context.Context, tx *pg.Tx, pick Choice) (int, error) {
	const q = `select coalesce(array_agg(e.id), '{}')` + dueNow + ` and ($2 = '' or left(e.region, 6) = $2) and ($3 = '' or e.item = $3)
		and ($4 = '' or e.period = $4) and (not $5 or c.emergency)`
	var ids []int64
	if err := tx.QueryRow(ctx, q, payable(tx), pick.County, pick.Item, pick.Period, pick.Emergency).Scan(&ids); err != nil {
		return 0, pg.Fail(err, "look for what is due")
	}
	return p.holdBack(ctx, tx, ids)
}

// free takes out of a run what is held back.
func (p *Payout) free(ctx context.Context, tx *pg.Tx, due dueLines) (dueLines, error) {
	if _, err := p.holdBack(ctx, tx, due.ids()); err != nil {
		return nil, err
	}
	const q = `select coalesce(array_agg(e.id), '{}') from payout_entitlement e where e.id = any ($1)` + unheld
	var ids []int64
	if err := tx.QueryRow(ctx, q, due.ids()).Scan(&ids); err != nil {
		return nil, pg.Fail(err, "look for what is held back")
	}
	left := make(map[int64]bool, len(ids))
	for _, id := range ids {
		left[id] = true
	}
	out := due[:0]
	for _, d := range due {
		if left[d.id] {
			out = append(out, d)
		}
	}
	if len(out) == 0 {
		return nil, ErrNothingDue
	}
	return out, nil
}

// stillApart refuses a draft with money that was found to be the same again since it was made.
func (p *Payout) stillApart(ctx context.Context, tx *pg.Tx, batch int64) error {
	const q = `select coalesce(array_agg(entitlement), '{}') from payout_line where batch = $1`
	var ids []int64
	if err := tx.QueryRow(ctx, q, batch).Scan(&ids); err != nil {
		return pg.Fail(err, "read a batch")
	}
	n, err := p.holdBack(ctx, tx, ids)
	if err == nil && n > 0 {
		return ErrOverlap
	}
	return err
}
