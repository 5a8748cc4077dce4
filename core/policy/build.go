package policy

import (
	"maps"
	"slices"
	"strings"

	"lianou/core"
)

// builder turns parsed files into Books. It gathers every problem instead of
// stopping at the first.
type builder struct {
	files []file
	bad   Problems

	departments []Department
	params      []srcParam
	paramAt     []at
	names       map[string]string // of facts and parameters as formulas spell them, to their keys
	paramIDs    map[string]ParamID
	tests       []*Test
	testIDs     map[string]int
	groups      map[string]srcGroup
	groupAt     map[string]at
	groupNodes  map[groupKey]*Node
	nodes       int // numbered so far
	tooLarge    bool
	statuses    []Status
	statusSrc   []placedStatus
	items       []datedItem
	rules       []Rule
	ruleAt      []at
	calendar    *Calendar
	packs       []*srcPack // by the day they begin
	index       *Index
	relations   []Relation
	path        []string // names being resolved, to show a cycle
}

// A datedItem is one version of an item.
type datedItem struct {
	Item
	from, until core.Date
	at          at
}

type placedStatus struct {
	srcStatus
	at at
}

func newBuilder(files []file) *builder {
	return &builder{
		files: files, paramIDs: map[string]ParamID{}, testIDs: map[string]int{},
		groups: map[string]srcGroup{}, groupAt: map[string]at{}, groupNodes: map[groupKey]*Node{}, names: map[string]string{},
	}
}

// build resolves names in the order in which they may refer to one another.
func (b *builder) build() {
	b.calendar = newCalendar()
	for _, f := range facts {
		b.names[varName(f.Key)] = f.Key
	}
	for i := range b.files {
		b.addDepartments(&b.files[i])
		b.addParams(&b.files[i])
		b.addYears(&b.files[i])
		b.addIndex(&b.files[i])
	}
	for i := range b.files {
		b.addRelations(&b.files[i])
		b.addTests(&b.files[i])
		b.gather(&b.files[i])
	}
	b.addStatuses()
	for _, f := range b.files {
		for i := range f.doc.Items {
			b.addItem(f.section("items", i, string(f.doc.Items[i].Code)), &f.doc.Items[i])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.groups)) { // a group nobody uses is checked as well
		b.group(name, b.groupAt[name], true)
	}
	for i := range b.files {
		b.addRules(&b.files[i])
	}
	b.checkOrder()
	b.checkDeductions()
	b.checkVersions()
	b.addPacks()
}

func (b *builder) addDepartments(f *file) {
	for i, d := range f.doc.Departments {
		a := f.section("departments", i, d.Code)
		if d.Code == "" || strings.TrimSpace(d.Name) == "" {
			b.problem(a, "部门要写上代号和名称。", "a department needs its code and its name")
		}
		if slices.ContainsFunc(b.departments, func(o Department) bool { return o.Code == d.Code }) {
			b.problem(a.in("code"), "部门代号"+quoted(d.Code)+"用了两次。请改掉一个。", "the name is used twice")
		}
		b.departments = append(b.departments, d)
	}
}

// gather notes groups and statuses by name before anything refers to them.
func (b *builder) gather(f *file) {
	for i, g := range f.doc.Groups {
		a := f.section("groups", i, g.Name)
		if _, twice := b.groups[g.Name]; twice || b.nameTaken(g.Name) {
			b.problem(a.in("name"), sayTwice(g.Name), "the name is used twice")
		}
		if !plainName(g.Name) {
			b.problem(a, sayName, "a group needs a name of its own")
		}
		b.groups[g.Name], b.groupAt[g.Name] = g, a
	}
	for i, s := range f.doc.Statuses {
		a := f.section("statuses", i, "status."+s.Key)
		if slices.ContainsFunc(b.statusSrc, func(o placedStatus) bool { return o.Key == s.Key }) {
			b.problem(a.in("key"), sayTwice(s.Key), "the name is used twice")
		}
		b.statusSrc = append(b.statusSrc, placedStatus{s, a})
	}
}

const sayName = "名字没写,或者写得不对。名字用小写英文字母、数字、下划线和点。"

func sayTwice(name string) string {
	return "名字" + quoted(name) + "用了两次。请改掉一个。"
}

// plainName reports a name that trees and formulas can spell.
func plainName(s string) bool {
	return s != "" && len(s) <= 60 && s[0] >= 'a' && s[0] <= 'z' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_.") == "" && !strings.HasPrefix(s, "status.")
}

func (b *builder) nameTaken(name string) bool {
	_, test := b.testIDs[name]
	return test
}
