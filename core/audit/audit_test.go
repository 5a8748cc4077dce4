package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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
	"lianou/core/seal"

	"github.com/jackc/pgx/v5"
)

const township = core.RegionCode("371403001")

// house is one test's log.
type house struct {
	env  *pgtest.Env
	keys *seal.Keys
	dir  string
	log  *Log
	in   *Integrator
}

func newHouse(t testing.TB) *house {
	t.Helper()
	keys, err := seal.NewKeys(seal.SM4)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{env: pgtest.New(t), keys: keys, dir: filepath.Join(t.TempDir(), "checkpoints"), log: New(keys.Platform.Ring)}
	h.in, err = NewIntegrator(IntegratorConfig{DB: h.env.DB(pgtest.Audit), Signer: keys.Platform.Audit.Signer,
		Key: keys.Platform.Audit.Verifier, Dir: h.dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func entry(n int) Entry {
	return Entry{Actor: Actor{Kind: "staff", ID: "7"}, Act: "claim.decided", Case: core.CaseID(n), Region: township,
		Subject: fmt.Sprintf("person:%d", n), Purpose: "decision", Detail: map[string]int{"n": n}}
}

func entries(n int) []Entry {
	list := make([]Entry, n)
	for i := range list {
		list[i] = entry(i + 1)
	}
	return list
}

func (h *house) write(t testing.TB, list ...Entry) {
	t.Helper()
	err := h.env.DB(pgtest.Platform).Tx(t.Context(), pg.Regions(township), func(ctx context.Context, tx *pg.Tx) error {
		return h.log.Write(ctx, tx, list...)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) round(t testing.TB) int {
	t.Helper()
	n, err := h.in.Round(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (h *house) verify(t testing.TB, with func(*VerifyConfig)) VerifyReport {
	t.Helper()
	cfg := VerifyConfig{DB: h.env.DB(pgtest.Audit), Key: h.keys.Gateway.Audit, Dir: h.dir,
		Ring: h.keys.Platform.Ring, Opener: h.keys.Platform.Opener}
	if with != nil {
		with(&cfg)
	}
	r, err := Verify(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// super runs statements as the superuser that no rule of the database binds.
func (h *house) super(t testing.TB, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), h.env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, s := range statements {
		if _, err := conn.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func TestWriteIntegrateVerify(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if r := h.verify(t, func(c *VerifyConfig) { c.Dir = "" }); !r.OK() || r.Entries != 0 {
		t.Errorf("the empty log: %s", r)
	}
	// Across the width of a tile, in rounds of every size.
	total := 0
	for _, n := range []int{1, 2, 252, 1, 1, 600} {
		h.write(t, entries(n)...)
		if got := h.round(t); got != n {
			t.Fatalf("a round took %d entries, want %d", got, n)
		}
		total += n
		r := h.verify(t, nil)
		if !r.OK() || r.Entries != int64(total) || r.Pending != 0 {
			t.Fatalf("after %d entries: %s", total, r)
		}
	}
	if got := h.round(t); got != 0 {
		t.Errorf("a round with nothing pending took %d", got)
	}
	r := h.verify(t, nil)
	if want := fmt.Sprintf("audit verified: 857 entries, root %s, 12 checkpoints", r.Root); r.String() != want {
		t.Errorf("report %q, want %q", r, want)
	}
	if r := h.verify(t, func(c *VerifyConfig) { c.Ring, c.Opener = nil, nil }); !r.OK() {
		t.Errorf("a stranger without keys: %s", r)
	}
}

func TestGatewayEntries(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	edge := NewTo(h.keys.Gateway.Platform)
	err := h.env.DB(pgtest.Gateway).Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		list := entries(70)
		for i := range list { // the edge writes nothing else in the log (core/pg's TestGatewayWritesItsOwnEntries)
			list[i].Actor, list[i].Act = Actor{Kind: "job", ID: "notify"}, "notice.told"
		}
		return edge.Write(ctx, tx, list...)
	})
	if err != nil {
		t.Fatal(err)
	}
	h.round(t)
	if r := h.verify(t, nil); !r.OK() || r.Entries != 70 || r.Erased != 0 {
		t.Errorf("%s, %d erased", r, r.Erased)
	}
	err = h.env.DB(pgtest.Gateway).Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `select id from audit_entry`)
		return err
	})
	if pg.SQLState(err) != "42501" {
		t.Errorf("the gateway reads entries: %v", err)
	}
}

// TestTogether: without the commit of the act there is no entry, and when the
// entry cannot be written the act fails.
func TestTogether(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	boom := errors.New("boom")
	err := h.env.DB(pgtest.Platform).Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if err := h.log.Write(ctx, tx, entry(1)); err != nil {
			t.Error(err)
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if n := h.round(t); n != 0 {
		t.Errorf("%d entries of an act that was rolled back", n)
	}
	h.super(t, `create function refuse() returns trigger language plpgsql as 'begin raise exception ''no''; end'`,
		`create trigger refuse before insert on audit_entry for each row execute function refuse()`)
	err = h.env.DB(pgtest.Platform).Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return h.log.Write(ctx, tx, entry(1))
	})
	if core.KindOf(err) != core.KindInternal {
		t.Errorf("an entry that cannot be written: %v", err)
	}
}

func TestBrokenEntriesRefused(t *testing.T) {
	t.Parallel()
	keys, err := seal.NewKeys(seal.SM4)
	if err != nil {
		t.Fatal(err)
	}
	log := New(keys.Platform.Ring)
	phone, err := core.ParsePhone("13900001111")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := log.Seal(entry(1)); err != nil {
		t.Fatalf("the good entry: %v", err)
	}
	for name, spoil := range map[string]func(*Entry){
		"act without a noun": func(e *Entry) { e.Act = "decided" },
		"act in capitals":    func(e *Entry) { e.Act = "Claim.decided" },
		"nobody":             func(e *Entry) { e.Actor.Kind = "" },
		"a NUL":              func(e *Entry) { e.Purpose = "a\x00b" },
		"not UTF-8":          func(e *Entry) { e.Subject = "\xff" },
		"too long":           func(e *Entry) { e.Subject = strings.Repeat("x", 301) },
		"no region":          func(e *Entry) { e.Region = "德州" },
		"a masked number":    func(e *Entry) { e.Detail = phone },
		"a huge detail":      func(e *Entry) { e.Detail = strings.Repeat("x", maxDetail) },
	} {
		e := entry(1)
		spoil(&e)
		if _, err := log.Seal(e); core.KindOf(err) != core.KindInternal || err == nil || strings.Contains(err.Error(), "1390000") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRegionsSeparate: an officer sees the entries of the own township only, and
// can leave a trace anywhere.
func TestRegionsSeparate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other, none := entry(2), entry(3)
	other.Region, none.Region = "371403002", core.DezhouCity
	h.write(t, entry(1), other, none)
	count := func(s pg.Scope) (n int) {
		err := h.env.DB(pgtest.Platform).Read(t.Context(), s, func(ctx context.Context, tx *pg.Tx) error {
			return tx.QueryRow(ctx, `select count(*) from audit_entry`).Scan(&n)
		})
		if err != nil {
			t.Error(err)
		}
		return n
	}
	if a, b, c := count(pg.Regions(township)), count(pg.NoScope()), count(pg.City("test")); a != 1 || b != 0 || c != 3 {
		t.Errorf("township sees %d, nobody %d, city %d; want 1, 0, 3", a, b, c)
	}
}

// TestOnlyAdded: no role but a superuser changes or removes anything.
func TestOnlyAdded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(t, entries(3)...)
	h.round(t)
	for _, role := range []pgtest.Role{pgtest.Gateway, pgtest.Platform, pgtest.Audit, pgtest.Import, pgtest.Owner} {
		for _, s := range []string{
			`update audit_entry set purpose = ''`, `delete from audit_entry`, `truncate audit_entry`,
			`update audit_leaf set entry = 9`, `delete from audit_leaf where n = 2`, `truncate audit_leaf`,
			`delete from audit_checkpoint`, `truncate audit_checkpoint`,
			`update audit_tile set data = substring(data for 32)`, `delete from audit_tile`, `update audit_head set size = 1`, `delete from audit_head`,
		} {
			err := h.env.DB(role).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
				tag, err := tx.Exec(ctx, s)
				if err == nil && tag.RowsAffected() == 0 {
					return &core.Error{Code: "nothing seen"} // the owner is under row-level security too
				}
				return err
			})
			if err == nil {
				t.Errorf("%s: %s went through", role, s)
			}
		}
	}
	if r := h.verify(t, nil); !r.OK() {
		t.Error(r)
	}
}

// TestConcurrentWriters: whatever the order of commits, the pending table misses
// nothing. The control in it is a reader of "id > last" over the same log: it
// skips what committed late.
func TestConcurrentWriters(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	platform := h.env.DB(pgtest.Platform)
	const writers, each = 8, 40
	var naive int64
	seen := 0
	poll := func() { // what an integrator by id would have taken
		err := h.env.DB(pgtest.Audit).Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
			var n int
			var last *int64
			err := tx.QueryRow(ctx, `select count(*), max(id) from audit_entry where id > $1`, naive).Scan(&n, &last)
			if last != nil {
				naive = *last
			}
			seen += n
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	// One entry draws its id, and commits only after the reader passed it.
	held, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		err := platform.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
			err := h.log.Write(ctx, tx, entry(1))
			if err == nil { // the next statement takes the entry along
				_, err = tx.Exec(ctx, `select 1`)
			}
			close(held)
			<-release
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-held
	let := sync.OnceFunc(func() { close(release) })
	defer let() // also when a round fails the test: a held transaction would keep the pool open
	taken := 0
	var others sync.WaitGroup
	for w := range writers {
		others.Go(func() {
			for i := range each {
				h.write(t, entry(w*each+i))
			}
		})
	}
	done := make(chan struct{})
	go func() { others.Wait(); close(done) }()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		poll()
		taken += h.round(t)
	}
	let()
	wg.Wait()
	poll()
	taken += h.round(t)
	if want := writers*each + 1; taken != want {
		t.Errorf("the integrator took %d of %d entries", taken, want)
	}
	if seen >= writers*each+1 {
		t.Errorf("the control missed nothing: %d entries by id", seen)
	}
	if r := h.verify(t, nil); !r.OK() || r.Entries != writers*each+1 {
		t.Error(r)
	}
}

func TestManyIntegrators(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(t, entries(300)...)
	h.in.cfg.Batch = 20
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				n, err := h.in.Round(t.Context())
				if err != nil {
					t.Error(err)
				}
				if n == 0 || err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	if r := h.verify(t, nil); !r.OK() || r.Entries != 300 {
		t.Error(r)
	}
}

func TestProve(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(t, entries(300)...)
	h.round(t)
	h.write(t, entries(5)...)
	if _, err := Prove(t.Context(), h.env.DB(pgtest.Audit), 301); !errors.Is(err, ErrNotYet) {
		t.Errorf("a pending entry: %v, want ErrNotYet", err)
	}
	h.round(t)
	key := h.keys.Gateway.Audit
	for _, id := range []int64{1, 2, 256, 257, 300, 305} {
		p, err := Prove(t.Context(), h.env.DB(pgtest.Audit), id)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Check(key); err != nil {
			t.Errorf("entry %d: %v", id, err)
		}
		p.Record[len(p.Record)-1] ^= 1
		if err := p.Check(key); !errors.Is(err, ErrRewritten) {
			t.Errorf("entry %d with a changed record: %v, want ErrRewritten", id, err)
		}
	}
	p, err := Prove(t.Context(), h.env.DB(pgtest.Audit), 1)
	if err != nil {
		t.Fatal(err)
	}
	other, err := seal.NewKeys(seal.SM4)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Check(other.Gateway.Audit); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("another log's key: %v, want ErrCheckpoint", err)
	}
	if _, err := Prove(t.Context(), h.env.DB(pgtest.Audit), 999); core.KindOf(err) != core.KindNotFound {
		t.Errorf("no such entry: %v", err)
	}
}

// TestErasedKey: once the key of a detail is gone, the log and its proofs hold,
// and the commitment alone does not give the detail away by guessing.
func TestErasedKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(t, entry(1), entry(1))
	h.round(t)
	fresh, err := seal.NewRing([]seal.RingKey{{ID: 2, Cipher: seal.SM4, Key: make([]byte, 16)}}, make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	if r := h.verify(t, func(c *VerifyConfig) { c.Ring = fresh }); !r.OK() || r.Erased != 2 {
		t.Errorf("%s, %d erased, want 2", r, r.Erased)
	}
	p, err := Prove(t.Context(), h.env.DB(pgtest.Audit), 1)
	if err != nil || p.Check(h.keys.Gateway.Audit) != nil {
		t.Errorf("the proof after erasing: %v", err)
	}
	q, err := Prove(t.Context(), h.env.DB(pgtest.Audit), 2)
	if err != nil || bytes.Equal(p.Record[len(p.Record)-32:], q.Record[len(q.Record)-32:]) {
		t.Errorf("equal details have equal commitments: %v", err)
	}
}

// TestOutsideHeals: a crash between commit and copy, or inside the copy, is made
// good by the next round.
func TestOutsideHeals(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(t, entries(10)...)
	h.round(t)
	h.write(t, entries(10)...)
	h.round(t)
	leaves, checkpoints := filepath.Join(h.dir, leavesFile), filepath.Join(h.dir, checkpointsFile)
	text, err := os.ReadFile(checkpoints)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Truncate(leaves, 12*32+5), os.Truncate(checkpoints, int64(len(text)-30))); err != nil {
		t.Fatal(err)
	}
	h.round(t)
	healed, err := os.ReadFile(checkpoints)
	if err != nil || !bytes.Equal(healed, text) {
		t.Errorf("the checkpoints were not mended: %v", err)
	}
	if st, err := os.Stat(leaves); err != nil || st.Size() != 20*32 {
		t.Errorf("the leaves were not mended: %v", err)
	}
	if r := h.verify(t, nil); !r.OK() || r.Checkpoints != 4 {
		t.Errorf("%s", r)
	}
}

