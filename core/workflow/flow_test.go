package workflow_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/notify"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/wording"
	"lianou/core/workflow"
)

const dibao core.ItemCode = "MZ-01"

// The whole way of one request: handed over by the gateway, routed by workers,
// accepted with one click, visited by two, proposed, hung for seven days, decided
// by a second person, entitled, paid, told, closed. No step is shortened: the
// clock moves.
func TestFromHandoverToTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	w.handOver(app)
	c := w.routed(app)
	if c.Officer == 0 || c.Assistant != w.id("helper") || c.Identity != casefile.IdentityMatch || c.Town != "王凤楼镇" && c.Town == "" {
		t.Fatalf("routed: %+v", c)
	}
	ctx := t.Context()
	officer, approver := w.actors["officer"], w.actors["approver"]
	if acts := w.acts(c.ID, officer); acts["accept"] != "" || len(acts) == 0 || !has(acts, "accept") || has(acts, "decide") {
		t.Fatalf("an officer may: %v", acts)
	}
	if acts := w.acts(c.ID, approver); has(acts, "accept") {
		t.Fatalf("an approver may: %v", acts)
	}

	w.must(w.flow.Accept(ctx, officer, workflow.Accept{Agreed: byPhone, Case: c.ID, Items: []core.ItemCode{dibao},
		Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")}, VisitOn: core.DateOf(time.Now()).AddDate(0, 0, 1)}))
	c, claims := w.get(c.ID)
	if c.State != casefile.CaseVisiting || c.DecideDue.IsZero() {
		t.Fatalf("accepted: %+v", c)
	}
	for _, claim := range claims {
		want := casefile.ClaimWithdrawn
		if claim.Item == dibao {
			want = casefile.ClaimAgreed
		}
		if claim.State != want {
			t.Errorf("%s is %s, want %s", claim.Item, claim.State, want)
		}
	}
	claim := w.claim(c.ID, dibao)

	// Nothing is proposed before somebody went there.
	propose := workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"人均月收入低于标准"}}
	if err := w.flow.Propose(ctx, officer, propose); core.Known(err).Code != "not_visited" {
		t.Fatalf("proposed without a visit: %v", err)
	}
	seen := visited()
	seen.Case, seen.Facts = c.ID, map[string]json.RawMessage{"financial_assets_per_capita": json.RawMessage("1800")}
	w.visit(seen)
	w.must(w.flow.Propose(ctx, officer, propose))
	if err := w.flow.Decide(ctx, approver, workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}); core.Known(err).Code != "notice_first" {
		t.Fatalf("decided without a notice: %v", err)
	}
	w.must(w.flow.PublishNotice(ctx, officer, claim.ID))
	if acts := w.acts(c.ID, approver); !strings.HasPrefix(acts["decide"], "公示到") {
		t.Fatalf("the desk must say how long the notice hangs: %v", acts)
	}
	w.env.Advance(7 * 24 * time.Hour)
	if err := w.flow.Decide(ctx, approver, workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}); core.Known(err).Code != "notice_runs" {
		t.Fatalf("decided on the last day of the notice: %v", err)
	}
	w.env.Advance(24 * time.Hour)
	if err := w.flow.Decide(ctx, officer, workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}); core.KindOf(err) != core.KindForbidden {
		t.Fatalf("an officer decided: %v", err)
	}
	w.must(w.flow.Decide(ctx, approver, workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}))
	claim = w.claim(c.ID, dibao)
	if claim.State != casefile.ClaimPaying {
		t.Fatalf("after the decision: %+v", claim)
	}
	if n := w.count(`select count(*) from payout_entitlement e join decision d on d.id = e.decision
		where e.claim = $1 and d.digest = e.decision_digest and d.proposer <> d.approver and d.appeal <> ''`, claim.ID); n != 1 {
		t.Fatalf("%d entitlements", n)
	}
	// The decision names the notice it rests on. Control: leave Notice out of rests.
	if n := w.count(`select count(*) from decision d join public_notice n on n.claim_id = d.claim_id
		where d.claim_id = $1 and (d.evidence ->> 'notice')::bigint = n.id and n.state = 'ended'`, claim.ID); n != 1 {
		t.Errorf("%d decisions name their notice", n)
	}
	// The status that came with it stands in the case and in the register, with its source.
	// Control: without recognise in Decide neither is there.
	if n := w.count(`select count(*) from household_sheet s where s.source = 'decision:' || (select max(id) from decision where claim_id = $1)
		and s.facts -> 'statuses' ? 'dibao'`, claim.ID); n != 1 {
		t.Fatalf("the register learned %d times of the allowance", n)
	}
	if n := w.count(`select count(*) from case_facts where cause = 'decision' and facts -> 'statuses' ? 'dibao' and provenance -> 'statuses' ->> 'said' like 'decision:%'`); n != 1 {
		t.Fatalf("%d versions of the facts hold the allowance", n)
	}
	w.pay(claim)
	c, _ = w.get(c.ID)
	if c.State != casefile.CaseSettled || w.claim(c.ID, dibao).State != casefile.ClaimClosed {
		t.Fatalf("at the end: %s, %s", c.State, w.claim(c.ID, dibao).State)
	}
	w.sameStory(c.ID)
}

