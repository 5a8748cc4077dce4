package main

import (
	"strings"

	"lianou/core"
	"lianou/core/policy"
)

// calendar writes the days that are not as they were, "" for none.
func (r *diffReport) calendar() string {
	out := &diffReport{d: r.d}
	if len(r.d.Calendar)+len(r.d.Years) > 0 {
		out.line(0, "== calendar, on all days")
	}
	for _, y := range r.d.Years {
		out.line(0, "year %d: %s", y.Year, map[bool]string{true: "its holidays are added", false: "its holidays are removed: plain weeks and the days fixed by law"}[y.Has])
	}
	for _, c := range r.d.Calendar {
		out.line(0, "day %s: %s -> %s", c.Day, dayOf(c.Old), dayOf(c.New))
	}
	return out.String()
}

func dayOf(d policy.Day) string {
	switch {
	case d.Holiday != "":
		return "off, " + d.Holiday
	case d.Working:
		return "worked"
	}
	return "off, weekend"
}

func (r *diffReport) pack(c *policy.PackChange) {
	switch {
	case c.Old == nil:
		r.line(0, "pack %s %s: in force, %s", c.Code, c.New.Name, packDays(c.New))
		return
	case c.New == nil:
		r.line(0, "pack %s %s: not in force", c.Code, c.Old.Name)
		return
	}
	r.line(0, "pack %s %s", c.Code, c.New.Name)
	r.changed("name", c.Old.Name, c.New.Name)
	r.changed("in force", packDays(c.Old), packDays(c.New))
	r.changed("laws", strings.Join(c.Old.Laws, "; "), strings.Join(c.New.Laws, "; "))
	r.changed("what it brought", strings.Join(c.Old.Changes, " "), strings.Join(c.New.Changes, " "))
}

func packDays(p *policy.Pack) string {
	return "from " + p.From.String() + untilOf(p.Until)
}

func untilOf(d core.Date) string {
	if d.IsZero() {
		return ""
	}
	return " until " + d.String()
}
