package policy

import (
	"maps"

	"lianou/core"
)

// Paid lists the items whose amount for some household may differ. What one item
// pays changes what is deducted from others and which of them go together, so a
// touch spreads over all items that rules join, under either Book.
func (d *Diff) Paid() []Touch {
	touches := d.ownAmounts()
	d.spread(touches)
	return d.listed(touches)
}

// Sources lists the items from which Paid spreads: those whose own outcome or amount, or
// what a rule takes from it, may differ. A household that meets none of them, under either
// Book, is paid the same for everything.
func (d *Diff) Sources() []Touch { return d.listed(d.ownAmounts()) }

func (d *Diff) ownAmounts() map[core.ItemCode]*Touch {
	touches := map[core.ItemCode]*Touch{}
	for _, code := range codes(d.Old, d.New) {
		touches[code] = d.paid(code)
	}
	for _, b := range []*Book{d.Old, d.New} {
		d.ruleAmounts(b, touches)
	}
	return touches
}

// listed gives the touches that are any, in the order of items.
func (d *Diff) listed(touches map[core.ItemCode]*Touch) (out []Touch) {
	for _, code := range codes(d.Old, d.New) {
		if t := touches[code].orNone(len(d.places())); t != nil {
			out = append(out, *t)
		}
	}
	return out
}

// paid gives what may change an item's own amount, before others act on it.
func (d *Diff) paid(code core.ItemCode) *Touch {
	was, _ := d.Old.Item(code)
	is, _ := d.New.Item(code)
	t := d.touch(code)
	if was == nil || is == nil || d.before.outcome(was) != d.after.outcome(is) ||
		d.before.benefit(was) != d.after.benefit(is) || d.before.rules(code) != d.after.rules(code) {
		t.everywhere()
	}
	for b, it := range map[*Book]*Item{d.Old: was, d.New: is} {
		if it != nil {
			r := b.judges(it)
			r.formula(it.Benefit.Formula)
			d.add(t, b, r)
		}
	}
	return t
}

// ruleAmounts adds what the rules themselves read: the most that overlaps, and the
// part of it.
func (d *Diff) ruleAmounts(b *Book, touches map[core.ItemCode]*Touch) {
	for i := range b.Rules {
		r := &b.Rules[i]
		read := newReading()
		read.formula(r.Part)
		if r.AtMost >= 0 {
			read.params[r.AtMost] = true
		}
		d.add(touches[r.A], b, read)
		d.add(touches[r.B], b, read)
	}
}

// spread makes items that rules join share their places and facts.
func (d *Diff) spread(touches map[core.ItemCode]*Touch) {
	for again := true; again; {
		again = false
		for _, b := range []*Book{d.Old, d.New} {
			for i := range b.Rules {
				x, y := touches[b.Rules[i].A], touches[b.Rules[i].B]
				again = x.take(y) || again
				again = y.take(x) || again
			}
		}
	}
}

// take adds what another one touches, and reports whether that was news.
func (t *Touch) take(o *Touch) bool {
	if o.Places != nil && len(o.Places) == 0 {
		return false // nothing there to spread
	}
	places, facts := len(t.Places), len(t.facts)
	open := t.Places == nil
	maps.Copy(t.facts, o.facts)
	if o.Places == nil {
		t.everywhere()
	}
	for _, p := range o.Places {
		t.place(p)
	}
	return len(t.Places) != places || len(t.facts) != facts || open != (t.Places == nil)
}
