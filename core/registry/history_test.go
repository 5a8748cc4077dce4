package registry_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/seed"
)

// said is one statement of the naive model: a path, a value, since when true,
// since when known.
type said struct {
	path  string
	value int
	from  core.Date
	known time.Time
	sure  int
	order int
}

// naive picks the value of a path the slow and obvious way.
func naive(history []said, path string, as registry.AsOf) *int {
	var best *said
	for i := range history {
		s := &history[i]
		if s.path != path || s.from > as.On || s.known.After(as.Known) {
			continue
		}
		if best == nil || later(s, best) {
			best = s
		}
	}
	if best == nil {
		return nil
	}
	return &best.value
}

func later(a, b *said) bool {
	switch {
	case a.from != b.from:
		return a.from > b.from
	case !a.known.Equal(b.known):
		return a.known.After(b.known)
	case a.sure != b.sure:
		return a.sure > b.sure
	}
	return a.order > b.order
}

var errUndo = errors.New("undo")

// TestTwoTimes: over random histories the store gives, for any day and any moment
// of knowledge, what the naive model gives (F34). Control: order sheets by when
// they were known alone.
func TestTwoTimes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := seed.Stories()[0]
	base := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	paths := []string{"floor_area_per_capita", "members/s/unemployed_months"}
	rapid.Check(t, func(rt *rapid.T) {
		var history []said
		for i := range rapid.IntRange(0, 12).Draw(rt, "sheets") {
			history = append(history, said{
				path: rapid.SampledFrom(paths).Draw(rt, "path"), value: rapid.IntRange(0, 90).Draw(rt, "value"), order: i,
				from:  core.DateOf(base) + core.Date(rapid.IntRange(0, 6).Draw(rt, "from")),
				known: base.AddDate(0, 0, rapid.IntRange(0, 6).Draw(rt, "known")), sure: rapid.IntRange(1, 3).Draw(rt, "sure"),
			})
		}
		as := registry.AsOf{On: core.DateOf(base) + core.Date(rapid.IntRange(-1, 7).Draw(rt, "on")), Known: base.AddDate(0, 0, rapid.IntRange(-1, 7).Draw(rt, "at"))}
		err := h.db.Tx(t.Context(), pg.Regions(wangmiao), func(ctx context.Context, tx *pg.Tx) error {
			for _, s := range history {
				sheet := registry.Sheet{Source: "test", ValidFrom: s.from, KnownAt: s.known, Confidence: s.sure}
				person := core.PersonID(0)
				sheet.Facts = json.RawMessage(fmt.Sprintf(`{"floor_area_per_capita":%d}`, s.value))
				if s.path != paths[0] {
					person = a.Members[1].Person
					sheet.Facts = json.RawMessage(fmt.Sprintf(`{"unemployed_months":%d}`, s.value))
				}
				if err := h.reg.Learn(ctx, tx, h.why, a.Household, person, sheet); err != nil {
					return err
				}
			}
			f, sources, err := h.reg.FactsAsOf(ctx, tx, h.why, a.Household, as)
			if err != nil {
				return err
			}
			for _, path := range paths {
				want, got := naive(history, path, as), f.Members[1].UnemployedMonths
				if path == paths[0] {
					got = nil
					if f.FloorAreaPerCapita != nil {
						n := int(*f.FloorAreaPerCapita / 100)
						got = &n
					}
				}
				_, sourced := sources[path]
				if (want == nil) != (got == nil) || (want != nil && *want != *got) || sourced != (want != nil) {
					rt.Errorf("%s as of %v: got %v, want %v, sourced %v", path, as, got, want, sourced)
				}
			}
			return errUndo
		})
		if !errors.Is(err, errUndo) {
			rt.Fatal(err)
		}
	})
}
