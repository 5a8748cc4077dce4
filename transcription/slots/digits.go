package slots

import "strings"

// chunk is a stretch of digits without a pause.
type chunk struct {
	digits string // 0-9, and X
	span   Span
	date   bool // written out as 年月日: digits only inside an ID number
}

var hanDigit = map[rune]byte{
	'零': '0', '〇': '0', '○': '0', '洞': '0', '一': '1', '幺': '1', '么': '1', '吆': '1', '壹': '1', '二': '2', '两': '2', '贰': '2', '三': '3', '叁': '3',
	'四': '4', '肆': '4', '五': '5', '伍': '5', '六': '6', '陆': '6', '七': '7', '拐': '7', '柒': '7', '八': '8', '捌': '8', '九': '9', '勾': '9', '玖': '9',
}

func digitOf(r rune) (byte, bool) {
	if r >= '0' && r <= '9' {
		return byte(r), true
	}
	d, ok := hanDigit[r]
	return d, ok
}

// odd digits are words of other meaning unless they stand beside another digit.
func oddDigit(r rune) bool { return strings.ContainsRune("洞么吆拐勾陆伍", r) }

// units follow a number that counts something, or belong to a word.
const (
	units    = "岁周块元万千百十亿年月级亩口斤个次天名位人户间平米度点分毛角%℃代后多来几旬点层楼组队室栋单号日遍回趟"
	hanUnits = "下家直般些起样条辆套大共定旦切半场女里保轮胞边方辈子房会儿楞股份顿瓶片双老季世把成步路致生时道刻声折"
)

// A chunk that is longer than two numbers is none, and nobody says more groups.
const (
	longestChunk = 40
	maxChunks    = 2000
)

// scanDigits finds the stretches of digits. Numbers that count something are left
// out: ages, sums, dates, and the 三 of 三轮车.
func scanDigits(s *script) []chunk {
	var list []chunk
	for i := 0; i < len(s.text); {
		if c, ok := s.datedChunk(i); ok {
			list, i = append(list, c), c.span.End
			continue
		}
		c := s.chunkAt(i)
		if c.span.End == i {
			i++
			continue
		}
		i = c.span.End
		if c = s.trim(c); c.digits != "" && len(c.digits) <= longestChunk && len(list) < maxChunks {
			list = append(list, c)
		}
	}
	return list
}

// chunkAt reads digits from a position on; an empty span when there are none.
func (s *script) chunkAt(at int) chunk {
	var b strings.Builder
	i := at
	for i < len(s.text) {
		if n, d, ok := s.several(i); ok {
			b.WriteString(strings.Repeat(string(d), n))
			i += 3
			continue
		}
		d, ok := digitOf(s.text[i])
		if !ok || (oddDigit(s.text[i]) && !s.besideDigit(i)) {
			if n := s.crossAt(i); n > 0 && (b.Len() > 0 || s.crossWelcome(at)) {
				b.WriteByte('X')
				i += n
			}
			break
		}
		b.WriteByte(d)
		i++
	}
	return chunk{digits: b.String(), span: Span{at, i}}
}

// several reads 三个八 as 888.
func (s *script) several(i int) (n int, d byte, ok bool) {
	if i+2 >= len(s.text) || s.text[i+1] != '个' {
		return 0, 0, false
	}
	n = map[rune]int{'两': 2, '俩': 2, '2': 2, '三': 3, '仨': 3, '3': 3, '四': 4, '4': 4}[s.text[i]]
	d, ok = digitOf(s.text[i+2])
	if n == 0 || !ok {
		return 0, 0, false
	}
	if i+3 < len(s.text) {
		_, more := digitOf(s.text[i+3])
		ok = more || pause(s.text[i+3]) || strings.ContainsRune("然后是,对嗯啊", s.text[i+3])
	}
	return n, d, ok
}

