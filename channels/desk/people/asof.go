package people

import (
	"net/http"
	"time"

	"lianou/core"
	"lianou/core/registry"
)

// asOf is the view that was picked out of the two times: what was true on a day, as far
// as it was known by the end of another.
type asOf struct {
	On, Told core.Date
	Known    time.Time // the moment that Told ends, or now
	Today    core.Date
	Before   bool // on that day there was no such household
}

// earliest is before anybody whom the register knows was born.
var earliest = core.NewDate(1900, 1, 1)

var (
	errDay    = core.Invalid("on", "日子没写对。请从日历里选一天。")
	errFuture = core.Invalid("on", "选的日子还没到。请选今天或更早的一天。")
)

// asOfForm reads the two days; none given means today and all that is known now.
func asOfForm(r *http.Request, today core.Date, now time.Time) (asOf, error) {
	as := asOf{On: today, Told: today, Known: now, Today: today}
	for name, to := range map[string]*core.Date{"on": &as.On, "told": &as.Told} {
		text := r.FormValue(name)
		if text == "" {
			continue
		}
		day, err := core.ParseDate(text)
		if err != nil || day < earliest {
			return as, errDay
		}
		*to = day
	}
	if as.On > today || as.Told > today {
		return as, errFuture
	}
	if as.Told < today {
		y, m, d := as.Told.Time().Date()
		as.Known = time.Date(y, m, d+1, 0, 0, 0, 0, core.China).Add(-time.Microsecond) // all that was known by the end of the day
	}
	return as, nil
}

func (a asOf) both() registry.AsOf { return registry.AsOf{On: a.On, Known: a.Known} }

// Past reports whether the page shows another view than today's.
func (a asOf) Past() bool { return a.On != a.Today || a.Told != a.Today }
