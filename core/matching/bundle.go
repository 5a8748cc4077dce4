package matching

import (
	"slices"

	"lianou/core"
	"lianou/core/policy"
)

// bundler finds the best legal set of eligible items. Exclusions and overlaps act
// between claims: an item for one member, or for the household. Claims that no
// rule joins are simply taken; each group of joined claims is solved exactly. What is
// received already is a claim too, one that need not be made.
type bundler struct {
	m     *Matcher
	place *place
	h     *core.Household
	e     *explainer
	have  *Held // nil for nothing

	claims []claim // in the order of their items
	joints []joint
	met    []joint // between what is received: settled long ago, and no longer weighed
}

// claim is one item for one member, or for the household (member = house).
type claim struct {
	item   int // index of the finding
	member int
	value  int64    // of one year, in fen; at least 1, so that services are never left behind
	fen    core.Fen // by per; untold when nobody can tell yet
	per    string

	held   bool // received already
	fixed  bool // received, and not to be given up for anything
	filed  bool // asked for already
	barred bool // not to take the place of what is received
}

// joint is a rule between two claims.
type joint struct {
	a, b    int
	rule    *policy.Rule
	exclude bool
	deduct  int64 // of an overlap: what a pays less of b
}

// best fills in the items of the best bundle, by number, the eligible ones left out, and
// what the household has. Ties go to what it has, then to the lower item numbers.
func (b *bundler) best(r *Result) {
	findings := r.Findings
	b.gather(findings)
	b.join()
	taken := b.solve()
	b.settle(findings, taken)
	r.Bundle = make([]core.ItemCode, 0, len(b.claims))
	for i := range findings {
		has, comes := b.hasTaken(taken, i)
		switch {
		case comes:
			r.Bundle = append(r.Bundle, findings[i].Item)
		case findings[i].Outcome == Eligible && !has:
			r.Dropped = append(r.Dropped, b.whyDropped(findings, taken, i))
		}
	}
	b.afters(findings, taken)
	if b.have != nil {
		r.Already, r.Swaps, r.Clashes = b.aside(findings, taken), b.swaps(findings, taken), b.clashes(findings)
	}
}

// gather makes the claims. An item that a person-level rule joins is one claim per
// beneficiary, each with their share; a household item so joined is one per member. So is
// an item that some members receive by name.
func (b *bundler) gather(findings []Finding) {
	for i := range findings {
		f := &findings[i]
		if f.Outcome != Eligible && b.have.receives(f.Item, "") == nil {
			continue
		}
		if b.m.shared[i] || b.m.book.Items[i].Person != nil && b.have.singly(f.Item) {
			b.gatherEach(i, f)
			continue
		}
		fen := untold
		if f.Outcome == Eligible {
			fen = b.whole(i, f)
		}
		b.add(claim{item: i, member: house, fen: fen}, 0, 0)
	}
}

// whole is what an item comes to for all it is for. Up to version 2 a sum of shares that
// came to nothing was taken for one that nobody can tell.
func (b *bundler) whole(i int, f *Finding) core.Fen {
	told := f.Benefit.Told
	if b.m.version < versionNeeds {
		told = f.Benefit.Amount != 0 || !b.m.book.Items[i].Benefit.Each && b.e.sharesOf(i)[0] != untold
	}
	if !told {
		return untold
	}
	return f.Benefit.Amount
}

func (b *bundler) gatherEach(i int, f *Finding) {
	shares, members := b.e.sharesOf(i), b.members(f)
	for k, m := range members {
		fen := shares[m+1]
		if !b.m.book.Items[i].Benefit.Each {
			fen = untold
			if f.Outcome == Eligible {
				fen = part(shares[0], len(members), k)
			}
		}
		b.add(claim{item: i, member: m, fen: fen}, len(members), k)
	}
}

// add adds a claim, the place-th of among that share what is received for all.
func (b *bundler) add(c claim, among, place int) {
	it := &b.m.book.Items[c.item]
	c.per = it.Benefit.Per
	c.value = max(int64(policy.Yearly(max(c.fen, 0), c.per)), 1)
	ref := core.MemberRef("")
	if c.member != house {
		ref = b.h.Members[c.member].Ref
	}
	if r := b.have.receives(it.Code, ref); r != nil {
		b.hold(&c, r, among, place)
	}
	c.filed = b.have.filed(it.Code, ref)
	b.claims = append(b.claims, c)
}

