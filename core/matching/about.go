package matching

import "lianou/core/facts"

// An aboutMembers is a criterion about some or all members: every opCount and opEvery of a
// program that asks the same is one, by its number in the step's q.
type aboutMembers struct {
	kind opKind
	n    int32
	sub  int32
}

// number gives each quantified criterion its number, notes which facts of the household
// are asked inside them, and whether bits can answer them: at most 64, none about a second
// member, none inside another.
func (p *program) number() {
	p.plain = true
	seen := map[aboutMembers]uint8{}
	for i := range p.ops {
		o := &p.ops[i]
		if o.kind != opCount && o.kind != opEvery {
			continue
		}
		q := aboutMembers{o.kind, o.n, o.sub}
		n, known := seen[q]
		if !known {
			n = uint8(len(p.about))
			seen[q] = n
			p.about = append(p.about, q)
			p.plain = p.plain && n < 64 && (o.kind == opEvery || o.n == 1) && p.inside(o.sub, map[int32]bool{})
			if o.kind == opEvery {
				p.forAll |= 1 << n
			}
		}
		o.q = n
	}
}

// inside walks the steps of a criterion about a member, and reports whether none of them
// is about members again.
func (p *program) inside(at int32, seen map[int32]bool) bool {
	if at < 0 || seen[at] {
		return true
	}
	seen[at] = true
	o := &p.ops[at]
	switch o.kind {
	case opCount, opEvery:
		return false
	case opHouse, opHouseWord:
		p.asked |= 1 << o.fact
	}
	for _, next := range o.next {
		if !p.inside(next, seen) {
			return false
		}
	}
	return true
}

// member answers every quantified criterion for one member.
func (p *program) member(v *facts.Vector, m *facts.Member, st *[maxStatuses]Outcome) (out met) {
	for i, q := range p.about {
		switch p.run(q.sub, v, m, st) {
		case Eligible:
			out.yes |= 1 << i
		case Unknown:
			out.open |= 1 << i
		}
	}
	return out
}

// found judges every item with the quantified criteria answered.
func (p *program) found(v *facts.Vector, st *[maxStatuses]Outcome, q met) (f Found) {
	for i := range p.items {
		it := &p.items[i]
		o := p.runMet(it.when, v, st, q)
		if o != NotEligible && it.person >= 0 {
			o = o.and(p.runMet(it.person, v, st, q))
		}
		switch o {
		case Eligible:
			f.Eligible |= 1 << i
		case Unknown:
			f.Open |= 1 << i
		}
	}
	return f
}

// runMet is run for a household whose quantified criteria are answered.
func (p *program) runMet(entry int32, v *facts.Vector, st *[maxStatuses]Outcome, q met) Outcome {
	at := entry
	for at >= 0 {
		o := &p.ops[at]
		out := Unknown
		switch o.kind {
		case opHouse:
			if x, known := v.H[o.fact], v.Known>>o.fact&1 != 0; known {
				out = Outcome(truth(x >= o.low && x <= o.high))
			}
		case opHouseWord:
			if v.Known>>o.fact&1 != 0 {
				out = Outcome(uint64(o.low) >> uint64(v.H[o.fact]) & 1)
			}
		case opHouseFact:
			out = compareFact(o, v, nil)
		case opStatus:
			out = st[o.fact]
		case opCount, opEvery:
			switch {
			case q.yes>>o.q&1 != 0:
				out = Eligible
			case q.open>>o.q&1 == 0:
				out = NotEligible
			}
		}
		at = o.next[out]
	}
	return Outcome(^at)
}
