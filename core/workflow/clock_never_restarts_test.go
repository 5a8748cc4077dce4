package workflow_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/workflow"
)

// walk is one case at which people do whatever comes to their mind, and what its clocks
// said before.
type walk struct {
	*world
	app   core.Application
	id    core.CaseID
	dice  *rand.Rand
	was   map[string]casefile.Deadline
	rest  map[string]int // working days between decisions and appeals, as counted here
	last  string         // what was done
	said  core.Date      // when it was first said that the matter is not solved
	done  map[string]int
	trail []string
}

// Under every pack of law, whatever is done to a case in whatever order, no clock starts
// anew: its first day stays, who was told stays told, each rung once, and its day moves by
// what the terms of the claim say and by the days in which nothing was due.
//
// Control, each alone: papers asked again, ten days from then ("supplement0 moved from
// 2026-12-17 to 2026-12-18 by ask"); an appeal with twenty days from then ("decide1 moved from
// … by confer, no terms give it"). A Resume that begins at nobody again stays green here: the
// database refuses it (deadline_remembers), which TestOverdueClimbsFourRungs holds.
func TestNoActStartsAClockAnew(t *testing.T) {
	t.Parallel()
	for i, on := range []string{"2016-07-01", "2018-03-01", "2020-11-30", "2021-07-01", "2022-11-01", "2024-03-01", "2025-03-03"} {
		t.Run(on, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			lib, err := policy.Embedded()
			w.must(err)
			day, err := core.ParseDate(on)
			w.must(err)
			w.flow.Books = onlyOn{lib, day}
			w.enrol()
			w.work()
			k := &walk{world: w, app: w.application("4071882635"), dice: rand.New(rand.NewPCG(540, uint64(i))),
				was: map[string]casefile.Deadline{}, rest: map[string]int{}, done: map[string]int{}}
			w.handOver(k.app)
			k.id = w.routed(k.app).ID
			for range 60 {
				k.step()
				k.look()
				if t.Failed() {
					t.Fatalf("after %v", k.trail)
				}
			}
			for _, act := range []string{"plan", "ask", "resume", "visit", "refuse", "appeal", "unsolved", "reply", "sweep"} {
				if k.done[act] == 0 {
					t.Errorf("%s was never done: %v", act, k.trail)
				}
			}
		})
	}
}

// step does one thing at random, among those that are possible now; what was done least
// is likelier.
func (k *walk) step() {
	acts := map[string]func() error{"accept": k.accept, "plan": k.planAny, "ask": k.ask, "resume": k.resume, "return": k.back, "move": k.thereAndBack,
		"visit": k.seeThem, "refuse": k.refuse, "appeal": k.appeal, "confer": k.confer, "drop": k.dropAndAdd, "unsolved": k.unsolved, "reply": k.reply, "rush": k.rush, "sweep": k.sweepOnce, "wait": k.wait, "assign": k.assign}
	names := slices.Sorted(maps.Keys(acts))
	k.dice.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	if k.dice.IntN(2) == 0 {
		slices.SortStableFunc(names, func(a, b string) int { return k.done[a] - k.done[b] })
	}
	for _, name := range names {
		if name == "accept" && k.dice.IntN(3) > 0 {
			continue // a while in the open
		}
		if name == "appeal" && k.said.IsZero() {
			continue // nobody here decides after it, and what is decided alone is not solved
		}
		k.last = name
		err := acts[name]()
		if err == nil {
			k.done[name]++
			k.trail = append(k.trail, fmt.Sprintf("%s(%s)", name, k.today()))
			return
		}
		if known := core.Known(err); known.Kind == core.KindInternal || known.Kind == core.KindUnavailable {
			k.t.Fatalf("%s: %v", name, err)
		}
	}
}

func (k *walk) accept() error {
	return k.flow.Accept(k.t.Context(), k.actors["officer"], workflow.Accept{Agreed: byPhone, Case: k.id, Items: []core.ItemCode{dibao}, Left: "家里不要"})
}

func (k *walk) planAny() error {
	who := []string{"officer", "officer", "county"}[k.dice.IntN(3)]
	return k.plan(who, casefile.Case{ID: k.id}, k.today()+core.Date(k.dice.IntN(25)))
}

func (k *walk) ask() error {
	return k.flow.AskSupplement(k.t.Context(), k.actors["officer"], workflow.AskSupplement{Case: k.id, What: fmt.Sprint("第", len(k.trail), "样"), Late: "上次漏了"})
}

func (k *walk) resume() error {
	return k.flow.Resume(k.t.Context(), k.actors["officer"], workflow.Resume{Case: k.id, What: "都带来了"})
}

func (k *walk) back() error {
	return k.flow.Return(k.t.Context(), k.actors["officer"], workflow.Return{Case: k.id, Ground: casefile.GroundNotOurs, Why: "不归我们"})
}

func (k *walk) thereAndBack() error {
	for _, to := range []core.RegionCode{"371426104", town} {
		if err := k.flow.Relocate(k.t.Context(), k.actors["county"], workflow.Relocate{Case: k.id, To: to, Why: "住在那里"}); err != nil {
			return err
		}
	}
	k.routed(k.app)
	return nil
}

