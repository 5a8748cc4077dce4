package wording

import "lianou/core"

// LateWhat is what is late, as a household knows it.
type LateWhat int

// What may be late. The zero LateWhat is an answer on what was asked for.
const (
	LateAnswer   LateWhat = iota
	LateSorting           // nobody has said which township has it
	LateContact           // the township was to get in touch
	LateVisit             // somebody was to come and look
	LateForms             // what follows a payment that was made first
	LatePapers            // the household's own, which nobody is blamed for
	LateHandover          // what was granted is not there yet
	LateTelling           // somebody was to tell them in person what no message could
	LateCard              // money came back and waits for a card
	LateMeeting           // several bodies were to sit down over it (一事一议)
	LateLookup            // what we said we would look up ourselves
	LateReview            // money that runs was to be looked at again; it goes on
	LateUnsolved          // the household said that it is not solved
	LateAsk               // somebody was to ask whether the money arrived
	LateMatter            // and to find out why it did not
	lateEnd
)

// Late is that a day has passed, and who has been told of it (F57).
type Late struct {
	What LateWhat
	Item string // everyday name, "" for the whole case
	Due  core.Date
	Told string // "村里的协理员", "王庙镇"
}

// Say is the line of the timeline.
func (l Late) Say() string {
	if l.What == LatePapers {
		return "您要补的," + l.Due.Say() + "前还没等到。晚了也照样办。已经告诉" + l.Told + ",会有人来帮您。"
	}
	if l.What == LateReview {
		return l.what() + ",晚了。钱照发,您不用办什么。已经报给" + l.Told + ",在催。"
	}
	return l.what() + ",晚了。这不怪您。已经报给" + l.Told + ",在催。"
}

func (l Late) what() string {
	day := "本该" + l.Due.Say() + "前"
	switch l.What {
	case LateSorting:
		return "您的事" + day + "分到镇上"
	case LateContact:
		return "镇上" + day + "联系您"
	case LateVisit:
		return "上门看您家" + day + "办完"
	case LateForms:
		return "后补的手续" + day + "办完"
	case LateHandover:
		return l.Item + day + "送到"
	case LateTelling:
		return "有一件事" + day + "当面告诉您"
	case LateCard:
		return "退回来的钱还在," + day + "核对好卡再发"
	}
	if l.What == LateReview {
		return l.Item + day + "再看一遍"
	}
	if l.What == LateAsk {
		return day + "打电话问您钱到没到"
	}
	if l.What == LateMatter {
		return "您说没对上的那笔钱," + day + "查清"
	}
	if l.What == LateLookup {
		return "部门有的记录,我们" + day + "查完"
	}
	if l.What == LateUnsolved {
		return l.Item + "没有解决的事" + day + "答复"
	}
	if l.What == LateMeeting {
		return "您家的事" + day + "开会商量完"
	}
	if l.Item == "" {
		return "您的事" + day + "有结果"
	}
	return l.Item + day + "有结果"
}

// NextLate says what comes now where the day for it has passed.
func NextLate() string { return "比该办的日子晚了,正在催。" }

// LateDo says to whoever is told what to do about it next. Above is for county and city,
// who see to it that the township does.
func LateDo(what LateWhat, above bool) string {
	do := map[LateWhat]string{
		LateAnswer: "差入户就入户,差意见就提,差第二人就请他今天定", LateSorting: "给报的人打电话,问清住哪个镇,派过去", LateContact: "今天联系这家,能办就受理",
		LateVisit: "今天约好两个人上门,记录当天交", LateForms: "入户补手续,两个人都确认", LatePapers: "打电话或上门,帮他把要补的补上",
		LateHandover: "今天送到,请收的人签字", LateTelling: "今天打电话或上门告诉本人,记下怎么说的",
		LateCard: "今天约本人当面看卡,登记新卡,请第二人核对", LateReview: "今天安排复核,没变的点照发;没看以前不许停钱", LateLookup: "今天向部门查清,查到没查到都记下", LateUnsolved: "今天把没解决的办了,办不了的写明原因,答复本人;不在您这里的,打电话问卡在哪里", LateAsk: "今天问到本人钱到没到、到了多少;没电话的上门问", LateMatter: "今天问清这笔钱去了哪里,写下怎么办的", LateMeeting: "今天把会开了,记下怎么定的,两个人签字;开不成的,县里写明原因撤掉",
	}[what]
	if above && what != LateSorting && what != LateUnsolved {
		who := map[LateWhat]string{LateAsk: "热线和镇上", LateMatter: "发钱的人"}[what]
		if who == "" {
			who = "镇上"
		}
		return "打电话问" + who + "卡在哪里,要他们:" + do + "。"
	}
	return do + "。"
}
