package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/workflow"
)

// Less money, or none, is told before it is so: from the month after the one in which the household
// is told, and where the law gives days, after those (特困人员认定办法第26条). What was proposed in time and
// is decided too late is no stop; more money waits for nobody, nor does what a death ends.
//
// Controls: toldBefore that holds nobody ("this month: <nil>"); mayPut without it ("decided too late:
// change_not_told"'s sentence is the database's); the trigger of 00683 left out ("by SQL … <nil>").
func TestLessMoneyIsToldBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, claim := w.grantedNursing()
	w.noticeOf(nursing, 100)
	ctx, officer, approver := t.Context(), w.actors["officer"], w.actors["approver"]
	today := w.today()
	next := payout.PeriodOf(today).Next().Next() // the month before it is paid
	first := payout.PeriodOf(today.AddDate(0, 0, 100)).Next()
	less, more := claim.Amount-core.Yuan(10), claim.Amount+core.Yuan(10)
	for name, in := range map[string]workflow.ChangeBenefit{
		"a stop":          {Claim: claim.ID, From: next, Reason: "搬到外省了。"},
		"less":            {Claim: claim.ID, From: next, Amount: &less, Reason: "等级变了。"},
		"the month after": {Claim: claim.ID, From: payout.PeriodOf(today.AddDate(0, 0, 100)), Reason: "搬到外省了。"},
	} {
		err := w.flow.ProposeChange(ctx, officer, in)
		if said := core.Known(err).Say; !errors.Is(err, casefile.ErrNotTold) || !strings.Contains(said, "提前 100 天") || !strings.Contains(said, payout.SayMonth(string(first))) {
			t.Errorf("%s: %v, %q", name, err, said)
		}
	}
	w.must(w.flow.ProposeChange(ctx, officer, workflow.ChangeBenefit{Claim: claim.ID, From: next, Amount: &more, Reason: "等级变了。"}))
	w.must(w.flow.DecideChange(ctx, approver, w.says(claim, "")))
	// Proposed in time, and decided a month later.
	w.must(w.flow.ProposeChange(ctx, officer, workflow.ChangeBenefit{Claim: claim.ID, From: first, Reason: "搬到外省了。"}))
	w.env.Advance(35 * 24 * time.Hour)
	err := w.flow.DecideChange(ctx, approver, w.says(claim, ""))
	if said := core.Known(err).Say; !errors.Is(err, casefile.ErrNotTold) || !strings.Contains(said, "最早从") {
		t.Errorf("decided too late: %v, %q", err, said)
	}
	if n := w.count(`select count(*) from payout_stop`) + w.count(`select count(*) from notice where kind = 'changed' and claim = $1`, claim.ID); n != 1 {
		t.Errorf("%d stops and messages, want the one of more money", n)
	}
	w.refusedSQL("benefit_noticed", fmt.Sprintf(`update benefit_change set state = 'approved', approver = %d, decided = now() + shift, appeal = '六十天内可以申请行政复议' from lianou_clock where state = 'proposed'`, approver.Staff))
	w.must(w.flow.DecideChange(ctx, approver, w.says(claim, "请改后面的月份。")))
	// In time: the household reads from when, and that it goes on until then.
	last := payout.PeriodOf(w.today().AddDate(0, 0, 100)).Next()
	w.must(w.flow.ProposeChange(ctx, officer, workflow.ChangeBenefit{Claim: claim.ID, From: last, Reason: "搬到外省了。"}))
	w.must(w.flow.DecideChange(ctx, approver, w.says(claim, "")))
	if n := w.count(`select count(*) from payout_stop where from_period = $1`, last); n != 1 {
		t.Errorf("%d stops from %s", n, last)
	}
	if n := w.count(`select count(*) from notice where kind = 'changed' and words like '%起停发%那以前照原来的发%'`); n != 1 {
		t.Errorf("%d messages say that it goes on until then", n)
	}
}

// Less is what is less than the month was to be, whatever was agreed for later: a change of the spring does
// not make a smaller sum of the winter more (00700). Who reads of it reads what they have now.
//
// Controls: compared with the claim's newest sum ("in two steps: <nil>"); benefit_due that looks for the
// newest change of any month ("by SQL …"); the sum not looked at again by who agrees ("agreed for another month since: <nil>").
func TestLessIsLessThanThatMonth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, claim := w.grantedNursing()
	w.noticeOf(nursing, 100)
	ctx, officer, approver := t.Context(), w.actors["officer"], w.actors["approver"]
	soon := payout.PeriodOf(w.today()).Next().Next()
	late := payout.PeriodOf(w.today().AddDate(0, 0, 100)).Next().Next()
	one, less, more := core.Yuan(1), claim.Amount-core.Yuan(10), claim.Amount+core.Yuan(10)
	w.must(w.flow.ProposeChange(ctx, officer, workflow.ChangeBenefit{Claim: claim.ID, From: late, Amount: &one, Reason: "等级变了。"}))
	w.must(w.flow.DecideChange(ctx, approver, w.says(claim, "")))
	if err := w.flow.ProposeChange(ctx, officer, workflow.ChangeBenefit{Claim: claim.ID, From: soon, Amount: &less, Reason: "等级又变了。"}); !errors.Is(err, casefile.ErrNotTold) {
		t.Errorf("in two steps: %v", err)
	}
	// More for the months until then, and the household reads what it has now.
	w.must(w.flow.ProposeChange(ctx, officer, workflow.ChangeBenefit{Claim: claim.ID, From: soon, Amount: &more, Reason: "等级又变了。"}))
	w.must(w.flow.DecideChange(ctx, approver, w.says(claim, "")))
	if n := w.count(`select count(*) from notice where kind = 'changed' and words like $1`, "%"+more.Short()+"%"+claim.Amount.Short()+"%"); n != 1 {
		t.Errorf("%d messages say from what to what: %s", n, w.told(`select words from notice where kind = 'changed'`))
	}
	// What the spring was to have is mended before it comes, at once: it is more than was agreed for it.
	w.must(w.flow.ProposeChange(ctx, officer, workflow.ChangeBenefit{Claim: claim.ID, From: late, Amount: &less, Reason: "看错了。"}))
	w.must(w.flow.DecideChange(ctx, approver, w.says(claim, "")))
}

// noticeOf gives an item so many days' notice.
func (w *world) noticeOf(item core.ItemCode, days int) {
	w.t.Helper()
	w.must(w.env.DB(pgtest.Owner).Tx(w.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into benefit_notice values ($1, $2, '某办法第26条')`, item, days)
		return err
	}))
}

// A death that the registry knows ends money without days.
func TestADeathWaitsForNoNotice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, claim := w.grantedNursing()
	w.noticeOf(nursing, 100)
	w.dies(c.Person)
	next := payout.PeriodOf(w.today()).Next().Next()
	w.must(w.flow.ProposeChange(t.Context(), w.actors["officer"], workflow.ChangeBenefit{Claim: claim.ID, From: next, Reason: "人已经过世。"}))
	w.must(w.flow.DecideChange(t.Context(), w.actors["approver"], w.says(claim, "")))
	if n := w.count(`select count(*) from payout_stop where from_period = $1`, next); n != 1 {
		t.Errorf("%d stops", n)
	}
}