func (s *script) besideDigit(i int) bool {
	near := func(j int) bool {
		for ; j >= 0 && j < len(s.text) && pause(s.text[j]) && s.text[j] != '\n'; j += 1 - 2*b2i(j < i) {
		}
		if j < 0 || j >= len(s.text) {
			return false
		}
		_, ok := digitOf(s.text[j])
		return ok
	}
	return (i == 0 || near(i-1) || pause(s.text[i-1]) || strings.ContainsRune("是号话机码", s.text[i-1])) && near(i+1) || near(i-1)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

var crosses = []string{"X", "叉", "艾克斯", "爱克斯", "埃克斯", "挨克斯", "艾可斯", "爱可斯", "哎克斯", "×", "ⅹ", "Ⅹ"}

// crossAt gives the length of a spoken or written X, 0 when there is none.
func (s *script) crossAt(i int) int {
	for _, w := range crosses {
		if s.has(i, w) && !s.has(i, "叉车") {
			n := len([]rune(w))
			if w == "X" && i+1 < len(s.text) && s.text[i+1] >= 'A' && s.text[i+1] <= 'Z' {
				return 0
			}
			return n
		}
	}
	return 0
}

// crossWelcome reports whether an X that stands alone can end an ID number:
// digits were said shortly before.
func (s *script) crossWelcome(at int) bool {
	for j := at - 1; j >= 0 && at-j < 14; j-- {
		if _, ok := digitOf(s.text[j]); ok {
			return true
		}
	}
	return false
}

// trim takes off what is no digit of a number: the whole when a unit follows, or
// only the last numeral when that belongs to the next word.
func (s *script) trim(c chunk) chunk {
	var prev, next rune
	if c.span.Start > 0 {
		prev = s.text[c.span.Start-1]
	}
	if c.span.End < len(s.text) {
		next = s.text[c.span.End]
	}
	last := s.text[c.span.End-1]
	_, han := hanDigit[last]
	counted := next != 0 && strings.ContainsRune(units, next) || han && strings.ContainsRune(hanUnits, next)
	if strings.ContainsRune("十百千万亿点第", prev) && len(c.digits) <= 2 {
		return chunk{}
	}
	switch {
	case !counted:
		return c
	case len(c.digits) >= 10 && han:
		return chunk{digits: c.digits[:len(c.digits)-1], span: Span{c.span.Start, c.span.End - 1}}
	case len(c.digits) >= 10:
		return c
	}
	return chunk{}
}

// datedChunk reads 一九六三年三月十五日 as 19630315.
func (s *script) datedChunk(at int) (chunk, bool) {
	var digits string
	i := at
	for i < len(s.text) && len(digits) < 4 {
		d, ok := digitOf(s.text[i])
		if !ok {
			break
		}
		digits += string(d)
		i++
	}
	if len(digits) != 4 || !s.has(i, "年") {
		return chunk{}, false
	}
	for _, ends := range []string{"月", "日号"} {
		i++
		n, next := s.small(i)
		if next == i || n > 31 {
			return chunk{}, false
		}
		digits += string([]byte{'0' + byte(n/10), '0' + byte(n%10)})
		i = next
		if i < len(s.text) && strings.ContainsRune(ends, s.text[i]) {
			continue
		}
		if ends == "月" {
			return chunk{}, false
		}
		i--
	}
	return chunk{digits: digits, span: Span{at, min(i+1, len(s.text))}, date: true}, true
}

// small reads a number below a hundred, in digits or with 十.
func (s *script) small(at int) (n, end int) {
	i := at
	for i < len(s.text) && i-at < 3 {
		if s.text[i] == '十' {
			n = max(n, 1) * 10
		} else if d, ok := digitOf(s.text[i]); ok {
			if s.text[i] <= '9' || n%10 != 0 || n == 0 {
				n = n*10 + int(d-'0')
			} else {
				n += int(d - '0')
			}
		} else {
			break
		}
		i++
	}
	return n, i
}
