package channels

import (
	"strings"

	"lianou/core"
)

// departments are who keeps which of the city's records, by the source of a fact.
var departments = map[string]string{
	"population": "公安户籍", "civil": "民政局", "disability": "残联", "health": "卫健委", "medical": "医保局", "housing": "住建局",
	"school": "教体局", "means": "收入财产核对", "labour": "人社局", "union": "工会", "veterans": "退役军人局", "vehicles": "公安车管",
	"market": "市场监管局", "justice": "司法局", "exchange": "部门交换",
}

// recordOf says of a fact whose record it is and of which month: "残联 2026-10 的记录".
func recordOf(from core.Provenance) string {
	kind, _, _ := strings.Cut(strings.TrimPrefix(from.Said, "registry:"), ":")
	name, ok := departments[kind]
	if !ok {
		return "部门登记"
	}
	return name + " " + from.At.In(core.China).Format("2006-01") + " 的记录"
}
