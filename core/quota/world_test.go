package quota_test

import (
	"context"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/insight"
	"lianou/core/jobs"
	"lianou/core/notify"
	"lianou/core/notify/notifytest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/policy"
	"lianou/core/quota"
	"lianou/core/registry"
	"lianou/core/registry/seed"
	"lianou/core/seal"
	"lianou/core/staff"
	"lianou/core/watch"
)

const wangmiao = core.RegionCode("371426104")

// world is a database with two people of the city, one of a county and one of a township.
type world struct {
	env                     *pgtest.Env
	db                      *pg.DB
	quota                   *quota.Quota
	deps                    quota.Deps
	reg                     *registry.Registry
	watch                   *watch.Watch
	han, lin, county, small staff.Person
	first                   int64 // household of the last list that was laid
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{env: pgtest.New(t)}
	w.db = w.env.DB(pgtest.Platform)
	keys, err := seal.NewKeys(seal.SM4)
	must(t, err)
	log := audit.New(keys.Platform.Ring)
	regions, err := registry.EmbeddedRegions()
	must(t, err)
	w.reg, err = registry.New(registry.Config{Ring: keys.Platform.Ring, Log: log, Regions: regions})
	must(t, err)
	cases, err := casefile.New(casefile.Config{Ring: keys.Platform.Ring, Shared: keys.Platform.Shared, Audit: log})
	must(t, err)
	box, err := notify.NewOutbox(keys.Platform.Gateway)
	must(t, err)
	books, err := policy.Embedded()
	must(t, err)
	w.watch, err = watch.New(watch.Deps{DB: w.db, Registry: w.reg, Books: books, Audit: log, Ring: keys.Platform.Ring})
	must(t, err)
	w.deps = quota.Deps{DB: w.db, Registry: w.reg, Cases: cases, Books: books, Audit: log, Outbox: box, Ring: keys.Platform.Ring}
	w.quota, err = quota.New(w.deps)
	must(t, err)
	office, err := staff.New(t.Context(), staff.Config{DB: w.db, Log: log, Expand: regions.Expand, Light: true})
	must(t, err)
	hire := func(login string, role staff.Role, at core.RegionCode) staff.Person {
		p := staff.Person{Login: login, Roles: []staff.Role{role}, Regions: regions.Expand(at)}
		must(t, w.db.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
			p.ID, err = office.Create(ctx, tx, audit.Actor{Kind: "operator"}, staff.Account{Login: login, Name: "某人", Roles: p.Roles, Regions: []core.RegionCode{at}, Password: "a long sentence"})
			return err
		}))
		return p
	}
	w.han, w.lin = hire("han", staff.City, core.DezhouCity), hire("lin", staff.City, core.DezhouCity)
	w.county, w.small = hire("xian", staff.County, "371424"), hire("zhen", staff.Officer, wangmiao)
	return w
}

// peopled is a world with households that were looked at once.
func peopled(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	_, err := (seed.Loader{DB: w.env.DB(pgtest.Import), Registry: w.reg, Regions: w.reg.Regions()}).Load(t.Context(), 5, 9000)
	must(t, err)
	into, err := jobs.NewInserter(jobs.Platform)
	must(t, err)
	id, err := w.watch.Begin(t.Context(), into, watch.Request{Towns: w.reg.Regions().Expand("371426"), Reason: "test", By: audit.Actor{Kind: "operator"}})
	must(t, err)
	for more := true; more; {
		more, err = w.watch.Next(t.Context(), id)
		must(t, err)
	}
	return w
}

// frozen lays a frozen list of so many households that live nowhere, and stand in no other, for
// what is done with a list and not how it is made.
func (w *world) frozen(t testing.TB, places, listed int) int64 {
	t.Helper()
	id := w.laid(t, places, listed)
	w.freezes(t, id)
	return id
}

