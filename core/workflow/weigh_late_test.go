package workflow_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/workflow"
)

// another is what somebody else sends for the same mother: another account and
// another telephone.
func (w *world) another(receipt core.Receipt) core.Application {
	w.t.Helper()
	app := w.application(receipt)
	phone, err := core.ParsePhone("13905349999")
	w.must(err)
	app.Contact.CitizenID, app.Contact.Phone = "citizen-2", phone
	return app
}

func (w *world) weigh(c casefile.Case, d casefile.Doubt, verdict casefile.Verdict) {
	w.t.Helper()
	w.must(w.flow.Weigh(w.t.Context(), w.actors["officer"], workflow.Weigh{Case: c.ID, Doubt: d.ID, Verdict: verdict, Reason: "当面问过本人"}))
}

// Who files against a case that was accepted long ago holds it up until an officer
// has looked, and no longer; whatever the officer finds, the case goes on.
// Control: mayWeigh that asks mayAccept refuses, and the case stands still for ever.
func TestADoubtAfterAcceptanceIsWeighed(t *testing.T) {
	t.Parallel()
	for _, verdict := range []casefile.Verdict{casefile.VerdictSetAside, casefile.VerdictMerged, casefile.VerdictApart, casefile.VerdictLooked} {
		t.Run(string(verdict), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.enrol()
			w.work()
			c, claim := w.ready("4071882635")
			ctx, officer := t.Context(), w.actors["officer"]
			w.must(w.flow.Propose(ctx, officer, workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"符合"}}))
			if verdict == casefile.VerdictLooked { // the outside answered at the second try
				w.in(func(ctx context.Context, tx *pg.Tx) error {
					return w.cases.AddDoubt(ctx, tx, casefile.Doubt{Case: c.ID, Application: c.Application, Kind: casefile.DoubtMismatch})
				})
			} else {
				w.handOver(w.another("4071882643"))
			}
			d := w.doubt(c)
			if err := w.flow.PublishNotice(ctx, officer, claim.ID); !errors.Is(err, casefile.ErrDoubt) {
				t.Fatalf("over an open doubt: %v", err)
			}
			w.weigh(c, d, verdict)
			w.must(w.flow.PublishNotice(ctx, officer, claim.ID))
			w.env.Advance(8 * 24 * time.Hour)
			w.must(w.flow.Decide(ctx, w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}))
		})
	}
}

// What was seen and proposed of a false household says nothing of the true one:
// another visit, another proposal, another notice.
// Control: replace without anew lets the notice of the false household be decided on.
func TestTheTrueHouseholdIsVisitedAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	c, claim := w.ready("4071882635")
	ctx, officer := t.Context(), w.actors["officer"]
	yes := workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"符合"}}
	w.must(w.flow.Propose(ctx, officer, yes))
	w.must(w.flow.PublishNotice(ctx, officer, claim.ID))
	again := w.application("4071882650") // the same sender once more: joins by itself
	w.handOver(again)
	w.routed(again)
	w.handOver(w.another("4071882643"))
	w.weigh(c, w.doubt(c), casefile.VerdictReplaced)
	if n := w.count(`select count(*) from case_status where case_id = $1 and citizen = 'citizen-1' and status = 'ask_one' and timeline = '[]'`, c.ID); n != 2 {
		t.Errorf("%d of two applications show their sender nothing", n)
	}
	if claim = w.claim(c.ID, dibao); claim.State != casefile.ClaimAgreed {
		t.Fatalf("the claim is %s", claim.State)
	}
	if n := w.count(`select count(*) from public_notice where case_id = $1 and state = 'up'`, c.ID); n != 0 {
		t.Errorf("%d notices hang", n)
	}
	if err := w.flow.Propose(ctx, officer, yes); code(err) != "not_visited" {
		t.Fatalf("proposed on a visit to others: %v", err)
	}
	w.env.Advance(time.Hour)
	w.must(w.flow.PlanVisit(ctx, officer, workflow.PlanVisit{Case: c.ID, Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")},
		On: core.DateOf(time.Now()).AddDate(0, 0, 1)}))
	seen := visited()
	seen.Case = c.ID
	w.visit(seen)
	w.must(w.flow.Propose(ctx, officer, yes))
}

