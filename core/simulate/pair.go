package simulate

import (
	"fmt"
	"math/bits"
	"slices"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/matching"
	"lianou/core/policy"
)

// mostItems is how many items two Books together may touch: sets of them are words.
const mostItems = 64

// A Pair judges households by two Books on one day. It is for one goroutine; Twin makes
// another over the same Books.
type Pair struct {
	items   []Item
	touched [100][3]touches // by county and area
	old     []int8          // item of the Book before, to its place in items; -1 for none
	new     []int8

	before, after *matching.Matcher
	reader        *facts.Reader

	v          facts.Vector
	was, is    *matching.Scanner
	gave, give *matching.Weigher
	old1, new1 [mostItems]matching.Given
}

// touches are the items of which something may differ at a place, by their place in items:
// the outcome, the amount, and of these the ones from which other amounts follow.
type touches struct{ judged, paid, sources uint64 }

// NewPair prepares two Books for a day. Errors: a Book that cannot be compiled, or two that
// touch more than 64 items.
func NewPair(before, after *policy.Book, on core.Date) (*Pair, error) {
	p := &Pair{reader: facts.NewReader(on)}
	d := policy.Compare(before, after)
	judged, paid, sources := d.Judged(), d.Paid(), d.Sources()
	p.list(before, after, judged, paid)
	if len(p.items) > mostItems {
		return nil, fmt.Errorf("simulate book %.12s: %d items are touched", after.Digest, len(p.items))
	}
	may, pays, from := policy.NewGrid(judged, p.place), policy.NewGrid(paid, p.place), policy.NewGrid(sources, p.place)
	for n := range p.touched {
		for a := range p.touched[n] {
			p.touched[n][a] = touches{may[n][a], pays[n][a], from[n][a]}
		}
	}
	var err error
	if p.before, err = matching.Compile(before); err != nil {
		return nil, err
	}
	if p.after, err = matching.Compile(after); err != nil {
		return nil, err
	}
	p.old, p.new = p.places(before), p.places(after)
	return p.Twin(), nil
}

// Twin is another Pair over the same Books and day, for another goroutine.
func (p *Pair) Twin() *Pair {
	t := *p
	t.v = facts.Vector{}
	t.was, t.is = p.before.NewScanner(), p.after.NewScanner()
	t.gave, t.give = p.before.NewWeigher(), p.after.NewWeigher()
	return &t
}

// Items are those of which anything may differ for anybody, by number.
func (p *Pair) Items() []Item { return p.items }

// Nothing reports that no household can be touched that goes by the amounts of one of
// these counties.
func (p *Pair) Nothing(counties ...core.RegionCode) bool {
	for _, county := range counties {
		var n int
		if _, err := fmt.Sscanf(string(county), "3714%02d", &n); err != nil || n < 0 || n >= len(p.touched) || p.touched[n] != [3]touches{} {
			return false
		}
	}
	return true
}

// list names the items touched.
func (p *Pair) list(before, after *policy.Book, lists ...[]policy.Touch) {
	seen := map[core.ItemCode]int{}
	for _, list := range lists {
		for i := range list {
			code := list[i].Item
			was, _ := before.Item(code)
			is, _ := after.Item(code)
			it := Item{Code: code}
			if was != nil {
				it.Name, it.Before, seen[code] = was.Name, was.Benefit.Per, was.No
			}
			if is != nil {
				it.Name, it.After, seen[code] = is.Name, is.Benefit.Per, is.No
			}
			if !slices.Contains(p.items, it) {
				p.items = append(p.items, it)
			}
		}
	}
	slices.SortStableFunc(p.items, func(a, b Item) int { return seen[a.Code] - seen[b.Code] })
}

func (p *Pair) place(code core.ItemCode) int {
	return slices.IndexFunc(p.items, func(it Item) bool { return it.Code == code })
}

func (p *Pair) places(book *policy.Book) []int8 {
	out := make([]int8, len(book.Items))
	for i := range book.Items {
		out[i] = int8(p.place(book.Items[i].Code))
	}
	return out
}

// turned gives a set by the order of a Book as one by the order of items.
func turned(set uint64, to []int8) (out uint64) {
	for rest := set; rest != 0; rest &= rest - 1 {
		if at := to[bits.TrailingZeros64(rest)]; at >= 0 {
			out |= 1 << at
		}
	}
	return out
}

// Row counts one packed row. Most rows end at the first question: can anything differ here.
func (p *Pair) Row(row []byte, t *Tally) error {
	_, err := p.Effect(row, t)
	return err
}

// Effect counts one packed row as Row does, and says what becomes of that household.
func (p *Pair) Effect(row []byte, t *Tally) (Effect, error) {
	if err := p.reader.Unpack(row, &p.v); err != nil {
		return 0, err
	}
	t.Households++
	may := p.may()
	if may.judged|may.paid == 0 {
		return 0, nil
	}
	c := p.judge(may, t)
	t.count(&c)
	return c.effect(), nil
}

// may gives what can differ where the household lives. Outside the city's counties anything
// can.
func (p *Pair) may() touches {
	n := 0
	for _, c := range p.v.County[min(4, len(p.v.County)):] {
		n = 10*n + int(c-'0')
	}
	area := 2
	if x, known := p.v.Get(policy.Area); known && x >= 0 && x < 2 {
		area = p.areaAt(x)
	}
	if n < 0 || n >= len(p.touched) {
		return touches{^uint64(0), ^uint64(0), ^uint64(0)}
	}
	return p.touched[n][area]
}

// areaAt finds a value of the fact in areas.
func (p *Pair) areaAt(x int64) int {
	if words := policy.Area.Of().Words; words[x] == string(policy.Areas[0]) {
		return 0
	}
	return 1
}

// judge says what becomes of a household that may be touched.
func (p *Pair) judge(may touches, t *Tally) change {
	t.Judged++
	was := p.was.Judge(&p.v)
	e0, o0 := turned(was.Eligible, p.old), turned(was.Open, p.old)
	is, e1, o1 := matching.Found{}, e0, o0
	if may.judged != 0 { // else both Books say the same of every item
		is = p.is.Judge(&p.v)
		e1, o1 = turned(is.Eligible, p.new), turned(is.Open, p.new)
	}
	c := change{gained: e1 &^ e0, lost: e0 &^ e1, opened: o1 &^ (o0 | e0), closed: o0 &^ (o1 | e1)}
	if pays := (e0 | e1) & may.paid; pays&may.sources != 0 {
		if may.judged == 0 {
			is = p.is.Judge(&p.v)
		}
		p.gather(p.gave.Weigh(&p.v, was), p.old, &p.old1)
		p.gather(p.give.Weigh(&p.v, is), p.new, &p.new1)
		p.weigh(pays, e0&e1, &c, t)
	}
	return c
}
