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

func (b *builder) addItem(a at, s *srcItem) {
	it := datedItem{from: s.From.Date, until: s.Until.Date, at: a, Item: Item{
		Code: s.Code, No: int(s.No), Name: s.Name, Everyday: s.Everyday, English: s.English, Category: s.Category,
		Law: s.Law, BenefitKind: s.Kind, Decides: s.Decides, Body: s.Body, Ceiling: -1,
		Entry: s.Entry, ByLaw: s.Decides,
	}}
	s.Limit.apply(&it.Item)
	s.Notice.apply(&it.Item)
	b.itemWords(a, s)
	if s.Ceiling != "" {
		id, found := b.paramIDs[s.Ceiling]
		if !found || b.params[id].Unit != UnitFen {
			b.problem(a.in("ceiling"), sayParam(s.Ceiling), "there is no amount %q", s.Ceiling)
		}
		it.Ceiling = id
	}
	if i := slices.IndexFunc(b.departments, func(d Department) bool { return d.Code == s.Department }); i >= 0 {
		it.Department = b.departments[i]
	} else {
		b.problem(a.in("department"), "没有代号是"+quoted(s.Department)+"的部门。请看看是不是写错了。", "there is no department %q", s.Department)
	}
	if s.When != nil {
		it.When = b.node(a.in("when"), s.When, false)
	}
	if s.Person != nil {
		it.Person = b.node(a.in("person"), s.Person, true)
	}
	if s.When == nil && s.Person == nil {
		b.problem(a, "这个事项没写谁能办。请写上条件。", "an item needs criteria: when, person or both")
	}
	it.Benefit = b.benefit(a.in("benefit"), s)
	b.items = append(b.items, it)
}

func (b *builder) itemWords(a at, s *srcItem) {
	need := func(place string, ok bool, say, what string) {
		if !ok {
			b.problem(a.in(place), say, "%s", what)
		}
	}
	need("code", itemCode(s.Code), "编号写得不对。写成 MZ-01 这样。", "a code looks like MZ-01")
	need("no", s.No >= 1 && s.No <= MaxItem, "序号写一个数,从 1 到 64。", "a number from 1 to 64")
	need("name", !blank(s.Name) && !blank(s.Everyday) && !blank(s.English), "名称、俗称和英文名都要写。", "name, everyday name and English name are needed")
	need("category", slices.Contains(categories, s.Category), "类别不认识。可以写基本生活救助、急难救助、福利服务、专项救助、社会力量。", "unknown category")
	need("law", len(s.Law) > 0 && !slices.ContainsFunc(s.Law, blank), "这个事项没写依据。请写上哪部法规第几条。", "the legal source is missing")
	need("kind", len(s.Kind) > 0, sayRule, "the kind of benefit is missing")
	for _, k := range s.Kind {
		need("kind", slices.Contains(benefitKinds, k), sayRule, "unknown kind of benefit "+k)
	}
	need("decides", slices.Contains([]string{ByTownship, ByCounty, ByOutside}, s.Decides), "谁来批,只能写 township(镇街)、county(县里)或 outside(别的单位)。", "who decides: township, county or outside")
	b.checkTime(a.in("limit"), &s.Limit)
	b.checkNotice(a.in("notice"), &s.Notice)
	need("entry", len(s.Entry) > 0, sayRule, "how it is entered is missing")
	for _, e := range s.Entry {
		need("entry", slices.Contains(entries, e), sayRule, "unknown entry "+e)
	}
	need("from", !s.From.IsZero(), "没写从哪天起。请写上日期,写成 2024-03-01 这样。", "the day from which it holds is missing")
	need("until", s.Until.IsZero() || s.Until.Date > s.From.Date, "还没开始就结束了。请把结束那天改到开始那天以后。", "it ends before it begins")
}

