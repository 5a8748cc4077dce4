package slots

import (
	"strings"

	"lianou/core"
)

var (
	phoneCues = []string{"电话", "手机", "号码", "联系", "座机", "打", "拨", "固话", "来电", "找我", "联络"}
	idCues    = []string{"身份证", "证件号", "证号", "公民身份", "身份号", "份证"}
	otherCues = []string{"卡号", "银行卡", "存折", "账号", "帐号", "社保卡", "医保卡", "社保号", "回执", "编号", "单号", "受理号", "工单", "订单", "邮编", "车牌", "QQ", "工号", "微信号", "验证码", "户号", "尾号", "流水号", "卡是", "折子", "案号", "病历号", "住院号", "准考证", "学号"}
	retired   = []string{"以前", "旧", "原来", "原先", "之前", "老号", "早先", "过去", "从前"}
	retiredBy = []string{"不用了", "停机", "打不通", "丢了", "换了", "空号", "欠费", "注销", "不使了", "停了", "不使", "作废", "早不用", "已经不用"}
	ownCues   = []string{"我的", "我电话", "我手机", "俺的", "俺电话", "俺手机", "本人", "打我", "我自己", "联系我", "我这", "找我", "我现在", "我新", "我号", "我本人", "俺自己", "俺这", "打俺"}
	people    = []string{
		"他", "她", "老人", "儿子", "儿媳", "闺女", "女儿", "女婿", "妈", "爸", "娘", "爹", "母亲", "父亲", "邻居", "书记", "支书", "村长", "主任", "医院", "大夫", "医生", "老板", "单位", "对象", "媳妇", "丈夫", "老伴", "老公", "老婆", "孙子", "孙女",
		"弟", "哥", "姐", "妹", "叔", "婶", "大爷", "大娘", "奶奶", "爷爷", "亲戚", "侄", "外甥", "学校", "老师", "骗子", "对方", "村委", "大队", "社区", "镇上", "镇政府", "民政", "客服", "孩子", "同学", "朋友", "包村", "网格员", "协理员", "会计", "老乡", "姥姥", "姥爷", "姑", "舅", "姨", "当家的", "男人", "保姆", "护工", "小子", "派出所", "律师",
	}
	strangers = []string{"支书", "会计", "包村", "网格员", "协理员", "骗子", "医院", "单位", "学校", "大队", "村委", "镇政府", "民政", "客服", "老板", "社区", "派出所", "热线", "银行", "诈骗", "大夫", "医生", "书记", "村长", "主任", "律师", "镇上", "陌生"}
)

// cueBefore finds which kind of number is announced last before a position:
// 'i' an ID, 'p' a telephone, 'o' something else, 0 nothing.
func (r *reading) cueBefore(at int) byte {
	window := r.before(at, 18)
	if i := strings.LastIndexFunc(window, func(c rune) bool { return c >= '0' && c <= '9' }); i >= 0 && len(window)-i < 24 {
		window = window[i+1:]
	}
	kind, best := byte(0), -1
	for _, c := range []struct {
		kind  byte
		words []string
	}{{'p', phoneCues}, {'i', idCues}, {'o', otherCues}} {
		for _, w := range c.words {
			if i := strings.LastIndex(window, w); i >= 0 && i+len(w) >= best {
				kind, best = c.kind, i+len(w)
			}
		}
	}
	return kind
}

type phoneChoice struct {
	number
	phone core.Phone
	score int
	sure  float64
}

// phone picks the caller's own number.
func (r *reading) phone(p *Proposal) {
	var best phoneChoice
	var failed []Span
	for _, n := range r.said {
		c, ok := r.phoneOf(n)
		switch {
		case ok && (best.phone.IsZero() || c.score > best.score):
			best = c
		case !ok && len(n.digits) >= 7 && len(n.digits) <= 13 && r.cueBefore(n.start) == 'p':
			failed = n.spans
		}
	}
	if best.phone.IsZero() || best.score < -30 {
		p.Phone.Spans = failed
		return
	}
	p.Phone = Found[core.Phone]{Value: best.phone, Spans: best.spans, Confidence: best.sure}
}

// areaCode is the city's; a local number said without it is dialled with it.
const areaCode = "0534"

func (r *reading) phoneOf(n number) (c phoneChoice, ok bool) {
	cue := r.cueBefore(n.start)
	if cue == 'o' || (cue == 'i' && len(n.digits) != 11) {
		return c, false
	}
	digits, sure := n.digits, 0.9
	switch w := r.worth(digits); {
	case len(digits) == 15 || len(digits) == 18:
		return c, false
	case len(digits) == 13 && w > 0:
		digits = digits[2:]
	case w >= 45:
	case len(digits) == 7 && w > 0 && (cue == 'p' && !r.saidMobile(n.start)):
		digits, sure = areaCode+digits, 0.6
	default:
		return c, false
	}
	if landline(digits) && digits[:4] != areaCode && cue == 0 {
		return c, false
	}
	phone, err := core.ParsePhone(digits)
	if err != nil {
		return c, false
	}
	c = phoneChoice{number: n, phone: phone, sure: sure}
	c.score = r.ownership(n)
	if cue == 'p' {
		c.score += 5
	} else {
		c.sure -= 0.2
	}
	if n.fixed {
		c.sure -= 0.2
	}
	if c.score < 0 {
		c.sure -= 0.4
	}
	if !phone.Mobile() {
		c.score -= 2
	}
	return c, true
}

