package workflow_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/workflow"
)

// Treat first, papers later: no visit and no notice before the money, but two
// people, reasons and a deadline for the papers; the case cannot end without them. It
// ends when what was asked for has ended or was dropped; what was only matched holds
// nothing open.
// Control: with `case false:` for the merely matched claims in ended, it never settles.
func TestEmergencyPaysFirstAndWantsPapers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	app.Urgent, app.Items = true, []core.ItemCode{casefile.RushItem, dibao}
	w.handOver(app)
	c := w.routed(app)
	ctx := t.Context()
	claim := w.claim(c.ID, casefile.RushItem)
	rush := workflow.Emergency{Claim: claim.ID, Amount: core.Yuan(1000), Reasons: []string{"灶屋着火,今晚没有饭吃"}}
	over := rush
	over.Amount = core.Yuan(1_000_000)
	if err := w.flow.Emergency(ctx, w.actors["officer"], over); !errors.Is(err, workflow.ErrCeiling) {
		t.Fatalf("above the ceiling: %v", err)
	}
	w.must(w.flow.Emergency(ctx, w.actors["officer"], rush))
	if !w.claim(c.ID, casefile.RushItem).Sample { // Control: restsOnSample not asked
		t.Error("typed within a sample ceiling, and shown as a real sum")
	}
	if err := w.flow.Decide(ctx, w.actors["officer"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}); err == nil {
		t.Fatal("the same person decided")
	}
	w.must(w.flow.Decide(ctx, w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}))
	c, _ = w.get(c.ID)
	if c.State != casefile.CasePaidFirst || w.claim(c.ID, casefile.RushItem).State != casefile.ClaimPaying {
		t.Fatalf("after the decision: %s", c.State)
	}
	w.pay(w.claim(c.ID, casefile.RushItem))
	if c, _ = w.get(c.ID); c.State != casefile.CasePaidFirst {
		t.Fatalf("ended without its papers: %s", c.State)
	}
	// Late papers climb, each rung told once.
	w.env.Advance(40 * 24 * time.Hour)
	for range 3 {
		w.must(w.flow.Sweep(ctx))
	}
	if n := w.count(`select count(*) from case_event where kind = 'deadline.late' and staff like '补手续%'`); n != 1 {
		t.Fatalf("one level was told %d times", n)
	}
	w.must(w.flow.PlanVisit(ctx, w.actors["officer"], workflow.PlanVisit{Case: c.ID, Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")},
		On: core.DateOf(time.Now()).AddDate(0, 0, 41)}))
	seen := visited()
	seen.Case = c.ID
	w.visit(seen)
	c, claims := w.get(c.ID)
	matched := 0
	for _, claim := range claims {
		if claim.State == casefile.ClaimProposed && claim.Item != dibao {
			matched++
		}
	}
	if c.State != casefile.CaseVisiting || w.claim(c.ID, dibao).State != casefile.ClaimProposed || matched == 0 {
		t.Fatalf("with its papers, and an item asked for: %s, %d only matched", c.State, matched)
	}
	if err := w.flow.Drop(ctx, w.actors["officer"], w.claim(c.ID, dibao).ID, " "); core.KindOf(err) != core.KindInvalid {
		t.Fatalf("dropped without a reason: %v", err)
	}
	w.must(w.flow.Drop(ctx, w.actors["officer"], w.claim(c.ID, dibao).ID, "家里说不要低保了"))
	if c, _ = w.get(c.ID); c.State != casefile.CaseSettled || w.claim(c.ID, dibao).State != casefile.ClaimWithdrawn {
		t.Fatalf("after the last was dropped: %s", c.State)
	}
	if n := w.count(`select count(*) from case_event where kind = 'case.settled' and citizen like '%可能还能办%'`); n != 1 {
		t.Fatalf("what else may fit was said %d times", n)
	}
}

