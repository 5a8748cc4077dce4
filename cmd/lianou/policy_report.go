package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/rulebook"
)

// diffReport writes a comparison for people who look after the rules: items first,
// then the conditions and amounts that make them differ.
type diffReport struct {
	d       *policy.Diff
	regions *registry.Regions
	strings.Builder
}

func (r *diffReport) text() string {
	for i := range r.d.Packs {
		r.pack(&r.d.Packs[i])
	}
	for i := range r.d.Relations {
		r.relation(&r.d.Relations[i])
	}
	for _, l := range rulebook.RemindersOf(r.d.Old, r.d.New, r.county) {
		r.line(0, "提醒:%s", l)
	}
	if r.d.Index {
		r.line(0, "困难指数的权重:谁排在前面都可能变")
		r.changed("权重", weightsOf(r.d.Old), weightsOf(r.d.New))
		r.changed("依据", weightsFrom(r.d.Old), weightsFrom(r.d.New))
	}
	for i := range r.d.Items {
		r.item(&r.d.Items[i])
	}
	for i := range r.d.Tests {
		r.test(&r.d.Tests[i])
	}
	for i := range r.d.Statuses {
		r.status(&r.d.Statuses[i])
	}
	for i := range r.d.Params {
		r.param(&r.d.Params[i])
	}
	r.touches("够不够条件可能变", r.d.Judged())
	r.touches("给的钱可能变", r.d.Paid())
	return r.String()
}

func (r *diffReport) line(indent int, format string, args ...any) {
	r.WriteString(strings.Repeat("  ", indent))
	fmt.Fprintf(r, format, args...)
	r.WriteByte('\n')
}

// changed prints two versions of one thing, when they are two.
func (r *diffReport) changed(what, old, new string) {
	if old == new {
		return
	}
	r.line(1, "%s", what)
	r.line(2, "- %s", old)
	r.line(2, "+ %s", new)
}

// relation prints a declared multiple of standards, which reminds and pays nothing.
func (r *diffReport) relation(c *policy.RelationChange) {
	said := func(b *policy.Book, rel *policy.Relation) string {
		if rel == nil {
			return "没有"
		}
		one := rulebook.RelationWords(&policy.Book{Params: b.Params, Relations: []policy.Relation{*rel}})[0]
		return one.Say + "(" + one.Law + ")"
	}
	r.line(0, "标准之间的倍数 %s %s", c.Of, c.Base)
	r.changed("怎么说", said(r.d.Old, c.Old), said(r.d.New, c.New))
}

func (r *diffReport) item(c *policy.ItemChange) {
	switch {
	case c.Old == nil:
		r.line(0, "事项 %s %s:添上", c.Code, c.New.Name)
		return
	case c.New == nil:
		r.line(0, "事项 %s %s:去掉", c.Code, c.Old.Name)
		return
	}
	r.line(0, "事项 %s %s:%s", c.Code, c.New.Name, strings.Join(r.changes(c), "、"))
	r.changed("名称", c.Old.Name+"("+c.Old.Everyday+")", c.New.Name+"("+c.New.Everyday+")")
	r.changed("依据", strings.Join(c.Old.Law, ";"), strings.Join(c.New.Law, ";"))
	r.changed("算钱", amountOf(r.d.Old, c.Old), amountOf(r.d.New, c.New))
	r.changed("给什么", c.Old.Benefit.Text, c.New.Benefit.Text)
	r.changed("谁定", rulebook.Decider(c.Old), rulebook.Decider(c.New))
	r.changed("期限", limitOf(c.Old), limitOf(c.New))
	r.changed("依法由谁定", byLaw(c.Old), byLaw(c.New))
	r.changed("评议", appraisalOf(c.Old), appraisalOf(c.New))
	r.changed("复核", reviewOf(c.Old), reviewOf(c.New))
	r.changed("公示", noticeOf(c.Old), noticeOf(c.New))
}

// weightsOf writes each part's weight as the points it can come to at most.
func weightsOf(b *policy.Book) string {
	w, most := hardship.WeightsOf(b), hardship.Tops(b)
	out := w.Version() + ":"
	for i, name := range hardship.Names() {
		out += fmt.Sprintf(" %c %s %d(满分 %d.%d 分)", hardship.Keys[i], name, w[i], most[i]/10, most[i]%10)
	}
	return out
}

