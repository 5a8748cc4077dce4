package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry"
	"lianou/core/routing"
	"lianou/core/seal"
	"lianou/core/staff"
)

const killedPhrase = "a long pass phrase 17"

// station is where the platform is made to stand: somebody holds what it wants next, in the
// database or at the bank.
type station struct {
	name  string
	hold  string // the statement that takes it
	stuck string // how the statement that waits for it looks
	bank  string // or the request, and whether the bank has done it by then
	after bool
}

// standing has the steps of a batch, its lines and the intention in the log ask for a lock by their
// name first.
var standing = []string{`create function test_stands() returns trigger language plpgsql as $$
	begin
		perform pg_advisory_xact_lock_shared(hashtext(case tg_table_name when 'payout_line' then 'line' when 'audit_entry' then to_jsonb(new) ->> 'act'
			else case when to_jsonb(new) ->> 'state' <> to_jsonb(old) ->> 'state' then to_jsonb(new) ->> 'state' else 'offered' end end));
		return new;
	end $$`,
	`create trigger a_test_stands before update on payout_batch for each row execute function test_stands()`,
	`create trigger a_test_stands before update on payout_line for each row execute function test_stands()`,
	`create trigger a_test_stands before insert on audit_entry for each row execute function test_stands()`,
}

func stations() []station {
	step := func(to string) string { return `select pg_advisory_lock(hashtext('` + to + `'))` }
	return []station{
		{name: "make", hold: `lock table payout_batch in share mode`, stuck: `%insert into payout_batch%`},
		{name: "freeze", hold: `lock table payout_line in share mode`, stuck: `%insert into payout_line%`},
		{name: "approve", hold: step("approved"), stuck: `%update payout_batch set state = 'approved'%`},
		{name: "write the file", hold: `lock table payout_file in share mode`, stuck: `%insert into payout_file%`},
		{name: "record the intention", hold: step("batch.file_written"), stuck: `%audit_entry%`},
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

// killed is a city of one payout run whose platform is the built program.
type killed struct {
	t        *testing.T
	env      *pgtest.Env
	eye      *pgx.Conn
	bank     *payingBank
	program  string
	address  string
	settings []string
	payers   map[string]*http.Client
}

func newKilled(t *testing.T) *killed {
	t.Helper()
	k := &killed{t: t, env: pgtest.New(t), bank: newPayingBank(t), payers: map[string]*http.Client{}}
	dir := t.TempDir()
	k.program = filepath.Join(dir, "platform")
	if out, err := exec.Command("go", "build", "-o", k.program, "lianou/cmd/platform").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	must(t, seal.GenerateKeys(dir, seal.SM4))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	k.address = l.Addr().String()
	must(t, l.Close())
	for _, line := range os.Environ() {
		if !strings.HasPrefix(line, "LIANOU_") {
			k.settings = append(k.settings, line)
		}
	}
	k.settings = append(k.settings, "LIANOU_DATABASE_URL="+k.env.URL(pgtest.Platform), "LIANOU_AUDIT_DATABASE_URL="+k.env.URL(pgtest.Audit), "LIANOU_REDIS_URL=redis://"+miniredis.RunT(t).Addr(),
		"LIANOU_DATA_DIR="+dir, "LIANOU_KEY_FILE="+filepath.Join(dir, seal.PlatformFile), "LIANOU_PLATFORM_ADDR="+k.address, "LIANOU_DESK_URL=http://"+k.address, "LIANOU_SCAN_HOUR=-1",
		"LIANOU_BANK_URL="+k.bank.URL, "LIANOU_BANK_USER=lianou", "LIANOU_BANK_PASSWORD=secret", "LIANOU_BANK_ACCOUNT="+bankAccount(t, "622848000000000001").Reveal())
	k.eye, err = pgx.Connect(t.Context(), k.env.Superuser())
	must(t, err)
	t.Cleanup(func() { _ = k.eye.Close(context.WithoutCancel(t.Context())) })
	for _, one := range standing {
		_, err := k.eye.Exec(t.Context(), one)
		must(t, err)
	}
	k.people(dir)
	return k
}

// people makes two payers.
func (k *killed) people(dir string) {
	k.t.Helper()
	keys, err := seal.LoadKeys(dir)
	must(k.t, err)
	regions, err := registry.EmbeddedRegions()
	must(k.t, err)
	db := k.env.DB(pgtest.Platform)
	desk, err := staff.New(k.t.Context(), staff.Config{DB: db, Log: audit.New(keys.Platform.Ring), Expand: routing.Reach(regions)})
	must(k.t, err)
	for _, login := range []string{"payer1", "payer2"} {
		must(k.t, db.Tx(k.t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
			_, err := desk.Create(ctx, tx, audit.Actor{Kind: "operator"}, staff.Account{Login: login, Name: login, Roles: []staff.Role{staff.Payer},
				Regions: []core.RegionCode{core.DezhouCity}, Password: killedPhrase})
			return err
		}))
	}
	k.due(keys.Platform.Ring, 9)
}

func bankAccount(t *testing.T, digits string) core.BankAccount {
	t.Helper()
	for d := range 10 {
		if a, err := core.ParseBankAccount(fmt.Sprint(digits, d)); err == nil {
			return a
		}
	}
	t.Fatalf("no account from %s", digits)
	return core.BankAccount{}
}

// due makes decided cases and their money, as other packages leave them.
func (k *killed) due(ring *seal.Ring, n int) {
	k.t.Helper()
	db, log := k.env.DB(pgtest.Platform), audit.New(ring)
	p, err := payout.New(payout.Config{Payer: bankAccount(k.t, "622848000000000001")}, payout.Deps{DB: db, Ring: ring, Audit: log, Log: discardLog()})
	must(k.t, err)
	for i := range n {
		e := payout.Entitlement{Region: "371426103", DecisionDigest: strings.Repeat("a", 64), Item: "MZ-01", ItemName: "最低生活保障", Period: "202603", Monthly: true,
			Members: []payout.MemberKey{payout.PersonKey(core.PersonID(i + 1))}, Amount: core.Fen(36000 + i), Sample: true, Holder: "李秀英", Account: bankAccount(k.t, fmt.Sprintf("62284800000%06d", i+1))}
		const q = `with f as (insert into casefile (region, application, receipt, channel, applicant, people, first_contact, opened, updated)
				values ('371426103', gen_random_uuid(), '1234567890', 'app', '李秀英', 2, now(), now(), now()) returning id, region),
			x as (insert into case_facts (case_id, region, version, at, facts, provenance, digest, cause)
				select id, region, 1, now(), '{}', '{}', repeat('a', 64), 'visit' from f)
			insert into claim (case_id, region, item, name, everyday, department, decides, notice_days, cash, amount, period, created, updated)
			select id, region, 'MZ-01', '最低生活保障', '低保', '民政', 'township', 7, true, $1, 'month', now(), now() from f returning id, case_id`
		const d = `insert into decision (claim_id, case_id, region, outcome, amount, period, sample, proposer, approver, reasons, appeal,
				evidence, facts_version, facts_digest, book, at, digest)
			values ($1, $2, '371426103', 'approved', $3, 'month', true, 101, 102, '["够"]', '六十天内可申请行政复议', '{"visit": 1}', 1,
				repeat('a', 64), 'b', now(), repeat('a', 64)) returning id`
		must(k.t, k.env.DB(pgtest.Owner).Tx(k.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			if err := tx.QueryRow(ctx, q, e.Amount).Scan(&e.Claim, &e.Case); err != nil {
				return pg.Fail(err, "case")
			}
			return pg.Fail(tx.QueryRow(ctx, d, e.Claim, e.Case, e.Amount).Scan(&e.Decision), "decision")
		}))
		must(k.t, db.Tx(k.t.Context(), pg.Regions(e.Region), func(ctx context.Context, tx *pg.Tx) error { _, err := p.Entitle(ctx, tx, e); return err }))
	}
}