func has(acts map[casefile.ActName]string, name casefile.ActName) bool {
	_, ok := acts[name]
	return ok
}

// acts reads what the desk would offer an actor, each with why not now.
func (w *world) acts(id core.CaseID, actor casefile.Actor) map[casefile.ActName]string {
	w.t.Helper()
	out := map[casefile.ActName]string{}
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		v, err := w.cases.View(ctx, tx, id, actor, "test")
		for _, a := range v.Acts {
			out[a.Name] = a.Why
		}
		if err == nil && (len(v.Findings) != 41 || len(v.Members) != 2 || v.Rank != 1 || v.Story == "" || v.Applications[0].Story != v.Story) {
			w.t.Errorf("the view lacks something: %d findings, %d members, rank %d of %d", len(v.Findings), len(v.Members), v.Rank, v.RankOf)
		}
		return err
	})
	return out
}

// linesOf gives every attempt to pay a claim, oldest first.
func (w *world) linesOf(ctx context.Context, tx *pg.Tx, claim core.ClaimID) ([]payout.Line, error) {
	rows, err := tx.Query(ctx, `select l.id from payout_line l join payout_entitlement e on e.id = l.entitlement where e.claim = $1 order by l.id`, claim)
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, err
	}
	out := make([]payout.Line, len(ids))
	for i, id := range ids {
		if out[i], err = w.payout.LineByID(ctx, tx, id); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// pay plays the bank and the messenger, each job twice.
func (w *world) pay(claim casefile.Claim) {
	w.t.Helper()
	ctx := w.t.Context()
	var line int64
	w.must(w.db.Tx(ctx, pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		if _, err := w.payout.CreateBatch(ctx, tx, w.id("county"), payout.Choice{}); err != nil {
			return err
		}
		lines, err := w.linesOf(ctx, tx, claim.ID)
		if err == nil {
			line = lines[0].ID
		}
		return err
	}))
	for range 2 {
		w.must(w.flow.Settled(ctx, payout.Settled{Claim: claim.ID, Line: line, Region: town}))
	}
	for range 2 {
		w.must(w.flow.TellDecided(ctx, workflow.TellDecided{Case: claim.Case, Region: town}))
		w.must(w.flow.TellPaid(ctx, workflow.TellPaid{Case: claim.Case, Region: town}))
	}
	var notice int64
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		list, err := notify.OfCase(ctx, tx, claim.Case)
		for _, n := range list {
			if n.Claim == claim.ID && n.Kind == "paid" {
				notice = n.ID
			}
		}
		return err
	})
	for range 2 {
		w.must(w.heardOf(notice))
	}
}

// sameStory holds timeline, notices and log to one another.
func (w *world) sameStory(id core.CaseID) {
	w.t.Helper()
	if n := w.count(`select count(*) from notice where case_id = $1`, id); n != 5 { // received, visit, published, decided, paid
		w.t.Errorf("%d notices", n)
	}
	if n := w.count(`select count(distinct act) from audit_entry where case_id = $1 and act in ('case.opened', 'identity.checked', 'case.assessed',
		'case.routed', 'case.accepted', 'visit.recorded', 'claim.proposed', 'notice.published', 'claim.decided', 'claim.paid', 'claim.closed')`, id); n != 11 {
		w.t.Errorf("%d acts in the log", n)
	}
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		events, err := w.cases.Events(ctx, tx, id)
		for _, e := range events {
			if faults := wording.Lint(e.Citizen); e.Citizen != "" && len(faults) > 0 {
				w.t.Errorf("%s is not how we speak: %s: %v", e.Kind, e.Citizen, faults)
			}
		}
		return err
	})
	if n := w.count(`select count(*) from case_event where case_id = $1 and kind like 'payment.settled%'`, id); n != 1 {
		w.t.Errorf("the payment stands %d times in the timeline", n)
	}
}

