package payout

import (
	"time"

	"lianou/core"
)

// Period is a calendar month as yyyymm, the month money is for.
type Period string

// PeriodOf gives the month a day lies in.
func PeriodOf(d core.Date) Period { return Period(d.Time().Format("200601")) }

// ParsePeriod accepts yyyymm of 2000 to 2099. Errors are KindInvalid.
func ParsePeriod(s string) (Period, error) {
	t, err := time.Parse("200601", s)
	if err != nil || t.Year() < 2000 || t.Year() > 2099 {
		return "", core.Invalid("period", "月份请写成 202603 这样。")
	}
	return Period(s), nil
}

// Start is the first day of the month.
func (p Period) Start() core.Date {
	t, err := time.Parse("200601", string(p))
	if err != nil {
		return 0
	}
	return core.NewDate(t.Date())
}

// Year is the month's year.
func (p Period) Year() int { return p.Start().Time().Year() }

// Month is the month's number, 1 to 12, as notices print it.
func (p Period) Month() int { return int(p.Start().Time().Month()) }

// Next is the month after.
func (p Period) Next() Period { return PeriodOf(p.Start().AddDate(0, 1, 0)) }

// FirstMonth is the month from which money decided on a day is for: monthly money
// runs from the next (自确认次月起, 最低生活保障审核确认办法 第二十五条).
func FirstMonth(per string, on core.Date) Period {
	if per == "month" {
		return PeriodOf(on).Next()
	}
	return PeriodOf(on)
}
