package hardship

import (
	"lianou/core"
)

// incomeGap is A: 30 points at no income, 0 at twice the local standard.
func incomeGap(h *core.Household, s standard) span {
	var out span
	if h.IncomePerCapitaMonth == nil || !s.known {
		return span{points(0), points(30)}
	}
	ipc := max(int64(*h.IncomePerCapitaMonth), 0)
	for _, std := range []int64{s.low, s.high} {
		out.widen(clamped(30*(2*std-ipc), 2*std, 30))
	}
	return out
}

// rigidBurden is B: rigid expenses over income, 0 points at a fifth of it and 20
// at four fifths. Income counts as at least a tenth of the standard.
func rigidBurden(h *core.Household, s standard) span {
	rigid, known := rigidExpense(h)
	income, knownIncome := yearIncome(h)
	if !known || !knownIncome || !s.known {
		if known && rigid == 0 {
			return exactly(points(0))
		}
		return span{points(0), points(20)}
	}
	var out span
	for _, std := range []int64{s.low, s.high} {
		// 0.1 x 12 x S x n, without a fraction: five times everything.
		base := max(5*income, 6*std*int64(len(h.Members)))
		out.widen(clamped(20*(25*rigid-base), 3*base, 20))
	}
	return out
}

func rigidExpense(h *core.Household) (int64, bool) {
	switch {
	case h.Rigid12m != nil:
		return int64(*h.Rigid12m), true
	case h.Medical12m != nil && h.Education12m != nil && h.Rehab12m != nil:
		return int64(*h.Medical12m + *h.Education12m + *h.Rehab12m), true
	default:
		return 0, false
	}
}

// yearIncome is the stated income of the year, else twelve months of the stated
// income per head.
func yearIncome(h *core.Household) (int64, bool) {
	switch {
	case h.Income12m != nil:
		return int64(*h.Income12m), true
	case h.IncomePerCapitaMonth != nil:
		return max(int64(*h.IncomePerCapitaMonth), 0) * 12 * int64(len(h.Members)), true
	default:
		return 0, false
	}
}

// health is C: disability by grade, serious illness, need of care, over all
// members; at most 15.
func health(h *core.Household) span {
	low, high := int64(0), int64(0)
	for i := range h.Members {
		m := &h.Members[i]
		for _, r := range [][2]int64{disability(m), illness(m), care(m)} {
			low += r[0]
			high += r[1]
		}
	}
	return span{points(min(low, 15)), points(min(high, 15))}
}

func disability(m *core.Member) [2]int64 {
	d := m.Disability
	if d == nil {
		return [2]int64{0, 8}
	}
	mind := d.Kind == "mental" || d.Kind == "intellectual"
	n := int64(0)
	switch {
	case d.Grade == 1:
		n = 8
	case d.Grade == 2:
		n = 6
	case d.Grade == 3 && mind:
		n = 5
	case d.Grade == 3:
		n = 4
	case d.Grade == 4:
		n = 2
	}
	return [2]int64{n, n}
}

func illness(m *core.Member) [2]int64 {
	switch {
	case m.Illness == nil:
		return [2]int64{0, 6}
	case *m.Illness == "none":
		return [2]int64{0, 0}
	default:
		return [2]int64{6, 6}
	}
}

// care reads the six activities of daily living: four and more failed is full care
// (特困人员认定办法第22条), one to three partial. Who is fully able to work needs
// none.
func care(m *core.Member) [2]int64 {
	switch {
	case m.ADLFailed != nil && *m.ADLFailed >= 4:
		return [2]int64{5, 5}
	case m.ADLFailed != nil && *m.ADLFailed >= 1:
		return [2]int64{3, 3}
	case m.ADLFailed != nil:
		return [2]int64{0, 0}
	case m.NeedsLongTermCare != nil && *m.NeedsLongTermCare:
		return [2]int64{3, 5}
	case m.NeedsLongTermCare != nil, m.WorkAbility != nil && *m.WorkAbility == "full":
		return [2]int64{0, 0}
	default:
		return [2]int64{0, 5}
	}
}

// labour is D: 8 points by the share of members not able to work, and 4 when
// nobody is employed.
func labour(h *core.Household) span {
	n := int64(len(h.Members))
	able, perhaps := int64(0), int64(0)
	employed, mayBe := false, false
	for i := range h.Members {
		m := &h.Members[i]
		switch ableToWork(m) {
		case yes:
			able++
		case open:
			perhaps++
		}
		switch atWork(m) {
		case yes:
			employed = true
		case open:
			mayBe = true
		}
	}
	low, high := ratio{8 * (n - able - perhaps), n}, ratio{8 * (n - able), n}
	if !employed {
		high.num += 4 * n
		if !mayBe {
			low.num += 4 * n
		}
	}
	return span{low, high}
}

// answer is a fact that may be open.
type answer uint8

const (
	open answer = iota
	no
	yes
)

func ableToWork(m *core.Member) answer {
	switch {
	case m.Age != nil && *m.Age < 16:
		return no
	case m.WorkAbility != nil && *m.WorkAbility == "none":
		return no
	case m.WorkAbility != nil && m.Age != nil:
		return yes
	default:
		return open
	}
}

func atWork(m *core.Member) answer {
	switch {
	case m.Age != nil && *m.Age < 16:
		return no
	case m.Employment == nil:
		return open
	case *m.Employment == "employed":
		return yes
	default:
		return no
	}
}

// education is F: a pupil of the compulsory stage 1, of a senior or vocational
// school 2, a student of a university 3; at most 5. School stages outside the
// usual ages are not assumed when nothing was said.
func education(h *core.Household) span {
	low, high := int64(0), int64(0)
	for i := range h.Members {
		r := schooling(&h.Members[i])
		low += r[0]
		high += r[1]
	}
	return span{points(min(low, 5)), points(min(high, 5))}
}

func schooling(m *core.Member) [2]int64 {
	if m.SchoolStage != nil {
		n := int64(0)
		switch *m.SchoolStage {
		case "compulsory_boarding", "compulsory_day":
			n = 1
		case "senior", "vocational":
			n = 2
		case "tertiary_vocational", "tertiary":
			n = 3
		}
		return [2]int64{n, n}
	}
	working := m.Employment != nil && *m.Employment != "student"
	switch {
	case m.Age == nil:
		return [2]int64{0, 3}
	case *m.Age < 6, *m.Age > 30, *m.Age >= 18 && working:
		return [2]int64{0, 0}
	case *m.Age < 12:
		return [2]int64{0, 1}
	case *m.Age < 16:
		return [2]int64{0, 2}
	default:
		return [2]int64{0, 3}
	}
}

// assetFactor is m: 1 up to savings of 24 standards a head, falling to a half at
// 72.
func assetFactor(h *core.Household, s standard) span {
	if h.FinancialAssetsPerCapita == nil || !s.known {
		return span{ratio{1, 2}, points(1)}
	}
	fin := int64(*h.FinancialAssetsPerCapita)
	var out span
	for _, std := range []int64{s.low, s.high} {
		over := min(max(fin-24*std, 0), 48*std)
		out.widen(ratio{96*std - over, 96 * std})
	}
	return out
}