func TestCheckpointParse(t *testing.T) {
	t.Parallel()
	keys, err := seal.NewKeys(seal.SM4)
	if err != nil {
		t.Fatal(err)
	}
	c := Checkpoint{Origin: seal.AuditName, Size: 17}
	c.Root[3], c.Chain[4] = 1, 2
	signed, err := c.sign(keys.Platform.Audit.Signer)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ParseCheckpoint(signed, keys.Gateway.Audit); err != nil || got != c {
		t.Errorf("%+v, %v", got, err)
	}
	for name, bad := range map[string]string{
		"size": strings.Replace(signed, "\n17\n", "\n18\n", 1),
		"none": "",
		"text": c.text(),
	} {
		if _, err := ParseCheckpoint(bad, keys.Gateway.Audit); !errors.Is(err, ErrCheckpoint) {
			t.Errorf("%s: %v, want ErrCheckpoint", name, err)
		}
	}
}

func FuzzParseLine(f *testing.F) {
	keys, err := seal.NewKeys(seal.SM4)
	if err != nil {
		f.Fatal(err)
	}
	signed, err := Checkpoint{Origin: seal.AuditName, Size: 1}.sign(keys.Platform.Audit.Signer)
	if err != nil {
		f.Fatal(err)
	}
	line, err := json.Marshal(outsideLine{Note: signed})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(line)
	f.Add([]byte(`{"note":"lianou/audit\n1\n"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := parseLine(b, keys.Gateway.Audit); err == nil && c.Size != 1 {
			t.Fatalf("%+v was never signed", c)
		}
	})
}