// assign has the head put the case into whose hands it is not.
func (k *walk) assign() error {
	return k.flow.Assign(k.t.Context(), k.actors["approver"], workflow.Assign{Case: k.id, Part: casefile.PartOfficer, To: k.other(), Why: "换个人办"})
}

func (k *walk) other() core.StaffID {
	if c, _ := k.get(k.id); c.Officer == k.actors["officer"].Staff {
		return k.actors["second"].Staff
	}
	return k.actors["officer"].Staff
}

func (k *walk) seeThem() error {
	seen := visited()
	seen.Case = k.id
	if err := k.flow.RecordVisit(k.t.Context(), k.actors["officer"], seen); err != nil {
		return err
	}
	return k.flow.SecondVisit(k.t.Context(), k.actors["helper"], k.id, k.record(k.id))
}

// claimNow is the claim for dibao in one of some states.
func (k *walk) claimNow(states ...casefile.ClaimState) (casefile.Claim, error) {
	_, claims := k.get(k.id)
	for _, c := range claims {
		if c.Item == dibao && slices.Contains(states, c.State) {
			return c, nil
		}
	}
	return casefile.Claim{}, casefile.ErrMovedOn
}

func (k *walk) refuse() error {
	c, err := k.claimNow(casefile.ClaimAgreed)
	if err != nil {
		return err
	}
	reasons := []string{"存款多"}
	err = k.flow.Appraise(k.t.Context(), k.actors["officer"], workflow.Appraise{Claim: c.ID, Present: 6, Of: 6, For: 1, Minutes: "都说存款多"})
	if known := core.Known(err); err != nil && known.Kind == core.KindInternal {
		return err
	}
	proposer, decider := "officer", "approver"
	if err := k.flow.Propose(k.t.Context(), k.actors[proposer], workflow.Propose{Claim: c.ID, Outcome: casefile.ProposeRefuse, Reasons: reasons}); err != nil {
		return err
	}
	d := workflow.Decide{Claim: c.ID, Outcome: casefile.Refused, Reasons: reasons}
	if err := k.flow.Decide(k.t.Context(), k.actors[decider], d); err == nil {
		return nil
	}
	if err := k.flow.Decide(k.t.Context(), k.actors["county"], d); err == nil {
		return nil
	}
	return k.flow.SendBack(k.t.Context(), k.actors["county"], c.ID, "再核一遍")
}

func (k *walk) appeal() error {
	c, err := k.claimNow(casefile.ClaimRefused, casefile.ClaimTold, casefile.ClaimClosed)
	if err != nil {
		return err
	}
	key := fmt.Sprint(casefile.DeadlineDecide, c.ID)
	met := k.was[key].Met
	err = k.flow.Appeal(k.t.Context(), k.actors["officer"], c.ID, "算得不对")
	if err == nil && !met.IsZero() {
		k.rest[key] += max(0, k.calendar().Between(core.DateOf(met), k.today()))
	}
	return err
}

// unsolved says that the matter is not solved; the days between an answer and that are nobody's.
func (k *walk) unsolved() error {
	c, err := k.claimNow(casefile.ClaimRefused, casefile.ClaimTold, casefile.ClaimClosed)
	if err != nil {
		return err
	}
	key := fmt.Sprint(casefile.DeadlineUnsolved, c.ID)
	met := k.was[key].Met
	_, err = k.flow.Unsolved(k.t.Context(), k.actors["helper"], workflow.Unsolved{Claim: c.ID, Says: "还是没办好", Door: casefile.DoorVillage})
	switch {
	case err != nil:
	case k.said.IsZero():
		k.said = k.today()
	case !met.IsZero():
		k.rest[key] += max(0, k.calendar().Between(core.DateOf(met), k.today()))
	}
	return err
}

func (k *walk) reply() error {
	u := k.undone(k.id)
	who := map[casefile.Unit]string{casefile.UnitTownship: "officer", casefile.UnitCounty: "county", casefile.UnitCity: "city"}[u.Unit]
	if who == "" {
		return casefile.ErrMovedOn
	}
	return k.flow.AnswerUnsolved(k.t.Context(), k.actors[who], workflow.AnswerUnsolved{Claim: u.Claim, Saw: u.ID, Solved: k.dice.IntN(2) == 0, Words: "看过了,就是这样"})
}

func (k *walk) confer() error {
	if err := k.flow.Conference(k.t.Context(), k.actors["officer"], k.meeting(k.id)); err != nil {
		return err
	}
	return k.concluded(k.id, casefile.Resolution{Outcome: casefile.ConferLook, Reasons: "镇上接着办"})
}

func (k *walk) dropAndAdd() error {
	if k.dice.IntN(4) > 0 {
		return casefile.ErrMovedOn
	}
	c, err := k.claimNow(casefile.ClaimAgreed)
	if err != nil {
		return err
	}
	// Something else stays open, else the case ends with it.
	if err := k.flow.AddItems(k.t.Context(), k.actors["officer"], workflow.AddItems{Case: k.id, Items: []core.ItemCode{casefile.RushItem}, Agreed: atDoor}); err != nil && core.Known(err).Code != workflow.ErrFiled.Code {
		return err
	}
	if err := k.flow.Drop(k.t.Context(), k.actors["officer"], c.ID, "先不要"); err != nil {
		return err
	}
	k.rest[fmt.Sprint(casefile.DeadlineDecide, c.ID)] = 0
	return k.flow.AddItems(k.t.Context(), k.actors["officer"], workflow.AddItems{Case: k.id, Items: []core.ItemCode{dibao}, Agreed: atDoor})
}

