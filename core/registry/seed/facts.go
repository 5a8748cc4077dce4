package seed

import (
	"lianou/core"
	"lianou/core/registry"
)

// sheet dates a source's facts within the last year.
func (m *maker) sheet(source string, facts object) registry.Sheet {
	from := m.today - core.Date(1+m.r.IntN(300))
	return registry.Sheet{Source: source, ValidFrom: from, KnownAt: from.Time(), Confidence: 90, Facts: facts.done()}
}

// householdSheets writes what the departments know of the household.
func (m *maker) householdSheets(h *home) []registry.Sheet {
	people := core.Fen(len(h.people))
	var means object
	means.word("area", choose(h.urban, "urban", "rural"))
	means.word("hukou", h.hukou)
	means.yuan("income_per_capita_month", h.ipc)
	means.yuan("income_12m", h.ipc*12*people)
	means.yuan("financial_assets_per_capita", m.yuan(float64(h.ipc)/100*7, 1.1))
	cars := 0
	if h.ipc > h.standard()*2 && chance(m.r, choose(h.urban, 480, 330)) {
		cars = 1
	}
	means.number("cars", cars)
	if cars > 0 {
		means.yuan("car_value", m.yuan(45_000, 0.6))
	}
	means.yes("business_with_staff", h.ipc > h.standard()*4 && chance(m.r, 25))
	means.yuan("medical_12m", h.medical)
	means.yuan("education_12m", m.schoolCost(h))
	means.yuan("rehab_12m", m.rehabCost(h))

	var civil object
	civil.raw("statuses", "["+quoted(h.statuses)+"]")
	civil.raw("shocks", h.shock)
	civil.word("legal_matter", "none")
	return []registry.Sheet{m.sheet("registry:means", means), m.sheet("registry:civil", civil), m.sheet("registry:housing", m.housing(h))}
}

func quoted(words []string) string {
	s := ""
	for i, w := range words {
		if i > 0 {
			s += ","
		}
		s += `"` + w + `"`
	}
	return s
}

func (m *maker) housing(h *home) object {
	var o object
	renting := chance(m.r, choose(h.urban, 140, 10))
	owns := !renting && !chance(m.r, 15)
	houses := choose(owns, 1, 0)
	if owns && h.ipc > h.standard()*5 && chance(m.r, 150) {
		houses = 2
	}
	o.number("houses", houses)
	o.yes("owns_home", owns)
	o.yes("renting", renting)
	grade := "A"
	switch poor := h.ipc < h.standard()*3/2; {
	case !h.urban && chance(m.r, choose(poor, 60, 4)):
		grade = "D"
	case !h.urban && chance(m.r, choose(poor, 140, 12)):
		grade = "C"
	case chance(m.r, choose(h.urban, 150, 450)):
		grade = "B"
	}
	o.word("house_grade", grade)
	area := choose(h.urban, 60, 90) + m.r.IntN(60)
	o.number("floor_area_per_capita", max(8, area/len(h.people)))
	return o
}

func (m *maker) schoolCost(h *home) core.Fen {
	var sum core.Fen
	for _, p := range h.people {
		switch p.stage {
		case "preschool":
			sum += m.yuan(4000, 0.3)
		case "compulsory_day", "compulsory_boarding":
			sum += m.yuan(900, 0.4)
		case "senior", "vocational":
			sum += m.yuan(4500, 0.3)
		case "tertiary", "tertiary_vocational":
			sum += m.yuan(15_000, 0.3)
		}
	}
	return sum
}

func (m *maker) rehabCost(h *home) core.Fen {
	var sum core.Fen
	for _, p := range h.people {
		if p.disGrade > 0 && chance(m.r, choose(p.age < 18, 600, 120)) {
			sum += m.yuan(3000, 0.7)
		}
	}
	return sum
}

// personSheets writes what the departments know of one member: one sheet of what
// the province exchanges for everybody each month, and one from the department that has a
// case of its own.
func (m *maker) personSheets(h *home, p *person) []registry.Sheet {
	var base object
	m.cover(&base, h, p)
	base.word("work_ability", p.work)
	if p.employ != "" {
		base.word("employment", p.employ)
		if p.employ == "unemployed_registered" {
			base.number("unemployed_months", 1+m.r.IntN(30))
		}
	}
	if p.stage != "" {
		base.word("school_stage", p.stage)
	}
	if p.disGrade == 0 {
		base.raw("disability", "{}")
	}
	if p.illness == "none" {
		base.word("illness", "none")
	}
	if p.age < 18 {
		m.parents(&base, h)
	}
	if p.age >= 18 {
		base.yes("veteran", p.male && chance(m.r, 25))
	}
	if p.age >= 49 {
		base.yes("lost_only_child", chance(m.r, 2))
	}
	if len(h.people) == 1 && p.age >= 60 {
		support := []string{"none", "incapable", "capable", "capable"}
		base.word("supporter", support[m.r.IntN(len(support))])
	}
	sheets := []registry.Sheet{m.sheet("registry:exchange", base)}
	if own := m.ownCase(p); len(own) > 0 {
		sheets = append(sheets, own...)
	}
	return sheets
}

// ownCase is what the disabled persons' federation and the health department add.
func (m *maker) ownCase(p *person) []registry.Sheet {
	var out []registry.Sheet
	if p.disGrade > 0 || p.adl > 0 {
		var o object
		if p.disGrade > 0 {
			var d object
			d.word("kind", p.disKind)
			d.number("grade", p.disGrade)
			o.raw("disability", string(d.done()))
		}
		o.number("adl_failed", p.adl)
		o.yes("needs_long_term_care", p.adl >= 3)
		out = append(out, m.sheet("registry:disability", o))
	}
	if p.illness != "none" {
		var o object
		o.word("illness", p.illness)
		o.yuan("self_paid_medical_12m", p.medical)
		out = append(out, m.sheet("registry:health", o))
	}
	return out
}

func (m *maker) cover(o *object, h *home, p *person) {
	employee := h.urban && (p.employ == "employed" || p.employ == "retired")
	insurance, pension := "resident", "resident"
	if employee {
		insurance, pension = "employee", "employee"
	} else if chance(m.r, 20) {
		insurance = "none"
	}
	o.word("insurance", insurance)
	if p.age < 16 || p.employ == "student" {
		return
	}
	if !employee && chance(m.r, 80) {
		pension = "none"
	}
	o.word("pension", pension)
	o.yes("union_member", employee && chance(m.r, 500))
}

// parents says how the parents of a child are, as far as the household shows it.
func (m *maker) parents(o *object, h *home) {
	state := []string{"alive", "alive"}
	hard := []string{"dead", "missing", "in_prison", "seriously_ill", "severely_disabled", "uncontactable_6m"}
	switch {
	case len(h.people) == 2 && h.people[1].relation == "grandchild" && chance(m.r, 300):
		state = []string{hard[m.r.IntN(len(hard))], hard[m.r.IntN(len(hard))]}
	case len(h.people) == 2:
		state[1] = choose(chance(m.r, 400), "dead", "alive")
	}
	o.yes("orphan", state[0] == "dead" && state[1] == "dead")
	o.raw("parents", `["`+state[0]+`","`+state[1]+`"]`)
}
