package rulebook_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/rulebook"
	"lianou/core/seal"
	"lianou/core/staff"
)

// world is a database with the first edition and people who may write rules, or not.
type world struct {
	env                  *pgtest.Env
	db                   *pg.DB
	store                *rulebook.Store
	han, lin, county, no core.StaffID // two of the city, one of a county, a closed account of the city
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := emptyWorld(t)
	must(t, w.store.Found(t.Context(), shipped(t)))
	return w
}

// emptyWorld is one in which nothing was published.
func emptyWorld(t *testing.T) *world {
	t.Helper()
	w := &world{env: pgtest.New(t)}
	w.db = w.env.DB(pgtest.Platform)
	keys, err := seal.NewKeys(seal.SM4)
	must(t, err)
	log := audit.New(keys.Platform.Ring)
	tree, err := registry.EmbeddedRegions()
	must(t, err)
	office, err := staff.New(t.Context(), staff.Config{DB: w.db, Log: log, Expand: tree.Expand, Light: true})
	must(t, err)
	w.store, err = rulebook.New(rulebook.Deps{DB: w.db, Audit: log})
	must(t, err)
	hire := func(login string, role staff.Role, at core.RegionCode) (id core.StaffID) {
		must(t, w.db.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
			id, err = office.Create(ctx, tx, audit.Actor{Kind: "operator"}, staff.Account{Login: login, Name: "某人", Roles: []staff.Role{role}, Regions: []core.RegionCode{at}, Password: "a long sentence"})
			return err
		}))
		return id
	}
	w.han, w.lin = hire("han", staff.City, core.DezhouCity), hire("lin", staff.City, core.DezhouCity)
	w.county, w.no = hire("xian", staff.County, "371426"), hire("gone", staff.City, core.DezhouCity)
	must(t, w.db.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return office.SetActive(ctx, tx, audit.Actor{Kind: "operator"}, w.no, false)
	}))
	return w
}

// shelf opens a shelf as a program of a role does, without Redis.
func (w *world) shelf(t *testing.T, role pgtest.Role) *rulebook.Shelf {
	t.Helper()
	s, err := rulebook.OpenShelf(t.Context(), rulebook.ShelfConfig{DB: w.env.DB(role), Log: slog.New(slog.DiscardHandler), Poll: 20 * time.Millisecond})
	must(t, err)
	return s
}

func (w *world) today(t *testing.T) core.Date {
	t.Helper()
	var day core.Date
	must(t, w.db.Read(t.Context(), pg.NoScope(), func(_ context.Context, tx *pg.Tx) error { day = tx.Today(); return nil }))
	return day
}

func (w *world) now(t *testing.T) (at time.Time) {
	t.Helper()
	must(t, w.db.Read(t.Context(), pg.NoScope(), func(_ context.Context, tx *pg.Tx) error { at = tx.Now(); return nil }))
	return at
}

// follow runs a shelf until the test ends.
func follow(t *testing.T, s *rulebook.Shelf) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = s.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
}

// shipped is the sources that come with the program.
func shipped(t testing.TB) rulebook.Sources {
	t.Helper()
	fsys, err := policy.Shipped()
	must(t, err)
	set, err := rulebook.ReadSources(fsys)
	must(t, err)
	return set
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
