package wording

import (
	"fmt"

	"lianou/core"
)

// Kind names a notice. It is stable: channels map it to their own template ids.
type Kind string

// The kinds of notices.
const (
	KindReceived  Kind = "received"
	KindRouted    Kind = "routed"
	KindAccepted  Kind = "accepted"
	KindAskOne    Kind = "ask_one"
	KindVisit     Kind = "visit"
	KindPublished Kind = "published"
	KindApproved  Kind = "approved"
	KindRefused   Kind = "refused"
	KindPaid      Kind = "paid"
	KindReturned  Kind = "returned"
	KindReferred  Kind = "referred"
	KindChanged   Kind = "changed"
	KindCode      Kind = "code"
	KindUnfiled   Kind = "unfiled"
	KindOffered   Kind = "offered"
	KindTakes     Kind = "takes"
	KindDeclined  Kind = "declined"
	KindUnreached Kind = "unreached"
	KindTaking    Kind = "taking_back"
	KindTakenBack Kind = "taken_back"
	KindStands    Kind = "stands"
	KindSkipping  Kind = "skipping"
	KindTurnStays Kind = "turn_stays"
	KindDelivered Kind = "delivered"

	KindConference Kind = "conference"
	KindReview     Kind = "review"
)

// Hotline is the number people call, and HotlineAway from outside the city.
const (
	Hotline     = "12345"
	HotlineAway = "0534-12345"
)

// Promise is what every message about money or a visit says once, so that people
// know an impostor: we take no money and ask for no codes.
const Promise = "我们不收钱,不要验证码。"

// Help is the sentence that ends what a person may have questions about.
const Help = "有问题打 " + Hotline + ",外地打 " + HotlineAway + "。"

// Notice is one message to a citizen: whole in Words, and in Fields for channels
// that only take the parameters of an approved template, in its order. It never
// carries a name or an ID number, so that amount, name and number cannot stand
// together.
type Notice struct {
	Kind   Kind
	Words  string
	Fields []Field
}

// Field is one named parameter of a template.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Received says that a request is safe with us and under which number.
func Received(r core.Receipt, township string) Notice {
	where := "我们正在看归哪个镇办。"
	if township != "" {
		where = "归" + township + "办。"
	}
	return Notice{KindReceived,
		"您的申请我们收到了。回执号 " + GroupReceipt(r) + "。" + where + "问进度打 " + Hotline + ",报这个号。",
		[]Field{{"receipt", GroupReceipt(r)}, {"township", township}}}
}

// Renumbered says that another number than the one that was said names a request. It
// is a kind of Received: channels with templates send the right number by that one.
func Renumbered(said, now core.Receipt) Notice {
	return Notice{KindReceived,
		"您的申请我们收到了。回执号改成 " + GroupReceipt(now) + "。先前的 " + GroupReceipt(said) + " 是我们弄错了,查不到您的,别再用。问进度打 " + Hotline + ",报新号。",
		[]Field{{"receipt", GroupReceipt(now)}, {"township", ""}}}
}

// Routed says which township has the request and within how many working days
// somebody calls.
func Routed(township string, days int) Notice {
	return Notice{KindRouted,
		fmt.Sprintf("您的申请到了%s。%d 个工作日内有人联系您。", township, days),
		[]Field{{"township", township}, {"days", fmt.Sprint(days)}}}
}

// Accepted says that the legal time limit runs from `from` and ends on `until`.
func Accepted(township string, from, until core.Date) Notice {
	return Notice{KindAccepted,
		fmt.Sprintf("%s已受理您的申请,从%s算期限。最晚%s有结果。", township, from.Say(), until.Say()),
		[]Field{{"township", township}, {"from", from.Say()}, {"until", until.Say()}}}
}

// AskOne asks for what is missing and says how it gets to us, such as
// AskOne("您儿子在授权书上签字", "我们上门时签,不用跑", until).
func AskOne(what, how string, until core.Date) Notice {
	return Notice{KindAskOne,
		Lacks(what) + Bring(how, until),
		[]Field{{"what", what}, {"how", how}, {"until", until.Say()}}}
}

// Lacks says what is missing, be it one thing or several; the officer who wrote it may
// have ended it with a stop.
func Lacks(what string) string { return "还差:" + stop(what) }

// PapersCame says what follows once something came for what was asked: nothing is theirs
// to do until an officer has looked.
func PapersCame(what string) string {
	return "您补的收到了,等镇里看。要的是:" + stop(what) + "还差,会告诉您。"
}

// Bring says how what lacks is brought easiest, where that is known, and until when.
func Bring(how string, until core.Date) string {
	if how == "" {
		return BestBefore(until)
	}
	return stop(how) + BestBefore(until)
}

// BestBefore says until when papers are best here, the same at every door: nothing lapses
// when the day passes.
func BestBefore(until core.Date) string {
	return "最好在" + until.Say() + "前补上。晚了也能补,不会作废。"
}