// Control: without AddConflicts in OpenCase the officer who is kin accepts.
func TestKinMayDoNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		var son core.PersonID
		if err := tx.QueryRow(ctx, `select id from person where name = '周小山'`).Scan(&son); err != nil {
			return err
		}
		return w.staff.DeclareRelative(ctx, tx, audit.Actor{Kind: "operator"}, w.id("officer"), son, "外甥")
	})
	w.work()
	app := w.application("4071882635")
	w.handOver(app)
	c := w.routed(app)
	if c.Officer != w.id("second") {
		t.Fatalf("routed to %d, want the one who is not kin", c.Officer)
	}
	in := workflow.Accept{Agreed: byPhone, Case: c.ID, Items: []core.ItemCode{dibao}, Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")},
		VisitOn: core.DateOf(time.Now()).AddDate(0, 0, 1)}
	if err := w.flow.Accept(t.Context(), w.actors["officer"], in); !errors.Is(err, casefile.ErrConflictOfInterest) {
		t.Fatalf("kin accepted: %v", err)
	}
	if err := w.flow.Accept(t.Context(), w.actors["second"], in); !errors.Is(err, casefile.ErrConflictOfInterest) {
		t.Fatalf("kin was sent to visit: %v", err)
	}
	if got, _ := w.get(c.ID); got.State != casefile.CaseOpen {
		t.Fatalf("half an act stayed: %s", got.State)
	}
	in.Visitors[0] = w.id("second")
	w.must(w.flow.Accept(t.Context(), w.actors["second"], in))
}

func TestUntoldBecomesATaskAndEndsInPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	c, claim := w.ready("4071882635")
	ctx := t.Context()
	w.must(w.flow.Propose(ctx, w.actors["officer"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeRefuse, Reasons: []string{"存款在线以上。"}}))
	w.must(w.flow.Decide(ctx, w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Refused}))
	var notice int64
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		list, err := notify.OfCase(ctx, tx, c.ID)
		for _, n := range list {
			if n.Kind == "refused" {
				notice = n.ID
			}
		}
		return err
	})
	for range 2 {
		w.must(w.flow.Untold(ctx, jobs.Untold{Notice: notice, Region: town}))
	}
	var tasks []casefile.CallTask
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		tasks, err = w.cases.Tasks(ctx, tx, []core.RegionCode{town}, w.id("helper"), 10)
		return err
	})
	if len(tasks) != 1 || tasks[0].Assistant != w.id("helper") || !strings.Contains(tasks[0].Says, "没批") {
		t.Fatalf("tasks: %+v", tasks)
	}
	if err := w.flow.SaidInPerson(ctx, w.actors["stranger"], tasks[0].ID, atTheDoor); core.KindOf(err) != core.KindNotFound {
		t.Fatalf("another township ended the task: %v", err)
	}
	for range 2 {
		w.must(w.flow.SaidInPerson(ctx, w.actors["helper"], tasks[0].ID, atTheDoor))
	}
	if got := w.claim(c.ID, dibao); got.State != casefile.ClaimClosed || got.Told.IsZero() {
		t.Fatalf("after it was said: %+v", got)
	}
	if c, _ = w.get(c.ID); c.State != casefile.CaseSettled {
		t.Fatalf("the case is %s", c.State)
	}
}

