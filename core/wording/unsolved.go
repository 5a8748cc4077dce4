package wording

import "lianou/core"

// KindUnsolved is the notice that answers somebody who said that their matter is not solved.
const KindUnsolved Kind = "unsolved"

// UnsolvedAnswer is what a unit did about what is not solved.
type UnsolvedAnswer struct {
	Item   string // everyday name
	By     string // which unit answers: "王庙镇", "平原县", "德州市"
	Solved bool
	Words  string // whole sentences: what was done, or why it stays
	Above  string // which unit has it when it is said again
	Ask    string // how to appeal, of AskAgain; where it stays as it is
}

// UnsolvedAnswered is the notice of an answer: what was done or why not, how to appeal, and where it
// goes when it is not solved still.
func UnsolvedAnswered(a UnsolvedAnswer) Notice {
	what := "您说没有解决," + a.By + "办了。"
	on := ""
	if !a.Solved {
		what, on = "您说没有解决,"+a.By+"重新看过,还是这样。原因:", a.Ask
	}
	return Notice{KindUnsolved, a.Item + ":" + what + stop(a.Words) + on + "还没解决,再说一次,由" + a.Above + "办。打 " + Hotline + "。",
		[]Field{{"item", a.Item}, {"by", a.By}}}
}

// UnsolvedBy says by when it is answered. The days count from the first time that it was said, so that
// a unit may have it after its day.
func UnsolvedBy(due, today core.Date) string {
	if due < today {
		return "该答复的日子已经过了,我们催着办。"
	}
	return due.Say() + "前答复您。"
}

// UnsolvedTaken is the receipt of a door that reaches the case itself: which unit has it and by when it
// answers.
func UnsolvedTaken(item, unit string, due, today core.Date) string {
	return item + "您说没有解决,记下了。由" + unit + "办。" + UnsolvedBy(due, today) + "原来给的照给。问进度用原来的回执号。"
}

// UnsolvedSays is the line of the progress while it is looked at.
func UnsolvedSays(unit string, due, today core.Date) string {
	return "您说没有解决," + unit + "在办。" + UnsolvedBy(due, today)
}

// UnsolvedSent is the receipt of a door that hands it on: which unit has it stands in the progress once
// it is there.
const UnsolvedSent = "您说没有解决,收到了。哪一级办、哪天前答复,进度里会写。原来给的照给。问进度用原来的回执号。"
