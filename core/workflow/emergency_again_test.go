package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/policy"
	"lianou/core/staff"
	"lianou/core/workflow"
)

// burnt is a case of one of the household's people in a township, with its claim for an emergency.
func (w *world) burnt(receipt core.Receipt, number, name string, place core.RegionCode) (casefile.Case, casefile.Claim) {
	w.t.Helper()
	app := w.application(receipt)
	app.Urgent, app.Items = true, []core.ItemCode{casefile.RushItem}
	app.Applicant.Name, app.Applicant.ID, app.Contact.Name, app.Contact.CitizenID = name, w.number(number), name, "citizen of "+name
	app.People[0].Name, app.People[0].ID = name, w.number(number)
	app.Live.Region = place
	w.handOver(app)
	w.routedAt(place, app)
	var c casefile.Case
	var claims []casefile.Claim
	w.must(w.db.Read(w.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) (err error) {
		if c, err = w.cases.ByApplication(ctx, tx, app.ID); err == nil {
			claims, err = w.cases.Claims(ctx, tx, c.ID)
		}
		return err
	}))
	return c, claims[slices.IndexFunc(claims, func(one casefile.Claim) bool { return one.Item == casefile.RushItem })]
}

// valid is an ID number with its last digit.
func valid(first17 string) string { return first17 + string(core.IDCheckDigit(first17)) }

// ceilingOf is what a township may give for an emergency.
func (w *world) ceilingOf(item core.ItemCode) core.Fen {
	w.t.Helper()
	book, err := w.flow.Books.On(w.today())
	w.must(err)
	found, ok := book.Item(item)
	if !ok {
		w.t.Fatalf("no item %s", item)
	}
	row, ok := book.Amount(policy.ParamID(found.Ceiling), "371426", core.Area("rural"))
	if !ok {
		w.t.Fatalf("no ceiling of %s", item)
	}
	return core.Fen(row.Value)
}

// oneHome has cases be of one household, as an officer finds out sooner or later.
func (w *world) oneHome(cases ...casefile.Case) {
	w.t.Helper()
	w.must(w.env.DB(pgtest.Owner).Tx(w.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		for i, c := range cases { // beside one another, as where two of one home ask and an officer looks first
			if _, err := tx.Exec(ctx, `update casefile set household = 900001, beside = $2 where id = $1`, c.ID, i > 0); err != nil {
				return pg.Fail(err, "one household")
			}
		}
		return nil
	}))
}

// Pay first, papers later is for one emergency of a household at a time, whoever of it asks and in
// whatever township (domain.md 3.7); with the papers there, or sent back, the next one may be, and all
// of twelve months stay within the ceiling of the township.
//
// Controls: no unique index over the household ("in another township: <nil>"); PapersOwed not asked (the
// sentence names no receipt); claim_emergency_had that sums nothing ("beyond the year's: <nil>").
func TestOneEmergencyOfAHouseholdAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	const there = core.RegionCode("371426104")
	w.employ("there", staff.Officer, there)
	ctx := t.Context()
	mother, first := w.burnt("4071882635", motherID, "周桂兰", town)
	son, second := w.burnt("4071882643", valid("37142619880315003"), "周小山", town)
	aunt, third := w.burnt("4071882651", valid("37142619650717002"), "周桂芳", there)
	w.oneHome(mother, son, aunt)
	ceiling := w.ceilingOf(casefile.RushItem)
	most := ceiling / 2
	rush := func(claim casefile.Claim, sum core.Fen) workflow.Emergency {
		return workflow.Emergency{Claim: claim.ID, Amount: sum, Reasons: []string{"灶屋着火,今晚没有饭吃"}}
	}
	w.must(w.flow.Emergency(ctx, w.actors["officer"], rush(second, most)))
	for name, one := range map[string]struct {
		who   string
		claim casefile.Claim
		says  string
	}{"in this township": {"officer", first, "4071882643"}, "in another township": {"there", third, "上一次急难救助"}} {
		err := w.flow.Emergency(ctx, w.actors[one.who], rush(one.claim, most))
		if said := core.Known(err).Say; !errors.Is(err, casefile.ErrPapersOwed) || !strings.Contains(said, one.says) {
			t.Errorf("%s: %v, %q", name, err, said)
		}
	}
	// Sent back it is none, and another may be.
	w.must(w.flow.SendBack(ctx, w.actors["approver"], second.ID, "先问清楚"))
	w.must(w.flow.Emergency(ctx, w.actors["officer"], rush(first, most)))
	w.must(w.flow.Decide(ctx, w.actors["approver"], workflow.Decide{Claim: first.ID, Outcome: casefile.Approved}))
	if err := w.flow.Emergency(ctx, w.actors["officer"], rush(second, most)); !errors.Is(err, casefile.ErrPapersOwed) {
		t.Errorf("paid, and its papers owed: %v", err)
	}
	// With its papers the next one may be, within what the year has left.
	w.must(w.flow.PlanVisit(ctx, w.actors["officer"], workflow.PlanVisit{Case: mother.ID, Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")}, On: w.today()}))
	seen := visited()
	seen.Case = mother.ID
	w.visit(seen)
	if err := w.flow.Emergency(ctx, w.actors["there"], rush(third, ceiling-most+1)); !errors.Is(err, casefile.ErrEmergencyYear) {
		t.Errorf("beyond the year's: %v", err)
	}
	w.must(w.flow.Emergency(ctx, w.actors["there"], rush(third, ceiling-most)))
	if n := w.count(`select count(*) from claim_emergency where ended is null`); n != 1 {
		t.Errorf("%d emergencies are open", n)
	}
	for _, by := range []string{`update claim_emergency set ended = now(), made_good = true`, `delete from claim_emergency`} {
		err := w.db.Tx(ctx, pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, by)
			return pg.Fail(err, "try")
		})
		if err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("%s: %v", by, err)
		}
	}
	w.refusedSQL("claim_emergency_named", fmt.Sprintf(`update claim set state = 'reviewed', emergency = true, proposer = %d, proposal = 'approve', amount = 100, period = 'once', reasons = '[{"outcome": "stated", "text": "x"}]' where id = %d`, w.id("officer"), second.ID))
}

