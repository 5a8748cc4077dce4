// Package trailtest lays cases whose money was paid, with every link that a trail walks, for tests.
// It must be imported by tests only.
package trailtest

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/seal"
)

// Town is where everybody lives.
const Town = core.RegionCode("371426104")

// Deps are what a world is laid with.
type Deps struct {
	Env   *pgtest.Env
	DB    *pg.DB
	Ring  *seal.Ring
	Audit *audit.Log
	Cases *casefile.Store
	Phone core.Phone // of the contact; zero for none
}

// Paid is one payment.
type Paid struct {
	Line    string
	Receipt core.Receipt
	Case    core.CaseID
}

// Maker, Approver, Proposer and Decider are four people of the staff whom no account has.
const (
	Maker    core.StaffID = 9001
	Approver core.StaffID = 9002
	Proposer core.StaffID = 9003
	Decider  core.StaffID = 9004
)

// Lay lays n cases of one payment each, in one batch that two people made and the bank has paid;
// every second one asked by telephone and its recording was lost. The applicants are 周桂兰.
func Lay(t testing.TB, d Deps, n int) []Paid {
	t.Helper()
	payer, err := core.ParseBankAccount("622848000001")
	must(t, err)
	money, err := payout.New(payout.Config{Payer: payer}, payout.Deps{DB: d.DB, Ring: d.Ring, Audit: d.Audit, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	out := make([]Paid, n)
	for i := range out {
		out[i] = d.owed(t, money, i)
	}
	must(t, d.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		b, err := money.CreateBatch(ctx, tx, Maker, payout.Choice{})
		if err != nil {
			return err
		}
		return money.Approve(ctx, tx, Approver, b.ID, b.Totals)
	}))
	d.super(t, `update payout_line set state = 'paid', code = '0000', answered = now(); update payout_entitlement set state = 'paid', paid = now()`)
	must(t, d.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		for i := range out {
			var owed int64
			const q = `select l.name, e.id from payout_line l join payout_entitlement e on e.id = l.entitlement where e.case_id = $1`
			if err := tx.QueryRow(ctx, q, out[i].Case).Scan(&out[i].Line, &owed); err != nil {
				return err
			}
			if err := d.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "job"}, Act: "payment.settled", Subject: fmt.Sprintf("entitlement:%d", owed)}); err != nil {
				return err
			}
		}
		return nil
	}))
	return out
}

