package watch_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/matching"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/watch"
)

// The allowance at ninety and the rural standard, as the embedded Book has them.
const (
	ninety = "rows: [{value: 100, from: 2016-07-01, sample: true, source: \"样本\"}]\n  - name: oldage.hundred"
	rural  = `- {area: rural, value: 480, from: 2020-07-01, sample: true, source: "样本行 2020-07"}`
)

// ninetyFrom is the edit that pays another allowance at ninety from a day on.
func ninetyFrom(yuan int, from core.Date) string {
	return fmt.Sprintf("rows: [{value: 100, from: 2016-07-01, until: %[2]s, sample: true, source: \"样本\"}, {value: %[1]d, from: %[2]s, source: \"x\"}]\n  - name: oldage.hundred", yuan, from)
}

func ruralFrom(yuan int, from core.Date) string {
	return fmt.Sprintf("- {area: rural, value: 480, from: 2020-07-01, until: %[2]s, sample: true, source: x}\n      - {area: rural, value: %[1]d, from: %[2]s, sample: true, source: x}", yuan, from)
}

// money writes entitlements as a superuser: no case stands behind them, for this is not
// about how money comes to be.
type money struct {
	t     *testing.T
	conn  *pgx.Conn
	today core.Date
	claim int
}

func (h *house) money(t *testing.T) *money {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), h.env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	m := &money{t: t, conn: conn}
	m.exec(`set session_replication_role = replica`)
	h.city(t, func(_ context.Context, tx *pg.Tx) error { m.today = tx.Today(); return nil })
	return m
}

func (m *money) exec(sql string, args ...any) {
	m.t.Helper()
	if _, err := m.conn.Exec(m.t.Context(), sql, args...); err != nil {
		m.t.Fatal(err)
	}
}

// back is the first day of the month some months ago.
func (m *money) back(months int) core.Date {
	return payout.PeriodOf(m.today).Start().AddDate(0, -months, 0)
}

// month entitles people of a new claim to some yuan for a month some months ago; the first
// of them applied, in a township of its own.
func (m *money) month(item core.ItemCode, months, yuan int, monthly bool, people ...core.PersonID) (claim int) {
	m.t.Helper()
	m.claim++
	m.exec(`insert into payout_entitlement (region, case_id, claim, decision, decision_digest, scheme, beneficiary, item, item_name, period, monthly, amount, sample, holder, account, last4, created, updated)
		values ('371402001', 1, $1, 1, repeat('a', 64), $2, $3, $2, $2, $4, $5, $6, false, 'x', 'x', '1234', now(), now())`,
		m.claim, string(item), int64(people[0]), string(payout.PeriodOf(m.back(months))), monthly, yuan*100)
	for _, p := range people {
		m.exec(`insert into payout_member (claim, case_id, region, scheme, member, period) select $1::bigint, 1, '371402001', $2 || ($1::bigint)::text, k, $3 from unnest($4::text[]) k`,
			m.claim, string(item), string(payout.PeriodOf(m.back(months))), []string{string(payout.PersonKey(p)), fmt.Sprintf("n:%016x", int64(p))})
	}
	return m.claim
}

// old makes the two first members of some households ninety years old, of here.
func (h *house) old(t *testing.T, m *money, n int) (homes []core.HouseholdID, people [][]core.PersonID) {
	t.Helper()
	rows, err := m.conn.Query(t.Context(), `select household, (array_agg(person order by person))[1:2] from membership where until is null
		group by household having count(*) >= 2 order by household limit $1`, n)
	if err != nil {
		t.Fatal(err)
	}
	var home core.HouseholdID
	var two []core.PersonID
	if _, err := pgx.ForEachRow(rows, []any{&home, &two}, func() error {
		homes, people = append(homes, home), append(people, slices.Clone(two))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for i, id := range homes {
		m.exec(`update person set birth = '1931-01-01' where id = any ($1)`, people[i])
		h.learn(t, id, `{"hukou":"local","area":"rural"}`)
	}
	return homes, people
}

// raised gives the open leads of back-pay: months, yuan each and in all, for a household.
func (h *house) raised(t *testing.T) map[core.HouseholdID]string {
	t.Helper()
	out := map[core.HouseholdID]string{}
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		list, err := h.watch.Leads(ctx, tx, h.towns, watch.LeadsPage{N: 500})
		for _, l := range list {
			for _, r := range l.Raised {
				out[l.Household] += fmt.Sprintf("%d: %d×%d=%d;", r.No, r.Months, r.Each/100, r.Sum/100)
			}
			if (l.Kind == watch.LeadRaised) != (len(l.Raised) > 0) {
				t.Errorf("a lead %s with %v", l.Kind, l.Raised)
			}
		}
		return err
	})
	return out
}

