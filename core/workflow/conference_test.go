package workflow_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/seal"
	"lianou/core/workflow"
)

// meeting is a conference of today over a case: the officer, the county, and a doctor from
// elsewhere.
func (w *world) meeting(id core.CaseID) workflow.Confer {
	return workflow.Confer{Case: id, Ground: casefile.ConferHardship, Why: "孩子的病要长期吃药", On: w.today(), Place: "县民政局",
		People: []casefile.Attendee{{Staff: w.id("officer")}, {Staff: w.id("county")}, {Name: "李大夫", Function: "县卫健局"}}}
}

// all is everybody's vote for what was written down.
func all(c casefile.Conference) map[int]casefile.Vote {
	votes := map[int]casefile.Vote{}
	for _, p := range c.People {
		votes[p.Nth] = casefile.VoteFor
	}
	return votes
}

// last is the newest conference of a case.
func (w *world) last(id core.CaseID) casefile.Conference {
	list := w.view(id).Conferences
	return list[len(list)-1]
}

// minuted has the officer write down what a conference came to, by everybody's vote.
func (w *world) minuted(id core.CaseID, r casefile.Resolution) error {
	if r.Minutes == "" {
		r.Minutes = "看了病历和票据,都发了言。"
	}
	if r.Votes == nil {
		r.Votes = all(w.last(id))
	}
	return w.flow.Minute(w.t.Context(), w.actors["officer"], workflow.Minutes{Case: id, Resolution: r})
}

// concluded has the county sign it as well.
func (w *world) concluded(id core.CaseID, r casefile.Resolution) error {
	if err := w.minuted(id, r); err != nil {
		return err
	}
	return w.flow.EndConference(w.t.Context(), w.actors["county"], id, w.last(id).Digest)
}

// helps resolves to help with a claim, with so many yuan and for ten days.
func (w *world) helps(claim casefile.Claim, yuan int64) casefile.Resolution {
	return casefile.Resolution{Outcome: casefile.ConferHelp, Claim: claim.ID, Amount: core.Yuan(yuan), Until: w.today() + 10, Reasons: "药费一直要花"}
}