func weightsFrom(b *policy.Book) string {
	if b.Index == nil {
		return "程序自带的"
	}
	return b.Index.Source
}

// changes lists in words what of an item differs.
func (r *diffReport) changes(c *policy.ItemChange) []string {
	var out []string
	for what, yes := range map[string]bool{"条件": c.Criteria, "算法": c.Benefit, "不能同时享受和抵扣": c.Rules, "文字": c.Texts, "办理": c.Process} {
		if yes {
			out = append(out, what)
		}
	}
	slices.Sort(out)
	if len(c.Statuses) > 0 {
		out = append(out, "跟着身份("+r.names(c.Statuses, statusName)+")")
	}
	if len(c.Params) > 0 {
		out = append(out, "跟着标准("+r.names(c.Params, paramName)+")")
	}
	return out
}

func amountOf(b *policy.Book, it *policy.Item) string {
	if it.Benefit.Formula == nil {
		return "没有"
	}
	each := "按户"
	if it.Benefit.Each {
		each = "按人"
	}
	return strings.TrimSpace(policy.PerWord(it.Benefit.Per)+" "+rulebook.FormulaSaid(b, it.Benefit.Formula)) + "," + each + "算"
}

var bodyWords = map[string]string{policy.ByTownship: "镇街", policy.ByCounty: "县里", policy.ByOutside: "别的单位", "": "没有另外说"}

var appraisalWords = map[policy.Appraisal]string{policy.AppraisalNone: "不用", policy.AppraisalAlways: "都要", policy.AppraisalDisputed: "有争议才要", "": "没有另外说"}

func appraisalOf(it *policy.Item) string { return appraisalWords[it.Appraisal] }

func byLaw(it *policy.Item) string { return cmp.Or(bodyWords[it.ByLaw], it.ByLaw) }

// names says names of the files as people call them.
func (r *diffReport) names(keys []string, name func(*policy.Book, string) string) string {
	out := make([]string, len(keys))
	for i, key := range keys {
		out[i] = cmp.Or(name(r.d.New, key), name(r.d.Old, key), key)
	}
	return strings.Join(out, "、")
}

func statusName(b *policy.Book, key string) string {
	if i := slices.IndexFunc(b.Statuses, func(s policy.Status) bool { return s.Key == key }); i >= 0 {
		return b.Statuses[i].Name
	}
	return ""
}

func paramName(b *policy.Book, key string) string {
	if id, found := b.Param(key); found {
		return b.Params[id].Label
	}
	return ""
}

func limitOf(it *policy.Item) string {
	return strings.TrimSpace(fmt.Sprintf("%d 个工作日,县里定的 %d 个,特殊情况 %d 个(%s)%s",
		it.LimitDays, it.CountyDays, it.SpecialDays, it.LimitMark, it.LimitText))
}

func noticeOf(it *policy.Item) string {
	return fmt.Sprintf("%d 天,%s,%s", it.NoticeDays, map[bool]string{true: "算在期限里", false: "不算在期限里"}[it.NoticeIn], map[bool]string{true: "镇里县里各一次", false: "一次"}[it.NoticeTwice])
}

func reviewOf(it *policy.Item) string {
	var out []string
	for _, c := range it.Review {
		out = append(out, fmt.Sprintf("%s 类每 %d 个月(%s)", c.Class, c.Months, c.Who))
	}
	return strings.Join(out, "、")
}

func (r *diffReport) test(c *policy.TestChange) {
	switch {
	case c.Old == nil:
		r.line(0, "条件 %s:添上:%s(%s)", c.Name, rulebook.Compared(r.d.New, c.New), c.New.Law)
		return
	case c.New == nil:
		r.line(0, "条件 %s:去掉", c.Name)
		return
	}
	r.line(0, "条件 %s", c.Name)
	r.changed("怎么比", rulebook.Compared(r.d.Old, c.Old), rulebook.Compared(r.d.New, c.New))
	r.changed("够条件时说", rulebook.Shown(c.Old.Pass.String()), rulebook.Shown(c.New.Pass.String()))
	r.changed("不够时说", rulebook.Shown(c.Old.Fail.String()), rulebook.Shown(c.New.Fail.String()))
	r.changed("还不知道时说", rulebook.Shown(c.Old.Unknown.String()), rulebook.Shown(c.New.Unknown.String()))
	r.changed("依据", c.Old.Law, c.New.Law)
}

