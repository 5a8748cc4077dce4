package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/workflow"
	"lianou/intake/papers"
)

// appeals reads what stands of the appeals of a case.
func (w *world) appeals(id core.CaseID) (list []casefile.Appeal) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) { list, err = w.cases.Appeals(ctx, tx, id); return err })
	return list
}

// A refusal that somebody says is wrong is looked at by an officer who had no part in it and
// decided by another: the case goes to them, the row says against which decision, by when and
// what came of it, and the household reads who it was.
//
// Control: without anew the database refuses alone ("the same officer proposed: … 23514 constraint
// appeal_people"); without decidedAgain "the appeal is {…}", "0 statuses name who looked".
func TestAnAppealIsLookedAtBySomebodyNew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx := t.Context()
	c, claim := w.ready("4071882635")
	w.must(w.heardOf(w.refuse(claim)))
	promise, err := w.flow.AppealAt(ctx, w.actors["officer"], workflow.Appeal{Claim: claim.ID, Says: "存款是卖粮的钱", Door: casefile.DoorWindow})
	w.must(err)
	p := w.appeals(c.ID)[0]
	if p.Due != w.deadline(c.ID, casefile.DeadlineDecide, claim.ID).Due || !strings.Contains(promise, p.Due.Say()+"前答复您") || p.Reviewer != w.id("second") || p.About != casefile.AboutRefusal {
		t.Errorf("filed as %+v: %s", p, promise)
	}
	if got, _ := w.get(c.ID); got.Officer != w.id("second") || got.State != casefile.CaseVisiting {
		t.Errorf("the case is %s with %d", got.State, got.Officer)
	}
	if _, err := w.flow.AppealAt(ctx, w.actors["officer"], workflow.Appeal{Claim: claim.ID, Says: "再说一遍", Door: casefile.DoorDesk}); !errors.Is(err, casefile.ErrAppealOpen) {
		t.Errorf("a second one while it is looked at: %v", err)
	}
	again := workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeRefuse, Reasons: []string{"存款查实了,还在线以上。"}}
	if err := w.flow.Propose(ctx, w.actors["officer"], again); !errors.Is(err, casefile.ErrSamePerson) {
		t.Fatalf("the same officer proposed: %v", err)
	}
	w.must(w.flow.Propose(ctx, w.actors["second"], again))
	w.must(w.flow.Decide(ctx, w.actors["county"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Refused}))
	p = w.appeals(c.ID)[0]
	if p.State != casefile.AppealAnswered || p.Outcome != casefile.AppealStands || p.Reviewer != w.id("second") || p.Decider != w.id("county") || p.Became == 0 {
		t.Errorf("the appeal is %+v", p)
	}
	if n := w.count(`select count(*) from letter where signed like '%县民政局' and decision = $1`, p.Became); n != 1 {
		t.Errorf("%d letters of the county's own decision name the county", n)
	}
	if n := w.count(`select count(*) from notice where kind = 'refused' and words like '%这是%县定的。%'`); n != 1 {
		t.Errorf("%d notices say that the county decided", n)
	}
	if n := w.count(`select count(*) from case_status where timeline::text like '%second看的,county定的。还是原来定的那样%存款查实了%'`); n != 1 {
		t.Errorf("%d statuses name who looked", n)
	}
	if n := w.count(`select count(*) from notice where kind = 'refused' and words like '您说不对,换了人重新看:s同志看的,c同志定的。%'`); n != 1 {
		t.Errorf("%d notices say that others looked", n)
	}
	if n := w.count(`select count(*) from appeal where position(convert_to('卖粮', 'UTF8') in says) > 0`); n != 0 {
		t.Errorf("what was said stands in the clear in %d appeals", n)
	}
	for _, act := range []string{"claim.appealed", "claim.proposed", "claim.decided"} {
		if said := w.detail(c, act); !strings.Contains(said, "claim") || strings.Contains(said, "卖粮") {
			t.Errorf("%s leaves %s in the log", act, said)
		}
	}
}

