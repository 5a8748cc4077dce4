// Package rechecktest lays a county with decided cases and a log that grows, for tests of re-checks.
// It must be imported by tests only.
package rechecktest

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/recheck"
	"lianou/core/registry"
	"lianou/core/seal"
	"lianou/core/staff"
)

// The county of a world and a township of it.
const (
	Pingyuan = core.RegionCode("371426")
	Wangmiao = core.RegionCode("371426104")
)

// World is a database with one of the county, three of a township and one of another county.
type World struct {
	t                              testing.TB
	Env                            *pgtest.Env
	DB                             *pg.DB
	Recheck                        *recheck.Recheck
	Keys                           *seal.Keys
	County, One, Two, Three, Other staff.Person // the county, two officers and an assistant of the township, another county
	Since, Until                   core.Date    // the period
	log                            *audit.Log
	in                             *audit.Integrator
	staff                          *staff.Staff
}

// New makes one, of which the clock stands at the machine's.
func New(t testing.TB) *World {
	t.Helper()
	w := &World{t: t, Env: pgtest.New(t)}
	w.DB = w.Env.DB(pgtest.Platform)
	keys, err := seal.NewKeys(seal.SM4)
	w.Must(err)
	w.Keys, w.log = keys, audit.New(keys.Platform.Ring)
	regions, err := registry.EmbeddedRegions()
	w.Must(err)
	cases, err := casefile.New(casefile.Config{Ring: keys.Platform.Ring, Shared: keys.Platform.Shared, Audit: w.log})
	w.Must(err)
	w.staff, err = staff.New(t.Context(), staff.Config{DB: w.DB, Log: w.log, Expand: regions.Expand, Light: true})
	w.Must(err)
	w.Recheck, err = recheck.New(recheck.Deps{DB: w.DB, Cases: cases, Staff: w.staff, Audit: w.log, Ring: keys.Platform.Ring, Regions: regions})
	w.Must(err)
	w.in, err = audit.NewIntegrator(audit.IntegratorConfig{DB: w.Env.DB(pgtest.Audit), Signer: keys.Platform.Audit.Signer,
		Key: keys.Platform.Audit.Verifier, Dir: filepath.Join(t.TempDir(), "checkpoints"), Log: slog.New(slog.DiscardHandler)})
	w.Must(err)
	w.County, w.Other = w.hire("xian", staff.County, Pingyuan, regions), w.hire("linyi", staff.County, "371424", regions)
	w.One, w.Two, w.Three = w.hire("yi", staff.Officer, Wangmiao, regions), w.hire("er", staff.Officer, Wangmiao, regions), w.hire("san", staff.Assistant, Wangmiao, regions)
	today := core.DateOf(w.now())
	w.Since, w.Until = today.AddDate(0, 0, -30), today.AddDate(0, 0, -1)
	return w
}

func (w *World) hire(login string, role staff.Role, at core.RegionCode, regions *registry.Regions) staff.Person {
	w.t.Helper()
	p := staff.Person{Login: login, Roles: []staff.Role{role}, Regions: regions.Expand(at)}
	w.Must(w.DB.Tx(w.t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		p.ID, err = w.staff.Create(ctx, tx, audit.Actor{Kind: "operator"}, staff.Account{Login: login, Name: login, Roles: p.Roles, Regions: []core.RegionCode{at}, Password: "a long sentence"})
		return err
	}))
	return p
}

func (w *World) now() (at time.Time) {
	w.t.Helper()
	w.Must(w.DB.Read(w.t.Context(), pg.NoScope(), func(_ context.Context, tx *pg.Tx) error { at = tx.Now(); return nil }))
	return at
}

// Context is that of the test.
func (w *World) Context() context.Context { return w.t.Context() }

