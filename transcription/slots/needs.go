package slots

import (
	"slices"
	"strings"
)

// stance is how a need was spoken of.
type stance int8

const (
	aside   stance = iota // no request: a question, a complaint, somebody else's
	plain                 // named
	asked                 // asked for in so many words
	refused               // not wanted
	held                  // they have it already
	lacking               // 没有低保: says only that it is not there
)

type mention struct {
	hit
	stance stance
}

// needs proposes what is asked and what is named outright, in the order of first
// mention.
func (r *reading) needs(p *Proposal) {
	var list []mention
	r.ages(&list)
	for i, h := range r.hits {
		if m, ok := r.mention(i, h); ok {
			list = append(list, m)
		}
	}
	r.parentless(&list)
	slices.SortStableFunc(list, func(a, b mention) int { return a.span.Start - b.span.Start })
	var order []string
	for _, m := range list {
		if !slices.Contains(order, m.need) {
			order = append(order, m.need)
		}
	}
	var out []Found[string]
	for _, need := range order {
		if f, ok := settleNeed(list, need); ok {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b Found[string]) int { return a.Spans[0].Start - b.Spans[0].Start })
	p.Needs = out
}

// settleNeed weighs the mentions of one need: the last word on wanting it counts,
// an explicit request outlives the remark that somebody has it already, and a
// refusal outweighs what circumstances suggest.
func settleNeed(list []mention, need string) (Found[string], bool) {
	f := Found[string]{Value: need, Confidence: 0.7}
	verdict, request := aside, false
	for _, m := range list {
		if m.need != need {
			continue
		}
		switch m.stance {
		case refused:
			verdict, request, f.Spans = refused, false, nil
		case held:
			if !request {
				verdict, f.Spans = held, nil
			}
		case asked:
			verdict, request, f.Confidence = asked, true, 0.9
			f.Spans = append(f.Spans, m.span)
		case plain:
			if verdict == refused || verdict == held {
				continue
			}
			verdict = max(verdict, plain)
			f.Spans = append(f.Spans, m.span)
		}
	}
	return f, (verdict == plain || verdict == asked) && len(f.Spans) > 0
}

// mention decides whether a word speaks of a need here, and how.
func (r *reading) mention(i int, h hit) (mention, bool) {
	m := mention{hit: h, stance: plain}
	if r.sideAt(h.span.Start) == Agent && !r.agreed(h.span.End) {
		return m, false
	}
	c := r.clauses[min(r.clauseAt(h.span.Start), len(r.clauses)-1)]
	left, right := neutral(r.part(c.Start, h.span.Start)), neutral(r.part(h.span.End, c.End))
	around := r.before(h.span.Start, 30) + "|" + r.after(h.span.End, 40)
	ok := true
	switch h.class {
	case named:
		m.stance = r.stanceOf(i, left, right)
		ok = m.stance != aside && sensible(h, left, right, around)
	case fact:
		ok = !denied(left, right) && !longAgo(left) && !anyPrefix(right, "保险", "险") && certificateIsHere(h, right)
	case cost:
		ok = !denied(left, right) && !r.billing(left, right) && !r.injuryOnly(around)
	case illness:
		ok = !denied(left, right) && moneySpoken(string(h.text), around) && !r.billing(left, right) && (!weakIllness(string(h.text)) || !r.injuryOnly(around))
	case income:
		ok = noIncome(h, left, right)
	case childles:
		ok = r.oldEnough(true)
	case alone:
		ok = r.oldEnough(false)
	case wreck:
		ok = !denied(left, right) && !r.stormy()
	case grade:
		ok = graded(r.before(h.span.Start, 8), r.after(h.span.End, 10)) && !denied(left, "")
	default:
		ok = false
	}
	return m, ok
}

// agreed reports that the caller says yes to what the agent named.
func (r *reading) agreed(at int) bool {
	for _, t := range r.turns {
		if t.at > at {
			reply := squeeze(r.part(t.at, t.at+4))
			return t.side == Caller && anyPrefix(reply, "对", "是", "嗯", "没错", "行", "好") && !anyPrefix(reply, "是不是", "对不")
		}
	}
	return false
}

var questions = strings.NewReplacer("能不能", "能", "是不是", "能", "可不可以", "能", "有没有", "能", "要不要", "能", "办不办", "能", "够不够", "能", "行不行", "能", "符不符合", "能", "该不该", "能", "会不会", "能", "是否", "能", "知不知道", "能", "能不", "能", "管不管", "能", "给不给", "能", "算不算", "能", "想不想", "能", "合不合", "能", "要是", "若", "不是说", "说", "可不是", "就是", "不知道", "请问", "不懂", "请问", "不清楚", "请问", "不明白", "请问", "不晓得", "请问", "没办法", "难", "没法", "难", "不得不", "得", "不光", "又", "不仅", "又", "不但", "又", "不只是", "又")

