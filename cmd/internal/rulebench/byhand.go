package rulebench

import (
	"lianou/core/facts"
	"lianou/core/policy"
)

// tri is a three-valued answer, in the numbers of matching.Outcome.
type tri uint8

const (
	no   tri = 0
	yes  tri = 1
	open tri = 2
)

func and(a, b tri) tri {
	if a == no || b == no {
		return no
	}
	return a | b // yes and open is 3
}

// known folds the result of and/or back into three values.
func known(t tri) tri {
	if t > 1 {
		return open
	}
	return t
}

func or(a, b tri) tri {
	if a == yes || b == yes {
		return yes
	}
	if a == no {
		return b
	}
	return a
}

func not(a tri) tri {
	switch a {
	case yes:
		return no
	case no:
		return yes
	}
	return open
}

// local is what the rules need to know about a place, in fen.
type local struct {
	standard, average int64
	known             bool
}

// hand judges a household by rules written out in Go.
type hand struct {
	v  *facts.Vector
	l  local
	st [5]tri // dibao, tekun, edge, rigid, poor file

	low, edgeAssets            tri // property within the limits
	ipcLow, ipcEdge, ipcDouble tri
	ipcAverage                 tri
	hardUp                     tri // any of the five statuses
	dibaoOrTekun               tri
}

func places(county string, area int64, areaKnown bool) local {
	if !areaKnown {
		return local{}
	}
	if area == 1 {
		return local{480_00, 1350_00, true}
	}
	switch county {
	case "371402", "371403", "371471", "371472":
		return local{620_00, 2400_00, true}
	}
	return local{600_00, 2400_00, true}
}

func (h *hand) fact(f policy.FactID) (int64, bool) { return h.v.H[f], h.v.Known>>f&1 != 0 }

func (h *hand) atMost(f policy.FactID, limit int64) tri {
	if h.v.Known>>f&1 == 0 {
		return open
	}
	if h.v.H[f] <= limit {
		return yes
	}
	return no
}

func (h *hand) is(f policy.FactID) tri { return h.equals(f, 1) }

func (h *hand) equals(f policy.FactID, x int64) tri {
	if h.v.Known>>f&1 == 0 {
		return open
	}
	if h.v.H[f] == x {
		return yes
	}
	return no
}

// money compares with a local amount, open where the place is not known.
func (h *hand) money(f policy.FactID, limit int64) tri {
	if !h.l.known {
		return open
	}
	return h.atMost(f, limit)
}

type member = facts.Member

func has(m *member, f policy.FactID) bool { return m.Known>>(f-policy.MemberBase)&1 != 0 }
func val(m *member, f policy.FactID) int64 {
	return m.V[f-policy.MemberBase]
}

func between(m *member, f policy.FactID, low, high int64) tri {
	if !has(m, f) {
		return open
	}
	if x := val(m, f); x >= low && x <= high {
		return yes
	}
	return no
}

func within(m *member, f policy.FactID, words ...int64) tri {
	if !has(m, f) {
		return open
	}
	x := val(m, f)
	for _, w := range words {
		if x == w {
			return yes
		}
	}
	return no
}

func flag(m *member, f policy.FactID) tri { return between(m, f, 1, 1) }

// some answers whether some member meets a rule.
func (h *hand) some(rule func(*hand, *member) tri) tri {
	out := no
	for i := range h.v.M {
		switch rule(h, &h.v.M[i]) {
		case yes:
			return yes
		case open:
			out = open
		}
	}
	return out
}

const oldest = 1 << 20

// prepare decides what many items share: income, property and the statuses.
func (h *hand) prepare(v *facts.Vector) {
	h.v = v
	area, areaKnown := h.fact(policy.Area)
	h.l = places(string(v.County), area, areaKnown)
	s := h.l.standard
	h.ipcLow = h.money(policy.IncomePerCapita, s-1)
	h.ipcEdge = h.money(policy.IncomePerCapita, s*3/2-1)
	h.ipcDouble = h.money(policy.IncomePerCapita, 2*s-1)
	h.ipcAverage = h.money(policy.IncomePerCapita, h.l.average-1)
	oneHouse := h.atMost(policy.Houses, 1)
	noCar := h.atMost(policy.Cars, 0)
	h.low = known(and(and(h.money(policy.FinancialAssets, 24*s), noCar), and(oneHouse, not(h.is(policy.BusinessWithStaff)))))
	h.edgeAssets = known(and(and(h.money(policy.FinancialAssets, 36*s), h.atMost(policy.Cars, 1)),
		and(or(noCar, h.money(policy.CarValue, 60*s)), oneHouse)))
	recognised := func(f policy.FactID) tri { return h.is(f) }
	h.st[0] = or(recognised(policy.RecognisedDibao), known(and(h.ipcLow, h.low)))
	h.st[1] = or(recognised(policy.RecognisedTekun), h.some(tekun))
	h.st[2] = or(recognised(policy.RecognisedEdge), known(and(and(not(h.st[0]), h.ipcEdge), h.edgeAssets)))
	h.st[3] = or(recognised(policy.RecognisedRigid), known(and(and(and(not(h.st[0]), not(h.st[1])), and(not(h.st[2]), h.ipcAverage)),
		and(h.edgeAssets, h.burden(600)))))
	h.st[4] = recognised(policy.RecognisedPoor)
	h.dibaoOrTekun = or(h.st[0], h.st[1])
	h.hardUp = or(or(h.dibaoOrTekun, h.st[2]), or(h.st[3], h.st[4]))
}

// burden asks whether rigid expenses exceed a share of the income, in thousandths.
func (h *hand) burden(share int64) tri {
	rigid, ok := h.fact(policy.Rigid12m)
	income, ok2 := h.fact(policy.Income12m)
	switch {
	case !ok || !ok2:
		return open
	case rigid*1000 > income*share:
		return yes
	}
	return no
}

func tekun(h *hand, m *member) tri {
	if h.ipcLow == no || h.low == no {
		return no
	}
	grade := func(high int64) tri { return between(m, policy.DisabilityGrade, 1, high) }
	unable := or(or(between(m, policy.Age, 60, oldest), between(m, policy.Age, 0, 15)),
		or(or(known(and(within(m, policy.DisabilityKind, 5, 6), grade(3))), known(and(within(m, policy.DisabilityKind, 4), grade(2)))),
			known(and(within(m, policy.DisabilityKind, 1), grade(1)))))
	unable = or(unable, known(and(h.is(policy.RecognisedTekun), minor(m)))) // keeps it to 18
	return known(and(and(unable, h.ipcLow), and(h.low, within(m, policy.Supporter, 0, 1))))
}

func severe(m *member) tri      { return between(m, policy.DisabilityGrade, 1, 2) }
func certificate(m *member) tri { return between(m, policy.DisabilityGrade, 1, 4) }
func minor(m *member) tri       { return between(m, policy.Age, 0, 17) }
func ill(m *member) tri         { return between(m, policy.Illness, 1, 4) }
func jobless(m *member) tri     { return within(m, policy.Employment, 1, 2) }
func canWork(m *member) tri     { return within(m, policy.WorkAbility, 0, 1) }
func workingAge(m *member) tri  { return between(m, policy.Age, 16, 59) }
