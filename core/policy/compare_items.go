package policy

import (
	"maps"
	"slices"

	"lianou/core"
)

// item compares one item.
func (d *Diff) item(code core.ItemCode) ItemChange {
	c := ItemChange{Code: code}
	c.Old, _ = d.Old.Item(code)
	c.New, _ = d.New.Item(code)
	if c.Old == nil || c.New == nil {
		return c
	}
	c.Criteria = d.before.own(c.Old) != d.after.own(c.New)
	c.Benefit = d.before.benefit(c.Old) != d.after.benefit(c.New)
	c.Rules = d.before.rules(code) != d.after.rules(code)
	c.Process = d.before.process(c.Old) != d.after.process(c.New)
	c.Words = d.before.texts(c.Old) != d.after.texts(c.New)
	c.Texts = c.Words
	d.hangsOn(&c)
	return c
}

// hangsOn fills in the statuses, parameters and sentences that an item rests on and
// that changed.
func (d *Diff) hangsOn(c *ItemChange) {
	was, is := d.Old.reads(c.Old), d.New.reads(c.New)
	for i := range d.Statuses {
		s := &d.Statuses[i]
		if !was.hasStatus(d.Old, s.Key) && !is.hasStatus(d.New, s.Key) {
			continue
		}
		c.Texts = c.Texts || s.Texts
		if s.Condition || s.Old == nil || s.New == nil {
			c.Statuses = append(c.Statuses, s.Key)
		}
	}
	for i := range d.Tests {
		if t := &d.Tests[i]; t.Old != nil && t.New != nil && (t.Sentences || t.Law) && (was.tests[t.Old.ID] || is.tests[t.New.ID]) {
			c.Texts = true
		}
	}
	for i := range d.Params {
		p := &d.Params[i]
		if !was.hasParam(d.Old, p.Name) && !is.hasParam(d.New, p.Name) {
			continue
		}
		c.Texts = c.Texts || p.Texts
		if len(p.Places) > 0 {
			c.Params = append(c.Params, p.Name)
		}
	}
}

func (r *reading) hasParam(b *Book, name string) bool {
	id, found := b.params[name]
	return found && r.params[id]
}

func (r *reading) hasStatus(b *Book, key string) bool {
	i := slices.IndexFunc(b.Statuses, func(s Status) bool { return s.Key == key })
	return i >= 0 && r.statuses[i]
}

func (c *ItemChange) changed() bool {
	return c.Old == nil || c.New == nil || c.Criteria || len(c.Statuses) > 0 || len(c.Params) > 0 ||
		c.Benefit || c.Rules || c.Texts || c.Process
}

// A Touch is an item of which something may differ for some household.
type Touch struct {
	Item   core.ItemCode
	Facts  []FactID // what it looks at, under either Book
	Places []Place  // nil: everywhere

	named []core.RegionCode
	facts map[FactID]bool
}

// At reports whether a household of this county and area may be touched.
func (t *Touch) At(county core.RegionCode, area core.Area) bool {
	if t.Places == nil {
		return true
	}
	if !slices.Contains(t.named, county) {
		county = ""
	}
	return slices.Contains(t.Places, Place{county, area})
}

// Judged lists the items whose outcome for some household may differ. Sentences,
// laws, days and deciders touch none.
func (d *Diff) Judged() []Touch {
	var out []Touch
	for _, code := range codes(d.Old, d.New) {
		if t := d.judged(code); t != nil {
			out = append(out, *t)
		}
	}
	return out
}

// judged gives what may change an item's outcome, nil for nothing.
func (d *Diff) judged(code core.ItemCode) *Touch {
	was, _ := d.Old.Item(code)
	is, _ := d.New.Item(code)
	t := d.touch(code)
	if was == nil || is == nil || d.before.outcome(was) != d.after.outcome(is) {
		t.everywhere()
	}
	for b, it := range map[*Book]*Item{d.Old: was, d.New: is} {
		if it != nil {
			d.add(t, b, b.judges(it))
		}
	}
	return t.orNone(len(d.places()))
}

// touch makes an empty one: nowhere.
func (d *Diff) touch(code core.ItemCode) *Touch {
	return &Touch{Item: code, Places: []Place{}, named: d.counties, facts: map[FactID]bool{}}
}

func (t *Touch) everywhere() { t.Places = nil }

// add notes what was read, and the places at which a parameter of it differs.
func (d *Diff) add(t *Touch, b *Book, r *reading) {
	maps.Copy(t.facts, r.facts)
	for i := range d.Params {
		p := &d.Params[i]
		if !r.hasParam(b, p.Name) {
			continue
		}
		for _, c := range p.Places {
			t.place(c.Place)
		}
	}
}

func (t *Touch) place(p Place) {
	if t.Places != nil && !slices.Contains(t.Places, p) {
		t.Places = append(t.Places, p)
	}
}

// orNone closes a touch: nil when nothing is touched, everywhere when every place is.
func (t *Touch) orNone(all int) *Touch {
	if t.Places != nil && len(t.Places) == 0 {
		return nil
	}
	if len(t.Places) == all {
		t.Places = nil
	}
	t.Facts = slices.Sorted(maps.Keys(t.facts))
	return t
}
