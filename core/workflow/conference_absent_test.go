package workflow_test

import (
	"fmt"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
)

// off has one call off the conference of a case, as their page shows it.
func (w *world) off(login string, id core.CaseID, why string) error {
	w.t.Helper()
	return w.flow.CallOff(w.t.Context(), w.actors[login], id, why, w.last(id).OffStamp())
}

// The officer who wrote the minutes put down as absent the two who had been against, and somebody
// from elsewhere as for it; the county signed, and it was resolved. Who is put down as absent says in
// a session of their own that it is so, or within a working day that it is not; then those minutes
// are signed by nobody, by the database as well.
//
// Control: mayEndConference without Denied and Silent, and conference_votes of 00581: "signed at once:
// \"\", want absence_unread".
func TestWhoIsCalledAbsentMayDenyIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	w.employ("countytwo", "county", town.County())
	ctx, county := t.Context(), w.actors["county"]
	c, claim := w.ready("4071882635")
	w.must(w.flow.Conference(ctx, w.actors["officer"], w.meetsWith(c.ID, "officer", "county", "approver", "countytwo")))
	r := w.helps(claim, 300)
	r.Votes = all(w.last(c.ID))
	r.Votes[3], r.Votes[4] = casefile.VoteAbsent, casefile.VoteAbsent
	w.must(w.minuted(c.ID, r))
	was := w.last(c.ID)
	w.named("signed at once", "absence_unread", w.flow.EndConference(ctx, county, c.ID, was.Digest))
	signs := fmt.Sprintf(`update conference set second_by = %d, second_at = lianou_now()`, w.id("county"))
	w.refusedSQL("conference_absent", signs)
	w.refusedSQL("conference_absent", `update conference set absent_until = absent_until - 3`)
	w.refusedSQL("conference_absent", `update conference set first_at = first_at - interval '2 days', absent_until = absent_until - 2`)
	w.refusedSQL("conference_stays", `update conference_member set confirmed = lianou_now() + interval '1 day', vote = 'for' where nth = 3`)
	w.named("who was there denies it", "not_there", w.flow.DenyAbsence(ctx, county, c.ID, was.Digest))

	// 1. One of them was there.
	w.must(w.flow.FindRight(ctx, w.actors["approver"], c.ID, was.Digest))
	w.must(w.flow.DenyAbsence(ctx, w.actors["countytwo"], c.ID, was.Digest))
	w.named("said already", casefile.ErrMovedOn.Code, w.flow.FindRight(ctx, w.actors["countytwo"], c.ID, was.Digest))
	w.named("denied", "absence_denied", w.flow.EndConference(ctx, county, c.ID, was.Digest))
	w.env.Advance(9 * 24 * time.Hour)
	w.named("denied long ago", "absence_denied", w.flow.EndConference(ctx, county, c.ID, was.Digest))
	w.refusedSQL("conference_denied", signs)
	w.refusedSQL("conference_stays", `update conference_member set denied = null where denied is not null`)

	// 2. Written anew, with what they said; who was absent has a working day once more.
	r.Votes[4] = casefile.VoteAgainst
	r.Votes[5] = casefile.VoteAbsent // of elsewhere
	w.must(w.minuted(c.ID, r))
	now := w.last(c.ID)
	w.must(w.flow.FindRight(ctx, w.actors["countytwo"], c.ID, now.Digest))
	w.named("within their day", "absence_unread", w.flow.EndConference(ctx, county, c.ID, now.Digest))
	w.env.Advance(time.Duration(now.DenyUntil-w.today()) * 24 * time.Hour)
	w.named("on its last day", "absence_unread", w.flow.EndConference(ctx, county, c.ID, now.Digest))
	w.refusedSQL("conference_signed", fmt.Sprintf(`update conference set second_by = %d, second_at = lianou_now() + interval '1 day'`, w.id("county")))
	w.env.Advance(24 * time.Hour)
	w.must(w.flow.EndConference(ctx, county, c.ID, now.Digest))
}

// Two of the county opened the page; one asked to call off what was minuted, and what the other wrote
// and posted after that was taken as agreement to the first one's words. What the page did not show is
// refused, and nothing is over.
//
// Control: CallOff without the comparison: "over words that the page did not show: \"\", want record_changed".
func TestOnesOwnWhyIsNoAgreementToAnothers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	w.employ("countytwo", "county", town.County())
	ctx := t.Context()
	c, claim := w.ready("4071882635")
	w.must(w.flow.Conference(ctx, w.actors["officer"], w.meeting(c.ID)))
	w.must(w.minuted(c.ID, w.helps(claim, 300)))
	page := w.last(c.ID).OffStamp()
	w.must(w.off("county", c.ID, "会上看的票据是别人家的"))
	w.named("over words that the page did not show", "record_changed", w.flow.CallOff(ctx, w.actors["countytwo"], c.ID, "人没到齐,另开一次", page))
	if got, _ := w.get(c.ID); got.State != casefile.CaseConference {
		t.Fatalf("the case is %s by what nobody read", got.State)
	}
	w.must(w.off("countytwo", c.ID, ""))
	if got, _ := w.get(c.ID); got.State != casefile.CaseVisiting {
		t.Errorf("agreed to as it was read, and the case is %s", got.State)
	}
}
