// Package sampledtest lays a county where money was paid and a log that grows, for tests of sampled
// calls. It must be imported by tests only.
package sampledtest

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry"
	"lianou/core/sampled"
	"lianou/core/seal"
	"lianou/core/staff"
	"lianou/core/trail/trailtest"
)

// The county of a world and the township where everybody lives.
const (
	Pingyuan = core.RegionCode("371426")
	Wangmiao = trailtest.Town
)

// Days counts every day as a working day.
type Days struct{}

// Add is n days later.
func (Days) Add(d core.Date, n int) core.Date { return d.AddDate(0, 0, n) }

// World is a database with two agents, two of a township, three payers and one of the county.
type World struct {
	t                                                     testing.TB
	Env                                                   *pgtest.Env
	DB                                                    *pg.DB
	Sampled                                               *sampled.Sampled
	Keys                                                  *seal.Keys
	Agent, Second, Officer, Helper, One, Two, Three, Xian staff.Person
	cases                                                 *casefile.Store
	log                                                   *audit.Log
	in                                                    *audit.Integrator
	staff                                                 *staff.Staff
}

// New makes one. Its clock stands at ten in the morning of some day.
func New(t testing.TB) *World {
	t.Helper()
	w := &World{t: t, Env: pgtest.New(t)}
	w.DB = w.Env.DB(pgtest.Platform)
	keys, err := seal.NewKeys(seal.SM4)
	w.Must(err)
	w.Keys, w.log = keys, audit.New(keys.Platform.Ring)
	regions, err := registry.EmbeddedRegions()
	w.Must(err)
	w.cases, err = casefile.New(casefile.Config{Ring: keys.Platform.Ring, Shared: keys.Platform.Shared, Audit: w.log})
	w.Must(err)
	w.staff, err = staff.New(t.Context(), staff.Config{DB: w.DB, Log: w.log, Expand: regions.Expand})
	w.Must(err)
	w.Sampled, err = sampled.New(sampled.Deps{DB: w.DB, Cases: w.cases, Staff: w.staff, Audit: w.log, Ring: keys.Platform.Ring, Regions: regions,
		Calendar: func() sampled.Calendar { return Days{} }})
	w.Must(err)
	w.in = Integrator(t, w.Env, keys)
	hire := func(login string, role staff.Role, at core.RegionCode) staff.Person {
		return w.hire(login, role, at, regions)
	}
	w.Agent, w.Second = hire("a1", staff.Agent, core.DezhouCity), hire("a2", staff.Agent, core.DezhouCity)
	w.Officer, w.Helper = hire("jingban", staff.Officer, Wangmiao), hire("xieli", staff.Assistant, Wangmiao)
	w.One, w.Two, w.Three = hire("p1", staff.Payer, core.DezhouCity), hire("p2", staff.Payer, core.DezhouCity), hire("p3", staff.Payer, core.DezhouCity)
	w.Xian = hire("xian", staff.County, Pingyuan)
	w.Hour(10)
	return w
}