// F103: a conference is called on a ground, by people who may be there, in the days there are
// for it; minutes have a vote of each, two people sign in sessions of their own, the household is
// told with the way to ask again, and what follows is an ordinary opinion of no more than that.
//
// Control: claim_within_conference that looks at proposal and amount alone, so that what was sent
// back passes again: `after its day: "", want after_resolved`. Named, not seen red: conference_votes that
// finds no fault; no tell in conferred.
func TestAConferenceIsHeldAndBindsWhatFollows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	c, claim := w.ready("4071882635")
	ctx, officer, county := t.Context(), w.actors["officer"], w.actors["county"]
	for name, one := range map[string]struct {
		spoil func(*workflow.Confer)
		want  string
	}{
		"no ground":             {func(in *workflow.Confer) { in.Ground = "" }, "invalid_ground"},
		"no why":                {func(in *workflow.Confer) { in.Why = " " }, "invalid_why"},
		"nowhere":               {func(in *workflow.Confer) { in.Place = "" }, "invalid_place"},
		"yesterday":             {func(in *workflow.Confer) { in.On-- }, "invalid_on"},
		"next month":            {func(in *workflow.Confer) { in.On += 31 }, "invalid_on"},
		"two people":            {func(in *workflow.Confer) { in.People = in.People[:2] }, "invalid_people"},
		"one who can sign":      {func(in *workflow.Confer) { in.People[1] = casefile.Attendee{Name: "王某", Function: "教育局"} }, "invalid_people"},
		"somebody of no office": {func(in *workflow.Confer) { in.People[2].Function = "" }, "invalid_people"},
		"an account twice":      {func(in *workflow.Confer) { in.People[1].Staff = in.People[0].Staff }, "invalid_people"},
		"another township's":    {func(in *workflow.Confer) { in.People[1].Staff = w.id("stranger") }, "invalid_people"},
		"the applicant":         {func(in *workflow.Confer) { in.People[2].Name = "周桂兰" }, "kin_meets"},
	} {
		in := w.meeting(c.ID)
		one.spoil(&in)
		w.named(name, one.want, w.flow.Conference(ctx, officer, in))
	}
	if n := w.count(`select count(*) from conference`); n != 0 {
		t.Fatalf("%d half conferences stayed", n)
	}
	w.must(w.flow.Conference(ctx, officer, w.meeting(c.ID)))
	if got, _ := w.get(c.ID); got.State != casefile.CaseConference {
		t.Fatalf("called: %s", got.State)
	}
	w.must(w.flow.Invite(ctx, county, workflow.Invite{Case: c.ID, On: w.today(), Place: "县政务中心", More: []casefile.Attendee{{Staff: w.id("approver")}}}))
	for name, one := range map[string]struct {
		spoil func(*casefile.Resolution)
		want  string
	}{
		"no minutes":           {func(r *casefile.Resolution) { r.Minutes = " " }, "invalid_minutes"},
		"no reasons":           {func(r *casefile.Resolution) { r.Reasons = "" }, "invalid_reasons"},
		"one did not vote":     {func(r *casefile.Resolution) { delete(r.Votes, 3) }, "invalid_vote"},
		"four of four":         {func(r *casefile.Resolution) { r.Votes[4] = casefile.VoteFor }, "invalid_vote"},
		"two of three":         {func(r *casefile.Resolution) { r.Votes[3] = casefile.VoteAbsent }, "invalid_vote"},
		"one for, one against": {func(r *casefile.Resolution) { r.Votes[2], r.Votes[3] = casefile.VoteAgainst, casefile.VoteAbstained }, "invalid_vote"},
		"nothing resolved":     {func(r *casefile.Resolution) { r.Outcome = "" }, "invalid_outcome"},
		"help with nothing":    {func(r *casefile.Resolution) { r.Claim = 0 }, "invalid_claim"},
		"money of no sum":      {func(r *casefile.Resolution) { r.Amount = 0 }, casefile.ErrNoAmount.Code},
		"up to no day":         {func(r *casefile.Resolution) { r.Until = 0 }, "invalid_until"},
	} {
		r := w.helps(claim, 300)
		r.Minutes, r.Votes = "都发了言。", all(w.last(c.ID))
		r.Votes[4] = casefile.VoteAbsent
		one.spoil(&r)
		w.named(name, one.want, w.flow.Minute(ctx, officer, workflow.Minutes{Case: c.ID, Resolution: r}))
	}
	r := w.helps(claim, 300)
	r.Votes = all(w.last(c.ID))
	r.Votes[3], r.Votes[4] = casefile.VoteAgainst, casefile.VoteAbsent
	w.must(w.minuted(c.ID, r))
	first := w.last(c.ID)
	r.Reasons = "药费一直要花,家里没有别的收入"
	w.must(w.minuted(c.ID, r)) // written anew: what was shown before is signed by nobody
	now := w.last(c.ID)
	w.must(w.flow.FindRight(ctx, w.actors["approver"], c.ID, now.Digest)) // absent, and says so
	w.named("minutes of before", "record_changed", w.flow.EndConference(ctx, county, c.ID, first.Digest))
	w.named("the writer signs too", "not_yours", w.flow.EndConference(ctx, officer, c.ID, now.Digest))
	w.named("who was absent signs", "not_there", w.flow.EndConference(ctx, w.actors["approver"], c.ID, now.Digest))
	w.must(w.flow.EndConference(ctx, county, c.ID, now.Digest))
	w.keptConference(c, w.last(c.ID))
	// An opinion within it, and no more.
	p := workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"一事一议定的"}}
	over, right := core.Yuan(300)+1, core.Yuan(300)
	p.Amount = &over
	w.named("more than was resolved", "above_resolved", w.flow.Propose(ctx, officer, p))
	p.Amount = &right
	w.must(w.flow.Propose(ctx, officer, p))
	w.must(w.flow.SendBack(ctx, w.actors["approver"], claim.ID, "再核一遍"))
	w.env.Advance(11 * 24 * time.Hour)
	w.named("after its day", "after_resolved", w.flow.Propose(ctx, officer, p))
}

// named is refused with the name of what was tried.
func (w *world) named(name, want string, err error) {
	w.t.Helper()
	if got := code(err); got != want {
		w.t.Errorf("%s: %q, want %s", name, got, want)
	}
}

// keptConference holds what is left of a conference that was held: the digest in the log is that of
// minutes, votes and resolution, and the household is told.
func (w *world) keptConference(c casefile.Case, held casefile.Conference) {
	w.t.Helper()
	if got, _ := w.get(c.ID); got.State != casefile.CaseVisiting {
		w.t.Errorf("held, and the case is %s", got.State)
	}
	if held.Sum() != held.Digest || held.Minutes != "看了病历和票据,都发了言。" || held.First != w.id("officer") || held.Second != w.id("county") || len(held.Came()) != 3 {
		w.t.Errorf("what is kept: %+v, digest %s", held, held.Sum())
	}
	for _, act := range []string{"conference.minuted", "conference.ended"} {
		if detail := w.detail(c, act); !strings.Contains(detail, held.Digest) {
			w.t.Errorf("%s leaves %s, want %s", act, detail, held.Digest)
		}
	}
	if n := w.count(`select count(*) from notice where case_id = $1 and kind = 'conference' and words like '%最多每月 300 元%药费一直要花,家里没有别的收入。这还不是最后的决定%行政复议%可打 12345%'`, c.ID); n != 1 {
		w.t.Errorf("the household is told %d times", n)
	}
	if n := w.count(`select count(*) from deadline where case_id = $1 and kind = 'conference' and met is null`, c.ID); n != 0 {
		w.t.Error("its day still runs")
	}
}

