package rulebook

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"lianou/core"
)

// An Amount sets a parameter for a place from a day on. What held there before ends on
// that day; a row that is to follow later stays.
type Amount struct {
	Param    string            `json:"param"`
	Counties []core.RegionCode `json:"counties,omitempty"` // none: the general row
	Area     core.Area         `json:"area,omitempty"`     // "": both
	Value    string            `json:"value"`              // in the parameter's own unit, as written
	From     core.Date         `json:"from"`
	Source   string            `json:"source"`
	Sample   bool              `json:"sample,omitempty"`
}

var number = regexp.MustCompile(`^[0-9]{1,12}(\.[0-9]{1,6})?$`)

// row is one amount as written.
type row struct {
	node        ast.Node // nil for a row to come
	counties    []core.RegionCode
	area        core.Area
	from, until core.Date
	value       string
	source      string
	sample      bool
}

func (r row) covers(day core.Date) bool {
	return r.from <= day && (r.until.IsZero() || day < r.until)
}

func (a *Amount) check() error {
	switch {
	case strings.HasPrefix(a.Value, "-"):
		return core.Invalid("value", "数额不能是负数。不再发的,请停办那个事项。")
	case !number.MatchString(a.Value):
		return core.Invalid("value", "数额请只写数字,比如 760 或 760.5,不写逗号和单位。")
	case a.From.IsZero():
		return core.Invalid("from", "请写从哪一天起执行。")
	case strings.TrimSpace(a.Source) == "":
		return core.Invalid("source", "请写这个标准出自哪个文件。")
	case a.Area != "" && a.Area != "urban" && a.Area != "rural":
		return core.Invalid("area", "请选城镇、农村或者不分城乡。")
	}
	for i, c := range a.Counties {
		if code, err := core.ParseRegion(string(c)); err != nil || len(code) != 6 || slices.Contains(a.Counties[:i], c) {
			return core.Invalid("counties", "请从名单里选县(市、区)。")
		}
	}
	return nil
}

func (a *Amount) apply(s Sources) (Sources, error) {
	if err := a.check(); err != nil {
		return Sources{}, err
	}
	found, err := find(s, "parameters", "name", a.Param)
	if err != nil {
		return Sources{}, err
	}
	if err := a.fits(found[0].node); err != nil {
		return Sources{}, err
	}
	p := found[0].page
	list, ok := value(found[0].node, "rows").(*ast.SequenceNode)
	if !ok || len(list.Values) == 0 {
		return Sources{}, named(ErrByHand, p.name)
	}
	parts, err := a.apart(list)
	if err != nil {
		return Sources{}, err
	}
	if len(parts) > 0 {
		for _, one := range parts {
			if s, err = one.apply(s); err != nil {
				return Sources{}, err
			}
		}
		return s, nil
	}
	set := row{counties: slices.Clone(a.Counties), area: a.Area, from: a.From, value: a.Value, source: strings.TrimSpace(a.Source), sample: a.Sample}
	if err := a.place(p, list, set); err != nil {
		return Sources{}, err
	}
	return p.close(s)
}

// apart gives what an amount comes to where its places do not share one fate: urban and
// rural by themselves where the parameter has rows for each, which stand above a row for
// both; and each county by itself where a row of only some of them begins on the day or
// later, or ends. None when one row is right for all.
func (a *Amount) apart(list *ast.SequenceNode) (parts []Amount, err error) {
	uneven := false
	for _, n := range list.Values {
		old, err := readRow(n)
		if err != nil {
			return nil, err
		}
		if a.Area == "" && old.area != "" {
			city, country := *a, *a
			city.Area, country.Area = "urban", "rural"
			return []Amount{city, country}, nil
		}
		uneven = uneven || old.area == a.Area && touches(old.counties, a.Counties) && len(without(a.Counties, old.counties)) > 0 &&
			(old.from >= a.From || old.covers(a.From) && !old.until.IsZero())
	}
	if !uneven {
		return nil, nil
	}
	for _, c := range a.Counties {
		one := *a
		one.Counties = []core.RegionCode{c}
		parts = append(parts, one)
	}
	return parts, nil
}

