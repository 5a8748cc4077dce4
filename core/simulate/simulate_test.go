package simulate_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/registry/seed"
	"lianou/core/routing"
	"lianou/core/rulebook"
	"lianou/core/seal"
	"lianou/core/simulate"
	"lianou/core/staff"
)

// town is a small invented city with rules that were published, and somebody who drafts.
type town struct {
	t     *testing.T
	env   *pgtest.Env
	db    *pg.DB
	rules *rulebook.Store
	deps  simulate.Deps
	sim   *simulate.Simulator
	han   core.StaffID
	towns []core.RegionCode
	today core.Date
}

func newTown(t *testing.T, people int) *town {
	t.Helper()
	h := &town{t: t, env: pgtest.New(t)}
	h.db = h.env.DB(pgtest.Platform)
	keys, err := seal.NewKeys(seal.SM4)
	h.must(err)
	log := audit.New(keys.Platform.Ring)
	regions, err := registry.EmbeddedRegions()
	h.must(err)
	reg, err := registry.New(registry.Config{Ring: keys.Platform.Ring, Log: log, Regions: regions})
	h.must(err)
	_, err = (seed.Loader{DB: h.env.DB(pgtest.Import), Registry: reg, Regions: regions}).Load(t.Context(), 3, people)
	h.must(err)
	bells, err := bell.Open(bell.Config{URL: "redis://" + miniredis.RunT(t).Addr(), Log: slog.New(slog.DiscardHandler)})
	h.must(err)
	t.Cleanup(func() { _ = bells.Close() })
	h.rules, err = rulebook.New(rulebook.Deps{DB: h.db, Audit: log, Bell: bells})
	h.must(err)
	files, err := policy.Shipped()
	h.must(err)
	set, err := rulebook.ReadSources(files)
	h.must(err)
	h.must(h.rules.Found(t.Context(), set))
	into, err := jobs.NewInserter(jobs.Platform)
	h.must(err)
	h.deps = simulate.Deps{DB: h.db, Registry: reg, Rules: h.rules, Audit: log, Jobs: into}
	h.sim = h.again()
	people2, err := staff.New(t.Context(), staff.Config{DB: h.db, Log: log, Expand: routing.Reach(regions), Light: true})
	h.must(err)
	h.must(h.db.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		h.today = tx.Today()
		if err := tx.QueryRow(ctx, `select array_agg(distinct region order by region) from household`).Scan(&h.towns); err != nil {
			return err
		}
		h.han, err = people2.Create(ctx, tx, audit.Actor{Kind: "operator"}, staff.Account{Login: "han", Name: "韩", Roles: []staff.Role{staff.City},
			Regions: []core.RegionCode{core.DezhouCity}, Password: "a long pass phrase 17"})
		return err
	}))
	return h
}

func (h *town) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// again is the simulator of a process that has just started.
func (h *town) again() *simulate.Simulator {
	h.t.Helper()
	s, err := simulate.New(h.deps)
	h.must(err)
	return s
}

// draft begins one that changes the standard of rural dibao from a day on.
func (h *town) draft(value string, from core.Date) int64 {
	h.t.Helper()
	id, err := h.rules.Begin(h.t.Context(), h.han, "提高标准")
	h.must(err)
	h.amount(id, value, from)
	return id
}

func (h *town) amount(id int64, value string, from core.Date) {
	h.t.Helper()
	h.must(h.rules.Change(h.t.Context(), h.han, id, rulebook.Step{Why: "会议", Sure: true, Op: rulebook.Op{Amount: &rulebook.Amount{
		Param: "dibao.standard", Area: "rural", Value: value, From: from, Source: "样本文件", Sample: true}}}))
}

func (h *town) begin(draft int64) (int64, simulate.Books) {
	h.t.Helper()
	books, err := h.sim.BooksOf(h.t.Context(), draft, h.today)
	h.must(err)
	id, err := h.sim.Begin(h.t.Context(), simulate.Request{Draft: draft, Books: books, Towns: h.towns, By: audit.Actor{Kind: "staff", ID: "1"}})
	h.must(err)
	return id, books
}

// finish works everything off.
func (h *town) finish(s *simulate.Simulator, id int64) simulate.Result {
	h.t.Helper()
	for more := true; more; {
		var err error
		more, err = s.Next(h.t.Context(), id)
		h.must(err)
	}
	r, err := s.Read(h.t.Context(), id)
	h.must(err)
	if r.Ended == nil {
		h.t.Fatalf("the simulation has not ended: %+v", r.Head)
	}
	return r
}

