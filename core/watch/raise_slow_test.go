package watch_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/matching"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/watch"
)

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
