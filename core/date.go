package core

import (
	"time"
)

// Date is a civil day in China, counted in days since 1970-01-01. It compares
// with < and subtracts to a number of days. The zero value is 1970-01-01 and is
// never a day that the city means; IsZero reports it.
type Date int32

// China is the zone all civil dates are read in. The country has had one zone
// and no daylight saving since 1992, so a fixed offset is exact for our dates
// and needs no zone database on the machine.
var China = time.FixedZone("CST", 8*3600)

// DateOf gives the civil day in China on which t falls.
func DateOf(t time.Time) Date {
	y, m, d := t.In(China).Date()
	return NewDate(y, m, d)
}

// NewDate makes a day from year, month and day; out-of-range values roll over as
// in time.Date.
func NewDate(y int, m time.Month, d int) Date {
	return Date(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// ParseDate reads "2006-01-02". Errors are KindInvalid.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1850 || t.Year() > 2200 {
		return 0, Invalid("date", "日期请写成 2024-03-01 这样。")
	}
	return NewDate(t.Date()), nil
}

// Time is the start of the day in UTC terms, for passing to SQL date columns.
func (d Date) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// AddDate adds years, months and days as time.Time.AddDate does.
func (d Date) AddDate(y, m, days int) Date { return NewDate(d.Time().AddDate(y, m, days).Date()) }

// IsZero reports whether no day was set.
func (d Date) IsZero() bool { return d == 0 }

// String writes "2006-01-02".
func (d Date) String() string { return d.Time().Format(time.DateOnly) }

// Say writes the day as citizens read it, such as "3月4日".
func (d Date) Say() string { return d.Time().Format("1月2日") }

// SayWhole is Say with the year, for a day that may be far away.
func (d Date) SayWhole() string { return d.Time().Format("2006年1月2日") }

// Age is the full years lived on day `on` by somebody born on d.
func (d Date) Age(on Date) int {
	b, t := d.Time(), on.Time()
	age := t.Year() - b.Year()
	if t.Month() < b.Month() || (t.Month() == b.Month() && t.Day() < b.Day()) {
		age--
	}
	return age
}

// MarshalText and UnmarshalText write and read "2006-01-02" in JSON and YAML.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads "2006-01-02".
func (d *Date) UnmarshalText(b []byte) error {
	v, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}
