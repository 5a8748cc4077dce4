package wording

import "fmt"

// The three notices about a card go to the number the household gave at first: it is
// how somebody learns that another person is after their money. They carry the tail
// of a card and never more.

// notOurs is what to do about a change that the household did not ask for.
const notOurs = "不是您家要换的,马上打 " + Hotline + ",外地打 " + HotlineAway + "。" + Promise

// CardProposed says that a card was written down that two people still have to look
// at. old is "" when there was none before.
func CardProposed(old, tail string) Notice {
	what := fmt.Sprintf("要从尾号 %s 换成尾号 %s", old, tail)
	words := "您家领钱的卡" + what + "。两个人核对过才换。"
	if old == "" {
		what = "登记了尾号 " + tail
		words = "您家领钱的卡" + what + "。两个人核对过才算。"
	}
	return Notice{KindChanged, words + notOurs, []Field{{"item", "领钱的卡"}, {"what", what}}}
}

// CardChanged says that money goes to the new card from now on.
func CardChanged(old, tail string) Notice {
	what := fmt.Sprintf("从尾号 %s 换成了尾号 %s", old, tail)
	if old == "" {
		what = "定了,尾号 " + tail
	}
	return Notice{KindChanged, "您家领钱的卡" + what + "。以后的钱打到这张卡。" + notOurs, []Field{{"item", "领钱的卡"}, {"what", what}}}
}

// CardKept says that the card was not changed, and where to have it looked at.
func CardKept(old, township string) Notice {
	what := "没换,还是尾号 " + old
	if old == "" {
		what = "没定下来"
	}
	return Notice{KindChanged, "您家领钱的卡" + what + "。要换,请带卡到" + township + "核对。" + Help + Promise,
		[]Field{{"item", "领钱的卡"}, {"what", what}}}
}
