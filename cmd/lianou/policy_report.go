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
	if r.d.Index {
		r.line(0, "weights of the hardship index: everybody's place may differ")
		r.changed("weights", weightsOf(r.d.Old), weightsOf(r.d.New))
		r.changed("source", weightsFrom(r.d.Old), weightsFrom(r.d.New))
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
	r.touches("outcomes may differ", r.d.Judged())
	r.touches("amounts may differ", r.d.Paid())
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

func (r *diffReport) item(c *policy.ItemChange) {
	switch {
	case c.Old == nil:
		r.line(0, "item %s %s: added", c.Code, c.New.Name)
		return
	case c.New == nil:
		r.line(0, "item %s %s: removed", c.Code, c.Old.Name)
		return
	}
	r.line(0, "item %s %s: %s", c.Code, c.New.Name, strings.Join(changes(c), ", "))
	r.changed("name", c.Old.Name+" / "+c.Old.Everyday, c.New.Name+" / "+c.New.Everyday)
	r.changed("law", strings.Join(c.Old.Law, "; "), strings.Join(c.New.Law, "; "))
	r.changed("amount", amountOf(c.Old), amountOf(c.New))
	r.changed("what is given", c.Old.Benefit.Text, c.New.Benefit.Text)
	r.changed("decided by", c.Old.Decides+" "+c.Old.Body, c.New.Decides+" "+c.New.Body)
	r.changed("limit", limitOf(c.Old), limitOf(c.New))
	r.changed("decided by law by", c.Old.ByLaw, c.New.ByLaw)
	r.changed("appraisal", string(c.Old.Appraisal), string(c.New.Appraisal))
	r.changed("review", reviewOf(c.Old), reviewOf(c.New))
	r.changed("public notice", noticeOf(c.Old), noticeOf(c.New))
}

// weightsOf writes each part's weight as the points it can come to at most.
func weightsOf(b *policy.Book) string {
	w, most := hardship.WeightsOf(b), hardship.Tops(b)
	out := w.Version() + ":"
	for i, name := range hardship.Names() {
		out += fmt.Sprintf(" %c %s %d%% (%d.%d points)", hardship.Keys[i], name, w[i], most[i]/10, most[i]%10)
	}
	return out
}

func weightsFrom(b *policy.Book) string {
	if b.Index == nil {
		return "built in"
	}
	return b.Index.Source
}

// changes lists in words what of an item differs.
func changes(c *policy.ItemChange) []string {
	var out []string
	for what, yes := range map[string]bool{"criteria": c.Criteria, "benefit": c.Benefit, "exclusions": c.Rules, "texts": c.Texts, "handling": c.Process} {
		if yes {
			out = append(out, what)
		}
	}
	slices.Sort(out)
	if len(c.Statuses) > 0 {
		out = append(out, "by status "+strings.Join(c.Statuses, " "))
	}
	if len(c.Params) > 0 {
		out = append(out, "by amount "+strings.Join(c.Params, " "))
	}
	return out
}

func amountOf(it *policy.Item) string {
	if it.Benefit.Formula == nil {
		return "none"
	}
	each := ""
	if it.Benefit.Each {
		each = " for each"
	}
	return it.Benefit.Formula.Source + " per " + it.Benefit.Per + each
}

func limitOf(it *policy.Item) string {
	return strings.TrimSpace(fmt.Sprintf("%d working days, %d at the county, %d in special cases (%s) %s",
		it.LimitDays, it.CountyDays, it.SpecialDays, it.LimitMark, it.LimitText))
}

func noticeOf(it *policy.Item) string {
	return fmt.Sprintf("%d days, inside the limit: %v, twice: %v", it.NoticeDays, it.NoticeIn, it.NoticeTwice)
}

func reviewOf(it *policy.Item) string {
	var out []string
	for _, c := range it.Review {
		out = append(out, fmt.Sprintf("%s every %d months (%s)", c.Class, c.Months, c.Who))
	}
	return strings.Join(out, ", ")
}

func (r *diffReport) test(c *policy.TestChange) {
	switch {
	case c.Old == nil:
		r.line(0, "condition %s: added: %s (%s)", c.Name, r.d.New.Condition(c.New), c.New.Law)
		return
	case c.New == nil:
		r.line(0, "condition %s: removed", c.Name)
		return
	}
	r.line(0, "condition %s", c.Name)
	r.changed("compares", r.d.Old.Condition(c.Old), r.d.New.Condition(c.New))
	r.changed("when it holds", c.Old.Pass.String(), c.New.Pass.String())
	r.changed("when it does not", c.Old.Fail.String(), c.New.Fail.String())
	r.changed("when it is not known", c.Old.Unknown.String(), c.New.Unknown.String())
	r.changed("law", c.Old.Law, c.New.Law)
}

func (r *diffReport) status(c *policy.StatusChange) {
	switch {
	case c.Old == nil:
		r.line(0, "status %s %s: added", c.Key, c.New.Name)
	case c.New == nil:
		r.line(0, "status %s %s: removed", c.Key, c.Old.Name)
	default:
		r.line(0, "status %s %s: condition %s", c.Key, c.New.Name, map[bool]string{true: "differs", false: "is the same"}[c.Condition])
		r.changed("law", c.Old.Law, c.New.Law)
		r.changed("name", c.Old.Name, c.New.Name)
	}
}

func (r *diffReport) param(c *policy.ParamChange) {
	p := c.New
	switch {
	case c.Old == nil:
		r.line(0, "amount %s %s: added", c.Name, p.Label)
	case c.New == nil:
		p = c.Old
		r.line(0, "amount %s %s: removed", c.Name, p.Label)
	default:
		r.line(0, "amount %s %s", c.Name, p.Label)
		r.changed("label", c.Old.Label, c.New.Label)
	}
	r.places(p.Unit, c)
	if len(c.Places) == 0 && c.Texts && c.Old != nil && c.New != nil {
		r.line(1, "the amounts are the same; a label, a source or a sample mark differs")
	}
}

// places prints each step from one amount to another once, with the places that
// take it.
func (r *diffReport) places(u policy.Unit, c *policy.ParamChange) {
	var steps []string
	where := map[string][]policy.Place{}
	for _, at := range c.Places {
		step := amountAt(u, at.Old, at.Had) + " -> " + amountAt(u, at.New, at.Has)
		if where[step] == nil {
			steps = append(steps, step)
		}
		where[step] = append(where[step], at.Place)
	}
	for _, step := range steps {
		places := r.where(where[step])
		if len(steps) == 1 && c.Everywhere {
			places = "everywhere"
		}
		r.line(1, "%s", step)
		r.line(2, "%s", places)
	}
}

func amountAt(u policy.Unit, a policy.Amount, has bool) string {
	if !has {
		return "none"
	}
	mark := ""
	if a.Sample {
		mark = ", sample"
	}
	return fmt.Sprintf("%s %s (%s%s)", u.Number(a.Value), u, a.Source, mark)
}

// where names places: the counties that share areas, by name.
func (r *diffReport) where(places []policy.Place) string {
	areas := map[core.RegionCode][]string{}
	var order []core.RegionCode
	for _, p := range places {
		if areas[p.County] == nil {
			order = append(order, p.County)
		}
		areas[p.County] = append(areas[p.County], cmp.Or(string(p.Area), "area not known"))
	}
	var sets []string
	counties := map[string][]string{}
	for _, c := range order {
		set := strings.Join(areas[c], ", ")
		if counties[set] == nil {
			sets = append(sets, set)
		}
		counties[set] = append(counties[set], r.county(c))
	}
	var out []string
	for _, set := range sets {
		names := strings.Join(counties[set], ", ")
		if len(counties[set]) == len(r.d.Counties())+1 {
			names = "every county"
		}
		out = append(out, set+" in "+names)
	}
	return strings.Join(out, "; ")
}

func (r *diffReport) county(code core.RegionCode) string {
	if code == "" {
		return "other counties"
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
		where := "everywhere"
		if t.Places != nil {
			where = r.where(t.Places)
		}
		if items[where] == nil {
			order = append(order, where)
		}
		items[where] = append(items[where], string(t.Item)+" "+r.title(t.Item))
	}
	for _, where := range order {
		r.line(0, "%s, %s, items %d: %s", what, where, len(items[where]), strings.Join(items[where], ", "))
	}
}

func (r *diffReport) title(code core.ItemCode) string {
	if _, found := r.d.New.Item(code); found {
		return r.d.New.Title(code)
	}
	return r.d.Old.Title(code)
}