// TestBackPay: who receives monthly money when a higher amount takes effect on an earlier
// day has a lead with what each month lacks, for whom it is paid; nobody else has one. What
// is paid up, or not owed by the Book of today, leaves by itself, and a look that finds the
// same changes nothing.
//
// Controls: gives by the whole for members ("one of two: 10: 3×200=600;"), item without the
// months cancelled in payout_months, span to the month in which a Book begins, no undo.
func TestBackPay(t *testing.T) {
	t.Parallel()
	h, all := newHouse(t, 250), newShelf()
	m := h.money(t)
	homes, people := h.old(t, m, 8)
	const item = core.ItemCode("MZ-10")
	three := func(i, yuan int, who ...core.PersonID) (claims []int) {
		for back := range 3 {
			claims = append(claims, m.month(item, back, yuan, true, who...))
		}
		return claims
	}
	three(0, 200, people[0]...)                 // both by one claim
	three(1, 100, people[1][0])                 // one of two
	three(2, 100, people[2][0])                 // each by a claim of their own
	three(2, 100, people[2][1])                 //
	cancelled := three(3, 100, people[3][0])[1] // one month was cancelled
	m.exec(`update payout_entitlement set state = 'cancelled' where claim = $1`, cancelled)
	m.month(item, 2, 100, true, people[4][0]) // stopped since
	three(5, 150, people[5][0])               // by the new amount already
	three(6, 100, people[6][0])               // and half was paid at once since
	m.month(item, 0, 75, false, people[6][0]) //
	// nobody of homes[7] has applied: it is newly due at most

	h.keeping(t, all, [2]string{})
	h.scan(t)
	full := map[core.HouseholdID]string{homes[0]: "10: 3×100=300;", homes[1]: "10: 3×50=150;", homes[2]: "10: 3×100=300;", homes[3]: "10: 2×50=100;",
		homes[4]: "10: 1×50=50;", homes[6]: "10: 3×50=75;"}
	first := payout.PeriodOf(m.today).Start()
	for _, c := range []struct {
		what string
		yuan int
		from core.Date
		want map[core.HouseholdID]string
	}{
		{"as it was", 0, 0, nil},
		{"in future", 150, first.AddDate(0, 1, 0), nil},
		{"lowered", 50, m.back(2), nil},
		{"as it was again", 0, 0, nil},
		{"raised in the past", 150, m.back(2), full},
		{"within a month", 150, m.back(2).AddDate(0, 0, 14), map[core.HouseholdID]string{homes[0]: "10: 2×100=200;", homes[1]: "10: 2×50=100;", homes[2]: "10: 2×100=200;", homes[3]: "10: 1×50=50;", homes[6]: "10: 2×50=25;"}},
		{"withdrawn", 0, 0, nil},
		{"and published again", 150, m.back(2), full},
	} {
		if c.yuan == 0 {
			h.keeping(t, all, [2]string{})
		} else {
			h.keeping(t, all, [2]string{ninety, ninetyFrom(c.yuan, c.from)})
		}
		was := h.raised(t)
		p := h.scan(t)
		newly := 0
		for id := range c.want {
			if was[id] == "" {
				newly++
			}
		}
		if d := cmp.Diff(c.want, h.raised(t), ignoreEmpty); d != "" || p.Raised != newly {
			t.Errorf("%s: %d new, %s", c.what, p.Raised, d)
		}
		before := slices.DeleteFunc(strings.Split(h.dump(t), "\n"), notLeads)
		if p := h.scan(t); p.Raised != 0 {
			t.Errorf("%s: a second look found %d", c.what, p.Raised)
		}
		if d := cmp.Diff(before, slices.DeleteFunc(strings.Split(h.dump(t), "\n"), notLeads)); d != "" {
			t.Errorf("%s: a second look changed %s", c.what, d)
		}
	}

	// Two months are paid up, and the rest settled: neither comes again.
	m.exec(`update payout_entitlement set amount = 15000 where beneficiary = $1 and period < $2`, int64(people[1][0]), string(payout.PeriodOf(m.today)))
	h.scan(t)
	if got := h.raised(t)[homes[1]]; got != "10: 1×50=50;" {
		t.Errorf("with two months paid up: %s", got)
	}
	h.settleRaised(t, homes[0])
	h.scan(t)
	if got := h.raised(t)[homes[0]]; got != "" {
		t.Errorf("a settled lead came again: %s", got)
	}
}

