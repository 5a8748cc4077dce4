package workflow_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/workflow"
)

// refuse brings a reviewed case to the refusal of its claim; told reports the notice.
func (w *world) refuse(claim casefile.Claim) (notice int64) {
	w.t.Helper()
	ctx := w.t.Context()
	w.must(w.flow.Propose(ctx, w.actors["officer"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeRefuse, Reasons: []string{"存款在线以上。"}}))
	w.must(w.flow.Decide(ctx, w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Refused}))
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		list, err := notify.OfCase(ctx, tx, claim.Case)
		for _, n := range list {
			if n.Kind == "refused" {
				notice = n.ID
			}
		}
		return err
	})
	return notice
}

// What ends while a case waits for a paper or for a meeting ends the case when it
// comes back. Meanwhile nobody starts the statutory days anew.
// Control: without settle in Resume (conferred) the case stays open for ever;
// without `!c.Accepted.IsZero()` in mayAccept and Accept it is accepted twice.
func TestWhatEndsMeanwhileEndsTheCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx := t.Context()
	officer := w.actors["officer"]

	c, claim := w.ready("4071882635")
	notice := w.refuse(claim)
	w.must(w.flow.AskSupplement(ctx, officer, workflow.AskSupplement{Case: c.ID, What: "户口本", Kept: "外省的户口"}))
	before, _ := w.get(c.ID)
	w.env.Advance(24 * time.Hour)
	again := workflow.Accept{Agreed: byPhone, Case: c.ID, Items: []core.ItemCode{dibao}}
	if err := w.flow.Accept(ctx, officer, again); !errors.Is(err, casefile.ErrMovedOn) {
		t.Fatalf("accepted twice: %v", err)
	}
	if now, _ := w.get(c.ID); now.DecideDue != before.DecideDue || !now.Accepted.Equal(before.Accepted) {
		t.Fatal("the statutory clock started anew")
	}
	w.must(w.heardOf(notice))
	if got, _ := w.get(c.ID); got.State != casefile.CaseSupplement {
		t.Fatalf("told while a paper is missing: %s", got.State)
	}
	w.must(w.flow.Resume(ctx, officer, workflow.Resume{Case: c.ID, What: "户口本看过了"}))
	if got, _ := w.get(c.ID); got.State != casefile.CaseSettled {
		t.Fatalf("after the paper came: %s", got.State)
	}
	if n := w.count(`select count(*) from deadline where met is null`); n != 0 {
		t.Fatalf("%d deadlines still run", n)
	}

	c, claim = w.ready("4071882643")
	w.must(w.flow.AddItems(ctx, officer, workflow.AddItems{Case: c.ID, Items: []core.ItemCode{job}, Agreed: atDoor}))
	notice = w.refuse(claim)
	w.must(w.flow.Conference(ctx, officer, w.meeting(c.ID)))
	w.must(w.heardOf(notice))
	w.must(w.flow.Drop(ctx, officer, w.claim(c.ID, job).ID, "自己找到活了"))
	w.must(w.concluded(c.ID, casefile.Resolution{Outcome: casefile.ConferNot, Reasons: "维持原来的意见"}))
	if got, _ := w.get(c.ID); got.State != casefile.CaseSettled {
		t.Fatalf("after the meeting: %s", got.State)
	}
}

