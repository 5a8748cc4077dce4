package simulate

import (
	"slices"

	"lianou/core"
	"lianou/core/discreet"
	"lianou/core/policy"
)

// A Shown is a Result as people and files may have it: what core/discreet hides is not in it.
type Shown struct {
	Households, Touched, Worse, Lost, Poorer, Better, Newly discreet.Count

	Beside, Both discreet.Count // of Touched: neither worse nor better; the one and the other

	Month, Once discreet.Sum
	Items       []ShownItem // those of which anything is another
	Same        int         // the others
	Counties    []ShownPlace
	Samples     bool // a sample amount is in the sums
	Hides       bool // something, and money is rounded for it
}

// A ShownItem is what becomes of one item. Worse is Lost and Less together, Better is Gained
// and More; they may be shown where the parts are not.
type ShownItem struct {
	Item
	Worse, Lost, Less, Better, Gained, More, Opened, Untold discreet.Count

	Month, Once discreet.Sum
	Samples     bool
}

// A ShownPlace is what becomes of one county, or of one township of it.
type ShownPlace struct {
	Region                    core.RegionCode
	Households, Worse, Better discreet.Count
	Month                     discreet.Sum
	Towns                     []ShownPlace
}

// Any reports whether the place has anything to show, or to hide.
func (p *ShownPlace) Any() bool {
	return p.Worse.Or("") != "0" || p.Better.Or("") != "0" || p.Month.Hidden || p.Month.Fen != 0
}

// Shown hides what must not be shown. Townships sum up to counties and these to the city;
// households are counted once in each. Items do not sum up: who loses two of them is counted
// twice, so the city's number less the items that are shown is only the least that the hidden
// ones come to. That the reader cannot have less is what hides them (discreet.AtLeast).
//
// The parts of the whole (Lost, Poorer, Newly) are left out where an item's numbers on their
// side are, and Touched where any are: of a draft that touches one item these are the same
// households.
func (r *Result) Shown() Shown {
	c := r.cover()
	s := Shown{Households: c.homes.Count(), Worse: c.worse.Count(), Better: c.better.Count()}
	for i := range r.Items {
		shift := &r.Whole.Items[i]
		s.Samples = s.Samples || shift.Samples > 0
		if !shift.Any() {
			s.Same++
			continue
		}
		s.Items = append(s.Items, c.item(i))
	}
	for i, county := range c.counties {
		p := c.place(&county.tally, county.code, c.homes.Kids[i], c.worse.Kids[i], c.better.Kids[i])
		for j, town := range county.towns {
			p.Towns = append(p.Towns, c.place(&town.Tally, town.Region, c.homes.Kids[i].Kids[j], c.worse.Kids[i].Kids[j], c.better.Kids[i].Kids[j]))
		}
		s.Counties = append(s.Counties, p)
	}
	s.parts(&r.Whole, c)
	s.Hides = c.hides
	s.round(r, c)
	return s
}

// parts shows numbers of the whole that are part of others.
func (s *Shown) parts(w *Tally, c *covered) {
	s.Lost = discreet.If(c.lose.any(), 0)
	s.Poorer, s.Newly = s.Lost, discreet.If(c.gain.any(), 0)
	if !c.lose.any() {
		s.Lost, s.Poorer = discreet.Part(w.Lost, s.Worse), discreet.Part(w.Poorer, s.Worse)
	}
	if !c.gain.any() {
		s.Newly = discreet.Part(w.Newly, s.Better)
	}
	c.hides = c.hides || s.Lost.Hidden() || s.Poorer.Hidden() || s.Newly.Hidden()
	all := discreet.Shown(w.Touched)
	none := s.Worse.Hidden() || s.Better.Hidden() || discreet.Part(w.Worse, all).Hidden() || discreet.Part(w.Better, all).Hidden()
	s.Touched = discreet.If(c.itemsHide() || none || discreet.Alone(w.Touched).Hidden(), w.Touched)
	s.Beside, s.Both = apart(s.Touched, parts{touched: w.Touched, worse: w.Worse, better: w.Better, beside: w.Beside, both: w.both()})
}

// parts are what touched households come to.
type parts struct{ touched, worse, better, beside, both int }

// apart takes Touched apart: with what it leaves, so that no part of it is a small number, and
// not at all of what did not keep it.
func apart(touched discreet.Count, p parts) (beside, both discreet.Count) {
	hide := touched.Hidden() || p.both < 0
	for _, n := range []int{p.beside, p.both, p.worse - p.both, p.better - p.both, p.touched - p.beside} {
		hide = hide || discreet.Alone(n).Hidden()
	}
	return discreet.If(hide, p.beside), discreet.If(hide, p.both)
}

