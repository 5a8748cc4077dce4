package twins_test

import (
	"strings"

	"lianou/core"
)

// rules are the classes of the corpus: same ones are one person recorded twice, the
// others are two people. Nothing here looks at how a pair is scored. Pairs of which
// nobody could say what they are (one name and one birth date in two counties, one
// number missing) are in no class: such a pair is for people in any case.
var rules = []struct {
	class string
	same  bool
	make  func(m *maker) (said, said)
}{
	{"traditional characters, no number", true, func(m *maker) (said, said) { return m.twice(m.swapOne(twoForms)) }},
	{"variant characters, no number", true, func(m *maker) (said, said) { return m.twice(m.swapOne(variants)) }},
	{"homophone, birth and village", true, func(m *maker) (said, said) { return m.twice(m.homophones()) }},
	{"minority name without its dot", true, func(m *maker) (said, said) {
		x, y := m.minority()
		return m.twice(x+"·"+y, x+y)
	}},
	{"minority name, another dot, spaces", true, func(m *maker) (said, said) {
		x, y := m.minority()
		return m.twice(x+"·"+y, x+" • "+y)
	}},
	{"minority name, parts in the other order", true, func(m *maker) (said, said) {
		x, y := m.minority()
		return m.twice(x+"·"+y, y+"·"+x)
	}},
	{"rare character not shown", true, func(m *maker) (said, said) {
		surname, rare := string(m.pick(surnames)), string(m.pick("喆犇骉淼焱垚珏彧翀旸"))
		hole := []string{"〇", "□", "?", "(三个字)", "\ue86c"}[m.r.IntN(5)]
		return m.twice(surname+rare, surname+hole)
	}},
	{"number with one wrong digit", true, func(m *maker) (said, said) {
		a := m.person(m.name())
		b := m.elsewhere(a)
		b.number = m.wrongDigit(a.number)
		return a, b
	}},
	{"number with two neighbours changed", true, func(m *maker) (said, said) {
		a := m.person(m.name())
		b := m.elsewhere(a)
		b.number = m.swapped(a.number)
		return a, b
	}},
	{"number with a digit missing", true, func(m *maker) (said, said) {
		a := m.person(m.name())
		b := m.elsewhere(a)
		i := m.r.IntN(18)
		b.number = a.number[:i] + a.number[i+1:]
		return a, b
	}},
	{"number of fifteen digits", true, func(m *maker) (said, said) {
		a := m.person(m.name())
		for a.birth >= "1999" {
			a = m.person(m.name())
		}
		b := m.elsewhere(a)
		b.number = a.number[:6] + a.number[8:17]
		return a, b
	}},
	{"moved, name by ear", true, func(m *maker) (said, said) {
		x, y := m.homophones()
		a := m.person(x)
		b := m.elsewhere(a)
		b.name = y
		return a, b
	}},
	{"took another given name", true, func(m *maker) (said, said) {
		a := m.person(m.name())
		b := m.elsewhere(a)
		b.name = string([]rune(a.name)[0]) + string(m.pick(nameChars))
		return a, b
	}},
	{"call and WeChat for one need, no number", true, func(m *maker) (said, said) {
		a := m.person(m.name())
		b := a
		b.number, b.village, b.home = "", a.village[:9], 0
		return a, b
	}},
	{"birth by a slip of the pen, no number", true, func(m *maker) (said, said) {
		a := m.person(m.name())
		b := a
		b.number, b.home = "", m.person("").home
		b.birth = m.slippedBirth(a.birth)
		return a, b
	}},
	{"number renewed after a wrong birth", true, func(m *maker) (said, said) {
		a := m.person(m.name())
		b := a
		b.home, b.birth = m.person("").home, m.slippedBirth(a.birth)
		first := a.number[:6] + strings.ReplaceAll(b.birth, "-", "") + a.number[14:17]
		b.number = first + string(core.IDCheckDigit(first))
		return a, b
	}},
	{"by ear, a wrong digit and moved", true, func(m *maker) (said, said) {
		x, y := m.homophones()
		a := m.person(x)
		b := m.elsewhere(a)
		b.name, b.number = y, m.wrongDigit(a.number)
		return a, b
	}},
	{"surname left out, telephone kept", true, func(m *maker) (said, said) {
		a := m.person(string(m.pick(surnames)) + string(m.pick(nameChars)) + string(m.pick(nameChars)))
		b := a
		b.name, b.number, b.home = string([]rune(a.name)[1:]), "", 0
		return a, b
	}},
	{"in one household twice, no number", true, func(m *maker) (said, said) {
		a := m.person(m.name())
		b := a
		b.number = ""
		return a, b
	}},
	{"moved within the town, no number", true, func(m *maker) (said, said) {
		a := m.person(m.name())
		b := a
		b.number, b.phone, b.home, b.village = "", "", 0, a.village[:9]+"299"
		return a, b
	}},

	{"twins", false, func(m *maker) (said, said) { return m.sibling(0, m.r.IntN(2) == 0, true) }},
	{"twins, newborn, no number", false, func(m *maker) (said, said) { return m.sibling(0, true, false) }},
	{"twins with names that sound alike", false, func(m *maker) (said, said) {
		a, b := m.sibling(0, true, true)
		a.name, b.name = m.homophones()
		return a, b
	}},
	{"siblings a year apart", false, func(m *maker) (said, said) { return m.sibling(1, m.r.IntN(2) == 0, true) }},
	{"same name, same village", false, func(m *maker) (said, said) {
		a := m.person(m.name())
		b := m.person(a.name)
		b.village = a.village
		return a, b
	}},
	{"same name, same village, one number missing", false, func(m *maker) (said, said) {
		a := m.person(m.name())
		b := m.person(a.name)
		b.village, b.number = a.village, ""
		return a, b
	}},
	{"same name, same birth, other number", false, func(m *maker) (said, said) {
		a := m.person(m.name())
		b := m.person(a.name)
		b.birth, b.sex = a.birth, a.sex
		b.number = m.number(b, b.village[:6], m.r.IntN(480))
		return a, b
	}},
	{"same name, birth and county, other sequence", false, func(m *maker) (said, said) {
		a := m.person(m.name())
		b := m.person(a.name)
		b.birth, b.sex, b.village = a.birth, a.sex, a.village
		for b.number = a.number; b.number == a.number; {
			b.number = m.number(b, a.number[:6], m.r.IntN(480))
		}
		return a, b
	}},
	{"same name and birth, the other sex", false, func(m *maker) (said, said) {
		a := m.person(m.name())
		b := a
		b.home, b.phone, b.number = m.person("").home, m.person("").phone, ""
		b.sex = map[string]string{"male": "female", "female": "male"}[a.sex]
		return a, b
	}},
	{"husband and wife", false, func(m *maker) (said, said) {
		a, b := m.person(m.name()), m.person(m.name())
		b.village, b.home, b.phone = a.village, a.home, a.phone
		b.sex = map[string]string{"male": "female", "female": "male"}[a.sex]
		b.number = m.number(b, b.village[:6], m.r.IntN(480))
		return a, b
	}},
	{"father and son of like names", false, func(m *maker) (said, said) {
		a, b := m.sibling(20+m.r.IntN(18), true, m.r.IntN(2) == 0)
		if m.r.IntN(2) == 0 {
			a.name, b.name = m.homophones()
		}
		return a, b
	}},
	{"child under a guardian's telephone", false, func(m *maker) (said, said) {
		a, b := m.sibling(25+m.r.IntN(40), m.r.IntN(2) == 0, true)
		b.name = m.name()
		b.number = ""
		return a, b
	}},
	{"names that sound alike in one village", false, func(m *maker) (said, said) {
		x, y := m.homophones()
		a, b := m.person(x), m.person(y)
		b.village, b.number = a.village, ""
		return a, b
	}},
	{"cousins of one year, names alike", false, func(m *maker) (said, said) {
		x, y := m.homophones()
		a, b := m.person(x), m.person(y)
		b.village, b.sex = a.village, a.sex
		for b.birth = a.birth; !m.apart(a.birth, b.birth); {
			b.birth = (core.NewDate(day(a.birth).Time().Year(), 1, 1) + core.Date(m.r.IntN(365))).String()
		}
		b.number = m.number(b, b.village[:6], m.r.IntN(480))
		return a, b
	}},
	{"strangers under one telephone, names alike", false, func(m *maker) (said, said) {
		a := m.person(string(m.pick(surnames)) + string(m.pick(nameChars)) + string(m.pick(nameChars)))
		b := m.person(string([]rune(a.name)[:2]) + string(m.pick(nameChars)))
		b.village, b.phone, b.number = a.village, a.phone, ""
		return a, b
	}},
	{"born on one day in one village", false, func(m *maker) (said, said) {
		a, b := m.person(m.name()), m.person(m.name())
		b.village, b.birth, b.sex, b.number = a.village, a.birth, a.sex, ""
		return a, b
	}},
	{"grandfather and grandson of one name", false, func(m *maker) (said, said) {
		a, b := m.sibling(50+m.r.IntN(20), true, m.r.IntN(2) == 0)
		b.name = a.name
		return a, b
	}},
	{"one character of a rare name differs", false, func(m *maker) (said, said) {
		x, y := m.minority()
		a, b := m.person(x+"·"+y), m.person(x+"·"+y[:len(y)-3]+"汗")
		b.village = a.village
		return a, b
	}},
}

