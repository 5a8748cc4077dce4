package hardship

import "lianou/core"

// housing is E: a D-grade house or no home 8, a C-grade one 5, rented and under 13
// square metres a head 3. What is not known is tried both ways.
func housing(h *core.Household) span {
	var out span
	for _, grade := range choices(h.HouseGrade, "A", "C", "D") {
		for _, owns := range choices(h.OwnsHome, true, false) {
			for _, rents := range choices(h.Renting, true, false) {
				for _, floor := range choices(h.FloorAreaPerCapita, 0, smallFloor) {
					out.widen(points(housingPoints(grade, owns, rents, floor)))
				}
			}
		}
	}
	return out
}

// smallFloor is 13 square metres in hundredths.
const smallFloor core.Hundredths = 13_00

func housingPoints(grade core.HouseGrade, owns, rents bool, floor core.Hundredths) int64 {
	switch {
	case grade == "D", !owns && !rents:
		return 8
	case grade == "C":
		return 5
	case rents && floor < smallFloor:
		return 3
	default:
		return 0
	}
}

// choices is the known value alone, or every value that makes a difference.
func choices[T any](known *T, all ...T) []T {
	if known != nil {
		return []T{*known}
	}
	return all
}

// shock is G: each event of the last twelve months counts by its loss over half a
// year's income, less a twelfth for every month that has passed; at most 10.
func shock(h *core.Household) span {
	if h.Shocks == nil {
		return span{points(0), points(10)}
	}
	income, known := yearIncome(h)
	var low, high losses
	for i := range *h.Shocks {
		s := &(*h.Shocks)[i]
		left := 12 - monthsSince(s.Date, h.On)
		if s.Date > h.On || left <= 0 {
			continue
		}
		switch {
		case s.Loss == nil || (!known && *s.Loss > 0):
			high.add(1, 1, left)
		case known:
			low.add(2*int64(*s.Loss), income, left)
			high.add(2*int64(*s.Loss), income, left)
		}
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
