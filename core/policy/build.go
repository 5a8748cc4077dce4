package policy

import (
	"fmt"
	"slices"
	"sort"

	"lianou/core"
)

// builder turns parsed files into Books. It gathers every problem instead of
// stopping at the first.
type builder struct {
	files []file
	bad   Problems

	departments []Department
	params      []srcParam
	paramIDs    map[string]ParamID
	tests       []*Test
	testIDs     map[string]int
	groups      map[string]srcGroup
	groupFile   map[string]string
	groupNodes  map[groupKey]*Node
	nodes       int // numbered so far
	statuses    []Status
	statusSrc   []srcStatus
	items       []datedItem
	rules       []Rule
	calendar    *Calendar
	path        []string // names being resolved, to show a cycle
}

type datedItem struct {
	Item
	from, until core.Date
}

func newBuilder(files []file) *builder {
	return &builder{
		files: files, paramIDs: map[string]ParamID{}, testIDs: map[string]int{},
		groups: map[string]srcGroup{}, groupFile: map[string]string{}, groupNodes: map[groupKey]*Node{},
	}
}

// at is where something is said, for problems.
type at struct{ file, item, place string }

func (a at) in(place string) at {
	if a.place != "" {
		place = a.place + "." + place
	}
	return at{a.file, a.item, place}
}

func (b *builder) problem(a at, format string, args ...any) {
	b.bad = append(b.bad, Problem{a.file, a.item, a.place, fmt.Sprintf(format, args...)})
}

// build resolves names in the order in which they may refer to one another.
func (b *builder) build() {
	b.calendar = newCalendar()
	for _, f := range b.files {
		b.departments = append(b.departments, f.doc.Departments...)
		b.addParams(f)
		b.addYears(f)
	}
	for _, f := range b.files {
		b.addTests(f)
		for _, g := range f.doc.Groups {
			if _, twice := b.groups[g.Name]; twice || b.nameTaken(g.Name) {
				b.problem(at{f.name, g.Name, ""}, "the name is used twice")
			}
			b.groups[g.Name], b.groupFile[g.Name] = g, f.name
		}
		b.statusSrc = append(b.statusSrc, f.doc.Statuses...)
	}
	b.addStatuses()
	for _, f := range b.files {
		for i := range f.doc.Items {
			b.addItem(f.name, &f.doc.Items[i])
		}
	}
	for name, g := range b.groups { // a group nobody uses is checked as well
		a := at{b.groupFile[name], g.Name, "when"}
		b.group(name, a, true)
	}
	for _, f := range b.files {
		b.addRules(f)
	}
	b.checkOrder()
}

func (b *builder) nameTaken(name string) bool {
	_, test := b.testIDs[name]
	return test
}

// epochs lists the days on which something begins or ends, from the first day on
// which every item has a version.
func (b *builder) epochs() []core.Date {
	days := map[core.Date]bool{}
	first := core.Date(0)
	for _, it := range b.items {
		days[it.from] = true
		if !it.until.IsZero() {
			days[it.until] = true
		}
	}
	starts := map[core.ItemCode]core.Date{}
	for _, it := range b.items {
		if s, seen := starts[it.Code]; !seen || it.from < s {
			starts[it.Code] = it.from
		}
	}
	for _, s := range starts {
		first = max(first, s)
	}
	for _, p := range b.params {
		for _, r := range p.Rows {
			days[r.From.Date] = true
			if !r.Until.IsZero() {
				days[r.Until.Date] = true
			}
		}
	}
	var out []core.Date
	for d := range days {
		if d >= first && !d.IsZero() {
			out = append(out, d)
		}
	}
	slices.Sort(out)
	return out
}

// book assembles what is in force on a day.
func (b *builder) book(on core.Date) *Book {
	book := &Book{
		From: on, Departments: b.departments, Statuses: b.statuses, Tests: b.tests, Rules: b.rules,
		Calendar: b.calendar, Nodes: b.nodes, params: b.paramIDs, items: map[core.ItemCode]int{},
	}
	for i := range b.params {
		book.Params = append(book.Params, b.paramOn(&b.params[i], on))
	}
	for _, it := range b.items {
		if it.from <= on && (it.until.IsZero() || on < it.until) {
			book.Items = append(book.Items, it.Item)
		}
	}
	sort.Slice(book.Items, func(i, j int) bool { return book.Items[i].No < book.Items[j].No })
	for i := range book.Items {
		code := book.Items[i].Code
		if _, twice := book.items[code]; twice {
			b.problem(at{item: string(code)}, "two versions are in force on %s", on)
		}
		book.items[code] = i
	}
	b.checkComplete(book)
	return book
}

// checkComplete holds that no item falls into a gap between its versions.
func (b *builder) checkComplete(book *Book) {
	for _, it := range b.items {
		if _, found := book.items[it.Code]; !found {
			b.problem(at{item: string(it.Code)}, "no version is in force on %s", book.From)
		}
	}
}
