package payout

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/seal"
)

// What a run's process is told: which database, which bank, where the keys lie.
const (
	killedURL  = "LIANOU_PAYOUT_KILLED_URL"
	killedBank = "LIANOU_PAYOUT_KILLED_BANK"
	killedKeys = "LIANOU_PAYOUT_KILLED_KEYS"
)

// TestRunProcess is the process that TestRunKilled kills: it goes on with the run wherever the one
// before it stood, as the platform's jobs and two payers do, until the batch is closed.
func TestRunProcess(t *testing.T) {
	url := os.Getenv(killedURL)
	if url == "" {
		return // alone it is nobody's process: TestRunKilled starts it, and says what it came to
	}
	db, err := pg.Open(t.Context(), pg.Config{URL: url, Name: "payout run"})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.LoadKeys(os.Getenv(killedKeys))
	if err != nil {
		t.Fatal(err)
	}
	rail, err := NewBank(BankConfig{URL: os.Getenv(killedBank), User: "lianou", Password: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(Config{Payer: account(t, "622848000000000001")}, Deps{DB: db, Ring: keys.Platform.Ring, Audit: audit.New(keys.Platform.Ring), Log: slog.New(slog.DiscardHandler), Rail: rail})
	if err != nil {
		t.Fatal(err)
	}
	for {
		var list []Batch
		if err := db.Read(t.Context(), scope, func(ctx context.Context, tx *pg.Tx) (err error) { list, err = p.Batches(ctx, tx); return err }); err != nil {
			t.Fatal(err)
		}
		if err := goOn(t.Context(), p, list); err != nil {
			t.Fatal(err)
		}
		if len(list) > 0 && list[0].State == "closed" {
			return
		}
	}
}

func goOn(ctx context.Context, p *Payout, list []Batch) error {
	if len(list) == 0 {
		return p.db.Tx(ctx, scope, func(ctx context.Context, tx *pg.Tx) error {
			_, err := p.CreateBatch(ctx, tx, maker, Choice{})
			return err
		})
	}
	b := list[0]
	if b.State == "draft" {
		return p.db.Tx(ctx, scope, func(ctx context.Context, tx *pg.Tx) error { return p.Approve(ctx, tx, check, b.ID, b.Totals) })
	}
	return errors.Join(p.Send(ctx, b.ID), p.Poll(ctx))
}

// station is where a run is made to stand: somebody holds what it wants next, in the database or at
// the bank.
type station struct {
	name  string
	hold  string // the statement that takes it
	stuck string // how the statement that waits for it looks
	bank  string // or the request, and whether the bank has done it by then
	after bool
}

// standing has the steps of a batch and its lines ask for a lock by their name first.
const standing = `create function test_stands() returns trigger language plpgsql as $$
	begin
		perform pg_advisory_xact_lock_shared(hashtext(case when tg_table_name = 'payout_line' then 'line'
			when to_jsonb(new) ->> 'state' <> to_jsonb(old) ->> 'state' then to_jsonb(new) ->> 'state' else 'offered' end));
		return new;
	end $$;
	create trigger a_test_stands before update on payout_batch for each row execute function test_stands();
	create trigger a_test_stands before update on payout_line for each row execute function test_stands()`

func stations() []station {
	step := func(to string) string { return `select pg_advisory_lock(hashtext('` + to + `'))` }
	return []station{
		{name: "make", hold: `lock table payout_batch in share mode`, stuck: `%insert into payout_batch%`},
		{name: "freeze", hold: `lock table payout_line in share mode`, stuck: `%insert into payout_line%`},
		{name: "approve", hold: step("approved"), stuck: `%update payout_batch set state = 'approved'%`},
		{name: "write the file", hold: `lock table payout_file in share mode`, stuck: `%insert into payout_file%`},
		{name: "record the intention", hold: `lock table audit_entry in share mode`, stuck: `%audit_entry%`},
		{name: "count the offer", hold: step("offered"), stuck: `%offered = offered + 1%`},
		{name: "hand over, on its way", bank: "PUT /bank/inbox/"},
		{name: "ask", bank: "GET /bank/inbox/"},
		{name: "hand over, taken and the answer lost", bank: "PUT /bank/inbox/", after: true},
		{name: "record the receipt", hold: step("sent"), stuck: `%set state = 'sent'%`},
		{name: "read the return", bank: "GET /bank/outbox/"},
		{name: "settle", hold: step("line"), stuck: `%update payout_line%`},
		{name: "post", hold: `lock table ledger_transaction in share mode`, stuck: `%insert into ledger_transaction%`},
	}
}

// gateBank lets a request stand at the bank.
type gateBank struct {
	*bank
	at    chan string // what came to stand
	armed func() station
}

func (g *gateBank) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := g.armed()
	here := s.bank != "" && strings.HasPrefix(r.Method+" "+r.URL.Path, s.bank)
	if here && !s.after {
		_, _ = io.Copy(io.Discard, r.Body) // only then the server sees that the other side is gone
		g.at <- s.name
		<-r.Context().Done() // its process is killed
		panic(http.ErrAbortHandler)
	}
	if here {
		g.bank.ServeHTTP(discard{}, r)
		g.at <- s.name
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	g.bank.ServeHTTP(w, r)
}

type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}

// P14, F64: a run's process is killed with SIGKILL at each of its steps, and the next one goes on:
// one file at the bank, each line paid once, the ledger to the fen, each settlement told once.
//
// Controls: none seen red yet.
func TestRunKilled(t *testing.T) {
	t.Parallel()
	h, dir := newHouse(t), t.TempDir()
	keys := keysAt(t, dir)
	h.ring, h.audit = keys.Platform.Ring, audit.New(keys.Platform.Ring)
	sum := h.due(9)
	h.must(h.env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		for one := range strings.SplitSeq(standing, ";\n	create") {
			if !strings.HasPrefix(one, "create") {
				one = "create" + one
			}
			if _, err := tx.Exec(ctx, one); err != nil {
				return pg.Fail(err, "stand")
			}
		}
		return nil
	}))
	var now station
	g := &gateBank{bank: h.bank, at: make(chan string), armed: func() station { return station{} }}
	h.bank.set(func(b *bank) {
		b.Config.Handler = g
		g.armed = func() station { b.mu.Lock(); defer b.mu.Unlock(); return now }
	})
	for _, s := range stations() {
		h.bank.set(func(*bank) { now = s })
		h.killAt(s, dir, g.at)
	}
	h.bank.set(func(*bank) { now = station{} })
	if out, err := h.process(dir).CombinedOutput(); err != nil {
		t.Fatalf("the last process: %v\n%s", err, out)
	}
	puts, files, ordered := h.bank.seen()
	if files != 1 || len(ordered) != 9 {
		t.Errorf("%d files at the bank, %d accounts", files, len(ordered))
	}
	for acc, n := range ordered {
		if n != 1 {
			t.Errorf("an account was paid %d times: …%s", n, acc[len(acc)-4:])
		}
	}
	if l := h.ledger(); l.Bank != sum || l.Owed != 0 || l.Transit != 0 || !l.Balanced() {
		t.Errorf("ledger %+v, want %d at the bank", l, sum)
	}
	var batches, told int
	h.must(h.db.Read(t.Context(), scope, func(ctx context.Context, tx *pg.Tx) error {
		const q = `select (select count(*) from payout_batch where state = 'closed' and paid = total), (select count(*) from jobs_platform.river_job where kind = 'payout_settled')`
		return pg.Fail(tx.QueryRow(ctx, q).Scan(&batches, &told), "count")
	}))
	if batches != 1 || told != 9 {
		t.Errorf("%d closed batches, %d settlements told", batches, told)
	}
	t.Logf("killed %d times: %d file in %d offers, %d lines, %d fen", len(stations()), files, puts, len(ordered), sum)
}

