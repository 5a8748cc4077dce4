package interview

// toldAgain finds who of one telling of a family is told in another, by their places. Who is
// told with the same age comes first, then who is told with none, then those whose age was
// put right, where each can be one person only: of two sons with two other ages nobody can
// say which is which, and what was told of one must not be said of the other.
func toldAgain(was, now []relative) map[int]int {
	p := pairing{was, now, map[int]int{}, map[int]bool{}}
	p.take(func(a, b relative) bool { return a.Age != nil && b.Age != nil && *a.Age == *b.Age })
	p.take(func(a, b relative) bool { return a.Age == nil || b.Age == nil })
	for i, a := range was {
		if _, known := p.found[i]; known {
			continue
		}
		if only, ok := p.only(a); ok {
			p.found[i], p.taken[only] = only, true
		}
	}
	return p.found
}

type pairing struct {
	was, now []relative
	found    map[int]int
	taken    map[int]bool // of now
}

// take pairs who is left, each with the first who is left and the same.
func (p *pairing) take(same func(a, b relative) bool) {
	for i, a := range p.was {
		if _, known := p.found[i]; known {
			continue
		}
		for j, b := range p.now {
			if !p.taken[j] && sameKin(a, b) && same(a, b) {
				p.found[i], p.taken[j] = j, true
				break
			}
		}
	}
}

// only is the place of the one who is left and can be a, where nobody else left can be them.
func (p *pairing) only(a relative) (at int, ok bool) {
	fits := 0
	for j, b := range p.now {
		if !p.taken[j] && sameKin(a, b) {
			at = j
			fits++
		}
	}
	if fits != 1 {
		return 0, false
	}
	rivals := 0
	for i, other := range p.was {
		if _, known := p.found[i]; !known && sameKin(other, p.now[at]) {
			rivals++
		}
	}
	return at, rivals == 1
}

func sameKin(a, b relative) bool {
	return a.Relation == b.Relation && (a.Sex == nil || b.Sex == nil || *a.Sex == *b.Sex)
}
