package simulate

import (
	"math/bits"

	"lianou/core"
	"lianou/core/matching"
	"lianou/core/policy"
)

// A change is what becomes of one household, as sets of items.
type change struct {
	gained, lost, opened, closed uint64
	more, less, untold, other    uint64 // other: the same amount, in the bundle under one Book only

	before, after core.Fen // of a year, what is paid once included
}

// An Effect is what becomes of one household, all told.
type Effect int

// The effects, from none to the one that a signer has to see first.
const (
	Same  Effect = iota
	Other        // something is another, and nothing is lost
	Worse        // something is lost, or an amount is less
)

func (c *change) touched() bool {
	return c.gained|c.lost|c.opened|c.closed|c.more|c.less|c.untold|c.other != 0
}

func (c *change) worse() bool { return c.lost|c.less != 0 || c.after < c.before }

func (c *change) better() bool { return c.gained|c.more != 0 || c.after > c.before }

func (c *change) effect() Effect {
	switch {
	case !c.touched():
		return Same
	case c.worse():
		return Worse
	}
	return Other
}

// weigh compares what is given of some items; both are those that fit under both Books.
func (p *Pair) weigh(items, both uint64, c *change, t *Tally) {
	for rest := items; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		a, b, s, it := &p.old1[i], &p.new1[i], &t.Items[i], &p.items[i]
		x, y := money(a), money(b)
		s.move(x, y, it.Before == it.After)
		c.before, c.after = c.before+policy.Yearly(x, it.Before), c.after+policy.Yearly(y, it.After)
		if a.Bundled && a.Sample || b.Bundled && b.Sample {
			s.Samples++
		}
		if both>>i&1 == 1 {
			c.compare(1<<i, a, b)
		}
	}
}

// compare puts an item that fits under both Books where it belongs, as a preview does.
func (c *change) compare(bit uint64, a, b *matching.Given) {
	switch {
	case a.Told != b.Told:
		c.untold |= bit
	case a.Amount == b.Amount:
		if a.Bundled != b.Bundled {
			c.other |= bit
		}
	case b.Amount > a.Amount:
		c.more |= bit
	default:
		c.less |= bit
	}
}

// gather lays what a Book gives in the order of items. An item that the Book lacks gives
// nothing.
func (p *Pair) gather(list []matching.Given, places []int8, out *[mostItems]matching.Given) {
	*out = [mostItems]matching.Given{}
	for i := range list {
		if at := places[i]; at >= 0 {
			out[at] = list[i]
		}
	}
}

// money is what the household would be given.
func money(g *matching.Given) core.Fen {
	if g.Bundled && g.Outcome == matching.Eligible {
		return g.Amount
	}
	return 0
}

// count puts a household into the tally.
func (t *Tally) count(c *change) {
	if !c.touched() {
		return
	}
	t.Touched++
	for _, one := range []struct {
		set uint64
		to  func(*Shift) *int
	}{
		{c.gained, func(s *Shift) *int { return &s.Gained }}, {c.lost, func(s *Shift) *int { return &s.Lost }},
		{c.opened, func(s *Shift) *int { return &s.Opened }}, {c.closed, func(s *Shift) *int { return &s.Closed }},
		{c.more, func(s *Shift) *int { return &s.More }}, {c.less, func(s *Shift) *int { return &s.Less }},
		{c.untold, func(s *Shift) *int { return &s.Untold }},
	} {
		for rest := one.set; rest != 0; rest &= rest - 1 {
			*one.to(&t.Items[bits.TrailingZeros64(rest)])++
		}
	}
	for _, one := range []struct {
		yes bool
		to  *int
	}{
		{c.gained != 0, &t.Newly}, {c.lost != 0, &t.Lost}, {c.worse(), &t.Worse},
		{c.after < c.before, &t.Poorer}, {c.better(), &t.Better}, {!c.worse() && !c.better(), &t.Beside},
	} {
		if one.yes {
			*one.to++
		}
	}
}
