package notify

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// step is a thing that may happen to a notice whose text is accepted by a provider.
type step string

// The steps: a report of either kind, and the job running again.
const (
	arrives step = "arrives"
	refuses step = "refuses"
	runs    step = "runs"
)

// orders lists every order of a bag of steps, each once.
func orders(bag []step) [][]step {
	if len(bag) == 0 {
		return [][]step{nil}
	}
	var out [][]step
	seen := map[step]bool{}
	for i, first := range bag {
		if seen[first] {
			continue
		}
		seen[first] = true
		for _, rest := range orders(slices.Delete(slices.Clone(bag), i, i+1)) {
			out = append(out, append([]step{first}, rest...))
		}
	}
	return out
}

// Whatever the order in which a provider's reports come, twice and between runs of the job:
// once a person is told they stay told, the platform hears of it once, and of nobody reached
// at most once. All 90 orders of two reports that it arrived, two that it did not, and two
// runs (F68).
//
// Control: recordIn moving any attempt: `refuses: … sqlstate 23514 constraint notice_forward`
// (the database's own rule). What recordIn says of `confirmed` and untold of its states is
// held by that, too: left out, these orders stay the same.
func TestReportsInEveryOrder(t *testing.T) {
	t.Parallel()
	d := newDesk(t, []Outcome{{Result: Refused}}, []Outcome{{Result: Accepted}})
	all := orders([]step{arrives, arrives, refuses, refuses, runs, runs})
	if len(all) != 90 {
		t.Fatalf("%d orders", len(all))
	}
	for i, order := range all {
		provider := fmt.Sprint("sid", i)
		d.sms.script = []Outcome{{Result: Accepted, Provider: provider}}
		d.next(fmt.Sprint("paid/81/", i))
		told, untold := d.jobsOf("told"), d.jobsOf("untold")
		_ = d.work()
		happened := map[step]bool{}
		for _, s := range order {
			d.happen(s, provider)
			happened[s] = true
			if happened[arrives] && d.state() != Confirmed {
				t.Fatalf("%v after %s: moved back to %s", order, s, d.state())
			}
		}
		if n := d.jobsOf("told") - told; n != 1 {
			t.Errorf("%v: %d told jobs", order, n)
		}
		if n := d.jobsOf("untold") - untold; n > 1 {
			t.Errorf("%v: %d untold jobs", order, n)
		}
	}
}

// next makes another notice the one that the desk works on.
func (d *desk) next(key string) {
	d.t.Helper()
	n := paidNotice(d.t)
	n.Key = key
	err := d.env.DB(pgtest.Platform).Tx(d.t.Context(), pg.Job(town), func(ctx context.Context, tx *pg.Tx) (err error) {
		d.notice, err = d.box.Enqueue(ctx, tx, n)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) happen(s step, provider string) {
	d.t.Helper()
	var err error
	switch s {
	case arrives:
		err = d.worker.Report(d.t.Context(), "sms", provider, Outcome{Result: Delivered})
	case refuses:
		err = d.worker.Report(d.t.Context(), "sms", provider, Outcome{Result: Refused})
	case runs:
		if err = d.work(); jobs.Snoozed(err) {
			err = nil
		}
	}
	if err != nil {
		d.t.Fatalf("%s: %v", s, err)
	}
}
