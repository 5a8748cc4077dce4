package notify

import (
	"time"

	"lianou/core"
)

// Night is when nothing is sent that can wait, by the city's clock: from From of one day
// until Until of the next, as times of day. The zero Night is none.
type Night struct{ From, Until time.Duration }

// CityNight is from nine in the evening to eight: who is woken by a text about a form
// switches the telephone off, and misses the one about money. Our voice rings in narrower
// hours yet (calls.RingHours).
func CityNight() Night { return Night{From: 21 * time.Hour, Until: 8 * time.Hour} }

// spread is how long after the night what waited goes out, so that a whole night does not
// fall on a provider, or on the hotline, in one second.
const spread = 15 * time.Minute

// Wait reports how long something that was queued then waits from now; 0 at any other hour
// than a night's. What was queued earlier goes earlier: the night is laid over the spread.
func (n Night) Wait(now, queued time.Time) time.Duration {
	begin, end, in := n.around(now)
	if !in {
		return 0
	}
	part := min(max(queued.Sub(begin), 0), end.Sub(begin))
	slot := end.Add(time.Duration(float64(spread) * float64(part) / float64(end.Sub(begin))))
	return slot.Sub(now)
}

// around is the night that now lies in.
func (n Night) around(now time.Time) (begin, end time.Time, in bool) {
	if n == (Night{}) {
		return begin, end, false
	}
	now = now.In(core.China)
	for _, day := range []int{-1, 0} { // last night, and the coming one
		midnight := time.Date(now.Year(), now.Month(), now.Day()+day, 0, 0, 0, 0, core.China)
		begin, end = midnight.Add(n.From), midnight.AddDate(0, 0, 1).Add(n.Until)
		if !now.Before(begin) && now.Before(end) {
			return begin, end, true
		}
	}
	return begin, end, false
}

// Haste is why a notice is sent at night. The list is closed, here and in the database; ""
// waits. A log-in code and the word about who helps are not notices: somebody stands at the
// door with them, or must stop an impostor now.
type Haste string

// The reasons.
const (
	// HasteEmergency: money of an emergency is on the card. Who has nothing to eat, or
	// stands in a hospital at the till, acts on it the same night.
	HasteEmergency Haste = "emergency"

	// HasteVisit: somebody comes before the message would go out and be read, today or
	// tomorrow morning. Who finds two strangers at the door unannounced does not open.
	HasteVisit Haste = "visit"
)

// HasteOfVisit is the haste of a visit on a day, in its morning or not, told on today.
func HasteOfVisit(on, today core.Date, morning bool) Haste {
	if on <= today || morning && on == today.AddDate(0, 0, 1) {
		return HasteVisit
	}
	return ""
}
