package workflow_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/staff"
)

// steps are the people of the matrix by what each did before, so that nobody did two things.
func steps() []string {
	return []string{"nothing", "entered", "proposer", "recorder", "visitor", "took", "answered", "earlier", "barred", "card", "handed",
		"reviewer", "changer", "back", "replied", "noted", "writer", "was", "reader", "asker", "kin"}
}

// who is the number of the person who did a step.
func who(step string) core.StaffID { return core.StaffID(slices.Index(steps(), step) + 1) }

// situation is how a case stands beside its states; asked: an appeal is open.
type situation struct {
	asked bool
	casefile.Situation
}

const today core.Date = 20_800

// ordinary is a case of which everything was done that an act could ask for, by one person each.
func ordinary() casefile.Situation {
	gone := &casefile.Visit{First: who("recorder"), Second: who("visitor"), RecordedBy: who("recorder")}
	return casefile.Situation{
		Case: casefile.Case{Region: town, EnteredBy: who("entered"), Routed: time.Unix(1, 0)},
		Claims: []casefile.Claim{{ID: 1, Region: town, Item: casefile.RushItem, Decides: "township", NoticeDays: 7, Cash: true, HasAmount: true, Amount: 100,
			Period: "month", Proposer: who("proposer"), Proposal: casefile.ProposeApprove, NoticeOver: true, NoticeNth: 1}},
		Today: today, Planned: gone, Visited: true, Held: gone, Card: &casefile.Card{By: who("card")},
		Visitors:   []core.StaffID{who("recorder"), who("visitor")},
		NoticeTill: map[core.ClaimID]core.Date{1: today - 1},
		Heard:      map[core.ClaimID]casefile.Heard{1: {Took: []core.StaffID{who("took")}, Answered: []core.StaffID{who("answered")}}},
		Kin:        []core.StaffID{who("kin")}, Papers: 1, Agents: 1,
	}
}

