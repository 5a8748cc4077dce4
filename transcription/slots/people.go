package slots

import (
	"slices"
	"strings"
)

// saying is a name that was said, with whose it is.
type saying struct {
	name  string
	spans []Span
	other bool
	sure  float64
	at    int
	off   bool // corrected or denied afterwards
}

var (
	selfCues  = []string{"我的名字叫", "我的名字是", "我名字叫", "俺的名字叫", "名字叫", "名字是", "我名叫", "俺名叫", "我本人叫", "本人叫", "本人姓名", "姓名叫", "姓名是", "姓名:", "姓名", "我叫", "俺叫", "咱叫", "我就叫", "本人是", "本人", "我这边是", "这里是", "我这里是", "我是", "俺是", "咱是", "我就是", "我姓名", "大名叫", "全名叫", "全名是", "全名", "大名", "名叫", "我:", "叫做", "叫", "名字"}
	forCues   = []string{"给", "替", "帮", "为", "代"}
	forVerbs  = []string{"报", "办", "申请", "问", "咨询", "打", "登记", "反映", "说", "求", "要", "弄", "递", "提", "填", "交", "代", "来", "想", "联系", "跑", "看", "写", "录"}
	otherSubj = []string{"他", "她"}
)

// people proposes the caller's name and, when the caller speaks for somebody else,
// that person's.
func (r *reading) people(p *Proposal) {
	spelt := r.spelt()
	list := r.sayings()
	list = r.corrected(list)
	list = r.respell(list, spelt)
	for _, s := range list {
		if s.off {
			continue
		}
		slot := &p.Name
		if s.other {
			slot = &p.OnBehalfOf
		}
		if slot.Value == "" || s.sure > slot.Confidence && s.name != slot.Value && !s.other {
			*slot = Found[string]{Value: s.name, Spans: s.spans, Confidence: s.sure}
		} else if slot.Value == s.name {
			slot.Spans = append(slot.Spans, s.spans...)
		}
	}
	if p.OnBehalfOf.Value == p.Name.Value {
		p.OnBehalfOf = Found[string]{}
	}
}

// maxSayings bounds the names of one transcript.
const maxSayings = 200

// sayings collects the names of the text in order.
func (r *reading) sayings() []saying {
	var list []saying
	add := func(s Span, other bool, sure float64) {
		if len(list) >= maxSayings {
			return
		}
		for _, l := range list {
			if s.Start < l.spans[0].End && s.End > l.spans[0].Start {
				return
			}
		}
		list = append(list, saying{name: string(r.raw[s.Start:s.End]), spans: []Span{s}, other: other, sure: sure, at: s.Start})
	}
	for i, c := range r.clauses {
		if r.sideAt(c.Start) == Agent {
			continue
		}
		r.surnameFirst(i, c, add)
		r.cuedNames(c, add)
		r.relatedNames(c, add)
		r.behalfNames(c, add)
		r.bareName(i, c, add)
	}
	slices.SortStableFunc(list, func(a, b saying) int { return a.at - b.at })
	return list
}

type adder func(s Span, other bool, sure float64)

// surnameFirst reads 我姓唐,唐桂云: the surname, then the name in the next clauses.
func (r *reading) surnameFirst(i int, c Span, add adder) {
	for at := c.Start; at < c.End; at++ {
		if r.text[at] != '姓' || r.has(at, "姓名") || r.has(at, "姓啥") {
			continue
		}
		n := r.surnameAt(at + 1)
		if n == 0 {
			continue
		}
		other := r.subjectOther(at)
		surname := r.part(at+1, at+1+n)
		for j := at + 1 + n; j < min(at+40, len(r.text)); j++ {
			if r.has(j, surname) {
				if s, _, ok := r.nameAt(j); ok && !anyIn(r.part(j-2, j), "的") {
					add(s, other, 0.9)
					break
				}
			}
		}
	}
}

// cuedNames reads 我叫周大海, 我是武城县老城镇的周大海, 姓名周大海.
func (r *reading) cuedNames(c Span, add adder) {
	for at := c.Start; at < c.End; at++ {
		if !selfFirst[r.text[at]] {
			continue
		}
		cue := r.cueAt(at, selfCues)
		if cue == "" {
			continue
		}
		from := at + len([]rune(cue))
		other := cue[0] != "我"[0] && r.subjectOther(at)
		if strings.HasPrefix(cue, "我") || strings.HasPrefix(cue, "俺") || strings.HasPrefix(cue, "本人") {
			other = false
		}
		if r.badSubject(c.Start, at) {
			at = from - 1
			continue
		}
		for from < len(r.text) && (r.text[from] == ' ' || r.text[from] == ':' || r.text[from] == ',' && strings.Contains(cue, "名")) {
			from++
		}
		exact := !strings.HasSuffix(cue, "是") && cue != "本人" || strings.Contains(cue, "名")
		if s, sure, ok := r.nameAt(from); ok && (sure || exact) && !r.possessed(s) {
			add(s, other, map[bool]float64{true: 0.9, false: 0.6}[sure])
		} else if s, ok := r.phraseName(from, r.phraseEnd(from)); ok {
			add(s, other, 0.8)
		}
		at = from - 1
	}
}