var ignoreEmpty = cmp.Transformer("", func(m map[core.HouseholdID]string) string { return fmt.Sprint(m) })

func notLeads(line string) bool { return !strings.HasPrefix(line, "lead ") }

// settleRaised settles the lead of a household; outcomes of the other kinds do not fit.
func (h *house) settleRaised(t *testing.T, home core.HouseholdID) {
	t.Helper()
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		var id int64
		if err := tx.QueryRow(ctx, `select id from lead where household = $1 and state = 'open' and kind = 'raised'`, int64(home)).Scan(&id); err != nil {
			return err
		}
		by := audit.Actor{Kind: "staff", ID: "1"}
		if err := h.watch.Settle(ctx, tx, id, by, watch.Applied); core.KindOf(err) != core.KindInvalid {
			t.Errorf("an outcome of another kind: %v", err)
		}
		return h.watch.Settle(ctx, tx, id, by, watch.MadeGood)
	})
}

// TestBackPayIsTheSlowWay: over a city with money at random, what lies open after each change
// of the rules is what explaining every household by each Book comes to; cut-off looks leave
// no double. Control: is <= was left out of item.
func TestBackPayIsTheSlowWay(t *testing.T) {
	t.Parallel()
	h, all := newHouse(t, 400), newShelf()
	m := h.money(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 28))
	h.old(t, m, 40)
	w := &plain{h: h, m: m, of: map[core.HouseholdID][]grant{}}
	w.pay(t, r)
	h.keeping(t, all, [2]string{})
	h.scan(t)
	was := h.bookOn(t, m.today)
	leads := 0
	for _, edit := range [][2]string{{rural, ruralFrom(600, m.back(4))}, {ninety, ninetyFrom(130, m.back(3).AddDate(0, 0, 1))}, {rural, ruralFrom(520, m.back(1))}, {"", ""}} {
		h.keeping(t, all, [2]string{edit[0], edit[1]})
		id, err := h.watch.Begin(t.Context(), h.into, watch.Request{Towns: h.towns, Reason: "test", By: audit.Actor{Kind: "operator"}})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 { // cut off somewhere
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+r.IntN(30))*time.Millisecond)
			_, _ = h.watch.Next(ctx, id)
			cancel()
		}
		for more := true; more; {
			if more, err = h.watch.Next(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		want := w.owed(t, was)
		leads += len(want)
		if d := cmp.Diff(want, h.raised(t)); d != "" {
			t.Fatalf("after %q: %s", edit[1], d)
		}
	}
	if leads < 10 {
		t.Errorf("%d leads test nothing", leads)
	}
}

