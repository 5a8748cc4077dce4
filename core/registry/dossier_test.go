package registry_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/seed"
)

// TestShelfLife: the more exact line of the table wins, the member in the path is no
// part of the fact, and who is not listed is good for half a year.
// Control: let closer prefer the line that says less ("citizen of houses keeps 6 ... registry:disability keeps 6").
func TestShelfLife(t *testing.T) {
	t.Parallel()
	today := core.NewDate(2026, 11, 28)
	for _, tc := range []struct {
		source, path string
		months       int
	}{
		{"registry:population", "members/m1/age", 0},
		{"registry:disability", "members/m1/disability", 60},
		{"registry:housing:7", "houses", 24},
		{"registry:means", "income_12m", 6},
		{"registry:nobody", "houses", 6},
		{"visit:12", "house_grade", 12},
		{"visit:12", "income_12m", 6},
		{"visit:12", "members/m2/employment", 6},
		{"change:4", "houses", 12},
		{"citizen", "houses", 6},
		{"visitation", "houses", 6},
	} {
		if got := registry.ShelfLife(tc.source, tc.path, today); got != tc.months {
			t.Errorf("%s of %s keeps %d months, want %d", tc.source, tc.path, got, tc.months)
		}
	}
	said := time.Date(2026, 1, 10, 9, 0, 0, 0, time.UTC)
	for now, want := range map[time.Time]bool{said: true, said.AddDate(0, 6, 0).Add(-time.Second): true, said.AddDate(0, 6, 0): false} {
		if got := registry.Fresh("citizen", "houses", said, now); got != want {
			t.Errorf("half a year old at %v: fresh is %v", now, got)
		}
	}
}

// TestStanding: a reader sees of each fact who says so, since when, how sure, and whether
// it is out of date or another source says something else; both words are shown, until two
// people have settled it.
//
// Controls: leave out against(); forget what settles ("settled by two people" is disputed).
func TestStanding(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := seed.Stories()[0]
	sheet := func(source string, days int, facts string) func(now time.Time) registry.Sheet {
		return func(now time.Time) registry.Sheet {
			at := now.AddDate(0, 0, -days)
			return registry.Sheet{Source: source, ValidFrom: core.DateOf(at), KnownAt: at, Confidence: 80, Facts: json.RawMessage(facts)}
		}
	}
	for _, tc := range []struct {
		name     string
		sheets   []func(time.Time) registry.Sheet
		source   string
		standing registry.Standing
		against  []string
	}{
		{"one source", []func(time.Time) registry.Sheet{sheet("registry:medical", 30, `{"rehab_12m":100}`)}, "registry:medical", "fresh", nil},
		{"out of date", []func(time.Time) registry.Sheet{sheet("registry:means", 200, `{"rehab_12m":100}`)}, "registry:means", "stale", nil},
		{"said again", []func(time.Time) registry.Sheet{sheet("visit:1", 30, `{"rehab_12m":100}`), sheet("visit:2", 20, `{"rehab_12m":200}`)}, "visit:2", "fresh", nil},
		{"two agree", []func(time.Time) registry.Sheet{sheet("registry:medical", 30, `{"rehab_12m":100}`), sheet("visit:2", 20, `{"rehab_12m":100.00}`)}, "visit:2", "fresh", nil},
		{"two differ", []func(time.Time) registry.Sheet{sheet("registry:medical", 30, `{"rehab_12m":100}`), sheet("visit:2", 20, `{"rehab_12m":200}`)}, "visit:2", "disputed", []string{"registry:medical"}},
		{"two on one day", []func(time.Time) registry.Sheet{sheet("visit:2", 20, `{"rehab_12m":200}`), sheet("registry:medical", 20, `{"rehab_12m":100}`)}, "registry:medical", "disputed", []string{"visit:2"}},
		{"one out of date", []func(time.Time) registry.Sheet{sheet("registry:means", 200, `{"rehab_12m":100}`), sheet("visit:2", 20, `{"rehab_12m":200}`)}, "visit:2", "fresh", nil},
		{"one took it back", []func(time.Time) registry.Sheet{sheet("registry:medical", 40, `{"rehab_12m":100}`), sheet("registry:medical", 30, `{"rehab_12m":null}`), sheet("visit:2", 20, `{"rehab_12m":200}`)}, "visit:2", "fresh", nil},
		{"settled by two people", []func(time.Time) registry.Sheet{sheet("registry:medical", 30, `{"rehab_12m":100}`), sheet("change:2", 20, `{"rehab_12m":200}`)}, "change:2", "fresh", nil},
		{"opened again", []func(time.Time) registry.Sheet{sheet("change:2", 20, `{"rehab_12m":200}`), sheet("registry:medical", 10, `{"rehab_12m":100}`)}, "registry:medical", "disputed", []string{"change:2"}},
	} {
		err := h.db.Tx(t.Context(), pg.Regions(wangmiao), func(ctx context.Context, tx *pg.Tx) error {
			for _, s := range tc.sheets {
				if err := h.reg.Learn(ctx, tx, h.why, a.Household, 0, s(tx.Now())); err != nil {
					return err
				}
			}
			d, err := h.reg.Dossier(ctx, tx, h.why, a.Household, registry.AsOf{On: tx.Today(), Known: tx.Now()})
			if err != nil {
				return err
			}
			for _, f := range d.Facts {
				if f.Source == "" || f.ValidFrom.IsZero() || f.KnownAt.IsZero() || f.Confidence < 1 || f.Standing == "" {
					t.Errorf("%s: no word for %+v", tc.name, f)
				}
				if f.Path != "rehab_12m" {
					continue
				}
				var against []string
				for _, w := range f.Against {
					against = append(against, w.Source)
				}
				if f.Source != tc.source || f.Standing != tc.standing || len(against) != len(tc.against) || (len(against) > 0 && against[0] != tc.against[0]) {
					t.Errorf("%s: %s is %s against %v, want %s %s %v", tc.name, f.Source, f.Standing, against, tc.source, tc.standing, tc.against)
				}
			}
			return errUndo
		})
		if err != errUndo {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

// TestNoFactWithoutASource: the database itself refuses a sheet of nobody, whatever
// program writes it (F35). Control: drop the checks of 00031 ("was taken").
func TestNoFactWithoutASource(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const home = `insert into household_sheet (region, household, source, valid_from, known_at, confidence, facts) values ('371426104', 1, $1, current_date, now(), 90, '{"houses":1}')`
	const person = `insert into person_sheet (region, person, source, valid_from, known_at, confidence, facts) values ('371426104', 1, $1, current_date, now(), 90, '{"veteran":true}')`
	for name, sql := range map[string]string{"household": home, "person": person} {
		for _, source := range []any{"", nil, "registry:housing"} {
			conn, err := pgx.Connect(t.Context(), h.env.Superuser())
			if err != nil {
				t.Fatal(err)
			}
			_, err = conn.Exec(t.Context(), sql, source)
			if state := pg.SQLState(pg.Fail(err, "test")); (source == "registry:housing") != (err == nil) || (err != nil && state != "23514" && state != "23502") {
				t.Errorf("%s sheet of source %v: %v", name, source, err)
			}
			_ = conn.Close(context.WithoutCancel(t.Context()))
		}
	}
}
