package rulebook

import (
	"iter"
	"slices"

	"lianou/core"
	"lianou/core/policy"
)

// A key names a place of the rules: whose, and what of it; no part is the whole.
type key struct{ of, part string }

// A thing is one difference. Things of one owner are one line.
type thing struct {
	kind kind
	key  key
	of   string // as people call the owner
	say  string
}

// light reports whether a thing is of texts only, by its part: nobody gets more, less or
// later by it.
func (o *thing) light() bool {
	switch o.key.part {
	case "texts", "text", "law", "limit law", "notice law", "survey law", "appraisal law", "name", "everyday", "words", "sentences", "source", "limit text", "mark":
		return true
	}
	return false
}

// dated reports whether a thing has days of its own in the files, so that days gone by were
// written otherwise on purpose. Conditions, rules, weights and texts have none: they are of
// every day, and no day gone by is paid by them again.
func (o *thing) dated() bool {
	switch o.kind {
	case ofItem:
		return slices.Contains([]string{"", "formula", "per", "each", "benefit"}, o.key.part)
	case ofPack:
		return o.key.part == "" || o.key.part == "days"
	}
	return false
}

// groups are the things of one owner after another.
func groups(list []thing) iter.Seq[[]thing] {
	return func(yield func([]thing) bool) {
		for len(list) > 0 {
			n := slices.IndexFunc(list, func(o thing) bool { return o.key.of != list[0].key.of })
			if n < 0 {
				n = len(list)
			}
			if !yield(list[:n]) {
				return
			}
			list = list[n:]
		}
	}
}

// keySet is every key of what differs between two Books.
type keySet map[key]bool

// has also finds a part of what is only in one of the Books.
func (s keySet) has(k key) bool { return s[k] || s[key{k.of, ""}] }

// keysOf names everything that differs.
func keysOf(d *policy.Diff) keySet {
	keys := keySet{}
	for i := range d.Params {
		c := &d.Params[i]
		keys[textKey(c.Name)] = true
		for _, at := range c.Places {
			keys[placeKey(c.Name, at.Place)] = true
		}
	}
	for _, one := range things(d) {
		keys[one.key] = true
	}
	for _, c := range d.Calendar {
		keys[dayKey(c.Day)] = true
	}
	for _, c := range d.Years {
		keys[yearKey(c.Year)] = true
	}
	return keys
}

func placeKey(name string, p policy.Place) key {
	return key{"amount " + name, string(p.County) + " " + string(p.Area)}
}
func textKey(name string) key  { return key{"amount " + name, "texts"} }
func dayKey(day core.Date) key { return key{"day", day.String()} }

// collected gathers the things of one owner.
type collected struct {
	list []thing
	kind kind
	key  string
	of   string
}

func (c *collected) owner(k kind, key, of string) { c.kind, c.key, c.of = k, key, of }

func (c *collected) add(part, say string) {
	c.list = append(c.list, thing{c.kind, key{c.key, part}, c.of, say})
}

// changed adds a part that is another one, from what to what.
func (c *collected) changed(part, what, old, new string) {
	if old != new {
		c.add(part, what+" "+orNone(old)+" → "+orNone(new))
	}
}

func orNone(s string) string {
	if s == "" {
		return "没有"
	}
	return s
}

// whole says of what is in one Book only that it comes or goes, and whether it is so.
func (c *collected) whole(added, gone bool, comes, goes string) bool {
	switch {
	case added:
		c.add("", comes)
	case gone:
		c.add("", goes)
	}
	return added || gone
}

// things lists what differs but amounts and the calendar, by kind.
func things(d *policy.Diff) []thing {
	var c collected
	for i := range d.Items {
		c.item(d, &d.Items[i])
	}
	for i := range d.Rules {
		c.rule(d, &d.Rules[i])
	}
	for i := range d.Tests {
		c.test(d, &d.Tests[i])
	}
	for i := range d.Statuses {
		c.status(&d.Statuses[i])
	}
	for i := range d.Packs {
		c.pack(&d.Packs[i])
	}
	c.relations(d)
	c.index(d)
	return c.list
}

