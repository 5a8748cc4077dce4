package facts

import (
	"slices"

	"lianou/core"
	"lianou/core/policy"
)

// A Vector holds the facts of one household on one day, flat: a value and a known
// bit for every fact of the vocabulary. It is filled by Gather or, in scans, by
// Row.Unpack, and reused from household to household.
type Vector struct {
	County core.RegionCode
	On     core.Date
	Known  uint64 // bit i: H[i] is known
	H      [policy.HouseholdFacts]int64
	M      []Member // at most core.MaxMembers

	// Shocks are the sudden events behind the facts derived from them, for the index; none
	// where nobody was asked. Asked is the day of that word, zero for one of the day itself,
	// and Silent says that it is too old to tell of what else may have happened.
	Shocks []Shock
	Asked  core.Date
	Silent bool
}

// A Member is the same for one member.
type Member struct {
	Known uint32
	V     [policy.MemberFacts]int64
}

// Set records a household fact.
func (v *Vector) Set(f policy.FactID, value int64) {
	v.H[f] = value
	v.Known |= 1 << f
}

// Set records a fact of the member.
func (m *Member) Set(f policy.FactID, value int64) {
	i := f.Index()
	m.V[i] = value
	m.Known |= 1 << i
}

// Get gives a household fact, and whether it is known.
func (v *Vector) Get(f policy.FactID) (int64, bool) { return v.H[f], v.Known>>f&1 != 0 }

// Get gives a fact of the member, and whether it is known.
func (m *Member) Get(f policy.FactID) (int64, bool) {
	i := f.Index()
	return m.V[i], m.Known>>i&1 != 0
}

// Reset forgets everything and keeps the memory, for n members.
func (v *Vector) Reset(n int) {
	v.Known, v.Shocks, v.Asked, v.Silent = 0, v.Shocks[:0], 0, false
	v.M = slices.Grow(v.M[:0], n)[:n]
	for i := range v.M {
		v.M[i].Known = 0
	}
}

// Gather fills v with the facts of h. Lists are turned into the derived facts of
// the vocabulary; nothing is guessed: what is nil in h is not known in v.
func (v *Vector) Gather(h *core.Household) {
	v.gather(h)
	if h.Shocks != nil {
		v.deriveShocks()
	}
}

// gather takes everything over but what depends on the day.
func (v *Vector) gather(h *core.Household) {
	v.Reset(len(h.Members))
	v.County, v.On = h.County, h.On
	setWord(v, policy.Area, h.Area)
	setWord(v, policy.Hukou, h.Hukou)
	setFen(v, policy.IncomePerCapita, earned(h.IncomePerCapitaMonth))
	setFen(v, policy.Income12m, h.Income12m)
	setFen(v, policy.FinancialAssets, h.FinancialAssetsPerCapita)
	setInt(v, policy.Houses, h.Houses)
	setInt(v, policy.Cars, h.Cars)
	setFen(v, policy.CarValue, h.CarValue)
	setBool(v, policy.BusinessWithStaff, h.BusinessWithStaff)
	setFen(v, policy.Medical12m, h.Medical12m)
	setFen(v, policy.Education12m, h.Education12m)
	setFen(v, policy.Rehab12m, h.Rehab12m)
	setFen(v, policy.Rigid12m, rigid(h))
	setWord(v, policy.HouseGrade, h.HouseGrade)
	setBool(v, policy.OwnsHome, h.OwnsHome)
	setBool(v, policy.Renting, h.Renting)
	setWord(v, policy.LegalMatter, h.LegalMatter)
	if h.FloorAreaPerCapita != nil {
		v.Set(policy.FloorArea, int64(*h.FloorAreaPerCapita))
	}
	v.Set(policy.MembersCount, int64(len(h.Members)))
	if h.Shocks != nil {
		v.Asked = h.ShocksAsked
		for i := range *h.Shocks {
			v.Shocks = append(v.Shocks, shockOf(&(*h.Shocks)[i]))
		}
	}
	if h.Statuses != nil {
		for f := policy.RecognisedDibao; f <= policy.RecognisedPoor; f++ {
			v.Set(f, 0)
		}
		for _, s := range *h.Statuses {
			if i := slices.Index(statusWords, s); i >= 0 {
				v.Set(policy.RecognisedDibao+policy.FactID(i), 1)
			}
		}
	}
	for i := range h.Members {
		v.M[i].gather(&h.Members[i])
	}
}

