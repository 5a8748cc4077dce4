package seed

import (
	"math"

	"lianou/core"
)

var (
	disabilityKinds  = weighted([]share[string]{{"limb", 400}, {"hearing", 200}, {"visual", 140}, {"intellectual", 90}, {"mental", 85}, {"multiple", 60}, {"speech", 25}})
	disabilityGrades = weighted([]share[int]{{1, 13}, {2, 18}, {3, 27}, {4, 42}})
)

// condition draws what befell the people of a household and what they live on.
// Shares follow the orders of magnitude of national surveys: about six in a
// hundred people disabled, one in a hundred seriously ill, three in a hundred
// rural households below the standard.
func (m *maker) condition(h *home) {
	for i := range h.people {
		p := &h.people[i]
		m.body(p)
		m.school(p)
		m.job(h, p)
		h.medical += p.medical
	}
	m.income(h)
	m.recognised(h)
	m.event(h)
}

// body draws disability, dependence and illness.
func (m *maker) body(p *person) {
	disabled, ill := 37, 7
	switch {
	case p.age < 18:
		disabled, ill = 16, 2
	case p.age >= 60:
		disabled, ill = 145, 24
	}
	if chance(m.r, disabled) {
		p.disKind, p.disGrade = disabilityKinds.draw(m.r), disabilityGrades.draw(m.r)
		if p.disGrade <= 2 {
			p.adl = m.r.IntN(5) + 2 - p.disGrade
		}
	}
	if p.age >= 80 && chance(m.r, 300) {
		p.adl = max(p.adl, 1+m.r.IntN(5))
	}
	p.illness = "none"
	if chance(m.r, ill) {
		p.illness = "serious"
		switch {
		case p.age < 18 && chance(m.r, 150):
			p.illness = "leukaemia"
		case !p.male && p.age >= 30 && chance(m.r, 120):
			p.illness = "breast_cancer"
		case !p.male && p.age >= 30 && chance(m.r, 60):
			p.illness = "cervical_cancer"
		}
		p.medical = m.yuan(18_000, 0.9)
	} else if p.age >= 60 || chance(m.r, 300) {
		p.medical = m.yuan(900, 0.8)
	}
}

// yuan draws an amount around a median, to ten yuan.
func (m *maker) yuan(median, spread float64) core.Fen {
	return core.Yuan(int64(median*math.Exp(spread*m.r.NormFloat64())/10) * 10)
}

func (m *maker) school(p *person) {
	pick := func(one string, n int, other string) string {
		if chance(m.r, n) {
			return one
		}
		return other
	}
	switch {
	case p.age < 3:
		p.stage = "none"
	case p.age < 6:
		p.stage = pick("preschool", 880, "none")
	case p.age < 15:
		p.stage = pick("compulsory_boarding", 140, "compulsory_day")
	case p.age < 18:
		p.stage = pick("senior", 580, pick("vocational", 850, "none"))
	case p.age < 22:
		p.stage = pick("tertiary", 380, pick("tertiary_vocational", 420, "none"))
	}
}

// job draws whether somebody can work and does.
func (m *maker) job(h *home, p *person) {
	severe := p.disGrade == 1 || p.disGrade == 2
	switch {
	case p.age < 16 || p.age >= 75 || p.adl >= 3 || severe:
		p.work = "none"
	case p.age >= 60 || p.disGrade == 3 || p.illness != "none":
		p.work = "partial"
	default:
		p.work = "full"
	}
	study := p.stage != "" && p.stage != "none"
	switch {
	case study:
		p.employ = "student"
	case p.age < 16:
		p.employ = "" // nobody asks
	case p.age >= 60 && h.urban:
		p.employ = "retired"
	case p.work == "none":
		p.employ = "idle"
	case p.age >= 60:
		p.employ = choose(chance(m.r, 450), "employed", "idle")
	case chance(m.r, 35):
		p.employ = "unemployed_registered"
	default:
		p.employ = choose(chance(m.r, choose(p.work == "full", 860, 420)), "employed", "idle")
	}
}

func choose[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}

// income draws what the household lives on, from who earns in it.
func (m *maker) income(h *home) {
	earners, burden := 0, 0
	for _, p := range h.people {
		if p.employ == "employed" || p.employ == "retired" {
			earners++
		}
		if p.disGrade == 1 || p.disGrade == 2 || p.illness != "none" {
			burden++
		}
	}
	median := choose(h.urban, 3100.0, 1750.0)
	shareOf := float64(earners) / float64(len(h.people))
	median *= 0.35 + 0.9*shareOf
	if burden > 0 {
		median *= 0.7
	}
	h.ipc = m.yuan(median, 0.45)
}

// standard is the sample local standard that the shares of recognised households
// are drawn against; the true one is in the Book.
func (h *home) standard() core.Fen { return choose(h.urban, core.Yuan(640), core.Yuan(480)) }

// recognised draws which statuses the household already holds: most of those that
// should, not all of them, and a few wait for somebody to find them.
func (m *maker) recognised(h *home) {
	if h.hukou != "local" {
		return
	}
	first := h.people[0]
	switch {
	case len(h.people) == 1 && first.age >= 62 && h.ipc < h.standard() && chance(m.r, 600):
		h.statuses = append(h.statuses, "tekun")
	case h.ipc < h.standard() && chance(m.r, 700):
		h.statuses = append(h.statuses, "dibao")
	case h.ipc < h.standard()*3/2 && chance(m.r, 450):
		h.statuses = append(h.statuses, "edge")
	case h.medical > 12*core.Fen(len(h.people))*h.ipc*3/5 && chance(m.r, 200):
		h.statuses = append(h.statuses, "rigid")
	}
	if !h.urban && h.ipc < h.standard()*2 && chance(m.r, 120) {
		h.statuses = append(h.statuses, "poor_file")
	}
}

// event draws a misfortune of the last year for one household in a hundred.
func (m *maker) event(h *home) {
	h.shock = "[]"
	if !chance(m.r, 10) {
		return
	}
	kinds := []string{"fire", "traffic", "accident", "disaster", "job_loss"}
	kind := kinds[m.r.IntN(len(kinds))]
	day := m.today - core.Date(1+m.r.IntN(360))
	var o object
	o.word("kind", kind)
	o.word("date", day.String())
	o.yuan("loss", m.yuan(9000, 0.8))
	if kind == "disaster" {
		damage := []string{"collapsed", "serious", "general", "none"}
		o.word("damaged_home", damage[m.r.IntN(len(damage))])
	}
	h.shock = "[" + string(o.done()) + "]"
}
