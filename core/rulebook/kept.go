package rulebook

import (
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/policy"
)

// A stay is a place with an amount of its own, which stays where the general one is another.
type stay struct {
	policy.Place
	is string
}

// stays says them, those of one amount together: who raises a standard for 各县 does not see that
// the four with rows of their own stay behind.
func (t *teller) stays(list []stay, counties int) string {
	var order, says []string
	where := map[string][]policy.Place{}
	for _, s := range list {
		if where[s.is] == nil {
			order = append(order, s.is)
		}
		where[s.is] = append(where[s.is], s.Place)
	}
	for _, is := range order {
		says = append(says, t.where(where[is], counties)+" "+is)
	}
	if len(says) == 0 {
		return ""
	}
	return ";另有自己标准、不变的:" + strings.Join(says, ";")
}

// staying are the counties, urban and rural, that have not moved where the general
// amount takes a step.
func staying(counties []core.RegionCode, step, moved []policy.Place, is func(policy.Place) string) (out []stay) {
	for _, county := range counties {
		for _, area := range []core.Area{"urban", "rural"} {
			at := policy.Place{County: county, Area: area}
			if county != "" && slices.Contains(step, policy.Place{Area: area}) && !slices.Contains(moved, at) {
				out = append(out, stay{at, is(at)})
			}
		}
	}
	return out
}

// kept says what stays of a standard between two Books, beside a step of it.
func (t *teller) kept(c *policy.ParamChange, d *policy.Diff, step []policy.Place) string {
	var moved []policy.Place
	for _, at := range c.Places {
		moved = append(moved, at.Place)
	}
	return t.stays(staying(d.Counties(), step, moved, func(at policy.Place) string {
		id, found := d.New.Param(c.Name)
		if !found {
			return "没有"
		}
		a, has := d.New.Amount(id, at.County, at.Area)
		return amountOf(d.New, c.Name, a, has)
	}), len(d.Counties()))
}

// keptRows says what stays of a standard beside a step, of all its moves in a span.
func (sp Speaker) keptRows(t *teller, of ParamLine, all []move, s span, step []policy.Place) string {
	var counties []core.RegionCode
	var moved []policy.Place
	for _, r := range of.Rows {
		counties = append(counties, r.Counties...)
	}
	slices.Sort(counties)
	counties = slices.Compact(counties)
	for _, m := range all {
		if m.span == s {
			moved = append(moved, m.Place)
		}
	}
	return t.stays(staying(counties, step, moved, func(at policy.Place) string { return sp.value(of, rowAt(of.Rows, at, s.from)) }), len(counties))
}
