package rulebook

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/policy"
)

// A move is a standard that becomes another at places, in a span.
type move struct {
	span
	policy.Place
	old, new *RowLine // nil for none
}

// moves are what differs between the rows of a standard, span after span: what the Books of both
// sets would say, without loading one.
func moves(today core.Date, old, new []RowLine) (out []move) {
	var days []core.Date
	counties := []core.RegionCode{""}
	for _, r := range slices.Concat(old, new) {
		days, counties = append(days, r.From), append(counties, r.Counties...)
		if !r.Until.IsZero() {
			days = append(days, r.Until)
		}
	}
	slices.Sort(days)
	slices.Sort(counties)
	for _, s := range between(today, slices.Compact(days)) {
		for _, county := range slices.Compact(slices.Clone(counties)) {
			for _, area := range []core.Area{"urban", "rural", ""} {
				at := policy.Place{County: county, Area: area}
				was, is := rowAt(old, at, s.from), rowAt(new, at, s.from)
				if was != is && (was == nil || is == nil || thousandths(was.Value) != thousandths(is.Value)) {
					out = append(out, move{s, at, was, is})
				}
			}
		}
	}
	return out
}

// rowAt is the row that holds at a place on a day, special before general as in a Book; nil for
// none.
func rowAt(rows []RowLine, at policy.Place, day core.Date) (best *RowLine) {
	special := func(r *RowLine) int { return 2*min(len(r.Counties), 1) + min(len(r.Area), 1) }
	for i := range rows {
		r := &rows[i]
		holds := r.From <= day && (r.Until.IsZero() || day < r.Until)
		here := (len(r.Counties) == 0 || slices.Contains(r.Counties, at.County)) && (r.Area == "" || r.Area == at.Area)
		if holds && here && (best == nil || special(r) > special(best)) {
			best = r
		}
	}
	return best
}

// thousandths is a number as the files have it; none has more than three decimals.
func thousandths(value string) int64 {
	whole, rest, _ := strings.Cut(value, ".")
	n, err := strconv.ParseInt(whole+(rest + "000")[:3], 10, 64)
	if err != nil {
		return -1 // of another writing: it is equal to none
	}
	return n
}

// paramLines are the rows of a standard in a set.
func (s Sources) paramLine(name string) (ParamLine, error) {
	found, err := find(s, "parameters", "name", name)
	if err != nil {
		return ParamLine{}, err
	}
	return paramLine(found[0].node)
}

// stepped says of one step of an amount what it was and becomes, where and on what days, and on
// its own what of it lies before today.
func (sp Speaker) stepped(today core.Date, old, new ParamLine) Told {
	t := teller{names: sp.names, today: today, now: map[string]int{}}
	sp.tellMoves(&t, new, moves(today, old.Rows, new.Rows), func(move) bool { return true })
	if len(t.lines) == 0 {
		t.line(span{from: today}, line{kind: ofAmount, text: new.Label + ":数没变,依据或者样本标记变了", light: true})
	}
	out := t.told(false)
	out.Idle = out.Idle && len(out.Gone) > 0
	return out
}

// tellMoves writes down the moves that are wanted, span after span.
func (sp Speaker) tellMoves(t *teller, of ParamLine, list []move, wanted func(move) bool) {
	all := list
	list = slices.DeleteFunc(slices.Clone(list), func(m move) bool { return !wanted(m) })
	for len(list) > 0 {
		n := slices.IndexFunc(list, func(m move) bool { return m.span != list[0].span })
		if n < 0 {
			n = len(list)
		}
		sp.span(t, of, list[:n], all)
		list = list[n:]
	}
}

// span writes down the moves of one span, each step from one amount to another once.
func (sp Speaker) span(t *teller, of ParamLine, list, all []move) {
	t.before, t.now = t.now, map[string]int{}
	counties := map[core.RegionCode]bool{}
	var steps []string
	where := map[string][]policy.Place{}
	for _, r := range of.Rows {
		for _, c := range r.Counties {
			counties[c] = true
		}
	}
	for _, m := range list {
		step := sp.stepOf(of, m)
		if where[step] == nil {
			steps = append(steps, step)
		}
		where[step] = append(where[step], m.Place)
	}
	for _, step := range steps {
		kept := sp.keptRows(t, of, all, list[0].span, where[step])
		t.line(list[0].span, line{kind: ofAmount, text: of.Label + "(" + t.where(where[step], len(counties)) + "):" + step, kept: kept, dated: true})
	}
}

func (sp Speaker) stepOf(of ParamLine, m move) string {
	out := sp.value(of, m.old) + " → " + sp.value(of, m.new)
	if m.old != nil && m.new != nil {
		out += bracketed(leapOf(policy.Unit(of.Unit), thousandths(m.old.Value), thousandths(m.new.Value)))
	}
	return out
}

// value is one amount with its unit and mark.
func (sp Speaker) value(of ParamLine, r *RowLine) string {
	if r == nil {
		return "没有"
	}
	mark := ""
	if r.Sample {
		mark = "(样本)"
	}
	return grouped(r.Value) + " " + sp.unit(of) + mark
}

// unit is what a standard counts in, with its period.
func (sp Speaker) unit(of ParamLine) string {
	if id, found := sp.book.Param(of.Name); found {
		return sp.book.UnitOf(id)
	}
	return cmp.Or(policy.Unit(of.Unit).Chinese(), of.Unit)
}
