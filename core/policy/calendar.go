package policy

import (
	"time"

	"lianou/core"
)

// Calendar knows which days are working days (工作日) in China: the plain week,
// changed by each year's announced holidays and make-up days (调休). It is
// immutable.
type Calendar struct {
	off   map[core.Date]string // days of rest, with the holiday's name
	work  map[core.Date]bool   // weekend days worked instead
	years map[int]bool
}

func newCalendar() *Calendar {
	return &Calendar{off: map[core.Date]string{}, work: map[core.Date]bool{}, years: map[int]bool{}}
}

// Working reports whether d is a working day.
func (c *Calendar) Working(d core.Date) bool {
	if c.Holiday(d) != "" {
		return false
	}
	if c.work[d] {
		return true
	}
	// 1970-01-01 was a Thursday.
	day := time.Weekday(((int(d)+4)%7 + 7) % 7)
	return day != time.Saturday && day != time.Sunday
}

// Holiday gives the name of the holiday that d is part of, "" for none.
func (c *Calendar) Holiday(d core.Date) string {
	if name := c.off[d]; name != "" || c.Known(d) {
		return name
	}
	return byLaw(d)
}

// byLaw names the days of rest that the law fixes in the solar calendar
// (全国年节及纪念日放假办法第二条, as of 2025). They hold before a year's announcement,
// which comes in November, when limits already run into January.
func byLaw(d core.Date) string {
	switch t := d.Time(); {
	case t.Month() == time.January && t.Day() == 1:
		return "元旦节"
	case t.Month() == time.May && t.Day() <= 2:
		return "劳动节"
	case t.Month() == time.October && t.Day() <= 3:
		return "国庆节"
	}
	return ""
}

// Known reports whether the announced holidays of d's year are in the table.
// Outside it a date is counted by plain weeks and the days fixed by law, without
// the festivals of the lunar calendar, and should be shown as provisional.
func (c *Calendar) Known(d core.Date) bool { return c.years[d.Time().Year()] }

// Add gives the day on which n working days have passed since d: d itself does
// not count (民法典第201条: 开始的当日不计入). With n = 0 it is d when that is a
// working day, else the next one. A negative n counts back, as 0.
func (c *Calendar) Add(d core.Date, n int) core.Date {
	for ; n > 0; n-- {
		for d++; !c.Working(d); d++ {
		}
	}
	for !c.Working(d) {
		d++
	}
	return d
}

// Between counts the working days after from, up to and including to. It is
// negative when to lies before from.
func (c *Calendar) Between(from, to core.Date) int {
	if to < from {
		return -c.Between(to, from)
	}
	n := 0
	for d := from + 1; d <= to; d++ {
		if c.Working(d) {
			n++
		}
	}
	return n
}

func (b *builder) addYears(f *file) {
	for i, y := range f.doc.Calendar {
		a := f.section("calendar", i, "calendar")
		if b.calendar.years[int(y.Year)] {
			b.problem(a.in("year"), "这一年的放假安排写了两遍。请留下一份。", "the year %d is given twice", y.Year)
		}
		if y.Year < 2000 || y.Year > 2099 {
			b.problem(a.in("year"), "年份写得不对。年份写四位,比如 2024。", "%d is no year from 2000 to 2099", y.Year)
		}
		b.calendar.years[int(y.Year)] = true
		for k, fest := range y.Off {
			for n, d := range fest.Days {
				b.checkDay(a.in(index("off", k)+".days").nth(n), int(y.Year), d.Date)
				b.calendar.off[d.Date] = fest.Name
			}
		}
		for k, d := range y.Work {
			b.checkDay(a.in("work").nth(k), int(y.Year), d.Date)
			b.calendar.work[d.Date] = true
		}
	}
}

func (b *builder) checkDay(a at, year int, d core.Date) {
	_, off := b.calendar.off[d]
	if d.Time().Year() != year || off || b.calendar.work[d] {
		b.problem(a, d.SayWhole()+"不是这一年的,或者写了两遍。请改正。", "%s does not belong to %d or is given twice", d, year)
	}
}
