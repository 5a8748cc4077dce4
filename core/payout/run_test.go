package payout

import (
	"context"
	"errors"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// A run takes what was chosen of what is due, and says so.
//
// Controls: none seen red yet.
func TestARunTakesWhatWasChosen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, p := range []paying{{"MZ-01", "month", "202603", 1}, {"MZ-01", "month", "202604", 2}, {"MZ-02", "month", "202603", 3}} {
		h.pays(p)
	}
	run := func(pick Choice) (b Batch, err error) {
		err = h.tx(func(ctx context.Context, tx *pg.Tx) error { b, err = h.CreateBatch(ctx, tx, maker, pick); return err })
		return b, err
	}
	if _, err := run(Choice{County: "371425"}); !errors.Is(err, ErrNothingDue) {
		t.Errorf("another county: %v", err)
	}
	if _, err := run(Choice{County: town}); core.KindOf(err) != core.KindInvalid {
		t.Errorf("a township as county: %v", err)
	}
	for _, c := range []struct {
		pick Choice
		want int
	}{{Choice{County: "371426", Item: "MZ-01", Period: "202603"}, 1}, {Choice{Item: "MZ-01"}, 1}, {Choice{}, 1}} {
		b, err := run(c.pick)
		if err != nil || b.Totals.Lines != c.want || h.view(b.ID).Choice != c.pick {
			t.Errorf("%+v took %d lines, says %+v: %v", c.pick, b.Totals.Lines, b.Choice, err)
		}
	}
}

// Emergency money gets its draft by a job, one at a time; nobody approves it before somebody took
// it over, who then does not, and nobody takes over what they decided on.
//
// Controls: none seen red yet.
func TestEmergencyMakesItsOwnRun(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pays(paying{"MZ-01", "month", "202603", 1})
	urgent := h.pays(paying{"MZ-03", "once", "202603", 2})
	h.must(h.env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `alter table claim disable trigger user`)
		if err == nil {
			_, err = tx.Exec(ctx, `update claim set emergency = true where id = $1`, urgent.Claim)
		}
		if err == nil {
			_, err = tx.Exec(ctx, `alter table claim enable trigger user`)
		}
		return pg.Fail(err, "an emergency")
	}))
	h.must(h.Emergency(t.Context()))
	h.must(h.Emergency(t.Context()))
	var list []Batch
	look := func() {
		h.must(h.db.Read(t.Context(), scope, func(ctx context.Context, tx *pg.Tx) (err error) { list, err = h.Batches(ctx, tx); return err }))
	}
	if look(); len(list) != 1 || list[0].CreatedBy != 0 || list[0].Totals.Lines != 1 || !list[0].Choice.Emergency {
		t.Fatalf("the job made %+v", list)
	}
	b := list[0]
	approve := func(by core.StaffID) error {
		return h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.Approve(ctx, tx, by, b.ID, b.Totals) })
	}
	take := func(by core.StaffID) error {
		return h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.TakeOver(ctx, tx, by, b.ID) })
	}
	for _, c := range []struct {
		what      string
		got, want error
	}{{"approved before it was taken", approve(check), ErrNotTaken}, {"taken by its proposer", take(1), ErrDecider}, {"taken", take(maker), nil}, {"taken again", take(check), ErrMoved},
		{"approved by who took it", approve(maker), ErrSamePerson}, {"approved", approve(check), nil}} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v", c.what, c.got)
		}
	}
}

// weekdays is a calendar without holidays.
type weekdays struct{}

func (weekdays) Working(d core.Date) bool { w := d.Time().Weekday(); return w > 0 && w < 6 }
func (c weekdays) Add(d core.Date, n int) core.Date {
	for n > 0 {
		if d = d.AddDate(0, 0, 1); c.Working(d) {
			n--
		}
	}
	return d
}
func (c weekdays) Between(from, to core.Date) (n int) {
	for from < to {
		if from = from.AddDate(0, 0, 1); c.Working(from) {
			n++
		}
	}
	return n
}

// Monthly money is due on the 10th of its month or the working day before; what was decided on
// later goes by the next month's day; an item may have a day of its own.
//
// Controls: none seen red yet.
func TestDaysOfPayment(t *testing.T) {
	t.Parallel()
	d := days{{"", "month", 10}, {"MZ-09", "month", 20}, {"", "emergency", 1}}
	for _, c := range []struct {
		item   core.ItemCode
		kind   string
		period Period
		made   core.Date
		want   core.Date
	}{
		{"MZ-01", "month", "202605", core.NewDate(2026, 4, 28), core.NewDate(2026, 5, 8)}, // the 10th is a Sunday
		{"MZ-01", "month", "202605", core.NewDate(2026, 5, 9), core.NewDate(2026, 6, 10)},
		{"MZ-09", "month", "202605", core.NewDate(2026, 4, 28), core.NewDate(2026, 5, 20)},
		{"MZ-03", "emergency", "202605", core.NewDate(2026, 5, 8), core.NewDate(2026, 5, 11)},
	} {
		if got := d.payBy(weekdays{}, c.item, c.kind, c.period, c.made); got != c.want {
			t.Errorf("%+v is due %s", c, got.SayWhole())
		}
	}
	h := newHouse(t)
	h.calendar = func() Calendar { return weekdays{} }
	h.pays(paying{"MZ-01", "month", "202603", 1})
	h.env.Advance(70 * 24 * 3600e9)
	h.must(h.db.Read(t.Context(), scope, func(ctx context.Context, tx *pg.Tx) error {
		list, err := h.Unpaid(ctx, tx)
		if err != nil || len(list) != 1 || list[0].Late < 10 || list[0].Lines != 1 || list[0].Kind != "month" {
			t.Errorf("late: %+v %v", list, err)
		}
		return err
	}))
}