// situations are what a case can be in beside its states, each one thing away from the ordinary.
func situations() map[string]situation {
	out := map[string]situation{}
	add := func(name string, asked bool, change func(*casefile.Situation, *casefile.Claim)) {
		s := ordinary()
		if asked {
			s.Appeals = []casefile.Appeal{{ID: 9, Claim: 1, About: casefile.AboutRefusal, State: casefile.AppealOpen}}
			s.Barred = map[core.ClaimID][]core.StaffID{1: {who("barred")}}
		}
		change(&s, &s.Claims[0])
		out[name] = situation{asked, s}
	}
	type S = casefile.Situation
	type C = casefile.Claim
	add("plain", false, func(*S, *C) {})
	add("unseen", false, func(s *S, _ *C) { s.Visited = false })
	add("recorded", false, func(s *S, _ *C) { s.Unseconded = s.Planned })
	add("moved", false, func(s *S, _ *C) {
		often := *s.Planned
		often.Moved = casefile.MaxMoves
		s.Planned = &often
	})
	add("accepted", false, func(s *S, _ *C) { s.Case.Accepted = time.Unix(2, 0) })
	add("bounced", false, func(s *S, _ *C) { s.Case.Returns = casefile.MaxBounces })
	add("doubt", false, func(s *S, _ *C) { s.Doubts = 1 })
	add("county", false, func(_ *S, c *C) { c.Decides = "county" })
	add("twice", false, func(_ *S, c *C) { c.Terms.Notices = 2 })
	add("appraise", false, func(_ *S, c *C) { c.Terms.Appraisal = "always" })
	add("refuse", false, func(_ *S, c *C) { c.Proposal = casefile.ProposeRefuse })
	add("refer", false, func(_ *S, c *C) { c.Proposal = casefile.ProposeRefer })
	add("handed", false, func(s *S, _ *C) {
		s.Handed = map[core.ClaimID]casefile.Delivery{1: {ID: 1, By: who("handed")}}
	})
	add("due", false, func(s *S, _ *C) { s.Reviews = []casefile.Review{{Claim: 1, Told: 30}} })
	add("early", false, func(s *S, _ *C) { s.Reviews = []casefile.Review{{Claim: 1}} })
	undone := func(unit casefile.Unit) func(*S, *C) {
		return func(s *S, _ *C) {
			s.Unsolved = []casefile.Unsolved{{ID: 1, Claim: 1, Nth: 1, Unit: casefile.UnitTownship, State: casefile.UnsolvedStands, By: who("replied")},
				{ID: 2, Claim: 1, Nth: 2, Unit: unit, State: casefile.UnsolvedOpen, TakenBy: who("noted")}}
		}
	}
	add("undone", false, undone(casefile.UnitTownship)) // the township answered another person before
	add("climbed", false, undone(casefile.UnitCounty))
	add("topmost", false, undone(casefile.UnitCity))
	add("looks", false, func(s *S, _ *C) { s.Looks = 1 })
	put := func(above bool) func(*S, *C) {
		return func(s *S, _ *C) {
			s.Changes = []casefile.Change{{Claim: 1, State: casefile.ChangeProposed, Proposer: who("changer"), Above: above}}
		}
	}
	add("change", false, put(false))
	add("more", false, put(true))
	add("stop", true, put(false))
	before := func(s *S, _ *C) {
		s.Decided = map[core.ClaimID][]core.StaffID{1: {who("earlier")}}
	}
	add("again", true, before)
	add("third", true, func(s *S, c *C) {
		before(s, c)
		done := casefile.Appeal{Claim: 1, State: casefile.AppealAnswered}
		s.Appeals = append(s.Appeals, done, done)
	})
	grant := func(state casefile.AppealState, above bool) func(*S, *C) {
		return func(s *S, _ *C) {
			p := &s.Appeals[0]
			p.About, p.State, p.Reviewer, p.Above = casefile.AboutGrant, state, who("reviewer"), above
		}
	}
	add("grant", true, grant(casefile.AppealOpen, false))
	add("answer", true, grant(casefile.AppealProposed, false))
	add("above", true, grant(casefile.AppealProposed, true))
	add("back", true, func(s *S, _ *C) {
		s.Appeals[0].BackBy, s.Appeals[0].BackFrom = who("back"), today
	})
	met := func(outcome casefile.ConferenceOutcome, read, above bool, asker core.StaffID) func(*S, *C) {
		return func(s *S, _ *C) {
			c := &casefile.Conference{On: today, OffFirst: asker}
			for i, step := range []string{"writer", "was", "reader"} {
				p := casefile.Attendee{Nth: i + 1, Staff: who(step), Vote: casefile.VoteFor}
				if step == "was" || read {
					p.Confirmed = time.Unix(3, 0)
				}
				c.People = append(c.People, p)
			}
			if c.Outcome, c.Above = outcome, above; outcome != "" {
				c.First = who("writer")
			}
			s.Conference = c
		}
	}
	add("meeting", false, met("", true, false, 0))
	add("minuted", false, met(casefile.ConferNot, true, false, 0))
	add("unread", false, met(casefile.ConferNot, false, false, 0))
	add("beyond", false, met(casefile.ConferNot, true, true, 0))
	add("off", false, met(casefile.ConferNot, true, false, who("asker")))
	return out
}

// takesPart says in which situations a step was done at all; a step that is not named was done
// in every one.
func takesPart(step, in string, asked bool) bool {
	only := map[string]string{"earlier": "again third", "reviewer": "answer above", "changer": "change more stop", "handed": "handed", "back": "back", "replied": "undone climbed topmost", "noted": "undone climbed topmost",
		"writer": "meeting minuted unread beyond off", "was": "meeting minuted unread beyond off", "reader": "meeting minuted unread beyond off", "asker": "off"}
	if step == "barred" {
		return asked
	}
	return only[step] == "" || names(only[step], in)
}

// acts are read from the source: an act that somebody adds is asked about without being asked for.
func acts(t *testing.T) (list []string) {
	t.Helper()
	src, err := os.ReadFile("../casefile/can.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`ActName = "([a-z_]+)"`).FindAllStringSubmatch(string(src), -1) {
		list = append(list, m[1])
	}
	if len(list) < 40 {
		t.Fatalf("only %d acts are found in can.go", len(list))
	}
	return list
}

