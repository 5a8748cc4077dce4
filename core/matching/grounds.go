package matching

import (
	"strings"
	"sync"

	"lianou/core"
	"lianou/core/policy"
)

// A Ground is what a Reason says whatever the figures are: which condition, asked of whom, by
// which law, and how it came out. It is written once for a Book and a member's ref and shared by
// all reasons of all households that say so: never to be changed.
type Ground struct {
	Code    string // name of the condition in the Book
	Law     string
	Fact    string // fact path, such as "income_12m" or "members/m1/age"
	Against string // path of the fact that the limit hangs on, "" for none
	Member  core.MemberRef
	Outcome Outcome // Eligible: speaks for the item; NotEligible: against; Unknown: open
}

// grounds are those of one member, or of the household.
type grounds struct {
	stands [outcomes]Stand
	of     []Ground // by condition and outcome: the tests in the order of the Book, then the statuses
	paths  []string // by fact: where it is answered; a member's facts have a path of a member alone
}

// outcomes is how many there are.
const outcomes = int(Unknown) + 1

// at gives the ground of a condition, the tests first and then the statuses, that came out as o.
func (g *grounds) at(condition int, o Outcome) *Ground { return &g.of[condition*outcomes+int(o)] }

// newGrounds writes the grounds of a member, or of the household: prefix is what the paths of
// a member's facts begin with.
func (m *Matcher) newGrounds(ref core.MemberRef, prefix string) *grounds {
	g := &grounds{paths: make([]string, factSlots)}
	for o := range g.stands {
		g.stands[o] = Stand{ref, Outcome(o)}
	}
	for _, f := range policy.Facts() {
		switch same := m.samePath[f.ID]; {
		case same != f.ID: // the one before it in the vocabulary
			g.paths[f.ID] = g.paths[same]
		case f.ID.IsMember():
			g.paths[f.ID] = prefix + f.Path
		default:
			g.paths[f.ID] = f.Path
		}
	}
	for _, t := range m.book.Tests {
		one := Ground{Code: t.Name, Law: t.Law, Fact: g.paths[t.Fact], Member: ref}
		if other := m.other[t.ID]; other != noFact {
			one.Against = g.paths[other]
		}
		g.add(one)
	}
	for i := range m.book.Statuses {
		s := &m.book.Statuses[i]
		g.add(Ground{Code: "status." + s.Key, Law: s.Law, Fact: "statuses"})
	}
	return g
}

func (g *grounds) add(one Ground) {
	for o := range outcomes {
		one.Outcome = Outcome(o)
		g.of = append(g.of, one)
	}
}

// firstsOf writes, for each item that grants a status, the reason of what waits for it.
func firstsOf(book *policy.Book) map[core.ItemCode]*Reason {
	out := map[core.ItemCode]*Reason{}
	for i := range book.Statuses {
		if s := &book.Statuses[i]; s.GrantedBy != "" {
			out[s.GrantedBy] = &Reason{
				Ground: &Ground{Code: "after " + string(s.GrantedBy), Law: s.Law, Fact: "statuses", Outcome: Eligible},
				Text:   "先把" + nameOf(book, s.GrantedBy) + "办下来,这一项跟着就能办。",
			}
		}
	}
	return out
}

// A cast keeps the grounds of the refs that members go by, nearly always "m1", "m2" and so on.
// It may be used by any number of goroutines, and its memory is bounded.
type cast struct {
	mu    sync.RWMutex
	known map[core.MemberRef]*grounds
}

// maxCast bounds the refs that are kept, some tens of kilobytes each; beyond it the memory
// starts anew.
const maxCast = 2 * core.MaxMembers

// groundsOf gives the grounds of a member.
func (m *Matcher) groundsOf(ref core.MemberRef) *grounds {
	m.cast.mu.RLock()
	g := m.cast.known[ref]
	m.cast.mu.RUnlock()
	if g != nil {
		return g
	}
	ref = core.MemberRef(strings.Clone(string(ref))) // not the whole request that it came with
	g = m.newGrounds(ref, "members/"+string(ref)+"/")
	m.cast.mu.Lock()
	defer m.cast.mu.Unlock()
	if len(m.cast.known) >= maxCast {
		clear(m.cast.known)
	}
	m.cast.known[ref] = g
	return g
}
