package casefile

import (
	"strings"

	"lianou/core"
	"lianou/core/wording"
)

// Sure is how far a fact may be built on, by its source.
type Sure string

// What a fact rests on. What a person said waits for the visit; what a register knows does not.
const (
	SureRegister Sure = "register" // a register of ours or of a department
	SureSeen     Sure = "seen"     // two people saw or checked it
	SureSaid     Sure = "said"     // somebody said so
	SureUnknown  Sure = "unknown"
)

// SourceOf says in words where a fact came from, and how far it may be built on.
func SourceOf(p core.Provenance) (words string, sure Sure) {
	from, _, _ := strings.Cut(p.Said, ":")
	switch {
	case from == "registry":
		return wording.Record(p), SureRegister
	case from == "visit":
		return "入户核实", SureSeen
	case from == "change":
		return "两个人核对后更正", SureSeen // core/registry/change: nobody changes a fact alone
	case from == "id_number":
		return "身份证号上", SureRegister
	case from == "supplement":
		return "看了补来的材料", SureSeen
	case from == "lookup":
		_, kind, _ := strings.Cut(p.Said, ":")
		return "向" + wording.KeeperOf(kind).Name + "查来的,一个人查的,待核", SureSaid // two at the door, or the register itself, make more of it
	case from == "decision":
		return "批准时记下", SureSeen
	case strings.HasPrefix(p.CallID, ChatCall):
		return "微信里说,待核", SureSaid
	case p.CallID != "":
		return "电话里说,待核", SureSaid
	case from == "contact":
		return "代报的人说,待核", SureSaid
	case p.Said == "":
		return "来源不明", SureUnknown
	}
	switch p.By {
	case "wechat":
		return "微信里说,待核", SureSaid
	case "app":
		return "网页上填,待核", SureSaid
	case "hotline":
		return "电话里说,待核", SureSaid
	}
	return "本人说,待核", SureSaid
}