func (w *world) freezes(t testing.TB, id int64) {
	t.Helper()
	must(t, w.db.Tx(t.Context(), w.han.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update quota_round set state = 'frozen', ended = $2, ender = $3 where id = $1`, id, tx.Now(), int64(w.lin.ID))
		return err
	}))
}

// laid lays such a list as if it had been drawn.
func (w *world) laid(t testing.TB, places, listed int) int64 {
	t.Helper()
	w.first += 1000
	return w.listed(t, places, listed, w.first)
}

// listed lays such a list of households numbered from one on.
func (w *world) listed(t testing.TB, places, listed int, from int64) (id int64) {
	t.Helper()
	must(t, w.db.Tx(t.Context(), w.han.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		err := tx.QueryRow(ctx, `insert into quota_round (item, area, places, cutoff, why, opener, opened) values ('ZJ-01', $1, $2, $3, gen_random_uuid(), $4, $3) returning id`,
			string(wangmiao), places, tx.Now(), int64(w.han.ID)).Scan(&id)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into quota_entry (round, n, region, household, place, low, high, fits)
			select $1, n, $2, $4 + n, 1000 - n, '{0,0,0,0,0,0,0}', '{0,0,0,0,0,0,0}', true from generate_series(1, $3::int) n`, id, string(wangmiao), listed, from-1)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update quota_round set drawn = $2, book = 'b', formula = 'f', tie = 't', listed = $3, digest = 'd' where id = $1`, id, tx.Now(), listed)
		return err
	}))
	return id
}

// workday moves on to nine in the morning of the next working day.
func (w *world) workday(t testing.TB) {
	t.Helper()
	books, err := policy.Embedded()
	must(t, err)
	now := w.now(t).In(core.China)
	next := time.Date(now.Year(), now.Month(), now.Day()+1, 9, 0, 0, 0, core.China)
	for !books.Calendar().Working(core.DateOf(next)) {
		next = next.AddDate(0, 0, 1)
	}
	w.env.Advance(next.Sub(now))
}

func (w *world) now(t testing.TB) (at time.Time) {
	t.Helper()
	w.see(t, func(_ context.Context, tx *pg.Tx) error { at = tx.Now(); return nil })
	return at
}

func (w *world) see(t testing.TB, do func(context.Context, *pg.Tx) error) {
	t.Helper()
	must(t, w.db.Read(t.Context(), w.han.Scope(), do))
}

// due draws what is due, which must be so many lists.
func (w *world) due(t testing.TB, want int) {
	t.Helper()
	if n, err := w.quota.DrawDue(t.Context()); n != want || err != nil {
		t.Fatalf("%d lists were drawn, want %d: %v", n, want, err)
	}
}

func (w *world) round(t testing.TB, id int64) (r quota.Round, list []quota.Entry) {
	t.Helper()
	w.see(t, func(ctx context.Context, tx *pg.Tx) (err error) {
		if r, err = w.quota.Round(ctx, tx, w.han, id); err == nil {
			list, err = w.quota.Entries(ctx, tx, id, 1, 30000)
		}
		return err
	})
	return r, list
}

func (w *world) course(t testing.TB, id int64) (c quota.Course) {
	t.Helper()
	w.see(t, func(ctx context.Context, tx *pg.Tx) (err error) { c, err = w.quota.Course(ctx, tx, id); return err })
	return c
}

// stands is what whoever looks now sees to stand of an entry; offered is its last offer, 0
// for none.
func (w *world) stands(t testing.TB, id int64, n int) quota.Seen {
	t.Helper()
	c := w.course(t, id)
	return c.Stands(n)
}

func (w *world) offered(t testing.TB, id int64, n int) (last int64) {
	t.Helper()
	for _, o := range w.course(t, id).Offers {
		if o.N == n {
			last = o.ID
		}
	}
	return last
}

// told has all notices reach whom they are for.
func (w *world) told(t testing.TB) {
	t.Helper()
	notifytest.Arrives(t, w.env.DB(pgtest.Gateway), notifytest.Queued(t, w.db)...)
}

// heard has them reach whom they are for, and lets the days pass in which those may say
// something.
func (w *world) heard(t testing.TB) {
	t.Helper()
	w.told(t)
	w.env.Advance(4 * 24 * time.Hour)
}

// undone has one officer take back what stands of an entry, and another hold that.
func (w *world) undone(t testing.TB, id int64, n int, why string) {
	t.Helper()
	must(t, w.quota.Undo(t.Context(), w.lin, id, n, w.stands(t, id, n), why))
	w.heard(t)
	must(t, w.quota.Second(t.Context(), w.han, id, n, w.stands(t, id, n), true))
}

// ranked is the order of a township as the desk's ranking shows it.
func (w *world) ranked(t testing.TB, towns []core.RegionCode) (list []insight.Ranked) {
	t.Helper()
	w.see(t, func(ctx context.Context, tx *pg.Tx) (err error) {
		list, err = insight.Store{}.Top(ctx, tx, towns, insight.Page{N: 10000})
		return err
	})
	return list
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
