package hardship

import (
	"testing"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/facts/factstest"
)

// TestScoreAgainstThePlainOne: the index from the flat vector is the one that the plain
// formulas below give from the household itself, part by part.
// Control: care of three failed activities as full care.
func TestScoreAgainstThePlainOne(t *testing.T) {
	t.Parallel()
	b := book(t)
	rapid.Check(t, func(t *rapid.T) {
		h := factstest.Household(t)
		got := Score(&h, b)
		s := standardOf(h.County, b, "urban", "rural")
		if h.Area != nil {
			s = standardOf(h.County, b, *h.Area)
		}
		factor := plainAssetFactor(&h, s)
		for i, want := range []span{plainIncomeGap(&h, s), plainRigidBurden(&h, s), plainHealth(&h), plainLabour(&h), plainHousing(&h), plainEducation(&h), plainShock(&h)} {
			low, high := int(want.low.tenths(factor.low)), int(want.high.tenths(factor.high))
			if p := got.Parts[i]; p.Min != low || p.Max != high {
				t.Fatalf("part %s is %d to %d, plainly %d to %d", p.Key, p.Min, p.Max, low, high)
			}
		}
	})
}

// TestWordsAreThere: the index asks no word that the vocabulary does not have.
func TestWordsAreThere(t *testing.T) {
	t.Parallel()
	w := findWords()
	for i, n := range []int64{w.gradeC, w.gradeD, w.well, w.noWork, w.fullWork, w.employed, w.student, w.mental, w.intellectual} {
		if n < 0 {
			t.Errorf("word %d is not in the vocabulary", i)
		}
	}
	if w.school != [8]int64{0, 0, 1, 1, 2, 2, 3, 3} {
		t.Errorf("school stages count %v", w.school)
	}
}

// The formulas of domain.md 4.2 in the plainest words, over the household itself.

func plainIncomeGap(h *core.Household, s standard) span {
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

func plainRigidBurden(h *core.Household, s standard) span {
	rigid, known := plainRigidExpense(h)
	income, knownIncome := plainYearIncome(h)
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

func plainRigidExpense(h *core.Household) (int64, bool) {
	switch {
	case h.Rigid12m != nil:
		return int64(*h.Rigid12m), true
	case h.Medical12m != nil && h.Education12m != nil && h.Rehab12m != nil:
		return int64(*h.Medical12m + *h.Education12m + *h.Rehab12m), true
	default:
		return 0, false
	}
}

func plainYearIncome(h *core.Household) (int64, bool) {
	switch {
	case h.Income12m != nil:
		return int64(*h.Income12m), true
	case h.IncomePerCapitaMonth != nil:
		return max(int64(*h.IncomePerCapitaMonth), 0) * 12 * int64(len(h.Members)), true
	default:
		return 0, false
	}
}

func plainHealth(h *core.Household) span {
	low, high := int64(0), int64(0)
	for i := range h.Members {
		m := &h.Members[i]
		for _, r := range [][2]int64{plainDisability(m), plainIllness(m), plainCare(m)} {
			low += r[0]
			high += r[1]
		}
	}
	return span{points(min(low, 15)), points(min(high, 15))}
}

func plainDisability(m *core.Member) [2]int64 {
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

func plainIllness(m *core.Member) [2]int64 {
	switch {
	case m.Illness == nil:
		return [2]int64{0, 6}
	case *m.Illness == "none":
		return [2]int64{0, 0}
	default:
		return [2]int64{6, 6}
	}
}

func plainCare(m *core.Member) [2]int64 {
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

func plainLabour(h *core.Household) span {
	n := int64(len(h.Members))
	able, perhaps := int64(0), int64(0)
	employed, mayBe := false, false
	for i := range h.Members {
		m := &h.Members[i]
		switch plainAbleToWork(m) {
		case yes:
			able++
		case open:
			perhaps++
		}
		switch plainAtWork(m) {
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

func plainAbleToWork(m *core.Member) answer {
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

func plainAtWork(m *core.Member) answer {
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

func plainEducation(h *core.Household) span {
	low, high := int64(0), int64(0)
	for i := range h.Members {
		r := plainSchooling(&h.Members[i])
		low += r[0]
		high += r[1]
	}
	return span{points(min(low, 5)), points(min(high, 5))}
}

func plainSchooling(m *core.Member) [2]int64 {
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

func plainAssetFactor(h *core.Household, s standard) span {
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
func plainHousing(h *core.Household) span {
	var out span
	for _, grade := range plainChoices(h.HouseGrade, "A", "C", "D") {
		for _, owns := range plainChoices(h.OwnsHome, true, false) {
			for _, rents := range plainChoices(h.Renting, true, false) {
				for _, floor := range plainChoices(h.FloorAreaPerCapita, 0, smallFloor) {
					out.widen(points(plainHousingPoints(grade, owns, rents, floor)))
				}
			}
		}
	}
	return out
}

func plainHousingPoints(grade core.HouseGrade, owns, rents bool, floor core.Hundredths) int64 {
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

func plainChoices[T any](known *T, all ...T) []T {
	if known != nil {
		return []T{*known}
	}
	return all
}

func plainShock(h *core.Household) span {
	if h.Shocks == nil {
		return span{points(0), points(10)}
	}
	income, known := plainYearIncome(h)
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
	if h.ShocksAsked != 0 && h.On > h.ShocksAsked+90 {
		return span{low.total(), points(10)}
	}
	return span{low.total(), high.total()}
}
