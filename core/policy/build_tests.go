package policy

import (
	"math"
	"strconv"
	"strings"
)

func index(name string, i int) string { return name + "[" + strconv.Itoa(i) + "]" }

func (b *builder) addTests(f *file) {
	for i := range f.doc.Criteria {
		c := &f.doc.Criteria[i]
		a := f.section("criteria", i, c.Name)
		if b.nameTaken(c.Name) {
			b.problem(a.in("name"), sayTwice(c.Name), "the name is used twice")
			continue
		}
		if !plainName(c.Name) {
			b.problem(a, sayName, "a criterion needs a name of its own")
			continue
		}
		t := &Test{ID: len(b.tests), Name: c.Name, Op: c.Op, Law: c.Law, Low: math.MinInt64, High: math.MaxInt64}
		if strings.TrimSpace(c.Law) == "" {
			b.problem(a.in("law"), "这条条件没写依据。请写上哪部法规第几条。", "the legal source is missing")
		}
		t.Pass = b.text(a.in("pass"), c.Pass)
		t.Fail = b.text(a.in("fail"), c.Fail)
		t.Unknown = b.text(a.in("unknown"), c.Unknown)
		if fact, found := FactByKey(c.Fact); found {
			t.Fact = fact.ID
			b.condition(a, c, t, fact)
		} else {
			b.problem(a.in("fact"), sayFact(c.Fact), "there is no fact %q%s", c.Fact, nearest(c.Fact))
		}
		b.testIDs[c.Name] = t.ID
		b.tests = append(b.tests, t)
	}
}

func sayFact(key string) string {
	return "没有" + quoted(key) + "这一项情况。请看看是不是写错了字。"
}

// nearest suggests the fact that was probably meant.
func nearest(key string) string {
	best, bestAt := "", 4
	for _, f := range facts {
		if d := distance(key, f.Key); d < bestAt {
			best, bestAt = f.Key, d
		}
	}
	if best == "" {
		return ""
	}
	return ", perhaps " + strconv.Quote(best)
}

// distance is the Levenshtein distance of two short ASCII names.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diag
			if a[i] != b[j] {
				cost = 1 + min(diag, row[j], row[j+1])
			}
			diag, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}

func (b *builder) text(a at, src string) Text {
	if strings.TrimSpace(src) == "" {
		b.problem(a, "这句话没写。三种情况都要有一句话说给群众听。", "the sentence is missing")
		return Text{}
	}
	t, err := parseText(src)
	if err != nil {
		b.problem(a, "这句话里的花括号写错了。只能用 {value}、{limit}、{member}。", "%v", err)
	}
	return t
}

// condition checks the comparison against the fact's unit and fills in the test.
func (b *builder) condition(a at, c *srcCriterion, t *Test, fact *Fact) {
	switch fact.Unit {
	case UnitBool:
		t.Words = 1 << 1
		if c.Op != Holds || c.Value != "" || c.Limit != nil || c.Words != nil || c.Range != nil {
			b.problem(a.in("op"), "这一项只有是和不是,比较方法写 is,不写数字。", "a yes-or-no fact is only asked with op: is")
		}
	case UnitEnum:
		b.words(a, c, t, fact)
	default:
		b.number(a, c, t, fact)
	}
}

func (b *builder) words(a at, c *srcCriterion, t *Test, fact *Fact) {
	if c.Op != OneOf || len(c.Words) == 0 || c.Value != "" || c.Limit != nil || c.Range != nil {
		b.problem(a.in("op"), "这一项只能从几个词里选,比较方法写 in,再写上是哪几个词。", "a fact of fixed words is asked with op: in and its words")
	}
	for _, w := range c.Words {
		v, known := fact.Word(w)
		if !known {
			b.problem(a.in("words"), "没有"+quoted(w)+"这个词。可以写 "+strings.Join(fact.Words, "、")+"。", "%q is no word of %s; its words are %s", w, fact.Key, strings.Join(fact.Words, " "))
			continue
		}
		t.Words |= 1 << v
	}
}

func (b *builder) number(a at, c *srcCriterion, t *Test, fact *Fact) {
	if c.Words != nil {
		b.problem(a.in("words"), "这一项是数,不能用词来比。请写数额。", "%s is a number", fact.Key)
	}
	switch {
	case c.Op == Between && len(c.Range) == 2 && c.Value == "" && c.Limit == nil:
		b.constantUnit(a, c, fact)
		t.Low, t.High = b.scaled(a.in("range"), c.Range[0], fact), b.scaled(a.in("range"), c.Range[1], fact)
		if t.Low > t.High {
			b.problem(a.in("range"), "范围写反了,小的数要写在前面。", "the range is empty")
		}
	case c.Value != "" && c.Limit == nil && c.Range == nil:
		b.constantUnit(a, c, fact)
		t.Low, t.High = b.bounds(a, c.Op, b.scaled(a.in("value"), c.Value, fact))
	case c.Limit != nil && c.Value == "" && c.Range == nil:
		b.bounds(a, c.Op, 0)
		t.Limit = b.limit(a.in("limit"), c.Limit, fact)
	default:
		b.problem(a, "要写清和什么比:一个数、一个范围,或者一个标准,只写一样。", "a number is compared with exactly one of value, range or limit")
	}
}

