// Package factstest draws households for property tests: of the rules, of the index
// and of the packed form.
package factstest

import (
	"fmt"
	"math/rand/v2"

	"pgregory.net/rapid"

	"lianou/core"
)

// Household draws a household in which each fact is known or not, with values
// around the limits of the rules, where mistakes live.
func Household(t *rapid.T) core.Household { return draw(Drawer{T: t}) }

// Quick draws one as Household does, from a seed and without a way to shrink it: ten
// times as fast, for counts of a hundred thousand.
func Quick(r *rand.Rand) core.Household { return draw(Drawer{R: r}) }

func draw(d Drawer) core.Household {
	h := core.Household{
		On:     core.NewDate(2024, 3, 1) + core.Date(d.pick("on", 0, 700)),
		County: []core.RegionCode{"371402", "371426", "371481"}[d.pick("county", 0, 2)],
	}
	h.Area = Word[core.Area](d, "area", "urban", "rural")
	h.Hukou = Word[core.Hukou](d, "hukou", "local", "local", "other", "permit")
	h.IncomePerCapitaMonth = d.Fen("ipc", 390, 480, 600, 620, 700, 720, 900, 960, 1000, 1350, 2400, 6000)
	h.Income12m = d.Fen("income", 0, 5000, 9360, 12000, 40000)
	h.FinancialAssetsPerCapita = d.Fen("savings", 0, 11520, 14400, 17280, 21600, 90000)
	h.Houses, h.Cars = d.number("houses", 0, 2), d.number("cars", 0, 2)
	h.CarValue = d.Fen("car", 20000, 28800, 36000, 80000)
	h.BusinessWithStaff = d.flag("business")
	h.Medical12m, h.Education12m, h.Rehab12m = d.Fen("medical", 0, 4000, 60000), d.Fen("education", 0, 3000), d.Fen("rehab", 0, 2000)
	h.Rigid12m = d.Fen("rigid", 0, 2000, 3744, 5000, 8000, 70000)
	h.HouseGrade = Word[core.HouseGrade](d, "grade", "A", "B", "C", "D")
	h.OwnsHome, h.Renting = d.flag("owns"), d.flag("renting")
	h.LegalMatter = Word[core.LegalMatter](d, "matter", "assistance_claim", "maintenance", "labour_pay", "injury", "domestic_violence", "none")
	if n := d.number("floor", 5, 40); n != nil {
		f := core.Hundredths(*n * 100)
		h.FloorAreaPerCapita = &f
	}
	h.Shocks, h.Statuses = d.shocks(h.On), d.statuses()
	if h.Shocks != nil && d.pick("asked", 0, 2) > 0 {
		h.ShocksAsked = h.On - core.Date(oneOf(d, "asked days", 0, 30, 89, 90, 91, 200, 400))
	}
	for i := range d.pick("members", 1, 4) {
		h.Members = append(h.Members, d.member(i))
	}
	return h
}

// A Drawer draws single facts, mostly known: from R where it is set, else from T.
type Drawer struct {
	T *rapid.T
	R *rand.Rand
}

func (d Drawer) pick(name string, low, high int) int {
	if d.R != nil {
		return low + d.R.IntN(high-low+1)
	}
	return rapid.IntRange(low, high).Draw(d.T, name)
}

func oneOf[V any](d Drawer, name string, list ...V) V { return list[d.pick(name, 0, len(list)-1)] }

// known is mostly true, so that decided outcomes are as common as open ones.
func (d Drawer) known(name string) bool { return d.pick(name+" known", 0, 9) > 0 }

// Word draws one of some words, or none.
func Word[T ~string](d Drawer, name string, words ...T) *T {
	if !d.known(name) {
		return nil
	}
	w := words[d.pick(name, 0, len(words)-1)]
	return &w
}

// Fen draws an amount about one of some limits, given in yuan, or none.
func (d Drawer) Fen(name string, near ...int64) *core.Fen {
	if !d.known(name) {
		return nil
	}
	v := core.Yuan(near[d.pick(name, 0, len(near)-1)]) + core.Fen(d.pick(name+" beside", -1, 1))
	v = max(v, 0)
	return &v
}

func (d Drawer) number(name string, low, high int) *int {
	if !d.known(name) {
		return nil
	}
	n := d.pick(name, low, high)
	return &n
}

func (d Drawer) flag(name string) *bool {
	if !d.known(name) {
		return nil
	}
	b := d.pick(name, 0, 1) == 1
	return &b
}

func (d Drawer) shocks(on core.Date) *[]core.Shock {
	if !d.known("shocks") {
		return nil
	}
	out := []core.Shock{}
	for range d.pick("shocks", 0, 2) {
		out = append(out, core.Shock{
			Kind:        []core.ShockKind{"fire", "disaster", "job_loss"}[d.pick("kind", 0, 2)],
			Date:        on - core.Date(oneOf(d, "days", -3, 0, 30, 90, 91, 365, 366, 800)),
			DamagedHome: Word[core.Damage](d, "home", "collapsed", "general", "none"),
		})
	}
	return &out
}

