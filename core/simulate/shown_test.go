package simulate

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/discreet"
)

// drawnResult is a simulation of a small invented city: every household loses or gains what
// is drawn, of items that give everybody the same.
func drawnResult(t *rapid.T) (r Result, amounts []core.Fen) {
	for i := range rapid.IntRange(1, 4).Draw(t, "items") {
		per := rapid.SampledFrom([]string{"month", "month", "once"}).Draw(t, "per")
		r.Items = append(r.Items, Item{Code: core.ItemCode(fmt.Sprint(i)), Before: per, After: per})
		amounts = append(amounts, core.Fen(rapid.IntRange(1, 900).Draw(t, "amount")))
	}
	r.Whole.Items = make([]Shift, len(r.Items))
	often := rapid.IntRange(2, 40).Draw(t, "seldom")
	for county := range rapid.IntRange(1, 4).Draw(t, "counties") {
		for town := range rapid.IntRange(1, 4).Draw(t, "towns") {
			leaves := rapid.IntRange(0, 2).Draw(t, "the change leaves it alone") == 0
			one := TownTally{Region: core.RegionCode(fmt.Sprintf("3714%02d%03d", county+1, town)), Tally: Tally{Items: make([]Shift, len(r.Items))}}
			for range rapid.IntRange(0, 60).Draw(t, "households") {
				one.Households++
				if leaves {
					continue
				}
				one.Judged++
				var c change
				for i := range r.Items {
					fate(t, often, uint64(1)<<i, amounts[i], &c, &one.Items[i])
				}
				one.count(&c)
			}
			r.ByTown = append(r.ByTown, one)
			r.Whole.Add(&one.Tally)
		}
	}
	return r, amounts
}

// fate is what becomes of one household by one item.
func fate(t *rapid.T, often int, bit uint64, amount core.Fen, c *change, s *Shift) {
	give := func(before, after core.Fen) {
		c.before, c.after = c.before+12*before, c.after+12*after
		s.move(before, after, true)
	}
	switch rapid.IntRange(0, often).Draw(t, "fate") {
	case 0:
		c.gained |= bit
		give(0, 2*amount)
	case 1:
		c.lost |= bit
		give(2*amount, 0)
	case 2:
		c.more |= bit
		give(amount, 2*amount)
	case 3:
		c.less |= bit
		give(2*amount, amount)
	case 4:
		c.opened |= bit
	}
}

// TestWhatATrialShows: whoever subtracts what is shown of a simulation from what it comes
// to, along townships, counties, items and the parts of an item, finds no number that is
// hidden, and none under five; and money is known no better than by five households. A nought
// is exact where what is shown says that it is one, and nowhere else.
//
// Controls: one part of an item shown as it is ("item 1: one part is the rest of the other");
// Lost beside items that are hidden (parts without c.lose.any: "5 lost by subtraction");
// Touched beside them ("touched, less what is shown, are 0"); the items' sum taken for
// unknown (side by Untold, rarely: "2 items are hidden, and one comes to 2 at the least"); the
// city's number kept where the items give it away (Cover of false, rarely: "1 items are hidden,
// and one comes to 5 at the least"); places uncovered ("a part of 1"); money exact ("money of
// what is hidden is exact"); a nought that is told anyway blurred (blur without known: "item 0 once is
// nought, and is said to come to less than 10.00"); any nought exact (blur as if known:
// "all: an exact nought of counts that are not"); Touched taken apart to the last (beside without
// its loop: "1 of those touched are known"); places that the change leaves alone covered with the
// others (tree without None, as it was: "371401001, which the change leaves alone: … hidden:true").
func TestWhatATrialShows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r, amounts := drawnResult(t)
		s := r.Shown()
		for _, one := range []struct {
			what  string
			whole discreet.Count
			of    func(*ShownPlace) discreet.Count
		}{
			{"worse", s.Worse, func(p *ShownPlace) discreet.Count { return p.Worse }},
			{"better", s.Better, func(p *ShownPlace) discreet.Count { return p.Better }},
			{"households", s.Households, func(p *ShownPlace) discreet.Count { return p.Households }},
		} {
			places := s.Counties
			if one.what != "households" {
				places = meant(&r, places) // the attacker knows the rules
			}
			attackPlaces(t, one.what, one.whole, places, one.of)
		}
		for i := range s.Items {
			attackItem(t, &s, &s.Items[i])
		}
		attackSides(t, &s)
		attackBeside(t, &s, &r)
		attackMoney(t, &s, &r, amounts)
	})
}

