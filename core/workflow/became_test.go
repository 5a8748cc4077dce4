package workflow_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/twins"
	"lianou/core/registry/twins/twinstest"
	"lianou/core/workflow"
)

// twinID is the number of the mother's second row: one of the two was typed wrong.
const twinID = "371402197506150024"

// twice is one woman with two rows, and a case of each.
type twice struct {
	*world
	kept, gone     core.PersonID
	first, second  core.Application
	elder, younger casefile.Case
}

// twoRows enrols mother and son, and the mother once more, and lets both rows ask: the
// second time for a flat and with less money. alter changes the second application.
func twoRows(t *testing.T, alter func(*core.Application)) *twice {
	t.Helper()
	w := &twice{world: newWorld(t)}
	w.enrol()
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		why := registry.Purpose{Actor: audit.Actor{Kind: "operator"}, Why: "test"}
		_, _, err := w.registry.Enrol(ctx, tx, why, registry.NewHousehold{Live: core.Place{Region: town}, Hukou: town.County(),
			Members: []registry.NewPerson{{Ref: "a", Relation: "applicant", Name: "周桂兰", IDNumber: w.number(twinID)}}})
		return err
	})
	w.work()
	w.first, w.second = w.application("4071882635"), w.application("4071882643")
	w.second.Applicant.ID, w.second.People[0].ID = w.number(twinID), w.number(twinID)
	w.second.Items = []core.ItemCode{rehouse}
	less := core.Yuan(200)
	w.second.Household.IncomePerCapitaMonth = &less
	if alter != nil {
		alter(&w.second)
	}
	w.handOver(w.first)
	w.elder = w.routed(w.first)
	w.handOver(w.second)
	w.younger = w.routed(w.second)
	w.kept, w.gone = w.elder.Person, w.younger.Person
	if w.elder.ID == w.younger.ID || w.kept == 0 || w.gone == 0 || w.kept == w.gone {
		t.Fatalf("cases %d and %d of people %d and %d", w.elder.ID, w.younger.ID, w.kept, w.gone)
	}
	return w
}

// became makes the rows one, or two again, and works the job: twice, as jobs may be.
func (w *twice) became(apart bool) {
	w.t.Helper()
	why := registry.Purpose{Actor: audit.Actor{Kind: "job"}, Why: "test"}
	if apart {
		twinstest.Two(w.t, w.db, w.gone, w.kept, w.id("second"), w.id("officer"))
	} else {
		twinstest.One(w.t, w.db, w.gone, w.kept, w.id("officer"), w.id("second"))
	}
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		if apart {
			return w.registry.Unmerge(ctx, tx, why, w.gone, w.id("second"), w.id("officer"))
		}
		return w.registry.Merge(ctx, tx, why, registry.Alias{Kept: w.kept, Gone: w.gone, Decider: w.id("officer"), Second: w.id("second")})
	})
	for range 2 {
		w.must(w.flow.Became(w.t.Context(), twins.Became{Verdict: 1, Kept: w.kept, Gone: w.gone, Apart: apart, By: w.id("officer")}))
	}
	// A job of before that comes late finds the rows otherwise, and does nothing.
	w.must(w.flow.Became(w.t.Context(), twins.Became{Verdict: 2, Kept: w.kept, Gone: w.gone, Apart: !apart, By: w.id("officer")}))
}

// at gives the cases that the two receipts lead to, as citizens find them.
func (w *twice) at() (ids [2]int) {
	w.t.Helper()
	for i, app := range []core.Application{w.first, w.second} {
		ids[i] = w.count(`select s.case_id from case_status s join case_application a using (application, case_id) where s.receipt = $1`, app.Receipt)
	}
	return ids
}

func (w *twice) open(id core.CaseID) (list []casefile.Doubt) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		all, err := w.cases.Doubts(ctx, tx, id)
		list = nil
		for _, d := range all {
			if d.Verdict == "" {
				list = append(list, d)
			}
		}
		return err
	})
	return list
}