// Only the county is known: the case waits at its sorting desk and nobody guesses;
// the county asks and sends it on.
// Control: `Turn: firstMove` without the moves in Relocate, and the case that comes
// back is never routed; leave Await out of toSorting: "no clock runs".
func TestUnknownTownshipWaitsAtTheSortingDesk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.work()
	app := w.application("4071882635")
	app.Live = core.Place{Region: town.County()}
	w.handOver(app)
	county := w.actors["county"]
	desk := jobs.ScopeRegion(town.County())
	var c casefile.Case
	jobstest.Until(t, "the case at the sorting desk", func(ctx context.Context) bool {
		return w.db.Read(ctx, pg.Regions(desk), func(ctx context.Context, tx *pg.Tx) (err error) {
			if c, err = w.cases.ByApplication(ctx, tx, app.ID); err != nil {
				return err
			}
			var n int
			err = tx.QueryRow(ctx, `select count(*) from case_event where kind = 'case.unsorted'`).Scan(&n)
			if err == nil && n == 0 {
				err = errors.New("not yet")
			}
			return err
		}) == nil
	})
	if !c.Routed.IsZero() || c.Officer != 0 {
		t.Fatalf("somebody guessed: %+v", c)
	}
	started := c.AcceptDue
	if started.IsZero() {
		t.Fatal("no clock runs")
	}
	if err := w.flow.Relocate(t.Context(), w.actors["officer"], workflow.Relocate{Case: c.ID, To: town}); core.KindOf(err) != core.KindNotFound {
		t.Fatalf("a township took it: %v", err)
	}
	// Out of the county only the city sends; and back within the day it is routed again.
	const abroad core.RegionCode = "371402003"
	if err := w.flow.Relocate(t.Context(), county, workflow.Relocate{Case: c.ID, To: abroad}); !errors.Is(err, workflow.ErrOtherCounty) {
		t.Fatalf("a county sent a case to another: %v", err)
	}
	w.must(w.flow.Relocate(t.Context(), w.actors["city"], workflow.Relocate{Case: c.ID, To: abroad}))
	w.routedAt(abroad, app)
	w.must(w.flow.Relocate(t.Context(), w.actors["city"], workflow.Relocate{Case: c.ID, To: town}))
	due := w.routed(app).AcceptDue
	w.must(w.flow.Relocate(t.Context(), w.actors["city"], workflow.Relocate{Case: c.ID, To: abroad}))
	w.routedAt(abroad, app)
	w.must(w.flow.Relocate(t.Context(), w.actors["city"], workflow.Relocate{Case: c.ID, To: town}))
	c = w.routed(app)
	if c.Region != town || c.Officer == 0 || c.Moves != 4 || c.AcceptDue != due || due != started {
		t.Fatalf("sent on: %+v", c)
	}
	// Control: leave the level out of Route; who is told first is then the county.
	if n := w.count(`select level from deadline where kind = 'accept'`); n != 0 {
		t.Errorf("the township that has it is passed over: level %d", n)
	}
	for _, table := range []string{"case_member", "case_event", "case_facts", "finding", "claim", "case_status", "case_application", "identity_check"} {
		if n := w.count(`select count(*) from ` + table + ` where region <> '` + string(town) + `'`); n != 0 {
			t.Errorf("%d rows of %s stayed behind", n, table)
		}
	}
}

// A hand-back names its ground and waits for the county, which may find that the township was
// right or wrong; whoever handed it back does not have it again, and no clock starts anew. A
// second one is settled by the county, with a reason and for good (F55).
// Controls: `return f.jobs.Insert(ctx, a.tx, Route{...})` at the end of Return, and
// Route taking returned cases, sends it straight back; bounce_verdict dropped ("settled
// without a reason"); MaxBounces 3 ("handed back a third time"); bounce_two_people dropped.
func TestHandedBackTwiceIsSettledByTheCounty(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	w.handOver(app)
	c := w.routed(app)
	ctx := t.Context()
	back := func(login string, ground casefile.Ground, why string) error {
		return w.flow.Return(ctx, w.actors[login], workflow.Return{Case: c.ID, Ground: ground, Why: why})
	}
	for _, lacking := range [][2]string{{"elsewhere", " "}, {"", "住在德平镇"}, {"busy", "忙不过来"}} {
		if err := back("officer", casefile.Ground(lacking[0]), lacking[1]); core.KindOf(err) != core.KindInvalid {
			t.Fatalf("handed back on %q: %v", lacking, err)
		}
	}
	w.must(back("officer", casefile.GroundElsewhere, "问了本人,住在德平镇"))
	w.must(w.flow.Route(ctx, workflow.Route{Application: app.ID, Region: town, Turn: 1}))
	w.sweeps() // what waits for the county is given to nobody here; control: LeftBy with it ("did not wait")
	again, _ := w.get(c.ID)
	if again.State != casefile.CaseReturned || again.Officer != 0 {
		t.Fatalf("did not wait for the county: %s, officer %d", again.State, again.Officer)
	}
	if acts := w.acts(c.ID, w.actors["county"]); !has(acts, casefile.ActRelocate) {
		t.Fatalf("the county may: %v", acts)
	}
	w.env.Advance(24 * time.Hour)
	w.must(w.flow.Relocate(ctx, w.actors["county"], workflow.Relocate{Case: c.ID, To: town}))
	again = w.routed(app)
	if again.State != casefile.CaseOpen || !again.FirstContact.Equal(c.FirstContact) || again.AcceptDue != c.AcceptDue {
		t.Fatalf("a clock started anew: %+v", again)
	}
	if again.Officer == w.id("officer") || again.Officer == 0 {
		t.Fatalf("routed to %d, who handed it back is %d", again.Officer, w.id("officer"))
	}
	// The second time somebody settles it, who says why.
	w.must(back("second", casefile.GroundNotOurs, "归民政局办"))
	if err := w.flow.Relocate(ctx, w.actors["county"], workflow.Relocate{Case: c.ID, To: town}); !errors.Is(err, casefile.ErrVerdict) {
		t.Fatalf("settled without a reason: %v", err)
	}
	w.must(w.flow.Relocate(ctx, w.actors["county"], workflow.Relocate{Case: c.ID, To: town, Why: "户口和住处都在恩城镇"}))
	again = w.routed(app)
	if again.State != casefile.CaseOpen || again.AcceptDue != c.AcceptDue || again.Officer == 0 {
		t.Fatalf("settled: %+v", again)
	}
	if err := back("officer", casefile.GroundElsewhere, "还是不归我们"); !errors.Is(err, casefile.ErrSettledBefore) {
		t.Fatalf("handed back a third time: %v", err)
	}
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		list, err := w.cases.Bounces(ctx, tx, c.ID)
		if len(list) != 2 || list[0].Ground != casefile.GroundElsewhere || list[1].By != w.id("second") || list[1].Nth != 2 {
			t.Errorf("kept: %+v", list)
		}
		return err
	})
	w.refusedSQL("bounce_settles_once", `update case_bounce set verdict = '另一句'`)
	w.refusedSQL("case_bounce_ground", `update casefile set state = 'returned'`)
	w.must(w.flow.Withdraw(ctx, w.actors["officer"], c.ID, "本人说不办了"))
	if again, _ = w.get(c.ID); again.State != casefile.CaseWithdrawn {
		t.Fatalf("withdrawn: %s", again.State)
	}
}

