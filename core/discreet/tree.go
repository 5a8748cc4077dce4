package discreet

// A Tree is a count and those that it is the sum of: a city, its counties, their townships.
type Tree struct {
	N      int
	Most   int // as of a Cell
	Kids   []*Tree
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

// most is the most that a count can be by what bounds it and those below it; 0 for no bound.
func (t *Tree) most() int {
	sum := 0
	for _, k := range t.Kids {
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

// Seal hides a count and all below it.
func (t *Tree) Seal() {
	t.Hidden = true
	for _, k := range t.Kids {
		k.Seal()
	}
}

// Count is the number as it may be shown, after Cover.
func (t *Tree) Count() Count { return If(t.Hidden, t.N) }
