package intake

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

func (h *house) gated(t *testing.T) (*pgtest.Gate, *pg.DB) {
	t.Helper()
	g := pgtest.NewGate(t, h.env.URL(pgtest.Gateway))
	db, err := pg.Open(t.Context(), pg.Config{URL: g.URL, Name: "gated"})
	must(t, err)
	t.Cleanup(db.Close)
	return g, db
}

// F4. Controls: answer before keep; remove the file before the commit.
func TestDatabaseAwayMidBurst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, db := h.gated(t)
	in := h.openOn(t, t.TempDir(), db)
	const burst = 300
	var mu sync.Mutex
	promised := map[string]core.Receipt{}
	spooled := 0
	var all sync.WaitGroup
	for i := range burst {
		all.Go(func() {
			if i == burst/3 {
				g.Shut()
			}
			s := spoken(fmt.Sprintf("call-%04d#1", i))
			got, err := in.Submit(t.Context(), s)
			for err != nil && core.KindOf(err) == core.KindUnavailable {
				got, err = in.Submit(t.Context(), s) // as the platform does
			}
			if err != nil {
				t.Errorf("%s: %v", s.Key, err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			promised[s.Key] = got.Number
			if got.Spooled {
				spooled++
			}
		})
	}
	all.Wait()
	if _, err := in.Submit(t.Context(), spoken("call-late#1")); err != nil {
		t.Fatal(err)
	}
	g.Open()
	until(t, "spool drained", func() bool { return in.spool.waiting.Load() == 0 && !in.spool.away() })
	if n := h.count(t, `select count(*) from application`); n != burst+1 {
		t.Errorf("%d applications of %d, %d were spooled", n, burst+1, spooled)
	}
	for key, number := range promised {
		n := h.count(t, `select count(*) from receipt r join application a on a.id = r.application where r.number = $1 and a.key = $2`, string(number), key)
		if n != 1 {
			t.Errorf("%s was promised %s, which names %d applications", key, number, n)
		}
	}
	if n := h.count(t, `select count(*) from jobs_platform.river_job`); n != burst+1 {
		t.Errorf("%d jobs", n)
	}
}

// A spooled promise outlives the process that made it.
func TestSpoolSurvivesRestart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, db := h.gated(t)
	dir := t.TempDir()
	in := h.openOn(t, dir, db)
	g.Shut()
	got, err := in.Submit(t.Context(), spoken("call-1#1"))
	if err != nil || !got.Spooled {
		t.Fatalf("%+v %v", got, err)
	}
	must(t, in.Close())
	in = h.openOn(t, dir, db) // starts with the database away
	again, err := in.Submit(t.Context(), spoken("call-1#1"))
	if err != nil || !again.Spooled || again.Number == got.Number {
		t.Fatalf("%+v %v", again, err)
	}
	g.Open()
	until(t, "spool drained", func() bool { return in.spool.waiting.Load() == 0 })
	if n := h.count(t, `select count(*) from application`); n != 1 {
		t.Fatalf("%d applications", n)
	}
	if n := h.count(t, `select count(*) from receipt`); n != 2 {
		t.Fatalf("%d numbers, want both that were spoken aloud", n)
	}
}

func TestDrainKeepsBothBodies(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, db := h.gated(t)
	in := h.openOn(t, t.TempDir(), db)
	if _, err := in.Submit(t.Context(), spoken("call-1#1")); err != nil {
		t.Fatal(err)
	}
	g.Shut()
	other := spoken("call-1#1")
	other.Story = "又想起来一件事。"
	if _, err := in.Submit(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	g.Open()
	until(t, "spool drained", func() bool { return in.spool.waiting.Load() == 0 })
	if n := h.count(t, `select count(*) from application_twin where looked_at is null`); n != 1 {
		t.Errorf("%d in the duplicate queue", n)
	}
	for _, table := range []string{"application", "receipt", "handover", "jobs_platform.river_job"} {
		if n := h.count(t, "select count(*) from "+table); n != 2 {
			t.Errorf("%s holds %d", table, n)
		}
	}
}

func TestSpoolFullOrUnwritable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := openSpool(dir, 400, slog.New(slog.DiscardHandler))
	must(t, err)
	rows := []*row{{ID: "a", Key: strings.Repeat("k", 100)}}
	must(t, s.keep(rows))
	if err := s.keep(rows); core.KindOf(err) != core.KindUnavailable {
		t.Errorf("full: %v", err)
	}
	must(t, os.RemoveAll(dir))
	s.most = 1 << 20
	if err := s.keep(rows); core.KindOf(err) != core.KindUnavailable {
		t.Errorf("folder gone: %v", err)
	}
	if s.waiting.Load() != 1 {
		t.Errorf("%d files counted", s.waiting.Load())
	}
}

