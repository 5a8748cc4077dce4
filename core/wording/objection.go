package wording

// KindObjection is the notice that answers who said something against a public notice.
const KindObjection Kind = "objection"

// The words are general: whoever objected learns what came of it, and nothing of whom it was
// about that the board did not say.
const (
	objectionStands    = "核实过了,和公示的没有出入,照常办"
	objectionCorrected = "查实了,正在改,要重新看"
)

// NoticeOver answers an opinion on a notice that does not hang.
const NoticeOver = "这条公示已经到期,或者撤下了。还有不同意见,照样可以打 " + Hotline + " 说:哪个村、哪一项、哪里不对。镇上会核查,发了钱的也能查。"

// ObjectionAnswered tells who left a telephone what came of it. Neither place nor item stands
// in it: somebody of the household may read the message.
func ObjectionAnswered(founded bool) Notice {
	what := objectionStands
	if founded {
		what = objectionCorrected
	}
	return Notice{KindObjection, "您对公示说的不同意见," + what + "。您是谁,不告诉那一家。" + Help + Promise, []Field{{"what", what}}}
}

// ObjectionTaken is read out to who said it, by the state that ObjectionSays takes: only of what
// waits is it promised that the decision does. The last telephone that somebody left is told, so
// the number is named beside it.
func ObjectionTaken(number, state string, phone bool) string {
	kept := "记下了,意见回执号 " + number + "。"
	if state != "open" {
		return kept + ObjectionSays(state)
	}
	how := "过几天打 " + Hotline + " 念这个号,就知道核实得怎么样。"
	if phone {
		how = "核实完了给您打电话或者发短信;没接到的,打 " + Hotline + " 念这个号问。"
	}
	return kept + "镇上核实完以前,这一项不会定下来。您是谁,不告诉那一家。" + how
}

// ObjectionSays is what came of one, by its number; "" for a number that is nobody's.
func ObjectionSays(state string) string {
	return map[string]string{
		"open":      "收到了,镇上在核实。核实完以前,这一项不会定下来。",
		"more":      "您后来补的话也收到了。前面说的已经核实过,镇上会接着看。",
		"late":      "收到时这条公示已经撤下了。您说的也在,镇上会接着看。还有要说的,打 " + Hotline + "。",
		"unfounded": "您说的" + objectionStands + "。",
		"founded":   "您说的" + objectionCorrected + "。",
		"over":      "收到时公示已经撤下,那一项现在没有在办。还有要说的,打 " + Hotline + "。",
	}[state]
}