// A refusal that was wrong is granted on appeal, and the household is told that it was changed.
// Where the township has nobody new, the county proposes and another decides.
func TestAnAppealGoesToTheCountyWhereTheTownshipHasNobodyNew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx := t.Context()
	c := w.visitedCase(w.application("4071882635"), nursing)
	claim := w.claim(c.ID, nursing)
	w.must(w.flow.Propose(ctx, w.actors["second"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeRefuse, Reasons: []string{"评定表没到。"}}))
	w.must(w.flow.Decide(ctx, w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Refused}))
	if err := w.flow.Propose(ctx, w.actors["county"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeRefuse, Reasons: []string{"x"}}); err == nil {
		t.Error("the county proposes without an appeal")
	}
	w.must(w.flow.Appeal(ctx, w.actors["officer"], claim.ID, "评定表上周交的"))
	w.must(w.flow.Propose(ctx, w.actors["county"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"评定表查到了。"}}))
	if err := w.flow.Decide(ctx, w.actors["county"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}); !errors.Is(err, casefile.ErrSamePerson) {
		t.Errorf("who proposed decides: %v", err)
	}
	if err := w.flow.Decide(ctx, w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}); !errors.Is(err, casefile.ErrSamePerson) {
		t.Errorf("who refused decides: %v", err)
	}
}

// An amount that is too low is appealed while the money goes on: a new officer proposes a
// higher sum and a new person decides; nothing is ever lower for having asked, and neither
// who proposed nor who decided before makes it another sum meanwhile.
//
// Control: Appeal as it was answers appeal_granted; without the comparison in mayRaise "got <nil>,
// want appeal_never_less". Who granted it is held off by mayMakeOther and by appeal_holds, each alone.
func TestAnAmountIsAppealedWhileTheMoneyGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx := t.Context()
	c := w.visitedCase(w.application("4071882635"), nursing)
	claim := w.claim(c.ID, nursing)
	w.must(w.granted(claim, workflow.Propose{}))
	w.pay(w.claim(c.ID, nursing)) // next month's money is on the card
	was := w.claim(c.ID, nursing)
	w.employ("another", staff.Approver, town)
	says := "我儿子是一级,算成了二级"
	w.must(w.flow.Appeal(ctx, w.actors["officer"], claim.ID, says))
	if got := w.claim(c.ID, nursing); got.State != was.State || got.Money != was.Money || got.Amount != was.Amount {
		t.Errorf("the money did not go on: %+v", got)
	}
	from := payout.PeriodOf(w.today()).Next().Next()
	more, less := was.Amount+core.Yuan(30), was.Amount-core.Yuan(30)
	if err := w.flow.Appeal(ctx, w.actors["officer"], claim.ID, "再说一遍"); !errors.Is(err, casefile.ErrAppealOpen) {
		t.Errorf("a second one while it is looked at: %v", err)
	}
	raise := workflow.ReviewAppeal{Claim: claim.ID, Outcome: casefile.AppealChanged, Amount: &more, From: from, Reasons: "评定表是一级,算成了二级。"}
	if err := w.flow.ReviewAppeal(ctx, w.actors["officer"], raise); !errors.Is(err, casefile.ErrSamePerson) {
		t.Errorf("who proposed it looks anew: %v", err)
	}
	lower := raise
	lower.Amount = &less
	w.refused("appeal_never_less", w.flow.ReviewAppeal(ctx, w.actors["second"], lower))
	cut := workflow.ChangeBenefit{Claim: claim.ID, Amount: &less, From: from, Reason: "爱提意见。"}
	if err := w.flow.ProposeChange(ctx, w.actors["officer"], cut); !errors.Is(err, casefile.ErrSamePerson) {
		t.Errorf("who granted it lowers it: %v", err)
	}
	w.must(w.flow.ReviewAppeal(ctx, w.actors["second"], raise))
	if err := w.flow.DecideAppeal(ctx, w.actors["approver"], w.agrees(claim)); !errors.Is(err, casefile.ErrSamePerson) {
		t.Errorf("who approved it decides anew: %v", err)
	}
	w.must(w.flow.DecideAppeal(ctx, w.actors["another"], workflow.DecideAppeal{Claim: claim.ID, Reason: "写清是哪天评的。"}))
	w.must(w.flow.ReviewAppeal(ctx, w.actors["second"], raise))
	w.must(w.flow.DecideAppeal(ctx, w.actors["another"], w.agrees(claim)))
	p := w.appeals(c.ID)[0]
	if p.State != casefile.AppealAnswered || p.Outcome != casefile.AppealChanged || p.Became == 0 || w.claim(c.ID, nursing).Amount != more {
		t.Errorf("answered as %+v", p)
	}
	if n := w.count(`select count(*) from notice where kind = 'changed' and words like '您说不对,换了人重新看:%算成了二级%'`); n != 1 {
		t.Errorf("%d notices of the higher sum", n)
	}
	if d := w.deadline(c.ID, casefile.DeadlineDecide, claim.ID); d.Met.IsZero() {
		t.Error("the clock of an answered appeal runs on")
	}
	w.must(w.flow.Appeal(ctx, w.actors["officer"], claim.ID, "还是少"))
	w.must(w.flow.ReviewAppeal(ctx, w.actors["county"], workflow.ReviewAppeal{Claim: claim.ID, Outcome: casefile.AppealStands, Reasons: "一级就是这个数。"}))
	w.refusedSQL("appeal_people", `update appeal set state = 'answered', decider = `+fmt.Sprint(w.id("another"))+`, answered = now() where state = 'proposed'`)
	w.refusedSQL("appeal_final", `update appeal set reasons = '别的' where state = 'answered'`)
	w.refusedSQL("case_transition", `update appeal set state = 'open' where state = 'answered'`)
	w.employ("county two", staff.County, town.County())
	w.must(w.flow.DecideAppeal(ctx, w.actors["county two"], w.agrees(claim)))
	if n := w.count(`select count(*) from notice where kind = 'answered' and words like '%还是原来定的那样。原因:一级就是这个数。%行政复议%'`); n != 1 {
		t.Errorf("%d notices of the answer", n)
	}
}