// neutral takes the "not" out of questions and phrases that deny nothing.
func neutral(text string) string { return questions.Replace(text) }

var (
	refuseLeft   = []string{"不是来要", "不是来办", "不是来申请", "不是要办", "不是要", "不是想要", "不是想办", "不是想申请", "不想要", "不想办", "不想申请", "不是说要", "不需要办", "不用办", "不要办", "不打算办", "不打算要", "不打算申请", "不是为了要", "不是为了", "没想办", "没想要", "不办", "不想", "不要", "不用", "不需要", "不申请", "不是要", "不是想", "不是办", "不是来", "不是问", "不是", "不打算", "没想", "没打算", "别给", "不报", "先不", "就不", "没说要", "没说", "用不着", "不图", "不求", "不稀罕", "不考虑", "并非", "不为", "没要", "不指望", "放弃"}
	refuseRight  = []string{"不要", "不办", "不用", "不申请", "不想", "算了", "不考虑", "先不", "就不", "不需要", "用不着", "先放", "不稀罕", "不报了", "就免了", "就别", "不提了"}
	heldRight    = []string{"已经批", "批了", "批下来了", "办了", "办好了", "办下来了", "办完了", "有了", "领着", "吃着", "享受着", "正领", "在领", "也有", "都有", "领了", "拿着", "已经有", "一直有", "一直领", "每月都", "照领", "批过", "评上了", "早有", "早就有", "有着", "给了", "通过了", "下来了", "已经办", "已经在", "已经领", "正吃", "在吃", "一直吃", "一直在", "有的", "享受上", "吃上了", "领上了", "都领", "都享受", "已经享受", "在享受"}
	heldLeft     = []string{"吃着", "领着", "享受着", "拿着", "享着", "已经是", "是", "有", "享受", "吃", "领", "纳入", "评上", "评了", "办了", "拿", "属于", "吃上", "领上", "批了", "享受了", "办过", "办上", "评为", "有了", "定为", "领了", "吃了", "办好", "在册", "在吃", "在领", "办下", "批下", "批准"}
	heldBetween  = []string{"了", "的", "农村", "城市", "城镇", "村里的", "一份", "个", "上", "过", "着", "来", "这个", "俩", "两份", "一个", "国家的", "国家", "一级", "二级"}
	notHeldYet   = []string{"想", "能", "要", "怎么", "咋", "可以", "申请", "如何", "才", "该", "咨询", "办", "给", "求", "问", "盼", "希望", "也", "请", "需要", "看看", "若", "就"}
	infoRight    = []string{"什么时候发", "啥时候发", "没发", "没到", "到账", "几号发", "发了吗", "发了没", "批了吗", "批了没", "批下来没", "批下来吗", "办了吗", "办了没", "进度", "标准是多少", "标准多少", "标准是啥", "标准涨", "标准提", "复核", "年审", "年检", "丢了", "注销", "电话", "几点", "公示", "名单", "办公室", "多会发", "怎么还不发", "咋还不发", "还没发", "涨", "退出", "多少钱一个月", "一个月多少", "每月多少", "一个月发多少", "卡丢", "下来没有", "发多少", "发放时间", "认证", "到哪一步", "审核到", "啥时候到", "什么时候到", "少发", "发少了", "扣", "名额", "改卡", "换卡", "停发"}
	infoLeft     = []string{"人家", "别人", "谁谁", "凭什么", "凭啥", "他家有车", "他们家", "不该吃", "冒领", "骗", "取消他", "取消了", "查查"}
	askVerbs     = []string{"想", "申请", "咨询", "帮", "办", "求", "要", "能", "咋弄", "怎么弄", "报一下", "给我", "给俺", "给他", "给她", "请", "问", "需要", "救救", "给解决", "希望", "盼", "看看", "可以", "给点", "符合", "够条件", "够格", "怎么领", "咋领", "怎么吃上", "该找谁", "找谁", "替", "恢复", "登记"}
	strongAsk    = []string{"想办", "申请", "想要", "给办", "想吃", "想给", "要办", "帮我", "想问", "想咨询", "咨询", "想替", "想申请", "能办", "想报", "办个", "办一下", "办理", "恢复", "想再", "想请", "求", "咋办", "怎么办"}
	complaints   = []string{"举报", "投诉", "冒领", "骗低保", "骗保", "关系户", "凭什么他", "凭啥他", "反映我们村", "骗子", "诈骗"}
	mendsOfNeeds = []string{"说错", "不对", "错了", "更正", "口误", "哦不", "不是不是", "啊不", "搞错", "记错", "应该是", "应该叫", "说岔", "弄错", "说混"}
)

