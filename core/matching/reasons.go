package matching

import (
	"lianou/core"
	"lianou/core/policy"
)

// proto is a Reason whose sentences still lie in the explainer's text.
type proto struct {
	code    string
	law     string
	fact    string
	against string
	member  int
	test    *policy.Test // nil for a status
	status  int
	outcome Outcome
	text    cut
	value   cut
	limit   cut
	fixed   string // the sentence, when it has no places
	said    string // the limit, when it is constant
}

// cut is a piece of the explainer's text.
type cut struct{ from, to int }

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
	p := proto{code: t.Name, law: t.Law, member: member, test: t, status: -1, outcome: o}
	if flip {
		p.outcome = o.not()
	}
	fact := t.Fact.Of()
	p.fact = e.path(t.Fact, member)
	if other := e.m.other[t.ID]; other != noFact {
		p.against = e.path(other, member)
	}
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
	return e.keep(p, slot)
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
	from := len(e.text)
	e.text = t.Append(e.text, member, e.text[p.value.from:p.value.to], limit)
	return cut{from, len(e.text)}
}

func (e *explainer) write(add func([]byte) []byte) cut {
	from := len(e.text)
	e.text = add(e.text)
	return cut{from, len(e.text)}
}

func (e *explainer) keep(p proto, slot *int32) int32 {
	e.proto = append(e.proto, p)
	e.stamp = append(e.stamp, 0)
	*slot = int32(len(e.proto))
	return *slot - 1
}

// statusProto gives the reason for a status: recognised, computed, not, or open.
func (e *explainer) statusProto(i int, flip bool) int32 {
	slot := &e.memo[2*e.cell(len(e.m.book.Tests)+i, house)+polarity(flip)]
	if *slot != 0 {
		return *slot - 1
	}
	s := &e.m.book.Statuses[i]
	p := proto{code: "status." + s.Key, law: s.Law, fact: "statuses", member: house, status: i, outcome: e.st[i]}
	if flip {
		p.outcome = e.st[i].not()
	}
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
	return e.keep(p, slot)
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
		case p.outcome != Unknown:
		case p.test == nil:
			e.addOpen(e.m.book.Statuses[p.status].Recognised, house)
			for _, o := range e.behind[p.status] {
				e.addOpen(o.fact, o.member)
			}
		default:
			e.addOpen(p.test.Fact, p.member)
			if !e.place.limits[p.test.ID].known {
				e.addOpen(policy.Area, house)
			}
			if other := e.m.other[p.test.ID]; other != noFact {
				e.addOpen(other, p.member)
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

// missingPaths writes the paths of open facts.
func (e *explainer) missingPaths(list []open) []string {
	out := make([]string, len(list))
	for i, o := range list {
		out[i] = e.path(o.fact, o.member)
	}
	return out
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
	f = e.m.samePath[f]
	if !f.IsMember() {
		return f.Of().Path
	}
	p := &e.paths[e.slot(f, member)]
	if *p == "" {
		*p = "members/" + string(e.h.Members[member].Ref) + "/" + f.Of().Path
	}
	return *p
}

// finish turns the picked reasons into the findings' own. Each is written once,
// with its sentences cut from one string, and shared by the findings it carries:
// the memory a result takes is most of what an explanation costs.
func (e *explainer) finish(r *Result) {
	text := string(e.text)
	whole := make([]Reason, len(e.proto))
	for i := range e.proto {
		whole[i] = e.reason(&e.proto[i], text)
	}
	afters := map[core.ItemCode]*Reason{}
	all := make([]*Reason, 0, len(e.picked)+len(r.Findings))
	each := make([]Verdict, len(e.each))
	share := func(s span, first *Reason) []*Reason {
		from := len(all)
		if first != nil {
			all = append(all, first)
		}
		for _, id := range e.picked[s.from:s.to] {
			all = append(all, &whole[id])
		}
		return all[from:len(all):len(all)]
	}
	for i := range r.Statuses {
		r.Statuses[i].Reasons = share(e.spans[i], nil)
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.After != "" && afters[f.After] == nil {
			afters[f.After] = e.afterReason(f.After)
		}
		f.Reasons = share(e.spans[len(r.Statuses)+i], afters[f.After])
		if e.m.book.Items[i].Person == nil {
			continue
		}
		n := len(e.h.Members)
		f.Members, each = each[:n:n], each[n:]
		for k := range f.Members {
			v := e.each[len(e.each)-len(each)-n+k]
			f.Members[k] = Verdict{e.h.Members[k].Ref, v.outcome, share(v.span, nil)}
		}
	}
}

func (e *explainer) reason(p *proto, text string) Reason {
	r := Reason{Code: p.code, Outcome: p.outcome, Text: p.fixed, Fact: p.fact, Against: p.against, Value: text[p.value.from:p.value.to], Limit: p.said, Law: p.law}
	if p.member != house {
		r.Member = e.h.Members[p.member].Ref
	}
	if p.fixed == "" {
		r.Text = text[p.text.from:p.text.to]
	}
	if p.limit.to > p.limit.from {
		r.Limit = text[p.limit.from:p.limit.to]
	}
	return r
}

func (e *explainer) afterReason(first core.ItemCode) *Reason {
	r := &Reason{Code: "after " + string(first), Outcome: Eligible, Fact: "statuses"}
	for i := range e.m.book.Statuses {
		if s := &e.m.book.Statuses[i]; s.GrantedBy == first {
			r.Law = s.Law
		}
	}
	r.Text = "先把" + nameOf(e.m.book, first) + "办下来,这一项跟着就能办。"
	return r
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
