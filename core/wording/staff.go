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