// agrees is the word of who has read the answer that waits.
func (w *world) agrees(claim casefile.Claim) workflow.DecideAppeal {
	w.t.Helper()
	list := w.appeals(claim.Case)
	return workflow.DecideAppeal{Claim: claim.ID, Agree: true, Digest: list[len(list)-1].AnswerDigest()}
}

// employ makes one more account.
func (w *world) employ(login string, role staff.Role, region core.RegionCode) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		id, err := w.staff.Create(ctx, tx, audit.Actor{Kind: "operator"}, staff.Account{Login: strings.ReplaceAll(login, " ", ""), Name: login, Roles: []staff.Role{role},
			Regions: []core.RegionCode{region}, Password: "a long pass phrase 17"})
		if err != nil {
			return err
		}
		p, err := w.staff.Person(ctx, tx, id)
		w.actors[login] = casefile.As(p)
		return err
	})
}

// What somebody says through the app becomes an appeal, once; said again while it is looked
// at, it lies in the case for an officer: nothing that is said is lost or refused by a machine.
//
// Control: appealSent that reports nothing filed ("0 appeals"); Hears without BackBy: named.
func TestWhatIsSaidInTheAppBecomesAnAppeal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx := t.Context()
	c, claim := w.ready("4071882635")
	w.refuse(claim)
	door := newEdge(w)
	sends := func(key, says string) {
		t.Helper()
		sent, err := door.papers.Send(ctx, papers.Sending{Citizen: "citizen-1", Key: key, Application: c.Application, Note: says, Item: dibao})
		w.must(err)
		if sent.Count != 0 {
			t.Errorf("%d papers", sent.Count)
		}
		id := int64(w.count(`select max(id) from supplement`))
		for range 2 {
			w.must(w.flow.PapersSent(ctx, jobs.PapersSent{Papers: id}))
		}
	}
	sends("one", "存款是卖粮的钱")
	if n := w.count(`select count(*) from appeal where door = 'app' and taken_by is null and sent is not null and state = 'open'`); n != 1 {
		t.Fatalf("%d appeals", n)
	}
	if got, _ := w.get(c.ID); got.Officer != w.id("second") {
		t.Errorf("the case is with %d", got.Officer)
	}
	sends("two", "还有一句")
	if n := w.count(`select count(*) from case_supplement`); n != 1 {
		t.Errorf("%d words lie in the case", n)
	}
	w.must(w.flow.Drop(ctx, w.actors["second"], claim.ID, "家里说不要了"))
	sends("three", "我没说过不要")
	if n := w.count(`select count(*) from appeal p join appeal_word w on w.appeal = p.id where w.door = 'app' and w.taken_by is null and w.sent is not null and p.back_by is null`); n != 1 {
		t.Errorf("%d words are heard that it is wanted still", n)
	}
}
