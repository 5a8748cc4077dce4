package matching

import (
	"cmp"
	"slices"

	"lianou/core"
	"lianou/core/policy"
)

// Can says whether a fact can become what it would have to be.
type Can string

// The answers, the easiest first.
const (
	Ask      Can = "ask"       // nobody knows it yet: it may do as it is
	ByItem   Can = "by_item"   // by applying for another item first, which is there to be had
	ByThem   Can = "can"       // may change, and then it is worth asking again
	ByItself Can = "by_itself" // with time
	ByOthers Can = "by_others" // an office assesses or recognises it
	ByFate   Can = "by_fate"   // may come about, and nobody is asked to bring it about: an illness, a disaster, a move
	Never    Can = "never"     // a date of birth, a sex, a child that is lost
)

// reachable reports whether people can bring it about, or need only wait.
func (c Can) reachable() bool { return c != ByFate && c != Never }

// burden orders the answers.
func (c Can) burden() int {
	return slices.Index([]Can{Ask, ByItem, ByThem, ByItself, ByOthers, ByFate, Never}, c)
}

// soon is how many years somebody may be told to wait for within reach.
const soon = 3

// cost is what a set of changes asks, in order of weight.
type cost struct {
	count  int   // facts
	burden int   // how hardly they come
	far    int64 // thousandths of the lines, summed
}

func (c cost) less(d cost) bool {
	switch {
	case c.count != d.count:
		return c.count < d.count
	case c.burden != d.burden:
		return c.burden < d.burden
	}
	return c.far < d.far
}

// cost sums up what a list asks; false when it asks what this search leaves alone. It
// never falls when a list is narrowed further.
func (s *seeker) cost(list []narrowed) (c cost, fits bool) {
	for i := range list {
		n := &list[i]
		from, known := read(&s.base, n.slot)
		to := n.dom.nearest(n.fact, from, known)
		if known && from == to {
			continue
		}
		can := s.can(n, from, to, known)
		if s.reach && (!can.reachable() || can == ByItself && n.fact == policy.Age && to-from > soon) {
			return c, false
		}
		c.count++
		c.burden += can.burden()
		if known && !wordy(n.fact) {
			c.far += 1000 * max(to-from, from-to) / max(from, to, 1)
		}
	}
	return c, true
}

// can says whether a fact can go from one value to another. The table is about life, not
// about the Book: what is not in it can change.
func (s *seeker) can(n *narrowed, from, to int64, known bool) Can {
	if !known {
		return Ask
	}
	if n.leaves > 0 {
		return ByFate // nobody is to lose a status for this
	}
	switch n.fact {
	case policy.Age:
		if to < from {
			return Never
		}
		return ByItself
	case policy.UnemployedMonths:
		return ByItself
	case policy.Sex, policy.LostOnlyChild, policy.Veteran:
		return Never
	case policy.Area, policy.Orphan, policy.Unattended, policy.Illness, policy.Supporter, policy.SelfPaid12m, policy.Medical12m, policy.Rigid12m, policy.Income12m,
		policy.ShockDays, policy.ShockYear, policy.DisasterYear, policy.DisasterHome, policy.DeathInFamily, policy.LivingRough, policy.LegalMatter,
		policy.WorkAbility, policy.NeedsCare:
		return ByFate
	case policy.DisabilityGrade, policy.DisabilityKind, policy.HouseGrade, policy.RehabDiagnosis, policy.ADLFailed:
		return ByOthers
	case policy.RecognisedDibao, policy.RecognisedTekun, policy.RecognisedEdge, policy.RecognisedRigid, policy.RecognisedPoor:
		if s.granted[n.status] {
			return ByItem
		}
		return ByOthers
	}
	return ByThem
}

// steps turns a plan into what is told: the easiest first, the household's before the
// members'.
func (s *seeker) steps(p *plan, births map[core.MemberRef]core.Date) []Step {
	var out []Step
	bits := slices.Clone(p.bits)
	slices.SortFunc(bits, func(a, b narrowed) int { return cmp.Or(a.member-b.member, int(a.fact)-int(b.fact)) })
	for i := range bits {
		n := &bits[i]
		from, known := read(&s.base, n.slot)
		to := n.dom.nearest(n.fact, from, known)
		if known && from == to {
			continue
		}
		out = append(out, s.step(n, from, to, known, births))
	}
	slices.SortStableFunc(out, func(a, b Step) int { return a.Can.burden() - b.Can.burden() })
	return out
}

func (s *seeker) step(n *narrowed, from, to int64, known bool, births map[core.MemberRef]core.Date) Step {
	f := n.fact.Of()
	out := Step{Code: "area", Key: f.Key, Known: known, From: from, To: to, Need: string(appendValue(nil, f, to)), Can: s.can(n, from, to, known), Fact: f.Path}
	if known {
		out.Now = string(appendValue(nil, f, from))
	}
	if n.member != house {
		out.Member = s.h.Members[n.member].Ref
		out.Fact = "members/" + string(out.Member) + "/" + f.Path
	}
	if n.leaves > 0 {
		out.Leaves = s.m.book.Statuses[n.leaves-1].Key
	}
	switch {
	case n.test != nil:
		out.Code, out.Law = n.test.Name, n.test.Law
		out.Limit, out.Gap = s.line(n, from, to, known)
	case n.status >= 0:
		st := &s.m.book.Statuses[n.status]
		out.Code, out.Law = "status."+st.Key, st.Law
		if out.Can == ByItem {
			out.By = st.GrantedBy
		}
	}
	if n.fact == policy.Age && out.Can == ByItself {
		out.Early, out.Late = s.turns(n.member, int(from), int(to), births)
	}
	out.Text = s.stepText(n, &out)
	return out
}

// turns gives the first and the last day on which a member can reach an age.
func (s *seeker) turns(member, from, to int, births map[core.MemberRef]core.Date) (early, late core.Date) {
	if birth, known := births[s.h.Members[member].Ref]; known && birth.Age(s.h.On) == from {
		day := birth.AddDate(to, 0, 0)
		return day, day
	}
	// Full years on the day asked about leave a year in which the birthday lies.
	return s.h.On.AddDate(to-from-1, 0, 1), s.h.On.AddDate(to-from, 0, 0)
}

// line gives the limit a condition has here, and how far the value is from it.
func (s *seeker) line(n *narrowed, from, to int64, known bool) (limit, gap string) {
	f := n.fact.Of()
	l := &s.place.limits[n.test.ID]
	limit = l.said
	at := to
	switch {
	case l.fact:
		factor := l.factor
		base, told := read(&s.base, slot{n.test.Limit.Fact, n.member})
		known = known && told
		switch {
		case n.fact != n.test.Fact:
			limit = string(appendLimit(nil, f.Unit, to, l.sample))
		case told:
			at = base * factor / 1000
			limit = string(appendLimit(nil, f.Unit, at, l.sample))
		}
	case n.test.Limit != nil:
		at = to + pastLine(wanted(n.test.Op, n.want))
	}
	if known && !wordy(n.fact) && at != from && n.fact != policy.DisabilityGrade && n.fact != policy.ShockDays {
		gap = string(appendNumber(nil, f.Unit, max(at-from, from-at)))
	}
	return limit, gap
}

// pastLine is what lies between the line people say and the nearest whole value on the
// side of the condition that holds: "below 480" begins at 479.99.
func pastLine(op policy.Op) int64 {
	switch op {
	case policy.Less:
		return 1
	case policy.More:
		return -1
	}
	return 0
}
