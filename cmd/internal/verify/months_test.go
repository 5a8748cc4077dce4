package verify

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/seal"
)

// months is one claim with monthly money over a real database.
type months struct {
	t      *testing.T
	env    *pgtest.Env
	payout *payout.Payout
	of     payout.Entitlement
}

func newMonths(t *testing.T) *months {
	t.Helper()
	m := &months{t: t, env: pgtest.New(t)}
	keys, err := seal.NewKeys(seal.SM4)
	m.must(err)
	account, err := core.ParseBankAccount("62284800000017")
	m.must(err)
	m.payout, err = payout.New(payout.Config{Payer: account}, payout.Deps{DB: m.env.DB(pgtest.Platform), Ring: keys.Platform.Ring,
		Audit: audit.New(keys.Platform.Ring), Log: slog.New(slog.DiscardHandler)})
	m.must(err)
	m.of = payout.Entitlement{Region: "371426103", Item: "MZ-01", ItemName: "最低生活保障", Members: []payout.MemberKey{payout.PersonKey(1)},
		Period: "202603", Monthly: true, Amount: 36000, Sample: true, Holder: "李秀英", Account: account}
	m.owner(func(ctx context.Context, tx *pg.Tx) error {
		const q = `with f as (insert into casefile (region, application, receipt, channel, applicant, people, first_contact, opened, updated)
				values ('371426103', gen_random_uuid(), '1234567890', 'app', '李秀英', 2, now(), now(), now()) returning id, region),
			x as (insert into case_facts (case_id, region, version, at, facts, provenance, digest, cause)
				select id, region, 1, now(), '{}', '{}', repeat('a', 64), 'visit' from f)
			insert into claim (case_id, region, item, name, everyday, department, decides, notice_days, cash, amount, period, created, updated)
			select id, region, 'MZ-01', '最低生活保障', '低保', '民政', 'township', 7, true, 36000, 'month', now(), now() from f returning id, case_id`
		return tx.QueryRow(ctx, q).Scan(&m.of.Claim, &m.of.Case)
	})
	m.of.Decision, m.of.DecisionDigest = m.decided("a", m.of.Amount)
	m.do(func(ctx context.Context, tx *pg.Tx) error { _, err := m.payout.Entitle(ctx, tx, m.of); return err })
	return m
}

func (m *months) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *months) owner(fn func(ctx context.Context, tx *pg.Tx) error) {
	m.t.Helper()
	m.must(m.env.DB(pgtest.Owner).Tx(m.t.Context(), pg.City("test"), fn))
}

// do runs fn with the sight of the claim's own township.
func (m *months) do(fn func(ctx context.Context, tx *pg.Tx) error) {
	m.t.Helper()
	m.must(m.env.DB(pgtest.Platform).Tx(m.t.Context(), pg.Regions(m.of.Region), fn))
}

// stopDecided is the change by which the casework ends money.
func (m *months) stopDecided(from payout.Period, proposer, approver int64) {
	m.t.Helper()
	conn, err := pgx.Connect(m.t.Context(), m.env.Superuser())
	m.must(err)
	defer conn.Close(context.WithoutCancel(m.t.Context()))
	_, err = conn.Exec(m.t.Context(), `set session_replication_role = replica`)
	m.must(err)
	_, err = conn.Exec(m.t.Context(), `insert into benefit_change (claim_id, case_id, region, kind, was, from_period, reason, state, proposer, proposed, approver, decided, appeal)
		select id, case_id, region, 'stop', 1, $1, '搬走了', 'approved', $2, now(), $3, now(), '六十天内可申请行政复议' from claim`, from, proposer, approver)
	m.must(err)
}

// changeDecided is the change by which the casework pays another sum.
func (m *months) changeDecided(o payout.ChangeOrder) {
	m.t.Helper()
	conn, err := pgx.Connect(m.t.Context(), m.env.Superuser())
	m.must(err)
	defer conn.Close(context.WithoutCancel(m.t.Context()))
	_, err = conn.Exec(m.t.Context(), `set session_replication_role = replica`)
	m.must(err)
	_, err = conn.Exec(m.t.Context(), `insert into benefit_change (claim_id, case_id, region, kind, was, amount, from_period, reason, state, proposer, proposed, approver, decided, appeal, decision)
		select claim_id, case_id, region, 'change', amount + 1, amount, $2, 'r', 'approved', 11, now(), 12, now(), appeal, id from decision where id = $1`, o.Decision, o.From)
	m.must(err)
}

func (m *months) decided(mark string, amount core.Fen) (id int64, digest string) {
	m.t.Helper()
	digest = strings.Repeat(mark, 64)
	m.owner(func(ctx context.Context, tx *pg.Tx) error {
		const q = `insert into decision (claim_id, case_id, region, outcome, amount, period, sample, proposer, approver, reasons, appeal,
				evidence, facts_version, facts_digest, book, at, digest)
			values ($1, $2, $3, 'approved', $4, 'month', true, 1, 2, '["够"]', '六十天内可申请行政复议', '{"visit": 1}', 1, repeat('a', 64), 'b', now(), $5)
			returning id`
		return tx.QueryRow(ctx, q, m.of.Claim, m.of.Case, m.of.Region, amount, digest).Scan(&id)
	})
	return id, digest
}

// TestMonthsAreReplayed: after the turn of two months, a change and a stop the log
// alone gives every payment its state.
//
// Control: leave the entries out of NextMonth, of remake or of cancelFrom, or
// payment.cancelled out of the replay.
func TestMonthsAreReplayed(t *testing.T) {
	t.Parallel()
	m := newMonths(t)
	turn := func(next payout.Period) {
		m.do(func(ctx context.Context, tx *pg.Tx) error { _, err := m.payout.NextMonth(ctx, tx, next); return err })
	}
	turn("202604")
	turn("202605")
	change := payout.ChangeOrder{Claim: m.of.Claim, From: "202604", Amount: 20000, Sample: true, By: 12}
	change.Decision, change.DecisionDigest = m.decided("b", change.Amount)
	m.changeDecided(change)
	m.do(func(ctx context.Context, tx *pg.Tx) error { return m.payout.Change(ctx, tx, change) })
	m.stopDecided("202605", 11, 12)
	m.do(func(ctx context.Context, tx *pg.Tx) error {
		return m.payout.Stop(ctx, tx, payout.StopOrder{Claim: m.of.Claim, From: "202605", Reason: "搬走了", Proposer: 11, By: 12})
	})
	var replayed []Check
	for _, c := range replayChecks() {
		if slices.Contains([]string{"payment.replayed", "batch.replayed"}, c.Name) {
			replayed = append(replayed, c)
		}
	}
	r, err := Run(t.Context(), Config{DB: m.env.DB(pgtest.Check), Checks: replayed})
	m.must(err)
	for _, x := range r.Results {
		if x.Verdict != Held {
			t.Errorf("%s: %s, %d of %d, such as %v %s", x.Name, x.Verdict, x.Bad, x.Seen, x.First, x.Why)
		}
	}
	if x := r.Results[slices.IndexFunc(r.Results, func(x Result) bool { return x.Name == "payment.replayed" })]; x.Seen != 5+8 {
		t.Errorf("%d payments and entries, want 5 months and 8 entries", x.Seen)
	}
}
