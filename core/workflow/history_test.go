package workflow_test

import (
	"context"
	"slices"
	"testing"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/staff"
	"lianou/core/workflow"
)

// The officer's page has what the household asked for before, the newest first, forty rows at most: of
// its own township alone, nothing that was only proposed, and nobody's of another home. The look is one
// entry of the log.
//
// Controls: history without the state ("proposed is no history"); without the household ("0 rows").
func TestTheHistoryOfAHousehold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	const there = core.RegionCode("371426104")
	w.employ("there", staff.Officer, there)
	mother, first := w.burnt("4071882635", motherID, "周桂兰", town)
	son, second := w.burnt("4071882643", valid("37142619880315003"), "周小山", town)
	aunt, _ := w.burnt("4071882651", valid("37142619650717002"), "周桂芳", there)
	_, other := w.burnt("4071882650", valid("37142619700101001"), "孙玉珍", town)
	w.oneHome(mother, son, aunt)
	ctx, officer := t.Context(), w.actors["officer"]
	for _, claim := range []casefile.Claim{second, other} {
		w.must(w.flow.Accept(ctx, officer, workflow.Accept{Case: claim.Case, Items: []core.ItemCode{casefile.RushItem}}))
	}
	look := func() (list []casefile.Past) {
		w.in(func(ctx context.Context, tx *pg.Tx) error {
			v, err := w.cases.View(ctx, tx, mother.ID, officer, "办件")
			list = v.History
			return err
		})
		return list
	}
	before := w.count(`select count(*) from audit_entry where act = 'case.read' and case_id = $1`, mother.ID)
	list := look()
	if n := w.count(`select count(*) from audit_entry where act = 'case.read' and case_id = $1`, mother.ID) - before; n != 1 {
		t.Errorf("the look left %d entries", n)
	}
	if i := slices.IndexFunc(list, func(p casefile.Past) bool { return p.Item == first.Name && p.State == casefile.ClaimAgreed && p.Open }); i < 0 {
		t.Errorf("what the son asked for is not there: %+v", list)
	}
	for _, p := range list {
		if p.Case != son.ID || p.Receipt != "4071882643" || p.State == casefile.ClaimProposed {
			t.Errorf("proposed is no history, nor another's: %+v", p)
		}
	}
	// Fifty more of before, and the page has the newest forty.
	w.must(w.env.DB(pgtest.Owner).Tx(ctx, pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into claim (case_id, region, item, name, everyday, department, decides, notice_days, cash, sample, reasons, state, created, updated)
			select case_id, region, 'X-' || n, '从前的第 ' || n || ' 件', everyday, department, decides, notice_days, cash, sample, reasons, 'proposed', created, updated from claim, generate_series(1, 50) n where id = $1`, second.ID)
		if err == nil {
			_, err = tx.Exec(ctx, `update claim set state = 'withdrawn' where item like 'X-%'`)
		}
		return pg.Fail(err, "lay a long history")
	}))
	if list = look(); len(list) != 40 || !slices.ContainsFunc(list, func(p casefile.Past) bool { return p.Item == first.Name }) {
		t.Errorf("%d rows", len(list))
	}
	if !slices.IsSortedFunc(list, func(a, b casefile.Past) int { return int(b.On - a.On) }) {
		t.Error("not the newest first")
	}
}