// An appeal is decided by somebody who had no part in the first decision, also when
// the household has a newer case meanwhile; a third request joins the newer one.
// Control: with Move instead of Reopen the unique index answers. Who refused is held
// off twice: by s.Decided in maySecond and by decision_people_guard.
func TestAppealIsDecidedBySomebodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx := t.Context()
	c, claim := w.ready("4071882635")
	w.must(w.heardOf(w.refuse(claim)))
	newer := w.application("4071882643")
	w.handOver(newer)
	other := w.routed(newer)
	if got, _ := w.get(c.ID); got.State != casefile.CaseSettled || other.ID == c.ID {
		t.Fatalf("the first case is %s, the second is %d", got.State, other.ID)
	}
	w.must(w.flow.Appeal(ctx, w.actors["officer"], claim.ID, "存款是卖粮的钱"))
	again := workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeRefuse, Reasons: []string{"存款查实了。"}}
	if err := w.flow.Propose(ctx, w.actors["officer"], again); !errors.Is(err, casefile.ErrSamePerson) {
		t.Fatalf("who proposed before proposed on the appeal: %v", err)
	}
	w.must(w.flow.Propose(ctx, w.actors["second"], again))
	decide := workflow.Decide{Claim: claim.ID, Outcome: casefile.Refused}
	if err := w.flow.Decide(ctx, w.actors["approver"], decide); !errors.Is(err, casefile.ErrSamePerson) {
		t.Fatalf("who refused decided on the appeal: %v", err)
	}
	third := w.application("4071882651")
	w.handOver(third)
	if got := w.routed(third); got.ID != other.ID {
		t.Fatalf("the third request joined case %d, want %d", got.ID, other.ID)
	}
	w.must(w.flow.Decide(ctx, w.actors["county"], decide))
	if got := w.claim(c.ID, dibao); got.State != casefile.ClaimRefused {
		t.Fatalf("after the appeal: %s", got.State)
	}
}

// What follows from another item waits for it: no subsidy for a household on the
// minimum living allowance before it has the allowance, and none when it was refused.
// Control: without Waits in mayDecide and Follows in Decide it is approved.
func TestAFollowOnWaitsForItsParent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx := t.Context()
	officer, approver := w.actors["officer"], w.actors["approver"]
	c, claim := w.ready("4071882635")
	var item core.ItemCode
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select f.item from finding f join claim k on k.case_id = f.case_id and k.item = f.item
			where f.case_id = $1 and f.version = $2 and f.after = $3 and k.decides = 'township' order by f.item limit 1`, c.ID, c.FactsVersion, dibao).Scan(&item)
	})
	w.must(w.flow.AddItems(ctx, officer, workflow.AddItems{Case: c.ID, Items: []core.ItemCode{item}, Agreed: atDoor}))
	follow := w.claim(c.ID, item)
	w.must(w.flow.Propose(ctx, officer, workflow.Propose{Claim: follow.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"随低保"}}))
	approve := workflow.Decide{Claim: follow.ID, Outcome: casefile.Approved}
	if err := w.flow.Decide(ctx, approver, approve); core.Known(err).Code != "parent_first" {
		t.Fatalf("%s was decided before its parent: %v", item, err)
	}
	w.refuse(claim)
	if err := w.flow.Decide(ctx, approver, approve); core.Known(err).Code != "parent_not_granted" && core.Known(err).Code != "notice_first" {
		t.Fatalf("%s was approved without its parent: %v", item, err)
	}
	if follow.NoticeDays == 0 {
		if err := w.flow.Decide(ctx, approver, approve); !errors.Is(err, workflow.ErrParent) {
			t.Fatalf("%s was approved without its parent: %v", item, err)
		}
	}
	w.must(w.flow.Decide(ctx, approver, workflow.Decide{Claim: follow.ID, Outcome: casefile.Refused, Reasons: []string{"低保没批,这一项批不了。"}}))
}

// A refusal whose message comes through after the item was decided once more is heard of, and ends
// nothing: what stands is told by the later one.
//
// Control: told without DecidedAt: `hear of the first: … constraint claim_told_heard`.
func TestALateMessageEndsNoLaterRefusal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	ctx := t.Context()
	c, claim := w.ready("4071882635")
	first := w.refuse(claim)
	w.must(w.flow.Appeal(ctx, w.actors["officer"], claim.ID, "存款是卖粮的钱"))
	w.must(w.flow.Propose(ctx, w.actors["second"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeRefuse, Reasons: []string{"存款查实了,还在线以上。"}}))
	w.must(w.flow.Decide(ctx, w.actors["county"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Refused}))
	if err := w.heardOf(first); err != nil {
		t.Errorf("hear of the first: %v", err)
	}
	if got := w.claim(c.ID, dibao); got.State != casefile.ClaimRefused {
		t.Errorf("after the first it is %s", got.State)
	}
	w.must(w.heardOf(int64(w.count(`select max(id) from notice where kind = 'refused' and id <> $1`, first))))
	if got := w.claim(c.ID, dibao); got.State != casefile.ClaimClosed {
		t.Errorf("after the second it is %s", got.State)
	}
}
