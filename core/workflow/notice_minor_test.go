package workflow_test

import (
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/workflow"
)

// A child who is the applicant of an item that hangs on the board has no name there at all
// (未成年人保护法第一百零三条); of anybody grown the surname stands and no more. Neither shows a
// number, a card or what was said.
//
// Control: PublishNotice that asks no age ("a child hangs as 周某某").
func TestABoardNamesNoChild(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	hangs := func(receipt core.Receipt, number, name string) (shown string) {
		app := w.application(receipt)
		app.Items = []core.ItemCode{dibao}
		app.Applicant.Name, app.Applicant.ID, app.Contact.Name, app.Contact.CitizenID = name, w.number(number), name, "citizen of "+name
		app.People[0].Name, app.People[0].ID = name, w.number(number)
		w.handOver(app)
		c := w.routed(app)
		w.must(w.flow.Accept(t.Context(), w.actors["officer"], workflow.Accept{Agreed: byPhone, Case: c.ID, Items: []core.ItemCode{dibao},
			Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")}, VisitOn: core.DateOf(time.Now()).AddDate(0, 0, 1)}))
		seen := visited()
		seen.Case = c.ID
		w.visit(seen)
		w.super(`delete from case_doubt`) // the register knows one of them alone
		claim := w.claim(c.ID, dibao)
		w.must(w.flow.Propose(t.Context(), w.actors["officer"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"人均收入低于标准"}}))
		w.must(w.flow.PublishNotice(t.Context(), w.actors["officer"], claim.ID))
		if n := w.count(`select count(*) from public_notice p where claim_id = $1 and (to_jsonb(p)::text like '%' || $2 || '%' or to_jsonb(p)::text like '%瘫%' or to_jsonb(p)::text ~ '[0-9]{15}')`, claim.ID, name); n != 0 {
			t.Errorf("%s: a name, a number or a story hangs there", name)
		}
		for _, one := range []string{"某某", "周某某", "周某"} {
			if w.count(`select count(*) from public_notice where claim_id = $1 and name = $2`, claim.ID, one) == 1 {
				shown = one
			}
		}
		return shown
	}
	year := time.Now().Year()
	if got := hangs("4071882643", valid("371426"+core.NewDate(year-12, 4, 12).Time().Format("20060102")+"001"), "周小河"); got != "某某" {
		t.Errorf("a child hangs as %s", got)
	}
	if got := hangs("4071882635", motherID, "周桂兰"); got != "周某某" {
		t.Errorf("somebody grown hangs as %s", got)
	}
}