func (c *collected) item(d *policy.Diff, ch *policy.ItemChange) {
	var old, new string
	if ch.Old != nil {
		old = ch.Old.Name
	}
	if ch.New != nil {
		new = ch.New.Name
	}
	c.owner(ofItem, "item "+string(ch.Code), "事项 "+string(ch.Code)+" "+bothNames(old, new))
	if c.whole(ch.Old == nil, ch.New == nil, "添上", "去掉") {
		return
	}
	if ch.Criteria {
		c.add("criteria", "够的条件变了")
	}
	if ch.Benefit {
		c.benefit(d, ch.Old, ch.New)
	}
	if ch.Rules && !slices.ContainsFunc(d.Rules, func(r policy.RuleChange) bool { return !r.Texts && (r.A == ch.Code || r.B == ch.Code) }) {
		c.add("rules", "不能同时享受、抵扣的先后变了")
	}
	if ch.Process {
		c.process(d, ch.Old, ch.New)
	}
	if ch.Words {
		c.words(ch.Old, ch.New)
	}
}

func (c *collected) rule(d *policy.Diff, r *policy.RuleChange) {
	name := func(code core.ItemCode) string {
		if _, in := d.New.Item(code); in {
			return d.New.Title(code)
		}
		return d.Old.Title(code)
	}
	word := "不能同时享受"
	if r.Kind == policy.Overlap {
		word = "要抵扣"
	}
	c.owner(ofRule, "rule "+string(r.A)+" "+string(r.B)+" "+string(r.Kind), name(r.A)+" 和 "+name(r.B)+" "+word)
	switch {
	case c.whole(r.Old == nil, r.New == nil, "添上("+by(r.Person)+"算)", "去掉("+by(r.Person)+"算)"):
	case r.Turned:
		c.changed("person", "算", by(r.Old.Person), by(r.New.Person))
	case r.Texts:
		c.changed("law", "依据", r.Old.Law, r.New.Law)
		if r.Old.Why != r.New.Why {
			c.add("texts", "理由变了")
		}
	default:
		c.add("rule", "算法变了")
	}
}

// by says whether something goes by person or by household.
func by(person bool) string {
	if person {
		return "按人"
	}
	return "按户"
}

func (c *collected) test(d *policy.Diff, ch *policy.TestChange) {
	t := ch.New
	if t == nil {
		t = ch.Old
	}
	c.owner(ofTest, "test "+ch.Name, "条件“"+short(people.Replace(t.Pass.String()))+"”")
	if c.whole(ch.Old == nil, ch.New == nil, "添上", "去掉") {
		return
	}
	if ch.Condition {
		c.changed("condition", "限额", limitWords(d.Old, ch.Old), limitWords(d.New, ch.New))
	}
	if ch.Sentences {
		c.add("sentences", "说给人听的话变了")
	}
	if ch.Law {
		c.changed("law", "依据", ch.Old.Law, ch.New.Law)
	}
}

func (c *collected) status(ch *policy.StatusChange) {
	var old, new string
	if ch.Old != nil {
		old = ch.Old.Name
	}
	if ch.New != nil {
		new = ch.New.Name
	}
	c.owner(ofStatus, "status "+ch.Key, "身份 "+bothNames(old, new))
	if c.whole(ch.Old == nil, ch.New == nil, "添上", "去掉") {
		return
	}
	if ch.Condition {
		c.add("condition", "怎么算够变了")
	}
	if ch.Texts {
		c.changed("law", "依据", ch.Old.Law, ch.New.Law)
		if ch.Old.Law == ch.New.Law {
			c.add("texts", "名称或者说的话变了")
		}
	}
}

func (c *collected) pack(ch *policy.PackChange) {
	var old, new string
	if ch.Old != nil {
		old = ch.Old.Name
	}
	if ch.New != nil {
		new = ch.New.Name
	}
	c.owner(ofPack, "pack "+ch.Code, "规则包 "+ch.Code+" "+bothNames(old, new))
	if c.whole(ch.Old == nil, ch.New == nil, "用上", "不用") {
		return
	}
	if ch.Days {
		c.changed("days", "施行的日子", packDays(ch.Old), packDays(ch.New))
	}
	if ch.Texts {
		c.add("texts", "名称、法规或者说明变了")
	}
}
