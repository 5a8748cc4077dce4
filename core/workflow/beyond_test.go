package workflow_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/jobs/jobstest"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/workflow"
)

// beyond is the same city seen from another township, with people of its own.
func (w *world) beyond() *world {
	w.t.Helper()
	far := *w
	far.town, far.actors = "371426104", map[string]casefile.Actor{}
	for login, role := range map[string]staff.Role{"officer": staff.Officer, "helper": staff.Assistant, "approver": staff.Approver} {
		far.in(func(ctx context.Context, tx *pg.Tx) error {
			id, err := w.staff.Create(ctx, tx, audit.Actor{Kind: "operator"}, staff.Account{Login: "far-" + login, Name: login, Roles: []staff.Role{role},
				Regions: []core.RegionCode{far.town}, Password: "a long pass phrase 17"})
			if err != nil {
				return err
			}
			p, err := w.staff.Person(ctx, tx, id)
			far.actors[login] = casefile.As(p)
			return err
		})
	}
	return &far
}

// view reads a case as the township's officer.
func (w *world) view(id core.CaseID) (v casefile.View) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		v, err = w.cases.View(ctx, tx, id, w.actors["officer"], "test")
		return err
	})
	return v
}

// looked ends the doubt of a case about another township.
func (w *world) looked(c casefile.Case) {
	w.t.Helper()
	d := w.doubt(c)
	w.must(w.flow.Weigh(w.t.Context(), w.actors["officer"], workflow.Weigh{Case: c.ID, Doubt: d.ID, Verdict: casefile.VerdictLooked, Reason: "问过那边"}))
}

// said is what a citizen's timeline says of another township.
func said(w *world, id core.CaseID) int {
	return w.count(`select count(*) from case_status where case_id = $1 and timeline::text like '%也报了一件%'`, id)
}

// One person asks in two townships. Both cases stay open, both pages say what the other is
// and no more, both timelines have it, and neither township reads the other's case. The
// person reads it where one account sent both; a stranger who typed the number does not.
//
// Controls: without LookBeyond in opened no doubt comes; with case_beyond's scope check
// left out, the stranger of the last lines reads a town; sameSender that is always true
// tells the stranger.
func TestOnePersonInTwoTownships(t *testing.T) {
	t.Parallel()
	for name, account := range map[string]string{"one account": "citizen-1", "another account": "citizen-2"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.enrol()
			far := w.beyond()
			w.work()
			one, two := w.application("4071882635"), far.application("4071882643")
			two.Contact.CitizenID = account
			w.handOver(one)
			w.handOver(two)
			here, there := w.routed(one), far.routed(two)
			for _, side := range []struct {
				at          *world
				mine, other casefile.Case
				tail        core.Receipt
			}{{w, here, there, "2643"}, {far, there, here, "2635"}} {
				d := side.at.doubt(side.mine)
				if d.Kind != casefile.DoubtElsewhere || d.Other != side.other.ID || d.OtherNumber != "" {
					t.Errorf("the doubt in %s: %+v", side.at.town, d)
				}
				v := side.at.view(side.mine.ID)
				if len(v.Beyond) != 1 || v.Beyond[0].Town != side.other.Town || v.Beyond[0].Tail != side.tail || v.Beyond[0].State != casefile.CaseOpen || v.Beyond[0].Doubt != d.ID {
					t.Errorf("the page in %s says %+v", side.at.town, v.Beyond)
				}
				line := "在" + side.other.Town + "也有一件在办(回执尾号 " + string(side.tail)
				if !slices.ContainsFunc(v.Events, func(e casefile.Event) bool { return strings.Contains(e.Staff, line) }) {
					t.Errorf("the timeline in %s lacks %q", side.at.town, line)
				}
				if got := said(w, side.mine.ID); (got == 1) != (account == "citizen-1") {
					t.Errorf("the person is told %d times in %s", got, side.at.town)
				}
				err := w.db.Tx(t.Context(), pg.Regions(side.at.town), func(ctx context.Context, tx *pg.Tx) error {
					_, err := w.cases.View(ctx, tx, side.other.ID, side.at.actors["officer"], "test")
					return err
				})
				if core.KindOf(err) != core.KindNotFound {
					t.Errorf("%s opened the other's case: %v", side.at.town, err)
				}
				if n := 0; side.at == w {
					w.must(w.db.Read(t.Context(), pg.Regions(far.town), func(ctx context.Context, tx *pg.Tx) error {
						return tx.QueryRow(ctx, `select count(*) from case_beyond($1)`, side.mine.ID).Scan(&n)
					}))
					if n != 0 {
						t.Error("a township asked about a case that it may not see, and was answered")
					}
				}
			}
			// Once, however often it is looked for.
			w.must(w.flow.LookBeyond(t.Context(), workflow.LookBeyond{Application: one.ID, Region: town}))
			if n := w.count(`select count(*) from case_doubt`); n != 2 {
				t.Errorf("%d doubts", n)
			}
		})
	}
}

