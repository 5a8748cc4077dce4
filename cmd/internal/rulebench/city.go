package rulebench

import (
	"math/rand/v2"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/policy"
)

// A city deals out households as a registry of this kind holds them: mostly known
// facts, mostly poor enough to be of interest, some facts open. The same seed gives
// the same households.
type city struct{ r *rand.Rand }

func newCity(seed uint64) *city { return &city{rand.New(rand.NewPCG(seed, 1))} }

// chance is true in n of 1000 cases.
func (c *city) chance(n int) bool { return c.r.IntN(1000) < n }

var counties = []core.RegionCode{"371402", "371403", "371422", "371426", "371481"}

// household overwrites v with the next household.
func (c *city) household(v *facts.Vector) {
	n := 1 + c.r.IntN(4)
	v.Reset(n)
	v.County = counties[c.r.IntN(len(counties))]
	set := func(f policy.FactID, x int64) {
		if !c.chance(50) {
			v.Set(f, x)
		}
	}
	ipc := int64(c.r.ExpFloat64() * 900_00)
	set(policy.Area, c.below(2))
	set(policy.Hukou, c.below(3))
	set(policy.IncomePerCapita, ipc)
	set(policy.Income12m, ipc*12*int64(n))
	set(policy.FinancialAssets, int64(c.r.ExpFloat64()*8000_00))
	set(policy.Houses, c.below(3))
	set(policy.Cars, c.below(4)/2)
	set(policy.CarValue, c.below(60000_00))
	set(policy.BusinessWithStaff, c.rare(30))
	set(policy.Rigid12m, int64(c.r.ExpFloat64()*5000_00))
	set(policy.HouseGrade, c.below(4))
	set(policy.OwnsHome, c.below(2))
	set(policy.Renting, c.rare(150))
	set(policy.LegalMatter, 5-c.rare(50)*c.below(6))
	set(policy.FloorArea, c.below(60_00))
	v.Set(policy.MembersCount, int64(n))
	if !c.chance(50) {
		v.Set(policy.ShockDays, policy.NoShock)
		v.Set(policy.ShockYear, c.rare(80))
		v.Set(policy.DisasterYear, c.rare(30))
		v.Set(policy.DisasterHome, c.rare(20))
		if c.chance(80) {
			v.Set(policy.ShockDays, c.below(400))
		}
	}
	if !c.chance(50) {
		for f := policy.RecognisedDibao; f <= policy.RecognisedPoor; f++ {
			v.Set(f, c.rare(60))
		}
	}
	for i := range v.M {
		c.member(&v.M[i])
	}
}

func (c *city) below(n int64) int64 { return c.r.Int64N(n) }

// rare is 1 in n of 1000 cases, else 0.
func (c *city) rare(n int) int64 {
	if c.chance(n) {
		return 1
	}
	return 0
}

func (c *city) member(m *facts.Member) {
	set := func(f policy.FactID, x int64) {
		if !c.chance(50) {
			m.Set(f, x)
		}
	}
	age := c.below(95)
	set(policy.Age, age)
	set(policy.Sex, c.below(2))
	if !c.chance(50) {
		grade := c.rare(120) * (1 + c.below(4))
		m.Set(policy.DisabilityGrade, grade)
		m.Set(policy.DisabilityKind, min(grade, 1)*(1+c.below(7)))
	}
	set(policy.ADLFailed, c.rare(60)*c.below(7))
	set(policy.NeedsCare, c.rare(60))
	set(policy.WorkAbility, c.below(3))
	set(policy.Employment, c.below(5))
	set(policy.UnemployedMonths, c.below(18))
	stage := int64(0)
	if age >= 3 && age < 22 {
		stage = c.below(8)
	}
	set(policy.SchoolStage, stage)
	set(policy.Orphan, c.rare(10))
	set(policy.Unattended, c.rare(10))
	set(policy.Illness, c.rare(60)*c.below(5))
	set(policy.SelfPaid12m, int64(c.r.ExpFloat64()*3000_00))
	set(policy.Insurance, c.below(3))
	set(policy.Pension, c.below(3))
	set(policy.Veteran, c.rare(40))
	set(policy.UnionMember, c.rare(100))
	set(policy.LostOnlyChild, c.rare(15))
	set(policy.Supporter, c.below(3))
}
