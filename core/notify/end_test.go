package notify

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"

	"lianou/core/pg/pgtest"
)

// Every set of callbacks about one message, each none, once or twice, with as many runs of
// the job between them, in every order, 271 in all: once the job has run out, the end is the same for all orders
// of the set, and it is what the model says: told if any says so, whatever came before or
// after; a person's task if the provider said no and nobody said yes; else still sent.
//
// Control: recordIn moving a refused attempt to nothing else, ` and (state <> 'refused')`:
// `[arrives refuses]: ends untold, want confirmed`.
func TestTheEndDoesNotDependOnTheOrder(t *testing.T) {
	t.Parallel()
	d := newDesk(t, []Outcome{{Result: Refused}}, []Outcome{{Result: Accepted}})
	var err error
	d.worker, err = NewWorker(Config{Routes: []Route{{Channel: "sms", Sender: asked{d.sms}}}},
		Deps{DB: d.env.DB(pgtest.Gateway), Opener: d.opener, Audit: d.audit, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, bag := range bags() {
		for _, order := range orders(bag) {
			n++
			provider := fmt.Sprint("any", n)
			d.sms.script = []Outcome{{Result: Accepted, Provider: provider}}
			d.next("any/" + provider)
			_ = d.work()
			for _, s := range order {
				d.happen(s, provider)
			}
			d.happen(runs, provider)
			want := Sent
			switch {
			case slices.Contains(bag, arrives):
				want = Confirmed
			case slices.Contains(bag, refuses):
				want = Untold
			}
			if got := d.state(); got != want {
				t.Errorf("%v: ends %s, want %s", order, got, want)
			}
		}
	}
	if n != 271 {
		t.Errorf("%d orders", n)
	}
}

// bags are the sets with repetition of at most two of each step.
func bags() (out [][]step) {
	for i := range 27 {
		var bag []step
		for at, s := range []step{arrives, refuses, runs} {
			bag = append(bag, slices.Repeat([]step{s}, i/[]int{1, 3, 9}[at]%3)...)
		}
		out = append(out, bag)
	}
	return out
}
