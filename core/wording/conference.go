package wording

import "lianou/core"

// Conferred is what several bodies came to when they sat down over one household (一事一议).
type Conferred struct {
	Outcome string   // "help", "not", "look", or "off" where it will not be held
	Item    string   // everyday name, of "help"
	Amount  core.Fen // at most; 0 where it is no money
	Sample  bool
	Period  string // how often, as of an item: "month", "year", "term", "season", "once"
	Until   core.Date
	Reason  string
	Town    string // who goes on with it
	County  string // whose government hears a reconsideration
}

// ConferenceKept says what became of a conference, why, and how to have it looked at again. It
// is no decision: each item gets its own letter.
func ConferenceKept(c Conferred) Notice {
	return Notice{KindConference, c.said() + stop(c.Reason) + c.goesOn() +
		"每一项定了都会给您信。收到信起 60 天内,可向" + c.County + "政府申请行政复议。觉得不对,可打 " + Hotline + ",换人再看。",
		[]Field{{"outcome", c.Outcome}}}
}

func (c Conferred) said() string {
	const met = "您家的事,几家开会商量过了。"
	switch c.Outcome {
	case "help":
		if c.Amount == 0 {
			return met + "可以帮您办" + c.Item + "。"
		}
		return met + "可以帮您办" + c.Item + "。" + AtMost(c.Amount, c.Period, c.Sample) + "。"
	case "not":
		return met + "这次没同意另外帮。"
	case "look":
		return met + "有的情况还要再看。"
	}
	return "原来说几家一起商量您家的事,现在不开会了。"
}

// AtMost is a bound in words: 最多每月 300 元(样本).
func AtMost(f core.Fen, period string, sample bool) string {
	return "最多" + map[string]string{"month": "每月", "year": "每年", "term": "每学期", "season": "每季"}[period] + " " + Money(f, sample)
}

func (c Conferred) goesOn() string {
	switch c.Outcome {
	case "help":
		return "这还不是最后的决定。" + c.Town + "接着办," + c.Until.Say() + "前定。"
	case "not":
		return "按规定能办的,照样办。"
	case "look":
		return c.Town + "看清楚了再告诉您。"
	}
	return c.Town + "接着办。"
}
