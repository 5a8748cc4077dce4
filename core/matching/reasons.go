package matching

import (
	"lianou/core"
	"lianou/core/policy"
)

// proto is a Reason whose sentences still lie in the explainer's text.
type proto struct {
	ground *Ground
	test   *policy.Test // nil for a status
	fixed  string       // the sentence, when it has no places
	said   string       // the limit, when it is constant
	text   cut
	value  cut
	limit  cut
	member int32
	status int32
}

// cut is a piece of the explainer's text.
type cut struct{ from, to int32 }

func (c cut) of(text string) string { return text[c.from:c.to] }

// collect picks the conditions that carried a tree's outcome: what a conjunction
// failed on, what a disjunction was met by, and so on. flip is set below an odd
// number of nots.
func (e *explainer) collect(n *policy.Node, member int, flip bool) {
	switch n.Kind {
	case policy.NodeTest:
		e.pick(e.testProto(n.Test, member, flip))
	case policy.NodeStatus:
		e.pick(e.statusProto(n.Status, flip))
	case policy.NodeNot:
		e.collect(n.Kids[0], member, !flip)
	case policy.NodeAll, policy.NodeAny:
		whole := e.eval(n, member)
		for _, kid := range n.Kids {
			if e.eval(kid, member) == whole {
				e.collect(kid, member, flip)
			}
		}
	default:
		whole := e.eval(n, house)
		for i := range e.v.M {
			// Of "at least n" a member with another outcome explains nothing.
			if e.eval(n.Kids[0], i) == whole {
				e.collect(n.Kids[0], i, flip)
			}
		}
	}
}

// pick adds a reason to the finding in turn, once.
func (e *explainer) pick(id int32) {
	if e.stamp[id] != e.turn {
		e.stamp[id] = e.turn
		e.picked = append(e.picked, id)
	}
}

func polarity(flip bool) int {
	if flip {
		return 1
	}
	return 0
}

// testProto gives the reason for one condition, written on first use.
func (e *explainer) testProto(t *policy.Test, member int, flip bool) int32 {
	if !t.Fact.IsMember() {
		member = house
	}
	slot := &e.memo[2*e.cell(t.ID, member)+polarity(flip)]
	if *slot != 0 {
		return *slot - 1
	}
	o := e.test(t, member)
	p := proto{ground: e.about(member).at(int(t.ID), turned(o, flip)), member: int32(member), test: t, status: -1}
	fact := t.Fact.Of()
	if x, known := e.value(t.Fact, member); known {
		p.value = e.write(func(b []byte) []byte { return appendValue(b, fact, x) })
	}
	l := &e.place.limits[t.ID]
	p.said = l.said
	if l.fact && l.known {
		if base, known := e.value(t.Limit.Fact, member); known {
			p.limit = e.write(func(b []byte) []byte { return appendLimit(b, fact.Unit, base*l.factor/1000, l.sample) })
		}
	}
	text := &t.Unknown
	switch o {
	case Eligible:
		text = &t.Pass
	case NotEligible:
		text = &t.Fail
	}
	if text.Plain() {
		p.fixed = text.String()
	} else {
		p.text = e.sentence(text, &p)
	}
	return e.keep(&p, slot)
}

// turned is how an outcome counts below an odd number of nots.
func turned(o Outcome, flip bool) Outcome {
	if flip {
		return o.not()
	}
	return o
}

// about gives the grounds of a member, or of the household.
func (e *explainer) about(member int) *grounds {
	if member == house {
		return e.m.house
	}
	return e.cast[member]
}

// sentence fills a text from the pieces already written for p.
func (e *explainer) sentence(t *policy.Text, p *proto) cut {
	member := ""
	if p.member != house {
		member = e.names[p.member]
	}
	limit := e.text[p.limit.from:p.limit.to]
	if len(limit) == 0 {
		limit = append(e.limit[:0], p.said...)
		e.limit = limit
	}
	return e.write(func(b []byte) []byte { return t.Append(b, member, b[p.value.from:p.value.to], limit) })
}

func (e *explainer) write(add func([]byte) []byte) cut {
	from := len(e.text)
	e.text = add(e.text)
	return cut{int32(from), int32(len(e.text))}
}

func (e *explainer) keep(p *proto, slot *int32) int32 {
	e.proto = append(e.proto, *p)
	e.stamp = append(e.stamp, 0)
	*slot = int32(len(e.proto))
	return *slot - 1
}

// statusProto gives the reason for a status: recognised, computed, not, or open.
func (e *explainer) statusProto(i int, flip bool) int32 {
	condition := len(e.m.book.Tests) + i
	slot := &e.memo[2*e.cell(condition, house)+polarity(flip)]
	if *slot != 0 {
		return *slot - 1
	}
	s := &e.m.book.Statuses[i]
	p := proto{ground: e.m.house.at(condition, turned(e.st[i], flip)), member: house, status: int32(i)}
	switch {
	case e.recognised[i] == Eligible:
		p.fixed = s.TextRecognised.String()
	case e.st[i] == Eligible:
		p.fixed = s.TextComputed.String()
	case e.st[i] == NotEligible:
		p.fixed = s.TextFail.String()
	default:
		p.fixed = s.TextUnknown.String()
	}
	return e.keep(&p, slot)
}

// open is a fact that is not known and could decide.
type open struct {
	fact   policy.FactID
	member int
}

// missing lists the facts that are open among some reasons, in e.opens. Those
// behind an open status were found with its Standing.
func (e *explainer) missing(ids []int32) []open {
	from := len(e.opens)
	for _, id := range ids {
		p := &e.proto[id]
		switch {
		case p.ground.Outcome != Unknown:
		case p.test == nil:
			e.addOpen(e.m.book.Statuses[p.status].Recognised, house)
			for _, o := range e.behind[p.status] {
				e.addOpen(o.fact, o.member)
			}
		default:
			e.addOpen(p.test.Fact, int(p.member))
			if !e.place.limits[p.test.ID].known {
				e.addOpen(policy.Area, house)
			}
			if other := e.m.other[p.test.ID]; other != noFact {
				e.addOpen(other, int(p.member))
			}
		}
	}
	return e.opens[from:]
}

// addOpen adds a fact that is not known, once for the item in turn.
func (e *explainer) addOpen(f policy.FactID, member int) {
	if _, known := e.value(f, member); known {
		return
	}
	f = e.m.samePath[f]
	if at := e.slot(f, member); e.asked[at] != e.turn {
		e.asked[at] = e.turn
		e.opens = append(e.opens, open{f, member})
	}
}

// slot numbers a fact of a member, or of the household.
func (e *explainer) slot(f policy.FactID, member int) int {
	if !f.IsMember() {
		member = house
	}
	return (member+1)*factSlots + int(f)
}

// path is where a fact is answered, such as "income_12m" or "members/m1/age".
func (e *explainer) path(f policy.FactID, member int) string {
	return e.about(member).paths[f]
}

// nameOf is what people call an item.
func nameOf(book *policy.Book, code core.ItemCode) string {
	it, found := book.Item(code)
	switch {
	case !found:
		return string(code)
	case it.Everyday != "":
		return it.Everyday
	}
	return it.Name
}