func (r *reading) cueAt(at int, cues []string) string {
	for _, w := range cues {
		if r.has(at, w) {
			return w
		}
	}
	return ""
}

func (r *reading) phraseEnd(from int) int {
	for i := from; i < min(len(r.text), from+40); i++ {
		if pause(r.text[i]) && r.text[i] != ' ' {
			return i
		}
	}
	return min(len(r.text), from+40)
}

// badSubject leaves out people who are in no need here: who ran somebody over, who
// owes wages, whose number was told.
func (r *reading) badSubject(from, at int) bool {
	left := r.part(from, at)
	return anyIn(left, "撞", "骗", "老板", "司机", "肇事", "打我", "打人", "欠我", "医院", "学校", "村叫", "地方")
}

// subjectOther looks back for whom a sentence is about.
func (r *reading) subjectOther(at int) bool {
	clause := r.clauseAt(at)
	for i := clause; i >= 0 && i >= clause-3; i-- {
		c := r.clauses[i]
		text := r.part(c.Start, min(c.End, at))
		if i < clause && c.End < len(r.text) && fullStop(r.text[c.End]) && i < clause-1 {
			return false
		}
		self := lastOf(text, []string{"我是", "俺是", "我叫", "我姓", "本人", "俺叫", "我自己", "我本人", "我这"})
		other := max(lastOf(text, relations), lastOf(text, otherSubj))
		switch {
		case self >= 0 && (other < 0 || strings.HasPrefix(text[self:], "我是") || strings.HasPrefix(text[self:], "俺是")):
			return false
		case other >= 0:
			return true
		case text == "我" || text == "俺":
			return false
		}
	}
	return false
}

// relatedNames reads 我妈李桂兰, 孤寡老人冯守义, 我儿子叫王强, 村里的赵德福.
func (r *reading) relatedNames(c Span, add adder) {
	for at := c.Start; at < c.End; at++ {
		if !relationFirst[r.text[at]] {
			continue
		}
		rel := r.longestAt(at, relations)
		if rel == "" {
			continue
		}
		from := at + len([]rune(rel))
		for _, w := range []string{"的名字叫", "的名字是", "名字叫", "的大名叫", "名叫", "叫做", "叫", "姓名是", "姓名", "是", "家的", "儿"} {
			if r.has(from, w) {
				from += len([]rune(w))
				break
			}
		}
		for from < len(r.text) && (r.text[from] == ' ' || r.text[from] == '"' || r.text[from] == '“') {
			from++
		}
		s, sure, ok := r.nameAt(from)
		if ok && sure && !r.badSubject(c.Start, at) && !r.selfRole(c, at) && !r.possessed(s) {
			add(s, true, 0.8)
		}
		at = max(at, from-1)
	}
	r.ownersOf(c, add)
}

// selfRole reports 我是他儿子张强: the relation is the caller's own.
func (r *reading) selfRole(c Span, at int) bool {
	left := r.part(c.Start, at)
	i := lastOf(left, []string{"我是", "俺是", "本人是"})
	return i >= 0 && !anyIn(left[i:], "给", "替", "帮")
}

// ownersOf reads 我是李桂兰的女儿 and 李桂兰是我妈.
func (r *reading) ownersOf(c Span, add adder) {
	for at := c.Start; at < c.End; at++ {
		s, _, ok := r.nameAt(at)
		if !ok || s.End > c.End {
			continue
		}
		mine := anySuffix(r.part(c.Start, at), "我是", "俺是", "我就是", "我") || at == c.Start || r.splits(at, c.Start)
		if mine && r.possessed(s) && !anyPrefix(r.part(s.End, s.End+4), "的电话", "的手机", "的老板") {
			add(s, true, 0.75)
		}
		right := r.part(s.End, s.End+8)
		if at == c.Start && anyPrefix(right, "是我", "是俺", "他是我", "她是我") && anyIn(right, relations...) {
			add(s, true, 0.8)
		}
	}
}

