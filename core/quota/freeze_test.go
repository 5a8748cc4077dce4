package quota_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/depstest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/quota"
)

// TestAListIsFrozenByTwoAndIsTheOrderOfTheIndex: nobody freezes alone, early, unseen or
// beyond their places; the list stands as the ranking does, and its digest can be reckoned
// again. Control: before by household alone ("stands 26 in the list and after 49 in the
// ranking").
func TestAListIsFrozenByTwoAndIsTheOrderOfTheIndex(t *testing.T) {
	t.Parallel()
	w := peopled(t)
	ctx := t.Context()
	ask := quota.Asked{Item: "RS-01", Area: "371426", Places: 4, Cutoff: w.now(t).Add(time.Hour), Why: "2026 年第一批"}
	for say, c := range map[string]struct {
		who  func() error
		want error
	}{
		"another county's officer": {func() error { _, err := w.quota.Open(ctx, w.county, ask); return err }, quota.ErrNotYours},
		"an officer of a township": {func() error { _, err := w.quota.Open(ctx, w.small, ask); return err }, quota.ErrNotYours},
	} {
		if err := c.who(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", say, err)
		}
	}
	for _, bad := range []func(*quota.Asked){func(a *quota.Asked) { a.Item = "MZ-01" }, func(a *quota.Asked) { a.Places = 0 }, func(a *quota.Asked) { a.Places = 3000 },
		func(a *quota.Asked) { a.Why = " " }, func(a *quota.Asked) { a.Cutoff = a.Cutoff.AddDate(3, 0, 0) }} {
		a := ask
		bad(&a)
		if _, err := w.quota.Open(ctx, w.han, a); core.KindOf(err) != core.KindInvalid {
			t.Errorf("%+v: %v", a, err)
		}
	}
	id, err := w.quota.Open(ctx, w.han, ask)
	must(t, err)
	if err := w.quota.Freeze(ctx, w.lin, id, ""); !errors.Is(err, quota.ErrEarly) {
		t.Errorf("before the cut-off: %v", err)
	}
	w.gone(t, w.han, id, "写错了")
	ask.Cutoff = w.now(t).Add(time.Minute)
	id, err = w.quota.Open(ctx, w.han, ask)
	must(t, err)
	w.env.Advance(2 * time.Minute)
	if err := w.quota.Freeze(ctx, w.lin, id, ""); !errors.Is(err, quota.ErrUndrawn) {
		t.Errorf("before the list is drawn: %v", err)
	}
	// A scan by another Book than the cut-off's keeps nobody from a list (control: looked
	// that asks for that Book, "有的乡镇…").
	must(t, w.db.Tx(ctx, pg.City("a test scans by another Book"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update finding_town set book = 'another'`)
		return err
	}))
	w.due(t, 1)
	w.due(t, 0)
	seen, list := w.round(t, id)
	if len(list) < 20 {
		t.Fatalf("only %d are listed: the test would prove little", len(list))
	}
	for _, c := range []struct {
		say  string
		err  error
		want error
	}{
		{"the same person", w.quota.Freeze(ctx, w.han, id, seen.Digest), quota.ErrSame},
		{"unseen", w.quota.Freeze(ctx, w.lin, id, "x"), quota.ErrSeen},
		{"another county", w.quota.Freeze(ctx, w.county, id, seen.Digest), quota.ErrNone},
		{"the second", w.quota.Freeze(ctx, w.lin, id, seen.Digest), nil},
		{"again", w.quota.Freeze(ctx, w.lin, id, seen.Digest), quota.ErrState},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v, want %v", c.say, c.err, c.want)
		}
	}
	w.holds(t, id)
}

// TestAListIsDrawnAtItsCutoff, by a job and once: what is learnt of a household until somebody
// freezes moves nobody; a round that cannot be drawn hinders no other; two jobs at once
// draw one list. Controls: Freeze draws anew ("another list is frozen than was drawn"); an
// error of one ends DrawDue ("0 lists were drawn, want 1"); drawOne without Refresh ("not
// packed yet is not listed").
func TestAListIsDrawnAtItsCutoff(t *testing.T) {
	t.Parallel()
	w := peopled(t)
	ctx := t.Context()
	open := func(area core.RegionCode, in time.Duration) int64 {
		id, err := w.quota.Open(ctx, w.han, quota.Asked{Item: "RS-01", Area: area, Places: 2, Cutoff: w.now(t).Add(in), Why: "2026 年第二批", Beside: math.MaxInt64})
		must(t, err)
		return id
	}
	unlooked, id, later := open("371424", time.Minute), open("371426", time.Minute), open("371426", time.Hour)
	w.env.Advance(2 * time.Minute)
	waiting := w.unpacked(t)
	drawn := make(chan error)
	for range 2 {
		go func() { _, err := w.quota.DrawDue(ctx); drawn <- err }()
	}
	must(t, errors.Join(<-drawn, <-drawn))
	if r, list := w.round(t, id); r.Drawn.IsZero() || r.State != quota.Open || len(list) == 0 || len(list) != r.Listed {
		t.Fatalf("the list that was due: %+v, %d entries", r, len(list))
	}
	if _, list := w.round(t, id); !slices.ContainsFunc(list, func(e quota.Entry) bool { return e.Household == waiting }) {
		t.Error("who was written about and not packed yet is not listed")
	}
	for say, id := range map[string]int64{"a county that nobody looked at": unlooked, "before its cut-off": later} {
		if r, list := w.round(t, id); !r.Drawn.IsZero() || len(list) > 0 {
			t.Errorf("%s: drawn %v, %d listed", say, r.Drawn, len(list))
		}
	}
	r, before := w.round(t, id)
	must(t, w.env.DB(pgtest.Owner).Tx(ctx, pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `delete from fact_row where household = $1`, int64(before[0].Household))
		return err
	}))
	must(t, w.quota.Freeze(ctx, w.lin, id, r.Digest))
	if _, after := w.round(t, id); len(after) != len(before) || after[0].Household != before[0].Household {
		t.Error("another list is frozen than was drawn")
	}
	w.holds(t, id)
	w.gone(t, w.han, unlooked, "那里还没比对")
	w.env.Advance(2 * time.Hour)
	w.due(t, 1)
}

// holds compares a frozen list with the ranking, and tries to change it.
func (w *world) holds(t *testing.T, id int64) {
	t.Helper()
	var list []quota.Entry
	unknown := 0
	w.see(t, func(ctx context.Context, tx *pg.Tx) error {
		r, err := w.quota.Round(ctx, tx, w.han, id)
		if err != nil {
			return err
		}
		list, err = w.quota.Entries(ctx, tx, id, 1, 30000)
		if err != nil {
			return err
		}
		whole, err := quota.Verify(ctx, tx, r)
		if !whole || r.Listed != len(list) {
			t.Errorf("the list is not the one that was frozen: %v, %d of %d", whole, len(list), r.Listed)
		}
		r.Places++
		if whole, _ := quota.Verify(ctx, tx, r); whole {
			t.Error("another number of places has the same digest")
		}
		return err
	})
	at := map[core.HouseholdID]int{}
	for _, e := range list {
		at[e.Household] = e.N
		if e.Unknown() {
			unknown++
			if len(e.Missing()) == 0 {
				t.Errorf("entry %d is marked and says nothing", e.N)
			}
		}
	}
	last := 0
	for _, r := range w.ranked(t, w.reg.Regions().Expand("371426")) {
		if n := at[r.Household]; n != 0 {
			if n <= last {
				t.Fatalf("household %d stands %d in the list and after %d in the ranking", r.Household, n, last)
			}
			last = n
		}
	}
	if last == 0 || unknown == 0 {
		t.Fatalf("%d ranked, %d with something unknown: the test would prove nothing", last, unknown)
	}
	for i := 1; i < len(list); i++ {
		steps := quota.Why(list[i-1], list[i])
		if n := len(steps); !steps[n-1].Decides || steps[n-1].A == steps[n-1].B {
			t.Fatalf("nothing says why %d is before %d: %+v", i, i+1, steps)
		}
	}
	t.Logf("%d listed, %d with something unknown", len(list), unknown)
}

// TestAFrozenListIsNotChanged by anybody, by any statement, whoever's rights it has.
// Control: the trigger quota_is_final dropped ("update quota_entry set place = 0: nothing refused it").
func TestAFrozenListIsNotChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.frozen(t, 2, 5)
	must(t, w.quota.Offer(t.Context(), w.han, id, quota.Offering{N: 1, By: core.DateOf(w.now(t)).AddDate(0, 0, 5)}))
	w.refuses(t, id, []string{
		`update quota_entry set n = n + 100 where round = $1`, `update quota_entry set place = 0 where round = $1`, `delete from quota_entry where round = $1`,
		`insert into quota_entry (round, n, region, household, place, low, high, fits) values ($1, 6, '371426104', 99, 1, '{0,0,0,0,0,0,0}', '{0,0,0,0,0,0,0}', true)`,
		`update quota_round set places = 9 where id = $1`, `update quota_round set state = 'open', ended = null, ender = null, digest = '' where id = $1`,
		`update quota_round set digest = 'other' where id = $1`, `delete from quota_round where id = $1`, `delete from quota_offer where round = $1`,
		`update quota_offer set place_no = 2 where round = $1`, `update quota_offer set state = 'unreached', words = 'x', ended = now(), ender = maker where round = $1`,
		`insert into quota_offer (round, n, region, place_no, answer_by, maker, made, notice) select round, 2, region, 3, answer_by, maker, made, 1 from quota_offer where round = $1`,
		`insert into quota_offer (round, n, region, place_no, answer_by, maker, made, notice) select round, 2, region, 1, answer_by, maker, made, 1 from quota_offer where round = $1`,
	})
	// One that was drawn and waits for its second signature is no less final; one that was
	// not drawn is frozen by nobody.
	w.refuses(t, w.laid(t, 2, 5), []string{
		`update quota_entry set place = 0 where round = $1`, `delete from quota_entry where round = $1`, `update quota_round set digest = 'other' where id = $1`,
		`update quota_round set drawn = null, digest = '' where id = $1`, `update quota_round set drawn = drawn + interval '1 hour' where id = $1`,
		`insert into quota_entry (round, n, region, household, place, low, high, fits) values ($1, 6, '371426104', 99, 1, '{0,0,0,0,0,0,0}', '{0,0,0,0,0,0,0}', true)`,
	})
	var bare int64
	must(t, w.db.Tx(t.Context(), w.han.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `insert into quota_round (item, area, places, cutoff, why, opener, opened) values ('ZJ-01', '371426104', 1, $1, '试', $2, $1) returning id`
		return tx.QueryRow(ctx, sql, tx.Now(), int64(w.han.ID)).Scan(&bare)
	}))
	w.refuses(t, bare, []string{
		`update quota_round set state = 'frozen', ended = now(), ender = (select id from staff_account where login = 'lin') where id = $1`,
		`update quota_round set drawn = now(), listed = 3, book = 'b', formula = 'f', tie = 't', digest = 'd' where id = $1`,
	})
}

// TestRoundsThatCannotBeDrawnHinderNone, however many they are; of one thing in one area ten
// wait at most. Controls: DrawDue by the cut-off alone ("0 lists were drawn, want 1"); Open
// without its count ("the eleventh: <nil>").
func TestRoundsThatCannotBeDrawnHinderNone(t *testing.T) {
	t.Parallel()
	w := peopled(t)
	at, nth := w.now(t), 0
	open := func(area core.RegionCode, cutoff time.Time) error {
		nth++
		_, err := w.quota.Open(t.Context(), w.han, quota.Asked{Item: "RS-01", Area: area, Places: 2, Cutoff: cutoff, Why: fmt.Sprint("2026 年第三批,之", nth), Beside: math.MaxInt64})
		return err
	}
	for _, county := range []core.RegionCode{"371424", "371425", "371427"} { // that nobody looked at
		for range 10 {
			must(t, open(county, at.Add(time.Hour)))
		}
	}
	if err := open("371424", at.Add(time.Hour)); !errors.Is(err, quota.ErrOpen) {
		t.Errorf("the eleventh: %v", err)
	}
	must(t, open("371426", at.Add(time.Hour+time.Minute)))
	w.env.Advance(2 * time.Hour)
	w.due(t, 0)
	w.due(t, 1)
}

// TestEveryRoundIsWalked: however many there are, none is left unchecked, and a page has the
// newest of its reader's. Control: Every that ends after one page ("500 of 1203").
func TestEveryRoundIsWalked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(t, w.db.Tx(t.Context(), w.han.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `insert into quota_round (item, area, places, cutoff, why, opener, opened) select 'ZJ-01', '371426104', 1, $1, '试 ' || n, $2, $1 from generate_series(1, 1203) n`
		_, err := tx.Exec(ctx, sql, tx.Now(), int64(w.han.ID))
		return err
	}))
	var seen []int64
	w.see(t, func(ctx context.Context, tx *pg.Tx) error {
		seen = nil
		return quota.Every(ctx, tx, func(r quota.Round) error { seen = append(seen, r.ID); return nil })
	})
	if len(seen) != 1203 || seen[0] != 1203 || seen[1202] != 1 {
		t.Errorf("%d of 1203", len(seen))
	}
	w.see(t, func(ctx context.Context, tx *pg.Tx) error {
		list, err := w.quota.Rounds(ctx, tx, w.han)
		if len(list) != 200 || list[0].ID != 1203 || list[199].ID != 1004 {
			t.Errorf("a page of %d", len(list))
		}
		return err
	})
}

// unpacked has the hardest household of the county wait to be packed, as after an import.
func (w *world) unpacked(t *testing.T) core.HouseholdID {
	t.Helper()
	first := core.HouseholdID(0)
	w.see(t, func(ctx context.Context, tx *pg.Tx) error {
		list, err := w.quota.Draw(ctx, tx, quota.Round{Item: "RS-01", Area: "371426", Cutoff: tx.Now()})
		if err == nil {
			first = list.Entries[0].Household
		}
		return err
	})
	must(t, w.env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `with gone as (delete from fact_row where household = $1 returning region, household) insert into fact_stale (region, household) select * from gone`, int64(first))
		return err
	}))
	return first
}

// refuses tries statements on a round, each of which a constraint must forbid.
func (w *world) refuses(t *testing.T, id int64, statements []string) {
	t.Helper()
	for _, sql := range statements {
		// The owner of the tables may do what the platform has no right to.
		err := w.env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, sql, id)
			return pg.Fail(err, "try")
		})
		if pg.Constraint(err) == "" {
			t.Errorf("%.60s: nothing refused it (%v)", sql, err)
		}
	}
}

// TestNewNamesWhatIsMissing holds the constructor to its word.
func TestNewNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	depstest.Whole(t, newWorld(t).deps, quota.New)
}