// Money that was granted is under way though its first payment is told and done.
// Control: paying that counts approved and paying alone lets both through.
func TestGrantedMoneyHoldsCardAndCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	app.Items = []core.ItemCode{rehouse}
	own := w.card(ownCard)
	app.Account = &own
	c := w.visitedCase(app, dibao, rehouse)
	ctx, officer := t.Context(), w.actors["officer"]
	claim := w.claim(c.ID, dibao)
	w.must(w.flow.Propose(ctx, officer, workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"符合"}}))
	w.must(w.flow.PublishNotice(ctx, officer, claim.ID))
	w.env.Advance(8 * 24 * time.Hour)
	w.must(w.flow.Decide(ctx, w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved, Card: w.openCard(c.ID).ID}))
	w.pay(claim)
	if claim = w.claim(c.ID, dibao); claim.State != casefile.ClaimClosed {
		t.Fatalf("the claim is %s", claim.State)
	}
	later := w.another("4071882643")
	other := w.card(otherCard)
	later.Account = &other
	w.handOver(later)
	in := workflow.Weigh{Case: c.ID, Doubt: w.doubt(c).ID, Verdict: casefile.VerdictMerged, Reason: "问过本人", Card: true}
	if err := w.flow.Weigh(ctx, officer, in); code(err) != "card_in_use" {
		t.Errorf("another card for money that runs: %v", err)
	}
	in.Card, in.Verdict = false, casefile.VerdictReplaced
	if err := w.flow.Weigh(ctx, officer, in); code(err) != "case_granted" {
		t.Errorf("another household for money that runs: %v", err)
	}
}

// The case that an officer parts from another is opened as any is: with its entry
// in the log, and with nobody of the family's kin upon it.
// Control: split as it was, without conflicts and without case.opened.
func TestAPartedCaseIsOpenedLikeAny(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		var son core.PersonID
		if err := tx.QueryRow(ctx, `select id from person where name = '周小山'`).Scan(&son); err != nil {
			return err
		}
		return w.staff.DeclareRelative(ctx, tx, audit.Actor{Kind: "operator"}, w.id("second"), son, "外甥")
	})
	w.work()
	first := w.application("4071882635")
	w.handOver(first)
	c := w.routed(first)
	second := w.another("4071882643")
	w.handOver(second)
	w.weigh(c, w.doubt(c), casefile.VerdictApart)
	own := w.routed(second)
	if own.Household != 0 || own.Officer == w.id("second") {
		t.Errorf("household %d, officer %d", own.Household, own.Officer)
	}
	for what, sql := range map[string]string{
		"of kin kept away":   `select count(*) from case_conflict where case_id = $1`,
		"entries of a birth": `select count(*) from audit_entry where case_id = $1 and act = 'case.opened' and application = $2 and actor_kind = 'staff'`,
	} {
		args := []any{own.ID}
		if what == "entries of a birth" {
			args = append(args, string(second.ID))
		}
		if n := w.count(sql, args...); n != 1 {
			t.Errorf("%d %s, want 1", n, what)
		}
	}
}

// Whoever takes over the telephone of a case does not silence the family: what
// happens to the card is said to the number that spoke first too, and telephone and
// card are never changed in one act.
// Control: tellCard that tells only who speaks now sends nothing to citizen-1.
func TestTheFirstNumberHearsOfTheCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	first := w.application("4071882635")
	w.handOver(first)
	c := w.routed(first)
	second := w.another("4071882643")
	other := w.card(otherCard)
	second.Account = &other
	w.handOver(second)
	ctx, officer := t.Context(), w.actors["officer"]
	in := workflow.Weigh{Case: c.ID, Doubt: w.doubt(c).ID, Verdict: casefile.VerdictMerged, Reason: "问过本人", Contact: true, Card: true}
	if err := w.flow.Weigh(ctx, officer, in); code(err) != "invalid_contact_and_card" {
		t.Fatalf("telephone and card in one act: %v", err)
	}
	in.Card = false
	w.must(w.flow.Weigh(ctx, officer, in))
	w.must(w.flow.ProposeCard(ctx, officer, workflow.ProposeCard{Case: c.ID, Account: other, Holder: "周小山", How: "看了卡"}))
	w.must(w.flow.ConfirmCard(ctx, w.actors["approver"], c.ID, w.openCard(c.ID).ID))
	for _, who := range []string{"citizen-1", "citizen-2"} {
		if n := w.count(`select count(*) from notice where case_id = $1 and kind = 'changed' and citizen = $2`, c.ID, who); n != 2 {
			t.Errorf("%s heard %d times of the card, want 2", who, n)
		}
	}
}