// dump gives what a simulation must not write.
func (h *town) dump() (all string) {
	h.t.Helper()
	conn, err := pgx.Connect(h.t.Context(), h.env.Superuser())
	h.must(err)
	defer conn.Close(context.WithoutCancel(h.t.Context()))
	h.must(conn.QueryRow(h.t.Context(), `select jsonb_build_object('rows', (select md5(string_agg(r::text, '' order by household)) from fact_row r),
		'pages', (select count(*) from finding_page), 'towns', (select count(*) from finding_town), 'leads', (select count(*) from lead),
		'scans', (select count(*) from scan), 'sheets', (select count(*) from household_sheet))::text`).Scan(&all))
	return all
}

// TestASimulation: a draft with a day to come is judged on that day, by people who work
// beside one another and by a process that knew nothing of it, with the counts of one pass
// over the same rows; nothing but counts is written, and the entry in the log stands for it.
// Controls: BooksOf on the day of today (ErrSame); a township counted by two workers.
func TestASimulation(t *testing.T) {
	t.Parallel()
	h := newTown(t, 1500)
	from := h.today.AddDate(0, 2, 0)
	draft := h.draft("900", from)
	was := h.dump()
	id, books := h.begin(draft)
	if books.On != from {
		t.Errorf("judged on %s, the draft says something from %s", books.On, from)
	}
	if twice, _ := h.begin(draft); twice != id {
		t.Errorf("asked again: simulation %d beside %d", twice, id)
	}
	var hands sync.WaitGroup
	for range 3 {
		other := h.again()
		hands.Go(func() {
			for more := true; more; {
				more, _ = other.Next(t.Context(), id)
			}
		})
	}
	hands.Wait()
	r := h.finish(h.again(), id)
	pair, err := simulate.NewPair(books.Before, books.After, books.On)
	h.must(err)
	want := pair.NewTally()
	h.must(h.db.Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		for _, one := range h.towns {
			if err := h.deps.Registry.Scan(ctx, tx, one, func(_ core.HouseholdID, row []byte) error { return pair.Row(row, want) }); err != nil {
				return err
			}
		}
		return nil
	}))
	if d := cmp.Diff(*want, r.Whole); d != "" {
		t.Errorf("not what one pass counts: %s", d)
	}
	if r.Whole.Newly == 0 || r.Whole.Judged == 0 || r.Whole.Judged >= r.Whole.Households || len(r.ByTown) != len(h.towns) {
		t.Errorf("%+v in %d townships", r.Whole, len(r.ByTown))
	}
	if r.Whole.Items[0].Samples == 0 {
		t.Error("an amount marked as a sample is not in any sum")
	}
	if is := h.dump(); is != was {
		t.Errorf("a simulation wrote more than counts: %s, was %s", is, was)
	}
	if done, err := h.sim.Work(t.Context(), id, h.towns[0]); done || err != nil {
		t.Errorf("a township is counted again: %v, %v", done, err)
	}
	var entries, queued int
	h.must(h.db.Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select (select count(*) from audit_entry where act = 'simulation.begun'), (select count(*) from jobs_platform.river_job where kind = 'simulate_town')`).Scan(&entries, &queued)
	}))
	if entries != 1 || queued != len(h.towns) {
		t.Errorf("%d entries in the log, %d jobs", entries, queued)
	}
}

// TestADraftThatMoves: a draft that was changed after its simulation began breaks it off,
// where another process would count by other rules; one that touches nobody has none.
// Control: load without comparing the digests.
func TestADraftThatMoves(t *testing.T) {
	t.Parallel()
	h := newTown(t, 60)
	draft := h.draft("900", h.today)
	id, _ := h.begin(draft)
	h.amount(draft, "800", h.today)
	if done, err := h.again().Work(t.Context(), id, h.towns[0]); done || err != nil {
		t.Errorf("judged by a draft that moved: %v, %v", done, err)
	}
	if r, err := h.sim.OfDraft(t.Context(), draft); err != nil || !r.Stale || r.Ended == nil {
		t.Errorf("%+v, %v", r.Head, err)
	}
	if next, _ := h.begin(draft); next == id {
		t.Error("no simulation of what the draft says now")
	}
	books, err := h.sim.BooksOf(t.Context(), draft, h.today)
	h.must(err)
	books.After = books.Before
	if _, err := h.sim.Begin(t.Context(), simulate.Request{Books: books, Towns: h.towns}); !errors.Is(err, simulate.ErrSame) {
		t.Errorf("the same rules were simulated: %v", err)
	}
	if _, err := h.sim.OfDraft(t.Context(), 99); !errors.Is(err, simulate.ErrNone) {
		t.Errorf("a simulation of no draft: %v", err)
	}
}