// place ends the rows that hold on the day for the same place, keeps their other counties
// as they are, and writes the new row behind the last of them.
func (a *Amount) place(p *page, list *ast.SequenceNode, set row) error {
	behind, fresh := list.Values[len(list.Values)-1], []row{}
	for _, n := range list.Values {
		old, err := readRow(n)
		if err != nil {
			return err
		}
		if old.area != set.area || !touches(old.counties, set.counties) {
			continue
		}
		if old.from > set.from {
			set.until = earlier(set.until, old.from)
			continue
		}
		if !old.covers(set.from) {
			continue
		}
		set.until = earlier(set.until, old.until)
		rest := without(old.counties, set.counties)
		switch {
		case old.from == set.from && len(rest) == 0:
			return p.rewrite(n, set, old)
		case old.from == set.from:
			if err := p.set(n, "counties", counties(rest)); err != nil {
				return err
			}
		default:
			if err := p.end(n, set.from); err != nil {
				return err
			}
			if len(rest) > 0 {
				old.counties, old.from = rest, set.from
				fresh = append(fresh, old)
			}
		}
		behind = n
	}
	for _, r := range append(fresh, set) {
		line, err := r.written()
		if err != nil {
			return err
		}
		if err := p.append(list, behind, line); err != nil {
			return err
		}
	}
	return nil
}

// rewrite changes a row that begins on the very day, for the very place.
func (p *page) rewrite(n ast.Node, set, old row) error {
	source, err := scalar(set.source)
	if err != nil {
		return err
	}
	if err := p.set(n, "value", set.value); err != nil {
		return err
	}
	if set.source != old.source {
		if err := p.set(n, "source", source); err != nil {
			return err
		}
	}
	if set.sample != old.sample {
		return p.set(n, "sample", fmt.Sprint(set.sample))
	}
	return nil
}

// end writes the day from which a row no longer holds, behind the day it began.
func (p *page) end(n ast.Node, day core.Date) error {
	if entry(n, "until") != nil {
		return p.set(n, "until", day.String())
	}
	return p.setAfter(n, entry(n, "from"), "until", day.String())
}

func readRow(n ast.Node) (row, error) {
	r := row{node: n, area: core.Area(word(n, "area")), value: word(n, "value"), source: word(n, "source"), sample: word(n, "sample") == "true"}
	for _, c := range elements(value(n, "counties")) {
		r.counties = append(r.counties, core.RegionCode(c.GetToken().Value))
	}
	var err error
	if r.from, err = core.ParseDate(word(n, "from")); err != nil {
		return row{}, err
	}
	if until := word(n, "until"); until != "" {
		r.until, err = core.ParseDate(until)
	}
	return r, err
}

func (r row) written() (string, error) {
	source, err := scalar(r.source)
	if err != nil {
		return "", core.Invalid("source", "请用一行字写这个标准出自哪个文件。")
	}
	var parts []string
	if len(r.counties) > 0 {
		parts = append(parts, "counties: "+counties(r.counties))
	}
	if r.area != "" {
		parts = append(parts, "area: "+string(r.area))
	}
	parts = append(parts, "value: "+r.value, "from: "+r.from.String())
	if !r.until.IsZero() {
		parts = append(parts, "until: "+r.until.String())
	}
	if r.sample {
		parts = append(parts, "sample: true")
	}
	return "{" + strings.Join(append(parts, "source: "+source), ", ") + "}", nil
}

func counties(list []core.RegionCode) string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = `"` + string(c) + `"`
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// touches reports whether two lists name a county together, or both none: a row without
// counties is below one with, and neither ends the other.
func touches(a, b []core.RegionCode) bool {
	if len(a) == 0 || len(b) == 0 {
		return len(a) == len(b)
	}
	return slices.ContainsFunc(a, func(c core.RegionCode) bool { return slices.Contains(b, c) })
}

func without(list, gone []core.RegionCode) []core.RegionCode {
	return slices.DeleteFunc(slices.Clone(list), func(c core.RegionCode) bool { return slices.Contains(gone, c) })
}

// earlier is the earlier of two days of which zero is none.
func earlier(a, b core.Date) core.Date {
	if a.IsZero() || !b.IsZero() && b < a {
		return b
	}
	return a
}

func (sp Speaker) amount(a *Amount) string {
	where := "各县"
	if len(a.Counties) > 0 {
		var names []string
		for _, c := range a.Counties {
			names = append(names, sp.names.of(c))
		}
		where = strings.Join(names, "、")
	}
	if area := AreaWord(a.Area); area != "" {
		where += " " + area
	}
	mark := ""
	if a.Sample {
		mark = "(样本)"
	}
	label, unit := a.Param, ""
	if id, found := sp.book.Param(a.Param); found {
		label, unit = sp.book.Params[id].Label, " "+sp.book.UnitOf(id)
	}
	return fmt.Sprintf("标准 %s(%s)从 %s 起为 %s%s%s,依据:%s", label, where, a.From, grouped(a.Value), unit, mark, a.Source)
}