// Every job may run twice: nothing is doubled, nothing fails.
func TestJobsAreIdempotent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	app := w.application("4071882635")
	w.handOver(app)
	ctx := t.Context()
	for range 2 {
		w.must(w.flow.OpenCase(ctx, jobs.OpenCase{Application: app.ID, Region: town}))
	}
	for range 2 {
		w.must(w.flow.CheckIdentity(ctx, workflow.CheckIdentity{Application: app.ID, Try: 1, Region: town}))
	}
	for range 2 {
		w.must(w.flow.Assess(ctx, workflow.Assess{Application: app.ID, Region: town}))
	}
	for range 2 {
		w.must(w.flow.Route(ctx, workflow.Route{Application: app.ID, Region: town}))
	}
	for range 2 {
		w.must(w.flow.Sweep(ctx))
	}
	for sql, want := range map[string]int{
		`select count(*) from casefile`: 1, `select count(*) from identity_check`: 1, `select count(*) from case_facts`: 1,
		`select count(*) from finding`: 41, `select count(*) from notice`: 1, `select count(*) from deadline`: 1,
		`select count(*) from audit_entry where act in ('case.opened', 'identity.checked', 'case.assessed', 'case.routed')`: 4,
		`select count(*) from case_event`: 3,
	} {
		if got := w.count(sql); got != want {
			t.Errorf("%s: %d, want %d", sql, got, want)
		}
	}
}

// The register's facts win, what only the person knows fills the rest, and each
// keeps its source.
func TestFrozenFactsKeepTheirSources(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	w.handOver(app)
	c := w.routed(app)
	var f casefile.Facts
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		f, err = w.cases.Facts(ctx, tx, c.ID, 1)
		return err
	})
	if len(f.Household.Members) != 2 {
		t.Fatalf("members: %+v", f.Household.Members)
	}
	son := f.Household.Members[1]
	if son.Disability == nil || son.Disability.Grade != 1 || f.Provenance["members/m2/disability"].Said != "registry:disability" {
		t.Errorf("certificate: %+v from %+v", son.Disability, f.Provenance["members/m2/disability"])
	}
	if *son.Age == 31 || f.Provenance["members/m2/age"].Said != "registry:population" {
		t.Errorf("the register's age must win: %d from %+v", *son.Age, f.Provenance["members/m2/age"])
	}
	if *f.Household.Income12m != core.Yuan(9360) || f.Provenance["income_12m"].Said != "citizen" {
		t.Errorf("what only she knows: %v from %+v", f.Household.Income12m, f.Provenance["income_12m"])
	}
}

// ready brings a case to where its minimum living allowance was reviewed.
func (w *world) ready(receipt core.Receipt) (casefile.Case, casefile.Claim) {
	w.t.Helper()
	app := w.application(receipt)
	w.handOver(app)
	c := w.routed(app)
	ctx := w.t.Context()
	w.must(w.flow.Accept(ctx, w.actors["officer"], workflow.Accept{Agreed: byPhone, Case: c.ID, Items: []core.ItemCode{dibao},
		Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")}, VisitOn: core.DateOf(time.Now()).AddDate(0, 0, 1)}))
	seen := visited()
	seen.Case = c.ID
	w.visit(seen)
	c, _ = w.get(c.ID)
	return c, w.claim(c.ID, dibao)
}

func TestRefusalNeedsANamedPersonAndReasons(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	c, claim := w.ready("4071882635")
	ctx := t.Context()
	if err := w.flow.Propose(ctx, w.actors["officer"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeRefuse}); !errors.Is(err, casefile.ErrNoReason) {
		t.Fatalf("proposed to refuse without a reason: %v", err)
	}
	w.must(w.flow.Propose(ctx, w.actors["officer"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeRefuse, Reasons: []string{"存款平均每人 15,000 元,线是 11,520 元(样本)。"}}))
	for login, want := range map[string]core.Kind{"officer": core.KindForbidden, "helper": core.KindForbidden, "stranger": core.KindNotFound} {
		if err := w.flow.Decide(ctx, w.actors[login], workflow.Decide{Claim: claim.ID, Outcome: casefile.Refused}); core.KindOf(err) != want {
			t.Errorf("%s decided: %v", login, err)
		}
	}
	w.must(w.flow.Decide(ctx, w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Refused}))
	if n := w.count(`select count(*) from decision where claim_id = $1 and outcome = 'refused' and approver = $2
		and jsonb_array_length(reasons) = 1 and appeal like '%行政复议%' and evidence ->> 'facts' <> ''`, claim.ID, int64(w.id("approver"))); n != 1 {
		t.Fatalf("%d decisions", n)
	}
	if n := w.count(`select count(*) from notice where claim = $1 and kind = 'refused' and words like '%行政复议%'`, claim.ID); n != 1 {
		t.Fatalf("%d notices of the refusal", n)
	}
	// It can be asked again, and then somebody else decides on new reasons.
	w.must(w.flow.Appeal(ctx, w.actors["officer"], claim.ID, "存款是卖粮的钱,已经花完"))
	if got := w.claim(c.ID, dibao); got.State != casefile.ClaimAgreed {
		t.Fatalf("after the appeal: %s", got.State)
	}
}

// By SQL as the application's own role, no outcome exists without its decision,
// and no decision without a second person.
func TestOutcomesAreRefusedBySQL(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	c, claim := w.ready("4071882635")
	ctx := t.Context()
	w.must(w.flow.Propose(ctx, w.actors["officer"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"符合"}}))
	insert := `insert into decision (claim_id, case_id, region, outcome, sample, proposer, approver, reasons, appeal, evidence, facts_version, facts_digest, book, at, digest)
		values ($1, $2, '371426103', 'refused', false, $3, $4, $5, $6, '{"facts":"x"}', 1, 'x', 'b', lianou_now(), repeat('a', 64))`
	officer, approver, second := int64(w.id("officer")), int64(w.id("approver")), int64(w.id("second"))
	reasons, appeal := `["r"]`, "收到信起 60 天内,可向县政府申请行政复议。"
	for name, c := range map[string]struct {
		sql   string
		args  []any
		wants string
	}{
		"approve without a decision": {`update claim set state = 'approved' where id = $1`, []any{claim.ID}, "claim_decision"},
		"refuse without a decision":  {`update claim set state = 'refused' where id = $1`, []any{claim.ID}, "claim_decision"},
		"skip to paying":             {`update claim set state = 'paying' where id = $1`, []any{claim.ID}, "case_transition"},
		"one person twice":           {insert, []any{claim.ID, c.ID, approver, approver, reasons, appeal}, "decision_check"},
		"no approver decides":        {insert, []any{claim.ID, c.ID, officer, second, reasons, appeal}, "decision_people"},
		"a visitor approves":         {insert, []any{claim.ID, c.ID, officer, int64(w.id("helper")), reasons, appeal}, "decision_people"},
		"no reason":                  {insert, []any{claim.ID, c.ID, officer, approver, `[]`, appeal}, "decision_reasons_check"},
		"no way to appeal":           {insert, []any{claim.ID, c.ID, officer, approver, reasons, ""}, "decision_appeal_check"},
		"as it should be":            {insert, []any{claim.ID, c.ID, officer, approver, reasons, appeal}, ""},
	} {
		undo := errors.New("undo")
		got := ""
		err := w.db.Tx(ctx, pg.Regions(town), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, c.sql, c.args...)
			if got = pg.Constraint(err); err == nil {
				return undo
			}
			return err
		})
		if got != c.wants || c.wants == "" && !errors.Is(err, undo) {
			t.Errorf("%s: refused by %q, want %q (%v)", name, got, c.wants, err)
		}
	}
}

