package replay

import (
	"slices"
)

// shares derives what an eligible item gives the household and each member.
func (r *replayer) shares(it *item, who []string) {
	if it.Is != pass || it.Formula == "" {
		if it.Shares != nil {
			r.say("%s gives nothing, the trace gives shares", it.Code)
		}
		return
	}
	want := make([]*int64, len(r.Members)+1)
	if !it.Each {
		want[0] = r.fen(it.Formula, "")
	} else {
		for i, m := range r.Members {
			if slices.Contains(who, m) {
				want[i+1] = r.fen(it.Formula, m)
			}
		}
	}
	if !slices.EqualFunc(want, it.Shares, same) {
		r.say("%s gives other shares than the trace says", it.Code)
	}
}

func (r *replayer) fen(formula, member string) *int64 {
	n, known := r.formula(formula, member)
	if !known {
		return nil
	}
	return &n
}

func same(a, b *int64) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

// bundle derives what is proposed: that every claim is due or held, that no exclusion is
// broken, what each overlap deducts, what is left, and that no other set is worth more.
func (r *replayer) bundle() {
	b := &r.Bundle
	for i := range b.Claims {
		r.claim(&b.Claims[i])
	}
	r.acts()
	r.needs()
	r.proposed()
	if got := r.value(nil); got != b.Value {
		r.say("the bundle is worth %d, the trace says %d", got, b.Value)
	}
	r.best()
}

func (r *replayer) claim(c *claim) {
	i := slices.IndexFunc(r.Items, func(it item) bool { return it.Code == c.Item })
	if i < 0 {
		r.say("a claim names %s, which is no item", c.Item)
		return
	}
	it := &r.Items[i]
	due := it.Is == pass && (it.For == nil || c.Member == "" || slices.Contains(it.For, c.Member))
	if !due && !c.Held || c.Barred && c.Taken || c.Fixed && !c.Taken {
		r.say("the claim on %s for %q is not due, or cannot be taken so", c.Item, c.Member)
	}
	if !c.Held && (c.Per != it.Per || !same(c.Fen, r.due(it, c.Member))) {
		r.say("the claim on %s for %q is for another sum", c.Item, c.Member)
	}
	if want := max(yearly(c.Fen, c.Per), 1); c.Value != want {
		r.say("the claim on %s is worth %d a year, the trace says %d", c.Item, want, c.Value)
	}
}

// due is the sum of a claim: a member's own share, their part of the household's, or all.
func (r *replayer) due(it *item, member string) *int64 {
	if it.Shares == nil {
		return nil
	}
	switch {
	case it.Each && member != "":
		return it.Shares[1+slices.Index(r.Members, member)]
	case it.Each:
		sum := int64(0)
		for i, m := range r.Members {
			if !slices.Contains(it.For, m) {
				continue
			}
			if it.Shares[i+1] == nil {
				return nil
			}
			sum += *it.Shares[i+1]
		}
		if sum == 0 && r.version < 3 {
			return nil
		}
		return &sum
	case member == "" || it.Shares[0] == nil:
		return it.Shares[0]
	}
	// To the fen: the first ones have one more where it does not go even.
	var who []string
	for _, c := range r.Bundle.Claims {
		if c.Item == it.Code {
			who = append(who, c.Member)
		}
	}
	n := int64(len(who))
	share := *it.Shares[0] / n
	if int64(slices.Index(who, member)) < *it.Shares[0]%n {
		share++
	}
	return &share
}

func yearly(fen *int64, per string) int64 {
	if fen == nil {
		return 0
	}
	switch per {
	case "month":
		return 12 * *fen
	case "term":
		return 2 * *fen
	}
	return *fen
}

// acts derives which rules act between which claims, and what they deduct.
func (r *replayer) acts() {
	var want []act
	for n, u := range r.Rules {
		for x, a := range r.Bundle.Claims {
			for y, b := range r.Bundle.Claims {
				if a.Item != u.A || b.Item != u.B || u.Person && a.Member != b.Member || a.Held && b.Held {
					continue
				}
				one := act{Rule: n, A: x, B: y}
				if u.Kind == "overlap" {
					one.Deduct = r.deduct(&u, &a, &b)
				}
				want = append(want, one)
			}
		}
	}
	if !slices.Equal(want, r.Bundle.Acts) {
		r.say("other rules act than the trace says: %v", want)
	}
}