// meant leaves out the places that the change leaves alone.
func meant(r *Result, places []ShownPlace) (out []ShownPlace) {
	judged := map[core.RegionCode]int{}
	for i := range r.ByTown {
		judged[r.ByTown[i].Region] += r.ByTown[i].Judged
		judged[r.ByTown[i].Region.County()] += r.ByTown[i].Judged
	}
	for _, p := range places {
		if judged[p.Region] > 0 {
			p.Towns = meant(r, p.Towns)
			out = append(out, p)
		}
	}
	return out
}

// attackPlaces subtracts the places that are shown from their sum.
func attackPlaces(t *rapid.T, what string, whole discreet.Count, places []ShownPlace, of func(*ShownPlace) discreet.Count) {
	rest, hidden := whole.N(), 0
	for i := range places {
		c := of(&places[i])
		if plain(c) {
			t.Errorf("%s of %s is shown: %d", what, places[i].Region, c.N())
		}
		rest -= c.N()
		if c.Hidden() {
			hidden++
		}
		if (c.Hidden() || whole.Hidden()) && len(places[i].Towns) > 0 {
			for j := range places[i].Towns {
				if !of(&places[i].Towns[j]).Hidden() {
					t.Errorf("%s below %s, which is hidden, is shown", what, places[i].Region)
				}
			}
		}
		if len(places[i].Towns) > 0 {
			attackPlaces(t, what, c, places[i].Towns, of)
		}
	}
	switch {
	case whole.Hidden() && hidden < len(places):
		t.Errorf("%s: the sum is hidden, %d of %d summands are", what, hidden, len(places))
	case !whole.Hidden() && (hidden == 1 || hidden > 0 && rest < hidden+discreet.Least-1):
		t.Errorf("%s: %d come to %d", what, hidden, rest)
	}
}

func plain(c discreet.Count) bool { return 0 < c.N() && c.N() < discreet.Least }

// attackItem reckons in the line of one item, and with what is shown of all.
func attackItem(t *rapid.T, s *Shown, it *ShownItem) {
	for _, c := range []discreet.Count{it.Worse, it.Lost, it.Less, it.Better, it.Gained, it.More, it.Opened, it.Untold} {
		if plain(c) {
			t.Errorf("item %s shows %d", it.Code, c.N())
		}
	}
	for _, x := range []struct{ sum, a, b discreet.Count }{{it.Worse, it.Lost, it.Less}, {it.Better, it.Gained, it.More}} {
		if x.a.Hidden() != x.b.Hidden() || x.sum.Hidden() && !x.a.Hidden() {
			t.Errorf("item %s: one part is the rest of the other: %+v", it.Code, x)
		}
		if !x.sum.Hidden() && x.a.Hidden() && x.sum.N() <= discreet.Least {
			t.Errorf("item %s: two parts come to %d", it.Code, x.sum.N())
		}
	}
	parts := it.Lost.Hidden() || it.Gained.Hidden() || it.Opened.Hidden()
	if parts && !it.Month.Hidden {
		t.Errorf("item %s: money of hidden numbers", it.Code)
	}
	if it.Lost.Hidden() && (!s.Lost.Hidden() || !s.Poorer.Hidden()) || it.Gained.Hidden() && !s.Newly.Hidden() {
		t.Errorf("item %s: %d lost by subtraction, %d newly", it.Code, s.Lost.N(), s.Newly.N())
	}
	if parts && !s.Touched.Hidden() {
		t.Errorf("item %s: touched, less what is shown, are %d", it.Code, s.Touched.N()-it.Worse.N()-it.Better.N())
	}
}

// attackSides subtracts the items that are shown from the households that lose, or gain, at
// all: the hidden items come to this at the least.
func attackSides(t *rapid.T, s *Shown) {
	for _, x := range []struct {
		whole discreet.Count
		of    func(*ShownItem) discreet.Count
	}{{s.Worse, func(it *ShownItem) discreet.Count { return it.Worse }}, {s.Better, func(it *ShownItem) discreet.Count { return it.Better }}} {
		rest, hidden, positive, next := x.whole.N(), 0, 0, x.whole.N()
		for i := range s.Items {
			c := x.of(&s.Items[i])
			if rest -= c.N(); c.Hidden() {
				hidden++
			}
			if c.Or("") != "0" {
				positive++
			}
			if c.N() > 0 {
				next = min(next, c.N())
			}
		}
		if x.whole.Hidden() && positive > hidden {
			t.Errorf("the whole is hidden, and items are shown")
		}
		if least := rest - (hidden-1)*next; !x.whole.Hidden() && hidden > 0 && (hidden == 1 || least > 1) {
			t.Errorf("%d items are hidden, and one comes to %d at the least", hidden, least)
		}
	}
	for _, part := range []struct{ n, of discreet.Count }{{s.Lost, s.Worse}, {s.Poorer, s.Worse}, {s.Newly, s.Better}, {s.Worse, s.Touched}, {s.Better, s.Touched}} {
		if plain(part.n) || !part.n.Hidden() && !part.of.Hidden() && plain(discreet.Shown(part.of.N()-part.n.N())) {
			t.Errorf("a part of %d of %d", part.n.N(), part.of.N())
		}
	}
}

