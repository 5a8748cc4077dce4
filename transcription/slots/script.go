package slots

import (
	"sort"
	"strings"
	"unicode"
)

// script is a transcript made ready: folded rune by rune, so that positions are
// those of the text as given, and cut into turns and clauses.
type script struct {
	text      []rune // folded
	raw       []rune
	turns     []turn
	clauses   []Span // between punctuation marks, none empty
	truncated bool
}

type turn struct {
	at   int
	side Side
}

func newScript(text string) *script {
	text, long := cut(text)
	s := &script{raw: []rune(text), truncated: long}
	s.text = make([]rune, len(s.raw))
	for i, r := range s.raw {
		s.text[i] = fold(r)
	}
	s.labels()
	s.cutClauses()
	return s
}

// fold gives the plain form of a rune: half width, upper case, and a space for
// what cannot be seen.
func fold(r rune) rune {
	switch {
	case r == '\n':
		return r
	case r >= '\uff01' && r <= '\uff5e':
		r -= 0xfee0
	case r == '\u3000' || unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
		return ' '
	}
	if r >= 'a' && r <= 'z' {
		r -= 'a' - 'A'
	}
	return r
}

// pause reports a mark or space that parts what is said.
func pause(r rune) bool {
	return r == '\n' || r == ' ' || unicode.IsPunct(r) || unicode.IsSymbol(r)
}

// fullStop reports a mark that ends a sentence.
func fullStop(r rune) bool { return strings.ContainsRune("。.?!\n;", r) }

// longestClause bounds what is read as one thought, so that a text without a mark
// costs no more than one with marks.
const longestClause = 160

func (s *script) cutClauses() {
	start := -1
	for i, r := range s.text {
		switch {
		case pause(r) && r != ' ' && r != '·' && start >= 0:
			s.clauses = append(s.clauses, Span{start, i})
			start = -1
		case !pause(r) && start < 0:
			start = i
		case start >= 0 && i-start >= longestClause:
			s.clauses = append(s.clauses, Span{start, i})
			start = i
		}
	}
	if start >= 0 {
		s.clauses = append(s.clauses, Span{start, len(s.text)})
	}
}

var sideLabels = []struct {
	word string
	side Side
}{
	{"坐席", Agent}, {"座席", Agent}, {"话务员", Agent}, {"接线员", Agent}, {"客服", Agent}, {"工作人员", Agent}, {"受理员", Agent}, {"接听员", Agent}, {"热线", Agent}, {"AGENT", Agent}, {"话务", Agent},
	{"市民", Caller}, {"来电人", Caller}, {"来电", Caller}, {"群众", Caller}, {"用户", Caller}, {"诉求人", Caller}, {"申请人", Caller}, {"CALLER", Caller}, {"客户", Caller}, {"来电者", Caller}, {"居民", Caller}, {"对方", Caller}, {"老人", Caller}, {"大爷", Caller}, {"大娘", Caller},
}

// labels cuts turns at "坐席:" and its like, which stand at the beginning or
// after a pause.
func (s *script) labels() {
	for i, r := range s.text {
		if r != ':' {
			continue
		}
		from := i
		for from > 0 && i-from < 8 && !pause(s.text[from-1]) {
			from--
		}
		label := strings.TrimRight(string(s.text[from:i]), "0123456789")
		for _, l := range sideLabels {
			if label == l.word || (len(label) > 0 && strings.HasSuffix(label, l.word) && len(label) <= len(l.word)+6) {
				s.turns = append(s.turns, turn{i + 1, l.side})
				break
			}
		}
	}
}

// cutTurns takes the sides from the segments, which know better than labels.
func (s *script) cutTurns(list []Segment) {
	s.turns = s.turns[:0]
	at := 0
	for _, g := range list {
		s.turns = append(s.turns, turn{at, g.Side})
		at += len([]rune(g.Text)) + 1
	}
}

// sideAt tells who says what stands at a position.
func (s *script) sideAt(at int) Side {
	i := sort.Search(len(s.turns), func(i int) bool { return s.turns[i].at > at })
	if i == 0 {
		return Unknown
	}
	return s.turns[i-1].side
}

// clauseAt gives the number of the clause around a position, or of the next one.
func (s *script) clauseAt(at int) int {
	return sort.Search(len(s.clauses), func(i int) bool { return s.clauses[i].End > at })
}

// part is a stretch of the folded text, kept inside it.
func (s *script) part(from, to int) string {
	from, to = max(from, 0), min(to, len(s.text))
	if from >= to {
		return ""
	}
	return string(s.text[from:to])
}

// before gives up to n runes that stand before a position in the same sentence.
func (s *script) before(at, n int) string {
	from := at
	for from > 0 && at-from < n && !fullStop(s.text[from-1]) {
		from--
	}
	return s.part(from, at)
}

// after gives up to n runes that follow in the same sentence.
func (s *script) after(at, n int) string {
	to := at
	for to < len(s.text) && to-at < n && !fullStop(s.text[to]) {
		to++
	}
	return s.part(at, to)
}

// has reports whether a word stands at a position.
func (s *script) has(at int, word string) bool {
	for _, r := range word {
		if at >= len(s.text) || s.text[at] != r {
			return false
		}
		at++
	}
	return true
}

func anyIn(text string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

func anyPrefix(text string, words ...string) bool {
	for _, w := range words {
		if strings.HasPrefix(text, w) {
			return true
		}
	}
	return false
}

func anySuffix(text string, words ...string) bool {
	for _, w := range words {
		if strings.HasSuffix(text, w) {
			return true
		}
	}
	return false
}
