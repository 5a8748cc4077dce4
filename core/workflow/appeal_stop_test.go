package workflow_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/staff"
	"lianou/core/workflow"
)

// dies has the registry know that somebody died.
func (w *world) dies(who core.PersonID) {
	w.t.Helper()
	life, err := registry.NewLife(w.registry, w.jobs)
	w.must(err)
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		_, err := life.Because("火化证明,编号 20261107").Death(ctx, tx, registry.Purpose{Actor: audit.Actor{Kind: "operator"}, Why: "test"}, registry.Told{Day: tx.Today(), Source: "officer:paper"}, who)
		return err
	})
}

// stops has one propose to stop monthly money, and another agree.
func (w *world) stops(claim casefile.Claim, proposer, approver string) error {
	w.t.Helper()
	err := w.flow.ProposeChange(w.t.Context(), w.actors[proposer], workflow.ChangeBenefit{Claim: claim.ID, From: payout.PeriodOf(w.today()).Next().Next(), Reason: "不符合条件了。"})
	if err != nil {
		return err
	}
	return w.flow.DecideChange(w.t.Context(), w.actors[approver], w.says(claim, ""))
}

// The two against whom a household appeals stopped its money meanwhile, for whatever reason they
// liked; the appeal could not be answered by a sum any more, and the household could say nothing to
// the stop. They stop nothing but for a death that the registry knows, by the database as well; two
// others may; and then the appeal is about the stop too, of which the household is told.
//
// Control: mayStop that returns nil and appeal_holds of 00573: "who granted it stops it: \"\", want
// same_person", "update benefit_change set state = 'approved', … insert into benefit_change …: <nil>".
// appeal_joined that joins nothing: "who stopped it answers: \"case_moved_on\"", "a word to the stop: \"appeal_open\", want ".
func TestWhoIsAppealedAgainstStopsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, claim := w.grantedNursing()
	ctx := t.Context()
	w.employ("another", staff.Approver, town)
	w.employ("third", staff.Officer, town)
	w.must(w.flow.Appeal(ctx, w.actors["county"], claim.ID, "三百太少了"))
	w.named("who granted it stops it", casefile.ErrSamePerson.Code, w.stops(claim, "officer", "approver"))
	w.named("the county proposes without being asked", casefile.ErrSamePerson.Code, w.flow.ProposeChange(ctx, w.actors["county"],
		workflow.ChangeBenefit{Claim: claim.ID, From: payout.PeriodOf(w.today()).Next().Next(), Reason: "不符合条件了。"}))
	w.named("who granted it agrees", casefile.ErrSamePerson.Code, w.stops(claim, "second", "approver"))
	w.refusedSQL("decision_people", fmt.Sprintf(`update benefit_change set state = 'approved', approver = %d, decided = lianou_now(), appeal = '可以申请行政复议' where state = 'proposed'`, w.id("approver")))
	w.refusedSQL("decision_people", fmt.Sprintf(`insert into benefit_change (claim_id, case_id, region, kind, was, from_period, reason, proposer, proposed)
		select id, case_id, region, 'stop', amount, '202901', '不符合条件了。', %d, lianou_now() from claim where id = %d`, w.id("officer"), claim.ID))

	// 1. An answer that waits is about what was before the stop.
	w.must(w.flow.ReviewAppeal(ctx, w.actors["third"], workflow.ReviewAppeal{Claim: claim.ID, Outcome: casefile.AppealStands, Reasons: "就是这个数。"}))
	w.must(w.flow.DecideChange(ctx, w.actors["another"], w.says(claim, "")))
	p := w.appeals(c.ID)[0]
	if p.Stop == 0 || p.State != casefile.AppealOpen || p.SentBack == "" {
		t.Errorf("joined as %+v", p)
	}
	for _, want := range []string{"%您说不对的事还在重新看,停发也一起看。有话要说,打 12345。%", "%还在重新看%行政复议%"} {
		if n := w.count(`select count(*) from notice where kind = 'changed' and words like $1`, want); n != 1 {
			t.Errorf("%d notices say %s", n, want)
		}
	}
	// 2. Who stopped it has no part in the answer.
	w.named("who stopped it answers", casefile.ErrSamePerson.Code, w.flow.ReviewAppeal(ctx, w.actors["second"], workflow.ReviewAppeal{Claim: claim.ID, Outcome: casefile.AppealStands, Reasons: "该停。"}))
	w.refusedSQL("appeal_people", fmt.Sprintf(`update appeal set reviewer = %d`, w.id("another")))
	w.refusedSQL("appeal_stop", `update appeal set stop = null, stopped = null`)
	// 3. The household says something to it, once.
	promise, err := w.flow.AppealAt(ctx, w.actors["helper"], workflow.Appeal{Claim: claim.ID, Says: "他一天也没好过", Door: casefile.DoorHotline})
	w.named("a word to the stop", "", err)
	if !strings.Contains(promise, "您这句也一起看") {
		t.Errorf("promised %q", promise)
	}
	w.named("again", casefile.ErrAppealOpen.Code, w.flow.Appeal(ctx, w.actors["helper"], claim.ID, "他一天也没好过"))
	if v := w.view(c.ID); len(v.Appeals) != 1 || len(v.Appeals[0].More) != 1 || v.Appeals[0].More[0].Says != "他一天也没好过" {
		t.Errorf("%+v", v.Appeals)
	}
	if n := w.count(`select count(*) from appeal_word where position(convert_to('没好过', 'UTF8') in says) > 0`); n != 0 {
		t.Error("what was said lies in the clear")
	}
	w.must(w.flow.ReviewAppeal(ctx, w.actors["third"], workflow.ReviewAppeal{Claim: claim.ID, Outcome: casefile.AppealOtherwise, Reasons: "停错了,重新报一次,从下月补上。"}))
	w.employ("county two", staff.County, town.County())
	w.must(w.flow.DecideAppeal(ctx, w.actors["county two"], w.agrees(claim)))
}

