package matching

import (
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/policy"
)

// Held is what a household has already: in hand, or asked for and not yet decided. A
// judgement keeps it as JSON, to be made again years later: names of keys stay.
type Held struct {
	Receiving []Receiving `json:"receiving,omitempty"`
	Open      []Filed     `json:"open,omitempty"`
}

// Receiving is an item that is being paid or given now.
type Receiving struct {
	Item   core.ItemCode  `json:"item"`
	Member core.MemberRef `json:"member,omitempty"` // "" for the household, or for all of it that the item is for
	Amount core.Fen       `json:"amount,omitempty"` // by Per; 0 for what is no money, or is not told
	Per    string         `json:"per,omitempty"`    // as in Benefit; "" for the item's own period
}

// Filed is a claim that is open.
type Filed struct {
	Item   core.ItemCode  `json:"item"`
	Member core.MemberRef `json:"member,omitempty"` // "" for the household, or for all of it
}

// Already is an item that is not proposed because the household has it, or has asked.
type Already struct {
	Item core.ItemCode
	For  []core.MemberRef // empty for the household
	Open bool             // asked for; else received
	Text string
}

// A Swap proposes other items instead of some that are received, because a rule allows
// no more than one side and the household is better off so. Nothing is ended by it: two
// people decide.
type Swap struct {
	Have, Want []core.ItemCode
	Gain       core.Fen // by Per, above zero
	Per        string   // month where all of it is monthly, else year
	Sample     bool
	Why, Law   string
	Text       string
}

// ExplainWith is Explain for a household that has something already. What it receives
// counts in the bundle: nothing received is proposed again, what it tops up is deducted,
// and it is given up only for more. What is open is left out of the bundle.
func (m *Matcher) ExplainWith(h *core.Household, held Held) Result {
	return m.explainWith(h, &held)
}

// receives gives what is received of an item for a member, nil for nothing.
func (h *Held) receives(item core.ItemCode, member core.MemberRef) *Receiving {
	if h == nil {
		return nil
	}
	for i := range h.Receiving {
		if r := &h.Receiving[i]; r.Item == item && (r.Member == "" || member == "" || r.Member == member) {
			return r
		}
	}
	return nil
}

// singly reports whether some members have an item by name, received or asked for.
func (h *Held) singly(item core.ItemCode) bool {
	return h != nil && (slices.ContainsFunc(h.Receiving, func(r Receiving) bool { return r.Item == item && r.Member != "" }) ||
		slices.ContainsFunc(h.Open, func(f Filed) bool { return f.Item == item && f.Member != "" }))
}

func (h *Held) filed(item core.ItemCode, member core.MemberRef) bool {
	return h != nil && slices.ContainsFunc(h.Open, func(f Filed) bool {
		return f.Item == item && (f.Member == "" || member == "" || f.Member == member)
	})
}

// hold makes a claim of what is received. What nobody can put a figure on, and what was
// paid once, is kept: there is nothing to weigh it by.
func (b *bundler) hold(c *claim, r *Receiving, among, place int) {
	c.held = true
	if r.Per != "" {
		c.per = r.Per
	}
	if r.Amount > 0 {
		c.fen = r.Amount
		if r.Member == "" && among > 0 {
			c.fen = part(r.Amount, among, place)
		}
	}
	if c.fen <= 0 {
		c.fen = untold
	}
	c.fixed = c.fen == untold || !recurs(c.per)
	c.value = max(int64(policy.Yearly(max(c.fen, 0), c.per)), 1)
}

// recurs reports whether a period comes again.
func recurs(per string) bool { return per != "once" && per != "" }

// bar keeps out what is paid once where it would take the place of what comes every
// month or year: a year's sum says nothing about which is better.
func (b *bundler) bar() {
	for i := range b.joints {
		j := &b.joints[i]
		x, y := &b.claims[j.a], &b.claims[j.b]
		if !j.exclude {
			continue
		}
		if y.held {
			x, y = y, x
		}
		if x.held && !y.held && (x.fixed || recurs(x.per) != recurs(y.per) || b.unsure(y)) {
			y.barred = true
		}
	}
}

// unsure reports whether nobody can tell what would be left of a claim beside others.
func (b *bundler) unsure(c *claim) bool {
	if c.fen == untold {
		return true
	}
	return slices.ContainsFunc(b.joints, func(j joint) bool {
		return !j.exclude && &b.claims[j.b] == c && !b.notYet(j.a) && b.deducted(&j) == untold
	})
}

// notYet is for what another body may give: it is deducted once it is given.
func (b *bundler) notYet(c int) bool {
	return b.m.book.Items[b.claims[c].item].Decides == policy.ByOutside && !b.claims[c].held
}

