package registry

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"lianou/core"
	"lianou/core/names"
)

// Limits of a query.
const (
	maxQuery = 120 // runes
	maxTerms = 8   // parts, and sets of tokens in one look
)

// term is one thing that a person must have: any of some tokens. rank says how few
// have it: a look begins where the fewest are.
type term struct {
	rank    int
	tokens  []int64
	letters []string                   // two letters, one of which whoever has it begins with; none: not known
	with    func(letters string) int64 // the token of it together with two letters; nil: there is none
}

// The ranks, by how many of a city of millions share one token.
const (
	rankPhone   = iota // a family
	rankBirth          // hundreds
	rankBoth           // hundreds, thousands where a letter is open
	rankRare           // a name of more than three characters, or a piece of one
	rankWhole          // up to ten thousand
	rankTail           // fifteen thousand
	rankReading        // tens of thousands
	rankPair
	rankPinyin
)

// called is a name of a query, with the ways in which it may be in the register.
type called struct {
	said, folded string
	parts        []string // folded, between the dots
	whole        term     // as it is written, whatever the characters
	part         []term   // inside a longer name
	heard        term     // sounding like it; no tokens when it cannot be read
}

// outer reports whether a folded name begins and ends with the two characters that
// were asked for, or with those around one that was left open.
func (c called) outer(folded string) bool {
	name, asked := []rune(folded), []rune(c.folded)
	open := len(asked) == 2 || len(asked) == 3 && asked[1] == names.Unknown
	return open && len(name) == 3 && name[0] == asked[0] && name[2] == asked[len(asked)-1]
}

// pieces reports whether a folded name holds each part that was asked for.
func (c called) pieces(folded string) bool {
	for _, part := range c.parts {
		if !strings.Contains(folded, part) {
			return false
		}
	}
	return len(c.parts) > 1
}

// terms is a query taken apart.
type terms struct {
	id       []byte            // blind index of a whole identity number
	must     []term            // numbers, birth dates, pinyin
	names    []called          // names in characters
	villages []string          // 12-digit codes, one of them
	towns    []string          // 9-digit codes, one of them, those of the villages included
	by       []string          // kinds, for the trace
	where    []string          // places, as they were written
	short    []core.RegionCode // places without their class word, any of them
	shorts   bool              // what is a place without its class word is meant as the place
	hid      bool              // a part was taken for a name that is a place without its class word
}

// parse takes a query apart, strictly: a part that cannot be understood is an
// error that says what is wrong with it, and not a wider search. With shorts, 施家 is the
// village of 施家村 and no name.
func (r *Registry) parse(query string, today core.Date, shorts bool) (terms, error) {
	q := terms{villages: []string{}, towns: []string{}, shorts: shorts}
	parts := Spelled(query)
	if !utf8.ValidString(query) || strings.ContainsRune(query, 0) || utf8.RuneCountInString(query) > maxQuery || len(parts) > maxTerms {
		return q, core.Invalid("query", "查询的内容太长或有不认识的字,请写短一些。")
	}
	if yearless.MatchString(dayInWords.ReplaceAllString(ordinary(query), "")) {
		return q, core.Invalid("query", "生日要把年也写上,例如 1967年3月3日,或者八位数 19670303。")
	}
	for _, part := range parts {
		if err := r.part(&q, part, today); err != nil {
			return q, err
		}
	}
	r.address(&q)
	if q.id == nil && len(q.must) == 0 && len(q.names) == 0 {
		return q, core.Invalid("query", "只有地名还查不到人,请再写上姓名或号码。")
	}
	return q, nil
}

// latin gives a part that is pinyin, without the marks people type into it; "" for
// any other.
func latin(s string) string {
	s = strings.ToLower(strings.NewReplacer("ü", "v", "Ü", "v", "·", "", "•", "", "'", "", "’", "", "-", "", ".", "").Replace(s))
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	return s
}

// joinPinyin makes one part of pinyin that was typed in syllables: "zhou gui lan".
func joinPinyin(parts []string) []string {
	var out []string
	open := false
	for _, part := range parts {
		word := latin(part)
		if word != "" && open {
			out[len(out)-1] += word
			continue
		}
		if open = word != ""; open {
			part = word
		}
		out = append(out, part)
	}
	return out
}

// part understands one part of a query. Its errors say what is wrong: whoever sees one
// digit too few has the card in hand.
func (r *Registry) part(q *terms, s string, today core.Date) error {
	figures := strings.Trim(s, "0123456789") == ""
	switch {
	case likeID(s):
		return r.number(q, s, today)
	case figures && len(s) == 8:
		born, err := birthday(s)
		if err != nil {
			return err
		}
		q.add("birth", term{rank: rankBirth, tokens: []int64{r.words.birth(born)}, with: func(l string) int64 { return r.words.birthAnd(born, l) }})
	case len(s) == 4 && strings.Trim(s[:3], "0123456789") == "" && strings.ContainsAny(s[3:], "0123456789xX"):
		tail := strings.ToUpper(s)
		q.add("tail", term{rank: rankTail, tokens: []int64{r.words.tail(tail)}, with: func(l string) int64 { return r.words.tailAnd(tail, l) }})
	case strings.Trim(s, "0123456789+-()\uff08\uff09") == "":
		phone, err := core.ParsePhone(s)
		if err != nil {
			return err
		}
		q.add("phone", term{rank: rankPhone, tokens: []int64{r.words.phone(phone)}})
	case latin(s) != "" && len(s) >= 2:
		s = latin(s)
		q.add("pinyin", term{rank: rankPinyin, letters: lettersOfPinyin(s),
			tokens: []int64{plain(kindReading, whatReading, s), plain(kindPinyin, whatGiven, s), plain(kindPinyin, whatInitials, s)}})
	default:
		return r.chinese(q, s)
	}
	return nil
}