func (b *builder) benefit(a at, s *srcItem) Benefit {
	out := Benefit{Per: s.Benefit.Per, Each: s.Benefit.Each, Text: strings.TrimSpace(s.Benefit.Text)}
	if out.Text == "" {
		b.problem(a.in("text"), "没写给什么。请写一句群众看得懂的话。", "the sentence is missing")
	}
	if !slices.Contains(periods, out.Per) {
		b.problem(a.in("per"), "多久给一次不认识。可以写 month、once、term、year、season。", "unknown period %q", out.Per)
	}
	if s.Benefit.Formula == "" {
		return out
	}
	if out.Per == "" {
		b.problem(a.in("per"), "有数额就要写多久给一次。", "an amount needs its period")
	}
	f := b.formula(a.in("formula"), s.Benefit.Formula)
	if f == nil {
		return out
	}
	for _, u := range f.Uses {
		if u.Param < 0 && u.Fact.IsMember() && !out.Each {
			b.problem(a.in("formula"), quoted(u.Name)+"是一个人的情况,数额要按人算,请写上 each: true。", "%s belongs to one member: the amount must be per beneficiary (each)", u.Name)
		}
	}
	if out.Each && s.Person == nil {
		b.problem(a.in("each"), "没写给家里哪些人,就不能按人算。请写上 person。", "there are no beneficiaries without person criteria")
	}
	out.Formula = f
	return out
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

func itemCode(c core.ItemCode) bool {
	letter := func(x byte) bool { return x >= 'A' && x <= 'Z' }
	digit := func(x byte) bool { return x >= '0' && x <= '9' }
	return len(c) == 5 && letter(c[0]) && letter(c[1]) && c[2] == '-' && digit(c[3]) && digit(c[4])
}

func (b *builder) addRules(f *file) {
	for i, r := range f.doc.Rules {
		a := f.section("rules", i, string(r.A)+"/"+string(r.B))
		for place, code := range map[string]core.ItemCode{"a": r.A, "b": r.B} {
			if !slices.ContainsFunc(b.items, func(it datedItem) bool { return it.Code == code }) {
				b.problem(a.in(place), "没有编号是"+quoted(string(code))+"的事项。请看看是不是写错了。", "there is no item %q", code)
			}
		}
		if r.Kind != Exclude && r.Kind != Overlap {
			b.problem(a.in("kind"), "两个事项的关系只能写 exclude(只选一样)或 overlap(补差)。", "a rule is exclude or overlap")
		}
		if r.A == r.B {
			b.problem(a, "这条规则说的是同一个事项:"+quoted(string(r.A))+"不能和自己互斥。请改成另一个事项。", "a rule joins two items, this one refers to itself: %s -> %s", r.A, r.B)
		}
		if blank(r.Why) || blank(r.Law) {
			b.problem(a, "这条规则要写上说给群众听的理由,还有依据。", "a rule joins two items, with its reason and its source")
		}
		if slices.ContainsFunc(b.rules, func(o Rule) bool { return r.A != r.B && (o.A == r.A && o.B == r.B || o.A == r.B && o.B == r.A) }) {
			b.problem(a, "这两个事项的关系写了两遍。请留下一条。", "the rule for %s and %s is given twice", r.A, r.B)
		}
		b.rules, b.ruleAt = append(b.rules, b.rule(a, &r)), append(b.ruleAt, a)
	}
}

func (b *builder) rule(a at, r *srcRule) Rule {
	out := Rule{A: r.A, B: r.B, Kind: r.Kind, Person: r.Person, AtMost: -1, Why: r.Why, Law: r.Law}
	if r.AtMost != "" {
		id, found := b.paramIDs[r.AtMost]
		if !found || b.params[id].Unit != UnitFen || r.Kind != Overlap {
			b.problem(a.in("at_most"), "只有补差才写最多扣多少,而且要用一个数额标准。", "only an overlap has an at_most, and it is an amount")
			id = -1
		}
		out.AtMost = id
	}
	if r.Part != "" {
		if r.Kind != Overlap || !r.Person {
			b.problem(a.in("part"), "只有同一个人的补差才写扣哪一部分。", "only an overlap of one person has a part, and it is an amount")
		}
		out.Part = b.formula(a.in("part"), r.Part)
	}
	return out
}
