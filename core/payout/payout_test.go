package payout

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/seal"
)

const (
	town  core.RegionCode = "371426101"
	other core.RegionCode = "371426102"
	maker core.StaffID    = 11
	check core.StaffID    = 12
)

var scope = pg.Regions(town, other)

// house is one test's database, bank and payout.
type house struct {
	*Payout
	t    testing.TB
	env  *pgtest.Env
	bank *bank
	made int // payments of its own, so that each has its card
}

func newHouse(t testing.TB) *house {
	t.Helper()
	env, keys := pgtest.New(t), keysOf(t)
	b := newBank(t)
	client, err := NewBank(BankConfig{URL: b.URL, User: "lianou", Password: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(Config{Payer: account(t, "622848000000000001")}, Deps{DB: env.DB(pgtest.Platform), Ring: keys.Platform.Ring,
		Audit: audit.New(keys.Platform.Ring), Log: slog.New(slog.DiscardHandler), Rail: client})
	if err != nil {
		t.Fatal(err)
	}
	return &house{Payout: p, t: t, env: env, bank: b}
}

func keysOf(t testing.TB) *seal.Keys {
	t.Helper()
	k, err := seal.NewKeys(seal.SM4)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// account completes digits by their Luhn check digit, so that fixtures are plain.
func account(t testing.TB, digits string) core.BankAccount {
	t.Helper()
	for d := range 10 {
		if a, err := core.ParseBankAccount(fmt.Sprint(digits, d)); err == nil {
			return a
		}
	}
	t.Fatalf("no account from %s", digits)
	return core.BankAccount{}
}

func (h *house) tx(fn func(ctx context.Context, tx *pg.Tx) error) error {
	return h.db.Tx(h.t.Context(), scope, fn)
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

const digest64 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

// decided writes an approved claim straight into casefile's tables, as the owner,
// and gives the entitlement that stands on it.
func (h *house) decided(n int, region core.RegionCode, amount core.Fen) Entitlement {
	h.t.Helper()
	e := h.unwritten(n, region, amount)
	h.write(&e)
	return e
}

func (h *house) unwritten(n int, region core.RegionCode, amount core.Fen) Entitlement {
	h.t.Helper()
	return Entitlement{Region: region, DecisionDigest: digest64, Members: []MemberKey{PersonKey(core.PersonID(n))}, Item: "MZ-01", ItemName: "最低生活保障",
		Period: "202603", Monthly: true, Amount: amount, Sample: true, Holder: "李秀英", Account: account(h.t, fmt.Sprintf("62284800000%06d", n))}
}

// write writes the cases, claims and decisions of entitlements, of all of them by the same few statements.
func (h *house) write(all ...*Entitlement) {
	h.t.Helper()
	var regions, amounts, cases, claims, decisions []string
	for _, e := range all {
		regions, amounts = append(regions, string(e.Region)), append(amounts, strconv.FormatInt(int64(e.Amount), 10))
	}
	h.must(h.env.DB(pgtest.Owner).Tx(h.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) (err error) {
		const newCase = `insert into casefile (region, application, receipt, channel, applicant, people, first_contact, opened, updated)
			select r, gen_random_uuid(), '1234567890', 'app', '李秀英', 2, now(), now(), now() from unnest($1::text[]) with ordinality o(r, n) order by n returning id::text`
		if cases, err = column(ctx, tx, newCase, regions); err != nil {
			return err
		}
		const claim = `insert into claim (case_id, region, item, name, everyday, department, decides, notice_days, cash, amount, period, created, updated)
			select c::bigint, r, 'MZ-01', '最低生活保障', '低保', '民政', 'township', 7, true, a::bigint, 'month', now(), now()
				from unnest($1::text[], $2::text[], $3::text[]) with ordinality o(c, r, a, n) order by n returning id::text`
		if claims, err = column(ctx, tx, claim, cases, regions, amounts); err != nil {
			return err
		}
		decisions, err = addDecisions(ctx, tx, "approved", cases, claims, regions, amounts)
		return err
	}))
	for i, e := range all {
		for of, to := range map[*string]*int64{&cases[i]: (*int64)(&e.Case), &claims[i]: (*int64)(&e.Claim), &decisions[i]: (*int64)(&e.Decision)} {
			n, err := strconv.ParseInt(*of, 10, 64)
			h.must(err)
			*to = n
		}
	}
}

func column(ctx context.Context, tx *pg.Tx, sql string, args ...any) ([]string, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "fixture")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return list, pg.Fail(err, "fixture")
}

func (h *house) entitle(e Entitlement) (id int64, err error) {
	err = h.tx(func(ctx context.Context, tx *pg.Tx) (err error) {
		id, err = h.Entitle(ctx, tx, e)
		return err
	})
	return id, err
}

// due makes n entitlements and gives their sum.
func (h *house) due(n int) (sum core.Fen) {
	h.t.Helper()
	for i := range n {
		amount := core.Fen(36000 + i)
		region := town
		if i%2 == 1 {
			region = other
		}
		_, err := h.entitle(h.decided(i+1, region, amount))
		h.must(err)
		sum += amount
	}
	return sum
}

// approved makes a batch of all that is due and approves it.
func (h *house) approved() (b Batch) {
	h.t.Helper()
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) (err error) {
		b, err = h.CreateBatch(ctx, tx, maker, Choice{})
		return err
	}))
	h.must(h.tx(func(ctx context.Context, tx *pg.Tx) error { return h.Approve(ctx, tx, check, b.ID, b.Totals) }))
	return b
}