func caseStates() []string {
	return []string{"open", "accepted", "returned", "supplement_asked", "visiting", "paid_pending_papers", "conference", "settled", "withdrawn"}
}

func claimStates() []string {
	return []string{"proposed", "agreed", "reviewed", "noticed", "objected", "approved", "refused", "paying", "delivering", "referred", "appealed", "told", "closed", "withdrawn"}
}

// P16, generated: every act × every role, and all roles in one person × every step that the same
// person did before, kin among them × every state of case and claim × every situation a case can
// be in; and who is of another township, whose roles were taken away, and what is no member of the
// staff. What the table does not name is refused, what it names is not. Where it names nobody, who
// did a step is asked about with all roles at once only: nobody may more than that.
//
// Controls, named: an act given to one role more, a state added to a rule, one step left out of
// apart.
func TestWhoMayDoWhatIsTheTable(t *testing.T) {
	t.Parallel()
	known, all := acts(t), situations()
	for _, d := range duties() {
		if !slices.Contains(known, d.act) {
			t.Errorf("the table names %q, which is no act", d.act)
		}
	}
	m := matrix{t: t, table: duties(), rules: casefile.NewRules(), held: map[string]int{}}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		everybody := people(name, all[name].asked)
		for _, state := range caseStates() {
			for _, claim := range claimStates() {
				s := all[name].Situation
				s.Claims = slices.Clone(s.Claims)
				s.Case.State, s.Claims[0].State = casefile.CaseState(state), casefile.ClaimState(claim)
				for _, act := range known {
					m.ask(cell{act: act, situation: name, state: state, claim: claim, asked: all[name].asked}, s, everybody)
				}
			}
		}
	}
	for _, act := range known {
		if m.held[act] == 0 {
			t.Errorf("nobody may ever do %q", act)
		}
	}
	t.Logf("%d cells, %d situations, %d acts, %d wrong", m.cells, len(all), len(known), m.wrong)
}

// matrix is the answers that were given.
type matrix struct {
	t            *testing.T
	table        []duty
	rules        casefile.Rules
	held         map[string]int // how often an act was let, by its name
	cells, wrong int
}

func (m *matrix) ask(c cell, s casefile.Situation, everybody []person) {
	rows := c.rows(m.table)
	for _, p := range everybody {
		if len(rows) == 0 && len(p.roles) == 1 && p.did[0] != "nothing" {
			continue
		}
		m.cells++
		want := allowed(rows, p.roles, p.did)
		err := m.rules.Check(s, p.actor, casefile.ActName(c.act), s.Claims[0])
		switch {
		case (err == nil) == want && want:
			m.held[c.act]++
		case (err == nil) != want:
			if m.wrong++; m.wrong <= 40 {
				m.t.Errorf("%s by %v who did %v, case %s (%s), claim %s: may is %v, and the answer %v", c.act, p.roles, p.did, c.state, c.situation, c.claim, want, err)
			}
		}
	}
}

// person is one of the matrix.
type person struct {
	roles, did []string
	actor      casefile.Actor
}

func people(in string, asked bool) (list []person) {
	every := staff.Roles()
	add := func(roles []staff.Role, step string, change func(*casefile.Actor)) {
		p := person{did: []string{step}, actor: casefile.Actor{Kind: "staff", Staff: max(who(step), 1), Roles: roles, Regions: []core.RegionCode{town}}}
		for _, r := range roles {
			p.roles = append(p.roles, string(r))
		}
		if change != nil {
			change(&p.actor)
		}
		list = append(list, p)
	}
	for _, step := range steps() {
		if !takesPart(step, in, asked) {
			continue
		}
		for _, r := range every {
			add([]staff.Role{r}, step, nil)
		}
		add(every, step, nil)
	}
	add(every, "elsewhere", func(a *casefile.Actor) { a.Regions = []core.RegionCode{"371426104"} })
	add(every, "revoked", func(a *casefile.Actor) { a.Roles = nil })
	add(every, "machine", func(a *casefile.Actor) { a.Kind = "job" })
	add(every, "machine", func(a *casefile.Actor) { a.Kind = "citizen" })
	add(every, "machine", func(a *casefile.Actor) { a.Staff = 0 })
	return list
}