// twice is one person with two writings of the name: with number and telephone, and
// without either.
func (m *maker) twice(x, y string) (said, said) {
	a := m.person(x)
	b := a
	b.name, b.number, b.phone, b.home = y, "", m.person("").phone, m.person("").home
	return a, b
}

// sibling is two of a household: born years apart (0: on one day), of one sex or of
// two, with numbers or none, under one telephone, one character of the name shared.
func (m *maker) sibling(years int, oneSex, numbered bool) (said, said) {
	a := m.person(string(m.pick(surnames)) + string(m.pick(nameChars)) + string(m.pick(nameChars)))
	b := a
	name := []rune(a.name)
	for b.name == a.name {
		b.name = string(name[:2]) + string(m.pick(nameChars))
	}
	if !oneSex {
		b.sex = map[string]string{"male": "female", "female": "male"}[a.sex]
	}
	if years > 0 {
		b.birth = (day(a.birth) + core.Date(years*365+m.r.IntN(200))).String()
		if b.birth > "2026" {
			b.birth = (day(a.birth) - core.Date(years*365+m.r.IntN(200))).String()
		}
	}
	a.number, b.number = "", ""
	if numbered {
		half := m.r.IntN(470)
		a.number, b.number = m.number(a, a.village[:6], half), m.number(b, b.village[:6], half+1)
	}
	return a, b
}

func (m *maker) wrongDigit(number string) string {
	b := []byte(number)
	i := m.r.IntN(17)
	b[i] = '0' + (b[i]-'0'+byte(1+m.r.IntN(9)))%10
	return string(b)
}

func (m *maker) swapped(number string) string {
	b := []byte(number)
	for {
		if i := m.r.IntN(16); b[i] != b[i+1] {
			b[i], b[i+1] = b[i+1], b[i]
			return string(b)
		}
	}
}

// slippedBirth changes one digit of a day so that it stays a day.
func (m *maker) slippedBirth(birth string) string {
	for {
		b := []byte(birth)
		i := []int{2, 3, 6, 8, 9}[m.r.IntN(5)]
		b[i] = '0' + byte(m.r.IntN(10))
		if s := string(b); s != birth && s > "1930" && s < "2026" {
			if core, err := core.ParseDate(s); err == nil && core.String() == s {
				return s
			}
		}
	}
}

// apart reports whether no slip of the pen makes one day the other.
func (m *maker) apart(x, y string) bool {
	n := 0
	for i := range x {
		if x[i] != y[i] {
			n++
		}
	}
	return n >= 3
}
