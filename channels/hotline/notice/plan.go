package notice

import (
	"time"

	"lianou/core"
	"lianou/intake/calls"
)

// Reach is what one call came to.
type Reach string

// The reaches. Only Told ends a notice.
const (
	Told     Reach = "told"      // a key says so
	NoKey    Reach = "no_key"    // picked up, and no key
	Machine  Reach = "machine"   // an answering machine
	Busy     Reach = "busy"      // the line was engaged
	NoAnswer Reach = "no_answer" // it rang, or could not be reached
	Failed   Reach = "failed"    // the trunk would not, or the line broke
)

// MostCalls is how often one notice is rung about; then a person calls.
const MostCalls = 3

// morning is when somebody whom two calls did not reach is rung the next day.
const morning = 9*time.Hour + 30*time.Minute

// Longest is how long one call may take, from dialling to its last word.
const Longest = 3 * time.Minute

// Hours reports whether somebody may be rung up now, and else when.
func Hours(now time.Time) (when time.Time, open bool) {
	return calls.RingHours(now, Longest)
}

func dayTime(day time.Time, at time.Duration) time.Time {
	y, m, d := day.In(core.China).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, core.China).Add(at)
}

// Again is when a call that told nobody is made again, after so many calls. ok is false
// when there were enough.
func Again(r Reach, sends int, now time.Time) (when time.Time, ok bool) {
	if sends >= MostCalls || r == Told {
		return time.Time{}, false
	}
	switch {
	case r == Busy: // somebody is there
		when = now.Add(10 * time.Minute)
	case r == Machine: // nobody for some hours
		when = now.Add(4 * time.Hour)
	case r == Failed:
		when = now.Add(30 * time.Minute)
	case sends == 1:
		when = now.Add(2 * time.Hour)
	default: // another time of day
		return dayTime(now.In(core.China).AddDate(0, 0, 1), morning), true
	}
	if later, open := Hours(when); !open {
		return later, true
	}
	return when, true
}