// owed lays one case up to what it is owed.
func (d Deps) owed(t testing.TB, money *payout.Payout, i int) Paid {
	t.Helper()
	nine := fmt.Sprintf("40718%04d", i)
	receipt := core.Receipt(nine + string(core.DammDigit(nine)))
	app := core.Application{ID: core.ApplicationID(fmt.Sprintf("018f0000-0000-7000-8000-%012d", i+1)), Receipt: receipt, Channel: "app", At: time.Now().Add(-48 * time.Hour),
		Applicant: core.Applicant{Ref: "m1", Name: "周桂兰"}, Contact: core.Contact{Name: "周小山", Capacity: core.CapacityMember, Phone: d.Phone},
		People: []core.NamedMember{{Ref: "m1", Name: "周桂兰"}}, Story: "周桂兰瘫在床上,电话 13905340001,家里没有别人。",
		Household: core.Household{Members: []core.Member{{Ref: "m1", Relation: "applicant"}}}}
	told := core.Provenance{Said: "citizen", By: "app", At: app.At}
	if i%2 == 1 {
		app.Channel, app.Call = "agent", &core.CallRef{ID: "CA" + string(receipt)}
		told = core.Provenance{Said: "citizen", By: "agent", At: app.At, CallID: app.Call.ID, FromMS: 94000, ToMS: 101000}
		d.super(t, `insert into call (id, exchange, began, recording_state, noted) values ('`+app.Call.ID+`', 'x', now(), 'lost', now())`)
	}
	d.super(t, fmt.Sprintf(`insert into application (id, channel, key, body_digest, receipt, region, urgent, at) values ('%[1]s', '%[2]s', '%[1]s', sha256('x'), '%[3]s', '%[4]s', false, now());
		insert into receipt values ('%[3]s', '%[1]s')`, app.ID, app.Channel, receipt, Town))
	e := payout.Entitlement{Region: Town, Item: "MZ-01", ItemName: "最低生活保障", Period: payout.PeriodOf(core.DateOf(time.Now())), Amount: core.Yuan(int64(360 + i)), Holder: "周桂兰"}
	var err error
	e.Account, err = core.ParseBankAccount("62284800000017")
	must(t, err)
	one := casefile.Decision{Item: e.Item, Outcome: casefile.Approved, HasAmount: true, Amount: e.Amount, Period: "once", Proposer: Proposer, Approver: Decider,
		Reasons: []casefile.Reason{{Outcome: "stated", Text: "周桂兰没有收入"}}, Appeal: "六十天内可申请行政复议", FactsVersion: 1, Book: strings.Repeat("b", 64)}
	must(t, d.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		opened, err := d.Cases.Open(ctx, tx, casefile.NewCase{Application: app, Region: Town, Village: Town + "001", Town: "王庙镇", VillageName: "东街村"})
		if err != nil {
			return err
		}
		e.Case = opened.Case
		f, err := d.Cases.AddFacts(ctx, tx, e.Case, casefile.Facts{Household: app.Household, Provenance: map[string]core.Provenance{"income_12m": told}, Cause: "application"})
		if err != nil {
			return err
		}
		one.FactsDigest, one.Evidence = f.Digest, casefile.Evidence{Facts: f.Digest, Book: one.Book}
		one.At = tx.Now().UTC().Truncate(time.Microsecond)
		return d.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "channel"}, Act: "application.received", Application: app.ID},
			audit.Entry{Actor: audit.Actor{Kind: "job"}, Act: "case.assessed", Case: e.Case}, audit.Entry{Actor: audit.Actor{Kind: "staff"}, Act: "claim.decided", Case: e.Case})
	}))
	d.decide(t, &e, one)
	e.Members = []payout.MemberKey{payout.CaseKey(e.Case, "m1")}
	must(t, d.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := money.Entitle(ctx, tx, e)
		return err
	}))
	return Paid{Receipt: receipt, Case: e.Case}
}

// decide writes finding, claim and decision past the rules of the database: no visit and no notice
// stand behind this one.
func (d Deps) decide(t testing.TB, e *payout.Entitlement, one casefile.Decision) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), d.Env.Superuser())
	must(t, err)
	defer c.Close(context.Background())
	_, err = c.Exec(t.Context(), `set session_replication_role = replica`)
	must(t, err)
	must(t, c.QueryRow(t.Context(), `insert into claim (case_id, region, item, name, everyday, department, decides, notice_days, cash, amount, period, proposer, proposal, agreed_by, state, created, updated)
		values ($1, $2, $3, $4, '低保', '民政', 'township', 0, true, $5, 'once', $6, 'approve', $6, 'paying', now(), now()) returning id`,
		e.Case, e.Region, e.Item, e.ItemName, e.Amount, Proposer).Scan(&e.Claim))
	_, err = c.Exec(t.Context(), `insert into finding (case_id, region, version, item, name, position, outcome, bundled, reasons, missing, benefit, book)
		values ($1, $2, 1, $3, $4, 0, 'eligible', true, $5, '{}', '{}', $6)`, e.Case, e.Region, e.Item, e.ItemName,
		`[{"outcome": "met", "text": "周桂兰家平均每月 0 元,线是 640 元(样本)。", "fact": "income_12m"}]`, one.Book)
	must(t, err)
	one.Claim, one.Case = e.Claim, e.Case
	e.DecisionDigest = one.Sum()
	must(t, c.QueryRow(t.Context(), `insert into decision (claim_id, case_id, region, outcome, amount, period, sample, proposer, approver, reasons, appeal, evidence, facts_version, facts_digest, book, at, digest)
		values ($1, $2, $3, 'approved', $4, $5, false, $6, $7, $8, $9, $10, 1, $11, $12, $13, $14) returning id`,
		e.Claim, e.Case, e.Region, e.Amount, one.Period, one.Proposer, one.Approver, one.Reasons, one.Appeal, one.Evidence, one.FactsDigest, one.Book, one.At, e.DecisionDigest).Scan(&e.Decision))
}

func (d Deps) super(t testing.TB, sql string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), d.Env.Superuser())
	must(t, err)
	defer c.Close(context.Background())
	_, err = c.Exec(t.Context(), `set session_replication_role = replica; `+sql)
	must(t, err)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
