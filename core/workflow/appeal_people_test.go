package workflow_test

import (
	"fmt"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/staff"
	"lianou/core/workflow"
)

// Whoever refused a claim wrote that the household gives it up, and the appeal against them was
// over, in one request. It takes two who had no part in the refusal, each by name; the household
// reads of the first word at once, and the database refuses the rest.
//
// Control: ActDrop without mayDrop: "the same person again: \"same_person\", want back_unseconded" (the
// database refuses alone); mayWithdraw as it was: "who refused withdraws: \"database\", want appeal_open";
// no appeal_waits: "update claim set state = 'withdrawn' …: <nil>".
func TestAnAppealIsTakenBackByTwoNewPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx := t.Context()
	c, claim := w.ready("4071882635")
	w.refuse(claim)
	w.must(w.flow.Appeal(ctx, w.actors["officer"], claim.ID, "存款是卖粮的钱"))
	for _, who := range []string{"officer", "approver"} {
		w.named(who+": who refused gives it up", casefile.ErrSamePerson.Code, w.flow.Drop(ctx, w.actors[who], claim.ID, "家里说不要了"))
	}
	w.named("who refused withdraws", "appeal_open", w.flow.Withdraw(ctx, w.actors["officer"], c.ID, "本人说不办了"))
	w.must(w.flow.Drop(ctx, w.actors["second"], claim.ID, "本人电话里说不要了"))
	if p := w.appeals(c.ID)[0]; p.State != casefile.AppealOpen || p.BackBy != w.id("second") || w.claim(c.ID, dibao).State != casefile.ClaimAgreed {
		t.Errorf("after one word: %+v", p)
	}
	if n := w.count(`select count(*) from case_status where timeline::text like '%记下了您不要重新看了%不是您的意思,打 12345%'`); n != 1 {
		t.Errorf("%d households read of it", n)
	}
	w.named("the same person again", "back_unseconded", w.flow.Drop(ctx, w.actors["second"], claim.ID, "本人说不要了"))
	w.refusedSQL("appeal_people", `update appeal set state = 'withdrawn', withdrawn_by = `+fmt.Sprint(w.id("approver")))
	w.refusedSQL("appeal_back_two", `update appeal set state = 'withdrawn'`)
	w.refusedSQL("appeal_waits", `update claim set state = 'withdrawn' where state = 'agreed'`)
	w.hearsOfBack(c)
	w.refusedSQL("appeal_back_two", `update appeal set state = 'withdrawn', withdrawn_by = back_by`)
	w.must(w.flow.Drop(ctx, w.actors["county"], claim.ID, "又问了一遍,本人说不要了"))
	p := w.appeals(c.ID)[0]
	if p.State != casefile.AppealWithdrawn || p.BackBy != w.id("second") || p.Back != w.id("county") || w.claim(c.ID, dibao).State != casefile.ClaimWithdrawn {
		t.Errorf("taken back as %+v", p)
	}
	for act, want := range map[string]string{"appeal.back_said": "本人电话里说不要了", "claim.dropped": `"said_by"`} {
		if got := w.detail(c, act); !strings.Contains(got, want) {
			t.Errorf("%s leaves %s", act, got)
		}
	}
}

// grantedNursing is monthly money that two of the township granted.
func (w *world) grantedNursing() (casefile.Case, casefile.Claim) {
	w.t.Helper()
	w.enrol()
	w.work()
	c := w.visitedCase(w.application("4071882635"), nursing)
	w.must(w.granted(w.claim(c.ID, nursing), workflow.Propose{}))
	w.pay(w.claim(c.ID, nursing)) // next month's money is on the card
	return c, w.claim(c.ID, nursing)
}

// stays answers an open appeal about a grant with the decision as it was.
func (w *world) stays(claim casefile.Claim, reviewer, decider string) {
	w.t.Helper()
	w.must(w.flow.ReviewAppeal(w.t.Context(), w.actors[reviewer], workflow.ReviewAppeal{Claim: claim.ID, Outcome: casefile.AppealStands, Reasons: "就是这个数。"}))
	w.must(w.flow.DecideAppeal(w.t.Context(), w.actors[decider], w.agrees(claim)))
}

