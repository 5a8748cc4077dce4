package simulate

import (
	"slices"

	"lianou/core"
	"lianou/core/discreet"
)

// covered is a Result with what of it is hidden.
type covered struct {
	*Result
	homes, worse, better *discreet.Tree
	counties             []countyTally
	lose, gain           side
	opened, untold       []bool
	hides                bool
}

// countyTally is a county and its townships, in the order of a Tree's kids.
type countyTally struct {
	code  core.RegionCode
	tally Tally
	towns []*TownTally
}

// cover decides what is hidden. Who loses anything of the whole city is a number of the
// places and bounds those of the items: when either table would give it away it is hidden in
// both.
func (r *Result) cover() *covered {
	c := &covered{Result: r, counties: r.counties()}
	c.homes = c.tree(func(t *Tally) int { return t.Households }, nil)
	c.homes.Cover(false)
	c.worse = c.tree(func(t *Tally) int { return t.Worse }, c.homes)
	c.better = c.tree(func(t *Tally) int { return t.Better }, c.homes)
	c.lose = c.side(r.Whole.Worse, func(s *Shift) (int, int) { return s.Lost, s.Less })
	c.gain = c.side(r.Whole.Better, func(s *Shift) (int, int) { return s.Gained, s.More })
	c.opened = c.column(func(s *Shift) int { return s.Opened })
	c.untold = c.column(func(s *Shift) int { return s.Untold })
	for _, one := range []struct {
		places *discreet.Tree
		items  *side
	}{{c.worse, &c.lose}, {c.better, &c.gain}} {
		if one.places.Cover(!one.items.ok); one.places.Hidden {
			one.items.seal()
		}
	}
	c.hides = c.itemsHide() || hides(c.worse) || hides(c.better)
	return c
}

func (c *covered) itemsHide() bool {
	return c.lose.any() || c.gain.any() || slices.Contains(c.opened, true) || slices.Contains(c.untold, true)
}

func hides(t *discreet.Tree) bool { return t.Hidden || slices.ContainsFunc(t.Kids, hides) }

// counties sums townships up.
func (r *Result) counties() (list []countyTally) {
	at := map[core.RegionCode]int{}
	for i := range r.ByTown {
		code := r.ByTown[i].Region.County()
		n, seen := at[code]
		if !seen {
			n, list = len(list), append(list, countyTally{code: code})
			at[code] = n
		}
		list[n].tally.Add(&r.ByTown[i].Tally)
		list[n].towns = append(list[n].towns, &r.ByTown[i])
	}
	return list
}

// tree lays one number out by places. No place has more of it than it has households, where
// these are shown; and where the change applies to nobody (Judged) it is nought by the rules.
func (c *covered) tree(n func(*Tally) int, homes *discreet.Tree) *discreet.Tree {
	node := func(t *Tally, of *discreet.Tree) *discreet.Tree {
		one := &discreet.Tree{N: n(t)}
		if of != nil {
			one.Most = of.Count().N()
		}
		return one
	}
	kid := func(of *discreet.Tree, i int) *discreet.Tree {
		if of == nil {
			return nil
		}
		return of.Kids[i]
	}
	city := node(&c.Whole, homes)
	for i := range c.counties {
		county := node(&c.counties[i].tally, kid(homes, i))
		for j, t := range c.counties[i].towns {
			town := node(&t.Tally, kid(kid(homes, i), j))
			town.None = homes != nil && t.Judged == 0 && town.N == 0
			county.Kids = append(county.Kids, town)
		}
		city.Kids = append(city.Kids, county)
	}
	return city
}

// A side is what items lose, or what they gain: of each in two parts that no household is
// in both of.
type side struct {
	covered []bool // the two together
	apart   []bool // each of the two
	ok      bool   // the whole may be shown beside it
}

// side covers the items of one side, of which the whole counts every household once.
func (c *covered) side(whole int, parts func(*Shift) (int, int)) side {
	s := side{apart: make([]bool, len(c.Items))}
	cells, sum := make([]discreet.Cell, len(c.Items)), 0
	for i := range cells {
		a, b := parts(&c.Whole.Items[i])
		hidden, ok := discreet.Group(discreet.Exactly(a+b), []discreet.Cell{{N: a, Most: whole}, {N: b, Most: whole}})
		s.apart[i] = hidden[0] || hidden[1]
		cells[i], sum = discreet.Cell{N: a + b, Most: whole, Must: !ok}, sum+a+b
	}
	s.covered, s.ok = discreet.Group(discreet.AtLeast(min(whole, sum)), cells)
	for i, hidden := range s.covered {
		s.apart[i] = s.apart[i] || hidden
	}
	return s
}

func (s *side) any() bool { return slices.Contains(s.apart, true) }

// seal hides all of a side.
func (s *side) seal() {
	for i := range s.covered {
		s.covered[i], s.apart[i] = true, true
	}
}

// column covers a number of the items that nothing sums up.
func (c *covered) column(n func(*Shift) int) []bool {
	cells := make([]discreet.Cell, len(c.Items))
	for i := range cells {
		cells[i].N = n(&c.Whole.Items[i])
	}
	hidden, _ := discreet.Group(discreet.Untold(), cells)
	return hidden
}
