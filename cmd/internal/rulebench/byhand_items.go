package rulebench

import (
	"lianou/core/facts"
	"lianou/core/matching"
	"lianou/core/policy"
)

// byHand judges all 41 items as in force on 2024-03-01.
func byHand(v *facts.Vector, out []matching.Outcome) {
	var h hand
	h.prepare(v)
	put := func(no int, t tri) { out[no-1] = matching.Outcome(known(t)) }
	hardUp := h.hardUp
	household := or(or(h.st[0], h.st[1]), or(h.st[2], h.st[3]))
	urban := h.equals(policy.Area, 0)
	rural := h.equals(policy.Area, 1)

	put(1, and(h.hukouAccepted(), or(known(and(h.ipcLow, h.low)), h.some(single))))
	put(2, h.some(tekun))
	put(3, h.atMost(policy.ShockDays, 90))
	put(4, and(h.burden(400), or(h.dibaoOrTekun, known(and(h.ipcAverage, h.edgeAssets)))))
	put(5, h.some(func(_ *hand, m *member) tri { return known(and(minor(m), flag(m, policy.Orphan))) }))
	put(6, h.some(func(_ *hand, m *member) tri { return known(and(minor(m), flag(m, policy.Unattended))) }))
	put(7, h.some(func(h *hand, m *member) tri { return known(and(certificate(m), h.st[0])) }))
	put(8, h.some(func(_ *hand, m *member) tri { return known(and(severe(m), flag(m, policy.NeedsCare))) }))
	put(9, h.some(func(h *hand, m *member) tri {
		return known(and(between(m, policy.Age, 60, oldest), or(h.st[0], h.st[2])))
	}))
	put(10, h.some(oldAge))
	put(11, h.is(policy.LivingRough))
	put(12, h.is(policy.DeathInFamily))
	put(13, h.some(premium))
	put(14, household)
	put(15, h.illnessCost())
	put(16, and(and(urban, household), and(h.smallFloor(), h.atMost(policy.Houses, 1))))
	put(17, and(and(and(urban, household), and(h.smallFloor(), h.atMost(policy.Houses, 1))), h.is(policy.Renting)))
	put(18, and(and(rural, h.dangerous()), and(h.equals(policy.Houses, 1), hardUp)))
	disabled := h.some(func(_ *hand, m *member) tri { return certificate(m) })
	put(19, or(h.dibaoOrTekun, or(known(and(rural, disabled)), known(and(and(urban, h.st[2]), disabled)))))
	h.school(put)
	put(24, h.work())
	put(25, h.some(pension))
	put(26, h.some(func(_ *hand, m *member) tri { return known(and(between(m, policy.Age, 0, 6), certificate(m))) }))
	put(27, disabled)
	put(28, h.some(func(h *hand, m *member) tri { return known(and(severe(m), or(h.st[0], h.st[2]))) }))
	put(29, h.is(policy.DisasterYear))
	put(30, and(h.is(policy.DisasterHome), h.equals(policy.Houses, 1)))
	put(31, h.some(func(_ *hand, m *member) tri {
		return known(and(flag(m, policy.LostOnlyChild), between(m, policy.Age, 49, oldest)))
	}))
	put(32, h.legal())
	put(33, h.some(func(h *hand, m *member) tri { return known(and(h.st[4], within(m, policy.SchoolStage, 5, 6))) }))
	put(34, h.some(veteran))
	put(35, h.dibaoOrTekun)
	put(36, h.dibaoOrTekun)
	put(37, h.some(union))
	put(38, h.some(func(h *hand, m *member) tri {
		return known(and(and(within(m, policy.Sex, 1), within(m, policy.Illness, 3, 4)), h.hardUp))
	}))
	put(39, h.some(func(h *hand, m *member) tri { return known(and(within(m, policy.SchoolStage, 4, 6, 7), h.hardUp)) }))
	put(40, h.some(func(h *hand, m *member) tri {
		return known(and(and(between(m, policy.Age, 0, 18), within(m, policy.Illness, 2)), or(h.hardUp, h.ipcAverage)))
	}))
	put(41, or(hardUp, h.is(policy.ShockYear)))
}

func (h *hand) hukouAccepted() tri { return or(h.equals(policy.Hukou, 0), h.equals(policy.Hukou, 2)) }

func (h *hand) smallFloor() tri { return h.atMost(policy.FloorArea, 15_00-1) }

func (h *hand) dangerous() tri {
	return or(h.equals(policy.HouseGrade, 2), h.equals(policy.HouseGrade, 3))
}