// Visit announces a home visit by two people; part is 上午 or 下午.
func Visit(day core.Date, part, township string) Notice {
	return Notice{KindVisit,
		fmt.Sprintf("%s%s,%s来两个人,到您家看看。家里留个人就行,不用备材料。不方便就打 %s 改时间。%s",
			day.Say(), part, township, Hotline, Promise),
		[]Field{{"day", day.Say() + part}, {"township", township}}}
}

// Published says that an item is on the village board and until when.
func Published(item string, until core.Date) Notice {
	return Notice{KindPublished,
		fmt.Sprintf("%s正在公示,到%s为止。公示不写身份证号和电话。没人有意见,就往下办。", item, until.Say()),
		[]Field{{"item", item}, {"until", until.Say()}}}
}

// Grant is what was approved.
type Grant struct {
	Item   string // everyday name
	Amount core.Fen
	Per    string // "month" or "once"
	From   core.Date
	Sample bool // the amount is a sample figure and must be shown as one
	By     string
}

// Approved says what was granted, from when, and who decided.
func Approved(g Grant) Notice {
	return Notice{KindApproved,
		fmt.Sprintf("%s批准了(确认同意)。%s这是%s定的。钱直接打到卡上。%s%s", g.Item, how(g), g.By, Help, Promise),
		[]Field{{"item", short([]string{g.Item}, g.Sample)}, {"amount", g.Amount.Short()}, {"by", g.By}}}
}

func how(g Grant) string {
	if g.Per == "month" {
		return fmt.Sprintf("每月 %s,从 %d 月起算。", Money(g.Amount, g.Sample), g.From.Time().Month())
	}
	return "一次发 " + Money(g.Amount, g.Sample) + "。"
}

// Paid is the payout notice: item, month, amount, last four of the card, hotline,
// and the promise once. It carries nothing else.
func Paid(p Payment, last4 string) Notice {
	return Notice{KindPaid,
		fmt.Sprintf("%s %d 月 %s,已打到尾号 %s 的卡。%s%s", p.Item, p.Month, Money(p.Amount, p.Sample), last4, Help, Promise),
		[]Field{{"item", short([]string{p.Item}, p.Sample)}, {"month", fmt.Sprint(p.Month)}, {"amount", p.Amount.Short()}, {"last4", last4}, {"hotline", Hotline}}}
}

// Returned says that money did not arrive, that it is safe, and where to go.
func Returned(item string, month int, last4, township string) Notice {
	return Notice{KindReturned,
		fmt.Sprintf("%s %d 月的钱没发成功,尾号 %s 的卡要核对。请带卡到%s核对一下。钱还在,核对好就重发。%s%s",
			item, month, last4, township, Help, Promise),
		[]Field{{"item", item}, {"month", fmt.Sprint(month)}, {"last4", last4}, {"township", township}}}
}

// Referred says which body has an item now and how many working days it has.
func Referred(item, body string, days int) Notice {
	return Notice{KindReferred,
		fmt.Sprintf("%s已转给%s。%d 个工作日内给您回话。有了结果我们告诉您。", item, body, days),
		[]Field{{"item", item}, {"body", body}, {"days", fmt.Sprint(days)}}}
}

// Change is monthly money that was granted and stops or becomes another sum.
type Change struct {
	Item    string // everyday name
	What    string // of WhatChanges
	Stopped bool
	Less    bool     // stopped, or less than before: it goes on as it was until then
	Was     core.Fen // a month, before
	Reason  string   // whole sentences
	Again   string   // of Again, when this answers an appeal
	Asked   bool     // somebody waits for an answer about this money: the stop is looked at with it
	By      string   // who decided
	County  string   // its government hears the reconsideration
	Remedy  Remedy   // "" is RemedyReview
}

// WhatChanges says from which month what is paid, as it stands behind the item's
// name; now 0 is a stop. A month of another year than today's has its year: the words
// are read for a long time, so none says 明年.
func WhatChanges(from, today core.Date, now core.Fen, sample bool) string {
	month := from.Time().Format("1 月")
	if from.Time().Year() != today.Time().Year() {
		month = from.Time().Format("2006 年 1 月")
	}
	if now == 0 {
		return "从 " + month + "起停发"
	}
	return "从 " + month + "起每月 " + Money(now, sample)
}

// Changed says that a benefit changes or stops from a month on, why, who decided,
// and how to ask again.
func Changed(c Change) Notice {
	what := c.Item + c.What + "。原来每月 " + c.Was.Short() + " 元。"
	if c.Stopped {
		what = c.Item + c.What + "(" + StatusChanged.Formal() + ")。"
	}
	if c.Less {
		what += "那以前照原来的发。"
	}
	asked := ""
	if c.Asked {
		asked = StopAsked()
	}
	return Notice{KindChanged,
		c.Again + what + "原因:" + stop(c.Reason) + "这是" + c.By + "定的。" + asked + AskAgain(c.Remedy, c.By, c.County),
		[]Field{{"item", c.Item}, {"what", c.What}}}
}

