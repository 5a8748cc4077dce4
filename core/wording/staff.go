package wording

import "fmt"

// CallTask is what a village assistant reads before calling somebody whom no
// message reached: the words, then what to do.
func CallTask(words string) string {
	return "发消息没送到,请打电话或上门告诉本人:" + words + "说完点“已告诉”。"
}

// FixTask is the staff line for a bank return. The codes are those of
// docs/bank-file.md; an unknown one is shown as it came.
func FixTask(code string) string {
	switch code {
	case "1001":
		return "户名和卡不一致。对一下卡上的名字。"
	case "1002":
		return "卡已销户。请换一张卡。"
	case "1003":
		return "卡长期没用,睡眠了。到银行激活,或换一张卡。"
	case "1004":
		return "没有这个账号。对一下卡号。"
	}
	return fmt.Sprintf("银行退回,代码 %s。问一下银行。", code)
}

// FixSteps are what is done about a bank return, one after the other, for who mends it and
// for who confirms. The money is safe meanwhile, and the household is told so by the notice.
func FixSteps(code string) []string {
	switch code {
	case "1001":
		return []string{"请本人拿卡和身份证来,名字一个字一个字对。", "名字写错的,改名字,卡号不动。", "卡是别人的,换成领钱的人自己的卡。"}
	case "1002":
		return []string{"打电话告诉这家:卡销了,钱还在。", "请本人带身份证和另一张卡来登记。", "没有别的卡,先到银行办一张。"}
	case "1003":
		return []string{"请本人带身份证到开户的银行激活。", "激活了,照原来的卡号登记,写明哪天激活的。", "激活不了,登记另一张卡。"}
	case "1004":
		return []string{"请本人拿卡来,卡号一位一位念。", "抄错的改过来,再核一遍。", "卡作废了的,登记另一张卡。"}
	}
	return []string{"打电话问银行这个代码是什么意思。", "问清以前不换卡。问清以后,照银行说的登记。"}
}

// Happened says which event in a family it was, by its kind as the register has it
// (core/registry); "" for one that is none.
func Happened(kind string) string {
	switch kind {
	case "birth":
		return "生了孩子"
	case "death":
		return "去世"
	case "marriage":
		return "结婚"
	case "divorce":
		return "离婚"
	case "adoption":
		return "收养"
	case "split":
		return "分家另过"
	case "move":
		return "搬家"
	case "move_out":
		return "搬出德州"
	case "move_in":
		return "搬回德州"
	case "arrive":
		return "添了人"
	case "undo":
		return "撤销了一条"
	}
	return ""
}