// Two officers rush for one household at once, sixteen times: one of the two.
func TestTwoEmergenciesAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	mother, first := w.burnt("4071882635", motherID, "周桂兰", town)
	son, second := w.burnt("4071882643", valid("37142619880315003"), "周小山", town)
	w.oneHome(mother, son)
	for range 16 {
		var all sync.WaitGroup
		errs := make([]error, 2)
		for i, claim := range []casefile.Claim{first, second} {
			all.Go(func() {
				errs[i] = w.flow.Emergency(t.Context(), w.actors["officer"], workflow.Emergency{Claim: claim.ID, Amount: core.Yuan(100), Reasons: []string{"断粮,今晚没有吃的"}})
			})
		}
		all.Wait()
		won := slices.Index(errs, nil)
		if won < 0 || !errors.Is(errs[1-won], casefile.ErrPapersOwed) {
			t.Fatalf("%v", errs)
		}
		w.must(w.flow.SendBack(t.Context(), w.actors["approver"], []casefile.Claim{first, second}[won].ID, "先问清楚"))
	}
}

// Papers that never come climb from the township to the city, each told once (F57).
func TestPapersOwedClimbToTheCity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	c, claim := w.burnt("4071882635", motherID, "周桂兰", town)
	ctx := t.Context()
	w.must(w.flow.Emergency(ctx, w.actors["officer"], workflow.Emergency{Claim: claim.ID, Amount: core.Yuan(300), Reasons: []string{"断粮,今晚没有吃的"}}))
	w.must(w.flow.Decide(ctx, w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}))
	w.pay(w.claim(c.ID, casefile.RushItem))
	next := w.calendar().Add(w.today(), 10) + 1
	ladder := []casefile.Rung{casefile.RungAssistant, casefile.RungTownship, casefile.RungCounty, casefile.RungCity}
	for i := range ladder {
		w.env.Advance(time.Duration(next-w.today()) * 24 * time.Hour)
		w.sweeps()
		w.sweeps()
		var rungs []casefile.Rung
		for _, one := range w.late(c.ID, casefile.DeadlinePapers) {
			rungs = append(rungs, one.rung)
		}
		if !slices.Equal(rungs, ladder[:i+1]) {
			t.Fatalf("told %v, want %v", rungs, ladder[:i+1])
		}
		next = w.calendar().Add(w.today(), 2) + 1
	}
	w.env.Advance(15 * 24 * time.Hour)
	w.sweeps()
	if got := w.late(c.ID, casefile.DeadlinePapers); len(got) != 4 {
		t.Errorf("told %v", got)
	}
}