func (r *reading) longestAt(at int, words []string) string {
	best := ""
	for _, w := range words {
		if len(w) > len(best) && r.has(at, w) {
			best = w
		}
	}
	return best
}

// behalfNames reads 给我们村的冯守义报一下.
func (r *reading) behalfNames(c Span, add adder) {
	for at := c.Start; at < c.End; at++ {
		cue := r.cueAt(at, forCues)
		if cue == "" || r.has(at, "给我打") || at > c.Start && strings.ContainsRune("交送发寄还拿留打", r.text[at-1]) {
			continue
		}
		from := at + 1
		for i := from; i < c.End; i++ {
			if i != from && !r.splits(i, from) {
				continue
			}
			s, sure, ok := r.nameAt(i)
			if ok && sure && s.End <= c.End && !r.possessed(s) && (s.End == c.End || anyIn(r.part(s.End, c.End), forVerbs...)) {
				add(s, true, 0.85)
				break
			}
		}
	}
}

// bareName reads a clause that is nothing but a name, at the beginning of the call
// or as the answer to who is calling.
func (r *reading) bareName(i int, c Span, add adder) {
	from := c.Start
	for _, w := range []string{"你好", "您好", "喂", "哎", "嗯", "我", "俺", "哦", "好", "那个"} {
		if r.has(from, w) {
			from += len([]rune(w))
		}
	}
	s, _, ok := r.nameAt(from)
	if !ok || s.End != c.End && !(s.End == c.End-1 && strings.ContainsRune("啊哈呢", r.text[s.End])) {
		return
	}
	opening := i <= 1 && (i == 0 || anyIn(r.part(r.clauses[0].Start, r.clauses[0].End), "你好", "您好", "喂", "同志", "热线"))
	answer := false
	if i > 0 {
		q := r.clauses[i-1]
		answer = anyIn(r.part(q.Start, q.End), "叫什么", "姓名", "贵姓", "名字", "怎么称呼", "您是哪位", "叫啥", "哪位")
	}
	if i > 1 && !answer {
		q := r.part(r.clauses[max(i-3, 0)].Start, c.Start)
		answer = anyIn(q, "叫什么名字", "您的姓名", "怎么称呼", "贵姓", "叫啥名")
	}
	next := ""
	if i+1 < len(r.clauses) {
		next = r.part(r.clauses[i+1].Start, r.clauses[i+1].End)
	}
	switch {
	case answer:
		add(s, r.askedOfOther(i), 0.8)
	case opening && (from > c.Start || anyIn(next, "电话", "身份证", "手机", "住", "镇", "县", "岁", "村", "乡", "今年", "男", "女")):
		add(s, false, 0.6)
	}
}

// askedOfOther reports that the question was for somebody else's name.
func (r *reading) askedOfOther(i int) bool {
	q := r.part(r.clauses[max(i-2, 0)].Start, r.clauses[i].Start)
	return anyIn(q, "老人叫", "他叫", "她叫", "孩子叫", "患者", "病人", "老人的", "孩子的", "他的", "她的", "母亲叫", "父亲叫", "母亲的", "父亲的", "儿子叫", "老人家叫", "邻居叫")
}

// corrected drops names that were taken back: 我叫张建国,不对,张建军.
func (r *reading) corrected(list []saying) []saying {
	var out []saying
	for _, s := range list {
		if anySuffix(r.part(s.at-4, s.at), "不是", "不叫", "不是叫") && !anySuffix(r.part(s.at-4, s.at), "是不是") {
			continue
		}
		end := s.spans[0].End
		rest := r.part(end, end+14)
		at := strings.IndexFunc(rest, func(c rune) bool { return !pause(c) })
		if at < 0 || !anyPrefix(rest[at:], "不对", "说错", "错了", "更正", "哦不", "啊不", "不不", "口误", "不是,", "不,", "叫错", "哎不", "应该是", "应该叫", "搞错", "记错") {
			out = append(out, s)
			continue
		}
		if next, ok := r.nextName(end + 1); ok {
			s.name, s.spans, s.at = string(r.raw[next.Start:next.End]), []Span{next}, next.Start
			out = append(out, s)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// nextName finds the name that corrects one, in the clauses right after.
func (r *reading) nextName(from int) (Span, bool) {
	for at := from; at < min(from+22, len(r.text)); at++ {
		begins := pause(r.text[at-1]) || anySuffix(r.part(at-3, at), "是", "叫", "不对", "错了", "更正", "应该")
		if s, _, ok := r.nameAt(at); begins && ok {
			return s, true
		}
	}
	return Span{}, false
}
