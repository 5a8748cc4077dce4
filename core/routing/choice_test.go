package routing_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/routing"
)

// parcel is one case of a drawn township.
type parcel struct {
	weight int
	urgent bool
	out    map[core.StaffID]bool
	hand   core.StaffID
	past   bool // given past the cap
}

// place is a drawn township: its people, what they have in hand, and what waits by its turn.
type place struct {
	t     *rapid.T
	ids   []core.StaffID
	cap   int
	cases []*parcel // in hand
	line  []*parcel
}

func (p *place) hands() map[core.StaffID]casefile.Hand {
	hands := map[core.StaffID]casefile.Hand{}
	for _, c := range p.cases {
		h := hands[c.hand]
		h.Cases, h.Weight = h.Cases+1, h.Weight+c.weight
		hands[c.hand] = h
	}
	return hands
}

// offer asks for a hand as the flow does, and holds the answer to the rules.
func (p *place) offer(c *parcel, first bool) bool {
	before := p.hands()
	got := routing.Choose(routing.Asked{People: p.ids, Hands: before, Out: c.out, Cap: p.cap, Past: c.urgent, Behind: !first && len(p.line) > 0})
	may := slices.DeleteFunc(slices.Clone(p.ids), func(id core.StaffID) bool { return c.out[id] })
	below := slices.DeleteFunc(slices.Clone(may), func(id core.StaffID) bool { return before[id].Cases >= p.cap })
	switch {
	case got.Staff == 0 && !got.Full && len(may) > 0:
		p.t.Fatalf("in nobody's hands and not waiting: %+v", got)
	case got.Full && len(below) > 0 && (first || len(p.line) == 0):
		p.t.Fatalf("waits while %v are below %d: %+v", below, p.cap, before)
	case got.Staff != 0 && before[got.Staff].Cases >= p.cap && (!c.urgent || len(below) > 0):
		p.t.Fatalf("%d has %d of %d and is given one, urgent %v, %v are below", got.Staff, before[got.Staff].Cases, p.cap, c.urgent, below)
	case got.Staff != 0 && before[got.Staff].Cases >= p.cap && !got.Past:
		p.t.Fatalf("past the cap without a word: %+v", got)
	case got.Full && c.urgent:
		p.t.Fatal("urgent, and waits")
	case got.Staff != 0 && c.out[got.Staff]:
		p.t.Fatalf("given to %d, who is kin", got.Staff)
	}
	for _, id := range below {
		if got.Staff != 0 && !got.Past && before[id].Weight < before[got.Staff].Weight {
			p.t.Fatalf("given to %d with %d though %d has %d", got.Staff, before[got.Staff].Weight, id, before[id].Weight)
		}
	}
	if got.Staff == 0 {
		return false
	}
	c.hand, c.past = got.Staff, got.Past
	p.cases = append(p.cases, c)
	return true
}

// drain gives what waits by its turn.
func (p *place) drain() {
	slices.SortStableFunc(p.line, func(a, b *parcel) int { return b.weight - a.weight })
	line := p.line
	p.line = nil
	for _, c := range line {
		if !p.offer(c, true) {
			p.line = append(p.line, c)
		}
	}
}

// Whatever comes, is closed, goes past and waits, over a hundred townships of a hundred and fifty
// events each: nobody is given a case at the cap but an urgent one that says so, and only where all
// are at it; nothing is in nobody's hands without waiting; nothing waits while somebody who may take
// it has room; and it goes to who has least by weight.
//
// Controls, named below where seen: Choose without its cap; without Past; with Full where one is below.
func TestNobodyIsGivenMoreThanTheCap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := &place{t: t, cap: rapid.IntRange(1, 6).Draw(t, "cap")}
		for i := range rapid.IntRange(1, 6).Draw(t, "people") {
			p.ids = append(p.ids, core.StaffID(i+1))
		}
		for range 150 {
			if len(p.cases) > 0 && rapid.IntRange(0, 9).Draw(t, "what") < 4 {
				p.cases = slices.Delete(p.cases, 0, 1) // the oldest is closed
				p.drain()
				continue
			}
			c := &parcel{weight: rapid.IntRange(500, 1000).Draw(t, "weight"), urgent: rapid.IntRange(0, 9).Draw(t, "urgent") == 0, out: map[core.StaffID]bool{0: true}}
			if rapid.IntRange(0, 3).Draw(t, "kin") == 0 {
				c.out[rapid.SampledFrom(p.ids).Draw(t, "of")] = true
			}
			if !p.offer(c, false) && len(c.out) <= len(p.ids) {
				p.line = append(p.line, c)
			}
			p.drain()
			for id, h := range p.hands() {
				plain := 0
				for _, c := range p.cases {
					if c.hand == id && !c.past {
						plain++
					}
				}
				if plain > p.cap {
					t.Fatalf("%d has %d of %d in hand, %d beside urgent ones", id, h.Cases, p.cap, plain)
				}
			}
		}
	})
}

// Where people are alike, what they have in hand by weight is never more than one case apart,
// whatever each case weighs.
func TestWeightStaysEven(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := &place{t: t, cap: 500}
		for i := range rapid.IntRange(1, 8).Draw(t, "people") {
			p.ids = append(p.ids, core.StaffID(i+1))
		}
		for range rapid.IntRange(0, 200).Draw(t, "cases") {
			p.offer(&parcel{weight: rapid.IntRange(500, 1000).Draw(t, "weight")}, false)
			hands, low, high := p.hands(), 1<<30, 0
			for _, id := range p.ids {
				low, high = min(low, hands[id].Weight), max(high, hands[id].Weight)
			}
			if high-low > 1000 {
				t.Fatalf("%d thousandths apart: %+v", high-low, hands)
			}
		}
	})
}