// Integrator numbers the log of a test's database.
func Integrator(t testing.TB, env *pgtest.Env, keys *seal.Keys) *audit.Integrator {
	t.Helper()
	in, err := audit.NewIntegrator(audit.IntegratorConfig{DB: env.DB(pgtest.Audit), Signer: keys.Platform.Audit.Signer,
		Key: keys.Platform.Audit.Verifier, Dir: filepath.Join(t.TempDir(), "checkpoints"), Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	return in
}

func (w *World) hire(login string, role staff.Role, at core.RegionCode, regions *registry.Regions) staff.Person {
	w.t.Helper()
	p := staff.Person{Login: login, Name: login, Roles: []staff.Role{role}, Regions: regions.Expand(at)}
	w.Must(w.DB.Tx(w.t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		p.ID, err = w.staff.Create(ctx, tx, audit.Actor{Kind: "operator"}, staff.Account{Login: login, Name: login, Roles: p.Roles, Regions: []core.RegionCode{at}, Password: "a long sentence"})
		return err
	}))
	return p
}

// Now is the city's clock.
func (w *World) Now() (at time.Time) {
	w.t.Helper()
	w.Must(w.DB.Read(w.t.Context(), pg.NoScope(), func(_ context.Context, tx *pg.Tx) error { at = tx.Now(); return nil }))
	return at
}

// Hour moves the clock on to the next time it shows an hour of the day.
func (w *World) Hour(h int) {
	w.t.Helper()
	now := w.Now().In(core.China)
	to := time.Date(now.Year(), now.Month(), now.Day(), h, 0, 0, 0, core.China)
	if to.Before(now) {
		to = to.AddDate(0, 0, 1)
	}
	w.Env.Advance(to.Sub(now))
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
	Super(w.t, w.Env, statements...)
}

// Super runs statements past every trigger.
func Super(t testing.TB, env *pgtest.Env, statements ...string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), env.Superuser())
	must(t, err)
	defer c.Close(context.Background())
	for _, s := range append([]string{"set session_replication_role = replica"}, statements...) {
		if _, err := c.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// Paid lays so many payments of today, by a run of One's that Two approved. Each is the first of its
// claim; every third household was told by Officer's word, and every fifth has no telephone.
func (w *World) Paid(n int) {
	w.t.Helper()
	phone, err := core.ParsePhone("13905340001")
	w.Must(err)
	trailtest.Lay(w.t, trailtest.Deps{Env: w.Env, DB: w.DB, Ring: w.Keys.Platform.Ring, Audit: w.log, Cases: w.cases, Phone: phone}, n)
	w.Super(fmt.Sprintf(`update payout_batch set created_by = %d, approved_by = %d`, w.One.ID, w.Two.ID),
		`update payout_line set answered = lianou_now()`, `update payout_entitlement set paid = lianou_now()`,
		Told("id % 3 = 0", strconv.FormatInt(int64(w.Officer.ID), 10)),
		`update casefile set contact_phone = null where id % 5 = 0`)
}

// Told is the statement by which somebody of the staff told the households of some cases at the door.
func Told(cases, by string) string {
	return `with t as (insert into call_task (case_id, region, says, made, due, done, by_staff, how)
			select id, region, '说', now(), current_date, now(), ` + by + `, '上门' from casefile where ` + cases + ` returning id, case_id, region)
		insert into task_said (task, n, case_id, region, at, by_staff, way, met, words) select id, 1, case_id, region, now(), ` + by + `, 'door', 'self', '\x00' from t`
}

// Grows lets the log grow by entries of others and take what waits.
func (w *World) Grows() {
	w.t.Helper()
	w.Must(w.DB.Tx(w.t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		list := make([]audit.Entry, sampled.After+1)
		for i := range list {
			list[i] = audit.Entry{Actor: audit.Actor{Kind: "job"}, Act: "thing.done"}
		}
		return w.log.Write(ctx, tx, list...)
	}))
	w.Takes()
}

// Takes lets the log take what waits.
func (w *World) Takes() {
	w.t.Helper()
	for {
		got, err := w.in.Round(w.t.Context())
		w.Must(err)
		if got == 0 {
			return
		}
	}
}

// Works runs the job once.
func (w *World) Works() {
	w.t.Helper()
	w.Must(w.Sampled.Work(w.t.Context()))
}

// Drawn lays so many payments and goes on to the next morning, when their calls are drawn, and the
// log is up to it. It gives the round of the county.
func (w *World) Drawn(n int) int64 {
	w.t.Helper()
	w.Works()
	w.Paid(n)
	w.Grows()
	day := core.DateOf(w.Now())
	w.Env.Advance(24 * time.Hour)
	w.Works()
	w.Takes()
	return w.Round(day)
}

// Round is the number of the county's round of a day.
func (w *World) Round(day core.Date) (id int64) {
	w.t.Helper()
	w.Must(w.DB.Read(w.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select id from sampled_round where county = $1 and day = $2`, string(Pingyuan), day.Time()).Scan(&id)
	}))
	return id
}

// Count is one number of the city.
func (w *World) Count(sql string, args ...any) (n int) {
	w.t.Helper()
	w.Must(w.DB.Read(w.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error { return tx.QueryRow(ctx, sql, args...).Scan(&n) }))
	return n
}

// Refused holds that a statement of the application's own role is refused by want, a constraint, or a
// SQLSTATE where the role has no such right; and, where owner is not "", that of the tables' owner by that.
func (w *World) Refused(name, sql, want, owner string) {
	w.t.Helper()
	for role, want := range map[pgtest.Role]string{pgtest.Platform: want, pgtest.Owner: owner} {
		if want == "" {
			continue
		}
		err := w.Env.DB(role).Tx(w.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, sql)
			return pg.Fail(err, "try")
		})
		if pg.Constraint(err) != want && pg.SQLState(err) != want {
			w.t.Errorf("%s, as %s: %v, want %s", name, role, err, want)
		}
	}
}

// ToAsk lists what somebody may ask.
func (w *World) ToAsk(who staff.Person) (list []sampled.Call) {
	w.t.Helper()
	w.Must(w.DB.Read(w.t.Context(), who.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		list, err = w.Sampled.ToAsk(ctx, tx, who)
		return err
	}))
	return list
}

// Matters lists what somebody may look into.
func (w *World) Matters(who staff.Person) (list []sampled.Matter) {
	w.t.Helper()
	w.Must(w.DB.Read(w.t.Context(), who.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		list, err = w.Sampled.Matters(ctx, tx, who)
		return err
	}))
	return list
}
