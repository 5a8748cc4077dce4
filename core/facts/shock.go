package facts

import (
	"slices"

	"lianou/core"
	"lianou/core/policy"
)

// NoSum is the Loss of a Shock of which nobody has said what it cost.
const NoSum = -1

// A Shock is a sudden event (突发困难) as the index and the facts derived from it
// need it.
type Shock struct {
	Date     core.Date
	Loss     core.Fen // NoSum when not known
	Disaster bool
	home     answer // did a disaster damage the home
}

// answer is a fact that may be open.
type answer uint8

const (
	open answer = iota
	no
	yes
)

func shockOf(s *core.Shock) Shock {
	out := Shock{Date: s.Date, Loss: NoSum, Disaster: s.Kind == "disaster"}
	if s.Loss != nil {
		out.Loss = *s.Loss
	}
	switch {
	case s.DamagedHome == nil:
	case *s.DamagedHome == "none":
		out.home = no
	default:
		out.home = yes
	}
	return out
}

// deriveShocks sets the facts that rules ask about sudden events. It leaves only
// those that have happened by the day of the vector.
func (v *Vector) deriveShocks() {
	newest, year, disaster := int64(policy.NoShock), false, false
	damaged, from := no, core.Date(0)
	if len(v.Shocks) > 0 {
		v.Shocks = slices.DeleteFunc(v.Shocks, func(s Shock) bool { return s.Date > v.On })
		from = v.On.AddDate(-1, 0, 0)
	}
	for _, s := range v.Shocks {
		newest = min(newest, int64(v.On-s.Date))
		year = year || s.Date >= from
		if !s.Disaster {
			continue
		}
		if s.Date < from {
			continue // a house that was hit years ago and is repaired is rebuilt by nobody
		}
		disaster = true
		if damaged != yes && s.home != no {
			damaged = s.home
		}
	}
	v.Set(policy.ShockDays, newest)
	v.Set(policy.ShockYear, truth(year))
	v.Set(policy.DisasterYear, truth(disaster))
	if damaged != open {
		v.Set(policy.DisasterHome, truth(damaged == yes))
	}
}
