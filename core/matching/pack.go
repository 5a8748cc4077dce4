package matching

// packer finds the best legal set of one group of joined claims by branch and bound: the
// most money in a year, then the most of what is received kept, then the more claims,
// then the lower numbers.
//
// A set grows by at most what is left of the claim that is added, for what it deducts
// only lowers others. So the claims still open, less what is taken forbids or deducts
// already, bound what can still be reached. The real Book joins at most 7.
type packer struct {
	claims []*claim
	joints []joint // a and b by place in the group

	taken []bool
	best  []bool
	score score
	nodes int // sets looked at
}

// maxPacked bounds the work on one group, so that no Book can stop the judging; past it
// the best set found stands. Twenty-four claims need a small part of it (TestPackOfMany).
const maxPacked = 1 << 18

// score is what sets are compared by.
type score struct {
	value int64
	kept  int
	count int
}

func (s score) better(t score) bool {
	switch {
	case s.value != t.value:
		return s.value > t.value
	case s.kept != t.kept:
		return s.kept > t.kept
	}
	return s.count > t.count
}

func (s score) and(t score) score {
	return score{s.value + t.value, s.kept + t.kept, s.count + t.count}
}

func (s score) plus(c *claim) score {
	s.value, s.count = s.value+c.value, s.count+1
	if c.held {
		s.kept++
	}
	return s
}

// pack solves a group.
func (b *bundler) pack(group []int) *packer {
	p := &packer{score: score{value: -1}, claims: make([]*claim, 0, len(group)), taken: make([]bool, len(group)), best: make([]bool, len(group))}
	place := make(map[int]int, len(group))
	for k, c := range group {
		p.claims = append(p.claims, &b.claims[c])
		place[c] = k
	}
	for i := range b.joints {
		j := b.joints[i]
		x, in := place[j.a]
		if y, too := place[j.b]; in && too {
			j.a, j.b = x, y
			p.joints = append(p.joints, j)
		}
	}
	p.decide(0)
	return p
}

// decide tries the claim at k with and without, and keeps the best set. Taking first
// finds, of equal sets, the one with the lower numbers first.
func (p *packer) decide(k int) {
	p.nodes++
	now := p.worth(0, false)
	if p.nodes > maxPacked && p.score.value >= 0 || !p.worth(k, true).better(p.score) {
		return
	}
	if k == len(p.claims) {
		p.score = now
		copy(p.best, p.taken)
		return
	}
	c := p.claims[k]
	if !c.barred && !p.blocked(k) {
		p.taken[k] = true
		p.decide(k + 1)
		p.taken[k] = false
	}
	if !c.fixed {
		p.decide(k + 1)
	}
}

// blocked reports whether an exclusion forbids k beside what is taken.
func (p *packer) blocked(k int) bool {
	for i := range p.joints {
		j := &p.joints[i]
		if j.exclude && (j.a == k && p.taken[j.b] || j.b == k && p.taken[j.a]) {
			return true
		}
	}
	return false
}

// worth is the score of what is taken and, for the bound, of the claims from k on that may
// still be. What overlaps deduct from a claim never exceeds it: a topped-up item keeps its
// place.
func (p *packer) worth(k int, open bool) score {
	var out score
	for i, c := range p.claims {
		if !p.taken[i] && (!open || i < k || c.barred || p.blocked(i)) {
			continue
		}
		deduct := int64(0)
		for n := range p.joints {
			if j := &p.joints[n]; j.b == i && !j.exclude && p.taken[j.a] {
				deduct += j.deduct
			}
		}
		out = out.plus(c)
		out.value += max(c.value-deduct, 1) - c.value
	}
	return out
}
