package simulate

import (
	"lianou/core"
	"lianou/core/policy"
)

// A Tally counts what a change does to the households of one place, or of several.
type Tally struct {
	Households int // looked at, or left out because nothing can differ for them
	Judged     int // judged by both Books
	Touched    int // of them, for whom anything is another
	Newly      int // something fits that did not
	Lost       int // something fitted and does not any more
	Worse      int // something lost, or an amount is less
	Poorer     int // all told, a year's money is less
	Better     int // something new, or an amount is more
	Beside     int // of Touched, neither worse nor better: asked more or asked less, or the same sum by another way
	Items      []Shift
}

// A Shift is what becomes of one item, in households and in fen of the item's own period.
type Shift struct {
	Gained, Lost   int // eligible, and not before; not any more
	Opened, Closed int // a fact is missing now; was missing, and now it is no
	More, Less     int // eligible as before, with another amount
	Untold         int // eligible, and told how much under one Book only
	Samples        int // households in whose sum a sample amount is

	Moved  core.Fen // what households are given more or less, added up without a sign; all of either where the periods differ
	Movers int      // those households

	// What the best bundles give to the households of which anything could be another; the
	// rest is left out of both, so only the difference is that of everybody.
	Before, After core.Fen
}

// NewTally makes an empty one for a pair's items.
func (p *Pair) NewTally() *Tally { return &Tally{Items: make([]Shift, len(p.items))} }

// both is how many households lose something and are given more of something else. Simulations of
// before Beside was kept say less than there are.
func (t *Tally) both() int { return t.Worse + t.Better + t.Beside - t.Touched }

// Any reports whether anything is another.
func (s *Shift) Any() bool {
	return s.Gained+s.Lost+s.Opened+s.Closed+s.More+s.Less+s.Untold != 0 || s.Before != s.After
}

func (s *Shift) add(o *Shift) {
	s.Gained, s.Lost, s.Opened, s.Closed = s.Gained+o.Gained, s.Lost+o.Lost, s.Opened+o.Opened, s.Closed+o.Closed
	s.More, s.Less, s.Untold, s.Samples = s.More+o.More, s.Less+o.Less, s.Untold+o.Untold, s.Samples+o.Samples
	s.Moved, s.Movers, s.Before, s.After = s.Moved+o.Moved, s.Movers+o.Movers, s.Before+o.Before, s.After+o.After
}

// move counts what one household is given before and after.
func (s *Shift) move(before, after core.Fen, same bool) {
	s.Before, s.After = s.Before+before, s.After+after
	by := max(before, after) - min(before, after)
	if !same {
		by = before + after
	}
	if by != 0 {
		s.Moved, s.Movers = s.Moved+by, s.Movers+1
	}
}

// Add counts another place in; both are of one simulation.
func (t *Tally) Add(o *Tally) {
	t.Households, t.Judged, t.Touched = t.Households+o.Households, t.Judged+o.Judged, t.Touched+o.Touched
	t.Newly, t.Lost, t.Worse, t.Poorer, t.Better = t.Newly+o.Newly, t.Lost+o.Lost, t.Worse+o.Worse, t.Poorer+o.Poorer, t.Better+o.Better
	t.Beside += o.Beside
	for len(t.Items) < len(o.Items) {
		t.Items = append(t.Items, Shift{})
	}
	for i := range o.Items {
		t.Items[i].add(&o.Items[i])
	}
}

// An Item is one of those that a simulation is about: the i-th Shift of every Tally.
type Item struct {
	Code   core.ItemCode `json:"code"`
	Name   string        `json:"name"`
	Before string        `json:"before"` // period under the Book before: month, year, season, once; "" for a service
	After  string        `json:"after"`
}

// Cost is what a change costs the public in a month, and once.
type Cost struct{ MonthBefore, MonthAfter, OnceBefore, OnceAfter core.Fen }

// Month is the difference in a month.
func (c Cost) Month() core.Fen { return c.MonthAfter - c.MonthBefore }

// Once is the difference in what is paid once.
func (c Cost) Once() core.Fen { return c.OnceAfter - c.OnceBefore }

// CostOf sums a tally's items up.
func CostOf(items []Item, t *Tally) (c Cost) {
	for i := range t.Items {
		one := CostOfItem(&items[i], &t.Items[i])
		c.MonthBefore, c.MonthAfter = c.MonthBefore+one.MonthBefore, c.MonthAfter+one.MonthAfter
		c.OnceBefore, c.OnceAfter = c.OnceBefore+one.OnceBefore, c.OnceAfter+one.OnceAfter
	}
	return c
}

// CostOfItem is the cost of one item.
func CostOfItem(it *Item, s *Shift) (c Cost) {
	c.MonthBefore, c.MonthAfter = policy.Monthly(s.Before, it.Before), policy.Monthly(s.After, it.After)
	if it.Before == "once" {
		c.OnceBefore = s.Before
	}
	if it.After == "once" {
		c.OnceAfter = s.After
	}
	return c
}