// Must ends the test with an error.
func (w *World) Must(err error) {
	w.t.Helper()
	must(w.t, err)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Super runs statements past every trigger.
func (w *World) Super(statements ...string) {
	w.t.Helper()
	c, err := pgx.Connect(w.t.Context(), w.Env.Superuser())
	w.Must(err)
	defer c.Close(context.Background())
	for _, s := range append([]string{"set session_replication_role = replica"}, statements...) {
		if _, err := c.Exec(w.t.Context(), s); err != nil {
			w.t.Fatalf("%s: %v", s, err)
		}
	}
}

// Lay lays so many cases of the township that two others decided at a time, and two more visited.
func Lay(t testing.TB, env *pgtest.Env, n int, at time.Time) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), env.Superuser())
	must(t, err)
	defer c.Close(context.Background())
	_, err = c.Exec(t.Context(), `set session_replication_role = replica`)
	must(t, err)
	for _, s := range []string{
		`insert into casefile (region, application, receipt, channel, applicant, people, first_contact, opened, updated, village_name, officer)
			select '371426104', gen_random_uuid(), lpad(g::text, 10, '1'), 'app', '李秀英', 2, $2::timestamptz, $2::timestamptz, $2::timestamptz, '东街村', 900 from generate_series(1, $1::int) g`,
		`insert into claim (case_id, region, item, name, everyday, department, decides, notice_days, cash, amount, period, created, updated)
			select id, region, 'MZ-01', '最低生活保障', '低保', '民政', 'township', 7, true, 100, 'month', $2::timestamptz, $2::timestamptz from casefile where $1::int > 0`,
		`insert into decision (claim_id, case_id, region, outcome, amount, period, sample, proposer, approver, reasons, appeal, evidence, facts_version, facts_digest, book, at, digest)
			select id, case_id, region, 'approved', 100, 'month', true, 901, 902, '["够"]', '六十天内可申请行政复议', '{"visit": 1}', 1, repeat('a', 64), 'b', $2::timestamptz, repeat('a', 64) from claim where $1::int > 0`,
		`insert into visit (case_id, region, first_staff, second_staff, planned, planned_at) select id, region, 903, 904, $2::timestamptz::date, $2::timestamptz from casefile where $1::int > 0`,
	} {
		_, err := c.Exec(t.Context(), s, n, at)
		must(t, err)
	}
}

// Decided lays so many cases in the period; the case of every kin-th is one of kin, none for 0.
func (w *World) Decided(n, kin int) {
	w.t.Helper()
	Lay(w.t, w.Env, n, w.Until.Time().Add(4*time.Hour))
	if kin > 0 {
		w.Super(fmt.Sprintf(`insert into case_conflict (case_id, region, staff, relation) select id, region, %d, '侄、甥' from casefile where id %% %d = 0`, w.Three.ID, kin))
	}
}

// Grows lets the log grow by entries of others and take what waits.
func (w *World) Grows(n int) {
	w.t.Helper()
	w.Must(w.DB.Tx(w.t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		list := make([]audit.Entry, n)
		for i := range list {
			list[i] = audit.Entry{Actor: audit.Actor{Kind: "job"}, Act: "thing.done"}
		}
		return w.log.Write(ctx, tx, list...)
	}))
	for {
		got, err := w.in.Round(w.t.Context())
		w.Must(err)
		if got == 0 {
			return
		}
	}
}

// Listed is a round of the period whose list is frozen.
func (w *World) Listed() int64 {
	w.t.Helper()
	id, err := w.Recheck.Commit(w.t.Context(), w.County, Pingyuan, w.Since, w.Until)
	w.Must(err)
	w.Grows(recheck.After + 1)
	w.Must(w.Recheck.List(w.t.Context(), w.County, id))
	return id
}

// Drawn is one that is drawn, with the log up to it.
func (w *World) Drawn() int64 {
	w.t.Helper()
	id := w.Listed()
	w.Must(w.Recheck.Draw(w.t.Context(), w.County, id))
	w.Grows(0)
	return id
}

// Round reads a round and what it drew.
func (w *World) Round(id int64) (r recheck.Round, list []recheck.Visit) {
	w.t.Helper()
	w.Must(w.DB.Read(w.t.Context(), w.County.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		if r, err = w.Recheck.Round(ctx, tx, w.County, id); err == nil {
			list, err = w.Recheck.Visits(ctx, tx, id, 0, 500)
		}
		return err
	}))
	return r, list
}
