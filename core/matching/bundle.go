package matching

import (
	"math/bits"
	"slices"

	"lianou/core"
	"lianou/core/policy"
)

// bundler finds the best legal set of eligible items. Exclusions and overlaps act
// between claims: an item for one member, or for the household. Claims that no
// rule joins are simply taken; each group of joined claims is solved exactly.
type bundler struct {
	m     *Matcher
	place *place
	h     *core.Household

	claims []claim // in the order of their items
	joints []joint
}

// claim is one item for one member, or for the household (member = house).
type claim struct {
	item   int // index of the finding
	member int
	value  int64 // of one year, in fen; at least 1, so that services are never left behind
}

// joint is a rule between two claims.
type joint struct {
	a, b    int
	rule    *policy.Rule
	exclude bool
	deduct  int64 // of an overlap: what a pays less of b
}

// maxJoined bounds the claims that one group of rules may join; 2^maxJoined sets
// are tried. Sixteen is twice what the 41 items can produce for one member.
const maxJoined = 16

// best gives the items of the best bundle, by number, and the eligible ones left
// out. Ties go to the set with the lower item numbers.
func (b *bundler) best(findings []Finding) ([]core.ItemCode, []Dropped) {
	b.gather(findings)
	b.join()
	taken := b.solve()
	bundle := make([]core.ItemCode, 0, len(b.claims))
	var dropped []Dropped
	for i := range findings {
		if findings[i].Outcome != Eligible {
			continue
		}
		if b.anyTaken(taken, i) {
			bundle = append(bundle, findings[i].Item)
			continue
		}
		dropped = append(dropped, b.whyDropped(findings, taken, i))
	}
	return bundle, dropped
}

// gather makes the claims. An item that a person-level rule joins is one claim per
// beneficiary; a household item so joined is one per member, each with its share.
func (b *bundler) gather(findings []Finding) {
	for i := range findings {
		f := &findings[i]
		if f.Outcome != Eligible {
			continue
		}
		year := yearly(&f.Benefit)
		if !b.m.shared[i] {
			b.claims = append(b.claims, claim{i, house, max(year, 1)})
			continue
		}
		share := max(year/int64(max(len(f.For), 1)), 1)
		if len(f.For) == 0 { // the household's: each member has a share
			share = max(year/int64(len(b.h.Members)), 1)
		}
		for m := range b.h.Members {
			if len(f.For) == 0 || slices.Contains(f.For, b.h.Members[m].Ref) {
				b.claims = append(b.claims, claim{i, m, share})
			}
		}
	}
}

// yearly is what a benefit is worth in a year.
func yearly(b *Benefit) int64 {
	if b.Per == "month" {
		return 12 * int64(b.Amount)
	}
	return int64(b.Amount)
}

// join lists the rules between claims that are there.
func (b *bundler) join() {
	for i := range b.m.rules {
		r := &b.m.rules[i]
		ax, ay := b.claimsOf(r.a)
		bx, by := b.claimsOf(r.b)
		for x := ax; x < ay; x++ {
			for y := bx; y < by; y++ {
				if !r.Person || b.claims[x].member == b.claims[y].member {
					b.joints = append(b.joints, b.joint(r.Rule, x, y))
				}
			}
		}
	}
}

// claimsOf gives the range of an item's claims.
func (b *bundler) claimsOf(item int) (from, to int) {
	for from < len(b.claims) && b.claims[from].item < item {
		from++
	}
	to = from
	for to < len(b.claims) && b.claims[to].item == item {
		to++
	}
	return from, to
}

func (b *bundler) joint(r *policy.Rule, x, y int) joint {
	j := joint{a: x, b: y, rule: r, exclude: r.Kind == policy.Exclude}
	if j.exclude {
		return j
	}
	if j.deduct = b.claims[x].value; j.deduct == 1 {
		j.deduct = 0 // a service, or an amount nobody can tell yet
	}
	if r.AtMost >= 0 && b.place.has[r.AtMost] {
		j.deduct = min(j.deduct, 12*b.place.values[r.AtMost].Value)
	}
	return j
}

