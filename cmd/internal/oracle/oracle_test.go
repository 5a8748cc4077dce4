package oracle_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"lianou/cmd/internal/oracle"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/facts/factstest"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/seal"
	"lianou/core/watch"
)

// The townships of the test: two counties with other amounts, urban and rural.
var towns = []core.RegionCode{"371422104", "371422100", "371402001"}

// TestScanIsWhatSQLSays: for families of whom anything may be known, stale, taken back or
// overruled, a scan finds for each item what the criteria say in SQL (B5b).
// Controls: the precedence of sheets without valid_from; `>=` for `>` in compared; a
// member who left counted.
func TestScanIsWhatSQLSays(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	keys, err := seal.NewKeys(seal.SM4)
	must(t, err)
	regions, err := registry.EmbeddedRegions()
	must(t, err)
	log := audit.New(keys.Platform.Ring)
	reg, err := registry.New(registry.Config{Ring: keys.Platform.Ring, Log: log, Regions: regions})
	must(t, err)
	books, err := policy.Embedded()
	must(t, err)
	w, err := watch.New(watch.Deps{DB: env.DB(pgtest.Platform), Registry: reg, Books: books, Audit: log, Ring: keys.Platform.Ring})
	must(t, err)
	into, err := jobs.NewInserter(jobs.Platform)
	must(t, err)

	r := rand.New(rand.NewPCG(5, 2))
	must(t, env.DB(pgtest.Import).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		if err := registry.SaveRegions(ctx, tx, regions); err != nil {
			return err
		}
		var list []registry.NewHousehold
		for i := range 1500 {
			list = append(list, family(r, i, tx.Today()))
		}
		sealed, err := reg.Seal(list, tx.Now())
		if err != nil {
			return err
		}
		return reg.Load(ctx, tx, sealed)
	}))
	id, err := w.Begin(t.Context(), into, watch.Request{Towns: towns, Reason: "test", By: audit.Actor{Kind: "operator"}})
	must(t, err)
	for more := true; more; {
		more, err = w.Next(t.Context(), id)
		must(t, err)
	}

	seen := map[int]int{}
	err = env.DB(pgtest.Platform).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		book, err := books.On(tx.Today())
		if err != nil {
			return err
		}
		want, err := oracle.Judge(ctx, tx, book, tx.Today(), counties(regions))
		if err != nil {
			return err
		}
		wrong, all := 0, 0
		for _, town := range towns {
			found, err := w.Found().All(ctx, tx, town)
			if err != nil {
				return err
			}
			all += len(found)
			for _, f := range found {
				o := want[f.Household]
				for i := range book.Items {
					no := book.Items[i].No
					eligible, open := o.Eligible>>i&1 == 1, o.Open>>i&1 == 1
					if eligible {
						seen[i]++
					}
					if eligible == f.Eligible.Has(no) && open == f.Open.Has(no) {
						continue
					}
					if wrong++; wrong <= 5 {
						t.Errorf("household %d, %s: fits %v, open %v; in SQL %v, %v", f.Household, book.Items[i].Code, f.Eligible.Has(no), f.Open.Has(no), eligible, open)
					}
				}
			}
		}
		if all != len(want) || all != 1500 {
			t.Errorf("%d households were scanned, %d judged in SQL", all, len(want))
		}
		if wrong > 0 {
			t.Errorf("%d answers differ", wrong)
		}
		if len(seen) < len(book.Items)-3 {
			t.Errorf("only %d items fit somebody: the families are too much alike", len(seen))
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Fatal(err)
	}
}

var errUndo = errors.New("undo")

func counties(regions *registry.Regions) []core.RegionCode {
	var list []core.RegionCode
	for _, town := range regions.Expand("371400") {
		list = append(list, town.County())
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// family makes a household of which three sheets speak, in any order of the two times.
func family(r *rand.Rand, i int, today core.Date) registry.NewHousehold {
	town := towns[i%len(towns)]
	first := factstest.Quick(r)
	h := registry.NewHousehold{ID: core.HouseholdID(9_000_000 + i), Live: core.Place{Region: town}, Since: today - 400}
	if r.IntN(3) > 0 {
		h.Hukou = towns[r.IntN(len(towns))].County()
	}
	for k := range first.Members {
		m := registry.NewPerson{ID: core.PersonID(90_000_000 + i*20 + k), Ref: core.MemberRef(fmt.Sprint("m", k+1)), Relation: core.Relation([]string{"applicant", "child", "parent"}[min(k, 2)]), Name: "样某"}
		if age := first.Members[k].Age; age != nil {
			m.Birth = today.AddDate(-*age, 0, -r.IntN(365))
		}
		if sex := first.Members[k].Sex; sex != nil {
			m.Sex = *sex
		}
		h.Members = append(h.Members, m)
	}
	for n := range 3 {
		said := first
		if n > 0 {
			said = factstest.Quick(r)
		}
		said.Shocks = moved(said.Shocks, said.On, today)
		own, members := parts(said)
		h.Sheets = append(h.Sheets, sheet(r, own, today, n))
		for k := range min(len(members), len(h.Members)) {
			h.Members[k].Sheets = append(h.Members[k].Sheets, sheet(r, members[k], today, n))
		}
	}
	return h
}

// moved keeps what happened as long ago as it was.
func moved(list *[]core.Shock, from, to core.Date) *[]core.Shock {
	if list == nil {
		return nil
	}
	out := slices.Clone(*list)
	for i := range out {
		out[i].Date += to - from
	}
	return &out
}

// sheet says some of the facts: later ones fewer, and some of them are taken back.
func sheet(r *rand.Rand, facts map[string]json.RawMessage, today core.Date, n int) registry.Sheet {
	for path := range facts {
		switch {
		case n > 0 && r.IntN(10) < 7:
			delete(facts, path)
		case n > 0 && r.IntN(12) == 0:
			facts[path] = json.RawMessage("null")
		}
	}
	raw, _ := json.Marshal(facts) // parts of what was encoded
	return registry.Sheet{Source: []string{"registry:population", "registry:medical", "visit"}[n], ValidFrom: today - []core.Date{0, 30, 60, 90, 91, 300}[r.IntN(6)], Confidence: 60 + r.IntN(3)*10, Facts: raw}
}

// parts takes a household apart into what sheets say of it and of its members.
func parts(h core.Household) (own map[string]json.RawMessage, members []map[string]json.RawMessage) {
	take := func(v any, not ...string) map[string]json.RawMessage {
		raw, _ := json.Marshal(v)
		out := map[string]json.RawMessage{}
		_ = json.Unmarshal(raw, &out)
		for _, key := range not {
			delete(out, key)
		}
		return out
	}
	for i := range h.Members {
		members = append(members, take(h.Members[i], "ref", "relation", "age", "sex"))
	}
	return take(h, "on", "county", "members"), members
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