// Two working days after a case came nobody hands it back: the household would wait for it.
// Control: Return without the days ("handed back on day 3").
func TestNobodyHandsBackWhatTheyHadForDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	w.handOver(app)
	c := w.routed(app)
	w.env.Advance(time.Duration(w.calendar().Add(w.today(), 2)+1-w.today()) * 24 * time.Hour)
	late := workflow.Return{Case: c.ID, Ground: casefile.GroundElsewhere, Why: "住在德平镇"}
	if err := w.flow.Return(t.Context(), w.actors["officer"], late); !errors.Is(err, workflow.ErrReturnLate) {
		t.Fatalf("handed back on day 3: %v", err)
	}
	w.must(w.flow.Relocate(t.Context(), w.actors["county"], workflow.Relocate{Case: c.ID, To: "371426104", Why: "住在那里"}))
}

// A second request of the household joins the open case; both receipts lead there,
// and what it says, asks for and is in need of now is part of the case.
// Control: without joined in opened the case is not urgent and there is no second
// version of the facts.
func TestSecondRequestIsInHandAlready(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	first := w.application("4071882635")
	w.handOver(first)
	c := w.routed(first)
	second := w.burned("4071882643")
	w.handOver(second)
	jobstest.Until(t, "the second request to be linked", func(context.Context) bool {
		return w.count(`select count(*) from case_application where state = 'linked'`) == 1
	})
	if n := w.count(`select count(*) from casefile`); n != 1 {
		t.Fatalf("%d cases", n)
	}
	w.holdsBoth(c.ID, 2)
	reader, err := casefile.NewReader(w.env.DB(pgtest.Gateway), w.keys.Gateway.Shared, audit.NewTo(w.keys.Gateway.Platform))
	w.must(err)
	for _, receipt := range []core.Receipt{"4071882635", "4071882643"} {
		s, err := reader.ByReceipt(t.Context(), receipt, "citizen-1")
		if err != nil || s.Case != c.ID || !strings.HasPrefix(s.Say(), "已派到") || len(s.Timeline) == 0 {
			t.Errorf("receipt %s: %+v, %v", receipt, s, err)
		}
	}
}