// Each answer barred two more people, until nobody was left who could stop the money. From the
// third appeal on those of the decision and of the last answer are barred, the county decides, and
// a stop for a death passes whoever asks meanwhile: with two people, who need not be new.
//
// Control: appeal_barred without few: "who answered the first looks again: \"same_person\", want "; without
// Lifted: "the township decides a third: \"\", want not_yours".
func TestAppealsDoNotUseUpEverybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, claim := w.grantedNursing()
	ctx := t.Context()
	w.employ("another", staff.Approver, town)
	w.employ("county two", staff.County, town.County())
	w.employ("county three", staff.County, town.County())
	ask := func(what string) { w.must(w.flow.Appeal(ctx, w.actors["officer"], claim.ID, what)) }
	ask("少了")
	w.stays(claim, "second", "another")
	ask("还是少")
	w.named("who answered before", casefile.ErrSamePerson.Code, w.flow.ReviewAppeal(ctx, w.actors["second"], workflow.ReviewAppeal{Claim: claim.ID, Outcome: casefile.AppealStands, Reasons: "x"}))
	w.stays(claim, "county", "county two")
	ask("第三回了")
	third := workflow.ReviewAppeal{Claim: claim.ID, Outcome: casefile.AppealStands, Reasons: "查过评定表,就是这个数。"}
	for _, who := range []string{"officer", "county"} {
		w.named(who+" looks at the third", casefile.ErrSamePerson.Code, w.flow.ReviewAppeal(ctx, w.actors[who], third))
	}
	w.named("who answered the first looks again", "", w.flow.ReviewAppeal(ctx, w.actors["second"], third))
	w.named("the township decides a third", casefile.ErrNotYours.Code, w.flow.DecideAppeal(ctx, w.actors["another"], w.agrees(claim)))
	w.dies(c.Person)
	w.named("a stop for a death", "", w.stops(claim, "officer", "approver"))
	w.must(w.flow.ReviewAppeal(ctx, w.actors["second"], third)) // about the stop too
	w.named("the county decides a third", "", w.flow.DecideAppeal(ctx, w.actors["county three"], w.agrees(claim)))
	if list := w.appeals(c.ID); len(list) != 3 || list[2].State != casefile.AppealAnswered {
		t.Errorf("%+v", list)
	}
	if n := w.count(`select count(*) from notice where kind = 'answered' and words like '%平原县%'`); n == 0 {
		t.Error("the answer to the third does not name the county")
	}
}

// A sum beyond what the township may decide was raised by two of the township, by way of an appeal
// or of a change. The level is that of the new sum in both; and who wrote the appeal down has no
// part in its answer.
//
// Control: above that says false: "a change: \"\", want not_yours"; appeal_bars without taken_by: "update
// appeal set reviewer = taken_by: <nil>".
func TestARaiseBeyondTheCeilingIsTheCountys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, book := range w.books.Books() { // a ceiling for monthly money, as a county may set one
		once, _ := book.Item(casefile.RushItem)
		if monthly, ok := book.Item(nursing); ok && once != nil {
			monthly.Ceiling = once.Ceiling
		}
	}
	c, claim := w.grantedNursing()
	ctx := t.Context()
	w.employ("another", staff.Approver, town)
	more, from := core.Yuan(2500), payout.PeriodOf(w.today()).Next().Next()
	change := workflow.ChangeBenefit{Claim: claim.ID, Amount: &more, From: from, Reason: "加一些。"}
	w.must(w.flow.ProposeChange(ctx, w.actors["officer"], change))
	w.named("a change", casefile.ErrNotYours.Code, w.flow.DecideChange(ctx, w.actors["approver"], w.says(claim, "")))
	w.must(w.flow.DecideChange(ctx, w.actors["county"], w.says(claim, "没有依据。")))

	w.must(w.flow.Appeal(ctx, w.actors["second"], claim.ID, "算少了"))
	raise := workflow.ReviewAppeal{Claim: claim.ID, Outcome: casefile.AppealChanged, Amount: &more, From: from, Reasons: "算少了。"}
	w.named("who wrote it down looks", casefile.ErrSamePerson.Code, w.flow.ReviewAppeal(ctx, w.actors["second"], raise))
	w.refusedSQL("appeal_people", `update appeal set reviewer = taken_by`)
	if p := w.appeals(c.ID)[0]; p.Reviewer != 0 {
		t.Errorf("given to %d", p.Reviewer)
	}
	w.employ("third", staff.Officer, town)
	w.must(w.flow.ReviewAppeal(ctx, w.actors["third"], raise))
	w.named("the township agrees", casefile.ErrNotYours.Code, w.flow.DecideAppeal(ctx, w.actors["another"], w.agrees(claim)))
	w.must(w.flow.DecideAppeal(ctx, w.actors["county"], w.agrees(claim)))
	if n := w.count(`select count(*) from notice where kind = 'changed' and words like '%2,500 元%' and words like '%平原县%'`); n != 1 {
		t.Errorf("%d notices name the county", n)
	}
}