func (w *twice) facts(id core.CaseID) (f casefile.Facts) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		c, err := w.cases.Get(ctx, tx, id)
		if err == nil {
			f, err = w.cases.Facts(ctx, tx, id, c.FactsVersion)
		}
		return err
	})
	return f
}

// One person who asked by two rows has one matter: both receipts lead to the elder case,
// both timelines are read there, what was asked for the second time is proposed, and the
// log has it on both. Taken apart again each has its own, judged by its own facts (P20).
// Controls: leave carry out of Attach, and the second receipt still leads to a case that
// rests; leave takeBack out of part, and the elder keeps the other's facts.
func TestOnePersonTwoCases(t *testing.T) {
	t.Parallel()
	w := twoRows(t, nil)
	before := w.facts(w.elder.ID)
	w.became(false)
	if at := w.at(); at != [2]int{int(w.elder.ID), int(w.elder.ID)} {
		t.Errorf("the receipts lead to %v, want both to %d", at, w.elder.ID)
	}
	if c, _ := w.get(w.younger.ID); c.State != casefile.CaseWithdrawn {
		t.Errorf("the younger case is %s", c.State)
	}
	if got := w.claim(w.elder.ID, rehouse); got.State != casefile.ClaimProposed {
		t.Errorf("what the second asked for is %s", got.State)
	}
	if n := w.count(`select count(*) from case_status where case_id = $1 and timeline::text like '%并到一起办%' and status <> 'withdrawn'
		and (select count(*) from jsonb_array_elements(timeline) l where l->>'says' like '%收到了您的申请%') = 2`, int64(w.elder.ID)); n != 2 {
		t.Errorf("%d of two receipts show both timelines", n)
	}
	if v := w.view(w.elder.ID); len(v.Applications) != 2 || v.Applications[1].Story != "儿子瘫在床上" || len(w.open(w.elder.ID)) != 0 {
		t.Errorf("the officer reads %d applications, %d doubts", len(v.Applications), len(w.open(w.elder.ID)))
	}
	if v := w.view(w.younger.ID); !slices.ContainsFunc(v.Events, func(e casefile.Event) bool { return strings.Contains(e.Staff, string(w.first.Receipt)) }) {
		t.Error("the younger case does not say where it went")
	}
	if n := w.count(`select count(*) from audit_entry where act = 'case.joined' and case_id in ($1, $2)`, int64(w.elder.ID), int64(w.younger.ID)); n != 2 {
		t.Errorf("%d entries of it, want one on each", n)
	}

	w.became(true)
	if at := w.at(); at != [2]int{int(w.elder.ID), int(w.younger.ID)} {
		t.Errorf("after the undo the receipts lead to %v", at)
	}
	c, claims := w.get(w.younger.ID)
	if c.State != casefile.CaseOpen || len(claims) == 0 || w.count(`select count(*) from deadline where case_id = $1 and kind = 'accept' and met is null`, int64(c.ID)) != 1 {
		t.Errorf("the younger case is %s, with %d claims", c.State, len(claims))
	}
	if now := w.facts(w.elder.ID); now.Digest != before.Digest || now.Version == before.Version {
		t.Error("the elder case is not judged by its own facts again")
	}
	if got := w.claim(w.elder.ID, rehouse); got.State != casefile.ClaimWithdrawn {
		t.Errorf("what only the second asked for is %s with the first", got.State)
	}
	if v := w.view(w.younger.ID); len(v.Applications) != 1 || v.Applications[0].Story != "儿子瘫在床上" {
		t.Error("the younger case lost what was said")
	}
}

