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
	e     *explainer

	claims []claim // in the order of their items
	joints []joint
}

// claim is one item for one member, or for the household (member = house).
type claim struct {
	item   int // index of the finding
	member int
	value  int64    // of one year, in fen; at least 1, so that services are never left behind
	fen    core.Fen // by the item's period; untold when nobody can tell yet
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
	b.settle(findings, taken)
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
// beneficiary, each with their share; a household item so joined is one per member.
func (b *bundler) gather(findings []Finding) {
	for i := range findings {
		f := &findings[i]
		if f.Outcome != Eligible {
			continue
		}
		shares := b.e.sharesOf(i)
		each := b.m.book.Items[i].Benefit.Each
		if !b.m.shared[i] {
			fen := f.Benefit.Amount
			if fen == 0 && (each || shares[0] == untold) {
				fen = untold
			}
			b.add(i, house, fen, f.Benefit.Per)
			continue
		}
		who := b.members(f)
		for k, m := range who {
			fen := shares[m+1]
			if !each {
				fen = part(shares[0], len(who), k)
			}
			b.add(i, m, fen, f.Benefit.Per)
		}
	}
}

func (b *bundler) add(item, member int, fen core.Fen, per string) {
	b.claims = append(b.claims, claim{item, member, max(yearly(max(fen, 0), per), 1), fen})
}

// members are those whom a finding is for, all when it is for the household.
func (b *bundler) members(f *Finding) []int {
	var out []int
	for m := range b.h.Members {
		if len(f.For) == 0 || slices.Contains(f.For, b.h.Members[m].Ref) {
			out = append(out, m)
		}
	}
	return out
}

// part is the k-th of n shares of a sum, to the fen: they add up to it.
func part(sum core.Fen, n, k int) core.Fen {
	if sum == untold {
		return untold
	}
	share := sum / core.Fen(n)
	if core.Fen(k) < sum%core.Fen(n) {
		share++
	}
	return share
}

// yearly is what an amount is worth in a year.
func yearly(fen core.Fen, per string) int64 {
	if per == "month" {
		return 12 * int64(fen)
	}
	return int64(fen)
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
	if r.Part != nil {
		most, _ := b.e.amount(r.Part, b.claims[y].member)
		j.deduct = min(j.deduct, yearly(max(most, 0), b.m.book.Items[b.claims[y].item].Benefit.Per))
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
