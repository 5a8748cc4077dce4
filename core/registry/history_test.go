package registry_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/seed"
)

var errUndo = errors.New("undo")

// Two facts of which the story says nothing.
const (
	ofHome = "rehab_12m"
	ofSon  = "unemployed_months"
)

// drawHistory draws up to twelve statements about a household and its son, in the week
// that begins at base.
func drawHistory(rt *rapid.T, base time.Time, son core.PersonID) []said {
	var history []said
	for i := range rapid.IntRange(0, 12).Draw(rt, "sheets") {
		s := said{
			path: ofHome, value: rapid.IntRange(taken, 90).Draw(rt, "value"), source: rapid.SampledFrom(historySources).Draw(rt, "source"), order: i,
			from:  core.DateOf(base) + core.Date(rapid.IntRange(0, 6).Draw(rt, "from")),
			known: base.AddDate(0, 0, rapid.IntRange(0, 6).Draw(rt, "known")), sure: rapid.IntRange(1, 3).Draw(rt, "sure"),
		}
		if rapid.Bool().Draw(rt, "member") {
			s.about, s.path = son, ofSon
		}
		history = append(history, s)
	}
	return history
}

// learn tells the store a history, and gives what it took. What one hand would put over a
// verified fact is refused, and nothing else.
func (h house) learn(ctx context.Context, tx *pg.Tx, a seed.Story, history []said) (took []said, err error) {
	for _, s := range history {
		value := strconv.Itoa(s.value)
		if s.value == taken {
			value = "null"
		}
		sheet := registry.Sheet{Source: s.source, ValidFrom: s.from, KnownAt: s.known, Confidence: s.sure, Facts: json.RawMessage(`{"` + s.path + `":` + value + `}`)}
		err := h.reg.Learn(ctx, tx, h.why, a.Household, s.about, sheet)
		if refused := errors.Is(err, registry.ErrVerified); refused != overVerified(took, s) {
			return nil, fmt.Errorf("refused %v: %+v after\n%s", refused, s, tell(took))
		} else if refused {
			continue
		}
		if err != nil {
			return nil, err
		}
		took = append(took, s)
	}
	return took, nil
}

// overVerified reports whether a statement is one hand's word over a verified one that
// says something else.
func overVerified(history []said, s said) bool {
	if s.source != "citizen" {
		return false
	}
	verified := slices.DeleteFunc(slices.Clone(history), func(v said) bool { return v.source == "citizen" })
	stands := naive(verified, s.about, s.path, registry.AsOf{On: s.from, Known: s.known.AddDate(1, 0, 0)})
	return stands != nil && stands.value != s.value && later(&s, &stands.said)
}

// TestTwoTimes: over random histories the store gives, by way of the database, for any
// day and any moment of knowledge, what the naive model gives (F34), and lets no hand
// overrule what is verified. Control: leave out known_at in the statement that reads the
// sheets, and in lay.
func TestTwoTimes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := seed.Stories()[0]
	son := a.Members[1].Person
	base := time.Now().Truncate(time.Second).AddDate(0, 0, 1) // after the household was registered
	rapid.Check(t, func(rt *rapid.T) {
		history := drawHistory(rt, base, son)
		err := h.db.Tx(t.Context(), pg.Regions(wangmiao), func(ctx context.Context, tx *pg.Tx) error {
			took, err := h.learn(ctx, tx, a, history)
			if err != nil {
				return err
			}
			for range 4 {
				as := registry.AsOf{On: core.DateOf(base) + core.Date(rapid.IntRange(0, 7).Draw(rt, "on")), Known: base.AddDate(0, 0, rapid.IntRange(0, 7).Draw(rt, "at"))}
				d, err := h.reg.Dossier(ctx, tx, h.why, a.Household, as)
				if err != nil {
					return err
				}
				ours := slices.DeleteFunc(d.Facts, func(f registry.Fact) bool { return f.Path != ofHome && f.Path != "members/s/"+ofSon })
				if fault := compare(took, []asked{{0, ofHome}, {son, ofSon}}, ours, as); fault != "" {
					rt.Errorf("as of %v known %v: %s\n%s", as.On, as.Known, fault, tell(took))
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

// TestSaidInSQL: what the database compares a change with (registry_said) is what stands.
// Control: order by confidence before known_at in 00440.
func TestSaidInSQL(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := seed.Stories()[0]
	son := a.Members[1].Person
	base := time.Now().Truncate(time.Second).AddDate(0, 0, -7)
	rapid.Check(t, func(rt *rapid.T) {
		history := drawHistory(rt, base, son)
		on := core.DateOf(base) + core.Date(rapid.IntRange(0, 7).Draw(rt, "on"))
		err := h.db.Tx(t.Context(), pg.Regions(wangmiao), func(ctx context.Context, tx *pg.Tx) error {
			took, err := h.learn(ctx, tx, a, history)
			if err != nil {
				return err
			}
			for _, q := range []asked{{0, ofHome}, {son, ofSon}} {
				want, got := taken, taken
				if s := naive(took, q.about, q.path, registry.AsOf{On: on, Known: tx.Now()}); s != nil {
					want = s.value
				}
				const sql = `select coalesce(registry_said($1, nullif($2::bigint, 0), $3, $4)::int, -1)`
				if err := tx.QueryRow(ctx, sql, int64(a.Household), int64(q.about), q.path, on.Time()).Scan(&got); err != nil {
					return err
				}
				if got != want {
					rt.Errorf("%v on %v is %d in SQL, want %d\n%s", q, on, got, want, tell(took))
				}
			}
			return errUndo
		})
		if !errors.Is(err, errUndo) {
			rt.Fatal(err)
		}
	})
}
