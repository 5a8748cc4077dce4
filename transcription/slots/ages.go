package slots

import "strings"

// age is a person's age as said; 快八十 is 79.
type age struct {
	years int
	span  Span
}

// ages adds what age alone names, and is used for who is old.
func (r *reading) ages(list *[]mention) {
	for _, a := range r.old {
		if a.years >= 80 && a.years <= 125 {
			*list = append(*list, mention{hit{word{need: oldAge, class: fact}, a.span}, plain})
		}
	}
}

func (r *reading) agesSaid() []age {
	var out []age
	for i := 0; i < len(r.text); i++ {
		n, end := r.countAt(i)
		if end == i {
			continue
		}
		if a, ok := r.ageOf(n, Span{i, end}); ok {
			out = append(out, a)
		}
		i = end - 1
	}
	return append(out, r.bornIn()...)
}

// countAt reads a number up to 199, in digits or words.
func (r *reading) countAt(at int) (n, end int) {
	i := at
	for i < len(r.text) && r.text[i] >= '0' && r.text[i] <= '9' {
		if i-at < 4 {
			n = n*10 + int(r.text[i]-'0')
		}
		i++
	}
	if i > at {
		if i-at > 3 || at > 0 && strings.ContainsRune(".-", r.text[at-1]) {
			return 0, i
		}
		return n, i
	}
	return r.wordsAt(at)
}

func (r *reading) wordsAt(at int) (n, end int) {
	i, last := at, 0
	for i < len(r.text) && i-at < 6 {
		c := r.text[i]
		d, ok := digitOf(c)
		switch {
		case c == '百':
			n, last = n+max(last, 1)*100, 0
		case c == '十':
			n, last = n+max(last, 1)*10, 0
		case ok && c > '9' && !strings.ContainsRune("洞拐勾", c):
			last = int(d - '0')
		default:
			ok = false
			if i == at {
				return 0, at
			}
			return n + last, i
		}
		i++
	}
	return n + last, i
}

func (r *reading) ageOf(n int, at Span) (age, bool) {
	before, after := r.before(at.Start, 8), r.part(at.End, at.End+4)
	if n < 3 || n > 125 {
		return age{}, false
	}
	said := anyPrefix(after, "岁", "周岁", "多岁", "来岁", "好几", "出头", "高龄", "有余", "挂零", "虚岁", "大几", "多快")
	if !said && n >= 16 {
		who := anySuffix(before, "今年", "现年", "年纪", "岁数", "年龄", "都", "已经", "过", "妈", "爸", "娘", "爹", "人", "爷", "奶", "她", "他", "我", "俺", "亲", "是", "有", "快", "满", "不到", "虚岁", "周岁", "将近", "奔", "公", "伴", "婆", "哥", "姐", "也", "母", "父", "今年都", "今年有", "今年得")
		loose := anyPrefix(after, "了", "啦", "多了", "多,", "多的", "的老", "的人", "整", "咯", "喽", "多岁", "来的")
		said = loose && (who || n >= 55 && n <= 110 && (before == "" || pause(lastRune(before)))) || who && anySuffix(before, "今年", "现年", "年龄", "虚岁", "周岁", "今年都", "今年有", "今年得", "岁数", "今年快", "今年也") && (after == "" || pause(firstRune(after)) || anyPrefix(after, "多", "好"))
	}
	if !said || anyPrefix(after, "了块", "多块", "多元", "多斤", "多平", "了万") {
		return age{}, false
	}
	if anySuffix(before, "快", "不到", "将近", "近", "奔", "马上", "马上就", "快到", "没到", "还没", "眼看", "不满", "差不多", "快要", "就要", "要到", "还差") {
		n--
	}
	if d, ok := digitOf(lastRune(before)); ok && d != '0' && r.text[at.Start] > '9' {
		return age{}, false // 七八十岁
	}
	return age{n, at}, true
}

func lastRune(s string) rune {
	var last rune
	for _, r := range s {
		last = r
	}
	return last
}

// bornIn reads 1940年生 and 四零年生人.
func (r *reading) bornIn() []age {
	var out []age
	for i := range r.text {
		if r.text[i] != '年' {
			continue
		}
		var digits string
		from := i
		for from > 0 && len(digits) < 4 {
			d, ok := digitOf(r.text[from-1])
			if !ok {
				break
			}
			digits, from = string(d)+digits, from-1
		}
		if !anyIn(r.part(i, i+9), "生") || anyIn(r.part(i, i+9), "学生", "生病", "生活") {
			continue
		}
		year := 0
		for _, d := range digits {
			year = year*10 + int(d-'0')
		}
		if len(digits) == 2 && year >= 20 {
			year += 1900
		}
		if year >= 1900 && year <= r.today.Time().Year() {
			out = append(out, age{r.today.Time().Year() - year, Span{from, i + 1}})
		}
	}
	return out
}

// oldEnough reports that somebody of 60 or more is spoken of. Where no age is
// said, silent counts as old.
func (r *reading) oldEnough(silent bool) bool {
	young := false
	for _, a := range r.old {
		if a.years >= 59 {
			return true
		}
		young = young || a.years >= 16
	}
	if anyIn(r.whole, "老人", "老汉", "老头", "老太", "大爷", "大娘", "奶奶", "爷爷", "岁数大", "年纪大", "上了岁数", "老年", "老两口", "孤寡", "上岁数", "老大爷", "老大娘", "老光棍", "年老", "一辈子", "老了") {
		return true
	}
	return silent && !young
}