func (k *walk) rush() error {
	_, claims := k.get(k.id)
	for _, c := range claims {
		if c.Item == casefile.RushItem {
			return k.flow.Emergency(k.t.Context(), k.actors["officer"], workflow.Emergency{Claim: c.ID, Amount: core.Yuan(100), Reasons: []string{"断粮"}})
		}
	}
	return casefile.ErrMovedOn
}

func (k *walk) sweepOnce() error { return k.flow.Sweep(k.t.Context()) }

func (k *walk) wait() error {
	k.env.Advance(time.Duration(1+k.dice.IntN(4)) * 24 * time.Hour)
	return nil
}

// look holds every clock of the case to what it said before.
func (k *walk) look() {
	var now []casefile.Deadline
	k.must(k.db.Read(k.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) (err error) {
		now, err = k.cases.Deadlines(ctx, tx, k.id)
		return err
	}))
	c, claims := k.get(k.id)
	is := map[string]casefile.Deadline{}
	for _, d := range now {
		key := fmt.Sprint(d.Kind, d.Claim)
		is[key] = d
		old, known := k.was[key]
		if !known {
			old = d
			if d.First != d.Due {
				k.t.Errorf("%s begins at %s and says %s", key, d.Due, d.First)
			}
		}
		if d.First != old.First || d.Level < old.Level {
			k.t.Errorf("%s by %s: first %s, now %s; was told up to %d, now %d", key, k.last, old.First, d.First, old.Level, d.Level)
		}
		if !old.Met.IsZero() && d.Met.IsZero() && !slices.Contains([]string{"ask", "plan", "appeal", "drop", "confer", "unsolved"}, k.last) {
			k.t.Errorf("%s is open again by %s", key, k.last)
		}
		if d.Kind == casefile.DeadlineDecide {
			if i := slices.IndexFunc(claims, func(c casefile.Claim) bool { return c.ID == d.Claim }); !k.byTerms(claims[i], d) {
				k.t.Errorf("%s moved from %s to %s by %s, no terms give it: %+v", key, old.Due, d.Due, k.last, claims[i].Terms)
			}
		} else if d.Due != old.Due && !k.mayMove(old, d, c) {
			k.t.Errorf("%s moved from %s to %s by %s", key, old.Due, d.Due, k.last)
		}
	}
	for key := range k.was {
		if _, stays := is[key]; !stays {
			k.t.Errorf("%s is gone", key)
		}
	}
	if n := k.count(`select count(*) from (select from climb group by deadline, rung having count(*) > 1) twice`); n != 0 {
		k.t.Errorf("%d rungs told twice", n)
	}
	k.was = is
}

// mayMove: only what was met has another day, papers with the days that were left and a
// visit within what the law leaves.
func (k *walk) mayMove(old, d casefile.Deadline, c casefile.Case) bool {
	cal := k.calendar()
	switch {
	case old.Met.IsZero():
		return false
	case (d.Kind == casefile.DeadlineSupplement || d.Kind == casefile.DeadlineLookup) && k.last == "ask":
		return d.Due == cal.Add(old.Due, max(0, cal.Between(core.DateOf(old.Met), k.today())))
	case d.Kind == casefile.DeadlineUnsolved && k.last == "unsolved":
		n := map[casefile.Unit]int{casefile.UnitTownship: 5, casefile.UnitCounty: 10, casefile.UnitCity: 15}[k.undone(k.id).Unit]
		return d.Due == cal.Add(k.said, n+k.rest[fmt.Sprint(d.Kind, d.Claim)])
	case d.Kind == casefile.DeadlineConference && k.last == "confer":
		return d.Due == cal.Add(old.Due, max(0, cal.Between(core.DateOf(old.Met), k.today())))
	case d.Kind == casefile.DeadlineVisit && k.last == "plan":
		return d.Due <= max(c.DecideDue, cal.Add(k.today(), 3))
	}
	return false
}

// byTerms reports whether the terms of a claim give a day, counted here anew.
func (k *walk) byTerms(c casefile.Claim, d casefile.Deadline) bool {
	cal := k.calendar()
	for _, n := range []int{c.Terms.Days, c.Terms.County, c.Terms.Special} {
		if n == 0 && c.Terms.Days == 0 {
			n = 20
		}
		due := cal.Add(c.Terms.On, n)
		if c.Terms.Outside {
			due = cal.Add(due+core.Date(c.NoticeDays*c.Terms.Notices), 0)
		}
		if rest := k.rest[fmt.Sprint(d.Kind, d.Claim)]; rest > 0 {
			due = cal.Add(due, rest)
		}
		if n > 0 && due == d.Due {
			return true
		}
	}
	return false
}
