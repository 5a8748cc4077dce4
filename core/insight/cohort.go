package insight

import (
	"cmp"
	"slices"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/hardship"
	"lianou/core/policy"
)

// The groups a report tells apart, people first.
const (
	child = iota
	adult
	elder
	aged
	ageOpen
	female
	male
	sexOpen
	severe
	lighter
	noDisability
	disabilityOpen
	urban
	rural
	areaOpen
	groups
)

// groupNames are kind and key of each group.
func groupNames() [groups][2]string {
	return [groups][2]string{
		child: {"age", "0-17"}, adult: {"age", "18-59"}, elder: {"age", "60-79"}, aged: {"age", "80+"}, ageOpen: {"age", "open"},
		female: {"sex", "female"}, male: {"sex", "male"}, sexOpen: {"sex", "open"},
		severe: {"disability", "1-2"}, lighter: {"disability", "3-4"}, noDisability: {"disability", "none"}, disabilityOpen: {"disability", "open"},
		urban: {"area", "urban"}, rural: {"area", "rural"}, areaOpen: {"area", "open"},
	}
}

// soul is what a comparison keeps of one household: 64 bytes, so two million lie in
// 128 MB.
type soul struct {
	id         int64
	points     hardship.Points // by Even
	counts     [groups]uint8   // people, and the household itself by its area
	vulnerable bool
	town       uint16
}

// A Cohort is everybody a comparison of weights is about. Fill makes part of it for one
// township; parts are joined. It holds no name and nothing of a person but counts.
type Cohort struct {
	towns []core.RegionCode
	list  []soul
}

// A Filler reads households into a cohort. Use one for each goroutine.
type Filler struct {
	scorer *hardship.Scorer
	reader *facts.Reader
	v      facts.Vector
	Cohort
}

// NewFiller prepares to read rows by a Book, on a day.
func NewFiller(book *policy.Book, on core.Date) *Filler {
	return &Filler{scorer: hardship.NewScorerBy(book, hardship.Even), reader: facts.NewReader(on)}
}

// Twin is another Filler by the same Book and day, with nothing read.
func (f *Filler) Twin() *Filler { return &Filler{scorer: f.scorer, reader: f.reader} }

// Town says of which township the rows that follow are.
func (f *Filler) Town(town core.RegionCode) { f.towns = append(f.towns, town) }

// Mark and Reset go back to before a township, whose reading is begun anew.
func (f *Filler) Mark() [2]int { return [2]int{len(f.towns), len(f.list)} }

// Reset forgets what was read since the mark.
func (f *Filler) Reset(mark [2]int) { f.towns, f.list = f.towns[:mark[0]], f.list[:mark[1]] }

// Row reads one packed row. Errors: a row that cannot be read.
func (f *Filler) Row(id core.HouseholdID, row []byte) error {
	if err := f.reader.Unpack(row, &f.v); err != nil {
		return err
	}
	f.list = append(f.list, soul{id: int64(id), points: f.scorer.Score(&f.v), counts: countsOf(&f.v), vulnerable: vulnerable(&f.v), town: uint16(len(f.towns) - 1)})
	return nil
}

// countsOf counts who is there.
func countsOf(v *facts.Vector) (n [groups]uint8) {
	for i := range v.M {
		m := &v.M[i]
		n[ageGroup(m)]++
		n[sexGroup(m)]++
		n[disabilityGroup(m)]++
	}
	area, known := v.Get(policy.Area)
	switch {
	case !known:
		n[areaOpen]++
	case area == 0: // urban, the first word of the fact
		n[urban]++
	default:
		n[rural]++
	}
	return n
}

func ageGroup(m *facts.Member) int {
	age, known := m.Get(policy.Age)
	switch {
	case !known:
		return ageOpen
	case age < 18:
		return child
	case age < 60:
		return adult
	case age < 80:
		return elder
	default:
		return aged
	}
}

func sexGroup(m *facts.Member) int {
	sex, known := m.Get(policy.Sex)
	switch {
	case !known:
		return sexOpen
	case sex == 0: // male, the first word of the fact
		return male
	default:
		return female
	}
}

func disabilityGroup(m *facts.Member) int {
	grade, known := m.Get(policy.DisabilityGrade)
	switch {
	case !known:
		return disabilityOpen
	case grade == 0:
		return noDisability
	case grade <= 2:
		return severe
	default:
		return lighter
	}
}

// Join makes one cohort of the parts, in an order that is the same however many hands
// read them.
func Join(parts ...*Filler) *Cohort {
	var c Cohort
	for _, p := range parts {
		c.towns = append(c.towns, p.towns...)
	}
	slices.Sort(c.towns)
	for _, p := range parts {
		at := make([]uint16, len(p.towns))
		for i, t := range p.towns {
			n, _ := slices.BinarySearch(c.towns, t)
			at[i] = uint16(n)
		}
		for i := range p.list {
			p.list[i].town = at[p.list[i].town]
		}
		c.list = append(c.list, p.list...)
		p.list = nil
	}
	slices.SortFunc(c.list, func(a, b soul) int { return cmp.Compare(a.id, b.id) })
	return &c
}

// Len is how many households there are.
func (c *Cohort) Len() int { return len(c.list) }
