package people

import (
	"encoding/json"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/facts"
	"lianou/core/policy"
)

// made are the facts that each part of the index counts, in the order of its parts. Where
// nobody told the sum of what has to be spent, its parts are what counts. What is told in
// several parts (an event that struck) is told in a case and not here.
func made(h *core.Household) [7][]policy.FactID {
	spent := []policy.FactID{policy.Rigid12m, policy.Income12m}
	if h.Rigid12m == nil {
		spent = []policy.FactID{policy.Rigid12m, policy.Medical12m, policy.Education12m, policy.Rehab12m, policy.Income12m}
	}
	return [7][]policy.FactID{
		{policy.IncomePerCapita, policy.FinancialAssets},
		spent,
		{policy.DisabilityGrade, policy.Illness, policy.ADLFailed, policy.NeedsCare},
		{policy.WorkAbility, policy.Employment},
		{policy.HouseGrade, policy.OwnsHome, policy.Renting, policy.FloorArea},
		{policy.SchoolStage},
		{},
	}
}

// counted says what the index counts of a fact that nobody told: the sum of the three parts
// of what has to be spent, and a year's income by what each has a month.
func counted(h *core.Household, id policy.FactID, told bool) string {
	if told || id != policy.Rigid12m && id != policy.Income12m {
		return ""
	}
	var v facts.Vector
	v.Gather(h)
	sum, all := v.Get(policy.Rigid12m)
	each, known := v.Get(policy.IncomePerCapita)
	switch {
	case id == policy.Rigid12m && all:
		return "指数按下面三样加起来算:" + yuanOf("rigid_12m", sum)
	case id == policy.Rigid12m:
		return "下面三样都问清了,指数才算得出来"
	case known:
		return "指数按平均每人月收入算:" + yuanOf("income_12m", max(each, 0)*12*int64(len(v.M)))
	}
	return ""
}

func yuanOf(key string, sum int64) string {
	raw, err := json.Marshal(core.Fen(sum))
	if err != nil { // a number always encodes
		return ""
	}
	return desk.SayFact(true, key, 1, raw)
}