func TestSpoolSetsDamagedFilesAside(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	dir := t.TempDir()
	bad := filepath.Join(dir, "spool", "00000000000000000001-000001"+spoolSuffix)
	must(t, os.MkdirAll(filepath.Dir(bad), 0o700))
	must(t, os.WriteFile(bad, []byte(`[{"id":`), 0o600))
	must(t, os.WriteFile(bad+".part", []byte(`[`), 0o600))
	in := h.open(t, dir)
	until(t, "damaged file set aside", func() bool {
		_, err := os.Stat(bad + badSuffix)
		return err == nil && in.spool.waiting.Load() == 0
	})
	if _, err := os.Stat(bad + ".part"); err == nil {
		t.Error("an unfinished file was left")
	}
}

// A file that the disk does not give out keeps nobody else waiting, nor the way to
// the database shut. Control: give up the turn at the first file that is not read.
func TestUnreadableFileHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, db := h.gated(t)
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "spool", "00000000000000000001-000001"+spoolSuffix), 0o700)) // reads as EISDIR, for root too
	in := h.openOn(t, dir, db)
	g.Shut()
	if got, err := in.Submit(t.Context(), spoken("call-1#1")); err != nil || !got.Spooled {
		t.Fatalf("%+v %v", got, err)
	}
	g.Open()
	until(t, "the readable file drained", func() bool { return in.spool.waiting.Load() == 1 && !in.spool.away() })
	if n := h.count(t, `select count(*) from application`); n != 1 {
		t.Errorf("%d applications", n)
	}
}

// The database goes away while a bad row's neighbours are tried one by one: the
// file was answered for and must stay. Control: take that for a bad row.
func TestOutageWhileDrainingSetsNothingAside(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, db := h.gated(t)
	in := h.openOn(t, t.TempDir(), db)
	g.Shut()
	in.spool.leave()
	var rows []*row
	for _, key := range []string{"call-a-bad", "call-b-cut"} {
		if _, err := in.Submit(t.Context(), spoken(key)); err != nil {
			t.Fatal(err)
		}
	}
	// Both in one file, as one batch spools them.
	names, err := in.spool.files()
	must(t, err)
	for _, name := range names {
		one, err := in.spool.read(name)
		must(t, err)
		rows = append(rows, one...)
		must(t, in.spool.done(name))
	}
	must(t, in.spool.keep(rows))
	h.exec(t, `create function bench_cut() returns trigger language plpgsql as $$ begin
		if new.key = 'call-a-bad' then raise exception 'bad' using errcode = 'check_violation'; end if;
		if new.key = 'call-b-cut' then raise exception 'cut' using errcode = 'admin_shutdown'; end if;
		return new; end $$;
		create trigger cut before insert on application for each row execute function bench_cut()`)
	g.Open()
	if err := in.drain(t.Context()); core.KindOf(err) != core.KindUnavailable {
		t.Fatalf("drain: %v", err)
	}
	if left, err := in.spool.files(); err != nil || len(left) != 1 {
		t.Fatalf("%v left, %v", left, err)
	}
	h.exec(t, `create or replace function bench_cut() returns trigger language plpgsql as $$ begin
		if new.key = 'call-a-bad' then raise exception 'bad' using errcode = 'check_violation'; end if; return new; end $$`)
	until(t, "the bad one set aside", func() bool { left, err := in.spool.files(); return err == nil && len(left) == 0 })
	if n := h.count(t, `select count(*) from application where key = 'call-b-cut'`); n != 1 {
		t.Errorf("%d of the good one", n)
	}
}

