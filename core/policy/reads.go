package policy

import "lianou/core"

// A reading is everything that one item looks at, through statuses and groups.
type reading struct {
	facts    map[FactID]bool
	params   map[ParamID]bool // in criteria, the benefit and the ceiling
	tests    map[int]bool     // by Test.ID
	statuses map[int]bool     // by number
}

func newReading() *reading {
	return &reading{map[FactID]bool{}, map[ParamID]bool{}, map[int]bool{}, map[int]bool{}}
}

// reads gathers what an item looks at: its criteria, its benefit and its ceiling.
func (b *Book) reads(it *Item) *reading {
	r := b.judges(it)
	if it.Ceiling >= 0 {
		r.params[it.Ceiling] = true
	}
	r.formula(it.Benefit.Formula)
	return r
}

// Standards are those that an item reads in its conditions, its benefit and its ceiling.
func (b *Book) Standards(it *Item) (out []ParamID) {
	read := b.reads(it).params
	for id := range b.Params {
		if read[ParamID(id)] {
			out = append(out, ParamID(id))
		}
	}
	return out
}

// Keys lists the keys of the household's facts that the outcome of an item hangs on, of
// members and of the household alike; nil for an item that the Book has not.
func (b *Book) Keys(code core.ItemCode) map[string]bool {
	it, known := b.Item(code)
	if !known {
		return nil
	}
	out := map[string]bool{}
	for id := range b.judges(it).facts {
		out[id.Of().Path] = true
	}
	return out
}

// judges gathers what the outcome of an item hangs on.
func (b *Book) judges(it *Item) *reading {
	r := newReading()
	r.node(b, it.When)
	r.node(b, it.Person)
	return r
}

func (r *reading) node(b *Book, n *Node) {
	if n == nil {
		return
	}
	switch n.Kind {
	case NodeTest:
		r.test(n.Test)
	case NodeStatus:
		if !r.statuses[n.Status] {
			r.statuses[n.Status] = true
			r.facts[b.Statuses[n.Status].Recognised] = true
			r.node(b, b.Statuses[n.Status].When)
		}
	}
	for _, kid := range n.Kids {
		r.node(b, kid)
	}
}

func (r *reading) test(t *Test) {
	r.tests[t.ID], r.facts[t.Fact] = true, true
	l := t.Limit
	if l == nil {
		return
	}
	if l.Param >= 0 {
		r.params[l.Param] = true
		r.facts[Area] = true // which row holds hangs on it
	} else {
		r.facts[l.Fact] = true
	}
	if l.By >= 0 {
		r.params[l.By] = true
		r.facts[Area] = true
	}
}

func (r *reading) formula(f *Formula) {
	if f == nil {
		return
	}
	for _, u := range f.Uses {
		if u.Param >= 0 {
			r.params[u.Param] = true
			r.facts[Area] = true
		} else {
			r.facts[u.Fact] = true
		}
	}
}
