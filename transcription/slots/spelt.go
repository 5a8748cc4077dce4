package slots

import (
	"slices"
	"strings"
)

// spelling out of one character: 弓长张, 建设的建. Denied is 不是拂晓的晓.
type spellOut struct {
	char    rune
	span    Span
	surname bool
	denied  bool
}

// spelt finds characters that are explained by their parts or by a known word.
func (r *reading) spelt() []spellOut {
	var out []spellOut
	for i := range r.text {
		if o, ok := r.glyphAt(i); ok {
			out = append(out, o)
		}
		if o, ok := r.byWord(i); ok {
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, b spellOut) int { return a.span.Start - b.span.Start })
	return out
}

func (r *reading) glyphAt(at int) (spellOut, bool) {
	for n := 4; n >= 2; n-- {
		char, ok := glyphs[r.part(at, at+n)]
		end := at + n
		if !ok || at+n > len(r.text) {
			continue
		}
		if r.has(end, "的") {
			end++
		}
		if r.has(end, char) && (at == 0 || !isHan(r.text[at-1]) || strings.ContainsRune("是姓叫的不,一", r.text[at-1])) {
			return spellOut{[]rune(char)[0], Span{at, end + 1}, true, r.deniedBefore(at)}, true
		}
	}
	return spellOut{}, false
}

// byWord reads A的B where the word A holds B.
func (r *reading) byWord(at int) (spellOut, bool) {
	if r.text[at] != '的' || at == 0 || at+1 >= len(r.text) || !isHan(r.text[at+1]) {
		return spellOut{}, false
	}
	char := r.text[at+1]
	if next := at + 2; next < len(r.text) && isHan(r.text[next]) && !strings.ContainsRune("字啊呀嘛,不和跟吧呢是家", r.text[next]) && !r.glyphNext(next) {
		return spellOut{}, false
	}
	for from := at - 1; from >= max(at-4, 0) && isHan(r.text[from]); from-- {
		if r.text[from] == char && at-from <= 4 {
			start := from
			for start > 0 && at-start < 4 && isHan(r.text[start-1]) && !strings.ContainsRune("是叫姓的不", r.text[start-1]) {
				start--
			}
			return spellOut{char, Span{start, at + 2}, false, r.deniedBefore(start)}, true
		}
	}
	return spellOut{}, false
}

// glyphNext allows 建设的建国家的国 without a pause between.
func (r *reading) glyphNext(at int) bool {
	for end := at + 1; end < min(at+5, len(r.text)-1); end++ {
		if r.text[end] == '的' {
			return slices.Contains(r.text[at:end], r.text[end+1])
		}
	}
	return false
}

func (r *reading) deniedBefore(at int) bool {
	return anySuffix(r.part(at-3, at), "不是", "不是那个", "非")
}

// respell lets what was spelt out correct the name before it, or makes the name
// when only a surname had been said.
func (r *reading) respell(list []saying, spelt []spellOut) []saying {
	for _, g := range speltGroups(spelt) {
		i := -1
		for j := range list {
			if list[j].at < g[0].span.Start && g[0].span.Start-list[j].at < 60 {
				i = j
			}
		}
		if i >= 0 {
			list[i].name = spellInto(list[i].name, g)
			list[i].spans = append(list[i].spans, spansOf(g)...)
			list[i].sure = 0.9
			continue
		}
		if s, ok := r.nameFromSpelling(g); ok {
			list = append(list, s)
		}
	}
	return list
}

func spansOf(g []spellOut) []Span {
	var out []Span
	for _, o := range g {
		if !o.denied {
			out = append(out, o.span)
		}
	}
	return out
}

// speltGroups puts spellings together that follow each other closely.
func speltGroups(list []spellOut) [][]spellOut {
	var out [][]spellOut
	for i, o := range list {
		if i > 0 && o.span.Start-list[i-1].span.End <= 8 {
			out[len(out)-1] = append(out[len(out)-1], o)
			continue
		}
		out = append(out, []spellOut{o})
	}
	return out
}

// spellInto writes spelt characters into a name: one that is in it only confirms;
// another takes the place that is next in order.
func spellInto(name string, g []spellOut) string {
	runes := []rune(name)
	base := 1
	for _, c := range compoundSurnames {
		if strings.HasPrefix(name, c) {
			base = 2
		}
	}
	next := -1
	var pending []spellOut
	for _, o := range g {
		if o.denied {
			if at := slices.Index(runes, o.char); at >= 0 && len(pending) > 0 {
				runes[at] = pending[len(pending)-1].char
			} else if at >= 0 {
				next = at
			}
			continue
		}
		at := slices.Index(runes, o.char)
		switch {
		case at >= 0:
			next = at + 1
			continue
		case o.surname && base == 1:
			runes[0], next = o.char, 1
			continue
		}
		pending = append(pending, o)
		if denialFollows(g, o) {
			continue
		}
		if next < 0 {
			next = firstOpen(len(runes), base, g)
		}
		if next < len(runes) {
			runes[next] = o.char
			next++
		}
	}
	return string(runes)
}

func denialFollows(g []spellOut, o spellOut) bool {
	for i := range g {
		if g[i].span == o.span {
			return i+1 < len(g) && g[i+1].denied
		}
	}
	return false
}

// firstOpen guesses where spelling began: at the surname when all characters were
// spelt, else at the given name; a single one is the last character's.
func firstOpen(length, base int, g []spellOut) int {
	n := 0
	for _, o := range g {
		if !o.denied {
			n++
		}
	}
	switch {
	case n >= length:
		return 0
	case n == length-base || length-base == 1:
		return base
	}
	return length - n
}

// nameFromSpelling makes a name of spelt characters alone.
func (r *reading) nameFromSpelling(g []spellOut) (saying, bool) {
	var name []rune
	for _, o := range g {
		if !o.denied && len(name) < 4 {
			name = append(name, o.char)
		}
	}
	left := r.before(g[0].span.Start, 14)
	if i := strings.LastIndex(left, "姓"); i >= 0 && len(name) > 0 {
		rest := []rune(left[i+len("姓"):])
		if len(rest) > 0 && singleSurnames[rest[0]] && name[0] != rest[0] {
			name = append([]rune{rest[0]}, name...)
		}
	} else if !anyIn(left, "叫", "名", "我是") {
		return saying{}, false
	}
	if len(name) < 2 || !singleSurnames[name[0]] {
		return saying{}, false
	}
	return saying{name: string(name), spans: spansOf(g), sure: 0.7, at: g[0].span.Start}, true
}
