package registry_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry"
	"lianou/core/registry/seed"
	"lianou/core/seal"
)

// house is a database with the three Stories in it.
type house struct {
	env *pgtest.Env
	db  *pg.DB // lianou_platform
	reg *registry.Registry
	why registry.Purpose
}

// The townships of the Stories.
const (
	wangmiao core.RegionCode = "371426104"
	deping   core.RegionCode = "371424103"
	mengsi   core.RegionCode = "371424106"
)

func newHouse(t *testing.T) house {
	t.Helper()
	env := pgtest.New(t)
	keys, err := seal.NewKeys(seal.SM4)
	if err != nil {
		t.Fatal(err)
	}
	reg, err := registry.New(registry.Config{Ring: keys.Platform.Ring, Log: audit.New(keys.Platform.Ring), Regions: regions(t)})
	if err != nil {
		t.Fatal(err)
	}
	h := house{env: env, db: env.DB(pgtest.Platform), reg: reg, why: registry.Purpose{Actor: audit.Actor{Kind: "staff", ID: "1"}, Why: "test"}}
	err = env.DB(pgtest.Import).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		if err := registry.SaveRegions(ctx, tx, regions(t)); err != nil {
			return err
		}
		var list []registry.NewHousehold
		for _, s := range seed.Stories() {
			list = append(list, s.Known(tx.Today()))
		}
		sealed, err := reg.Seal(list, tx.Now())
		if err != nil {
			return err
		}
		if err := reg.Load(ctx, tx, sealed); err != nil {
			return err
		}
		return reg.AfterLoad(ctx, tx)
	})
	if err != nil {
		t.Fatal(err)
	}
	h.hire(t)
	return h
}

// hire makes accounts 3 to 9, who speak for the whole city.
func (h house) hire(t *testing.T) {
	t.Helper()
	h.count(t, `with hired as (insert into staff_account (id, login, name, roles, regions, password, made) overriding system value
		select n, 'officer' || n, 'x', '{county}', '{371400}', '$argon2id$x', now() from generate_series(3, 9) n returning 1) select count(*) from hired`)
}

// as runs fn in one transaction of the platform under the scope of townships.
func (h house) as(t *testing.T, fn func(ctx context.Context, tx *pg.Tx) error, towns ...core.RegionCode) {
	t.Helper()
	if err := h.db.Tx(t.Context(), pg.Regions(towns...), fn); err != nil {
		t.Error(err)
	}
}

// count counts rows past row-level security.
func (h house) count(t *testing.T, sql string, args ...any) int {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), h.env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	var n int
	if err := conn.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// exec changes something past row-level security.
func (h house) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), h.env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if _, err := conn.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// row reads a count and a digest past row-level security.
func (h house) row(t *testing.T, sql string) (n int, digest string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), h.env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if err := conn.QueryRow(t.Context(), sql).Scan(&n, &digest); err != nil {
		t.Fatal(err)
	}
	return n, digest
}
