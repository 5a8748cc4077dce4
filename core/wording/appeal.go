package wording

import "lianou/core"

// KindAnswered is the notice that answers somebody who said that a decision is wrong.
const KindAnswered Kind = "answered"

// KindBack is the notice that somebody wrote down that an appeal is not wanted any more.
const KindBack Kind = "appeal_back"

// BackSaid tells a household that somebody wrote down that it does not want an appeal any more:
// nobody else would know that it is not so.
func BackSaid(item string) Notice {
	const what = "有人记下您不要重新看了"
	return Notice{KindBack, item + "您说过不对。现在" + what + "。告诉您以后,过 3 个工作日才算。不是您的意思,请打 " + Hotline + "。一说就接着看。" + Promise,
		[]Field{{"item", item}, {"what", what}}}
}

// GoesOn is the receipt for who says that an appeal is still wanted, or says something to a stop.
func GoesOn(item string) string {
	return item + "您说的记下了。接着重新看,您这句也一起看。问进度用原来的回执号。"
}

// StopAsked says that a stop is looked at with what somebody asked about before.
func StopAsked() string {
	return "您说不对的事还在重新看,停发也一起看。有话要说,打 " + Hotline + "。"
}

// Again says who looked anew, by family name: the letter and the page of the case have the
// whole names, and a message carries none.
func Again(reviewer, decider string) string {
	return "您说不对,换了人重新看:" + comrade(reviewer) + "看的," + comrade(decider) + "定的。"
}

func comrade(name string) string {
	for _, r := range name {
		return string(r) + "同志"
	}
	return "另一位同志"
}

// Answer is what came of an appeal.
type Answer struct {
	Item   string // everyday name
	Again  string // of Again
	Stays  bool   // the decision is as it was
	Reason string // whole sentences
	By     string // who decided
	County string
	Remedy Remedy
}

// Answered is the notice of an answer: who looked anew, what came of it, why, and how to go on.
func Answered(a Answer) Notice {
	what, on := "这次改了,批了。", ""
	if a.Stays {
		what, on = "还是原来定的那样。", AskAgain(a.Remedy, a.By, a.County)
	}
	return Notice{KindAnswered, a.Item + ":" + a.Again + what + "原因:" + stop(a.Reason) + on, []Field{{"item", a.Item}, {"what", stop(what)}}}
}

// AskUs is how to say that a decision is wrong without writing anything, as letters say it.
func AskUs() string {
	return "觉得不对,先说一声也行:打 " + Hotline + ",到窗口,或在手机上点“我觉得不对”。换没经手过的人重新看,原来给的照给。说了不会因此减少。"
}

// Looked promises what comes of an appeal: the receipt that every door gives.
func Looked(item string, due, today core.Date) string {
	by := due.Say() + "前答复您。"
	if due < today {
		by = "该答复的日子已经过了,我们催着办。"
	}
	return item + "您说不对,收到了。换没经手过的人重新看。" + by + "原来给的照给。问进度用原来的回执号。"
}
