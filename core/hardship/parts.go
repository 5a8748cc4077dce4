package hardship

import (
	"lianou/core/facts"
	"lianou/core/policy"
)

// incomeGap is A: 30 points at no income, 0 at twice the local standard.
func incomeGap(v *facts.Vector, s standard) span {
	var out span
	ipc, known := v.Get(policy.IncomePerCapita)
	if !known || !s.known {
		return span{points(0), points(30)}
	}
	ipc = max(ipc, 0)
	for _, std := range s.both() {
		out.widen(clamped(30*(2*std-ipc), 2*std, 30))
	}
	return out
}

// both are the standards that are possible: the same twice where the place is known.
func (s standard) both() [2]int64 { return [2]int64{s.low, s.high} }

// rigidBurden is B: rigid expenses over income, 0 points at a fifth of it and 20
// at four fifths. Income counts as at least a tenth of the standard.
func rigidBurden(v *facts.Vector, s standard) span {
	rigid, known := v.Get(policy.Rigid12m)
	income, knownIncome := yearIncome(v)
	if !known || !knownIncome || !s.known {
		if known && rigid == 0 {
			return exactly(points(0))
		}
		return span{points(0), points(20)}
	}
	var out span
	for _, std := range s.both() {
		// 0.1 x 12 x S x n, without a fraction: five times everything.
		base := max(5*income, 6*std*int64(len(v.M)))
		out.widen(clamped(20*(25*rigid-base), 3*base, 20))
	}
	return out
}

// yearIncome is the stated income of the year, else twelve months of the stated
// income per head.
func yearIncome(v *facts.Vector) (int64, bool) {
	if year, known := v.Get(policy.Income12m); known {
		return year, true
	}
	ipc, known := v.Get(policy.IncomePerCapita)
	return max(ipc, 0) * 12 * int64(len(v.M)), known
}

// health is C: disability by grade, serious illness, need of care, over all
// members; at most 15.
func (s *Scorer) health(v *facts.Vector) span {
	low, high := int64(0), int64(0)
	for i := range v.M {
		m := &v.M[i]
		for _, r := range [3][2]int64{s.disability(m), s.illness(m), s.care(m)} {
			low += r[0]
			high += r[1]
		}
	}
	return span{points(min(low, 15)), points(min(high, 15))}
}

func (s *Scorer) disability(m *facts.Member) [2]int64 {
	grade, known := m.Get(policy.DisabilityGrade)
	if !known {
		return [2]int64{0, 8}
	}
	n := int64(0)
	switch grade {
	case 1:
		n = 8
	case 2:
		n = 6
	case 3:
		n = 4
		if kind, known := m.Get(policy.DisabilityKind); known && (kind == s.words.mental || kind == s.words.intellectual) {
			n = 5
		}
	case 4:
		n = 2
	}
	return [2]int64{n, n}
}

func (s *Scorer) illness(m *facts.Member) [2]int64 {
	switch word, known := m.Get(policy.Illness); {
	case !known:
		return [2]int64{0, 6}
	case word == s.words.well:
		return [2]int64{0, 0}
	default:
		return [2]int64{6, 6}
	}
}

// care reads the six activities of daily living: four and more failed is full care
// (特困人员认定办法第22条), one to three partial. Who is fully able to work needs
// none.
func (s *Scorer) care(m *facts.Member) [2]int64 {
	failed, tested := m.Get(policy.ADLFailed)
	needs, asked := m.Get(policy.NeedsCare)
	work, knownWork := m.Get(policy.WorkAbility)
	switch {
	case tested && failed >= 4:
		return [2]int64{5, 5}
	case tested && failed >= 1:
		return [2]int64{3, 3}
	case tested:
		return [2]int64{0, 0}
	case asked && needs == 1:
		return [2]int64{3, 5}
	case asked, knownWork && work == s.words.fullWork:
		return [2]int64{0, 0}
	default:
		return [2]int64{0, 5}
	}
}

// labour is D: 8 points by the share of members not able to work, and 4 when
// nobody is employed.
func (s *Scorer) labour(v *facts.Vector) span {
	n := int64(len(v.M))
	able, perhaps := int64(0), int64(0)
	employed, mayBe := false, false
	for i := range v.M {
		m := &v.M[i]
		switch s.ableToWork(m) {
		case yes:
			able++
		case open:
			perhaps++
		}
		switch s.atWork(m) {
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

func (s *Scorer) ableToWork(m *facts.Member) answer {
	age, knownAge := m.Get(policy.Age)
	work, knownWork := m.Get(policy.WorkAbility)
	switch {
	case knownAge && age < 16, knownWork && work == s.words.noWork:
		return no
	case knownWork && knownAge:
		return yes
	default:
		return open
	}
}

func (s *Scorer) atWork(m *facts.Member) answer {
	age, knownAge := m.Get(policy.Age)
	job, known := m.Get(policy.Employment)
	switch {
	case knownAge && age < 16:
		return no
	case !known:
		return open
	case job == s.words.employed:
		return yes
	default:
		return no
	}
}

// education is F: a pupil of the compulsory stage 1, of a senior or vocational
// school 2, a student of a university 3; at most 5. School stages outside the
// usual ages are not assumed when nothing was said.
func (s *Scorer) education(v *facts.Vector) span {
	low, high := int64(0), int64(0)
	for i := range v.M {
		r := s.schooling(&v.M[i])
		low += r[0]
		high += r[1]
	}
	return span{points(min(low, 5)), points(min(high, 5))}
}

func (s *Scorer) schooling(m *facts.Member) [2]int64 {
	if stage, known := m.Get(policy.SchoolStage); known {
		n := s.words.school[stage&7]
		return [2]int64{n, n}
	}
	job, knownJob := m.Get(policy.Employment)
	working := knownJob && job != s.words.student
	switch age, known := m.Get(policy.Age); {
	case !known:
		return [2]int64{0, 3}
	case age < 6, age > 30, age >= 18 && working:
		return [2]int64{0, 0}
	case age < 12:
		return [2]int64{0, 1}
	case age < 16:
		return [2]int64{0, 2}
	default:
		return [2]int64{0, 3}
	}
}

// assetFactor is m: 1 up to savings of 24 standards a head, falling to a half at
// 72.
func assetFactor(v *facts.Vector, s standard) span {
	fin, known := v.Get(policy.FinancialAssets)
	if !known || !s.known {
		return span{ratio{1, 2}, points(1)}
	}
	var out span
	for _, std := range s.both() {
		over := min(max(fin-24*std, 0), 48*std)
		out.widen(ratio{96*std - over, 96 * std})
	}
	return out
}