// start starts the platform; it does not wait until it is up.
func (k *killed) start() (*exec.Cmd, *strings.Builder) {
	k.t.Helper()
	cmd, out := exec.Command(k.program), &strings.Builder{}
	cmd.Env, cmd.Stdout, cmd.Stderr = k.settings, out, out
	must(k.t, cmd.Start())
	return cmd, out
}

// payer is one of the two at the desk, logged in once the platform is up; nil while it is not.
func (k *killed) payer(login string) *http.Client {
	if c := k.payers[login]; c != nil {
		return c
	}
	jar, err := cookiejar.New(nil)
	must(k.t, err)
	c := &http.Client{Jar: jar, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.PostForm("http://"+k.address+"/desk/login", url.Values{"login": {login}, "password": {killedPhrase}})
	if err != nil {
		return nil
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther {
		return nil
	}
	k.payers[login] = c
	return c
}

// people at their desks do what is theirs to do, again and again, until the platform is gone.
func (k *killed) act(ctx context.Context, db *pgx.Conn) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		var id int64
		var state string
		var lines, total int64
		err := db.QueryRow(ctx, `select id, state, lines, total from payout_batch order by id desc limit 1`).Scan(&id, &state, &lines, &total)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			k.post("payer1", "/desk/county/batch", url.Values{})
		case err == nil && state == "draft":
			k.post("payer2", fmt.Sprintf("/desk/county/batch/%d/approve", id), url.Values{"lines": {fmt.Sprint(lines)}, "total": {fmt.Sprint(total)}})
		}
	}
}

