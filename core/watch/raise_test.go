package watch_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/watch"
)

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
		if err := h.watch.Settle(ctx, tx, id, by, watch.Seen{Outcome: watch.Applied}); core.KindOf(err) != core.KindInvalid {
			t.Errorf("an outcome of another kind: %v", err)
		}
		return h.watch.Settle(ctx, tx, id, by, watch.Seen{Outcome: watch.MadeGood, Asked: watch.Records, Words: "看了发放记录"})
	})
}
