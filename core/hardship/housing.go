package hardship

import (
	"lianou/core"
	"lianou/core/facts"
	"lianou/core/policy"
)

// housing is E: a D-grade house or no home 8, a C-grade one 5, rented and under 13
// square metres a head 3. What is not known is tried both ways.
func (s *Scorer) housing(v *facts.Vector) span {
	w := &s.words
	low, high := int64(8), int64(0)
	grades, n := choices(v, policy.HouseGrade, 0, w.gradeC, w.gradeD)
	for _, grade := range grades[:n] {
		owned, n := choices(v, policy.OwnsHome, 1, 0, 0)
		for _, owns := range owned[:n] {
			rented, n := choices(v, policy.Renting, 1, 0, 0)
			for _, rents := range rented[:n] {
				floors, n := choices(v, policy.FloorArea, 0, smallFloor, smallFloor)
				for _, floor := range floors[:n] {
					p := s.housingPoints(grade, owns == 1, rents == 1, floor)
					low, high = min(low, p), max(high, p)
				}
			}
		}
	}
	return span{points(low), points(high)}
}

// smallFloor is 13 square metres in hundredths.
const smallFloor = 13_00

func (s *Scorer) housingPoints(grade int64, owns, rents bool, floor int64) int64 {
	switch {
	case grade == s.words.gradeD, !owns && !rents:
		return 8
	case grade == s.words.gradeC:
		return 5
	case rents && floor < smallFloor:
		return 3
	default:
		return 0
	}
}

// choices is the known value alone, or every value that makes a difference.
func choices(v *facts.Vector, f policy.FactID, a, b, c int64) ([3]int64, int) {
	if x, known := v.Get(f); known {
		return [3]int64{x}, 1
	}
	return [3]int64{a, b, c}, 3
}

// shock is G: each event of the last twelve months counts by its loss over half a
// year's income, less a twelfth for every month that has passed; at most 10.
func shock(v *facts.Vector) span {
	if _, known := v.Get(policy.ShockDays); !known && !v.Silent {
		return span{points(0), points(10)}
	}
	income, known := yearIncome(v)
	var low, high losses
	for i := range v.Shocks {
		s := &v.Shocks[i]
		left := 12 - monthsSince(s.Date, v.On)
		if left <= 0 {
			continue
		}
		switch {
		case s.Loss == facts.NoSum || (!known && s.Loss > 0):
			high.add(1, 1, left)
		case known:
			low.add(2*int64(s.Loss), income, left)
			high.add(2*int64(s.Loss), income, left)
		}
	}
	if v.Silent { // nobody asked what else may have struck
		return span{low.total(), points(10)}
	}
	return span{low.total(), high.total()}
}

// losses adds up events: whole ones in twelfths, and shares of a half year's
// income in twelfths of that income, so that the sum is exact.
type losses struct{ whole, part, income int64 }

// add counts a loss of num over income, at most the whole, times left twelfths.
// Without income any loss is a whole one.
func (l *losses) add(num, income, left int64) {
	if num < income {
		l.part += num * left
		l.income = income
	} else if num > 0 {
		l.whole += left
	}
}

func (l *losses) total() ratio {
	income := max(l.income, 1)
	return clamped(10*(l.whole*income+l.part), 12*income, 10)
}

// monthsSince is the number of full months between two days.
func monthsSince(from, to core.Date) int64 {
	a, b := from.Time(), to.Time()
	n := int64(b.Year()-a.Year())*12 + int64(b.Month()-a.Month())
	if b.Day() < a.Day() {
		n--
	}
	return n
}
