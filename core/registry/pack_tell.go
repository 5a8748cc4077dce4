package registry

import (
	"bytes"

	"lianou/core"
)

// told makes the strict form of a household straight from its sheets. It is what
// gathering.household makes of the same, at a small part of its cost: that one writes
// everything down as JSON and reads it again, which a city of two million feels. ok is
// false where a sheet is written in a way that only a whole reader of JSON understands,
// or names a fact otherwise than the vocabulary: then the long way is gone.
func (p *packing) told(today core.Date) (h core.Household, ok bool) {
	h = core.Household{On: today, County: p.home.Region.County(), Members: make([]core.Member, len(p.members))}
	all := make([]spoken, len(p.members)+1)
	for i := range p.members {
		m := &p.members[i]
		h.Members[i].Ref = m.ref
		if m.sex != "" {
			h.Members[i].Sex = &m.sex
		}
	}
	for i := range p.sheets {
		s := &p.sheets[i]
		who := p.whose(s.person)
		if p.comes(s.ValidFrom, today); s.ValidFrom > today || who < 0 {
			continue
		}
		if !all[who].hear(s) {
			return h, false
		}
	}
	if !all[0].into(h.Tell) {
		return h, false
	}
	if h.Shocks != nil {
		h.ShocksAsked = all[0].from(core.ShocksPath)
	}
	for i := range h.Members {
		if !all[i+1].into(h.Members[i].Tell) {
			return h, false
		}
	}
	if p.home.Hukou != "" && (h.Hukou == nil || *h.Hukou != "other" && *h.Hukou != "permit") {
		h.County = p.home.Hukou.County()
	}
	return h, h.Check() == nil
}

// whose is 0 for a sheet about the household, n for the n-th member, -1 for somebody else.
func (p *packing) whose(person core.PersonID) int {
	if person == 0 {
		return 0
	}
	for i := range p.members {
		if p.members[i].id == person {
			return i + 1
		}
	}
	return -1
}

// spoken holds of each fact about one of a household the word that stands (lay).
type spoken []fragment

// A fragment is one fact of a sheet.
type fragment struct {
	name, value []byte
	sheet       *storedSheet
}

// hear takes what a sheet says. It is false for one that it cannot take apart.
func (l *spoken) hear(s *storedSheet) bool {
	from := len(*l)
	return eachFact(s.Facts, func(name, value []byte) bool {
		for i := range *l {
			f := &(*l)[i]
			if !bytes.Equal(f.name, name) {
				continue
			}
			if i >= from || f.sheet == s {
				return false // twice in one sheet
			}
			if overSheet(s, f.sheet) > 0 {
				f.value, f.sheet = value, s
			}
			return true
		}
		*l = append(*l, fragment{name, value, s})
		return true
	})
}

// overSheet is over for all the words of two sheets.
func overSheet(a, b *storedSheet) int {
	return over(word{from: a.ValidFrom, known: a.KnownAt, sure: a.Confidence, sheet: a.id}, word{from: b.ValidFrom, known: b.KnownAt, sure: b.Confidence, sheet: b.id})
}

// into tells everything that was said.
func (l spoken) into(tell func(string, []byte) error) bool {
	for i := range l {
		if tell(string(l[i].name), l[i].value) != nil {
			return false // what is wrong with it the long way tells
		}
	}
	return true
}

// from is the day of the word on a fact, zero where there is none.
func (l spoken) from(name string) core.Date {
	for i := range l {
		if string(l[i].name) == name {
			return l[i].sheet.ValidFrom
		}
	}
	return 0
}

// eachFact gives the names and values of an object of JSON to see, as they are written,
// until one is not wanted. The object must be valid. It is false when it did not reach the
// end, and for one with a name that has escapes in it.
func eachFact(b []byte, see func(name, value []byte) bool) bool {
	in := cutting{bytes.TrimSpace(b)}
	if !in.skip('{') {
		return false
	}
	if in.skip('}') {
		return len(in.b) == 0
	}
	for {
		name := in.value()
		if len(name) < 2 || name[0] != '"' || bytes.IndexByte(name, '\\') >= 0 || !in.skip(':') {
			return false
		}
		value := in.value()
		if len(value) == 0 || !see(name[1:len(name)-1], value) {
			return false
		}
		if in.skip('}') {
			return len(in.b) == 0
		}
		if !in.skip(',') {
			return false
		}
	}
}

// cutting is what is left of a text in JSON.
type cutting struct{ b []byte }

func (in *cutting) space() {
	for len(in.b) > 0 && blank(in.b[0]) {
		in.b = in.b[1:]
	}
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// skip goes past a sign, if it comes next, and the blanks around it.
func (in *cutting) skip(c byte) bool {
	in.space()
	if len(in.b) == 0 || in.b[0] != c {
		return false
	}
	in.b = in.b[1:]
	in.space()
	return true
}

// value cuts one value off: nothing when there is none.
func (in *cutting) value() []byte {
	depth, quoted := 0, false
	for i := 0; i < len(in.b); i++ {
		switch c := in.b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			if quoted = !quoted; !quoted && depth == 0 {
				return in.cut(i + 1)
			}
		case quoted:
		case c == '{', c == '[':
			depth++
		case c == '}', c == ']':
			if depth == 0 {
				return in.cut(i)
			}
			if depth--; depth == 0 {
				return in.cut(i + 1)
			}
		case depth == 0 && (c == ',' || c == ':' || blank(c)):
			return in.cut(i)
		}
	}
	return nil
}

func (in *cutting) cut(n int) []byte {
	out := in.b[:n]
	in.b = in.b[n:]
	return out
}
