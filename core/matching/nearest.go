package matching

import (
	"slices"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/policy"
)

// A Miss is how near an item is that a household, or one member, does not get: the
// fewest facts that would have to be otherwise. It is arithmetic over the Book, no
// advice and no promise; nobody is asked to earn less.
type Miss struct {
	Item   core.ItemCode
	Member core.MemberRef // the member asked about, "" for anybody
	Steps  []Step         // the fewest; of several the ones most easily had. Empty when eligible, or Unsure
	Reach  []Step         // the fewest that people can bring about or wait for; nil when there is none, or Steps is it
	Unsure bool           // the search was given up, or nothing in the facts would do: people look
	Text   string         // plain Chinese, for phone and screen alike
	Few    string         // Steps in the same words where Text is of Reach, "" else
}

// A Step is one fact that would have to be otherwise.
type Step struct {
	Code   string // the condition, such as "income_below_standard" or "status.poor_file"
	Fact   string // path, as in Reason
	Key    string // the vocabulary's name for the fact, such as "disability.grade"
	Member core.MemberRef
	Law    string

	Known bool   // there is a value now
	From  int64  // that value as the vocabulary holds it: fen, years, index of a word, 0 or 1
	To    int64  // the nearest value that would do
	Now   string // From with its unit
	Need  string // To with its unit
	Limit string // the line, with its unit and the sample mark
	Gap   string // between the value and the line, such as "40 元"; "" where there is none to tell

	Can    Can
	By     core.ItemCode // of ByItem: the item to apply for first
	Early  core.Date     // of ByItself and an age: the first and the last day on which it comes,
	Late   core.Date     // one and the same where the birth date is known
	Leaves string        // key of a status that stands in the way: it would have to go
	Text   string
}

// A Wish is an item that somebody did not get.
type Wish struct {
	Item   core.ItemCode
	Member core.MemberRef               // "" for anybody of the household
	Births map[core.MemberRef]core.Date // where known: a day is then named instead of a year
}

// maxSteps bounds the facts a Miss may ask for, and maxTried the work spent on it; the
// Book's items stay far below (TestNearestIsExact).
const (
	maxSteps = 8
	maxTried = 200_000
)

// Misses is Nearest for every item that r, the result of h, finds not eligible.
func (m *Matcher) Misses(h *core.Household, r *Result, births map[core.MemberRef]core.Date) []Miss {
	var out []Miss
	s := newSeeker(m, h, r)
	for i := range r.Findings {
		if r.Findings[i].Outcome == NotEligible {
			out = append(out, s.miss(Wish{Item: r.Findings[i].Item, Births: births}))
		}
	}
	return out
}

// Nearest finds the fewest facts of h that would have to be otherwise for the item to be
// eligible, for the member asked about or anybody. Every fact of the vocabulary may
// change, with these limits: a status is recognised only where the item that grants it
// could be had today and is not left out for another one (as r has it), or where nothing
// but an authority can say; of two facts compared with one another one stays as it is.
func (m *Matcher) Nearest(h *core.Household, r *Result, w Wish) Miss {
	return newSeeker(m, h, r).miss(w)
}

func (s *seeker) miss(w Wish) Miss {
	out := Miss{Item: w.Item, Member: w.Member}
	it, found := s.m.book.Item(w.Item)
	who := slices.IndexFunc(s.h.Members, func(m core.Member) bool { return m.Ref == w.Member })
	if !found || w.Member != "" && who < 0 {
		out.Unsure, out.Text = true, textUnsure
		return out
	}
	goals := goalsOf(it, who)
	if s.met(goals) {
		return out
	}
	fewest := s.search(goals, false)
	if fewest == nil {
		out.Unsure, out.Text = true, textUnsure
		return out
	}
	out.Steps = s.steps(fewest, w.Births)
	if !slices.ContainsFunc(out.Steps, func(st Step) bool { return !st.Can.reachable() }) {
		out.Text = s.say(out.Steps)
		return out
	}
	if reach := s.search(goals, true); reach != nil {
		out.Reach = s.steps(reach, w.Births)
		out.Text, out.Few = s.say(out.Reach), s.say(out.Steps)
		return out
	}
	out.Text = s.say(out.Steps)
	return out
}

// goalsOf is what an item asks for: of the household, and of some member or one.
func goalsOf(it *policy.Item, who int) []goal {
	var out []goal
	if it.When != nil {
		out = append(out, goal{node: it.When, member: house, want: true})
	}
	switch {
	case it.Person == nil:
	case who >= 0:
		out = append(out, goal{node: it.Person, member: who, want: true})
	default:
		some := &policy.Node{Kind: policy.NodeAnyMember, N: 1, Kids: []*policy.Node{it.Person}}
		out = append(out, goal{node: some, member: house, want: true})
	}
	return out
}

// newSeeker prepares the search for one household.
func newSeeker(m *Matcher, h *core.Household, r *Result) *seeker {
	s := &seeker{m: m, h: h, standings: r.Statuses}
	m.gather(&s.base, h)
	m.gather(&s.v, h)
	s.place = m.placeOf(&s.v)
	for i := range m.book.Statuses {
		by := m.book.Statuses[i].GrantedBy
		f := r.Finding(by)
		s.granted[i] = by != "" && f != nil && f.Outcome == Eligible && (m.version < versionBundle || r.has(by))
	}
	return s
}