// deduct is what a takes off b in a year.
func (r *replayer) deduct(u *rule, a, b *claim) int64 {
	out := a.Value
	if out == 1 { // a service, or a sum that nobody can tell
		out = 0
	}
	if limit, known := r.params[u.AtMost]; known {
		out = min(out, 12*limit)
	}
	if u.Part != "" {
		i := slices.IndexFunc(r.Items, func(it item) bool { return it.Code == b.Item })
		out = min(out, yearly(r.fen(u.Part, b.Member), r.Items[i].Per))
	}
	return out
}

// value is what a set is worth in a year, -1 for one that an exclusion forbids; nil is the
// set taken.
func (r *replayer) value(set []bool) int64 {
	taken := func(i int) bool {
		if set != nil {
			return set[i]
		}
		return r.Bundle.Claims[i].Taken
	}
	off := make([]int64, len(r.Bundle.Claims))
	for _, j := range r.Bundle.Acts {
		if !taken(j.A) || !taken(j.B) {
			continue
		}
		if r.Rules[j.Rule].Kind == "exclude" {
			return -1
		}
		off[j.B] += j.Deduct
	}
	sum := int64(0)
	for i, c := range r.Bundle.Claims {
		if taken(i) {
			sum += max(c.Value-off[i], 1)
		}
		if c.Fixed && !taken(i) || c.Barred && taken(i) || taken(i) && r.lacks(i, taken) {
			return -1
		}
	}
	return sum
}

// most is how many claims are tried in every combination.
const most = 12

// best tries every set of claims where there are few enough.
func (r *replayer) best() {
	n := len(r.Bundle.Claims)
	if n > most {
		return
	}
	set := make([]bool, n)
	for s := range 1 << n {
		for i := range set {
			set[i] = s>>i&1 == 1
		}
		if v := r.value(set); v > r.Bundle.Value {
			r.say("a set worth %d is better than the bundle's %d", v, r.Bundle.Value)
			return
		}
	}
}

// proposed derives the items of the bundle with what is left of each.
func (r *replayer) proposed() {
	var want []amount
	for _, it := range r.Items {
		one, told, some, all := amount{Item: it.Code}, true, false, true
		var who []string
		for i, c := range r.Bundle.Claims {
			if c.Item != it.Code {
				continue
			}
			if !c.Taken || c.Held || c.Filed {
				all = false
				continue
			}
			some = true
			left, known := r.left(i)
			one.Fen, told = one.Fen+left, told && known
			if c.Member != "" {
				who = append(who, c.Member)
			}
		}
		if !some {
			continue
		}
		if one.For = it.For; !all {
			one.For = who
		}
		if !told {
			one.Fen = 0
		}
		want = append(want, one)
	}
	if !slices.EqualFunc(want, r.Bundle.Items, func(a, b amount) bool {
		return a.Item == b.Item && a.Fen == b.Fen && slices.Equal(a.For, b.For)
	}) {
		r.say("what is proposed is %v, the trace says %v", want, r.Bundle.Items)
	}
}

// left is what a claim comes to beside the others, in its own period.
func (r *replayer) left(i int) (int64, bool) {
	c := &r.Bundle.Claims[i]
	if c.Fen == nil {
		return 0, false
	}
	out := *c.Fen
	for _, j := range r.Bundle.Acts {
		u := &r.Rules[j.Rule]
		if j.B != i || u.Kind == "exclude" || !r.Bundle.Claims[j.A].Taken {
			continue
		}
		a := &r.Bundle.Claims[j.A]
		from := slices.IndexFunc(r.Items, func(it item) bool { return it.Code == a.Item })
		if r.Items[from].Outside && !a.Held {
			continue
		}
		off := r.inPeriod(a.Fen, a.Per, c.Per)
		if u.Part != "" {
			part := r.fen(u.Part, c.Member)
			if off == nil || part == nil {
				return 0, false
			}
			off = min2(off, part)
		}
		if off == nil || u.Part == "" && u.AtMost != "" {
			return 0, false
		}
		out -= *off
	}
	return max(out, 0), true
}

// inPeriod is a sum of one period in another. Before version 3 a term counted as a year.
func (r *replayer) inPeriod(fen *int64, from, to string) *int64 {
	if fen == nil || from == to {
		return fen
	}
	times := func(per string) int64 {
		if per == "term" && r.version < 3 {
			return 1
		}
		one := int64(1)
		return yearly(&one, per)
	}
	out := *fen * times(from) / times(to)
	return &out
}

func min2(a, b *int64) *int64 {
	if *a < *b {
		return a
	}
	return b
}