// solve marks the claims taken.
func (b *bundler) solve() []bool {
	taken := make([]bool, len(b.claims))
	seen := make([]bool, len(b.claims))
	for i := range b.claims {
		if seen[i] {
			continue
		}
		b.solveGroup(b.groupOf(i, seen), taken)
	}
	return taken
}

// groupOf gathers the claims that rules join to claim i, in order.
func (b *bundler) groupOf(i int, seen []bool) []int {
	seen[i] = true
	group := []int{i}
	for at := 0; at < len(group); at++ {
		for _, j := range b.joints {
			for _, pair := range [2][2]int{{j.a, j.b}, {j.b, j.a}} {
				if pair[0] == group[at] && !seen[pair[1]] {
					seen[pair[1]] = true
					group = append(group, pair[1])
				}
			}
		}
	}
	slices.Sort(group)
	return group
}

// solveGroup tries every set of a group and takes the best one: the most money,
// then the more claims, then the lower numbers. A larger group than maxJoined can
// only come from a changed Book; its tail is taken greedily.
func (b *bundler) solveGroup(group []int, taken []bool) {
	head := group[:min(len(group), maxJoined)]
	bestSet, bestValue := uint32(0), int64(-1)
	for set := range uint32(1) << len(head) {
		value, legal := b.worth(head, set)
		if legal && better(value, set, bestValue, bestSet) {
			bestSet, bestValue = set, value
		}
	}
	for k, c := range head {
		taken[c] = bestSet>>k&1 == 1
	}
	for _, c := range group[len(head):] {
		taken[c] = !b.blocked(c, taken)
	}
}

func better(value int64, set uint32, bestValue int64, best uint32) bool {
	if value != bestValue {
		return value > bestValue
	}
	if n, m := bits.OnesCount32(set), bits.OnesCount32(best); n != m {
		return n > m
	}
	// The lower numbers lie in the lower bits: compare from there.
	diff := set ^ best
	return diff != 0 && set&(diff&-diff) != 0
}

// worth is the value of a set, and whether no exclusion forbids it. What overlaps
// deduct from a claim never exceeds it: a topped-up item keeps its place.
func (b *bundler) worth(group []int, set uint32) (int64, bool) {
	value := int64(0)
	for k, c := range group {
		if set>>k&1 == 0 {
			continue
		}
		deduct := int64(0)
		for i := range b.joints {
			j := &b.joints[i]
			if j.b != c || !chosen(group, set, j.a) {
				continue
			}
			if j.exclude {
				return 0, false
			}
			deduct += j.deduct
		}
		value += max(b.claims[c].value-deduct, 1)
	}
	return value, true
}

func chosen(group []int, set uint32, claim int) bool {
	k := slices.Index(group, claim)
	return k >= 0 && set>>k&1 == 1
}

func (b *bundler) blocked(c int, taken []bool) bool {
	for i := range b.joints {
		j := &b.joints[i]
		if j.exclude && ((j.a == c && taken[j.b]) || (j.b == c && taken[j.a])) {
			return true
		}
	}
	return false
}

func (b *bundler) anyTaken(taken []bool, finding int) bool {
	for i := range b.claims {
		if b.claims[i].item == finding && taken[i] {
			return true
		}
	}
	return false
}

func (b *bundler) whyDropped(findings []Finding, taken []bool, finding int) Dropped {
	out := Dropped{Item: findings[finding].Item}
	for i := range b.joints {
		j := &b.joints[i]
		for _, pair := range [2][2]int{{j.a, j.b}, {j.b, j.a}} {
			if j.exclude && b.claims[pair[0]].item == finding && taken[pair[1]] {
				out.By, out.Why, out.Law = findings[b.claims[pair[1]].item].Item, j.rule.Why, j.rule.Law
				return out
			}
		}
	}
	return out
}