// Whoever agrees to an answer agrees to the one that they read: sent back and written anew
// meanwhile, it is another.
//
// Control: DecideAppeal without the comparison: "agreed to another answer: \"\", want record_changed".
func TestAnAnswerIsAgreedToAsItWasRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, claim := w.grantedNursing()
	ctx := t.Context()
	w.employ("another", staff.Approver, town)
	w.must(w.flow.Appeal(ctx, w.actors["officer"], claim.ID, "少了"))
	from := payout.PeriodOf(w.today()).Next().Next()
	answer := func(yuan int64) {
		t.Helper()
		more := claim.Amount + core.Yuan(yuan)
		w.must(w.flow.ReviewAppeal(ctx, w.actors["second"], workflow.ReviewAppeal{Claim: claim.ID, Outcome: casefile.AppealChanged, Amount: &more, From: from, Reasons: "算少了。"}))
	}
	answer(10)
	read := w.agrees(claim)
	w.must(w.flow.DecideAppeal(ctx, w.actors["another"], workflow.DecideAppeal{Claim: claim.ID, Reason: "写清楚。"}))
	answer(900)
	w.named("agreed to another answer", "record_changed", w.flow.DecideAppeal(ctx, w.actors["another"], read))
	w.must(w.flow.DecideAppeal(ctx, w.actors["another"], w.agrees(claim)))
}

// A change that waits and an appeal stood in each other's way: neither could be decided. What waits
// is turned down by whoever may, and then the appeal goes on.
//
// Control: mayRaise as it was: "an answer over an open change: \"\", want change_open"; appeal_holds as it
// was: "turned down: same_person".
func TestAnOpenChangeAndAnAppealDoNotBlockEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, claim := w.grantedNursing()
	ctx := t.Context()
	w.employ("another", staff.Approver, town)
	from := payout.PeriodOf(w.today()).Next().Next()
	less, more := claim.Amount-core.Yuan(10), claim.Amount+core.Yuan(10)
	w.must(w.flow.ProposeChange(ctx, w.actors["officer"], workflow.ChangeBenefit{Claim: claim.ID, Amount: &less, From: from, Reason: "等级变了。"}))
	w.must(w.flow.Appeal(ctx, w.actors["officer"], claim.ID, "少了"))
	raise := workflow.ReviewAppeal{Claim: claim.ID, Outcome: casefile.AppealChanged, Amount: &more, From: from, Reasons: "算少了。"}
	w.named("an answer over an open change", "change_open", w.flow.ReviewAppeal(ctx, w.actors["second"], raise))
	w.named("who proposed it is barred", casefile.ErrSamePerson.Code, w.flow.DecideChange(ctx, w.actors["another"], w.says(claim, "")))
	w.named("turned down", "", w.flow.DecideChange(ctx, w.actors["another"], w.says(claim, "正在重新看。")))
	w.must(w.flow.ReviewAppeal(ctx, w.actors["second"], raise))
	w.must(w.flow.DecideAppeal(ctx, w.actors["another"], w.agrees(claim)))
}