func (k *killed) post(login, path string, form url.Values) {
	c := k.payer(login)
	if c == nil {
		return
	}
	if resp, err := c.PostForm("http://"+k.address+path, form); err == nil {
		_ = resp.Body.Close()
	}
}

// until asks a question of the database until it is answered yes.
func (k *killed) until(ctx context.Context, q string, args ...any) bool {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		var yes bool
		if k.eye.QueryRow(ctx, q, args...).Scan(&yes) == nil && yes {
			return true
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
}

// at lets the platform and the payers go on until the platform stands at a station, or, at none,
// until the batch is closed; then it is killed.
func (k *killed) at(s station) {
	k.t.Helper()
	ctx, stop := context.WithTimeout(k.t.Context(), 90*time.Second)
	defer stop()
	holder, err := pgx.Connect(ctx, k.env.Superuser())
	must(k.t, err)
	defer holder.Close(context.WithoutCancel(ctx))
	if s.hold != "" {
		_, err := holder.Exec(ctx, `begin`)
		must(k.t, err)
		_, err = holder.Exec(ctx, s.hold)
		must(k.t, err)
	}
	look, err := pgx.Connect(ctx, k.env.Superuser())
	must(k.t, err)
	defer look.Close(context.WithoutCancel(ctx))
	k.bank.arm(s)
	cmd, out := k.start()
	acting, enough := context.WithCancel(ctx)
	acted := make(chan struct{})
	go func() { defer close(acted); k.act(acting, look) }()
	met := false
	switch {
	case s.hold != "":
		met = k.until(ctx, `select exists (select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database() and application_name = 'lianou platform' and query ilike $1)`, s.stuck)
	case s.bank != "":
		select {
		case name := <-k.bank.at:
			met = name == s.name
		case <-ctx.Done():
		}
	default:
		met = k.until(ctx, `select exists (select from payout_batch where state = 'closed')`)
	}
	must(k.t, cmd.Process.Kill())
	_ = cmd.Wait()
	enough()
	<-acted
	if !met {
		k.t.Fatalf("the platform never stood at %q\n%s", s.name, out.String())
	}
	k.gone(ctx)
}

// gone lets what a killed platform leaves run out: its connections, its leadership of the queue and
// its jobs, which the queue else gives up for lost after minutes.
func (k *killed) gone(ctx context.Context) {
	k.t.Helper()
	_, err := k.eye.Exec(ctx, `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'lianou%'`)
	must(k.t, err)
	if !k.until(ctx, `select not exists (select from pg_stat_activity where datname = current_database() and application_name like 'lianou%')`) {
		k.t.Fatal("the killed platform's connections stay")
	}
	_, err = k.eye.Exec(ctx, `delete from jobs_platform.river_leader`)
	must(k.t, err)
	_, err = k.eye.Exec(ctx, `update jobs_platform.river_job set state = 'available', attempt = 0, scheduled_at = now() where state in ('running', 'retryable', 'scheduled')`)
	must(k.t, err)
}

// balanced holds what is declared, written, with the bank and in the ledger against each other.
func (k *killed) balanced(at string) {
	k.t.Helper()
	const q = `select (select count(*) from payout_batch b where b.lines <> (select count(*) from payout_line l where l.batch = b.id) or b.total <> (select sum(amount) from payout_line l where l.batch = b.id)),
		coalesce((select sum(amount) from ledger_entry), 0)::bigint,
		coalesce((select sum(amount) from ledger_entry where account = 'entitled'), 0)::bigint, (select sum(amount) from payout_entitlement)::bigint,
		-coalesce((select sum(amount) from ledger_entry where account = 'transit'), 0)::bigint, coalesce((select sum(total) from payout_batch where state = 'sent'), 0)::bigint,
		-coalesce((select sum(amount) from ledger_entry where account = 'bank'), 0)::bigint, coalesce((select sum(amount) from payout_line where state = 'paid'), 0)::bigint,
		(select count(*) from payout_batch where state <> 'discarded'), (select count(distinct entitlement) from payout_line), coalesce((select sum(lines) from payout_batch), 0), coalesce((select sum(total) from payout_batch), 0)::bigint`
	var differ, batches, once, lines int
	var sum, entitled, owing, transit, sent, bank, paid, total core.Fen
	must(k.t, k.eye.QueryRow(k.t.Context(), q).Scan(&differ, &sum, &entitled, &owing, &transit, &sent, &bank, &paid, &batches, &once, &lines, &total))
	if differ != 0 || sum != 0 || entitled != owing || transit != sent || bank != paid || batches > 1 || once != lines {
		k.t.Errorf("killed at %q: %d batches differ from their lines, the ledger sums to %d, entitled %d of %d, in transit %d of %d, on cards %d of %d; %d batches, %d lines of %d payments",
			at, differ, sum, entitled, owing, transit, sent, bank, paid, batches, lines, once)
	}
	if _, files, in, fen, _ := k.bank.seen(); files > 1 || files == 1 && (in != lines || fen != total) {
		k.t.Errorf("killed at %q: %d files at the bank with %d lines of %d, %d fen of %d", at, files, in, lines, fen, total)
	}
}

// P14, F64: the built platform is killed with SIGKILL at each step of a payout run, from the payer's
// first press to the last posting, and another goes on: one file at the bank, each line paid once,
// the same totals in the batch, its lines, the file and the ledger after each kill, and each
// settlement told once.
//
// Controls: none seen red yet.
func TestPayoutRunKilled(t *testing.T) {
	t.Parallel()
	k := newKilled(t)
	for _, s := range stations() {
		k.at(s)
		k.balanced(s.name)
	}
	k.at(station{name: "the end"})
	k.balanced("the end")
	puts, files, lines, total, paid := k.bank.seen()
	if files != 1 || lines != 9 || len(paid) != 9 {
		t.Errorf("%d files at the bank, %d lines, %d accounts", files, lines, len(paid))
	}
	for acc, n := range paid {
		if n != 1 {
			t.Errorf("an account was paid %d times: …%s", n, acc[len(acc)-4:])
		}
	}
	var closed, told int
	must(t, k.eye.QueryRow(t.Context(), `select (select count(*) from payout_batch where state = 'closed' and paid = total and total = $1),
		(select count(*) from jobs_platform.river_job where kind = 'payout_settled')`, total).Scan(&closed, &told))
	if closed != 1 || told != 9 {
		t.Errorf("%d closed batches, %d settlements told", closed, told)
	}
	t.Logf("killed %d times: %d file in %d offers, %d lines, %d fen", len(stations()), files, puts, lines, total)
}