// attackBeside takes the changed ones apart by what is shown of them, and looks for places that
// the change leaves alone and that are not said to be so.
func attackBeside(t *rapid.T, s *Shown, r *Result) {
	if s.Beside.Hidden() != s.Both.Hidden() || s.Touched.Hidden() && !s.Beside.Hidden() {
		t.Errorf("%+v", s)
	}
	if !s.Beside.Hidden() {
		n, both := s.Beside.N(), s.Both.N()
		for _, one := range []int{n, both, s.Worse.N() - both, s.Better.N() - both, s.Touched.N() - n} {
			if plain(discreet.Shown(one)) {
				t.Errorf("%d of those touched are known: %+v", one, s)
			}
		}
		if s.Worse.N()+s.Better.N()-both+n != s.Touched.N() {
			t.Errorf("%d worse, %d better, %d both and %d neither are not %d", s.Worse.N(), s.Better.N(), both, n, s.Touched.N())
		}
	}
	for i := range s.Counties {
		for j := range s.Counties[i].Towns {
			p := &s.Counties[i].Towns[j]
			at := slices.IndexFunc(r.ByTown, func(o TownTally) bool { return o.Region == p.Region })
			if r.ByTown[at].Judged == 0 && (none(p.Worse, p.Better) && p.Month == discreet.Sum{}) == false {
				t.Errorf("%s, which the change leaves alone: %+v", p.Region, p)
			}
		}
	}
}

// attackMoney looks for a sum that is known to the fen while something is hidden, and for a
// nought that is blurred though it is told anyway.
func attackMoney(t *rapid.T, s *Shown, r *Result, amounts []core.Fen) {
	some := false
	var monthly, single []core.Fen
	for i, it := range r.Items {
		if r.Whole.Items[i].Movers == 0 {
			continue // that nobody is given it is no small number
		}
		if it.Before == "once" {
			single = append(single, amounts[i])
		} else {
			monthly = append(monthly, amounts[i])
		}
	}
	see := func(what string, m discreet.Sum, given []core.Fen, c ...discreet.Count) {
		told := len(given) == 0
		hidden, nobody := false, true
		for _, one := range c {
			hidden, nobody = hidden || one.Hidden(), nobody && one == discreet.Shown(0)
		}
		some = some || hidden
		switch {
		case hidden && !m.Hidden && !told && what != "all":
			t.Errorf("money of a hidden number is shown: %s, %+v", what, m)
		case m.Hidden:
		case (told || nobody) && m.Fen == 0 && m.Unit != 0:
			t.Errorf("%s is nought, and is said to come to less than %s", what, m.Unit)
		case m.Unit == 0 && m.Fen == 0 && !told && !nobody && s.Hides:
			t.Errorf("%s: an exact nought of counts that are not", what)
		case m.Unit == 0 && m.Fen != 0 && s.Hides:
			t.Errorf("money of what is hidden is exact: %s, %+v", what, m)
		}
		if m.Unit != 0 && !told && m.Unit < discreet.Least*slices.Min(given) {
			t.Errorf("%s is known to %s, one household is given %s at the least", what, m.Unit, slices.Min(given))
		}
	}
	for i := range s.Items {
		it := &s.Items[i]
		at := slices.IndexFunc(r.Items, func(o Item) bool { return o.Code == it.Code })
		month, once := amounts[at:at+1], amounts[at:at+1]
		if r.Items[at].Before == "once" {
			month = nil
		} else {
			once = nil
		}
		if it.Month.Hidden != it.Once.Hidden {
			t.Errorf("item %s: one sum of two is shown", it.Code)
		}
		see("item "+string(it.Code)+" a month", it.Month, month, it.Lost, it.Less, it.Gained, it.More)
		see("item "+string(it.Code)+" once", it.Once, once, it.Lost, it.Less, it.Gained, it.More)
	}
	for i := range s.Counties {
		see("a county", s.Counties[i].Month, monthly, s.Counties[i].Worse, s.Counties[i].Better)
		for j := range s.Counties[i].Towns {
			see("a township", s.Counties[i].Towns[j].Month, monthly, s.Counties[i].Towns[j].Worse, s.Counties[i].Towns[j].Better)
		}
	}
	see("all", s.Month, monthly, s.Worse, s.Better)
	see("all", s.Once, single, s.Worse, s.Better)
	if some && !s.Hides {
		t.Error("something is hidden, and it is not said")
	}
}
