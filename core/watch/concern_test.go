package watch_test

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/policy"
)

// TestALossIsAskedOfWhoHasIt: when several households fit no longer, those are asked about who
// receive what they lose, or have asked for it; who never applied nor got anything is asked
// nothing, and is not counted: who signed the Book reads of receivers, and finds them in the list.
// Controls: laying without concern, as it was ("who never had any of it: [due facts gone … lost
// facts open …"); concerned without FiledIn ("who asked for it: …").
func TestALossIsAskedOfWhoHasIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 300)
	h.scan(t)
	m := h.money(t)
	var none []core.HouseholdID
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		for _, town := range h.towns {
			list, err := h.watch.Found().All(ctx, tx, town)
			if err != nil {
				return err
			}
			for _, f := range list {
				if f.Eligible == 0 {
					none = append(none, f.Household)
				}
			}
		}
		return nil
	})
	has, asked, never := none[0], none[1], none[2]
	for _, id := range none[:3] {
		h.learn(t, id, `{"house_grade":"D","owns_home":true,"houses":1,"area":"rural","statuses":["dibao"],"hukou":"local"}`)
	}
	h.scan(t)
	item := m.first(h, has)
	m.grant(given{home: has, item: item.Code, state: "approved", period: "month"})
	m.grant(given{home: asked, item: item.Code, state: "agreed", period: "month"})
	m.exec(`delete from decision where claim_id = $1`, m.claim)
	m.exec(`update casefile set state = 'visiting', settled = null where id = $1`, m.claim)
	for _, id := range none[:3] {
		h.learn(t, id, `{"statuses":[],"house_grade":"A","income_per_capita_month":90000}`)
	}
	if p := h.scan(t); p.Lost != 2 {
		t.Errorf("%d lost something of theirs, want 2", p.Lost)
	}
	want := fmt.Sprintf("lost facts open %d", int64(1)<<(item.No-1))
	for _, c := range []struct {
		who  string
		id   core.HouseholdID
		lost bool
	}{{"who has it", has, true}, {"who asked for it", asked, true}, {"who never had any of it", never, false}} {
		got := h.leads(t, c.id)
		lost := slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "lost") })
		if lost != c.lost || c.lost && !slices.Contains(got, want) {
			t.Errorf("%s: %v, want %q: %v", c.who, got, want, c.lost)
		}
	}
}

// first is the first item of what lies open as due to a household.
func (m *money) first(h *house, id core.HouseholdID) *policy.Item {
	m.t.Helper()
	var items int64
	if _, err := fmt.Sscanf(h.leads(m.t, id)[0], "due facts open %d", &items); err != nil {
		m.t.Fatal(err)
	}
	books, err := policy.Embedded()
	if err != nil {
		m.t.Fatal(err)
	}
	book, err := books.On(m.today)
	if err != nil {
		m.t.Fatal(err)
	}
	at := slices.IndexFunc(book.Items, func(it policy.Item) bool { return it.No == bits.TrailingZeros64(uint64(items))+1 })
	return &book.Items[at]
}

// Who has one township in scope learns nothing of a household of another by its number (P21).
// Control: the functions of 00564 and 00552 (red: `of another's household: 1 received, 1 asked for`).
func TestWhatIsHadIsToldOfTheTownshipsOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 300)
	m := h.money(t)
	own, home := h.towns[0], core.HouseholdID(0)
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select min(id) from household where region = $1`, h.towns[1]).Scan(&home)
	})
	m.grant(given{home: home, item: "MZ-01", state: "approved", period: "month"})
	got := func(town core.RegionCode) (received, filed int) {
		err := h.db.Read(t.Context(), pg.Regions(town), func(ctx context.Context, tx *pg.Tx) error {
			homes := []core.HouseholdID{home}
			has, err := casefile.ReceivedIn(ctx, tx, town, homes)
			if err != nil {
				return err
			}
			asked, err := casefile.FiledIn(ctx, tx, town, homes)
			received, filed = len(has), len(asked)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return received, filed
	}
	m.exec(`update casefile set state = 'visiting', settled = null where household = $1`, home)
	if received, filed := got(h.towns[1]); received != 1 || filed != 1 {
		t.Errorf("of their own: %d received, %d asked for, want 1 and 1", received, filed)
	}
	if received, filed := got(own); received+filed != 0 {
		t.Errorf("of another's household: %d received, %d asked for", received, filed)
	}
}
