package workflow_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/notify"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/wording"
	"lianou/core/workflow"
)

// cash are items of the family that end in money, outside one that another body has.
var cash = []core.ItemCode{dibao, "MZ-04", "MZ-07", "MZ-08", "MZ-09"}

const outside core.ItemCode = "CS-01"

// family enrols the n-th family and brings its case, by hand and without workers,
// to where every item waits for the second person. refer names what is to be
// passed on.
func (w *world) family(n int, refer ...core.ItemCode) casefile.Case {
	w.t.Helper()
	return w.familyBy(n, func(*core.Application) {}, refer...)
}

// familyBy is family whose application came otherwise than by the app.
func (w *world) familyBy(n int, came func(*core.Application), refer ...core.ItemCode) casefile.Case {
	w.t.Helper()
	ctx := w.t.Context()
	number := w.number(idNumber(n))
	account, err := core.ParseBankAccount("62284800000017")
	w.must(err)
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		why := registry.Purpose{Actor: audit.Actor{Kind: "operator"}, Why: "test"}
		_, _, err := w.registry.Enrol(ctx, tx, why, registry.NewHousehold{Live: core.Place{Region: town}, Hukou: town.County(),
			Members: []registry.NewPerson{{Ref: "a", Relation: "applicant", Name: "周桂兰", IDNumber: number, Account: account},
				{Ref: "b", Relation: "child", Name: "周小山", IDNumber: w.number(idNumber(n + 100)), Sheets: []registry.Sheet{{Source: "registry:disability",
					ValidFrom: core.NewDate(2020, 1, 1), Confidence: 100, Facts: json.RawMessage(`{"disability":{"kind":"limb","grade":1}}`)}}}}})
		return err
	})
	app := w.application(core.Receipt(fmt.Sprintf("40718%05d", n)))
	app.Applicant.ID, app.People[0].ID = number, number
	came(&app)
	w.handOver(app)
	w.must(w.flow.OpenCase(ctx, jobs.OpenCase{Application: app.ID, Region: town}))
	w.must(w.flow.CheckIdentity(ctx, workflow.CheckIdentity{Application: app.ID, Try: 1, Region: town}))
	w.must(w.flow.Assess(ctx, workflow.Assess{Application: app.ID, Region: town}))
	w.must(w.flow.Route(ctx, workflow.Route{Application: app.ID, Region: town}))
	c := w.routed(app)
	officer := w.actors["officer"]
	w.must(w.flow.Accept(ctx, officer, workflow.Accept{Agreed: byPhone, Case: c.ID, Items: append(slices.Clone(cash), outside),
		Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")}, VisitOn: core.DateOf(time.Now()).AddDate(0, 0, 9*n)}))
	seen := visited()
	seen.Case = c.ID
	w.visit(seen)
	_, claims := w.get(c.ID)
	for _, claim := range claims {
		if claim.State != casefile.ClaimAgreed {
			continue
		}
		in := workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"符合"}}
		if claim.Item == outside || slices.Contains(refer, claim.Item) {
			in.Outcome = casefile.ProposeRefer
		} else if claim.Cash && !claim.HasAmount { // beside medical aid whose sum only the hospital knows
			sum := core.Yuan(628)
			in.Amount = &sum
		}
		w.must(w.flow.Propose(ctx, officer, in))
		if claim.NoticeDays > 0 && in.Outcome == casefile.ProposeApprove {
			w.must(w.flow.PublishNotice(ctx, officer, claim.ID))
		}
	}
	for range 2 { // those that hang are told together
		w.must(w.flow.TellDecided(ctx, workflow.TellDecided{Case: c.ID, Region: town}))
	}
	w.env.Advance(9 * 24 * time.Hour) // so the n-th family's visit is to come
	w.must(w.flow.Sweep(ctx))
	c, _ = w.get(c.ID)
	return c
}

// idNumber is a valid number of nobody: county, birthday, running number, check.
func idNumber(n int) string {
	s := fmt.Sprintf("37142419630315%03d", 2*n)
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * weight
	}
	return s + string("10X98765432"[sum%11])
}

