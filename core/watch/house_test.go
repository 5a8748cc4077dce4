package watch_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/registry/seed"
	"lianou/core/seal"
	"lianou/core/watch"
	"lianou/core/watch/watchtest"
)

// house is a small invented city with a watch over it.
type house struct {
	env   *pgtest.Env
	db    *pg.DB
	ring  *seal.Ring
	reg   *registry.Registry
	log   *audit.Log
	into  *jobs.Inserter
	watch *watch.Watch
	towns []core.RegionCode
}

var why = registry.Purpose{Actor: audit.Actor{Kind: "job"}, Why: "test"}

func newHouse(t *testing.T, people int) *house {
	t.Helper()
	env := pgtest.New(t)
	keys, err := seal.NewKeys(seal.SM4)
	if err != nil {
		t.Fatal(err)
	}
	regions, err := registry.EmbeddedRegions()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{env: env, db: env.DB(pgtest.Platform), ring: keys.Platform.Ring, log: audit.New(keys.Platform.Ring)}
	if h.reg, err = registry.New(registry.Config{Ring: keys.Platform.Ring, Log: h.log, Regions: regions}); err != nil {
		t.Fatal(err)
	}
	if h.into, err = jobs.NewInserter(jobs.Platform); err != nil {
		t.Fatal(err)
	}
	if _, err = (seed.Loader{DB: env.DB(pgtest.Import), Registry: h.reg, Regions: regions}).Load(t.Context(), 3, people); err != nil {
		t.Fatal(err)
	}
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select array_agg(distinct region order by region) from household`).Scan(&h.towns)
	})
	h.judgeBy(t, "", "")
	return h
}

// judgeBy makes the watch go by the embedded Book, with a piece of its text replaced.
func (h *house) judgeBy(t *testing.T, old, new string) {
	t.Helper()
	h.goBy(t, edition(t, old, new))
}

// goBy makes the watch go by these Books.
func (h *house) goBy(t *testing.T, books watch.Books) {
	t.Helper()
	var err error
	if h.watch, err = watch.New(watch.Deps{DB: h.db, Registry: h.reg, Books: books, Audit: h.log, Ring: h.ring}); err != nil {
		t.Fatal(err)
	}
}

// edition is the embedded Book with a piece of its text replaced.
func edition(t *testing.T, old, new string) *policy.Library {
	t.Helper()
	files, swapped := fstest.MapFS{}, old == ""
	err := fs.WalkDir(os.DirFS("../policy/policies"), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile("../policy/policies/" + name)
		swapped = swapped || strings.Contains(string(b), old)
		files[name] = &fstest.MapFile{Data: b}
		if old != "" {
			files[name].Data = []byte(strings.ReplaceAll(string(b), old, new))
		}
		return err
	})
	if err != nil || !swapped {
		t.Fatalf("read the policies: %v; found %q: %v", err, old, swapped)
	}
	books, err := policy.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return books
}

func (h *house) city(t *testing.T, fn func(ctx context.Context, tx *pg.Tx) error) {
	t.Helper()
	if err := h.db.Tx(t.Context(), pg.City("test"), fn); err != nil {
		t.Fatal(err)
	}
}

// scan looks at everybody and gives what it came to.
func (h *house) scan(t *testing.T) watch.Progress {
	t.Helper()
	id, err := h.watch.Begin(t.Context(), h.into, watch.Request{Towns: h.towns, Reason: "test", By: audit.Actor{Kind: "operator"}})
	if err != nil {
		t.Fatal(err)
	}
	for more := true; more; {
		if more, err = h.watch.Next(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	p, err := h.watch.How(t.Context(), id)
	if err != nil || p.Ended == nil {
		t.Fatalf("the scan has not ended: %+v, %v", p, err)
	}
	return p
}

// learn writes one sheet about a household.
func (h *house) learn(t *testing.T, id core.HouseholdID, facts string) {
	t.Helper()
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		return h.reg.Learn(ctx, tx, why, id, 0, registry.Sheet{Source: "registry:test", ValidFrom: tx.Today(), Confidence: 99, Facts: json.RawMessage(facts)})
	})
}

// dump gives every row of the tables that a scan writes.
func (h *house) dump(t *testing.T) string {
	t.Helper()
	return strings.Join(watchtest.Dump(t, h.env.Superuser()), "\n")
}