// item is one item with what is covered left out; its money goes with any of its numbers,
// and where it moves without one.
func (c *covered) item(i int) ShownItem {
	x := &c.Whole.Items[i]
	lose, gain := c.lose, c.gain
	one := ShownItem{Item: c.Items[i], Samples: x.Samples > 0,
		Worse: discreet.If(lose.covered[i], x.Lost+x.Less), Lost: discreet.If(lose.apart[i], x.Lost), Less: discreet.If(lose.apart[i], x.Less),
		Better: discreet.If(gain.covered[i], x.Gained+x.More), Gained: discreet.If(gain.apart[i], x.Gained), More: discreet.If(gain.apart[i], x.More),
		Opened: discreet.If(c.opened[i], x.Opened), Untold: discreet.If(c.untold[i], x.Untold)}
	cost := CostOfItem(&c.Items[i], x)
	hide := lose.apart[i] || gain.apart[i] || c.opened[i] || c.untold[i] || x.Lost+x.Less+x.Gained+x.More == 0 && x.Before != x.After
	one.Month, one.Once = discreet.Sum{Fen: cost.Month(), Hidden: hide}, discreet.Sum{Fen: cost.Once(), Hidden: hide}
	c.hides = c.hides || hide
	return one
}

// place is one place with what is covered left out.
func (c *covered) place(t *Tally, code core.RegionCode, homes, worse, better *discreet.Tree) ShownPlace {
	p := ShownPlace{Region: code, Households: homes.Count(), Worse: worse.Count(), Better: better.Count()}
	month := CostOf(c.Items, t).Month()
	p.Month = discreet.Sum{Fen: month, Hidden: c.monthly() && (worse.Hidden || better.Hidden || month != 0 && t.Worse+t.Better == 0)}
	c.hides = c.hides || p.Month.Hidden
	return p
}

// round rounds all money where anything is hidden: what the shown leave of a sum is then
// not known better than by five households of what one is given. That is reckoned as a mean
// by item and county, the largest of which counts. A nought that follows from what is shown
// anyway stays one: nobody is given anything by the month of what is given once.
func (s *Shown) round(r *Result, c *covered) {
	cost := CostOf(r.Items, &r.Whole)
	monthly, single := core.Fen(0), core.Fen(0)
	if s.Hides = c.hides; c.hides {
		each, once := c.given()
		monthly, single = discreet.Unit(each), discreet.Unit(once)
	}
	nobody := none(s.Worse, s.Better)
	s.Month, s.Once = discreet.Sum{Fen: cost.Month()}, discreet.Sum{Fen: cost.Once()}
	blur(&s.Month, monthly, nobody || !c.monthly())
	blur(&s.Once, single, nobody || !slices.ContainsFunc(c.Items, Item.once))
	for i := range s.Items {
		it := &s.Items[i]
		nobody := none(it.Lost, it.Less, it.Gained, it.More, it.Untold)
		blur(&it.Month, monthly, nobody || !it.monthly())
		blur(&it.Once, single, nobody || !it.once())
	}
	for i := range s.Counties {
		s.Counties[i].round(monthly, !c.monthly())
		for j := range s.Counties[i].Towns {
			s.Counties[i].Towns[j].round(monthly, !c.monthly())
		}
	}
}

func (p *ShownPlace) round(unit core.Fen, nought bool) {
	blur(&p.Month, unit, nought || none(p.Worse, p.Better))
}

// none reports whether all of some counts are shown, and nought.
func none(list ...discreet.Count) bool {
	return !slices.ContainsFunc(list, func(c discreet.Count) bool { return c != discreet.Shown(0) })
}

// monthly reports whether anything is given that comes to something in a month.
func (c *covered) monthly() bool { return slices.ContainsFunc(c.Items, Item.monthly) }

func (it Item) monthly() bool { return regular(it.Before) || regular(it.After) }
func (it Item) once() bool    { return it.Before == "once" || it.After == "once" }

func regular(per string) bool { return per != "once" && per != "" }

// given is what one household is given more or less in a month, and once.
func (c *covered) given() (month, once core.Fen) {
	for i := range c.counties {
		for j := range c.counties[i].tally.Items {
			x, it := &c.counties[i].tally.Items[j], &c.Items[j]
			one := x.mean()
			month = max(month, policy.Monthly(one, it.Before), policy.Monthly(one, it.After))
			if it.once() {
				once = max(once, one)
			}
		}
	}
	return month, once
}

// mean is by how much one household is given more or less. Simulations of before that was
// kept have only the difference.
func (s *Shift) mean() core.Fen {
	moved, n := s.Moved, s.Movers
	if n == 0 {
		moved, n = max(s.Before, s.After)-min(s.Before, s.After), max(1, s.Gained+s.Lost+s.More+s.Less)
	}
	return (moved + core.Fen(n) - 1) / core.Fen(n)
}

// blur rounds a sum, or takes it out where it is hidden. A nought that is known is left.
func blur(s *discreet.Sum, unit core.Fen, known bool) {
	switch {
	case s.Hidden:
		*s = discreet.Sum{Hidden: true}
	case s.Fen != 0 || !known:
		*s = discreet.Round(s.Fen, unit)
	}
}