// decide decides the claim of an item as it was proposed.
func (w *world) decide(c casefile.Case, item core.ItemCode) {
	w.t.Helper()
	claim := w.claim(c.ID, item)
	outcome := casefile.Approved
	if claim.Proposal == casefile.ProposeRefer {
		outcome = casefile.Referred
	}
	who := w.actors["approver"]
	if claim.Decides == "county" {
		who = w.actors["county"]
	}
	w.must(w.flow.Decide(w.t.Context(), who, workflow.Decide{Claim: claim.ID, Outcome: outcome}))
}

// line gives the newest payment of an item, after what is due was batched.
func (w *world) line(c casefile.Case, item core.ItemCode) payout.Line {
	w.t.Helper()
	var list []payout.Line
	w.must(w.db.Tx(w.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		due, _, err := w.payout.Due(ctx, tx)
		if err == nil && due.Lines > 0 {
			_, err = w.payout.CreateBatch(ctx, tx, w.id("county"), payout.Choice{})
		}
		if err != nil {
			return err
		}
		list, err = w.linesOf(ctx, tx, w.claim(c.ID, item).ID)
		return err
	}))
	if len(list) == 0 {
		w.t.Fatalf("no line for %s", item)
	}
	return list[len(list)-1]
}

func (w *world) notices(c casefile.Case, kinds ...wording.Kind) (out []notify.View) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		list, err := notify.OfCase(ctx, tx, c.ID)
		for _, n := range list {
			if slices.Contains(kinds, n.Kind) {
				out = append(out, n)
			}
		}
		return err
	})
	return out
}

// Many items, two messages: one of what was decided, one of the money; told, they
// end every claim and the case. Each job runs twice. Control: give toTell a notice
// of its own for each telling.
func TestManyItemsAreToldTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.family(1)
	ctx := t.Context()
	for _, item := range append(slices.Clone(cash), outside) {
		w.decide(c, item)
	}
	if hung := w.notices(c, wording.KindPublished); len(hung) != 1 || !strings.Contains(hung[0].Words, "2 项救助正在公示。低保、临时救助(花费大)到") {
		t.Errorf("notices of what hangs: %+v", hung)
	}
	for range 2 {
		w.must(w.flow.TellDecided(ctx, workflow.TellDecided{Case: c.ID, Region: town}))
	}
	got := w.notices(c, wording.KindApproved, wording.KindReferred)
	if len(got) != 1 || got[0].Claim != 0 {
		t.Fatalf("notices of decisions: %+v", got)
	}
	for _, part := range []string{"5 项救助批准了(确认同意)。", "低保每月 180 元(样本)", "起算。", c.Town, "慈善救助已转给慈善总会。", wording.Promise} {
		if !strings.Contains(got[0].Words, part) {
			t.Errorf("missing %q in %s", part, got[0].Words)
		}
	}
	for _, item := range cash {
		line := w.line(c, item)
		for range 2 {
			w.must(w.flow.Settled(ctx, payout.Settled{Claim: line.Claim, Line: line.ID, Region: town}))
		}
	}
	for range 2 {
		w.must(w.flow.TellPaid(ctx, workflow.TellPaid{Case: c.ID, Region: town}))
	}
	paid := w.notices(c, wording.KindPaid)
	if len(paid) != 1 || !strings.Contains(paid[0].Words, "5 项救助共 1,696 元(样本),已打到尾号 0017 的卡。") {
		t.Fatalf("notices of money: %+v", paid)
	}
	for _, n := range []notify.View{got[0], paid[0]} {
		if faults := wording.Lint(n.Words); len(faults) > 0 {
			t.Errorf("%v in %s", faults, n.Words)
		}
		for range 2 {
			w.must(w.heardOf(n.ID))
		}
	}
	for _, item := range append(slices.Clone(cash), outside) {
		if claim := w.claim(c.ID, item); claim.State != casefile.ClaimClosed || claim.Told.IsZero() {
			t.Errorf("%s is %s", item, claim.State)
		}
	}
	if c, _ = w.get(c.ID); c.State != casefile.CaseSettled {
		t.Errorf("the case is %s", c.State)
	}
	if n := w.count(`select count(*) from case_event where case_id = $1 and kind like 'payment.settled/%'`, c.ID); n != len(cash) {
		t.Errorf("%d payments in the timeline", n)
	}
}

