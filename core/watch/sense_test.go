package watch_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lianou/core/audit"
	"lianou/core/hardship"
	"lianou/core/insight"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/watch"
)

// TestSenseIsKept: the report is about everybody that a scan packed, is the same whoever
// reads, stands under its digest and its weights, and nobody can change it. Nothing of the
// order moves.
// Control: Keep under Now's digest ("not found by its weights"); fill without Town's own
// index ("the shares of towns add up to ..."); a sentence that names a command, which no desk
// has ("it says 还没有算过…请先运行 lianou index sensitivity。").
func TestSenseIsKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 900)
	by := audit.Actor{Kind: "operator"}
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := h.watch.Found().LastSensed(ctx, tx); !errors.Is(err, insight.ErrNotSensed) {
			t.Errorf("before any report: %v", err)
		}
		if say := insight.ErrNotSensed.Say; !strings.Contains(say, "草案页") || strings.Contains(say, "lianou") {
			t.Errorf("it says %s", say)
		}
		return nil
	})
	before := h.scan(t)
	was := h.dump(t)
	proposed := hardship.Weights{110, 85, 100, 100, 100, 100, 100}
	one, err := h.watch.Sense(t.Context(), watch.Sensing{Proposed: &proposed, Hands: 1, By: by})
	if err != nil || one.Households != before.Households {
		t.Fatalf("%d households of %d: %v", one.Households, before.Households, err)
	}
	two, err := h.watch.Sense(t.Context(), watch.Sensing{Proposed: &proposed, Hands: 2, By: by})
	if err != nil || two.Digest != one.Digest || !reflect.DeepEqual(one.Sensing, two.Sensing) {
		t.Errorf("two hands find %.12s and one %.12s: %v", two.Digest, one.Digest, err)
	}
	for _, r := range one.Runs {
		of := map[string]int{}
		for _, s := range r.Shares {
			of[s.Kind] += s.Of
		}
		if of["town"] != one.Households || of["area"] != one.Households || of["age"] != of["sex"] || of["age"] != of["disability"] {
			t.Fatalf("%s: the shares add up to %v, of %d households", r.Name, of, one.Households)
		}
	}
	if h.dump(t) != was {
		t.Error("a report moved the order")
	}
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		kept, err := h.watch.Found().Sensed(ctx, tx, &proposed, one.Book)
		if err != nil || kept.Digest != one.Digest || !reflect.DeepEqual(kept.Sensing, one.Sensing) {
			t.Errorf("not found by its weights: %v", err)
		}
		if _, err := h.watch.Found().Sensed(ctx, tx, &proposed, "another"); !errors.Is(err, insight.ErrNotSensed) {
			t.Errorf("by another Book: %v", err)
		}
		if err := h.watch.Found().HasSensed(ctx, tx, &proposed); err != nil {
			t.Errorf("the proposal has a report: %v", err)
		}
		if err := h.watch.Found().HasSensed(ctx, tx, &hardship.Even); !errors.Is(err, insight.ErrNotSensed) {
			t.Errorf("a report about others is taken for one about H-1: %v", err)
		}
		return nil
	})
	if err := h.env.DB(pgtest.Platform).Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update index_sensing set book = ''`)
		return err
	}); err == nil {
		t.Error("a kept report could be changed")
	}
	if d, err := one.Sensing.Digest(); err != nil || d != one.Digest || !slices.ContainsFunc(one.Runs, moved) {
		t.Errorf("digest %.12s of %.12s, %v; or nobody ever changed the band", d, one.Digest, err)
	}
}

func moved(r insight.Run) bool {
	return slices.ContainsFunc(r.Bands, func(b insight.BandMove) bool { return b.Entered > 0 })
}
