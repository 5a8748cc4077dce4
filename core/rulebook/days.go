package rulebook

import (
	"fmt"
	"strconv"

	"lianou/core"
	"lianou/core/policy"
)

func yearKey(year int) key { return key{"year", strconv.Itoa(year)} }

// calendar tells the days that are not as they were; those that follow one another and change
// alike are one line. A year that comes or goes whole is one line as well.
func (t *teller) calendar(d *policy.Diff, keep keeps) {
	if d == nil {
		return
	}
	whole := map[int]int{}
	for _, y := range d.Years {
		whole[y.Year] = 0
	}
	var run *run
	for _, c := range d.Calendar {
		year := c.Day.Time().Year()
		if n, is := whole[year]; is {
			whole[year] = n + 1
			continue
		}
		if !keep(dayKey(c.Day)) {
			continue
		}
		if run != nil && run.takes(c, t.today) {
			run.to = c.Day
			continue
		}
		t.days(run)
		run = newRun(c)
	}
	t.days(run)
	for _, y := range d.Years {
		if !keep(yearKey(y.Year)) {
			continue
		}
		what := "有 → 没有,先按平常的星期和法定的日子算"
		if y.Has {
			what = "没有 → 有"
		}
		gone := core.NewDate(y.Year+1, 1, 1) <= t.today
		t.lines = append(t.lines, line{kind: ofDay, gone: gone, text: fmt.Sprintf("%d 年的放假安排:%s(%d 天不一样)", y.Year, what, whole[y.Year])})
	}
}

// A run is days one after another that change alike.
type run struct {
	from, to core.Date
	old, new policy.Day
}

func newRun(c policy.DayChange) *run { return &run{c.Day, c.Day, c.Old, c.New} }

// takes reports whether a day goes on with it; today begins another.
func (r *run) takes(c policy.DayChange, today core.Date) bool {
	return c.Day == r.to+1 && c.Old == r.old && c.New == r.new && c.Day != today
}

func (t *teller) days(r *run) {
	if r == nil {
		return
	}
	when := r.from.String()
	if r.to > r.from {
		when += " 到 " + r.to.String()
	}
	t.lines = append(t.lines, line{kind: ofDay, gone: r.to < t.today, text: "日历 " + when + ":" + dayWord(r.old) + " → " + dayWord(r.new)})
}

func dayWord(d policy.Day) string {
	switch {
	case d.Holiday != "":
		return "放假(" + d.Holiday + ")"
	case d.Working:
		return "上班"
	}
	return "周末"
}
