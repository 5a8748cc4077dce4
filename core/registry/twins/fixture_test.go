package twins_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry"
	"lianou/core/registry/twins"
	"lianou/core/seal"
)

const (
	wangmiao core.RegionCode = "371426104"
	deping   core.RegionCode = "371424103"
	village  core.RegionCode = "371426104200"
)

// house is a database with places and nobody in it.
type house struct {
	env   *pgtest.Env
	db    *pg.DB
	reg   *registry.Registry
	twins *twins.Twins
	why   registry.Purpose
}

func newHouse(t *testing.T) house {
	t.Helper()
	keys, err := seal.NewKeys(seal.SM4)
	if err != nil {
		t.Fatal(err)
	}
	places, err := registry.EmbeddedRegions()
	if err != nil {
		t.Fatal(err)
	}
	log := audit.New(keys.Platform.Ring)
	reg, err := registry.New(registry.Config{Ring: keys.Platform.Ring, Log: log, Regions: places})
	if err != nil {
		t.Fatal(err)
	}
	queue, err := jobs.NewInserter(jobs.Platform)
	if err != nil {
		t.Fatal(err)
	}
	env := pgtest.New(t)
	h := house{env: env, db: env.DB(pgtest.Platform), reg: reg, why: registry.Purpose{Actor: audit.Actor{Kind: "staff", ID: "1"}, Why: "test"}}
	if h.twins, err = twins.New(twins.Deps{DB: h.db, Registry: reg, Audit: log, Jobs: queue, Ring: keys.Platform.Ring}); err != nil {
		t.Fatal(err)
	}
	h.exec(t, hired)
	return h
}

// hired makes accounts 3 to 12, who speak for the whole city where a scope lets them.
const hired = `insert into staff_account (id, login, name, roles, regions, password, made) overriding system value
	select n, 'officer' || n, 'x', '{county}', '{371400}', '$argon2id$x', now() from generate_series(3, 12) n`

// enrol adds one household and gives the ids of its people.
func (h house) enrol(t *testing.T, live core.RegionCode, members ...registry.NewPerson) []core.PersonID {
	t.Helper()
	for i := range members {
		members[i].Ref = core.MemberRef([]string{"m1", "m2", "m3", "m4"}[i])
		members[i].Relation = "other"
	}
	var ids []core.PersonID
	h.as(t, func(ctx context.Context, tx *pg.Tx) (err error) {
		_, ids, err = h.reg.Enrol(ctx, tx, h.why, registry.NewHousehold{Live: core.Place{Region: live}, Members: members})
		return err
	}, live.Township())
	return ids
}

func (h house) as(t *testing.T, fn func(ctx context.Context, tx *pg.Tx) error, towns ...core.RegionCode) {
	t.Helper()
	if err := h.db.Tx(t.Context(), pg.Regions(towns...), fn); err != nil {
		t.Fatal(err)
	}
}

// superuser reads past row-level security.
func (h house) superuser(t *testing.T, sql string, into any, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), h.env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if err := conn.QueryRow(t.Context(), sql, args...).Scan(into); err != nil {
		t.Fatal(err)
	}
}

// born makes a member: a number of seventeen digits gets its check digit.
func born(t *testing.T, name string, birth core.Date, first17 string) registry.NewPerson {
	t.Helper()
	p := registry.NewPerson{Name: name, Birth: birth}
	if first17 != "" {
		id, err := core.ParseID(check(first17), onDay)
		if err != nil {
			t.Fatal(err)
		}
		p.IDNumber = id
	}
	return p
}

func phone(t *testing.T, s string) core.Phone {
	t.Helper()
	p, err := core.ParsePhone(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// exec changes something past row-level security.
func (h house) exec(t *testing.T, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), h.env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}
