package matching

import (
	"lianou/core/facts"
	"lianou/core/policy"
)

// stand decides the statuses in the Book's order.
func (e *explainer) stand() {
	for i := range e.m.book.Statuses {
		s := &e.m.book.Statuses[i]
		e.recognised[i], e.computed[i] = Unknown, NotEligible
		if e.v.Known>>s.Recognised&1 != 0 {
			e.recognised[i] = Outcome(e.v.H[s.Recognised])
		}
		if s.When != nil {
			e.computed[i] = e.eval(s.When, house)
		}
		e.st[i] = e.recognised[i].or(e.computed[i])
	}
}

// standingsOut lists the statuses with what each is computed from.
func (e *explainer) standingsOut() []Standing {
	out := make([]Standing, len(e.m.book.Statuses))
	for i := range out {
		s := &e.m.book.Statuses[i]
		out[i] = Standing{Key: s.Key, Name: s.Name, Outcome: e.st[i], Recognised: e.recognised[i] == Eligible}
		e.turn++
		from := len(e.picked)
		e.pick(e.statusProto(i, false))
		if e.recognised[i] != Eligible && s.When != nil && e.computed[i] == e.st[i] {
			e.collect(s.When, house, false)
		}
		e.behind[i] = nil
		if e.st[i] == Unknown {
			e.behind[i] = e.missing(e.picked[from+1:])
		}
		e.spans = append(e.spans, span{from, len(e.picked)})
	}
	return out
}

// eval judges a tree for a member, or for the household. What was judged before is
// remembered, except while statuses are read strictly.
func (e *explainer) eval(n *policy.Node, member int) Outcome {
	if n.Kind == policy.NodeTest {
		return e.test(n.Test, member)
	}
	if n.House {
		member = house
	}
	if e.strict {
		return e.work(n, member)
	}
	slot := &e.judged[n.ID*(len(e.v.M)+1)+member+1]
	if *slot == notJudged {
		*slot = e.work(n, member)
	}
	return *slot
}

// work is eval without memory.
func (e *explainer) work(n *policy.Node, member int) Outcome {
	switch n.Kind {
	case policy.NodeAll:
		out := Eligible
		for _, kid := range n.Kids {
			if out = out.and(e.eval(kid, member)); out == NotEligible {
				break
			}
		}
		return out
	case policy.NodeAny:
		out := NotEligible
		for _, kid := range n.Kids {
			if out = out.or(e.eval(kid, member)); out == Eligible {
				break
			}
		}
		return out
	case policy.NodeNot:
		return e.eval(n.Kids[0], member).not()
	case policy.NodeStatus:
		return e.status(n.Status)
	default:
		return e.quantified(n)
	}
}

func (e *explainer) status(i int) Outcome {
	if e.strict && !e.granted.has(i) && e.m.book.Statuses[i].GrantedBy != "" {
		return e.recognised[i]
	}
	return e.st[i]
}

func (e *explainer) quantified(n *policy.Node) Outcome {
	met, open := 0, 0
	for i := range e.v.M {
		switch e.eval(n.Kids[0], i) {
		case Eligible:
			met++
		case Unknown:
			open++
		}
	}
	return quantified(n, len(e.v.M), met, open)
}

// quantified judges by how many of the members meet a criterion, and how many may.
func quantified(n *policy.Node, members, met, open int) Outcome {
	need := n.N
	if n.Kind == policy.NodeAllMembers {
		need = members
	}
	switch {
	case met >= need:
		return Eligible
	case met+open >= need:
		return Unknown
	default:
		return NotEligible
	}
}

// test judges one condition, once. A household's condition asked of a member is
// the same for all of them.
func (e *explainer) test(t *policy.Test, member int) Outcome {
	if !t.Fact.IsMember() {
		member = house
	}
	cell := e.cell(t.ID, member)
	if e.tests[cell] == notJudged {
		e.tests[cell] = e.judge(t, member)
	}
	return e.tests[cell]
}

func (e *explainer) judge(t *policy.Test, member int) Outcome {
	return judge(t, &e.place.limits[t.ID], &e.v, member)
}

// judge answers one condition about some facts.
func judge(t *policy.Test, l *limit, v *facts.Vector, member int) Outcome {
	x, known := read(v, slot{t.Fact, member})
	if !known || !l.known {
		return Unknown
	}
	switch {
	case l.fact:
		base, known := read(v, slot{t.Limit.Fact, member})
		if !known {
			return Unknown
		}
		return Outcome(truth(meets(t.Op, x, base*l.factor)))
	case wordy(t.Fact):
		return Outcome(t.Words >> uint64(x) & 1)
	default:
		return Outcome(truth(l.low <= x && x <= l.high))
	}
}

// value looks a fact up.
func (e *explainer) value(f policy.FactID, member int) (int64, bool) {
	return read(&e.v, slot{f, member})
}