// members are those whom a finding is for, all when it is for the household, and those
// who receive the item by name. What is received for all is for whom it is due, and when
// it is due to nobody for everybody.
func (b *bundler) members(f *Finding) []int {
	var out []int
	for m := range b.h.Members {
		ref := b.h.Members[m].Ref
		due := f.Outcome == Eligible && (len(f.For) == 0 || slices.Contains(f.For, ref))
		r := b.have.receives(f.Item, ref)
		if due || r != nil && (r.Member != "" || f.Outcome != Eligible) {
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

// join lists the rules between claims that are there.
func (b *bundler) join() {
	for i := range b.m.rules {
		r := &b.m.rules[i]
		ax, ay := b.claimsOf(r.a)
		bx, by := b.claimsOf(r.b)
		for x := ax; x < ay; x++ {
			for y := bx; y < by; y++ {
				if r.Person && b.claims[x].member != b.claims[y].member {
					continue
				}
				if j := b.joint(r.Rule, x, y); b.claims[x].held && b.claims[y].held {
					b.met = append(b.met, j)
				} else {
					b.joints = append(b.joints, j)
				}
			}
		}
	}
	b.bar()
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
		j.deduct = min(j.deduct, int64(policy.Yearly(max(most, 0), b.m.book.Items[b.claims[y].item].Benefit.Per)))
	}
	return j
}

// solve marks the claims taken. What the best of each group leaves out is seldom something
// that other claims need; only where it is, all of them are weighed together.
func (b *bundler) solve() []bool {
	taken, _ := b.solveGroups()
	if b.m.version < versionNeeds || b.grantedBy(taken) == b.grantedBy(nil) {
		return taken
	}
	if n := b.needs(); !n.met(taken) {
		return n.solve(taken)
	}
	return taken
}

// solveGroups is solve without regard to needs, and what the set is worth; below nought where
// what must be taken cannot be taken together.
func (b *bundler) solveGroups() (taken []bool, worth score) {
	taken = make([]bool, len(b.claims))
	seen, impossible := make([]bool, len(b.claims)), false
	var group []int
	for i := range b.claims {
		if seen[i] {
			continue
		}
		group = b.groupOf(i, seen, group[:0])
		if len(group) == 1 {
			if taken[i] = !b.claims[i].barred; taken[i] {
				worth = worth.plus(&b.claims[i])
			}
			continue
		}
		p := b.pack(group)
		if impossible = impossible || p.score.value < 0; !impossible {
			worth = worth.and(p.score)
		}
		for k, c := range group {
			taken[c] = p.best[k]
		}
	}
	if impossible {
		worth.value = -1
	}
	return taken, worth
}

// groupOf gathers the claims that rules join to claim i, in order, in a list that is empty.
func (b *bundler) groupOf(i int, seen []bool, group []int) []int {
	seen[i] = true
	group = append(group, i)
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

// hasTaken reports whether an item is kept or open, and whether some of it is new.
func (b *bundler) hasTaken(taken []bool, finding int) (has, comes bool) {
	for i := range b.claims {
		if b.claims[i].item == finding && taken[i] {
			has, comes = true, comes || b.proposed(taken, i)
		}
	}
	return has, comes
}

// whyDropped gives the rule that keeps an item out, or what it needs and cannot have.
func (b *bundler) whyDropped(findings []Finding, taken []bool, finding int) Dropped {
	out := b.excludedBy(findings, taken, finding)
	if out.By != "" || b.m.version < versionNeeds {
		return out
	}
	if out = b.whyFallen(findings, taken, finding); out.By != "" {
		return out
	}
	for i := range b.joints { // it is not to take the place of what is received, even where that goes
		j := &b.joints[i]
		for _, pair := range [2][2]int{{j.a, j.b}, {j.b, j.a}} {
			if own, other := &b.claims[pair[0]], &b.claims[pair[1]]; j.exclude && own.item == finding && own.barred && other.held {
				return Dropped{out.Item, findings[other.item].Item, j.rule.Why, j.rule.Law}
			}
		}
	}
	return out
}

// excludedBy gives the exclusion that keeps an item out: before others one for the sake of
// what the household receives. By is "" for none.
func (b *bundler) excludedBy(findings []Finding, taken []bool, finding int) Dropped {
	out := Dropped{Item: findings[finding].Item}
	for i := range b.joints {
		j := &b.joints[i]
		for _, pair := range [2][2]int{{j.a, j.b}, {j.b, j.a}} {
			if !j.exclude || b.claims[pair[0]].item != finding || !taken[pair[1]] {
				continue
			}
			by := &b.claims[pair[1]]
			if out.By == "" || by.held {
				out.By, out.Why, out.Law = findings[by.item].Item, j.rule.Why, j.rule.Law
			}
			if by.held {
				return out
			}
		}
	}
	return out
}