// seeker looks for the fewest changes by branch and bound over the tree. A part that
// holds is not taken apart: it is only guarded, and taken apart when a change elsewhere
// breaks it. So every branch costs at most what the best way through it costs, and the
// first that stands is the best.
type seeker struct {
	m       *Matcher
	h       *core.Household
	place   *place
	base, v facts.Vector // as it is, and as it would be
	granted [maxStatuses]bool

	standings []Standing // as things are

	reach bool // leave alone what nobody can bring about
	limit int  // facts that may change
	tried int
	best  *plan
}

// goal is a tree that is to come out as wanted.
type goal struct {
	node   *policy.Node
	member int
	want   bool
	leaves int // number of the status, plus one, that has to go; 0 for none
}

// plan is a set of changes that does.
type plan struct {
	bits []narrowed
	cost cost
}

// search deepens step by step, so that the fewest are found first. The area decides the
// limits, so each one is a search of its own.
func (s *seeker) search(goals []goal, reach bool) *plan {
	s.reach, s.best, s.tried = reach, nil, 0
	for s.limit = 1; s.limit <= maxSteps && s.best == nil && s.tried <= maxTried; s.limit++ {
		s.solve(nil, goals, nil)
		s.elsewhere(goals)
	}
	return s.best
}

// elsewhere searches with the household in another area.
func (s *seeker) elsewhere(goals []goal) {
	at, known := s.base.H[policy.Area], s.base.Known>>policy.Area&1 != 0
	for area := range int64(2) {
		if known && area == at {
			continue
		}
		s.v.Set(policy.Area, area)
		s.place = s.m.placeOf(&s.v)
		s.solve([]narrowed{{slot: slot{policy.Area, house}, dom: domain{words: 1 << area}, status: -1}}, goals, nil)
	}
	s.v.H[policy.Area] = at
	if !known {
		s.v.Known &^= 1 << policy.Area
	}
	s.place = s.m.placeOf(&s.v)
}

// met reports whether every goal holds as things are.
func (s *seeker) met(goals []goal) bool {
	return !slices.ContainsFunc(goals, func(g goal) bool { return !s.holds(nil, g) })
}

// solve goes through the goals still open; guards are those that held when looked at.
func (s *seeker) solve(bits []narrowed, open, guards []goal) {
	s.tried++
	c, fits := s.cost(bits)
	if !fits || c.count > s.limit || s.tried > maxTried || s.best != nil && !c.less(s.best.cost) {
		return
	}
	for len(open) > 0 {
		g := open[len(open)-1]
		open = open[: len(open)-1 : len(open)-1]
		if !s.holds(bits, g) {
			s.expand(bits, g, open, guards)
			return
		}
		guards = append(slices.Clip(guards), g)
	}
	for i, g := range guards {
		if !s.holds(bits, g) {
			s.expand(bits, g, nil, slices.Delete(slices.Clone(guards), i, i+1))
			return
		}
	}
	s.best = &plan{bits: bits, cost: c}
}

// expand replaces a goal that does not hold by what would make it hold, one way after
// another.
func (s *seeker) expand(bits []narrowed, g goal, open, guards []goal) {
	with := func(more ...goal) { s.solve(bits, append(slices.Clip(open), more...), guards) }
	kid := func(n *policy.Node) goal { return goal{n, g.member, g.want, g.leaves} }
	n := g.node
	switch n.Kind {
	case policy.NodeTest:
		for _, narrower := range s.narrow(bits, n.Test, g) {
			s.solve(narrower, open, guards)
		}
	case policy.NodeStatus:
		s.expandStatus(bits, g, open, guards)
	case policy.NodeNot:
		with(goal{n.Kids[0], g.member, !g.want, g.leaves})
	case policy.NodeAll, policy.NodeAny:
		if (n.Kind == policy.NodeAll) == g.want {
			var all []goal
			for _, k := range n.Kids {
				all = append(all, kid(k))
			}
			with(all...)
			return
		}
		for _, k := range n.Kids {
			with(kid(k))
		}
	default:
		s.expandMembers(g, with)
	}
}

// expandMembers asks the criterion of every set of members that is large enough.
func (s *seeker) expandMembers(g goal, with func(...goal)) {
	members := len(s.h.Members)
	need := g.node.N
	if g.node.Kind == policy.NodeAllMembers {
		need = members
	}
	if !g.want {
		need = members - need + 1
	}
	var choose func(from int, chosen []goal)
	choose = func(from int, chosen []goal) {
		if len(chosen) == need {
			with(chosen...)
			return
		}
		for i := from; i <= members-(need-len(chosen)); i++ {
			choose(i+1, append(slices.Clip(chosen), goal{g.node.Kids[0], i, g.want, g.leaves}))
		}
	}
	choose(0, nil)
}

// expandStatus makes a status hold: by what it is computed from, or by recognition where
// that can be had. One that must not hold has to be neither recognised nor computed.
func (s *seeker) expandStatus(bits []narrowed, g goal, open, guards []goal) {
	i := g.node.Status
	st := &s.m.book.Statuses[i]
	at := slot{st.Recognised, house}
	if !g.want {
		g.leaves = i + 1
		if st.When != nil {
			open = append(slices.Clip(open), goal{st.When, house, false, g.leaves})
		}
		if next, ok := s.put(bits, at, domain{words: 1}, narrowed{status: i, leaves: g.leaves}); ok {
			s.solve(next, open, guards)
		}
		return
	}
	if st.When != nil {
		s.solve(bits, append(slices.Clip(open), goal{st.When, house, true, g.leaves}), guards)
	}
	if s.granted[i] || st.When == nil {
		if next, ok := s.put(bits, at, domain{words: 2}, narrowed{status: i, leaves: g.leaves}); ok {
			s.solve(next, open, guards)
		}
	}
}
