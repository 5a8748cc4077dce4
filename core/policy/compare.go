package policy

import (
	"maps"
	"slices"

	"lianou/core"
)

// A Diff is what lies between two Books. It names whatever may differ, never less:
// a rescan after a change judges only whom Judged names.
type Diff struct {
	Old, New  *Book
	Items     []ItemChange     // by number, those that changed
	Tests     []TestChange     // by name
	Params    []ParamChange    // by name
	Statuses  []StatusChange   // by key
	Rules     []RuleChange     // by the items
	Packs     []PackChange     // by code
	Calendar  []DayChange      // by day: of the whole calendar, whatever the days of the Books
	Years     []YearChange     // of the calendar
	Relations []RelationChange // by the standards: no item's outcome goes by them
	Index     bool             // the weights of the hardship index, or their source: no item's outcome goes by them

	counties []core.RegionCode // that a row of either Book names
	before   *signer
	after    *signer
}

// An ItemChange is one item that is not as it was.
type ItemChange struct {
	Code     core.ItemCode
	Old, New *Item // nil: added, removed

	Criteria bool     // its own tree, or a condition in it
	Statuses []string // keys of the statuses it hangs on that are reached otherwise
	Params   []string // names of the parameters it reads that have another value somewhere
	Benefit  bool     // the formula, its period, or whether it is per beneficiary
	Rules    bool     // what it excludes or is deducted from
	Texts    bool     // names, sentences, laws and sources
	Words    bool     // of these its own, and not only those of what it hangs on
	Process  bool     // who decides, in how many days, public notice and the like
}

// A TestChange is one named condition that is not as it was.
type TestChange struct {
	Name      string
	Old, New  *Test // nil: added, removed
	Condition bool  // what is compared with what
	Sentences bool
	Law       bool
}

// A StatusChange is one status that is not as it was.
type StatusChange struct {
	Key       string
	Old, New  *Status // nil: added, removed
	Condition bool    // what it is computed from, through everything below
	Texts     bool
}

// A ParamChange is one parameter that is not as it was.
type ParamChange struct {
	Name       string
	Old, New   *Param // nil: added, removed
	Places     []PlaceChange
	Everywhere bool // every place there is has another amount
	Texts      bool // only the label, a source or a sample mark may differ then
}

// A Place is where a household lives, as far as amounts know.
type Place struct {
	County core.RegionCode // "" for every county that no row names
	Area   core.Area       // "" when it is not known
}

// A PlaceChange is another amount at one place.
type PlaceChange struct {
	Place
	Old, New Amount
	Had, Has bool // whether there was, and is, a row
}

// Compare finds what changes from old to new.
func Compare(old, new *Book) *Diff {
	d := &Diff{Old: old, New: new, before: newSigner(old), after: newSigner(new)}
	d.counties = counties(old, new)
	d.compareParams()
	d.compareTests()
	d.compareStatuses()
	d.compareRules()
	d.comparePacks()
	d.compareCalendars()
	d.compareRelations()
	d.Index = !old.Index.equal(new.Index)
	for _, code := range codes(old, new) {
		if c := d.item(code); c.changed() {
			d.Items = append(d.Items, c)
		}
	}
	return d
}

// Equal reports that nothing differs but, perhaps, the days.
func (d *Diff) Equal() bool {
	return len(d.Items) == 0 && len(d.Tests) == 0 && len(d.Params) == 0 && len(d.Statuses) == 0 && len(d.Rules) == 0 &&
		len(d.Packs) == 0 && len(d.Calendar) == 0 && len(d.Years) == 0 && len(d.Relations) == 0 && !d.Index
}

func counties(books ...*Book) []core.RegionCode {
	seen := map[core.RegionCode]bool{}
	for _, b := range books {
		for i := range b.Params {
			for _, r := range b.Params[i].Rows {
				for _, c := range r.Counties {
					seen[c] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// codes lists the items of both Books, those of the new one first, by number.
func codes(old, new *Book) []core.ItemCode {
	var out []core.ItemCode
	for i := range new.Items {
		out = append(out, new.Items[i].Code)
	}
	for i := range old.Items {
		if _, kept := new.Item(old.Items[i].Code); !kept {
			out = append(out, old.Items[i].Code)
		}
	}
	return out
}

// places lists every place that could differ from another.
func (d *Diff) places() []Place {
	var out []Place
	for _, county := range append([]core.RegionCode{""}, d.counties...) {
		for _, area := range []core.Area{"urban", "rural", ""} {
			out = append(out, Place{county, area})
		}
	}
	return out
}

func (d *Diff) compareParams() {
	names := map[string]bool{}
	for _, b := range []*Book{d.Old, d.New} {
		for name := range b.params {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		c := ParamChange{Name: name, Old: d.Old.param(name), New: d.New.param(name)}
		for _, p := range d.places() {
			before, had := d.Old.at(name, p)
			after, has := d.New.at(name, p)
			if had != has || before.Value != after.Value {
				c.Places = append(c.Places, PlaceChange{p, before, after, had, has})
			}
			c.Texts = c.Texts || before.Sample != after.Sample || before.Source != after.Source
		}
		c.Everywhere = len(c.Places) == len(d.places())
		c.Texts = c.Texts || c.Old != nil && c.New != nil && c.Old.Label != c.New.Label
		if c.Old == nil || c.New == nil || len(c.Places) > 0 || c.Texts {
			d.Params = append(d.Params, c)
		}
	}
}

func (b *Book) param(name string) *Param {
	if id, found := b.params[name]; found {
		return &b.Params[id]
	}
	return nil
}

// at gives a parameter's amount at a place. A county that no row names has the
// general rows.
func (b *Book) at(name string, p Place) (Amount, bool) {
	id, found := b.params[name]
	if !found {
		return Amount{}, false
	}
	return b.Amount(id, p.County, p.Area)
}

func (d *Diff) compareTests() {
	before, after := map[string]*Test{}, map[string]*Test{}
	names := map[string]bool{}
	for _, t := range d.Old.Tests {
		before[t.Name], names[t.Name] = t, true
	}
	for _, t := range d.New.Tests {
		after[t.Name], names[t.Name] = t, true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		c := TestChange{Name: name, Old: before[name], New: after[name]}
		if c.Old != nil && c.New != nil {
			c.Condition = d.before.test(c.Old) != d.after.test(c.New)
			c.Sentences = c.Old.Pass.src != c.New.Pass.src || c.Old.Fail.src != c.New.Fail.src || c.Old.Unknown.src != c.New.Unknown.src
			c.Law = c.Old.Law != c.New.Law
		}
		if c.Old == nil || c.New == nil || c.Condition || c.Sentences || c.Law {
			d.Tests = append(d.Tests, c)
		}
	}
}

func (d *Diff) compareStatuses() {
	keys := map[string]bool{}
	for _, b := range []*Book{d.Old, d.New} {
		for i := range b.Statuses {
			keys[b.Statuses[i].Key] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		c := StatusChange{Key: key, Old: d.Old.status(key), New: d.New.status(key)}
		if c.Old != nil && c.New != nil {
			c.Condition = d.before.status(c.Old) != d.after.status(c.New)
			c.Texts = statusTexts(c.Old) != statusTexts(c.New)
		}
		if c.Old == nil || c.New == nil || c.Condition || c.Texts {
			d.Statuses = append(d.Statuses, c)
		}
	}
}

func (b *Book) status(key string) *Status {
	i := slices.IndexFunc(b.Statuses, func(s Status) bool { return s.Key == key })
	if i < 0 {
		return nil
	}
	return &b.Statuses[i]
}