func (h *house) view(id int64) (v BatchView) {
	h.t.Helper()
	h.must(h.db.Read(h.t.Context(), scope, func(ctx context.Context, tx *pg.Tx) (err error) {
		v, err = h.BatchView(ctx, tx, id)
		return err
	}))
	return v
}

func (h *house) ledger() (l Ledger) {
	h.t.Helper()
	h.must(h.db.Read(h.t.Context(), scope, func(ctx context.Context, tx *pg.Tx) (err error) {
		l, err = h.LedgerTotals(ctx, tx)
		return err
	}))
	return l
}

// bank is a bank on loopback that speaks docs/bank-file.md.
type bank struct {
	*httptest.Server
	mu      sync.Mutex
	files   map[string][]byte
	out     map[string][]byte
	puts    int
	codes   map[string]string // by account, what it answers; default paid
	lose    int               // so many answers to PUT are lost after the file was taken
	stray   int               // so many files are lost on their way
	mute    bool              // answers no question about a file
	garble  func([]byte) []byte
	refuse  string // refuse whole files with this code
	silent  bool   // takes files and does not answer them
	broken  string // a name of the outbox that cannot be read
	ordered map[string]int
}

// set changes the bank's behaviour; its handlers may still be running.
func (b *bank) set(change func(b *bank)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(b)
}

// seen is how many PUTs came, how many files they were, and how often each
// account was paid.
func (b *bank) seen() (puts, files int, ordered map[string]int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.puts, len(b.files), maps.Clone(b.ordered)
}

func newBank(t testing.TB) *bank {
	b := &bank{files: map[string][]byte{}, out: map[string][]byte{}, codes: map[string]string{}, ordered: map[string]int{}}
	b.Server = httptest.NewServer(b)
	t.Cleanup(b.Close)
	return b
}

func (b *bank) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if user, pass, ok := r.BasicAuth(); !ok || user != "lianou" || pass != "secret" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	switch {
	case r.Method == http.MethodPut:
		b.take(w, r)
	case strings.HasPrefix(r.URL.Path, "/bank/inbox/"):
		b.asked(w, strings.TrimPrefix(r.URL.Path, "/bank/inbox/"))
	case r.URL.Path == "/bank/outbox":
		names := []string{}
		for n := range b.out {
			names = append(names, n)
		}
		_ = json.NewEncoder(w).Encode(names)
	default:
		raw, ok := b.out[strings.TrimPrefix(r.URL.Path, "/bank/outbox/")]
		if !ok || b.broken != "" && strings.HasSuffix(r.URL.Path, b.broken) {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = w.Write(raw)
	}
}

func (b *bank) take(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/bank/inbox/")
	raw, _ := io.ReadAll(r.Body)
	b.puts++
	if b.stray > 0 {
		b.stray--
		panic(http.ErrAbortHandler)
	}
	status := http.StatusCreated
	if before, ok := b.files[name]; ok {
		status = http.StatusOK
		if string(before) != string(raw) {
			status = http.StatusConflict
		}
	} else {
		b.files[name] = raw
		b.answer(name, raw)
	}
	if b.lose > 0 {
		b.lose--
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(status)
}

// answer reads the file by the widths of the document, not by our reader.
func (b *bank) answer(name string, raw []byte) {
	recs := strings.Split(string(raw), "\r\n")
	ret := Return{Batch: strings.TrimSpace(recs[0][1:21]), Date: core.NewDate(2026, 3, 5), Refused: b.refuse}
	for i, rec := range recs[1 : len(recs)-2] {
		var amount core.Fen
		_, _ = fmt.Sscanf(rec[89:104], "%d", &amount)
		acc := strings.TrimSpace(rec[29:49])
		b.ordered[acc]++
		l := ReturnLine{Seq: i + 1, Line: strings.TrimSpace(rec[9:29]), Amount: amount, Code: CodePaid}
		if c := b.codes[acc]; c != "" {
			l.Code, l.Text = c, "退回"
			ret.Returned += amount
		} else {
			ret.Paid += amount
		}
		ret.Lines = append(ret.Lines, l)
	}
	out, err := ret.Bytes()
	if err != nil {
		panic(err)
	}
	if b.garble != nil {
		out = b.garble(out)
	}
	if !b.silent {
		b.out[name+".ret"] = out
	}
}

// addDecisions writes the decisions that entitlements stand on, each with its facts.
func addDecisions(ctx context.Context, tx *pg.Tx, outcome string, cases, claims, regions, amounts []string) ([]string, error) {
	const facts = `insert into case_facts (case_id, region, version, at, facts, provenance, digest, cause)
		select c::bigint, r, 1, now(), '{}', '{}', $3, 'visit' from unnest($1::text[], $2::text[]) o(c, r)`
	if _, err := tx.Exec(ctx, facts, cases, regions, digest64); err != nil {
		return nil, pg.Fail(err, "facts")
	}
	const decision = `insert into decision (claim_id, case_id, region, outcome, amount, period, sample, proposer, approver, reasons, appeal,
			evidence, facts_version, facts_digest, book, at, digest)
		select k::bigint, c::bigint, r, $5, a::bigint, 'month', true, 1, 2, '["够"]', '六十天内可申请行政复议', '{"visit": 1}', 1, $6::text, 'b', now(), $6::text
			from unnest($1::text[], $2::text[], $3::text[], $4::text[]) with ordinality o(c, k, r, a, n) order by n returning id::text`
	return column(ctx, tx, decision, cases, claims, regions, amounts, outcome, digest64)
}