func (q *terms) add(by string, t term) {
	q.by = append(q.by, by)
	q.must = append(q.must, t)
}

// likeID reports whether a part is meant for a whole identity number: fourteen digits and
// more are no telephone, but for those dialled from abroad.
func likeID(s string) bool {
	if strings.HasPrefix(s, "0086") || len(s) < 14 || len(s) > 22 {
		return false
	}
	return strings.Trim(s[:len(s)-1], "0123456789") == "" && isLetterOrDigit(s[len(s)-1])
}

// number takes a whole identity number; fifteen digits are widened for look-up.
func (r *Registry) number(q *terms, s string, today core.Date) error {
	var id core.IDNumber
	var err error
	switch len(s) {
	case 18:
		id, err = core.ParseID(s, today)
	case 15:
		id, err = core.Widen15(s, today)
	default:
		err = core.Invalid("query", "身份证号要 18 位,您写了 "+strconv.Itoa(len(s))+" 位。请对着身份证再看一遍。")
	}
	if err != nil {
		return err
	}
	q.id, q.by = r.words.idBlind(id), append(q.by, "id_number")
	return nil
}

// birthday reads a day of eight digits.
func birthday(s string) (core.Date, error) {
	if day, err := time.Parse("20060102", s); err == nil {
		return core.NewDate(day.Date()), nil
	}
	month, day := strings.TrimPrefix(s[4:6], "0"), strings.TrimPrefix(s[6:], "0")
	if _, err := time.Parse("200601", s[:6]); err != nil {
		return 0, core.Invalid("query", "出生日期不对:没有 "+month+" 月。八位是年、月、日,例如 19671020。")
	}
	return 0, core.Invalid("query", "出生日期不对:"+s[:4]+" 年 "+month+" 月没有 "+day+" 日。请再看一遍。")
}

// The ways of a query that cannot be gone, each with what to write instead. People of one
// surname stand in no index: a community alone has forty thousand people to be asked one
// by one, and speed is promised for every search (docs/evidence/4.md, B8).
var (
	errUnread  = core.Invalid("query", "请用姓名(至少两个字)、拼音首字母、身份证号、身份证或手机后四位、手机号或八位出生日期来查;村名要和其中一样一起写。")
	errOneChar = core.Invalid("query", "只写一个字查不了:一个村里同姓的也太多。请再写名字里的一个字;不记得,就不写这个字,写身份证或手机的后四位,或者八位出生日期,后面可以加村名。")
)

// chinese takes Chinese: a place when it ends like one and is one, or is said without its
// class word and meant so, else a name.
func (r *Registry) chinese(q *terms, s string) error {
	if r.aPlace(q, s) {
		return nil
	}
	name, ok := r.words.called(s)
	switch {
	case ok:
		q.names, q.by = append(q.names, name), append(q.by, "name")
		return nil
	case names.Written(s) && utf8.RuneCountInString(strings.ReplaceAll(name.folded, string(names.Unknown), "")) == 1:
		return errOneChar
	}
	return errUnread
}

// called reads a name of a query, false when it is none: fewer than two characters,
// or something that is no character.
func (t *tokenizer) called(s string) (called, bool) {
	parts := t.names.Parts(s)
	c := called{said: s, parts: parts, folded: strings.Join(parts, "")}
	chars := []rune(c.folded)
	if known := strings.ReplaceAll(c.folded, string(names.Unknown), ""); !names.Written(s) || utf8.RuneCountInString(known) < 2 {
		return c, false
	}
	c.whole = term{rank: rankWhole, tokens: []int64{plain(kindName, whatWhole, c.folded)}}
	if initials := t.names.Initials(s); len(initials) > 1 {
		c.whole.letters = []string{initials[:2]}
	} else {
		c.whole.letters = letterAlone(initials)
	}
	if len(chars) > 3 {
		c.whole.rank = rankRare
	}
	if len(chars) == 2 || len(chars) == 3 && chars[1] == names.Unknown {
		ends := string(chars[0]) + string(chars[len(chars)-1])
		c.part = []term{{rank: rankPair, tokens: []int64{plain(kindName, whatOuter, ends)}, letters: t.lettersOfPart([]rune(ends))}}
		if len(chars) == 2 {
			c.part[0].tokens = append(c.part[0].tokens, plain(kindName, whatPair, ends), plain(kindName, whatLongPair, ends))
		}
	} else {
		for _, part := range parts {
			for _, pair := range neighbours(part) {
				c.part = append(c.part, term{rank: rankRare, tokens: []int64{plain(kindName, whatLongPair, pair)}, letters: t.lettersOfPair([]rune(pair))})
			}
		}
	}
	c.heard = t.heard(s)
	return c, true
}

// heard is a name as it sounds.
func (t *tokenizer) heard(name string) term {
	h := term{rank: rankReading}
	syllables := t.names.Syllables(name)
	if slices.Contains(syllables, "") {
		return h
	}
	reading := strings.Join(syllables, "")
	h.tokens, h.letters = append(h.tokens, plain(kindReading, whatReading, reading)), lettersOfReading(reading)
	if len(syllables) == 2 {
		h.tokens, h.letters = append(h.tokens, plain(kindPinyin, whatGiven, reading)), unique(append(h.letters, lettersOfGiven(reading)...))
	}
	if any := t.names.AnyOrder(name); any != "" { // which part comes first is not known; few are called so
		h.rank, h.letters, h.tokens = rankRare, nil, append(h.tokens, plain(kindReading, whatAnyOrder, any))
	}
	return h
}
