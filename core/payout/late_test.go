package payout

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// told is one row of what was told.
type told struct {
	kind string
	rung Rung
	day  core.Date
}

func (h *house) told() (list []told) {
	h.t.Helper()
	h.must(h.db.Read(h.t.Context(), scope, func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select kind, rung, told from payout_climb order by kind, rung`)
		if err != nil {
			return err
		}
		defer rows.Close()
		list = nil
		for rows.Next() {
			var one told
			var at time.Time
			if err := rows.Scan(&one.kind, &one.rung, &at); err != nil {
				return err
			}
			one.day = core.DateOf(at)
			list = append(list, one)
		}
		return rows.Err()
	}))
	return list
}

// Money that was granted and that nobody lays into a run is told to the payers when its day is over,
// then to the county and the city, each once; laid into one, it is off the list.
//
// Controls: climbDue left out ("told [], want …"); Lates without latesDue ("rung 1 at []: []"); what is
// held back not left out ("told [{due 1 …").
func TestGrantedMoneyInNoRunClimbs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.calendar, h.apart = func() Calendar { return weekdays{} }, apartRules
	e := h.pays(paying{"MZ-01", "once", "202603", 1})
	made, cal := h.day(), weekdays{}
	var row days
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) (err error) { row, err = readDays(ctx, tx); return err }))
	by := row.payBy(cal, e.Item, "once", e.Period, made)
	for range 40 {
		h.tomorrow()
	}
	var want []told
	for rung, day := RungPayers, by.AddDate(0, 0, 1); rung <= RungCity; rung++ {
		want = append(want, told{"due", rung, day})
		day = cal.Add(day, rungDays).AddDate(0, 0, 1)
	}
	if got := h.told(); !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
	for _, c := range []struct {
		on    Rung
		where []core.RegionCode
		want  int
	}{{RungPayers, nil, 1}, {RungCounty, []core.RegionCode{e.Region}, 1}, {RungCounty, []core.RegionCode{"371425101"}, 0}, {RungCity, nil, 1}} {
		list := h.lates(c.on, c.where...)
		if len(list) != c.want {
			t.Errorf("rung %d at %v: %+v", c.on, c.where, list)
		}
		for _, l := range list {
			if l.What() == "" || l.Do(c.on) == "" || l.Due != by || l.Rung != RungCity || l.Totals != (Totals{Lines: 1, Total: e.Amount}) || !strings.Contains(l.Name, "2026 年 3 月") {
				t.Errorf("%+v says %q, %q", l, l.What(), l.Do(c.on))
			}
		}
	}
	_, err := h.batch()
	h.must(err)
	if list := h.lates(RungCity); len(list) != 0 {
		t.Errorf("in a run, and late still: %+v", list)
	}
}

func (h *house) lates(on Rung, counties ...core.RegionCode) (list []Late) {
	h.t.Helper()
	h.must(h.db.Read(h.t.Context(), scope, func(ctx context.Context, tx *pg.Tx) (err error) {
		list, err = Lates(ctx, tx, on, counties...)
		return err
	}))
	return list
}

func (h *house) day() (d core.Date) {
	h.t.Helper()
	h.must(h.tx(func(_ context.Context, tx *pg.Tx) error { d = tx.Today(); return nil }))
	return d
}

// tomorrow moves the clock by a day and looks twice, as two platforms do.
func (h *house) tomorrow() {
	h.t.Helper()
	h.env.Advance(24 * time.Hour)
	h.must(h.Climb(h.t.Context()))
	h.must(h.Climb(h.t.Context()))
}

// A draft nobody approves, what is held back and nobody looks at, and a batch the bank does not
// answer are told to the payers when their working days are over, two working days later to the
// counties whose money it is, and then to the city: each once, and nothing is moved by it. What
// was moved stands in no list any more.
//
// Controls: none seen red yet.
func TestWhatNobodyMovesClimbs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.calendar, h.apart = func() Calendar { return weekdays{} }, apartRules
	h.pays(paying{"MZ-01", "month", "202603", 1})
	h.pays(paying{"MZ-02", "month", "202603", 1})
	b, err := h.batch()
	h.must(err)
	made := h.day()
	for range 20 {
		h.tomorrow()
	}
	cal, want := weekdays{}, []told{}
	for _, k := range []struct {
		kind string
		days int
	}{{"draft", 2}, {"held", 5}} {
		day := cal.Add(made, k.days).AddDate(0, 0, 1)
		for rung := RungPayers; rung <= RungCity; rung++ {
			want = append(want, told{k.kind, rung, day})
			day = cal.Add(day, rungDays).AddDate(0, 0, 1)
		}
	}
	if got := h.told(); !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
	if h.whole(b.ID).State != "draft" || h.entries("payment.escalated", batchSubject(b.ID)) != 3 || h.entries("payment.escalated", "") != 3 {
		t.Errorf("the draft is %s, %d of it in the log", h.whole(b.ID).State, h.entries("payment.escalated", batchSubject(b.ID)))
	}
	for _, c := range []struct {
		on    Rung
		where []core.RegionCode
		want  int
	}{{RungPayers, nil, 2}, {RungCounty, []core.RegionCode{town, other}, 2}, {RungCounty, []core.RegionCode{"371425101"}, 0}, {RungCity, nil, 2}} {
		list := h.lates(c.on, c.where...)
		if len(list) != c.want {
			t.Errorf("rung %d at %v: %+v", c.on, c.where, list)
		}
		for _, l := range list {
			if l.What() == "" || l.Do(c.on) == "" || l.Due != cal.Add(made, map[string]int{"draft": 2, "held": 5}[l.Kind]) || l.Rung != RungCity {
				t.Errorf("%+v says %q, %q", l, l.What(), l.Do(c.on))
			}
		}
	}
	// Moved, both are off every list; with the bank, the batch has a day of its own.
	h.bank.set(func(b *bank) { b.silent = true })
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.Approve(ctx, tx, check, b.ID, b.Totals) }))
	h.must(h.Send(t.Context(), b.ID))
	held := h.heldBack()
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error {
		return h.SayApart(ctx, tx, maker, held[0].ID, "两笔都对")
	}))
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.LetGo(ctx, tx, check, held[0].ID, "两笔都对") }))
	if left := append(h.lates(RungPayers), h.lates(RungCity)...); len(left) != 0 {
		t.Errorf("moved and still listed: %+v", left)
	}
	for range 6 {
		h.tomorrow()
	}
	list := slices.DeleteFunc(h.lates(RungPayers), func(l Late) bool { return l.Kind == "due" }) // what was let go waits for a run of its own
	if len(list) != 1 || list[0].Kind != "approved" || list[0].Batch != b.ID {
		t.Errorf("with the bank for six days: %+v", list)
	}
}

// A batch that one change dissolved before the bank had it is made anew by the job, once, as a
// draft in nobody's name that says what had changed, with its own money only; one takes it over,
// another approves it. What people discard is not made anew again.
//
// Controls: none seen red yet.
func TestADissolvedBatchIsMadeAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := h.decided(1, town, 36000)
	_, err := h.entitle(e)
	h.must(err)
	h.must(func() error { _, err := h.entitle(h.decided(2, other, 40000)); return err }())
	b := h.approved()
	stale(account(t, "622848111111000001"))["card"](h, e)
	h.again(b.ID)
	if h.whole(b.ID).State != "closed" || h.whole(b.ID).Changed != "1 笔换了卡" {
		t.Fatalf("dissolved: %+v", h.whole(b.ID))
	}
	h.must(func() error { _, err := h.entitle(h.decided(3, town, 50000)); return err }()) // is not of that batch
	newest := func() Batch {
		h.must(h.Anew(t.Context()))
		h.must(h.Anew(t.Context()))
		var list []Batch
		h.must(h.db.Read(t.Context(), scope, func(ctx context.Context, tx *pg.Tx) (err error) { list, err = h.Batches(ctx, tx); return err }))
		return list[0]
	}
	n := newest()
	if n.AgainOf != b.ID || n.Again != b.Name || n.CreatedBy != 0 || n.State != "draft" || n.Totals != b.Totals || !strings.Contains(n.Changed, "换了卡") {
		t.Fatalf("made anew: %+v", n)
	}
	approve := func(by core.StaffID) error {
		return h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.Approve(ctx, tx, by, n.ID, n.Totals) })
	}
	if err := approve(check); !errors.Is(err, ErrNotTaken) {
		t.Errorf("approved before it was taken: %v", err)
	}
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.TakeOver(ctx, tx, maker, n.ID) }))
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.Discard(ctx, tx, maker, n.ID, "先问清") }))
	if last := newest(); last.ID != n.ID {
		t.Errorf("discarded by people and made anew: %+v", last)
	}
	if v := h.sendAll(); v.Paid != 126000 || !h.ledger().Balanced() {
		t.Errorf("the next batch of people: %+v, ledger %+v", v.Batch, h.ledger())
	}
}