func (h *house) bookOn(t *testing.T, on core.Date) *policy.Book {
	t.Helper()
	b, err := h.watch.Books.On(on)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// plain is the model: it asks Explain, household by household.
type plain struct {
	h  *house
	m  *money
	of map[core.HouseholdID][]grant
}

type grant struct {
	item core.ItemCode
	back int
	fen  core.Fen
	who  []core.MemberRef
}

// pay grants at random: the minimum allowance to a household, that of age to one or two.
func (w *plain) pay(t *testing.T, r *rand.Rand) {
	t.Helper()
	type member struct {
		home core.HouseholdID
		id   core.PersonID
		ref  core.MemberRef
	}
	rows, err := w.m.conn.Query(t.Context(), `select household, person, ref from membership where until is null order by household, ref`)
	if err != nil {
		t.Fatal(err)
	}
	homes := map[core.HouseholdID][]member{}
	var one member
	if _, err := pgx.ForEachRow(rows, []any{&one.home, &one.id, &one.ref}, func() error {
		homes[one.home] = append(homes[one.home], one)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, home := range slices.Sorted(maps.Keys(homes)) { // in order, so that a seed draws the same again
		list := homes[home]
		if r.IntN(3) == 0 {
			w.h.learn(t, home, fmt.Sprintf(`{"hukou":"local","area":"rural","income_per_capita_month":%d}`, 10000+r.IntN(50000)))
		}
		for back := range 6 {
			if r.IntN(2) == 0 {
				yuan := 50 + r.IntN(400)
				w.m.month("MZ-01", back, yuan, true, list[0].id)
				w.of[home] = append(w.of[home], grant{item: "MZ-01", back: back, fen: core.Fen(yuan) * 100})
			}
			for _, who := range list[:min(2, len(list))] {
				if r.IntN(2) == 0 {
					w.m.month("MZ-10", back, 100, true, who.id)
					w.of[home] = append(w.of[home], grant{"MZ-10", back, 10000, []core.MemberRef{who.ref}})
				}
			}
		}
	}
}

// owed is what the Books of the months give more than was granted, where they give more than
// the Book before.
func (w *plain) owed(t *testing.T, was *policy.Book) map[core.HouseholdID]string {
	t.Helper()
	out := map[core.HouseholdID]string{}
	before, err := matching.Compile(was)
	if err != nil {
		t.Fatal(err)
	}
	months := map[int]*matching.Matcher{}
	for back := range 6 {
		if months[back], err = matching.Compile(w.h.bookOn(t, w.m.back(back))); err != nil {
			t.Fatal(err)
		}
	}
	w.h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		for home, grants := range w.of {
			facts, _, err := w.h.reg.Facts(ctx, tx, why, home, tx.Today())
			if err != nil {
				return err
			}
			old := before.Explain(&facts)
			for _, item := range []core.ItemCode{"MZ-01", "MZ-10"} {
				n, each, sum := 0, core.Fen(0), core.Fen(0)
				for back := 5; back >= 0; back-- {
					var had core.Fen
					var who []core.MemberRef
					for _, g := range grants {
						if g.item == item && g.back == back {
							had, who = had+g.fen, append(who, g.who...)
						}
					}
					now := months[back].Explain(&facts)
					is, then := explained(&now, months[back].Book(), item, who), explained(&old, was, item, who)
					if had == 0 || is <= then {
						continue
					}
					if sum += is - had; is > had {
						n, each = n+1, is-had
					}
				}
				if n > 0 && sum > 0 {
					it, _ := was.Item(item)
					out[home] += fmt.Sprintf("%d: %d×%d=%d;", it.No, n, each/100, sum/100)
				}
			}
		}
		return nil
	})
	return out
}

// explained is what an explanation gives of an item for some members: that of age is the
// same for each of two who are ninety.
func explained(r *matching.Result, book *policy.Book, item core.ItemCode, who []core.MemberRef) core.Fen {
	if !slices.Contains(r.Bundle, item) {
		return 0
	}
	for _, f := range r.Findings {
		if f.Item != item {
			continue
		}
		if it, _ := book.Item(item); it.Person == nil {
			return f.Benefit.Amount
		}
		of := 0
		for _, ref := range who {
			if slices.Contains(f.For, ref) {
				of++
			}
		}
		return f.Benefit.Amount / core.Fen(max(len(f.For), 1)) * core.Fen(of)
	}
	return 0
}
