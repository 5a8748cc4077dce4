package hardship

import (
	"fmt"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/policy"
)

// Even is the weights of version H-1 as they stand: each dimension at 100 in a hundred.
var Even = Weights{100, 100, 100, 100, 100, 100, 100}

// Weights scales the seven dimensions, in hundredths of what H-1 gives each. The index of
// a Book goes by WeightsOf; a report may try others.
type Weights [dimensions]int64

// A Scorer computes the index under one Book, for any number of households. It may be
// shared by any number of goroutines.
type Scorer struct {
	standards [100][areas]standard
	weights   Weights
	words     words
}

// areas are the three states of what is known of an area: urban, rural, open.
const areas = 3

// words are the values of the enumerations that the index asks.
type words struct {
	gradeC, gradeD, well, noWork, fullWork, employed, student, mental, intellectual int64
	school                                                                          [8]int64 // points by school stage
}

// NewScorer prepares a Book, with its own weights.
func NewScorer(book *policy.Book) *Scorer { return NewScorerBy(book, WeightsOf(book)) }

// NewScorerBy is NewScorer with other weights than the Book's.
func NewScorerBy(book *policy.Book, w Weights) *Scorer {
	s := &Scorer{weights: w, words: findWords()}
	for n := range s.standards {
		s.learn(n, book)
	}
	return s
}

// learn takes the standards of one county over.
func (s *Scorer) learn(n int, book *policy.Book) {
	county := core.RegionCode(fmt.Sprintf("3714%02d", n))
	s.standards[n] = [areas]standard{
		standardOf(county, book, "urban"), standardOf(county, book, "rural"), standardOf(county, book, "urban", "rural"),
	}
}

// findWords looks the words up once, by name. One that the vocabulary lost is -1,
// which no fact has; a test holds that there is none.
func findWords() words {
	of := func(f policy.FactID, word string) int64 {
		n, found := f.Of().Word(word)
		if !found {
			return -1
		}
		return n
	}
	w := words{
		gradeC: of(policy.HouseGrade, "C"), gradeD: of(policy.HouseGrade, "D"),
		well:   of(policy.Illness, "none"),
		noWork: of(policy.WorkAbility, "none"), fullWork: of(policy.WorkAbility, "full"),
		employed: of(policy.Employment, "employed"), student: of(policy.Employment, "student"),
		mental: of(policy.DisabilityKind, "mental"), intellectual: of(policy.DisabilityKind, "intellectual"),
	}
	for i, word := range policy.SchoolStage.Of().Words {
		w.school[i&7] = schoolPoints(word)
	}
	return w
}

// schoolPoints is what a pupil of a stage counts in F.
func schoolPoints(stage string) int64 {
	switch stage {
	case "compulsory_boarding", "compulsory_day":
		return 1
	case "senior", "vocational":
		return 2
	case "tertiary_vocational", "tertiary":
		return 3
	default:
		return 0
	}
}

// standard is the local dibao standard as far as the place is known.
type standard struct {
	known     bool
	low, high int64
}

// standardOf looks the standard up; without a known area both are possible.
func standardOf(county core.RegionCode, book *policy.Book, areas ...core.Area) standard {
	id, found := book.Param("dibao.standard")
	if !found {
		return standard{}
	}
	out := standard{known: true}
	for _, area := range areas {
		a, found := book.Amount(id, county, area)
		if !found || a.Value <= 0 {
			return standard{}
		}
		if out.low == 0 || a.Value < out.low {
			out.low = a.Value
		}
		out.high = max(out.high, a.Value)
	}
	return out
}

// standard finds the one of a household without looking into a map. Outside the city
// the general rows hold, as for an unlisted county.
func (s *Scorer) standard(v *facts.Vector) standard {
	n := place(v.County)
	area, known := v.Get(policy.Area)
	if !known {
		area = 2
	}
	return s.standards[n][area]
}

// place is the last two digits of a county of this city, 0 for any other.
func place(c core.RegionCode) int {
	if len(c) < 6 || c[:4] != "3714" || c[4] < '0' || c[4] > '9' || c[5] < '0' || c[5] > '9' {
		return 0
	}
	return int(c[4]-'0')*10 + int(c[5]-'0')
}

// Points is the index of one household in its smallest form: what each dimension comes
// to at least and at most, in tenths after the asset factor.
type Points struct {
	Low, High [dimensions]int16
}

// Min is the lowest possible index, in tenths: the sum of the parts.
func (p *Points) Min() int { return sum(&p.Low) }

// Max is the highest possible index.
func (p *Points) Max() int { return sum(&p.High) }

func sum(parts *[dimensions]int16) int {
	n := 0
	for _, p := range parts {
		n += int(p)
	}
	return n
}

// Score computes the index of one household. It allocates nothing. Missing facts widen
// the interval; they never count as zero.
func (s *Scorer) Score(v *facts.Vector) (p Points) {
	std := s.standard(v)
	parts := [dimensions]span{
		partIncome:    incomeGap(v, std),
		partRigid:     rigidBurden(v, std),
		partHealth:    s.health(v),
		partLabour:    s.labour(v),
		partHousing:   s.housing(v),
		partEducation: s.education(v),
		partShock:     shock(v),
	}
	factor := assetFactor(v, std)
	for i := range parts {
		p.Low[i] = s.weigh(i, parts[i].low.tenths(factor.low))
		if p.High[i] = p.Low[i]; parts[i].low != parts[i].high || factor.low != factor.high {
			p.High[i] = s.weigh(i, parts[i].high.tenths(factor.high))
		}
	}
	return p
}

func (s *Scorer) weigh(dimension int, tenths int64) int16 {
	return weigh(tenths, s.weights[dimension])
}

// weigh is tenths times hundredths, rounded half up.
func weigh(tenths, weight int64) int16 { return int16((tenths*weight + 50) / 100) }
