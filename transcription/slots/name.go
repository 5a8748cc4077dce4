package slots

import (
	"slices"
	"strings"
)

// firstRunes is the set of the runes that some words begin with.
func firstRunes(words []string) map[rune]bool {
	m := map[rune]bool{}
	for _, w := range words {
		m[firstRune(w)] = true
	}
	return m
}

var (
	compoundFirst = firstRunes(compoundSurnames)
	relationFirst = firstRunes(relations)
	selfFirst     = firstRunes(selfCues)
)

var singleSurnames = func() map[rune]bool {
	m := map[rune]bool{}
	for _, r := range surnames {
		m[r] = true
	}
	return m
}()

// nameAt reads a full name that begins at a position: a surname and one or two
// given characters, or what is left when the next word begins. sure is false when
// nothing said where the name ends.
func (r *reading) nameAt(at int) (span Span, sure, ok bool) {
	n := r.surnameAt(at)
	if n == 0 || r.inPlace(at) {
		return Span{}, false, false
	}
	rest := r.part(at, at+4)
	if anyPrefix(rest, notNames...) && n == 1 && !r.endsAfter(at, 3) {
		return Span{}, false, false
	}
	short, long := r.given(at+n, 1), r.given(at+n, 2)
	shortEnd, longEnd := short && r.endsAt(at+n+1), long && r.endsAt(at+n+2)
	switch {
	case !short:
		return Span{}, false, false
	case longEnd && shortEnd:
		end := at + n + 2
		if r.strongEnd(at + n + 1) {
			end--
		}
		return r.nameIs(Span{at, end}, true)
	case longEnd:
		return r.nameIs(Span{at, at + n + 2}, true)
	case shortEnd:
		return r.nameIs(Span{at, at + n + 1}, true)
	case long:
		return r.nameIs(Span{at, at + n + 2}, false)
	}
	return Span{}, false, false
}

func (r *reading) nameIs(s Span, sure bool) (Span, bool, bool) {
	name := string(r.text[s.Start:s.End])
	n := r.surnameAt(s.Start)
	given := string(r.text[s.Start+n : s.End])
	if slices.Contains(honours, given) || anyPrefix(name, notNames...) && n == 1 && s.End-s.Start == 2 || anyPrefix(given, "书记", "主任", "大爷", "大娘", "某") {
		return Span{}, false, false
	}
	if r.has(s.End, "的") && s.End+1 < len(r.text) && strings.ContainsRune(name, r.text[s.End+1]) {
		return Span{}, false, false // 柳树的柳
	}
	for _, w := range notNames {
		if len(w) > 3 && strings.HasPrefix(name, w) {
			return Span{}, false, false
		}
	}
	return s, sure, true
}

// surnameAt gives the length of a surname, 0 for none.
func (r *reading) surnameAt(at int) int {
	if at < 0 || at >= len(r.text) {
		return 0
	}
	if !singleSurnames[r.text[at]] && !compoundFirst[r.text[at]] {
		return 0
	}
	for _, c := range compoundSurnames {
		if compoundFirst[r.text[at]] && r.has(at, c) {
			return 2
		}
	}
	if singleSurnames[r.text[at]] {
		return 1
	}
	return 0
}

func (r *reading) given(at, n int) bool {
	for i := at; i < at+n; i++ {
		if i >= len(r.text) || !isHan(r.text[i]) || strings.ContainsRune(neverGiven, r.text[i]) {
			return false
		}
	}
	return true
}

func isHan(r rune) bool { return r >= 0x4e00 && r <= 0x9fff || r >= 0x3400 && r <= 0x4dbf }

func (r *reading) endsAfter(at, n int) bool { return at+n >= len(r.text) || pause(r.text[at+n]) }

// endsAt reports that a name may end before a position.
func (r *reading) endsAt(at int) bool {
	if at >= len(r.text) || !isHan(r.text[at]) || r.inPlace(at) {
		return true
	}
	return anyPrefix(r.part(at, at+4), afterName...)
}

// strongEnd reports a mark, a place or a word of two runes at a position.
func (r *reading) strongEnd(at int) bool {
	if at >= len(r.text) || !isHan(r.text[at]) {
		return true
	}
	rest := r.part(at, at+4)
	for _, w := range afterName {
		if len(w) > 3 && strings.HasPrefix(rest, w) {
			return true
		}
	}
	return false
}

func (r *reading) inPlace(at int) bool {
	return at >= 0 && at < len(r.placeAt) && r.placeAt[at]
}

// phraseName finds a name inside a phrase: at its beginning, or after a place, a
// role, a relation or 的, the last one that ends where a name can end.
func (r *reading) phraseName(from, to int) (Span, bool) {
	var best Span
	found := false
	for i := from; i < to; i++ {
		if found && i < best.End || !(i == from || r.splits(i, from)) {
			continue
		}
		if s, sure, ok := r.nameAt(i); ok && sure && s.End <= to && !r.possessed(s) {
			best, found = s, true
		}
	}
	return best, found
}

// possessed reports 张三的儿子: whose relative is meant, not himself.
func (r *reading) possessed(s Span) bool {
	return anyPrefix(r.part(s.End, s.End+6), "的儿", "的闺", "的女", "的妈", "的爸", "的孙", "的邻", "的媳", "的丈", "的老", "的侄", "的外", "的弟", "的哥", "的姐", "的妹", "的父", "的母", "的爱", "的对象", "的家", "他儿", "他闺", "他妈", "她妈", "他爸", "家的", "的亲", "的朋", "的同", "的电话", "的手机", "他媳", "她闺", "她儿", "他孙", "她孙", "的监护", "的奶", "的爷", "的姑", "的叔", "的舅", "的大", "的表", "的堂", "的小", "的二", "的养")
}

// splits reports that a name may begin at a position inside a phrase.
func (r *reading) splits(at, from int) bool {
	left := r.part(max(from, at-5), at)
	if anySuffix(left, "的", "叫", "村", "庄", "屯", "镇", "县", "乡", "街道", "社区", "小区", "号", "队", "组", "这里", "本人", "名", "是") || anySuffix(left, relations...) || anySuffix(left, roles...) {
		return true
	}
	return r.inPlace(at-1) && !r.inPlace(at)
}
