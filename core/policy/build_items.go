package policy

import (
	"slices"
	"strings"

	"lianou/core"
)

// Closed words of an item. The YAML may not use others.
var (
	categories   = []Category{"基本生活救助", "急难救助", "福利服务", "专项救助", "社会力量"}
	benefitKinds = []string{"cash_monthly", "cash_once", "cash_term", "cash_season", "in_kind", "service", "fee_waiver", "voucher", "settlement"}
	periods      = []string{"", "month", "once", "term", "year", "season"}
	entries      = []string{"apply", "proactive", "guardian", "village", "auto", "walk_in", "family", "school", "push", "nominate", "on_the_spot", "union", "referral"}
)

func (b *builder) addItem(name string, s *srcItem) {
	a := at{name, string(s.Code), ""}
	it := datedItem{from: s.From.Date, until: s.Until.Date, Item: Item{
		Code: s.Code, No: s.No, Name: s.Name, Everyday: s.Everyday, English: s.English, Category: s.Category,
		Law: s.Law, BenefitKind: s.Kind, Decides: s.Decides, Body: s.Body, Ceiling: -1,
		LimitDays: s.Limit.Days, CountyDays: s.Limit.County, LimitMark: s.Limit.Mark, LimitText: s.Limit.Text,
		NoticeDays: s.Notice.Days, NoticeIn: s.Notice.Inside, NoticeFree: s.Notice.Free, Entry: s.Entry,
	}}
	b.itemWords(a, s)
	if s.Ceiling != "" {
		id, found := b.paramIDs[s.Ceiling]
		if !found || b.params[id].Unit != UnitFen {
			b.problem(a.in("ceiling"), "there is no amount %q", s.Ceiling)
		}
		it.Ceiling = id
	}
	if i := slices.IndexFunc(b.departments, func(d Department) bool { return d.Code == s.Department }); i >= 0 {
		it.Department = b.departments[i]
	} else {
		b.problem(a.in("department"), "there is no department %q", s.Department)
	}
	if s.When != nil {
		it.When = b.node(a.in("when"), s.When, false)
	}
	if s.Person != nil {
		it.Person = b.node(a.in("person"), s.Person, true)
	}
	if s.When == nil && s.Person == nil {
		b.problem(a, "an item needs criteria: when, person or both")
	}
	it.Benefit = b.benefit(a.in("benefit"), s)
	b.items = append(b.items, it)
}

func (b *builder) itemWords(a at, s *srcItem) {
	need := func(place string, ok bool, what string) {
		if !ok {
			b.problem(a.in(place), "%s", what)
		}
	}
	need("code", len(s.Code) == 5 && s.Code[2] == '-', "a code looks like MZ-01")
	need("no", s.No >= 1 && s.No <= 99, "a number from 1")
	need("name", s.Name != "" && s.Everyday != "" && s.English != "", "name, everyday name and English name are needed")
	need("category", slices.Contains(categories, s.Category), "unknown category")
	need("law", len(s.Law) > 0 && !slices.Contains(s.Law, ""), "the legal source is missing")
	need("kind", len(s.Kind) > 0, "the kind of benefit is missing")
	for _, k := range s.Kind {
		need("kind", slices.Contains(benefitKinds, k), "unknown kind of benefit "+k)
	}
	need("decides", slices.Contains([]string{ByTownship, ByCounty, ByOutside}, s.Decides), "who decides: township, county or outside")
	need("limit.mark", s.Limit.Mark == "S" || s.Limit.Mark == "X", "a time limit is marked S (sourced) or X (sample)")
	need("limit.days", s.Limit.Days >= 0 && s.Limit.Days <= 250 && s.Limit.County >= 0, "working days")
	need("notice.days", s.Notice.Days >= 0 && s.Notice.Days <= 60, "days of public notice")
	for _, key := range s.Notice.Free {
		need("notice.free", slices.ContainsFunc(b.statuses, func(d Status) bool { return d.Key == key }), "there is no status "+key)
	}
	need("entry", len(s.Entry) > 0, "how it is entered is missing")
	for _, e := range s.Entry {
		need("entry", slices.Contains(entries, e), "unknown entry "+e)
	}
	need("from", !s.From.IsZero(), "the day from which it holds is missing")
	need("until", s.Until.IsZero() || s.Until.Date > s.From.Date, "it ends before it begins")
}

