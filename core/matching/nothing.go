package matching

import (
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/policy"
)

// singleEntry is the group of criteria by which one person is let in although the income of the
// household is above the line (参照单人户, 最低生活保障审核确认办法第8条). The Books have it under
// this name; in one that has none nobody is let in alone.
const singleEntry = "single_entry"

// NothingSaid says of a benefit that comes to 0 that it does, and why; "" for any other. It is
// read and heard alike: who reads 符合 without a sum expects one.
func (b *Benefit) NothingSaid() string {
	if b.Nothing == "" {
		return ""
	}
	return strings.TrimSpace(policy.PerWord(b.Per)+" 0 元") + ":" + b.Nothing
}

// alone marks the items that fit by single entry and not otherwise: whom alone they are for.
// The finding stays one about the household, as its trace has it.
func (e *explainer) alone(findings []Finding) {
	for i := range findings {
		f, it := &findings[i], &e.m.book.Items[i]
		if f.Outcome != Eligible || it.When == nil || it.Person != nil {
			continue
		}
		var who []int
		if e.withoutAlone(it.When, &who) != NotEligible {
			continue
		}
		names := make([]string, 0, len(who))
		for _, m := range who {
			f.Benefit.Alone = append(f.Benefit.Alone, e.h.Members[m].Ref)
			names = append(names, e.names[m])
		}
		f.Benefit.AloneSaid = AloneSaid(names, len(e.h.Members))
	}
}

// AloneSaid says whom alone an item of a household is for, "" where there is nobody else.
func AloneSaid(names []string, members int) string {
	if len(names) == 0 || len(names) >= members {
		return ""
	}
	return "只给" + strings.Join(names, "、") + ",不是全家(按单人户办)。"
}

// withoutAlone judges a tree as if nobody were let in alone, and gathers who is.
func (e *explainer) withoutAlone(n *policy.Node, who *[]int) Outcome {
	switch n.Kind {
	case policy.NodeAll:
		out := Eligible
		for _, kid := range n.Kids {
			out = out.and(e.withoutAlone(kid, who))
		}
		return out
	case policy.NodeAny:
		out := NotEligible
		for _, kid := range n.Kids {
			out = out.or(e.withoutAlone(kid, who))
		}
		return out
	case policy.NodeAnyMember:
		if n.Kids[0].Group != singleEntry {
			break
		}
		for i := range e.h.Members {
			if e.eval(n.Kids[0], i) == Eligible && !slices.Contains(*who, i) {
				*who = append(*who, i)
			}
		}
		return NotEligible
	}
	return e.eval(n, house)
}

// nothing says of every sum that comes to 0 why.
func (e *explainer) nothing(r *Result, b *bundler) {
	for i := range r.Findings {
		f, it := &r.Findings[i], &e.m.book.Items[i]
		if f.Outcome != Eligible || it.Benefit.Formula == nil || !f.Benefit.Told || f.Benefit.Amount != 0 {
			continue
		}
		if by := b.takenOff(r, i); by != "" {
			f.Benefit.Nothing = "扣掉" + by + "给的,没有剩的。"
			continue
		}
		f.Benefit.Nothing = e.whyNothing(it, f)
	}
}

// whyNothing is what made a formula come to 0: a difference in it that has nothing left. The
// formulas count the whole household; of who is let in alone the Book says no more than its text.
func (e *explainer) whyNothing(it *policy.Item, f *Finding) string {
	why := "按规定的算法,算下来没有钱。"
	for _, d := range it.Benefit.Formula.Differences {
		from, is := e.used(&d.From)
		less, also := e.used(&d.Less)
		if is && also && from <= less {
			why = e.usedSaid(&d.Less, less) + ",已经到了" + e.usedSaid(&d.From, from) + "。"
			break
		}
	}
	if len(f.Benefit.Alone) > 0 && !it.Benefit.Each {
		why += "这是按全家算的。单人户按本人情况给多少,规则里没有算法,由经办的人定。"
	}
	return why
}

// used is the value of a name that a formula reads about the household; false where it is not known.
func (e *explainer) used(u *policy.Use) (int64, bool) {
	if u.Param >= 0 {
		return e.place.values[u.Param].Value, e.place.has[u.Param]
	}
	if u.Fact.IsMember() {
		return 0, false
	}
	return e.value(u.Fact, house)
}

func (e *explainer) usedSaid(u *policy.Use, x int64) string {
	if u.Param < 0 {
		f := u.Fact.Of()
		return f.Label + " " + string(appendValue(nil, f, x))
	}
	p := &e.m.book.Params[u.Param]
	label, _, _ := strings.Cut(p.Label, "(")
	return label + " " + string(appendLimit(nil, p.Unit, x, e.place.values[u.Param].Sample))
}

// takenOff names what left nothing of an item that comes to something alone, "" for nothing.
func (b *bundler) takenOff(r *Result, item int) string {
	whole := core.Fen(0)
	for _, share := range b.e.sharesOf(item) {
		whole += max(share, 0)
	}
	var names []string
	for i := range b.joints {
		j := &b.joints[i]
		other := r.Findings[b.claims[j.a].item].Item
		if j.exclude || b.claims[j.b].item != item || !r.has(other) {
			continue
		}
		if name := nameOf(b.m.book, other); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if whole == 0 {
		return ""
	}
	return strings.Join(names, "、")
}
