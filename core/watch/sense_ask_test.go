package watch_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"lianou/core/audit"
	"lianou/core/hardship"
	"lianou/core/pg"
	"lianou/core/watch"
)

// TestALongReportIsNotLost: a report on weights that says how far it is runs for as long as it
// takes, and nobody begins another beside it; one of which nothing was heard for two hours is
// lost, and may be asked for again.
//
// Red: counted from the asking "of a report that goes on: {Running:false Failed:true …}" and
// "beside one that goes on: <nil>".
func TestALongReportIsNotLost(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 30)
	by, one, two := audit.Actor{Kind: "staff", ID: "1"}, hardship.Weights{110, 85, 100, 100, 100, 100, 100}, hardship.Weights{120, 70, 100, 100, 100, 100, 100}
	asked := func() (a watch.Asked) {
		if err := h.db.Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
			a, err = h.watch.Asked(ctx, tx, &one)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return a
	}
	id, err := h.watch.AskSense(t.Context(), h.into, one, by)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		h.env.Advance(90 * time.Minute)
		h.watch.Far(t.Context(), id, 8, 134)
	}
	if a := asked(); !a.Running || a.Failed || a.Done != 8 {
		t.Errorf("of a report that goes on: %+v", a)
	}
	if _, err := h.watch.AskSense(t.Context(), h.into, two, by); !errors.Is(err, watch.ErrSensing) {
		t.Errorf("beside one that goes on: %v", err)
	}
	h.env.Advance(121 * time.Minute)
	if a := asked(); a.Running || !a.Failed {
		t.Errorf("of a report that nothing was heard of: %+v", a)
	}
	if _, err := h.watch.AskSense(t.Context(), h.into, two, by); err != nil {
		t.Errorf("after one that was lost: %v", err)
	}
}
