package matching

import (
	"lianou/core/facts"
	"lianou/core/policy"
)

// A program is the Book's criteria at one place, flat: every tree is a decision
// automaton whose steps look at one fact each. Because a conjunction must go on
// looking for a "no" after an "unknown", each step exists once for "all known so
// far" and, where needed, once more for "something was unknown".
type program struct {
	ops      []op
	statuses []statusEntry // in the Book's order
	items    []itemEntry   // in the Book's order

	about  []aboutMembers // the criteria about members
	forAll uint64         // of them, those about every member
	asked  uint64         // the household's facts that stand inside them
	plain  bool           // bits can answer them
}

type statusEntry struct {
	recognised policy.FactID
	computed   int32 // entry of the tree, or a terminal
}

// itemEntry is the criteria of one item: about the household, and about some
// member; a terminal stands for "always".
type itemEntry struct {
	when   int32
	person int32
}

// opKind is what a step looks at.
type opKind uint8

const (
	opHouse      opKind = iota // low <= household fact <= high
	opMember                   // low <= member fact <= high
	opHouseWord                // the word is in the set `words`
	opMemberWord               //
	opHouseFact                // household fact against another one times a factor
	opMemberFact               //
	opStatus                   // status number fact
	opCount                    // at least n members meet sub
	opEvery                    // every member meets sub
	opUnknown                  // the limit is not known here
)

// An op is one step. next holds the step to go to for no, yes and unknown; below
// zero it is a terminal: ^Outcome.
type op struct {
	kind  opKind
	fact  uint8
	other uint8
	cmp   uint8 // of the Fact kinds: index into compareOps
	q     uint8 // of opCount and opEvery: the number of the criterion
	n     int32 // of opCount
	sub   int32
	next  [3]int32
	low   int64 // or the set of words, or the factor
	high  int64
}

var compareOps = [...]policy.Op{policy.Less, policy.AtMost, policy.More, policy.AtLeast, policy.Equal}

// terminal encodes an outcome as a step to go to.
func terminal(o Outcome) int32 { return ^int32(o) }

// run follows the automaton from entry to an outcome. m is the member in question,
// nil outside a quantifier.
func (p *program) run(entry int32, v *facts.Vector, m *facts.Member, st *[maxStatuses]Outcome) Outcome {
	at := entry
	for at >= 0 {
		o := &p.ops[at]
		out := Unknown
		switch o.kind {
		case opHouse:
			if v.Known>>o.fact&1 != 0 {
				x := v.H[o.fact]
				out = NotEligible
				if x >= o.low && x <= o.high {
					out = Eligible
				}
			}
		case opMember:
			if m.Known>>o.fact&1 != 0 {
				x := m.V[o.fact]
				out = NotEligible
				if x >= o.low && x <= o.high {
					out = Eligible
				}
			}
		case opHouseWord:
			if v.Known>>o.fact&1 != 0 {
				out = Outcome(uint64(o.low) >> uint64(v.H[o.fact]) & 1)
			}
		case opMemberWord:
			if m.Known>>o.fact&1 != 0 {
				out = Outcome(uint64(o.low) >> uint64(m.V[o.fact]) & 1)
			}
		case opStatus:
			out = st[o.fact]
		case opCount:
			out = p.count(o, v, st)
		case opEvery:
			out = p.every(o, v, st)
		case opHouseFact, opMemberFact:
			out = compareFact(o, v, m)
		}
		at = o.next[out]
	}
	return Outcome(^at)
}

// count answers whether at least n members meet a criterion.
func (p *program) count(o *op, v *facts.Vector, st *[maxStatuses]Outcome) Outcome {
	open := int32(0)
	met := int32(0)
	for i := range v.M {
		switch p.run(o.sub, v, &v.M[i], st) {
		case Eligible:
			if met++; met >= o.n {
				return Eligible
			}
		case Unknown:
			open++
		}
	}
	if met+open >= o.n {
		return Unknown
	}
	return NotEligible
}

// every answers whether all members meet a criterion.
func (p *program) every(o *op, v *facts.Vector, st *[maxStatuses]Outcome) Outcome {
	out := Eligible
	for i := range v.M {
		switch p.run(o.sub, v, &v.M[i], st) {
		case NotEligible:
			return NotEligible
		case Unknown:
			out = Unknown
		}
	}
	return out
}

func compareFact(o *op, v *facts.Vector, m *facts.Member) Outcome {
	var x, base int64
	switch {
	case o.kind == opMemberFact && m.Known>>o.fact&1 != 0:
		x = m.V[o.fact]
	case o.kind == opHouseFact && v.Known>>o.fact&1 != 0:
		x = v.H[o.fact]
	default:
		return Unknown
	}
	switch {
	case o.other >= uint8(policy.MemberBase):
		i := o.other - uint8(policy.MemberBase)
		if m.Known>>i&1 == 0 {
			return Unknown
		}
		base = m.V[i]
	case v.Known>>o.other&1 == 0:
		return Unknown
	default:
		base = v.H[o.other]
	}
	return Outcome(truth(meets(compareOps[o.cmp], x, base*o.low)))
}

// meets compares a whole number with a limit in thousandths.
func meets(cmp policy.Op, x, thousandths int64) bool {
	x *= 1000 // money is below 10^10 fen: no overflow
	switch cmp {
	case policy.Less:
		return x < thousandths
	case policy.AtMost:
		return x <= thousandths
	case policy.More:
		return x > thousandths
	case policy.AtLeast:
		return x >= thousandths
	default:
		return x == thousandths
	}
}