// No number in hand and nobody to lease from: nothing may be promised.
func TestNoNumberNoPromise(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, db := h.gated(t)
	g.Shut()
	in := h.openOn(t, t.TempDir(), db)
	if _, err := in.Submit(t.Context(), spoken("call-1#1")); core.KindOf(err) != core.KindUnavailable {
		t.Fatal(err)
	}
	if in.spool.waiting.Load() != 0 {
		t.Error("something was spooled without a number")
	}
}

// A database restored to before the last lease must not lease those blocks again.
func TestRestoredDatabaseRelearnsBlocks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := h.open(t, t.TempDir())
	owner := h.env.DB(pgtest.Owner)
	must(t, owner.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `delete from receipt_block`)
		return err
	}))
	known := len(in.blocks.known)
	for range blockSize + 1 {
		if _, err := in.blocks.take(); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "leases repeated", func() bool { return h.count(t, `select count(*) from receipt_block`) > known })
}

// plant makes the next n numbers somebody else's.
func (h *house) plant(t *testing.T, in *Intake, n int) {
	t.Helper()
	in.blocks.mu.Lock()
	next, key := in.blocks.next, in.blocks.key
	in.blocks.mu.Unlock()
	for i := range n {
		h.exec(t, fmt.Sprintf(`with a as (insert into application (id, channel, key, body_digest, receipt, citizen, region, urgent, at)
			values (gen_random_uuid(), 'agent', 'planted-%[1]s', sha256('x'), '%[1]s', '', '371426104', false, now()) returning id)
			insert into receipt (number, application) select '%[1]s', id from a`, permutation{key}.receipt(next+int64(i))))
	}
}

// A number that somebody has already is another number's turn, and no sign that the
// database is away. Control: away without numberTaken, "spooled".
func TestTakenNumberIsNoOutage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := h.open(t, t.TempDir())
	if _, err := in.Submit(t.Context(), spoken("call-0#1")); err != nil {
		t.Fatal(err)
	}
	h.plant(t, in, 1)
	if got, err := in.Submit(t.Context(), spoken("call-1#1")); err != nil || got.Spooled || in.spool.away() {
		t.Errorf("%+v, %v, away %v", got, err, in.spool.away())
	}
}

// A number that was said out of the spool and is somebody else's holds nobody up:
// its application gets another, and the log keeps the old one. Control: drainEach
// without renumber: set aside, and the same form again is taken for a new one.
func TestTakenNumberInTheSpool(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, db := h.gated(t)
	in := h.openOn(t, t.TempDir(), db)
	if _, err := in.Submit(t.Context(), spoken("call-0#1")); err != nil {
		t.Fatal(err)
	}
	g.Shut()
	h.plant(t, in, 1)
	said, err := in.Submit(t.Context(), spoken("call-1#1"))
	for err != nil && core.KindOf(err) == core.KindUnavailable {
		said, err = in.Submit(t.Context(), spoken("call-1#1"))
	}
	if err != nil || !said.Spooled {
		t.Fatalf("%+v, %v", said, err)
	}
	if _, err := in.Submit(t.Context(), spoken("call-2#1")); err != nil {
		t.Fatal(err)
	}
	g.Open()
	until(t, "drained", func() bool { return in.spool.waiting.Load() == 0 && !in.spool.away() })
	if n := h.count(t, `select count(*) from application a join receipt r on r.application = a.id and r.number = a.receipt where key in ('call-1#1', 'call-2#1')`); n != 2 {
		t.Errorf("%d of 2 applications with a number of their own", n)
	}
	again, err := in.Submit(t.Context(), spoken("call-1#1"))
	if err != nil || !again.Duplicate || again.Number == said.Number || again.Application != said.Application {
		t.Errorf("the same form again: %+v, %v; said before: %+v", again, err, said)
	}
}