// saidMobile reports that the number was announced as a mobile one.
func (r *reading) saidMobile(at int) bool {
	left := r.before(at, 12)
	return strings.LastIndex(left, "手机") > lastOf(left, []string{"电话", "座机", "固话"})
}

// ownership says whose number it is: above 0 the caller's, below 0 another's, far
// below a number that must not be called.
func (r *reading) ownership(n number) int {
	left := r.clauseLeft(n.start, 16)
	right := r.after(n.end, 12)
	score := 0
	if i := strings.IndexFunc(right, func(c rune) bool { return c >= '0' && c <= '9' || c == '幺' }); i >= 0 {
		right = right[:i]
	}
	switch {
	case anyIn(left, retired...) && !anyIn(left, "现在") || anyIn(right, retiredBy...) && !anyIn(right, "以前", "打不通就", "打不通的话", "打不通再"):
		score -= 100
	case r.negatedStart(chunk{span: Span{n.start, n.end}}), anyIn(r.before(n.start, 16)+right, "骗子", "诈骗", "打来", "打给我", "给我打", "发短信", "骚扰"):
		score -= 60
	}
	if anyIn(left, "备用", "另一个", "另外", "还有一个", "再留", "打不通就", "要是打不通", "不行就") {
		score -= 8
	}
	own, other := lastOf(left, ownCues), lastOf(left, people)
	switch {
	case own > other:
		score += 20
	case other >= 0 && (anyIn(left[other:], phoneCues...) || anyIn(left[other:], "的", "是")):
		score -= 20
		if anyIn(left, strangers...) {
			score -= 40
		}
	}
	if anyIn(right, "是我的", "我的电话", "我的手机", "我自己的", "我的号", "是俺的", "我本人") {
		score += 20
	} else if i := lastOf(right, people); i >= 0 && anyPrefix(squeeze(right), "是", "这是", "这个是", "那是", "这是我", "他的", "她的") && anyIn(right[i:], "的") && !anyIn(right, "不是") {
		score -= 25
	}
	return score
}

// clauseLeft is what stands before a number back to the number before it or the
// end of the sentence before; of an earlier clause only what announces.
func (r *reading) clauseLeft(at, n int) string {
	text := r.before(at, n)
	if i := strings.LastIndexFunc(text, func(c rune) bool { return c >= '0' && c <= '9' }); i >= 0 {
		text = text[i+1:]
	}
	trimmed := strings.TrimRightFunc(text, pause)
	if i := strings.LastIndexFunc(trimmed, pause); i >= 0 {
		if last := strings.TrimLeftFunc(trimmed[i:], pause); anyIn(last, ownCues...) || anyIn(last, phoneCues...) || anyIn(last, people...) {
			return last
		}
	}
	return text
}

// lastOf gives where the last of some words begins, -1 for none.
func lastOf(text string, words []string) int {
	at := -1
	for _, w := range words {
		at = max(at, strings.LastIndex(text, w))
	}
	return at
}

// idNumber picks the first number that passes its check; one that fails keeps its
// span, so that the agent can hear it again.
func (r *reading) idNumber(p *Proposal) {
	for _, n := range r.said {
		cue := r.cueBefore(n.start)
		id, ok := r.idOf(n, cue)
		switch {
		case ok:
			sure := 0.95
			if n.fixed || cue != 'i' {
				sure -= 0.2
			}
			p.IDNumber = Found[core.IDNumber]{Value: id, Spans: n.spans, Confidence: sure}
			return
		case p.IDNumber.Spans == nil && cue != 'o' && (len(n.digits) == 18 || cue == 'i' && len(n.digits) >= 8 && r.worth(n.digits) != 60):
			p.IDNumber.Spans = n.spans
		}
	}
}

func (r *reading) idOf(n number, cue byte) (core.IDNumber, bool) {
	var id core.IDNumber
	var err error
	switch {
	case cue == 'o' || r.negatedStart(chunk{span: Span{n.start, n.end}}):
		return id, false
	case len(n.digits) == 18:
		id, err = core.ParseID(n.digits, r.today)
	case len(n.digits) == 15:
		id, err = core.Widen15(n.digits, r.today)
	default:
		return id, false
	}
	return id, err == nil
}