func single(h *hand, m *member) tri {
	mind := known(and(within(m, policy.DisabilityKind, 5, 6), between(m, policy.DisabilityGrade, 3, 3)))
	edge := known(and(h.st[2], or(or(severe(m), mind), ill(m))))
	if edge == yes {
		return yes
	}
	alone := known(and(and(and(between(m, policy.Age, 18, oldest), severe(m)), and(jobless(m), h.ipcAverage)), h.edgeAssets))
	return or(edge, alone)
}

func oldAge(h *hand, m *member) tri {
	return known(and(and(between(m, policy.Age, 80, oldest), h.equals(policy.Hukou, 0)), or(between(m, policy.Age, 90, oldest), h.st[0])))
}

func premium(h *hand, m *member) tri {
	insured := within(m, policy.Insurance, 0, 1)
	if insured == no {
		return no
	}
	who := or(or(h.dibaoOrTekun, h.st[4]), or(severe(m), flag(m, policy.Orphan)))
	if who != yes {
		who = or(who, known(and(minor(m), flag(m, policy.Unattended))))
		who = or(who, known(and(h.st[2], or(between(m, policy.Age, 60, oldest), minor(m)))))
	}
	return known(and(insured, who))
}

func (h *hand) illnessCost() tri {
	when := known(and(and(and(not(h.st[0]), not(h.st[1])), and(not(h.st[2]), h.ipcDouble)), h.edgeAssets))
	if when == no {
		return no
	}
	return and(when, h.some(func(h *hand, m *member) tri {
		if !h.l.known {
			return open
		}
		return between(m, policy.SelfPaid12m, h.l.average*3+1, 1<<60)
	}))
}

func (h *hand) school(put func(int, tri)) {
	put(20, h.some(func(h *hand, m *member) tri {
		return known(and(and(within(m, policy.SchoolStage, 1), between(m, policy.Age, 3, 5)),
			or(h.hardUp, or(flag(m, policy.Orphan), certificate(m)))))
	}))
	put(21, h.some(func(h *hand, m *member) tri { return known(and(within(m, policy.SchoolStage, 2, 3), h.hardUp)) }))
	put(22, h.some(func(h *hand, m *member) tri {
		return known(and(within(m, policy.SchoolStage, 4), or(h.hardUp, certificate(m))))
	}))
	put(23, h.some(func(h *hand, m *member) tri {
		return known(and(within(m, policy.SchoolStage, 5), or(h.equals(policy.Area, 1), h.hardUp)))
	}))
}

func (h *hand) work() tri {
	poor := or(or(h.st[0], h.st[2]), h.st[3])
	out := h.some(func(_ *hand, m *member) tri {
		seeking := known(and(and(workingAge(m), canWork(m)), jobless(m)))
		if seeking == no {
			return no
		}
		older := or(known(and(within(m, policy.Sex, 1), between(m, policy.Age, 40, oldest))),
			known(and(within(m, policy.Sex, 0), between(m, policy.Age, 50, oldest))))
		hard := or(or(certificate(m), between(m, policy.UnemployedMonths, 12, oldest)),
			known(and(between(m, policy.UnemployedMonths, 6, oldest), older)))
		return known(and(seeking, or(poor, hard)))
	})
	if out == yes {
		return yes
	}
	seeking := h.some(func(_ *hand, m *member) tri { return known(and(and(workingAge(m), canWork(m)), jobless(m))) })
	nobody := not(h.some(func(_ *hand, m *member) tri { return known(and(and(workingAge(m), canWork(m)), not(jobless(m)))) }))
	return or(out, known(and(seeking, nobody)))
}

func pension(h *hand, m *member) tri {
	return known(and(and(workingAge(m), within(m, policy.Pension, 0, 1)), or(or(severe(m), h.dibaoOrTekun), h.st[4])))
}

func (h *hand) legal() tri {
	matter, ok := h.fact(policy.LegalMatter)
	if !ok {
		return open
	}
	switch matter {
	case 5: // none
		return no
	case 2, 4: // wages, domestic violence
		return yes
	}
	return or(h.dibaoOrTekun, h.money(policy.IncomePerCapita, 2*h.l.standard))
}

func veteran(h *hand, m *member) tri {
	cause := or(or(h.is(policy.ShockYear), ill(m)), or(h.st[0], h.st[2]))
	cause = or(cause, known(and(jobless(m), between(m, policy.UnemployedMonths, 6, oldest))))
	return known(and(flag(m, policy.Veteran), cause))
}

func union(h *hand, m *member) tri {
	costs := not(h.atMost(policy.Rigid12m, 0))
	return known(and(flag(m, policy.UnionMember), or(or(h.ipcLow, known(and(h.ipcDouble, costs))), h.is(policy.ShockYear))))
}