func (b *builder) benefit(a at, s *srcItem) Benefit {
	out := Benefit{Per: s.Benefit.Per, Each: s.Benefit.Each, Text: strings.TrimSpace(s.Benefit.Text)}
	if out.Text == "" {
		b.problem(a.in("text"), "the sentence is missing")
	}
	if !slices.Contains(periods, out.Per) {
		b.problem(a.in("per"), "unknown period %q", out.Per)
	}
	if s.Benefit.Formula == "" {
		return out
	}
	if out.Per == "" {
		b.problem(a.in("per"), "an amount needs its period")
	}
	f, err := b.formula(s.Benefit.Formula)
	if err != nil {
		b.problem(a.in("formula"), "%v", err)
		return out
	}
	for _, u := range f.Uses {
		if u.Param < 0 && u.Fact.IsMember() && !out.Each {
			b.problem(a.in("formula"), "%s belongs to one member: the amount must be per beneficiary (each)", u.Name)
		}
	}
	if out.Each && s.Person == nil {
		b.problem(a.in("each"), "there are no beneficiaries without person criteria")
	}
	out.Formula = f
	return out
}

func (b *builder) addRules(f file) {
	for i, r := range f.doc.Rules {
		a := at{f.name, string(r.A) + "/" + string(r.B), index("rules", i)}
		for _, code := range []core.ItemCode{r.A, r.B} {
			if !slices.ContainsFunc(b.items, func(it datedItem) bool { return it.Code == code }) {
				b.problem(a, "there is no item %q", code)
			}
		}
		if r.Kind != Exclude && r.Kind != Overlap {
			b.problem(a.in("kind"), "a rule is exclude or overlap")
		}
		if r.Why == "" || r.Law == "" || r.A == r.B {
			b.problem(a, "a rule joins two items, with its reason and its source")
		}
		out := Rule{A: r.A, B: r.B, Kind: r.Kind, Person: r.Person, AtMost: -1, Why: r.Why, Law: r.Law}
		if r.AtMost != "" {
			id, found := b.paramIDs[r.AtMost]
			if !found || b.params[id].Unit != UnitFen || r.Kind != Overlap {
				b.problem(a.in("at_most"), "only an overlap has an at_most, and it is an amount")
			}
			out.AtMost = id
		}
		if r.Part != "" {
			f, err := b.formula(r.Part)
			if err != nil || r.Kind != Overlap || !r.Person {
				b.problem(a.in("part"), "only an overlap of one person has a part, and it is an amount: %v", err)
			}
			out.Part = f
		}
		b.rules = append(b.rules, out)
	}
}

// checkOrder finds cycles of the kind "item A waits for item B, which waits for A":
// an item waits for the item that grants a status it uses.
func (b *builder) checkOrder() {
	waits := map[core.ItemCode][]core.ItemCode{}
	for i := range b.items {
		it := &b.items[i]
		for _, n := range []*Node{it.When, it.Person} {
			waits[it.Code] = append(waits[it.Code], b.granters(n)...)
		}
	}
	for i := range b.statuses {
		if g := b.statuses[i].GrantedBy; g != "" && waits[g] == nil && !slices.ContainsFunc(b.items, func(it datedItem) bool { return it.Code == g }) {
			b.problem(at{item: "status." + b.statuses[i].Key}, "there is no item %q", g)
		}
	}
	done := map[core.ItemCode]bool{}
	for _, it := range b.items {
		b.walkOrder(it.Code, waits, done, nil)
	}
}

func (b *builder) walkOrder(code core.ItemCode, waits map[core.ItemCode][]core.ItemCode, done map[core.ItemCode]bool, path []core.ItemCode) {
	if i := slices.Index(path, code); i >= 0 {
		names := make([]string, 0, len(path)+1)
		for _, c := range append(slices.Clone(path[i:]), code) {
			names = append(names, string(c))
		}
		b.problem(at{item: string(code)}, "these wait for one another: %s", strings.Join(names, " -> "))
		return
	}
	if done[code] {
		return
	}
	for _, next := range waits[code] {
		b.walkOrder(next, waits, done, append(slices.Clone(path), code))
	}
	done[code] = true
}

// granters lists the items whose approval a tree hangs on. A status under `not`
// is no wait.
func (b *builder) granters(n *Node) []core.ItemCode {
	if n == nil || n.Kind == NodeNot {
		return nil
	}
	if n.Kind == NodeStatus {
		if g := b.statuses[n.Status].GrantedBy; g != "" {
			return []core.ItemCode{g}
		}
	}
	var out []core.ItemCode
	for _, kid := range n.Kids {
		out = append(out, b.granters(kid)...)
	}
	return out
}
