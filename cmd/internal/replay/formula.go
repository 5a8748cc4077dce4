package replay

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// mostFen is more than any benefit may be.
const mostFen = 1_000_000_00

// formula computes an amount for a member, or for the household; false when a name in it
// is not known, in whatever branch.
func (r *replayer) formula(source, member string) (int64, bool) {
	p := &parser{names: func(name string) (any, bool) { return r.name(name, member) }, known: true}
	p.tokens = tokens(source)
	out := p.choice()
	if p.err == "" && p.at < len(p.tokens) {
		p.err = "goes on with " + p.tokens[p.at]
	}
	n, whole := out.(int64)
	if p.err != "" || p.known && !whole {
		r.say("formula %q: %s %v", source, p.err, out)
		return 0, false
	}
	return min(max(n, 0), mostFen), p.known
}

// name finds what a formula calls by "_" for ".".
func (r *replayer) name(name, member string) (any, bool) {
	for _, f := range r.names[name] {
		if f.Member != "" && f.Member != member {
			continue
		}
		switch f.Unit {
		case "enum":
			return f.Word, true
		case "bool":
			return f.Value == 1, true
		}
		return f.Value, true
	}
	return int64(0), false
}

// tokens cuts a formula into names, numbers, words in quotes and signs.
func tokens(s string) []string {
	var out []string
	for rs := []rune(s); len(rs) > 0; {
		n := 1
		switch c := rs[0]; {
		case unicode.IsSpace(c):
			rs = rs[1:]
			continue
		case c == '"' || c == '\'':
			for n < len(rs) && rs[n] != c {
				n++
			}
			n++
		case unicode.IsLetter(c) || unicode.IsDigit(c) || c == '_':
			for n < len(rs) && (unicode.IsLetter(rs[n]) || unicode.IsDigit(rs[n]) || rs[n] == '_') {
				n++
			}
		case n < len(rs) && strings.Contains(" == != <= >= && || ", " "+string(rs[:2])+" "):
			n = 2
		}
		n = min(n, len(rs))
		out, rs = append(out, string(rs[:n])), rs[n:]
	}
	return out
}

// parser reads and computes in one pass. Both branches of a choice are computed: nothing
// in a formula has an effect.
type parser struct {
	tokens []string
	at     int
	names  func(string) (any, bool)
	known  bool
	err    string
}

func (p *parser) take(one string) bool {
	if p.at < len(p.tokens) && p.tokens[p.at] == one {
		p.at++
		return true
	}
	return false
}

func (p *parser) must(one string) {
	if !p.take(one) && p.err == "" {
		p.err = "misses " + one
	}
}

func (p *parser) choice() any {
	c := p.compare()
	if !p.take("?") {
		return c
	}
	yes := p.choice()
	p.must(":")
	no := p.choice()
	if c == true {
		return yes
	}
	return no
}

func (p *parser) compare() any {
	x := p.sum()
	for _, op := range []string{"==", "!=", "<=", ">=", "<", ">"} {
		if !p.take(op) {
			continue
		}
		y := p.sum()
		a, b := number(x), number(y)
		switch op {
		case "==":
			return x == y
		case "!=":
			return x != y
		case "<=":
			return a <= b
		case ">=":
			return a >= b
		case "<":
			return a < b
		}
		return a > b
	}
	return x
}

func (p *parser) sum() any {
	x := p.product()
	for {
		switch {
		case p.take("+"):
			x = number(x) + number(p.product())
		case p.take("-"):
			x = number(x) - number(p.product())
		default:
			return x
		}
	}
}

func (p *parser) product() any {
	x := p.atom()
	for p.take("*") {
		x = number(x) * number(p.atom())
	}
	return x
}

func (p *parser) atom() any {
	if p.at >= len(p.tokens) {
		p.err = "ends too soon"
		return int64(0)
	}
	one := p.tokens[p.at]
	p.at++
	switch {
	case one == "(":
		x := p.choice()
		p.must(")")
		return x
	case one == "-":
		return -number(p.atom())
	case one[0] == '"' || one[0] == '\'':
		return strings.Trim(one, one[:1])
	case one[0] >= '0' && one[0] <= '9':
		n, err := strconv.ParseInt(one, 10, 64)
		if err != nil {
			p.err = err.Error()
		}
		return n
	case p.take("("):
		return p.call(one)
	}
	x, known := p.names(one)
	p.known = p.known && known
	return x
}

func (p *parser) call(name string) any {
	a := number(p.choice())
	p.must(",")
	b := number(p.choice())
	p.must(")")
	switch name {
	case "least":
		return min(a, b)
	case "most":
		return max(a, b)
	case "part": // thousandths, half up
		return (a*b + 500) / 1000
	}
	p.err = fmt.Sprintf("knows no %s", name)
	return int64(0)
}

func number(x any) int64 {
	n, _ := x.(int64)
	return n
}
