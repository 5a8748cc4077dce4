package facts

import (
	"slices"

	"lianou/core"
	"lianou/core/policy"
)

// NoSum is the Loss of a Shock of which nobody has said what it cost.
const NoSum = -1

// Silence is for how many days the word that nothing (else) has happened to a household stands:
// as many as the rules of urgent aid look back on (shock.window of the Book; 社会救助暂行办法
// 第47条 asks what struck a family now). What is recorded to have happened stays true for good.
// An edition with another number is told so where it is signed (core/rulebook, Reminders).
// A word that is older is neither a yes nor a no: it has to be asked again, whoever judges.
const Silence = 90

// Silent reports whether the word on a household's events, of the day asked, says nothing any
// more of what may have happened by another day. A zero day is a word of that very day.
func Silent(asked, on core.Date) bool { return asked != 0 && on-asked > Silence }

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
// those that have happened by the day of the vector. Once nobody has asked for longer than
// Silence, what is recorded answers with yes, and nothing with no.
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
	v.Silent = Silent(v.Asked, v.On)
	if !v.Silent || newest <= Silence {
		v.Set(policy.ShockDays, newest)
	}
	v.setUnless(policy.ShockYear, year)
	v.setUnless(policy.DisasterYear, disaster)
	if damaged != open {
		v.setUnless(policy.DisasterHome, damaged == yes)
	}
}

// setUnless sets a fact that is so, or that is not so by a word which still stands.
func (v *Vector) setUnless(f policy.FactID, is bool) {
	if is || !v.Silent {
		v.Set(f, truth(is))
	}
}