// Whom no register knows is one person all the same: the doubt that was written when the
// place of the number was taken learns which case it is about.
// Control: Doubled that only inserts leaves three doubts.
func TestAnUnknownPersonInTwoTownships(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	far := w.beyond()
	w.work()
	one, two := w.application("4071882635"), far.application("4071882643")
	w.handOver(one)
	here := w.routed(one)
	w.handOver(two)
	there := far.routed(two)
	jobstest.Until(t, "both doubts to name a case", func(context.Context) bool {
		return w.count(`select count(*) from case_doubt where kind = 'elsewhere' and other is not null`) == 2
	})
	if a, b := w.doubt(here), far.doubt(there); a.Other != there.ID || b.Other != here.ID || w.count(`select count(*) from case_doubt`) != 2 {
		t.Errorf("%+v, %+v", a, b)
	}
}

// Two townships decide the same item for the same person at once: one gives it, the other
// is told where it runs; so is whoever proposes it afterwards. The same of a thing that is
// no money.
//
// Controls: drop index payout_member_once, and both decide; without notTwice in Propose the
// second proposal passes; without named in Decide the loser hears no town; without handed
// in grant the thing is given twice.
func TestTwoTownshipsGiveItOnce(t *testing.T) {
	t.Parallel()
	no := false
	t.Run("money", func(t *testing.T) { t.Parallel(); givenOnce(t, nursing, nil) })
	t.Run("in kind", func(t *testing.T) { t.Parallel(); givenOnce(t, casefile.RushItem, &no) })
}

func givenOnce(t *testing.T, item core.ItemCode, cash *bool) {
	w := newWorld(t)
	far := w.beyond()
	w.work()
	sides, claims := [2]*world{w, far}, [2]casefile.Claim{}
	for i, side := range sides {
		app := side.application([2]core.Receipt{"4071882635", "4071882643"}[i])
		app.People[1].ID, app.Items = w.number(sonID), []core.ItemCode{item}
		grade(&app)
		side.handOver(app)
		c := side.routed(app)
		if i == 1 {
			w.looked(w.found(c))
			far.looked(c)
		}
		claims[i].Case = c.ID
	}
	propose := func(i int) error {
		return w.flow.Propose(t.Context(), sides[i].actors["officer"], workflow.Propose{Claim: claims[i].ID, Outcome: casefile.ProposeApprove, Cash: cash, Reasons: []string{"符合条件"}})
	}
	for i, side := range sides {
		claims[i] = side.visitedClaim(claims[i].Case, item)
		w.must(propose(i))
	}
	var errs [2]error
	var both sync.WaitGroup
	for i, side := range sides {
		both.Go(func() { errs[i] = side.approves(claims[i]) })
	}
	both.Wait()
	lost := 0
	if errs[0] == nil {
		lost = 1
	}
	if errs[1-lost] != nil || !errors.Is(errs[lost], payout.ErrTwice) {
		t.Fatalf("decided at once: %v, %v", errs[0], errs[1])
	}
	c, _ := sides[1-lost].get(claims[1-lost].Case)
	says := "已经在" + c.Town + "办了(回执尾号 " + string(c.Receipt[6:])
	var told *core.Error
	if !errors.As(errs[lost], &told) || !strings.Contains(told.Say, says) {
		t.Errorf("the second is not told where: %v", errs[lost])
	}
	w.must(w.flow.SendBack(t.Context(), sides[lost].actors["approver"], claims[lost].ID, "那边已经批了"))
	if err := propose(lost); !errors.As(err, &told) || !strings.Contains(told.Say, says) {
		t.Errorf("proposed again: %v", err)
	}
	if n := w.count(`select count(*) from decision where outcome = 'approved'`); n != 1 {
		t.Errorf("%d decisions give one thing", n)
	}
	refuse := workflow.Propose{Claim: claims[lost].ID, Outcome: casefile.ProposeRefuse, Reasons: []string{"在那边领"}}
	if err := w.flow.Propose(t.Context(), sides[lost].actors["officer"], refuse); err != nil {
		t.Errorf("a person may say no: %v", err)
	}
}

// found is the case of the first township that a case of the other is doubled with.
func (w *world) found(other casefile.Case) (c casefile.Case) {
	w.t.Helper()
	var id core.CaseID
	jobstest.Until(w.t, "the other side's doubt", func(context.Context) bool {
		return w.count(`select count(*) from case_doubt where other = $1`, other.ID) == 1
	})
	id = core.CaseID(w.count(`select case_id from case_doubt where other = $1`, other.ID))
	c, _ = w.get(id)
	return c
}

// visitedClaim accepts one item of a case and has it visited.
func (w *world) visitedClaim(id core.CaseID, item core.ItemCode) casefile.Claim {
	w.t.Helper()
	w.accept(id, item)
	seen := visited()
	seen.Case, seen.Account = id, w.card(ownCard)
	w.visit(seen)
	return w.claim(id, item)
}

func (w *world) approves(c casefile.Claim) error {
	return w.flow.Decide(w.t.Context(), w.actors["approver"], workflow.Decide{Claim: c.ID, Outcome: casefile.Approved, Card: w.openCard(c.Case).ID})
}