// statusWords are the recognised statuses in the order of their facts.
var statusWords = []core.Status{"dibao", "tekun", "edge", "rigid", "poor_file"}

// rigid is the stated sum of rigid expenses or, when none is stated, the sum of
// its three parts when all are known (samples/household.schema.json).
func rigid(h *core.Household) *core.Fen {
	if h.Rigid12m != nil || h.Medical12m == nil || h.Education12m == nil || h.Rehab12m == nil {
		return h.Rigid12m
	}
	sum := *h.Medical12m + *h.Education12m + *h.Rehab12m
	return &sum
}

func (m *Member) gather(p *core.Member) {
	setInt(m, policy.Age, p.Age)
	setWord(m, policy.Sex, p.Sex)
	if d := p.Disability; d != nil {
		m.Set(policy.DisabilityGrade, int64(d.Grade))
		kind := d.Kind
		if kind == "" {
			kind = "none"
		}
		setWord(m, policy.DisabilityKind, &kind)
	}
	setInt(m, policy.ADLFailed, p.ADLFailed)
	setBool(m, policy.NeedsCare, p.NeedsLongTermCare)
	setWord(m, policy.WorkAbility, p.WorkAbility)
	setWord(m, policy.Employment, p.Employment)
	setInt(m, policy.UnemployedMonths, p.UnemployedMonths)
	setWord(m, policy.SchoolStage, p.SchoolStage)
	setBool(m, policy.Orphan, p.Orphan)
	if u := unattended(p.Parents); u != open {
		m.Set(policy.Unattended, truth(u == yes))
	}
	setWord(m, policy.Illness, p.Illness)
	setFen(m, policy.SelfPaid12m, p.SelfPaidMedical12m)
	setWord(m, policy.Insurance, p.Insurance)
	setWord(m, policy.Pension, p.Pension)
	setBool(m, policy.Veteran, p.Veteran)
	setBool(m, policy.UnionMember, p.UnionMember)
	setBool(m, policy.LostOnlyChild, p.LostOnlyChild)
	setWord(m, policy.Supporter, p.Supporter)
}

// unattended reads the state of the parents in the sense of 民发〔2019〕62号: both
// unable to care, or one dead or missing and the other unable. Two dead or missing
// parents make an orphan instead. With only one parent stated, an able one settles
// it and anything else leaves it open.
func unattended(list *[]core.Parent) answer {
	if list == nil {
		return open
	}
	unable, gone := 0, 0
	for _, p := range *list {
		switch p {
		case "alive":
			return no
		case "dead", "missing":
			gone++
		default:
			unable++
		}
	}
	switch {
	case unable+gone < 2:
		return open
	case unable >= 1:
		return yes
	default:
		return no
	}
}

// setter is a vector of the household or of one member.
type setter interface {
	Set(policy.FactID, int64)
}

func setWord[T ~string](v setter, f policy.FactID, s *T) {
	if s == nil {
		return
	}
	if n, known := f.Of().Word(string(*s)); known {
		v.Set(f, n)
	}
}

// earned is an income as the rules count it: a business that lost money brought nothing in,
// and no formula pays for the loss. A mark in the place of a figure is neither: nobody knows.
func earned(n *core.Fen) *core.Fen {
	if n = core.Unmarked(n); n != nil && *n < 0 {
		none := core.Fen(0)
		return &none
	}
	return n
}

func setFen(v setter, f policy.FactID, n *core.Fen) {
	if n != nil {
		v.Set(f, int64(*n))
	}
}

func setInt(v setter, f policy.FactID, n *int) {
	if n != nil {
		v.Set(f, int64(*n))
	}
}

func setBool(v setter, f policy.FactID, b *bool) {
	if b != nil {
		v.Set(f, truth(*b))
	}
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