// A gathered notice that reached nobody is one call with the whole text, and the
// call ends every claim.
func TestGatheredUntoldIsOneCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.family(1)
	ctx := t.Context()
	for _, item := range cash[:2] {
		w.decide(c, item)
		line := w.line(c, item)
		w.must(w.flow.Settled(ctx, payout.Settled{Claim: line.Claim, Line: line.ID, Region: town}))
	}
	w.must(w.flow.TellPaid(ctx, workflow.TellPaid{Case: c.ID, Region: town}))
	paid := w.notices(c, wording.KindPaid)
	if len(paid) != 1 {
		t.Fatalf("notices: %+v", paid)
	}
	for range 2 {
		w.must(w.flow.Untold(ctx, jobs.Untold{Notice: paid[0].ID, Region: town}))
	}
	var tasks []casefile.CallTask
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		tasks, err = w.cases.Tasks(ctx, tx, []core.RegionCode{town}, w.id("helper"), 10)
		return err
	})
	if len(tasks) != 1 || !strings.Contains(tasks[0].Says, paid[0].Words) {
		t.Fatalf("tasks: %+v", tasks)
	}
	w.must(w.flow.SaidInPerson(ctx, w.actors["helper"], tasks[0].ID, casefile.Spoken{Way: casefile.SaidByPhone, Met: casefile.MetFamily, Words: "知道了,下月领钱"}))
	for _, item := range cash[:2] {
		if claim := w.claim(c.ID, item); claim.State != casefile.ClaimClosed {
			t.Errorf("%s is %s", item, claim.State)
		}
	}
}

// While more keeps coming the notice waits; what a lost job left is taken up by
// the sweep. Control: leave sweepTellings out of Sweep.
func TestGatheringWaitsAndForgetsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.family(1)
	ctx := t.Context()
	deps := w.flow.Deps
	deps.Gather = 20 * time.Second
	flow, err := workflow.New(deps)
	w.must(err)
	w.decide(c, cash[0])
	if err := flow.TellDecided(ctx, workflow.TellDecided{Case: c.ID, Region: town}); !jobs.Snoozed(err) {
		t.Fatalf("told before the others could come: %v", err)
	}
	w.decide(c, cash[1])
	w.must(flow.Sweep(ctx))
	if got := w.notices(c, wording.KindApproved); len(got) != 0 {
		t.Fatalf("told at once: %+v", got)
	}
	w.env.Advance(time.Hour)
	w.must(flow.Sweep(ctx)) // no job runs in this test
	if got := w.notices(c, wording.KindApproved); len(got) != 1 || !strings.Contains(got[0].Words, "2 项救助") {
		t.Fatalf("after the sweep: %+v", got)
	}
}

// With workers that run at once, decisions race with the jobs that tell them; each
// is told once, those after the first notice too. Control: make tell_decided
// unique by its case.
func TestDecisionsRacingTheirNotice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.family(1, cash[3])
	w.work()
	told := func(n int) func(context.Context) bool {
		return func(context.Context) bool {
			return w.count(`select count(*) from telling where kind <> 'published' and notice is not null`) == n
		}
	}
	w.decide(c, cash[0])
	jobstest.Until(t, "the first decision to be told", told(1))
	var all sync.WaitGroup
	for _, item := range cash[1:] {
		all.Go(func() { w.decide(c, item) })
	}
	all.Wait()
	jobstest.Until(t, "every decision to be told", told(len(cash)))
	if n := w.count(`select count(*) from notice n where kind in ('approved', 'referred') and not exists (select from telling t where t.notice = n.id)`); n != 0 {
		t.Errorf("%d notices tell nothing", n)
	}
}