func (d Drawer) statuses() *[]core.Status {
	if !d.known("statuses") {
		return nil
	}
	out := []core.Status{}
	if d.pick("recognised", 0, 3) == 0 {
		out = append(out, oneOf[core.Status](d, "status", "dibao", "tekun", "edge", "rigid", "poor_file"))
	}
	return &out
}

func (d Drawer) member(i int) core.Member {
	n := func(s string) string { return fmt.Sprintf("m%d %s", i, s) }
	m := core.Member{Ref: core.MemberRef(fmt.Sprintf("m%d", i)), Relation: "other"}
	if d.known(n("age")) {
		age := oneOf(d, n("age"), 0, 3, 6, 9, 15, 16, 17, 18, 30, 40, 49, 50, 59, 60, 79, 80, 90)
		m.Age = &age
	}
	m.Sex = Word[core.Sex](d, n("sex"), "male", "female")
	if d.known(n("disability")) {
		m.Disability = &core.Disability{}
		if g := d.pick(n("grade"), 0, 6); g <= 4 && g > 0 {
			kinds := []core.DisabilityKind{"visual", "limb", "mental", "hearing"}
			*m.Disability = core.Disability{Grade: g, Kind: kinds[d.pick(n("kind"), 0, 3)]}
		}
	}
	m.ADLFailed = d.number(n("adl"), 0, 6)
	m.NeedsLongTermCare = d.flag(n("care"))
	m.WorkAbility = Word[core.WorkAbility](d, n("work"), "full", "partial", "none")
	m.Employment = Word[core.Employment](d, n("job"), "employed", "unemployed_registered", "idle", "student", "retired")
	m.UnemployedMonths = d.number(n("months"), 4, 13)
	m.SchoolStage = Word[core.SchoolStage](d, n("school"), "none", "preschool", "compulsory_boarding", "compulsory_day", "senior", "vocational", "tertiary_vocational", "tertiary")
	m.Orphan = d.flag(n("orphan"))
	if d.known(n("parents")) {
		states := []core.Parent{"alive", "dead", "missing", "in_prison", "uncontactable_6m"}
		list := []core.Parent{}
		for range d.pick(n("parents"), 0, 2) {
			list = append(list, states[d.pick(n("parent"), 0, len(states)-1)])
		}
		m.Parents = &list
	}
	m.Illness = Word[core.Illness](d, n("illness"), "none", "none", "serious", "leukaemia", "breast_cancer", "cervical_cancer")
	m.SelfPaidMedical12m = d.Fen(n("paid"), 0, 4050, 7200, 50000)
	m.Insurance = Word[core.Cover](d, n("insurance"), "none", "resident", "employee")
	m.Pension = Word[core.Cover](d, n("pension"), "none", "resident", "employee")
	m.Veteran, m.UnionMember, m.LostOnlyChild = d.flag(n("veteran")), d.flag(n("union")), d.flag(n("lost"))
	m.Supporter = Word[core.Supporter](d, n("supporter"), "none", "incapable", "capable")
	return m
}

// Veil forgets some facts. Rigid expenses are forgotten together with their parts:
// when the parts are known they stand for the sum, and a stated sum may differ.
func Veil(t *rapid.T, h core.Household) core.Household {
	hide := func(name string, forget func()) {
		if rapid.IntRange(0, 3).Draw(t, "hide "+name) == 0 {
			forget()
		}
	}
	hide("area", func() { h.Area = nil })
	hide("hukou", func() { h.Hukou = nil })
	hide("ipc", func() { h.IncomePerCapitaMonth = nil })
	hide("income", func() { h.Income12m = nil })
	hide("savings", func() { h.FinancialAssetsPerCapita = nil })
	hide("houses", func() { h.Houses = nil })
	hide("cars", func() { h.Cars = nil })
	hide("car", func() { h.CarValue = nil })
	hide("business", func() { h.BusinessWithStaff = nil })
	hide("rigid", func() { h.Rigid12m, h.Medical12m = nil, nil })
	hide("grade", func() { h.HouseGrade = nil })
	hide("renting", func() { h.Renting = nil })
	hide("matter", func() { h.LegalMatter = nil })
	hide("floor", func() { h.FloorAreaPerCapita = nil })
	hide("shocks", func() { h.Shocks = nil })
	hide("statuses", func() { h.Statuses = nil })
	h.Members = append([]core.Member(nil), h.Members...)
	for i := range h.Members {
		m := &h.Members[i]
		hide("age", func() { m.Age = nil })
		hide("sex", func() { m.Sex = nil })
		hide("disability", func() { m.Disability = nil })
		hide("care", func() { m.NeedsLongTermCare = nil })
		hide("work", func() { m.WorkAbility = nil })
		hide("job", func() { m.Employment, m.UnemployedMonths = nil, nil })
		hide("school", func() { m.SchoolStage = nil })
		hide("orphan", func() { m.Orphan = nil })
		hide("parents", func() { m.Parents = nil })
		hide("illness", func() { m.Illness = nil })
		hide("paid", func() { m.SelfPaidMedical12m = nil })
		hide("insurance", func() { m.Insurance, m.Pension = nil, nil })
		hide("standing", func() { m.Veteran, m.UnionMember, m.LostOnlyChild = nil, nil, nil })
		hide("supporter", func() { m.Supporter = nil })
	}
	return h
}