// constantUnit refuses a bare number: a constant states its unit, so that yuan
// are never read as fen or months as days.
func (b *builder) constantUnit(a at, c *srcCriterion, fact *Fact) {
	if c.Unit != fact.Unit {
		b.problem(a.in("unit"), "单位不对。这一项的单位是 "+string(fact.Unit)+"。", "%s is counted in %s, not in %q", fact.Key, fact.Unit, c.Unit)
	}
}

func (b *builder) scaled(a at, d decimal, fact *Fact) int64 {
	v, err := d.scaled(places(fact.Unit))
	if err != nil {
		b.problem(a, sayNumber(places(fact.Unit)), "%v", err)
	}
	return v
}

// bounds gives the inclusive interval of a comparison with v.
func (b *builder) bounds(a at, op Op, v int64) (low, high int64) {
	low, high, known := Bounds(op, v)
	if !known {
		b.problem(a.in("op"), "比较方法"+quoted(string(op))+"不认识。可以写 <、<=、>、>=、=。", "unknown comparison %q", op)
	}
	return low, high
}

// Bounds gives the inclusive interval in which a number meets `op v`.
func Bounds(op Op, v int64) (low, high int64, known bool) {
	low, high = math.MinInt64, math.MaxInt64
	switch op {
	case Less:
		return low, v - 1, true
	case AtMost:
		return low, v, true
	case More:
		return v + 1, high, true
	case AtLeast:
		return v, high, true
	case Equal:
		return v, v, true
	}
	return low, high, false
}

func sayParam(name string) string {
	return "没有叫" + quoted(name) + "的标准。请看看是不是写错了字。"
}

func (b *builder) limit(a at, l *srcLimit, fact *Fact) *Limit {
	out := &Limit{Param: -1, By: -1, Times: b.times(a, l.Times)}
	unit := Unit("")
	switch {
	case l.Param != "" && l.Fact == "":
		if id, found := b.paramIDs[l.Param]; found {
			out.Param, unit = id, b.params[id].Unit
		} else {
			b.problem(a.in("param"), sayParam(l.Param), "there is no parameter %q", l.Param)
			return out
		}
	case l.Fact != "" && l.Param == "":
		other, found := FactByKey(l.Fact)
		if !found {
			b.problem(a.in("fact"), sayFact(l.Fact), "there is no fact %q%s", l.Fact, nearest(l.Fact))
			return out
		}
		if other.ID.IsMember() && !fact.ID.IsMember() {
			b.problem(a.in("fact"), "一个是一个人的情况,一个是全家的情况,不能这样比。", "%s belongs to a member, %s to the household", other.Key, fact.Key)
		}
		if other.ID == fact.ID {
			b.problem(a.in("fact"), "这条条件拿自己和自己比。请换成别的情况或标准。", "%s is compared with itself", fact.Key)
		}
		out.Fact, unit = other.ID, other.Unit
	default:
		b.problem(a, "标准要写 param(当地标准)或者 fact(另一项情况),只写一样。", "a limit is a param or a fact")
		return out
	}
	if unit != fact.Unit {
		b.problem(a, "两边的单位不一样,不能比。请换一个单位相同的标准。", "%s is counted in %s, the limit in %s", fact.Key, fact.Unit, unit)
	}
	if l.By != "" {
		id, found := b.paramIDs[l.By]
		switch {
		case !found:
			b.problem(a.in("by"), sayParam(l.By), "there is no parameter %q", l.By)
		case b.params[id].Unit != UnitRatio:
			b.problem(a.in("by"), "倍数只能用单位是 ratio 的标准。", "%q is no ratio", l.By)
		default:
			out.By = id
		}
	}
	return out
}

// mostTimes bounds by how often a limit is multiplied: twelve months of a year, and some years.
const mostTimes = 1000

// times reads how often a limit counts, once where it is not said.
func (b *builder) times(a at, d decimal) int64 {
	if d == "" {
		return 1
	}
	n, err := d.scaled(0)
	if err != nil || n < 1 || n > mostTimes {
		b.problem(a.in("times"), "几倍要写一个整数,从 1 到 "+strconv.Itoa(mostTimes)+",不带小数点。要乘小数的,用单位是 ratio 的标准(by)。", "times is a whole number from 1 to %d, not %q", mostTimes, string(d))
		return 1
	}
	return n
}