func (r *diffReport) status(c *policy.StatusChange) {
	switch {
	case c.Old == nil:
		r.line(0, "身份 %s %s:添上", c.Key, c.New.Name)
	case c.New == nil:
		r.line(0, "身份 %s %s:去掉", c.Key, c.Old.Name)
	default:
		r.line(0, "身份 %s %s:怎么算够%s", c.Key, c.New.Name, map[bool]string{true: "变了", false: "没变"}[c.Condition])
		r.changed("依据", c.Old.Law, c.New.Law)
		r.changed("名称", c.Old.Name, c.New.Name)
	}
}

func (r *diffReport) param(c *policy.ParamChange) {
	p := c.New
	switch {
	case c.Old == nil:
		r.line(0, "标准 %s %s:添上", c.Name, p.Label)
	case c.New == nil:
		p = c.Old
		r.line(0, "标准 %s %s:去掉", c.Name, p.Label)
	default:
		r.line(0, "标准 %s %s", c.Name, p.Label)
		r.changed("名称", c.Old.Label, c.New.Label)
	}
	r.places(p.Unit, c)
	if len(c.Places) == 0 && c.Texts && c.Old != nil && c.New != nil {
		r.line(1, "数没变,名称、依据或者样本标记变了")
	}
}

// places prints each step from one amount to another once, with the places that
// take it.
func (r *diffReport) places(u policy.Unit, c *policy.ParamChange) {
	var steps []string
	where := map[string][]policy.Place{}
	for _, at := range c.Places {
		step := amountAt(u, at.Old, at.Had) + " → " + amountAt(u, at.New, at.Has)
		if where[step] == nil {
			steps = append(steps, step)
		}
		where[step] = append(where[step], at.Place)
	}
	for _, step := range steps {
		places := r.where(where[step])
		if len(steps) == 1 && c.Everywhere {
			places = "各处"
		}
		r.line(1, "%s", step)
		r.line(2, "%s", places)
	}
}

func amountAt(u policy.Unit, a policy.Amount, has bool) string {
	if !has {
		return "没有"
	}
	mark := ""
	if a.Sample {
		mark = ",样本"
	}
	return fmt.Sprintf("%s %s(%s%s)", u.Number(a.Value), u.Chinese(), a.Source, mark)
}

// where names places: the counties that share areas, by name.
func (r *diffReport) where(places []policy.Place) string {
	areas := map[core.RegionCode][]string{}
	var order []core.RegionCode
	for _, p := range places {
		if areas[p.County] == nil {
			order = append(order, p.County)
		}
		areas[p.County] = append(areas[p.County], cmp.Or(rulebook.AreaWord(p.Area), "还不知道城乡的"))
	}
	var sets []string
	counties := map[string][]string{}
	for _, c := range order {
		set := strings.Join(areas[c], "、")
		if counties[set] == nil {
			sets = append(sets, set)
		}
		counties[set] = append(counties[set], r.county(c))
	}
	var out []string
	for _, set := range sets {
		names := strings.Join(counties[set], "、")
		if len(counties[set]) == len(r.d.Counties())+1 {
			names = "各县"
		}
		out = append(out, names+" "+set)
	}
	return strings.Join(out, ";")
}

func (r *diffReport) county(code core.RegionCode) string {
	if code == "" {
		return "其他县"
	}
	if p, found := r.regions.Place(code); found {
		return p.Name
	}
	return string(code)
}

// touches prints once for all items that may differ at the same places.
func (r *diffReport) touches(what string, list []policy.Touch) {
	var order []string
	items := map[string][]string{}
	for _, t := range list {
		where := "各处"
		if t.Places != nil {
			where = r.where(t.Places)
		}
		if items[where] == nil {
			order = append(order, where)
		}
		items[where] = append(items[where], string(t.Item)+" "+r.title(t.Item))
	}
	for _, where := range order {
		r.line(0, "%s,%s,%d 项:%s", what, where, len(items[where]), strings.Join(items[where], "、"))
	}
}

func (r *diffReport) title(code core.ItemCode) string {
	if _, found := r.d.New.Item(code); found {
		return r.d.New.Title(code)
	}
	return r.d.Old.Title(code)
}
