package interview

import "strings"

// A numeral is a number as people write or say it: "1200", "1.2万", "三千五", "俩".
type numeral struct {
	hundredths int64
	from, to   int // runes of the text
}

var (
	hanDigits = map[rune]int64{'零': 0, '〇': 0, '一': 1, '二': 2, '两': 2, '俩': 2, '三': 3, '仨': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}
	hanUnits  = map[rune]int64{'十': 10, '百': 100, '千': 1000}
)

// most bounds a number: ten thousand million is no household's.
const most = int64(1e12)

// numerals finds the numbers of a text in their order. Full-width digits must have been
// made plain.
func numerals(text string) []numeral {
	var out []numeral
	runes := []rune(text)
	for i := 0; i < len(runes); {
		n, ok := numeralAt(runes, i)
		if ok && below(runes[:i]) { // -5 is not 5
			i = n.to
			continue
		}
		if !ok {
			i++
			continue
		}
		out = append(out, n)
		i = n.to
	}
	return out
}

// below reports whether what stands before a number makes it less than nothing.
func below(before []rune) bool {
	n := len(before) - 1
	if n < 0 || before[n] != '-' && before[n] != '−' && before[n] != '负' {
		return false
	}
	return n == 0 || !isDigit(before[n-1]) && !isHanDigit(before[n-1]) && hanUnits[before[n-1]] == 0 && before[n-1] != '万'
}

// numeralAt reads one number: sections up to 万, each of digits and units. A last digit
// that stands alone takes the tenth of the unit before it: 三千五 and 3千5 are 3,500.
func numeralAt(r []rune, from int) (numeral, bool) {
	var total, section, digit, unit int64
	pending, zero := false, false
	i := from
	for ; i < len(r); i++ {
		if v, next, ok := arabic(r, i); ok {
			if pending {
				break
			}
			digit, pending, zero = v, true, next-i > 1 // one digit alone is said as 三千五 is: 3千5
			i = next - 1
			continue
		}
		if d, ok := hanDigits[r[i]]; ok {
			if pending && digit != 0 {
				break
			}
			digit, pending = d*100, true
			zero = zero || d == 0
			continue
		}
		if u, ok := hanUnits[r[i]]; ok {
			if !pending {
				if u != 10 || section+total > 0 && unit == 0 {
					break
				}
				digit = 100
			}
			section += digit * u
			digit, pending, unit, zero = 0, false, u, false
			continue
		}
		if r[i] != '万' || section+digit == 0 || total != 0 {
			break
		}
		total = (section + digit) * 10_000
		section, digit, pending, unit, zero = 0, 0, false, 10_000, false
	}
	if i == from || !pending && section+total == 0 {
		return numeral{}, false
	}
	if pending && !zero && unit >= 100 {
		digit = digit * unit / 10
	}
	sum := total + section + digit
	return numeral{sum, from, i}, sum <= most
}

// arabic reads digits with thousands' commas and at most two decimals, in hundredths.
func arabic(r []rune, from int) (v int64, to int, ok bool) {
	i := from
	for ; i < len(r) && (isDigit(r[i]) || r[i] == ',' && i > from && i+3 < len(r) && isDigit(r[i+1]) && isDigit(r[i+2]) && isDigit(r[i+3])); i++ {
		if r[i] == ',' {
			continue
		}
		if v = v*10 + int64(r[i]-'0'); v > most {
			return 0, 0, false
		}
	}
	if i == from {
		return 0, 0, false
	}
	v *= 100
	if i+1 < len(r) && r[i] == '.' && isDigit(r[i+1]) {
		v += int64(r[i+1]-'0') * 10
		i += 2
		if i < len(r) && isDigit(r[i]) {
			v += int64(r[i] - '0')
			i++
		}
		for i < len(r) && isDigit(r[i]) {
			i++
		}
	}
	return v, i, true
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// plain makes what people type one form: full-width characters become narrow, spaces go.
func plain(words string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '\uff01' && r <= '\uff5e':
			return r - '\uff01' + '!'
		case r == '\u3000' || r == ' ' || r == '\t':
			return -1
		}
		return r
	}, strings.TrimSpace(words))
}
