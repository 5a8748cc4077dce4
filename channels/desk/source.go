package desk

import (
	"strings"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/wording"
)

// SourceOf says in words where a fact came from; what a person said waits for the
// visit, what a register knows does not.
func SourceOf(p core.Provenance) (words, tone string) {
	from, _, _ := strings.Cut(p.Said, ":")
	switch {
	case from == "registry":
		return wording.Record(p), "blue"
	case from == "visit":
		return "入户核实", "leaf"
	case from == "change":
		return "两个人核对后更正", "leaf" // core/registry/change: nobody changes a fact alone
	case from == "id_number":
		return "身份证号上", "blue"
	case from == "supplement":
		return "看了补来的材料", "leaf"
	case from == "lookup":
		_, kind, _ := strings.Cut(p.Said, ":")
		return "向" + wording.KeeperOf(kind).Name + "查来的", "leaf"
	case from == "decision":
		return "批准时记下", "leaf"
	case strings.HasPrefix(p.CallID, casefile.ChatCall):
		return "微信里说,待核", "amber"
	case p.CallID != "":
		return "电话里说,待核", "amber"
	case from == "contact":
		return "代报的人说,待核", "amber"
	case p.Said == "":
		return "来源不明", "red"
	}
	if word := saidAt[p.By]; word != "" {
		return word + ",待核", "amber"
	}
	return "本人说,待核", "amber"
}

// saidAt are the doors at which people tell us themselves.
var saidAt = map[core.ChannelName]string{"wechat": "微信里说", "app": "网页上填", "hotline": "电话里说"}
