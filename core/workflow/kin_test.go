package workflow_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/staff"
	"lianou/core/workflow"
)

// officerID is the number of an officer who is in the register like anybody else.
const officerID = "37142619850101001X"

// declares has somebody declare kin by number.
func (w *world) declares(login, name, number, relation string) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		_, err := w.staff.Declare(ctx, tx, w.actors[login].Audit(), staff.NewKin{Staff: w.id(login), Name: name, ID: w.number(number), Relation: relation})
		return err
	})
}

func (w *world) barred(c casefile.Case, login string) string {
	w.t.Helper()
	var kin []casefile.Kin
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		kin, err = w.cases.Conflicts(ctx, tx, c.ID)
		return err
	})
	for _, k := range kin {
		if k.Staff == w.id(login) {
			return k.Relation
		}
	}
	return ""
}

// Somebody whom the register does not know yet is declared by number, and whoever asks
// under that number is kin all the same.
// Control: conflicts without the numbers of the application ("routed to …, want the one
// who is not kin").
func TestKinAreKnownByTheirNumberAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.declares("officer", "周桂兰", motherID, "叔伯姑舅姨")
	w.work()
	app := w.application("4071882635")
	w.handOver(app)
	c := w.routed(app)
	if c.Officer != w.id("second") || w.barred(c, "officer") != "叔伯姑舅姨" {
		t.Fatalf("routed to %d, want the one who is not kin; barred as %q", c.Officer, w.barred(c, "officer"))
	}
}

// Whoever shares a household with one who asks, or did before they moved out, is barred as
// if they had declared it; so is who declared kin of that household, and nobody else.
// Control: staff_kin_near without staff_kin_homes (`the officer who lived there is barred
// as ""`).
func TestWhoLivedInTheHouseholdMayDoNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account, err := core.ParseBankAccount("62284800000017")
	w.must(err)
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		_, _, err := w.registry.Enrol(ctx, tx, registry.Purpose{Actor: audit.Actor{Kind: "operator"}, Why: "test"},
			registry.NewHousehold{Live: core.Place{Region: town}, Hukou: town.County(), Members: []registry.NewPerson{
				{Ref: "a", Relation: "applicant", Name: "周桂兰", IDNumber: w.number(motherID), Account: account},
				{Ref: "b", Relation: "child", Name: "周小山", IDNumber: w.number(sonID)},
				{Ref: "c", Relation: "child", Name: "周丽", IDNumber: w.number(officerID)}}})
		return err
	})
	w.super(`update membership set until = since where person = (select id from person where name = '周丽')`)
	w.declares("officer", "周丽", officerID, staff.Self)
	w.declares("helper", "周丽", officerID, "配偶")
	w.work()
	app := w.application("4071882635")
	w.handOver(app)
	c := w.routed(app)
	if got := w.barred(c, "officer"); got != "住过一户" {
		t.Errorf("the officer who lived there is barred as %q", got)
	}
	if got := w.barred(c, "helper"); got != "配偶和这家住过一户" {
		t.Errorf("whose wife lived there is barred as %q", got)
	}
	if w.barred(c, "second") != "" || c.Officer != w.id("second") || c.Assistant != 0 {
		t.Errorf("officer %d, assistant %d, the other barred as %q", c.Officer, c.Assistant, w.barred(c, "second"))
	}
}

// Kin declared after the case was opened bar from then on, in open cases as well.
// Control: without the trigger staff_kin_bars ("kin accepted: <nil>").
func TestKinDeclaredLateBarAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	w.handOver(app)
	c := w.routed(app)
	w.declares("officer", "周小山", sonID, "侄、甥")
	in := workflow.Accept{Agreed: byPhone, Case: c.ID, Items: []core.ItemCode{dibao}, Visitors: [2]core.StaffID{w.id("second"), w.id("helper")},
		VisitOn: core.DateOf(time.Now()).AddDate(0, 0, 1)}
	if err := w.flow.Accept(t.Context(), w.actors["officer"], in); !errors.Is(err, casefile.ErrConflictOfInterest) {
		t.Fatalf("kin accepted: %v", err)
	}
	w.must(w.flow.Accept(t.Context(), w.actors["second"], in))
}

// Money of a payer's kin is left out of the batch they make, and they approve none that
// holds it; it waits for another.
// Controls: takeDue without case_conflict ("kin made a batch: sqlstate 23514 constraint
// payout_kin" from the database); the trigger payout_kin_guard dropped ("kin approved: <nil>").
func TestNobodyPaysTheirKin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	c, claim := w.ready("4071882635")
	w.must(w.flow.Propose(t.Context(), w.actors["officer"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"符合条件"}}))
	w.must(w.flow.PublishNotice(t.Context(), w.actors["officer"], claim.ID))
	w.env.Advance(8 * 24 * time.Hour)
	w.must(w.flow.Decide(t.Context(), w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}))
	w.declares("payer", "周小山", sonID, "侄、甥")
	if w.barred(c, "payer") == "" {
		t.Fatal("not barred from what was decided")
	}
	batch := func(login string) (b payout.Batch, err error) {
		err = w.db.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			b, err = w.payout.CreateBatch(ctx, tx, w.id(login), payout.Choice{})
			return err
		})
		return b, err
	}
	if _, err := batch("payer"); !errors.Is(err, payout.ErrOthersOnly) {
		t.Fatalf("kin made a batch: %v", err)
	}
	b, err := batch("city")
	w.must(err)
	approve := func(login string) error {
		return w.db.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			return w.payout.Approve(ctx, tx, w.id(login), b.ID, b.Totals)
		})
	}
	if err := approve("payer"); !errors.Is(err, payout.ErrKin) {
		t.Fatalf("kin approved: %v", err)
	}
	w.must(approve("county"))
}
