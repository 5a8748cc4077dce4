package registry_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/seed"
)

var errUndo = errors.New("undo")

// TestTwoTimes: over random histories the store gives, by way of the database, for any
// day and any moment of knowledge, what the naive model gives (F34). Control: leave out
// known_at in the statement that reads the sheets, and in lay.
func TestTwoTimes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := seed.Stories()[0]
	base := time.Now().Truncate(time.Second).AddDate(0, 0, 1) // after the household was registered
	home, son := "rehab_12m", "unemployed_months"             // of which the story says nothing
	rapid.Check(t, func(rt *rapid.T) {
		var history []said
		for i := range rapid.IntRange(0, 12).Draw(rt, "sheets") {
			s := said{
				path: home, value: rapid.IntRange(taken, 90).Draw(rt, "value"), source: rapid.SampledFrom(historySources).Draw(rt, "source"), order: i,
				from:  core.DateOf(base) + core.Date(rapid.IntRange(0, 6).Draw(rt, "from")),
				known: base.AddDate(0, 0, rapid.IntRange(0, 6).Draw(rt, "known")), sure: rapid.IntRange(1, 3).Draw(rt, "sure"),
			}
			if rapid.Bool().Draw(rt, "member") {
				s.about, s.path = a.Members[1].Person, son
			}
			history = append(history, s)
		}
		err := h.db.Tx(t.Context(), pg.Regions(wangmiao), func(ctx context.Context, tx *pg.Tx) error {
			for _, s := range history {
				value := fmt.Sprint(s.value)
				if s.value == taken {
					value = "null"
				}
				sheet := registry.Sheet{Source: s.source, ValidFrom: s.from, KnownAt: s.known, Confidence: s.sure, Facts: json.RawMessage(`{"` + s.path + `":` + value + `}`)}
				if err := h.reg.Learn(ctx, tx, h.why, a.Household, s.about, sheet); err != nil {
					return err
				}
			}
			for range 4 {
				as := registry.AsOf{On: core.DateOf(base) + core.Date(rapid.IntRange(0, 7).Draw(rt, "on")), Known: base.AddDate(0, 0, rapid.IntRange(-1, 7).Draw(rt, "at"))}
				d, err := h.reg.Dossier(ctx, tx, h.why, a.Household, as)
				if err != nil {
					return err
				}
				ours := slices.DeleteFunc(d.Facts, func(f registry.Fact) bool { return f.Path != home && f.Path != "members/s/"+son })
				if fault := compare(history, []asked{{0, home}, {a.Members[1].Person, son}}, ours, as); fault != "" {
					rt.Errorf("as of %v known %v: %s\n%s", as.On, as.Known, fault, tell(history))
				}
				for _, f := range ours {
					if d.Sources[f.Path].Said != f.Source {
						rt.Errorf("%s has the source %+v", f.Path, d.Sources[f.Path])
					}
				}
			}
			return errUndo
		})
		if !errors.Is(err, errUndo) {
			rt.Fatal(err)
		}
	})
}