func keysAt(t *testing.T, dir string) *seal.Keys {
	t.Helper()
	if err := seal.GenerateKeys(dir, seal.SM4); err != nil {
		t.Fatal(err)
	}
	keys, err := seal.LoadKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func (h *house) process(dir string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], "-test.run", "^TestRunProcess$", "-test.count=1")
	cmd.Env = append(os.Environ(), killedURL+"="+h.env.URL(pgtest.Platform), killedBank+"="+h.bank.URL, killedKeys+"="+dir)
	return cmd
}

// killAt starts a process of the run, waits until it stands at the station, and kills it.
func (h *house) killAt(s station, dir string, at chan string) {
	h.t.Helper()
	conn, err := pgx.Connect(h.t.Context(), h.env.Superuser())
	h.must(err)
	defer conn.Close(context.WithoutCancel(h.t.Context()))
	if s.hold != "" {
		tx, err := conn.Begin(h.t.Context())
		h.must(err)
		_, err = tx.Exec(h.t.Context(), s.hold)
		h.must(err)
	}
	cmd := h.process(dir)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	h.must(cmd.Start())
	ctx, cancel := context.WithTimeout(h.t.Context(), 30*time.Second)
	defer cancel()
	met := h.standsAt(ctx, s, at)
	h.must(cmd.Process.Kill())
	_ = cmd.Wait()
	if !met {
		h.t.Fatalf("the run never stood at %q\n%s", s.name, out.String())
	}
	// What the killed one's backend holds is gone before the next begins.
	h.gone(ctx)
}

func (h *house) standsAt(ctx context.Context, s station, at chan string) bool {
	h.t.Helper()
	if s.hold == "" {
		select {
		case name := <-at:
			return name == s.name
		case <-ctx.Done():
			return false
		}
	}
	const waits = `select exists (select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database() and application_name = 'payout run' and query ilike $1)`
	return h.polled(ctx, waits, s.stuck)
}

func (h *house) gone(ctx context.Context) {
	h.t.Helper()
	const q = `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'payout run'`
	eye, err := pgx.Connect(ctx, h.env.Superuser())
	h.must(err)
	defer eye.Close(context.WithoutCancel(ctx))
	_, err = eye.Exec(ctx, q)
	h.must(err)
	if !h.polled(ctx, `select not exists (select from pg_stat_activity where datname = current_database() and application_name = $1)`, "payout run") {
		h.t.Fatal("the killed run's backend stays")
	}
}

// polled asks a question of the database until it is answered yes.
func (h *house) polled(ctx context.Context, q, arg string) bool {
	h.t.Helper()
	eye, err := pgx.Connect(ctx, h.env.Superuser())
	h.must(err)
	defer eye.Close(context.WithoutCancel(ctx))
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		var yes bool
		if eye.QueryRow(ctx, q, arg).Scan(&yes) == nil && yes {
			return true
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
}