// aside takes what is received or open out of what is proposed.
func (b *bundler) aside(findings []Finding, taken []bool) []Already {
	var out []Already
	note := func(c int, open bool) {
		code := findings[b.claims[c].item].Item
		i := slices.IndexFunc(out, func(a Already) bool { return a.Item == code && a.Open == open })
		if i < 0 {
			name := nameOf(b.m.book, code)
			text := "你们已经在领" + name + ",不用再办。"
			if open {
				text = name + "已经报上去了,正在办。"
			}
			out, i = append(out, Already{Item: code, Open: open, Text: text}), len(out)
		}
		if m := b.claims[c].member; m != house {
			out[i].For = append(out[i].For, b.h.Members[m].Ref)
		}
	}
	for c := range b.claims {
		switch own := &b.claims[c]; {
		case own.held && taken[c]:
			note(c, false)
		case !own.held && taken[c] && own.filed:
			note(c, true)
		}
	}
	return out
}

// proposed reports whether a claim is new: taken, not received and not open.
func (b *bundler) proposed(taken []bool, c int) bool {
	return taken[c] && !b.claims[c].held && !b.claims[c].filed
}

// swaps lists what is received and would be given up, with what for.
func (b *bundler) swaps(findings []Finding, taken []bool) []Swap {
	var out []Swap
	done := make([]bool, len(b.claims))
	var n *needs
	for c := range b.claims {
		if !b.claims[c].held || taken[c] || done[c] {
			continue
		}
		group := b.exchanged(c, taken, done)
		one := b.swap(findings, taken, group)
		if one.Gain <= 0 && b.m.version >= versionNeeds { // what it is for needs what comes
			if n == nil {
				n = b.needs()
			}
			for _, k := range n.only(taken, group) {
				if !done[k] { // counted once, with the first that needs it
					done[k], group = true, append(group, k)
				}
			}
			slices.Sort(group)
			one = b.swap(findings, taken, group)
		}
		out = append(out, one)
	}
	return out
}

// exchanged gathers the claims that go and come together: those given up and those taken
// that exclusions join to claim c.
func (b *bundler) exchanged(c int, taken, done []bool) []int {
	done[c] = true
	group := []int{c}
	for at := 0; at < len(group); at++ {
		for _, j := range b.joints {
			for _, pair := range [2][2]int{{j.a, j.b}, {j.b, j.a}} {
				other := pair[1]
				goes := b.claims[other].held && !taken[other]
				comes := !b.claims[other].held && taken[other]
				if j.exclude && pair[0] == group[at] && !done[other] && (goes || comes) {
					done[other] = true
					group = append(group, other)
				}
			}
		}
	}
	slices.Sort(group)
	return group
}

func (b *bundler) swap(findings []Finding, taken []bool, group []int) Swap {
	out := Swap{Per: "month"}
	gain := int64(0)
	for _, c := range group {
		own := &b.claims[c]
		code := findings[own.item].Item
		if own.per != "month" {
			out.Per = "year"
		}
		if own.held {
			gain -= int64(policy.Yearly(max(own.fen, 0), own.per))
			out.Have = appendOnce(out.Have, code)
			continue
		}
		net, sample := b.left(c, findings, taken)
		gain += int64(policy.Yearly(max(net, 0), own.per))
		out.Sample = out.Sample || sample || findings[own.item].Benefit.Sample
		out.Want = appendOnce(out.Want, code)
	}
	if out.Gain = core.Fen(gain); out.Per == "month" {
		out.Gain /= 12
	}
	for i := range b.joints {
		if j := &b.joints[i]; j.exclude && slices.Contains(group, j.a) && slices.Contains(group, j.b) {
			out.Why, out.Law = j.rule.Why, j.rule.Law
			break
		}
	}
	out.Text = swapText(b.m.book, &out)
	return out
}

func appendOnce(list []core.ItemCode, code core.ItemCode) []core.ItemCode {
	if slices.Contains(list, code) {
		return list
	}
	return append(list, code)
}

func swapText(book *policy.Book, s *Swap) string {
	each := "每月多 "
	if s.Per == "year" {
		each = "一年多 "
	}
	return "你们在领" + namesOf(book, s.Have) + "。" + s.Why + "换成" + namesOf(book, s.Want) + "," + each + string(appendLimit(nil, policy.UnitFen, int64(s.Gain), s.Sample)) + "。"
}

func namesOf(book *policy.Book, list []core.ItemCode) string {
	var names []string
	for _, code := range list {
		names = append(names, nameOf(book, code))
	}
	return strings.Join(names, "、")
}

// clashes lists rules that what is received breaks already. People look.
func (b *bundler) clashes(findings []Finding) []Dropped {
	var out []Dropped
	for _, j := range b.met {
		if j.exclude {
			out = append(out, Dropped{findings[b.claims[j.a].item].Item, findings[b.claims[j.b].item].Item, j.rule.Why, j.rule.Law})
		}
	}
	return out
}
