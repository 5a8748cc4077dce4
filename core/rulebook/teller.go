package rulebook

import (
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/policy"
)

// A span is a run of days in which no set concerned changes.
type span struct {
	from, until core.Date // until is zero for open
	gone        bool      // it ended before today
}

// spans cuts time where any of the sets has a boundary, and today.
func spans(today core.Date, libs ...*policy.Library) []span {
	return between(today, policy.Boundaries(libs...))
}

// between cuts time at days, in order, and today.
func between(today core.Date, days []core.Date) (out []span) {
	if len(days) > 0 && days[0] < today {
		days = append(days, today)
		slices.Sort(days)
		days = slices.Compact(days)
	}
	for i, day := range days {
		s := span{from: day}
		if i+1 < len(days) {
			s.until = days[i+1]
			s.gone = s.until <= today
		}
		out = append(out, s)
	}
	return out
}

// A teller writes the differences of span after span; what goes on is one line.
type teller struct {
	names  Names
	today  core.Date
	lines  []line
	before map[string]int // what the span before had, by its place in lines
	now    map[string]int
}

// keeps says of a key of keysOf whether its difference is told.
type keeps func(key) bool

func all(key) bool { return true }

// tell writes down what differs in one span.
func (t *teller) tell(s span, d *policy.Diff, keep keeps) {
	t.before, t.now = t.now, map[string]int{}
	for i := range d.Params {
		t.param(s, d, &d.Params[i], keep)
	}
	for of := range groups(things(d)) {
		var says []string
		out := line{kind: of[0].kind, light: true}
		for _, one := range of {
			if keep(one.key) {
				says, out.light, out.dated = append(says, one.say), out.light && one.light(), out.dated || one.dated()
			}
		}
		if len(says) > 0 {
			out.text = of[0].of + ":" + strings.Join(says, ";")
			t.line(s, out)
		}
	}
}

// line writes a line, or goes on with that of the span before. What has no days of its own and
// goes on today is one line from today on: that it is so of every day before says nothing.
func (t *teller) line(s span, l line) {
	if at, had := t.before[l.text+l.kept]; had {
		switch was := &t.lines[at]; {
		case was.gone && !s.gone && !was.dated && s.from == t.today:
			was.from, was.until, was.gone, t.now[l.text+l.kept] = s.from, s.until, false, at
			return
		case was.gone == s.gone:
			was.until, t.now[l.text+l.kept] = s.until, at
			return
		}
	}
	t.now[l.text+l.kept] = len(t.lines)
	l.from, l.until, l.gone = s.from, s.until, s.gone
	t.lines = append(t.lines, l)
}

// param writes each step from one amount to another once, with the places that take it.
func (t *teller) param(s span, d *policy.Diff, c *policy.ParamChange, keep keeps) {
	var steps []string
	where := map[string][]policy.Place{}
	for _, at := range c.Places {
		if !keep(placeKey(c.Name, at.Place)) {
			continue
		}
		step := amountOf(d.Old, c.Name, at.Old, at.Had) + " → " + amountOf(d.New, c.Name, at.New, at.Has)
		if at.Had && at.Has && c.New != nil {
			step += bracketed(leapOf(c.New.Unit, at.Old.Value*1000, at.New.Value*1000)) // years have no decimals, and of the rest only the ratio counts
		}
		if where[step] == nil {
			steps = append(steps, step)
		}
		where[step] = append(where[step], at.Place)
	}
	label := labelOf(c)
	for _, step := range steps {
		t.line(s, line{kind: ofAmount, text: label + "(" + t.where(where[step], len(d.Counties())) + "):" + step, kept: t.kept(c, d, where[step]), dated: true})
	}
	if len(c.Places) == 0 && c.Texts && keep(textKey(c.Name)) {
		what := "依据或者样本标记变了"
		if c.Old != nil && c.New != nil && c.Old.Label != c.New.Label {
			what = "名称变了"
		}
		t.line(s, line{kind: ofAmount, text: label + ":数没变," + what, light: true})
	}
}

// labelOf is how a standard is called, with both names where it was renamed.
func labelOf(c *policy.ParamChange) string {
	var old, new string
	if c.Old != nil {
		old = c.Old.Label
	}
	if c.New != nil {
		new = c.New.Label
	}
	return bothNames(old, new)
}

func amountOf(b *policy.Book, name string, a policy.Amount, has bool) string {
	id, found := b.Param(name)
	if !has || !found {
		return "没有"
	}
	mark := ""
	if a.Sample {
		mark = "(样本)"
	}
	return grouped(b.Params[id].Unit.Number(a.Value)) + " " + b.UnitOf(id) + mark
}