// A different opinion on a notice holds the decision, is answered once and by somebody who did
// not propose, and only who may answer reads it.
//
// Control: without mayAnswer the database refuses alone (named); without hush the officer who
// proposed reads it (named).
func TestObjectionHoldsTheDecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	c, claim := w.ready("4071882635")
	ctx := t.Context()
	officer, approver := w.actors["officer"], w.actors["approver"]
	w.must(w.flow.Propose(ctx, officer, workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"符合"}}))
	w.must(w.flow.PublishNotice(ctx, officer, claim.ID))
	w.must(w.flow.Object(ctx, officer, claim.ID, "他家有辆车"))
	w.env.Advance(9 * 24 * time.Hour)
	w.must(w.flow.Sweep(ctx))
	if err := w.flow.Decide(ctx, approver, workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}); err == nil {
		t.Fatal("decided over an open objection")
	}
	if err := w.flow.AnswerObjection(ctx, officer, w.answers(claim, false, "没有车")); !errors.Is(err, casefile.ErrSamePerson) {
		t.Errorf("who proposed answers: %v", err)
	}
	w.refusedSQL("objection_people", `update objection set outcome = 'unfounded', by_staff = `+fmt.Sprint(w.id("officer"))+`, reasons = 'x', answered = now()`)
	for who, hears := range map[string]bool{"officer": false, "approver": false, "second": true} {
		w.in(func(ctx context.Context, tx *pg.Tx) error {
			v, err := w.cases.View(ctx, tx, c.ID, w.actors[who], "办件")
			if err == nil && (len(v.Objections) != 1 || (v.Objections[0].Says != "") != hears) {
				t.Errorf("%s reads what was objected: %+v", who, v.Objections)
			}
			return err
		})
	}
	w.must(w.flow.AnswerObjection(ctx, w.actors["second"], w.answers(claim, false, "车是邻居的,看过行驶证")))
	w.refusedSQL("objection_final", `update objection set reasons = '别的'`)
	if !w.claim(c.ID, dibao).NoticeOver {
		t.Error("the notice has hung its days, and the claim does not say so")
	}
	w.must(w.flow.Decide(ctx, approver, workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}))
	if got := w.claim(c.ID, dibao); got.State != casefile.ClaimPaying {
		t.Fatalf("at the end: %s", got.State)
	}
	if n := w.count(`select count(*) from public_notice where name = '周某某' and state = 'ended'`); n != 1 {
		t.Fatalf("%d masked notices ended", n)
	}
}