// stanceOf reads the clause around the name of some help.
func (r *reading) stanceOf(i int, left, right string) stance {
	h := r.hits[i]
	own := right
	if j := r.nextNamed(i); j >= 0 { // what follows the next help is about that one
		gap := r.part(h.span.End, r.hits[j].span.Start)
		if len([]rune(gap)) <= 18 && (anyIn(gap, mendsOfNeeds...) || anyPrefix(strings.TrimLeftFunc(gap, pause), "不是,", "不,", "不是是")) {
			return refused
		}
		if short := neutral(gap); len(short) < len(own) && !isList(gap) {
			own = short
		}
	}
	switch {
	case refusedBefore(left) || anyIn(own, refuseRight...) && !anyIn(own, "不办不行", "不要紧"):
		return refused
	case anyIn(own, infoRight...) && !anyIn(left, strongAsk...):
		return aside
	case anyIn(left, infoLeft...):
		return aside
	case r.complaint() && !(anyIn(left, "我想", "俺想", "我也想", "我要申请", "我家想")):
		return aside
	case !wanting(h.need) && lacks(left) || anyPrefix(own, "没办下来", "没有", "没批", "没办", "也没"):
		if anyIn(own, askVerbs...) || r.nextClauseAsks(h) {
			return plain
		}
		return lacking
	case heldAfter(own) || heldBefore(left, own):
		return held
	case anyIn(left, askVerbs...) || anyIn(own, askVerbs...):
		return asked
	}
	return plain
}

func isList(gap string) bool {
	return anyPrefix(gap, "和", "跟", "、", "还有", "以及", "与", "或", "同")
}

func (r *reading) nextNamed(i int) int {
	for j := i + 1; j < len(r.hits); j++ {
		if r.hits[j].class == named && r.hits[j].need != r.hits[i].need {
			return j
		}
	}
	return -1
}

// refusedBefore finds a refusal that nothing takes back: 不是办低保,是办特困 refuses
// the first only.
func refusedBefore(left string) bool {
	at, end := -1, 0
	for _, w := range refuseLeft {
		if i := strings.LastIndex(left, w); i >= 0 && (i > at || i == at && i+len(w) > end) {
			if i+len(w) > end {
				at, end = i, i+len(w)
			}
		}
	}
	return at >= 0 && !anyIn(left[end:], "是", "要", "想", "只", "就办")
}

// wanting reports the needs whose words are things to lack: 没学费 asks.
func wanting(need string) bool { return need == education || need == heating || need == publicRent }

func lacks(left string) bool {
	return anySuffix(strings.TrimRight(left, "的"), "没有", "没", "还没", "没吃上", "吃不上", "没享受", "没享受上", "没领", "没领上", "没办", "没给办", "没办上", "没吃", "没评上", "没享受到", "也没有", "没给", "没申请上", "办不上", "没办过", "没申请过", "没享受过", "没吃过", "没领过", "不是", "享受不了", "享受不上", "没能")
}

func heldAfter(own string) bool {
	return anyIn(own, heldRight...) && !anyIn(own, "吗", "没有", "批了没", "有的是", "有了没")
}

func heldBefore(left, own string) bool {
	if anyIn(own, "吗", "没有", "么") || anySuffix(left, "有个", "有一个", "有位", "有一位", "有户", "有一户", "还有", "有俩", "有两个") {
		return false
	}
	for range 3 {
		for _, w := range heldBetween {
			left = strings.TrimSuffix(left, w)
		}
	}
	for _, w := range heldLeft {
		rest, ok := strings.CutSuffix(left, w)
		if ok && !anySuffix(rest, notHeldYet...) && !anySuffix(rest, "没", "不", "没有", "还没") && !anyIn(rest, "想", "申请", "要求", "听说", "说是", "政策", "国家", "政府", "咱这", "网上", "听人") {
			return !anyIn(own, "没批", "没办下来") && (w != "是" || anyPrefix(own, "户", "对象", "人员", "家庭", "供养", "老人") || own == "" && rest != "")
		}
	}
	return false
}

func (r *reading) nextClauseAsks(h hit) bool {
	i := r.clauseAt(h.span.Start) + 1
	if i >= len(r.clauses) {
		return false
	}
	c := r.clauses[i]
	for _, o := range r.hits {
		if o.span.Start >= c.Start && o.span.End <= c.End && o.class == named && o.need != h.need {
			return false
		}
	}
	return anyIn(r.part(c.Start, c.End), "想", "申请", "咋办", "怎么办", "问", "能不能", "办", "帮")
}

func (r *reading) complaint() bool { return anyIn(r.whole, complaints...) }
