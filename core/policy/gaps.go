package policy

import (
	"cmp"
	"slices"

	"lianou/core"
)

// checkGaps holds that a place which once had an amount has one on every later
// day: a rule without its limit would leave people open for good, and nobody would
// see it. Rows of one county and area must join as well, because in a hole
// between them the general row would hold unnoticed.
func (b *builder) checkGaps(a at, p *srcParam) {
	if len(p.Rows) > maxRows || slices.ContainsFunc(p.Rows, func(r srcRow) bool { return len(r.Counties) > maxCounties }) {
		return
	}
	counties := namedCounties(p)
	if len(counties) > maxCounties {
		b.problem(a, "这个标准写的区县太多了。请分清是哪些区县。", "more than %d counties", maxCounties)
		return
	}
	for _, county := range counties {
		for _, area := range []core.Area{"urban", "rural"} {
			b.checkPlace(a, p, county, area)
		}
	}
	said := map[int]bool{} // a row of several counties is told once
	for _, rows := range tracks(p, counties) {
		for k := 1; k < len(rows); k++ {
			before, after := &p.Rows[rows[k-1]], &p.Rows[rows[k]]
			if !before.Until.IsZero() && before.Until.Date < after.From.Date && !said[rows[k]] {
				said[rows[k]] = true
				b.gap(a.in(index("rows", rows[k])), before.Until.Date, after.From.Date)
			}
		}
	}
}

// gap says that nothing holds from one day to the next.
func (b *builder) gap(a at, from, until core.Date) {
	b.problem(a.in("from"), "从"+from.SayWhole()+"到"+until.SayWhole()+"前一天,这个地方没有数额。请把日期接上,中间不能空。",
		"there is a gap: nothing holds from %s to %s", from, until)
}

// namedCounties lists the counties that rows name, and "" for all others.
func namedCounties(p *srcParam) []core.RegionCode {
	out := []core.RegionCode{""}
	for i := range p.Rows {
		for _, c := range p.Rows[i].Counties {
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

// tracks groups the rows by county and area, "" for the general ones, each by the day it
// begins. A row of several counties is in the track of each: lists are cut and joined again
// as counties part and come together.
func tracks(p *srcParam, counties []core.RegionCode) [][]int {
	var out [][]int
	for _, county := range counties {
		for _, area := range []string{"", "urban", "rural"} {
			var rows []int
			for i := range p.Rows {
				r := &p.Rows[i]
				if string(r.Area) == area && (county == "" && r.Counties == nil || slices.Contains(r.Counties, county)) {
					rows = append(rows, i)
				}
			}
			slices.SortStableFunc(rows, func(x, y int) int { return cmp.Compare(p.Rows[x].From.Date, p.Rows[y].From.Date) })
			out = append(out, rows)
		}
	}
	return out
}

// checkPlace walks the rows that hold at one place and finds the first day after
// the first row on which none does.
func (b *builder) checkPlace(a at, p *srcParam, county core.RegionCode, area core.Area) {
	var rows []int
	for i := range p.Rows {
		r := &p.Rows[i]
		if (r.Area == "" || r.Area == area) && (r.Counties == nil || slices.Contains(r.Counties, county)) {
			rows = append(rows, i)
		}
	}
	if len(rows) == 0 {
		return
	}
	slices.SortStableFunc(rows, func(x, y int) int { return cmp.Compare(p.Rows[x].From.Date, p.Rows[y].From.Date) })
	last := rows[0]
	for _, i := range rows[1:] {
		end := p.Rows[last].Until.Date
		if end.IsZero() {
			return
		}
		if p.Rows[i].From.Date > end {
			b.gap(a.in(index("rows", i)), end, p.Rows[i].From.Date)
			return
		}
		if u := p.Rows[i].Until.Date; u.IsZero() || u > end {
			last = i
		}
	}
	if end := p.Rows[last].Until.Date; !end.IsZero() {
		b.problem(a.in(index("rows", last)).in("until"), "从"+end.SayWhole()+"起,这个地方没有数额了。请补上以后的一行,或者去掉结束的日期。",
			"there is a gap: nothing holds from %s on", end)
	}
}
