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
		out.line(0, "== 日历,不分哪天")
	}
	for _, y := range r.d.Years {
		out.line(0, "%d 年的放假安排:%s", y.Year, map[bool]string{true: "添上", false: "去掉,先按平常的星期和法定的日子算"}[y.Has])
	}
	for _, c := range r.d.Calendar {
		out.line(0, "%s:%s → %s", c.Day, dayOf(c.Old), dayOf(c.New))
	}
	return out.String()
}

func dayOf(d policy.Day) string {
	switch {
	case d.Holiday != "":
		return "放假(" + d.Holiday + ")"
	case d.Working:
		return "上班"
	}
	return "周末"
}

func (r *diffReport) pack(c *policy.PackChange) {
	switch {
	case c.Old == nil:
		r.line(0, "规则包 %s %s:用上,%s", c.Code, c.New.Name, packDays(c.New))
		return
	case c.New == nil:
		r.line(0, "规则包 %s %s:不用了", c.Code, c.Old.Name)
		return
	}
	r.line(0, "规则包 %s %s", c.Code, c.New.Name)
	r.changed("名称", c.Old.Name, c.New.Name)
	r.changed("施行的日子", packDays(c.Old), packDays(c.New))
	r.changed("法规", strings.Join(c.Old.Laws, ";"), strings.Join(c.New.Laws, ";"))
	r.changed("改了什么", strings.Join(c.Old.Changes, ""), strings.Join(c.New.Changes, ""))
}

func packDays(p *policy.Pack) string {
	return "从 " + p.From.String() + " 起" + untilOf(p.Until)
}

func untilOf(d core.Date) string {
	if d.IsZero() {
		return ""
	}
	return ",到 " + d.String() + " 前"
}