// LoginCode carries a log-in code of five minutes.
func LoginCode(code string) Notice {
	return Notice{KindCode,
		// No figure may stand beside the code: 001379 and a 5 are read as one number.
		"您的登录码是 " + code + "。请在五分钟内填上。谁来要都不给,我们不会打电话要。",
		[]Field{{"code", code}, {"minutes", "5"}}}
}

// Unfiled says that what somebody confirmed was not taken, to a number of which nobody
// knows who reads it: nothing of what they said.
func Unfiled() Notice {
	return Notice{KindUnfiled,
		"您交的求助还没报上去,有一样要改。您填的都在,没有丢。请再打开莲藕,接着填,改好再签一次名。" + Help,
		[]Field{{"item", "您交的求助"}, {"what", "还没报上去,有一样要改"}}}
}

// Money is an amount as it stands in a sentence, marked when it is a sample figure.
func Money(f core.Fen, sample bool) string {
	if sample {
		return f.Short() + " 元(样本)"
	}
	return f.Short() + " 元"
}

// Offered says that one of a few places is a household's if they want it, and until when
// they may answer. Nothing follows from silence: somebody will ask again.
func Offered(item string, by core.Date) Notice {
	return Notice{KindOffered,
		item + "轮到您家了。要还是不要,请在 " + by.SayWhole() + "前告诉镇上,打 " + Hotline + " 也行。不要也不影响别的救助。" + Promise,
		[]Field{{"item", item}, {"until", by.String()}}}
}

// Takes says that somebody wrote down that the household takes what Offered offered, and how
// to say that it is not so.
func Takes(item string) Notice {
	return Notice{KindTakes,
		"记下了:" + item + "您家要了,名额是您家的。您没说过要,请打 " + Hotline + "。" + Promise,
		[]Field{{"item", item}}}
}

// Declined says that somebody wrote down that the household gives up what Offered offered, and
// how to say that it is not so: it is the household's until a second person has asked.
func Declined(item string) Notice {
	return Notice{KindDeclined,
		"有人记下:" + item + "您家不要了。名额还给您家留着,等另一个人再核对。您没说过不要,请马上打 " + Hotline + "。" + Promise,
		[]Field{{"item", item}}}
}

// Unreached says that nobody of the household was reached about what Offered offered, until
// when it is theirs for certain, and whom to ring. Who is not at home may be away from here.
func Unreached(item string, until core.Date) Notice {
	return Notice{KindUnreached,
		item + "轮到您家了,几次都没联系上您。名额给您家留到 " + until.SayWhole() + "。要还是不要,最晚这天打 " + Hotline + ",外地打 " + HotlineAway + "。" + Promise,
		[]Field{{"item", item}, {"until", until.String()}}}
}

// TakingBack says that somebody asked to take back the place that a household was given, and
// how to say that it is not right: it is theirs until a second person has looked.
func TakingBack(item string) Notice {
	return Notice{KindTaking,
		"有人提出收回给您家的" + item + "名额。名额还给您家留着,等另一个人再核对。您有不同意见,请马上打 " + Hotline + "。" + Promise,
		[]Field{{"item", item}}}
}

// TakenBack says that a place was taken back after TakingBack, and where the household is now.
func TakenBack(item string) Notice {
	return Notice{KindTakenBack,
		"给您家的" + item + "名额收回了。您家还排在原来的位置,轮到了再告诉您。" + Help + Promise,
		[]Field{{"item", item}}}
}

// Stands says that what Declined, Unreached or TakingBack told is not so: the place is the
// household's as before.
func Stands(item string) Notice {
	return Notice{KindStands,
		"前面那条消息不算了。" + item + "名额还是您家的,和原来一样。" + Help + Promise,
		[]Field{{"item", item}}}
}

// Skipping says that somebody wrote down why the household whose turn it is for an item is to
// be passed over, and how to say that it is not so; keeps: its place stays and it is asked
// again. why is a clause about the household, without a full stop; days is how many they have to
// say so. Who is not at home, or has moved, may be away from here.
func Skipping(item, why string, keeps bool, days int) Notice {
	then := "这一批就先不问您家了"
	if keeps {
		then = "就先问后面的人家,您家的位置留着"
	}
	return Notice{KindSkipping,
		item + "轮到您家了。有人记下:" + why + "。现在还没定。另一个人核对了也是这样," + then + "。不是这样,请这" + SayNumber(int64(days)) + "天里打 " + Hotline + ",外地打 " + HotlineAway + "。" + Promise,
		[]Field{{"item", item}}}
}

// TurnStays says that what Skipping told is not so: the household is asked as before.
func TurnStays(item string) Notice {
	return Notice{KindTurnStays,
		"前面那条消息不算了。" + item + "还是轮到您家,和原来一样。" + Help + Promise,
		[]Field{{"item", item}}}
}
