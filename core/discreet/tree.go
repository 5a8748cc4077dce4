package discreet

import "slices"

// A Tree is a count and those that it is the sum of: a city, its counties, their townships.
type Tree struct {
	N      int
	Most   int // as of a Cell
	Kids   []*Tree
	None   bool // of one without kids: whoever knows the rules knows that it is nought, and it stays one
	Hidden bool // said by Cover
}

// Cover hides what may not be shown. Below a hidden count all are hidden, noughts with
// them, so that nothing adds up to it; must hides the whole.
func (t *Tree) Cover(must bool) {
	if !t.inside() || must || small(t.N) {
		t.Seal()
	}
}

// inside hides kids; false when the sum would give them away, and has to be hidden too.
func (t *Tree) inside() bool {
	if len(t.Kids) == 0 {
		return true
	}
	cells := make([]Cell, len(t.Kids))
	for i, k := range t.Kids {
		cells[i] = Cell{N: k.N, Most: k.most(), Must: !k.inside()}
	}
	hidden, ok := Group(Exactly(t.N), cells)
	for i, k := range t.Kids {
		if hidden[i] {
			k.Seal()
		}
	}
	return ok
}

// none reports whether the count, or everything below it, is known to be nought anyway.
func (t *Tree) none() bool {
	return t.None || len(t.Kids) > 0 && !slices.ContainsFunc(t.Kids, func(k *Tree) bool { return !k.none() })
}

// most is the most that a count can be by what bounds it and those below it; 0 for no bound.
func (t *Tree) most() int {
	sum := 0
	for _, k := range t.Kids {
		if k.none() {
			continue
		}
		one := k.most()
		if one == 0 {
			return t.Most
		}
		sum += one
	}
	if t.Most == 0 || sum > 0 && sum < t.Most {
		return sum
	}
	return t.Most
}

// Seal hides a count and all below it, but what is known to be nought anyway: it was never
// one of those that could be meant.
func (t *Tree) Seal() {
	if t.none() {
		return
	}
	t.Hidden = true
	for _, k := range t.Kids {
		k.Seal()
	}
}

// Count is the number as it may be shown, after Cover.
func (t *Tree) Count() Count { return If(t.Hidden, t.N) }
