package workflow_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/workflow"
)

// meetsWith is a conference of today by the people of these accounts and a doctor from elsewhere.
func (w *world) meetsWith(id core.CaseID, logins ...string) workflow.Confer {
	in := w.meeting(id)
	in.People = in.People[2:]
	for i := len(logins) - 1; i >= 0; i-- {
		in.People = append([]casefile.Attendee{{Staff: w.id(logins[i])}}, in.People...)
	}
	return in
}

// What was resolved holds for the decision that rests on it. The sum that changes in February, long
// after the day up to which it might be granted, and above what was resolved then, is another matter.
//
// Control: conference_binds of 00580, which looks at no decision: `above_resolved`.
func TestAConferenceBindsTheDecisionThatRestsOnIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx := t.Context()
	c := w.visitedCase(w.application("4071882635"), nursing)
	claim := w.claim(c.ID, nursing)
	w.must(w.flow.Conference(ctx, w.actors["officer"], w.meeting(c.ID)))
	w.must(w.concluded(c.ID, w.helps(claim, 200)))
	w.env.Advance(time.Hour)
	sum, over := core.Yuan(200), core.Yuan(201)
	w.named("more than was resolved", "above_resolved", w.granted(claim, workflow.Propose{Amount: &over}))
	w.must(w.granted(claim, workflow.Propose{Amount: &sum}))
	w.pay(w.claim(c.ID, nursing))
	w.env.Advance(30 * 24 * time.Hour)
	more := core.Yuan(230)
	w.must(w.flow.ProposeChange(ctx, w.actors["officer"], workflow.ChangeBenefit{Claim: claim.ID, Amount: &more, From: payout.PeriodOf(w.today()).Next().Next(), Reason: "评定为一级。"}))
	w.must(w.flow.DecideChange(ctx, w.actors["approver"], w.says(claim, "")))
	if got := w.claim(c.ID, nursing).Amount; got != more {
		t.Errorf("the household gets %d fen a month", got)
	}
}

// An item that the household gave up and asks for after all is asked for anew: the conference of before
// says nothing about it.
//
// Control: without claim_lapses_conference: "above_resolved".
func TestAnItemAskedForAnewIsNotBoundByTheConferenceOfBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx, officer := t.Context(), w.actors["officer"]
	c := w.visitedCase(w.application("4071882635"), nursing, dibao)
	claim := w.claim(c.ID, nursing)
	w.must(w.flow.Conference(ctx, officer, w.meeting(c.ID)))
	w.must(w.concluded(c.ID, w.helps(claim, 20)))
	w.refusedSQL("conference_stays", `update conference set lapsed = now()`)
	w.must(w.flow.Drop(ctx, officer, claim.ID, "先不要了"))
	w.must(w.flow.AddItems(ctx, officer, workflow.AddItems{Case: c.ID, Items: []core.ItemCode{nursing}, Agreed: atDoor}))
	w.must(w.flow.Propose(ctx, officer, workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"符合条件"}}))
	w.refusedSQL("conference_stays", `update conference set lapsed = null`)
}

// Who refused an item calls no conference while an appeal asks about it, is at none, and neither writes
// nor signs: what they may not decide they would bind so, for ever.
//
// Control: meets and conference_barred that find nobody: `who refused calls it: "", want barred_meets`.
func TestWhoRefusedBindsNothingByAConference(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx := t.Context()
	c, claim := w.ready("4071882635")
	w.must(w.heardOf(w.refuse(claim)))
	w.employ("taker", "officer", town) // who writes an appeal down is barred as well
	w.must(w.flow.Appeal(ctx, w.actors["taker"], claim.ID, "存款是卖粮的钱"))
	w.named("who refused calls it", "barred_meets", w.flow.Conference(ctx, w.actors["officer"], w.meetsWith(c.ID, "second", "county")))
	w.named("who refused is asked", "barred_meets", w.flow.Conference(ctx, w.actors["second"], w.meetsWith(c.ID, "second", "approver")))
	w.must(w.flow.Conference(ctx, w.actors["second"], w.meetsWith(c.ID, "second", "county")))
	w.named("who refused is asked later", "barred_meets", w.flow.Invite(ctx, w.actors["second"],
		workflow.Invite{Case: c.ID, On: w.today(), Place: "县里", More: []casefile.Attendee{{Staff: w.id("officer")}}}))
	w.named("who refused asks others", "barred_meets", w.flow.Invite(ctx, w.actors["approver"], workflow.Invite{Case: c.ID, On: w.today(), Place: "县里"}))
	w.refusedSQL("conference_barred", fmt.Sprintf(`insert into conference_member (conference, case_id, region, nth, staff, name, function)
		select id, case_id, region, 9, %d, '某', '审批' from conference`, w.id("approver")))
	// Who was asked before the appeal was filed neither writes nor counts.
	w.super(`alter table conference_member disable trigger conference_member_guard;
		update conference_member set staff = ` + fmt.Sprint(w.id("officer")) + ` where nth = 1; alter table conference_member enable trigger conference_member_guard`)
	r := w.helps(claim, 300)
	w.named("who refused writes", "barred_meets", w.minuted(c.ID, r))
	r.Minutes, r.Votes = "都发了言。", all(w.last(c.ID))
	w.super(`insert into conference_member (conference, case_id, region, nth, staff, name, function) select id, case_id, region, 4, ` + fmt.Sprint(w.id("second")) + `, 'second', '经办' from conference`)
	r.Votes[3], r.Votes[4] = casefile.VoteAbsent, casefile.VoteFor
	w.named("who refused is counted", "barred_meets", w.flow.Minute(ctx, w.actors["second"], workflow.Minutes{Case: c.ID, Resolution: r}))
}