// For any order of decisions, payments, returns and jobs, everything is told once
// and at every moment a job stands for what waits. Control: have AddTelling give
// its id only to the first telling of a case.
func TestEachIsToldExactlyOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	orders := rapid.SliceOfN(rapid.SampledFrom([]string{"decide", "decide", "settle", "settle", "return", "again", "tell decided", "tell paid", "told"}), 15, 30)
	for seed := range 6 {
		order := orders.Example(seed)
		c := w.family(seed+1, cash[1+seed%(len(cash)-1)]) // the first is granted: MZ-07 follows it
		s := &sequence{w: w, c: c, open: append(slices.Clone(cash), outside)}
		for _, step := range order {
			s.step(ctx, step)
			s.watched(order)
		}
		for _, step := range []string{"decide", "decide", "decide", "decide", "decide", "decide", "settle", "settle", "settle", "settle", "settle",
			"tell decided", "tell paid", "told"} {
			s.step(ctx, step)
		}
		s.end(order)
	}
}

// sequence plays one order of steps on one case.
type sequence struct {
	w     *world
	c     casefile.Case
	open  []core.ItemCode // to be decided
	owed  []core.ItemCode // decided, money not answered
	lines []payout.Settled
	told  int // decisions and answers so far
}

func (s *sequence) step(ctx context.Context, step string) {
	w := s.w
	w.t.Helper()
	switch {
	case step == "decide" && len(s.open) > 0:
		item := s.open[0]
		s.open = s.open[1:]
		w.decide(s.c, item)
		if w.claim(s.c.ID, item).State == casefile.ClaimPaying {
			s.owed = append(s.owed, item)
		}
		s.told++
	case (step == "settle" || step == "return") && len(s.owed) > 0:
		line := w.line(s.c, s.owed[0])
		s.owed = s.owed[1:]
		if s.told++; step == "return" {
			w.must(w.flow.Returned(ctx, payout.Returned{Claim: line.Claim, Line: line.ID, Region: town}))
			return
		}
		s.lines = append(s.lines, payout.Settled{Claim: line.Claim, Line: line.ID, Region: town})
		w.must(w.flow.Settled(ctx, s.lines[len(s.lines)-1]))
	case step == "again" && len(s.lines) > 0:
		w.must(w.flow.Settled(ctx, s.lines[0]))
	case step == "tell decided":
		w.must(w.flow.TellDecided(ctx, workflow.TellDecided{Case: s.c.ID, Region: town}))
	case step == "tell paid":
		w.must(w.flow.TellPaid(ctx, workflow.TellPaid{Case: s.c.ID, Region: town}))
	case step == "told":
		for _, n := range w.notices(s.c, wording.KindApproved, wording.KindReferred, wording.KindPaid) {
			w.must(w.heardOf(n.ID))
		}
	}
}

// watched holds that the first of what waits has its job.
func (s *sequence) watched(order []string) {
	s.w.t.Helper()
	var firsts []int64
	s.w.in(func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select min(t.id) from telling t where t.notice is null group by t.case_id, t.kind in ('paid', 'returned')
			having not exists (select from jobs_platform.river_job j where (j.args ->> 'first')::bigint = min(t.id))`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return err
			}
			firsts = append(firsts, id)
		}
		return rows.Err()
	})
	if len(firsts) > 0 {
		s.w.t.Fatalf("%v: nothing will tell %v", order, firsts)
	}
}

func (s *sequence) end(order []string) {
	w := s.w
	w.t.Helper()
	if n := w.count(`select count(*) from telling where case_id = $1 and kind <> 'published' and notice is not null`, s.c.ID); n != s.told {
		w.t.Errorf("%v: %d told of %d", order, n, s.told)
	}
	if n := w.count(`select count(*) from notice n where case_id = $1 and kind in ('approved', 'referred', 'paid', 'returned')
		and not exists (select from telling t where t.notice = n.id)`, s.c.ID); n != 0 {
		w.t.Errorf("%v: %d notices tell nothing", order, n)
	}
	for _, line := range s.lines {
		if n := w.count(`select count(*) from claim where id = $1 and state = 'closed'`, line.Claim); n != 1 {
			w.t.Errorf("%v: a paid claim is not closed", order)
		}
	}
}
