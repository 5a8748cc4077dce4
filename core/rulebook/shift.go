package rulebook

import (
	"fmt"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/policy"
)

// Names gives a county its name. Without it the code stands for it.
type Names func(core.RegionCode) string

func (n Names) of(code core.RegionCode) string {
	if n != nil {
		if name := n(code); name != "" {
			return name
		}
	}
	return string(code)
}

// Told is what lies between two sets, in lines for people, and how many more there are.
type Told struct {
	Lines []string
	More  int
}

// Count is how many things are told, shown or not.
func (t Told) Count() int { return len(t.Lines) + t.More }

// The bounds of what is told.
const (
	mostLines    = 12
	mostCounties = 4 // of one line
)

// Tell says what differs between this set and another that both load: every standard with
// what it was and becomes, where and from what day, then the items and conditions. Errors
// are those of Load.
func (s Sources) Tell(to Sources, names Names) (Told, error) {
	old, err := s.Load()
	if err != nil {
		return Told{}, faulty(err)
	}
	new, err := to.Load()
	if err != nil {
		return Told{}, faulty(err)
	}
	t := teller{names: names}
	for _, p := range policy.Pairs(old, new) {
		t.tell(p.From, policy.Compare(p.Old, p.New), func(string) bool { return true })
	}
	return t.told(), nil
}

// mostTold is how many steps of whole files are told of one draft.
const mostTold = 8

// Tell says of every step of whole files what it does to the set that the steps before it
// made of the draft's base, by the step's number.
func (f Folder) Tell(base Sources, names Names) (map[int]*Told, error) {
	out := map[int]*Told{}
	for _, c := range f.Changes {
		next, err := c.Op.apply(base)
		if err != nil {
			continue // a newer edition had it already, and it was left out
		}
		if c.Op.Files != nil && len(out) < mostTold {
			told, err := base.Tell(next, names)
			if err != nil {
				return nil, err
			}
			out[c.N] = &told
		}
		base = next
	}
	return out, nil
}

// ByFiles reports whether a step of the draft replaces whole files.
func (f Folder) ByFiles() bool {
	return slices.ContainsFunc(f.Changes, func(c Change) bool { return c.Op.Files != nil })
}

// A teller writes the differences of period after period; what goes on is written once.
type teller struct {
	names  Names
	lines  []string // of amounts, which come first
	rest   []string
	before map[string]bool // what the period before had
	now    map[string]bool
}

func (t *teller) told() Told {
	all := append(slices.Clone(t.lines), t.rest...)
	n := min(len(all), mostLines)
	return Told{all[:n], len(all) - n}
}

// once writes a line that the period before had not.
func (t *teller) once(into *[]string, from core.Date, line string) {
	t.now[line] = true
	if !t.before[line] {
		*into = append(*into, fmt.Sprintf("%s,从 %s 起", line, from))
	}
}

// keep is asked with the keys of keysOf.
func (t *teller) tell(from core.Date, d *policy.Diff, keep func(string) bool) {
	t.before, t.now = t.now, map[string]bool{}
	for i := range d.Params {
		t.param(from, d, &d.Params[i], keep)
	}
	if d.Index && keep(indexKey) {
		t.once(&t.rest, from, "困难指数的权重")
	}
	for i := range d.Items {
		if c := &d.Items[i]; ruled(c) && keep(itemKey(c.Code)) {
			t.once(&t.rest, from, "事项 "+string(c.Code)+" "+titleOf(c)+how(c.Old == nil, c.New == nil))
		}
	}
	for _, c := range d.Tests {
		if keep(testKey(c.Name)) {
			t.once(&t.rest, from, "条件 "+c.Name+how(c.Old == nil, c.New == nil))
		}
	}
	for _, c := range d.Statuses {
		if keep(statusKey(c.Key)) {
			t.once(&t.rest, from, "身份 "+c.Key+how(c.Old == nil, c.New == nil))
		}
	}
}

func how(added, gone bool) string {
	switch {
	case added:
		return " 添上"
	case gone:
		return " 去掉"
	}
	return " 有改动"
}

func titleOf(c *policy.ItemChange) string {
	if c.New != nil {
		return c.New.Name
	}
	return c.Old.Name
}

// ruled reports whether an item itself differs, and not only an amount, or the source of
// one, that it reads: those are told as amounts.
func ruled(c *policy.ItemChange) bool {
	return c.Old == nil || c.New == nil || c.Criteria || c.Benefit || c.Rules || c.Process || c.Words
}

// param writes each step from one amount to another once, with the places that take it.
func (t *teller) param(from core.Date, d *policy.Diff, c *policy.ParamChange, keep func(string) bool) {
	var steps []string
	where := map[string][]policy.Place{}
	for _, at := range c.Places {
		if !keep(placeKey(c.Name, at.Place)) {
			continue
		}
		step := amountOf(d.Old, c.Name, at.Old, at.Had) + " → " + amountOf(d.New, c.Name, at.New, at.Has)
		if where[step] == nil {
			steps = append(steps, step)
		}
		where[step] = append(where[step], at.Place)
	}
	for _, step := range steps {
		t.once(&t.lines, from, labelOf(c)+"("+t.where(where[step], len(d.Counties()))+"):"+step)
	}
	if len(c.Places) == 0 && c.Texts && keep(textKey(c.Name)) {
		t.once(&t.lines, from, labelOf(c)+":数没变,名称、依据或者样本标记变了")
	}
}

func labelOf(c *policy.ParamChange) string {
	if c.New != nil {
		return c.New.Label
	}
	return c.Old.Label
}

func amountOf(b *policy.Book, name string, a policy.Amount, has bool) string {
	id, found := b.Param(name)
	if !has || !found {
		return "没有"
	}
	mark := ""
	if a.Sample {
		mark = "(样本)"
	}
	return b.Params[id].Unit.Number(a.Value) + " " + b.UnitOf(id) + mark
}

// where names places: the counties that share urban, rural or both.
func (t *teller) where(places []policy.Place, counties int) string {
	areas := map[core.RegionCode]string{}
	var order []core.RegionCode
	for _, p := range places {
		if _, seen := areas[p.County]; !seen {
			order = append(order, p.County)
		}
		areas[p.County] += AreaWord(p.Area)
	}
	var out []string
	for _, area := range []string{"城镇", "农村", "城镇农村", ""} {
		var names []string
		for _, c := range order {
			if areas[c] == area && c != "" {
				names = append(names, t.names.of(c))
			}
		}
		others := slices.Contains(order, "") && areas[""] == area
		if len(names) == 0 && !others {
			continue
		}
		out = append(out, countyWords(names, others, len(names) == counties)+areaWords(area))
	}
	return strings.Join(out, ";")
}

func countyWords(names []string, others, all bool) string {
	switch {
	case others && all:
		return "各县"
	case len(names) == 0:
		return "其他县"
	}
	out := strings.Join(names[:min(len(names), mostCounties)], "、")
	if len(names) > mostCounties {
		out += fmt.Sprintf("等 %d 个县", len(names))
	}
	if others {
		out += "和其他县"
	}
	return out
}

func areaWords(area string) string {
	switch area {
	case "城镇农村":
		return ""
	case "":
		return " 还不知道城乡的"
	}
	return " " + area
}

// AreaWord is an area as people say it; "" where it is not given.
func AreaWord(a core.Area) string {
	return map[core.Area]string{"urban": "城镇", "rural": "农村"}[a]
}