// detail opens what the newest entry of one act says.
func (w *world) detail(c casefile.Case, act string) string {
	w.t.Helper()
	var commitment, sealed []byte
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select commitment, detail from audit_entry where case_id = $1 and act = $2 order by id desc limit 1`, c.ID, act).Scan(&commitment, &sealed)
	})
	plain, err := w.keys.Platform.Ring.Open(sealed, seal.At{Table: "audit_entry", Row: hex.EncodeToString(commitment), Column: "detail"})
	w.must(err)
	return string(plain)
}

// A township's conference resolves up to what a township may decide; above that somebody of the
// county was there and signs. Whoever is kin is neither asked nor counted, nor signs, also where it
// is declared after the minutes; then the county calls it off.
//
// Named, not seen red: Above never set; conference_votes, and conference_member_guard, without kin.
func TestAConferenceKeepsLevelAndDistance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	c, _ := w.ready("4071882635")
	ctx, officer := t.Context(), w.actors["officer"]
	w.must(w.flow.AddItems(ctx, officer, workflow.AddItems{Case: c.ID, Items: []core.ItemCode{casefile.RushItem}, Agreed: atDoor}))
	claim := w.claim(c.ID, casefile.RushItem)
	in := w.meeting(c.ID)
	in.People = append(in.People, casefile.Attendee{Staff: w.id("approver")}, casefile.Attendee{Name: "张某", Function: "医保局"})
	w.declares("second", "周小山", sonID, "外甥")
	kin := in
	kin.People = append([]casefile.Attendee{{Staff: w.id("second")}}, in.People...)
	w.named("kin asked", "kin_meets", w.flow.Conference(ctx, officer, kin))
	w.named("kin calls", casefile.ErrConflictOfInterest.Code, w.flow.Conference(ctx, w.actors["second"], in))
	w.must(w.flow.Conference(ctx, officer, in))
	w.must(w.minuted(c.ID, w.helps(claim, 6000)))
	w.named("above the ceiling", "above_ceiling", w.flow.EndConference(ctx, w.actors["approver"], c.ID, w.last(c.ID).Digest))
	w.must(w.minuted(c.ID, w.helps(claim, 2000)))
	w.must(w.flow.FindRight(ctx, w.actors["county"], c.ID, w.last(c.ID).Digest))
	w.super(`insert into case_conflict (case_id, region, staff, relation) values ($1, $2, $3, '表亲')`, c.ID, c.Region, int64(w.id("county")))
	w.named("kin was there", "kin_meets", w.flow.EndConference(ctx, w.actors["approver"], c.ID, w.last(c.ID).Digest))
	w.super(`delete from case_conflict where staff = $1`, int64(w.id("county")))
	w.must(w.flow.EndConference(ctx, w.actors["approver"], c.ID, w.last(c.ID).Digest))
}

// What the database holds by itself, for the role of the application: a case is in conference while
// one is open and leaves it by its end; what two people signed stays; a vote is taken before the
// minutes; nobody signs who was not there.
//
// Named, not seen red: each trigger of the migration left out.
func TestAConferenceIsHeldBySQL(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	c, claim := w.ready("4071882635")
	w.refusedSQL("case_conference", `update casefile set state = 'conference'`)
	w.must(w.flow.Conference(t.Context(), w.actors["officer"], w.meeting(c.ID)))
	w.refusedSQL("case_conference", `update casefile set state = 'visiting'`)
	w.refusedSQL("case_conference", `update casefile set state = 'settled', settled = now()`)
	w.refusedSQL("conference_stays", `insert into conference (case_id, region, ground, why, called_by, called, on_day, place)
		select case_id, region, ground, why, called_by, called, on_day, place from conference`)
	const minutes = `update conference set minutes = '\x01', digest = repeat('a', 64), outcome = 'look', reasons = '再看', first_at = now(), first_by = `
	w.refusedSQL("conference_people", minutes+`1`)
	w.refusedSQL("conference_help", `update conference set amount = 1`)
	w.refusedSQL("conference_minutes", `update conference set outcome = 'not'`)
	w.refusedSQL("conference_signed", `update conference set second_at = now()`)
	w.refusedSQL("conference_off", `update conference set off_at = now()`)
	w.refusedSQL("conference_kin", `insert into conference_member (conference, case_id, region, nth, name, function) select id, case_id, region, 9, '周桂兰', '本人' from conference`)
	w.must(w.minuted(c.ID, w.helps(claim, 300)))
	w.refusedSQL("conference_stays", `update conference_member set vote = 'against' where nth = 1`)
	w.refusedSQL("conference_stays", `insert into conference_member (conference, case_id, region, nth, name, function) select id, case_id, region, 9, '赵某', '妇联' from conference`)
	w.refusedSQL("conference_signed", `update conference set second_by = 99, second_at = now()`)
	w.refusedSQL("conference_signed", `update conference set amount = 99, second_by = first_by + 1, second_at = now()`)
	w.refusedSQL("conference_second", `update conference set second_by = first_by, second_at = now()`)
	w.refusedSQL("case_conference", `update casefile set state = 'visiting'`)
	w.must(w.flow.EndConference(t.Context(), w.actors["county"], c.ID, w.last(c.ID).Digest))
	w.refusedSQL("conference_stays", `update conference set amount = 99`)
	w.refusedSQL("conference_stays", `update conference set off_by = 1, off_at = now(), off_why = '不算'`)
	w.refusedSQL("conference_stays", `update conference_member set vote = 'against' where nth = 1`)
	w.refusedSQL("conference_amount", `update claim set state = 'reviewed', proposal = 'approve', proposer = 1, reasons = '["r"]', amount = 30001 where item = 'MZ-01'`)
	w.refusedSQL("conference_amount", fmt.Sprintf(`insert into decision (claim_id, case_id, region, outcome, amount, sample, proposer, approver, reasons, appeal, evidence, facts_version, facts_digest, book, at, digest)
		select id, case_id, region, 'approved', 30001, false, %d, %d, '["r"]', '六十天内可申请行政复议', '{"visit": 1}', 1, 'f', 'b', now(), repeat('a', 64) from claim where item = 'MZ-01'`, w.id("officer"), w.id("approver")))
	for _, sql := range []string{`delete from conference`, `delete from conference_member`, `update conference set why = '换一个理由'`, `update conference_member set name = '别人'`} {
		err := w.db.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, sql)
			return err
		})
		if pg.SQLState(err) != "42501" {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// A case cannot rest in conference for ever: its day climbs from the township to the city, each
// told once, the household reads who knows, the county calls it off with why, and a second call goes
// on with the days that were left.
//
// Named, not seen red: conferenceBy without Resume; CallOff without the move; a clock set anew by the second call.
func TestAConferenceThatNobodyHoldsClimbs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	c, _ := w.ready("4071882635")
	ctx, cal := t.Context(), w.calendar()
	w.must(w.flow.Conference(ctx, w.actors["officer"], w.meeting(c.ID)))
	began := w.deadline(c.ID, casefile.DeadlineConference, 0)
	for range 5 {
		w.env.Advance(6 * 24 * time.Hour)
		w.sweeps()
	}
	rungs := w.late(c.ID, casefile.DeadlineConference)
	if len(rungs) != 3 || rungs[0].rung != casefile.RungTownship || rungs[2].rung != casefile.RungCity {
		t.Errorf("told %v, want 3 rungs", rungs)
	}
	if lines := strings.Join(w.said(c.ID), ""); !strings.Contains(lines, "开会商量完,晚了") || !strings.Contains(lines, "德州市") {
		t.Errorf("the household reads %s", lines)
	}
	w.named("the township", "not_yours", w.off("officer", c.ID, "不用开了"))
	w.named("without why", "invalid_why", w.off("county", c.ID, " "))
	w.must(w.off("county", c.ID, "按规定就能办,不用开会"))
	if got, _ := w.get(c.ID); got.State != casefile.CaseVisiting {
		t.Errorf("called off, and the case is %s", got.State)
	}
	if n := w.count(`select count(*) from notice where kind = 'conference' and words like '%现在不开会了。按规定就能办,不用开会。%'`); n != 1 {
		t.Errorf("the household is told %d times", n)
	}
	met := w.today()
	w.env.Advance(3 * 24 * time.Hour)
	w.must(w.flow.Conference(ctx, w.actors["officer"], w.meeting(c.ID)))
	if now := w.deadline(c.ID, casefile.DeadlineConference, 0); now.Due != cal.Add(began.Due, cal.Between(met, w.today())) || now.First != began.First {
		t.Errorf("the clock moved to %s, began %s", now.Due, began.Due)
	}
}