// What the writer puts down as a colleague's vote counts once that colleague found it right in a session
// of their own; minutes written anew are read anew.
//
// Control: mayEndConference without Unread, conference_votes without confirmed: `nobody else has read them: "", want minutes_unread`.
func TestAVoteOfTheStaffIsTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	w.employ("countytwo", "county", town.County())
	ctx, county := t.Context(), w.actors["county"]
	c, claim := w.ready("4071882635")
	w.must(w.flow.Conference(ctx, w.actors["officer"], w.meetsWith(c.ID, "officer", "county", "approver", "countytwo")))
	w.must(w.minuted(c.ID, w.helps(claim, 300)))
	was := w.last(c.ID)
	w.named("nobody else has read them", "minutes_unread", w.flow.EndConference(ctx, county, c.ID, was.Digest))
	w.refusedSQL("conference_unconfirmed", fmt.Sprintf(`update conference set second_by = %d, second_at = now()`, w.id("county")))
	w.must(w.flow.FindRight(ctx, w.actors["approver"], c.ID, was.Digest))
	w.named("twice", casefile.ErrMovedOn.Code, w.flow.FindRight(ctx, w.actors["approver"], c.ID, was.Digest))
	w.named("who wrote it reads", casefile.ErrMovedOn.Code, w.flow.FindRight(ctx, w.actors["officer"], c.ID, was.Digest))
	w.named("who was not there reads", casefile.ErrMovedOn.Code, w.flow.FindRight(ctx, w.actors["second"], c.ID, was.Digest))
	w.refusedSQL("conference_stays", `update conference set digest = repeat('b', 64)`)
	w.refusedSQL("conference_stays", `update conference_member set confirmed = null where confirmed is not null`)
	r := w.helps(claim, 200)
	r.Votes = all(was)
	r.Votes[3] = casefile.VoteAgainst
	w.must(w.minuted(c.ID, r)) // the approver was against it, and says so
	now := w.last(c.ID)
	if n := w.count(`select count(*) from conference_member where confirmed is not null`); n != 0 {
		t.Errorf("%d found right what was written after", n)
	}
	w.named("what was shown before", "record_changed", w.flow.FindRight(ctx, w.actors["approver"], c.ID, was.Digest))
	w.must(w.flow.FindRight(ctx, w.actors["approver"], c.ID, now.Digest))
	w.named("one of two has read them", "minutes_unread", w.flow.EndConference(ctx, county, c.ID, now.Digest))
	w.must(w.flow.FindRight(ctx, w.actors["countytwo"], c.ID, now.Digest))
	w.must(w.flow.EndConference(ctx, county, c.ID, now.Digest))
}

// A conference that nobody could sign is not called, and minutes that nobody could sign are not written.
//
// Control: guests that does not ask signs: `two officers and a doctor: "", want invalid_people`. Named:
// Minute without signable; conference_votes without the state of the claim.
func TestAConferenceThatNobodyCouldSignIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx := t.Context()
	c, _ := w.ready("4071882635")
	w.must(w.flow.AddItems(ctx, w.actors["officer"], workflow.AddItems{Case: c.ID, Items: []core.ItemCode{casefile.RushItem}, Agreed: atDoor}))
	claim := w.claim(c.ID, casefile.RushItem)
	w.named("two officers and a doctor", "invalid_people", w.flow.Conference(ctx, w.actors["officer"], w.meetsWith(c.ID, "officer", "second")))
	w.named("an assistant", "invalid_people", w.flow.Conference(ctx, w.actors["officer"], w.meetsWith(c.ID, "officer", "helper", "county")))
	w.must(w.flow.Conference(ctx, w.actors["officer"], w.meetsWith(c.ID, "officer", "county", "approver")))
	r := w.helps(claim, 200)
	r.Minutes, r.Votes = "都发了言。", all(w.last(c.ID))
	r.Votes[3] = casefile.VoteAbsent
	w.named("the county writes, an officer signs", "invalid_people", w.flow.Minute(ctx, w.actors["county"], workflow.Minutes{Case: c.ID, Resolution: r}))
	r.Votes[2], r.Votes[3] = casefile.VoteAbsent, casefile.VoteFor
	r.Amount = core.Yuan(6000)
	w.named("above the ceiling, nobody of the county was there", "invalid_people", w.flow.Minute(ctx, w.actors["officer"], workflow.Minutes{Case: c.ID, Resolution: r}))
	r.Amount = core.Yuan(200)
	w.must(w.flow.Minute(ctx, w.actors["officer"], workflow.Minutes{Case: c.ID, Resolution: r}))
	// What was decided meanwhile is not bound by a signature that comes late.
	w.must(w.flow.FindRight(ctx, w.actors["county"], c.ID, w.last(c.ID).Digest)) // was absent
	w.must(w.flow.Drop(ctx, w.actors["officer"], claim.ID, "不要了"))
	w.named("an item that was given up meanwhile", "resolved_gone", w.flow.EndConference(ctx, w.actors["approver"], c.ID, w.last(c.ID).Digest))
}

