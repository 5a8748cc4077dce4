package wording

import (
	"strings"
	"time"

	"lianou/core"
)

// Record says of a fact that a register gave whose record it is and of which month: "残联
// 2026-10 的记录". It is the same to the person and to the officer, so that both speak of
// one thing. "" where no register gave it.
func Record(from core.Provenance) string {
	rest, ok := strings.CutPrefix(from.Said, "registry:")
	if !ok {
		return ""
	}
	kind, by, _ := strings.Cut(rest, ":")
	name := keeper(kind)
	if kind == "people" {
		return registered(by, from.At)
	}
	switch {
	case name == "":
		return "部门登记"
	case from.At.IsZero():
		return name + "的记录"
	}
	return name + " " + from.At.In(core.China).Format("2006-01") + " 的记录"
}

// registered says by whose word the register has somebody as old and as whose kin as it does:
// by their number, by what the officer saw who registered them, or by a file.
func registered(by string, at time.Time) string {
	who, proof, _ := strings.Cut(by, ",")
	officer := strings.HasPrefix(who, "officer:")
	switch {
	case by == "id_number":
		return "身份证号上"
	case officer && at.IsZero():
		return "工作人员登记的"
	case !officer && at.IsZero():
		return "导入的名单"
	case !officer:
		return "导入的名单,记在 " + at.In(core.China).Format("2006-01")
	}
	said := "工作人员 " + at.In(core.China).Format("2006-01-02") + " 登记的"
	proof, _, _ = strings.Cut(proof, ",") // and why somebody came
	if word := Proof(proof); word != "" {
		said += "," + word
	}
	return said
}

// Proof is the word for by what an event is registered, "" where there is none: of Proofs, or
// what is only told (said), on which nothing but the end of a place is registered.
func Proof(value string) string {
	for _, p := range append(Proofs(), Option{"said", "村里、邻居说的"}) {
		if p.Value == value {
			return p.Word
		}
	}
	return ""
}

// Proofs are by what an officer registers an event in a family.
func Proofs() []Option {
	return []Option{{"paper", "看过证件、证明原件"}, {"police", "问过派出所"}, {"village", "村里证明"}, {"visit", "上门看过"}}
}

// Keeper is one department that keeps a record of the city: its word in a source, such as
// "disability" in "registry:disability", and how people call it.
type Keeper struct{ Kind, Name string }

// Keepers are the departments whose records there are words for. A source of any other word
// says nothing to whoever reads where a fact came from: an import refuses it.
func Keepers() []Keeper {
	return []Keeper{
		{"population", "公安户籍"}, {"civil", "民政局"}, {"disability", "残联"}, {"health", "卫健委"}, {"medical", "医保局"}, {"housing", "住建局"},
		{"school", "教体局"}, {"means", "收入财产核对"}, {"labour", "人社局"}, {"union", "工会"}, {"veterans", "退役军人局"}, {"vehicles", "公安车管"},
		{"market", "市场监管局"}, {"justice", "司法局"}, {"exchange", "部门交换"},
	}
}

// keeper is who keeps which of the city's records; "" for a word nobody keeps one by.
func keeper(kind string) string {
	for _, k := range Keepers() {
		if k.Kind == kind {
			return k.Name
		}
	}
	return ""
}