// What a third application asks for as well as the second stays asked for when the second goes: it
// is the household's own word.
// Controls: onlyAsked gives all of link.Asked: `asked for is [], want ZJ-01 too`.
func TestWhatAnotherAsksForStaysWhenOneGoes(t *testing.T) {
	t.Parallel()
	w := twoRows(t, nil)
	w.became(false)
	third := w.application("4071882650")
	third.Items = []core.ItemCode{rehouse}
	w.handOver(third)
	w.routed(third)
	if n := w.count(`select count(*) from case_application where case_id = $1 and state = 'linked'`, int64(w.elder.ID)); n != 2 {
		t.Fatalf("%d applications joined, want the second and the third", n)
	}
	w.became(true)
	if c, _ := w.get(w.elder.ID); !slices.Contains(c.Asked, rehouse) {
		t.Errorf("asked for is %v, want %s too", c.Asked, rehouse)
	}
	if got := w.claim(w.elder.ID, rehouse); got.State != casefile.ClaimProposed {
		t.Errorf("what the third asks for is %s", got.State)
	}
}

// From another account the second application lies beside the elder case until an officer
// has looked: the merge of two rows opens nobody's case to a stranger. Its sender still
// reads what they read, and nothing of the other's. Found to be another matter it has its
// own case back.
// Control: let Attach take every application as linked, and the stranger reads the case.
func TestOnePersonAnotherAccount(t *testing.T) {
	t.Parallel()
	w := twoRows(t, func(a *core.Application) { a.Contact.CitizenID = "citizen-2" })
	w.became(false)
	if at := w.at(); at != [2]int{int(w.elder.ID), int(w.elder.ID)} {
		t.Errorf("the receipts lead to %v", at)
	}
	const reads = `select count(*) from case_status where receipt = $1 and jsonb_array_length(timeline) > 1 and status = $2
		and (select count(*) from jsonb_array_elements(timeline) l where l->>'says' like '%收到了您的申请%') = 1`
	if w.count(reads, w.second.Receipt, "routed") != 1 {
		t.Error("the second sender reads more than their own, or less")
	}
	open := w.open(w.elder.ID)
	if len(open) != 1 || open[0].Kind != casefile.DoubtAccount || open[0].Receipt != w.second.Receipt {
		t.Fatalf("doubts: %+v", open)
	}
	if n := w.facts(w.elder.ID); n.Version != w.elder.FactsVersion {
		t.Error("what a stranger said counts")
	}
	w.must(w.flow.Weigh(t.Context(), w.actors["officer"], workflow.Weigh{Case: w.elder.ID, Doubt: open[0].ID, Verdict: casefile.VerdictApart, Reason: "问过两边"}))
	if at := w.at(); at != [2]int{int(w.elder.ID), int(w.younger.ID)} || len(w.open(w.elder.ID)) != 0 {
		t.Errorf("after the officer's word the receipts lead to %v", at)
	}
	w.became(true) // there is nothing left to undo
	if at := w.at(); at != [2]int{int(w.elder.ID), int(w.younger.ID)} {
		t.Errorf("after the undo the receipts lead to %v", at)
	}
}

// What somebody has taken up is joined by nobody but people: a doubt stands on both, holds
// their decisions, and ends with the undo.
// Control: let mayJoin pass over Untouched.
func TestOnePersonTakenUp(t *testing.T) {
	t.Parallel()
	w := twoRows(t, nil)
	w.must(w.flow.Accept(t.Context(), w.actors["officer"], workflow.Accept{Agreed: byPhone, Case: w.younger.ID, Items: []core.ItemCode{rehouse}}))
	w.became(false)
	for _, pair := range [2][2]core.CaseID{{w.elder.ID, w.younger.ID}, {w.younger.ID, w.elder.ID}} {
		open := w.open(pair[0])
		if len(open) != 1 || open[0].Kind != casefile.DoubtPerson || open[0].Other != pair[1] {
			t.Errorf("doubts of case %d: %+v", pair[0], open)
		}
		if c, _ := w.get(pair[0]); c.State.Closed() {
			t.Errorf("case %d is %s", c.ID, c.State)
		}
	}
	if at := w.at(); at != [2]int{int(w.elder.ID), int(w.younger.ID)} {
		t.Errorf("the receipts lead to %v", at)
	}
	w.became(true)
	if a, b := w.open(w.elder.ID), w.open(w.younger.ID); len(a)+len(b) != 0 {
		t.Errorf("doubts after the undo: %+v, %+v", a, b)
	}
}