// backNotice is the newest that tells of a word that an appeal is not wanted any more.
func (w *world) backNotice(c casefile.Case) int64 {
	w.t.Helper()
	return int64(w.count(`select coalesce(max(id), 0) from notice where case_id = $1 and key like 'appeal_back/%'`, int64(c.ID)))
}

// reaches has a notice reach whom it is for.
func (w *world) reaches(notice int64) {
	w.t.Helper()
	w.must(w.heardOf(notice))
}

// hearsOfBack has a household hear that its appeal is not wanted any more, and say nothing to it.
func (w *world) hearsOfBack(c casefile.Case) {
	w.t.Helper()
	w.reaches(w.backNotice(c))
	w.env.Advance(time.Duration(w.appeals(c.ID)[0].BackFrom-w.today()) * 24 * time.Hour)
}

// A clerk typed that the household does not want its appeal any more, a second person posted the same
// a minute later, and it was over; the household heard nothing. It is told with the first word. The
// second counts once that notice came through, or somebody else told them, and three working days
// after; until then they say at any door that it is not so, and it goes on.
//
// Control: mayDrop without BackFrom and the guard without back_from: "before they heard: \"\", want
// back_untold", "update appeal set state = 'withdrawn' …: <nil>". SaidInPerson without
// backTeller: "who wrote it down says that they know: \"\", want same_person".
func TestAHouseholdHearsThatItsAppealIsTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx := t.Context()
	c, claim := w.ready("4071882635")
	w.refuse(claim)
	w.must(w.flow.Appeal(ctx, w.actors["county"], claim.ID, "存款是卖粮的钱"))
	w.employ("third", staff.Officer, town)
	drop := func(who string) error { return w.flow.Drop(ctx, w.actors[who], claim.ID, "家里说不要了") }

	// 1. Nobody has told them.
	w.must(drop("second"))
	w.named("before they heard", "back_untold", drop("third"))
	first := w.backNotice(c)
	if n := w.count(`select count(*) from notice where id = $1 and words like '%有人记下您不要重新看了%不是您的意思,请打 12345%' and phone is not null`, first); n != 1 {
		t.Errorf("%d notices tell of it", n)
	}
	w.refusedSQL("appeal_back_told", fmt.Sprintf(`update appeal set state = 'withdrawn', withdrawn_by = %d`, w.id("third")))
	w.refusedSQL("appeal_back_told", `update appeal set back_from = '2020-01-01'`)

	// 2. It is not so, says the household.
	_, err := w.flow.AppealAt(ctx, w.actors["helper"], workflow.Appeal{Claim: claim.ID, Says: "我没说过不要", Door: casefile.DoorHotline})
	w.named("it is not so", "", err)
	if p := w.appeals(c.ID)[0]; p.State != casefile.AppealOpen || p.BackBy != 0 {
		t.Errorf("after their word: %+v", p)
	}
	w.reaches(first) // late, and of a word that fell
	w.named("a word that fell", "", drop("third"))
	w.env.Advance(time.Second)
	w.named("and its second", "back_untold", drop("second"))

	// 3. No message reaches them, and somebody else than who wrote it down goes.
	untold := w.backNotice(c)
	w.must(w.flow.Untold(ctx, jobs.Untold{Notice: untold, Region: town}))
	var task casefile.CallTask
	for _, one := range w.tasks() {
		if one.Notice == fmt.Sprint(untold) {
			task = one
		}
	}
	w.named("who wrote it down says that they know", casefile.ErrSamePerson.Code, w.flow.SaidInPerson(ctx, w.actors["third"], task.ID, atTheDoor))
	w.must(w.flow.SaidInPerson(ctx, w.actors["helper"], task.ID, atTheDoor))
	from := w.appeals(c.ID)[0].BackFrom
	if want := w.calendar().Add(w.today(), 3).AddDate(0, 0, 1); from < want {
		t.Errorf("from %s, want %s", from, want)
	}
	w.named("on the day they heard", "back_waits", drop("second"))
	w.refusedSQL("appeal_back_told", fmt.Sprintf(`update appeal set state = 'withdrawn', withdrawn_by = %d`, w.id("second")))
	w.refusedSQL("appeal_back_told", `update appeal set back_from = back_from - 2`)
	w.env.Advance(time.Duration(from-w.today()) * 24 * time.Hour)
	w.named("their days are over", "", drop("second"))
	if p := w.appeals(c.ID)[0]; p.State != casefile.AppealWithdrawn || p.BackBy != w.id("third") || p.Back != w.id("second") {
		t.Errorf("taken back as %+v", p)
	}
}