// What is minuted and voted one person of the county does not void by a word: another agrees first.
//
// Control: CallOff and conference_guard of before: `an approver asks: "case_moved_on", want not_yours`
// (it was off by SQL before), and the SQL: `<nil>`.
func TestWhatIsMinutedIsCalledOffByTwo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx := t.Context()
	c, claim := w.ready("4071882635")
	w.must(w.flow.Conference(ctx, w.actors["officer"], w.meeting(c.ID)))
	w.must(w.minuted(c.ID, w.helps(claim, 300)))
	w.refusedSQL("conference_off_two", fmt.Sprintf(`update conference set off_by = %d, off_at = now(), off_sealed = '\x01'`, w.id("county")))
	w.named("an approver asks", "not_yours", w.off("approver", c.ID, "不算"))
	w.must(w.off("county", c.ID, "会上看的票据是别人家的"))
	if got, _ := w.get(c.ID); got.State != casefile.CaseConference {
		t.Fatalf("the case is %s by one word", got.State)
	}
	w.named("the same person again", "same_person", w.off("county", c.ID, "不算"))
	w.refusedSQL("conference_off_two", fmt.Sprintf(`update conference set off_by = %d, off_at = now()`, w.id("county")))
	w.must(w.minuted(c.ID, w.helps(claim, 300))) // written anew: what was asked about was the other
	w.named("agreed to what was asked about before", "not_yours", w.off("approver", c.ID, ""))
	w.must(w.off("county", c.ID, "会上看的票据是别人家的"))
	w.must(w.off("approver", c.ID, ""))
	if got, _ := w.get(c.ID); got.State != casefile.CaseVisiting {
		t.Errorf("called off by two, and the case is %s", got.State)
	}
	if n := w.count(`select count(*) from notice where kind = 'conference' and words like '%现在不开会了。会上看的票据是别人家的。%'`); n != 1 {
		t.Errorf("the household is told %d times", n)
	}
}

// Why a conference was called says what ails whom: it is sealed with the case, as the minutes are, and
// stands neither in the timeline nor in the log.
//
// Control: the event of before: `"孩子的病" stands in case_event 2 times`.
func TestWhyAConferenceWasCalledIsSealed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx := t.Context()
	c, claim := w.ready("4071882635")
	w.must(w.flow.Conference(ctx, w.actors["officer"], w.meeting(c.ID)))
	w.must(w.concluded(c.ID, w.helps(claim, 300)))
	w.must(w.flow.Conference(ctx, w.actors["officer"], w.meeting(c.ID)))
	w.must(w.off("county", c.ID, "按规定就能办"))
	for _, words := range []string{"孩子的病", "药费一直", "按规定就能办", "看了病历"} {
		for table, sql := range map[string]string{
			"conference":  `select count(*) from conference t where to_jsonb(t)::text like '%' || $1 || '%'`,
			"case_event":  `select count(*) from case_event where staff like '%' || $1 || '%'`,
			"audit_entry": `select count(*) from audit_entry t where to_jsonb(t)::text like '%' || $1 || '%'`,
		} {
			if n := w.count(sql, words); n != 0 {
				t.Errorf("%q stands in %s %d times", words, table, n)
			}
		}
	}
	list := w.view(c.ID).Conferences
	if len(list) != 2 || list[0].Why != "孩子的病要长期吃药" || list[0].Reasons != "药费一直要花" || list[1].OffWhy != "按规定就能办" {
		t.Errorf("whoever handles the case reads %+v", list)
	}
	w.super(`alter table conference disable trigger conference_guard; update conference set why = '原来的理由', why_sealed = null where id = ` + fmt.Sprint(list[0].ID) + `; alter table conference enable trigger conference_guard`)
	if got := w.view(c.ID).Conferences[0].Why; got != "原来的理由" {
		t.Errorf("one of before says %q", got)
	}
	for _, act := range []string{"conference.called", "conference.called_off"} {
		if detail := w.detail(c, act); strings.Contains(detail, "孩子的病") || strings.Contains(detail, "按规定") {
			t.Errorf("%s leaves %s", act, detail)
		}
	}
}
