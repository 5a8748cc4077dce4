package policy

import (
	"slices"
	"strconv"
	"strings"

	"lianou/core"
)

// places is the number of decimals a unit is held with.
func places(u Unit) int {
	switch u {
	case UnitFen, UnitM2:
		return 2
	case UnitRatio:
		return 3
	default:
		return 0
	}
}

// maxCounties bounds the counties that one parameter may name.
const maxCounties = 150

// maxRows bounds the rows of one parameter: eleven counties, two areas and forty
// years fit.
const maxRows = 400

func (b *builder) addParams(f *file) {
	for i := range f.doc.Parameters {
		p := f.doc.Parameters[i]
		a := f.section("parameters", i, p.Name)
		if _, twice := b.paramIDs[p.Name]; twice || p.Name == "" {
			b.problem(a.in("name"), sayTwice(p.Name), "the parameter has no name, or one that is used twice")
			continue
		}
		if !plainName(p.Name) {
			b.problem(a.in("name"), sayName, "a name is of small letters, digits, _ and dots")
		}
		if other, taken := b.names[varName(p.Name)]; taken {
			b.problem(a.in("name"), "公式里"+quoted(p.Name)+"和"+quoted(other)+"写出来一样,分不清。请改个名字。", "in formulas it is spelt like %q: the name is used twice", other)
		}
		b.names[varName(p.Name)] = p.Name
		switch p.Unit {
		case UnitFen, UnitCount, UnitYears, UnitMonths, UnitDays, UnitM2, UnitRatio:
		default:
			b.problem(a.in("unit"), "单位"+quoted(string(p.Unit))+"不认识。可以写 yuan、count、years、months、days、m2、ratio。", "unknown unit %q", p.Unit)
		}
		if strings.TrimSpace(p.Label) == "" || len(p.Rows) == 0 || len(p.Rows) > maxRows {
			b.problem(a, "每个标准要有名称,还要至少写一行数额。", "a parameter needs a label and 1 to %d rows", maxRows)
		}
		for i := range p.Rows[:min(len(p.Rows), maxRows)] {
			b.checkRow(a.in(index("rows", i)), &p, i)
		}
		b.checkGaps(a, &p)
		b.paramIDs[p.Name] = ParamID(len(b.params))
		b.params = append(b.params, p)
		b.paramAt = append(b.paramAt, a)
	}
}

func (b *builder) checkRow(a at, p *srcParam, i int) {
	r := &p.Rows[i]
	if v, err := r.Value.scaled(places(p.Unit)); err != nil {
		b.problem(a.in("value"), sayNumber(places(p.Unit)), "value: %v", err)
	} else if p.Unit == UnitFen && core.Fen(v) > maxAmount {
		b.problem(a.in("value"), "这个数额大得不像真的。请看看是不是多写了几个零。", "an amount is at most %d yuan", int64(maxAmount)/100)
	}
	if strings.TrimSpace(r.Source) == "" {
		b.problem(a.in("source"), "这个数额没写出处。请写上文件名和日期。", "an amount needs its source")
	}
	switch {
	case r.From.IsZero():
		b.problem(a, "这个数额没写从哪天起。请写上日期,写成 2024-03-01 这样。", "an amount needs the day it begins")
	case !r.Until.IsZero() && r.Until.Date <= r.From.Date:
		b.problem(a.in("until"), "这个数额还没开始就结束了。请把结束那天改到开始那天以后。", "an amount must not end before it begins")
	}
	if r.Area != "" && r.Area != "urban" && r.Area != "rural" {
		b.problem(a.in("area"), "城乡只能写 urban(城里)或 rural(农村),不分就不写。", "unknown area %q", r.Area)
	}
	if len(r.Counties) > maxCounties {
		b.problem(a.in("counties"), "这一行写的区县太多了。请分清是哪些区县。", "more than %d counties", maxCounties)
		return
	}
	for k, c := range r.Counties {
		if code, err := core.ParseRegion(string(c)); err != nil || len(code) != 6 {
			b.problem(a.in("counties").nth(k), "没有区县代码"+quoted(string(c))+"。请写六位数字。", "unknown county %q", c)
		} else if slices.Contains(r.Counties[:k], c) {
			b.problem(a.in("counties").nth(k), "区县"+quoted(string(c))+"写了两遍。请去掉一个。", "the county %q is given twice", c)
		}
	}
	for j := range i {
		if o := &p.Rows[j]; samePlace(o, r) && overlap(o, r) {
			b.problem(a, "同一个地方同一天写了两个数额。请改日期,让前一行到后一行开始那天为止。", "two rows for the same place and day")
		}
	}
}

// maxAmount bounds any single amount; more is a slip of the pen.
const maxAmount = core.Fen(100_000_000_00)

func sayNumber(places int) string {
	if places == 0 {
		return "这里要写一个整数,比如 60。"
	}
	return "这里要写一个数,最多 " + strconv.Itoa(places) + " 位小数,比如 1.5,不写逗号和单位。"
}

// samePlace reports that two rows speak of one place with the same precedence, so
// that neither goes before the other.
func samePlace(x, y *srcRow) bool {
	if x.Area != y.Area || (x.Counties == nil) != (y.Counties == nil) {
		return false
	}
	return x.Counties == nil || slices.ContainsFunc(x.Counties, func(c core.RegionCode) bool { return slices.Contains(y.Counties, c) })
}

func overlap(x, y *srcRow) bool {
	endsBefore := func(p, q *srcRow) bool { return !p.Until.IsZero() && p.Until.Date <= q.From.Date }
	return !endsBefore(x, y) && !endsBefore(y, x)
}

// paramOn keeps the rows in force on a day, special before general so that the
// first that fits is the one meant.
func (b *builder) paramOn(p *srcParam, on core.Date) Param {
	out := Param{Name: p.Name, Unit: p.Unit, Label: p.Label}
	for _, r := range p.Rows {
		if r.From.Date > on || (!r.Until.IsZero() && r.Until.Date <= on) {
			continue
		}
		v, err := r.Value.scaled(places(p.Unit))
		if err != nil {
			continue // reported by checkRow
		}
		out.Rows = append(out.Rows, Amount{Counties: r.Counties, Area: r.Area, Value: v, Sample: r.Sample, Source: r.Source})
	}
	slices.SortStableFunc(out.Rows, func(x, y Amount) int { return special(y) - special(x) })
	return out
}

func special(a Amount) int {
	n := 0
	if a.Counties != nil {
		n += 2
	}
	if a.Area != "" {
		n++
	}
	return n
}
