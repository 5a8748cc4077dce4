package policy

import (
	"maps"
	"slices"
	"time"

	"lianou/core"
)

// A DayChange is one day of the calendar that is not as it was. Limits in working days run
// over it.
type DayChange struct {
	Day      core.Date
	Old, New Day
}

// A Day is what a calendar says of one day.
type Day struct {
	Working bool
	Holiday string // "" for none
}

// A YearChange is a year whose announced holidays are in one of the calendars only. Without
// them it goes by plain weeks and the days fixed by law.
type YearChange struct {
	Year     int
	Had, Has bool
}

// Day is what the calendar says of a day.
func (c *Calendar) Day(d core.Date) Day { return Day{c.Working(d), c.Holiday(d)} }

// compareCalendars goes by the days that either table names. A Book without rules has no
// calendar, and nothing is said of it.
func (d *Diff) compareCalendars() {
	was, is := d.Old.Calendar, d.New.Calendar
	if was == is || was == nil || is == nil {
		return
	}
	days, years := map[core.Date]bool{}, map[int]bool{}
	for _, c := range []*Calendar{was, is} {
		for day := range c.off {
			days[day] = true
		}
		for day := range c.work {
			days[day] = true
		}
		maps.Copy(years, c.years)
	}
	for _, year := range slices.Sorted(maps.Keys(years)) {
		if was.years[year] == is.years[year] {
			continue
		}
		d.Years = append(d.Years, YearChange{year, was.years[year], is.years[year]})
		for day := core.NewDate(year, time.January, 1); day < core.NewDate(year+1, time.January, 1); day++ {
			days[day] = true // also those that the law fixes
		}
	}
	for _, day := range slices.Sorted(maps.Keys(days)) {
		if x, y := was.Day(day), is.Day(day); x != y {
			d.Calendar = append(d.Calendar, DayChange{day, x, y})
		}
	}
}

// A PackChange is one pack of rules that is not in force as it was. What it says of items
// and statuses is told with these.
type PackChange struct {
	Code     string
	Old, New *Pack // nil: not in force under that Book
	Days     bool  // in force from or until another day
	Texts    bool  // its name, laws or sentences
}

func (d *Diff) comparePacks() {
	var codes []string
	for _, b := range []*Book{d.Old, d.New} {
		for i := range b.Packs {
			codes = append(codes, b.Packs[i].Code)
		}
	}
	slices.Sort(codes)
	for _, code := range slices.Compact(codes) {
		c := PackChange{Code: code, Old: d.Old.pack(code), New: d.New.pack(code)}
		if x, y := c.Old, c.New; x != nil && y != nil {
			c.Days = x.From != y.From || x.Until != y.Until
			c.Texts = x.Name != y.Name || !slices.Equal(x.Laws, y.Laws) || !slices.Equal(x.Changes, y.Changes)
		}
		if c.Old == nil || c.New == nil || c.Days || c.Texts {
			d.Packs = append(d.Packs, c)
		}
	}
}

func (b *Book) pack(code string) *Pack {
	i := slices.IndexFunc(b.Packs, func(p Pack) bool { return p.Code == code })
	if i < 0 {
		return nil
	}
	return &b.Packs[i]
}
