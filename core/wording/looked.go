package wording

import "slices"

// LookedAt says what somebody of the staff opened, by the act in the log.
func LookedAt(act string) string {
	switch act {
	case "case.read":
		return "打开了您的申请"
	case "decision.read":
		return "看了决定书"
	case "field.revealed":
		return "看了一个全号(电话、证号或者卡号)"
	case "recording.played":
		return "听了录音"
	case "paper.opened":
		return "看了您交的材料"
	case "talk.read":
		return "看了您在微信里说的"
	case "status.read":
		return "查了办到哪了"
	case "letter.checked":
		return "核对了决定书"
	case "person.read":
		return "看了登记的情况"
	case "facts.read":
		return "看了家里的情况"
	case "sampled.read":
		return "要问您钱到没到,打开了您的名字和住址"
	case "sampled.number":
		return "要问您钱到没到,看了您的电话"
	case "sampled.matter_read":
		return "查您的钱,看了发的钱数、卡上的名字和尾号"
	case "unsolved.read":
		return "看了您说没有解决的话"
	}
	return "看了您的资料"
}

// LookedFor says for what, by the purpose in the log. Our own words are said as they are;
// of anything else no more is said than that it was work on the case, because a purpose
// that somebody typed may name another person.
func LookedFor(purpose string) string {
	own := []string{"办件", "办这件事", "核对情况", "回电话", "上门前看", "有人反映", "听原话", "打印决定书", "看材料", "带去入户", "办件看微信对话",
		"来电查进度", "窗口来说不对", "来电核对决定书", "接电话看家里的申请", "接电话认来电人", "质检", "核对一批", "发钱", "对账", "督办", "跨县改派", "重复登记", "审计", "问钱到没到", "查对不上的钱"}
	if slices.Contains(own, purpose) {
		return purpose
	}
	switch purpose {
	case "reveal":
		return "办件要核对"
	case "reveal_phone":
		return "要打电话"
	case "sampled":
		return "问钱到没到"
	case "quota":
		return "排名额"
	case "registry.twins":
		return "查重复登记"
	}
	return "办件"
}

// StaffWord is what somebody of the staff is, by the first of the roles of an account.
func StaffWord(roles []string) string {
	words := map[string]string{"agent": "12345 话务员", "clerk": "窗口人员", "assistant": "协理员", "officer": "经办人员", "approver": "审批人员",
		"county": "县里的工作人员", "payer": "发钱的人员", "city": "市里的工作人员", "auditor": "审计人员"}
	for _, r := range roles {
		if w := words[r]; w != "" {
			return w
		}
	}
	return "工作人员"
}
