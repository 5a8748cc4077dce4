package people

import (
	"cmp"
	"slices"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/matching"
	"lianou/core/policy"
)

// How near a single thing has to be for an item to be called one step away: an amount within
// a fifth of its line, a day within a year. What an office grants or people can do is near
// whatever it is. Anything else is no news to anybody who waits for it.
//
// Of every amount this one rule holds, an income as well as what was spent, by its share of the
// line and never by yuan: 362 yuan of a spending are near and 3,000 may be of another. Nobody is
// asked to spend; but what is spent comes about, and who is 7 % short of it today is the first to
// be asked again. Nearly shows the nearest first, by the same share (apartOf).
const (
	nearShare  = 5 // one in so many
	nearMonths = 12
)

// miss lays a miss beside its item; all are the findings of the household.
func (row *findingRow) miss(m matching.Miss, h *core.Household, all []matching.Finding) {
	row.One = oneAway(m) && near(m.Steps[0], h.On) && speaks(m.Steps[0], h) && !empty(m.Steps[0], all)
	row.Near = m.Text
	if row.One {
		row.Near, row.share = cmp.Or(m.Few, m.Text), apartOf(m.Steps[0])
	}
	if row.One {
		return
	}
	row.Near = strings.TrimPrefix(m.Text, "只差一样。")
	if len(m.Steps) == 1 && m.Steps[0].Can == matching.ByItself { // of a day that is decades off the reason says enough
		row.Near = ""
	}
}

// oneAway reports whether a single thing stands between a household and an item, and it is
// one that people can bring about, ask for or wait for, or an amount, which comes about by itself.
func oneAway(m matching.Miss) bool {
	if m.Unsure || len(m.Steps) != 1 || m.Steps[0].Leaves != "" {
		return false
	}
	return m.Steps[0].Can != matching.Never && (m.Steps[0].Can != matching.ByFate || amounts(m.Steps[0]))
}

// empty reports whether a step has a household apply for what one of them alone would have
// and what comes to 0: 先申请低保 sends a family of four for a single entry of nothing.
func empty(s matching.Step, all []matching.Finding) bool {
	return s.Can == matching.ByItem && slices.ContainsFunc(all, func(f matching.Finding) bool {
		return f.Item == s.By && len(f.Benefit.Alone) > 0 && f.Benefit.Told && f.Benefit.Amount == 0
	})
}

// nearer orders what is nearly: an amount by its share of the line, before what hangs on an
// assessment, an office or a day, of which nobody can say how far off it is.
func nearer(a, b findingRow) int {
	return cmp.Or(cmp.Compare(cmp.Compare(b.share, 0), cmp.Compare(a.share, 0)), cmp.Compare(a.share, b.share))
}

// amounts reports whether a step is of an amount that is known, in yuan or square metres.
func amounts(s matching.Step) bool {
	unit := unitOf(s.Key)
	return s.Known && (unit == policy.UnitFen || unit == policy.UnitM2)
}

// apartOf is how far an amount is from its line, in thousandths of the line and rounded up, so
// that a fen beyond a share is beyond it; 0 for what is no amount, and the whole of a line that
// is nothing.
func apartOf(s matching.Step) int64 {
	switch {
	case !amounts(s):
		return 0
	case s.To <= 0:
		return 1000
	}
	return (1000*max(s.To-s.From, s.From-s.To) + s.To - 1) / s.To
}

// near reports whether a step is within reach, not only of the kind that can be reached.
func near(s matching.Step, today core.Date) bool {
	if amounts(s) {
		return apartOf(s)*nearShare <= 1000
	}
	away := max(s.To-s.From, s.From-s.To)
	switch s.Can {
	case matching.ByItself:
		if s.Late != 0 {
			return s.Late <= today.AddDate(0, nearMonths, 0)
		}
		return unitOf(s.Key) == policy.UnitMonths && away <= nearMonths
	}
	return true
}

// speaks reports whether anything in the household speaks for a step that is open to
// everybody: a certificate of disability is near for who is ill or cannot do things by
// themselves, a union for who has work. Else everybody of seventy reads three times that
// they have none.
func speaks(s matching.Step, h *core.Household) bool {
	i := slices.IndexFunc(h.Members, func(m core.Member) bool { return m.Ref == s.Member })
	if i < 0 {
		return true
	}
	m := &h.Members[i]
	switch s.Key {
	case "disability.grade", "disability.kind":
		return m.Disability != nil && m.Disability.Grade > 0 || m.Illness != nil && *m.Illness != "none" ||
			m.ADLFailed != nil && *m.ADLFailed > 0 || m.NeedsLongTermCare != nil && *m.NeedsLongTermCare || m.WorkAbility != nil && *m.WorkAbility == "none"
	case "union_member":
		return m.Employment != nil && *m.Employment == "employed"
	}
	return true
}

func unitOf(key string) policy.Unit {
	for _, f := range policy.Facts() {
		if f.Key == key {
			return f.Unit
		}
	}
	return ""
}

// inWords says a condition as people do: a grade by its name; and where an item is for those
// who are not something, that they are not, in words that do not end on the contrary of what
// the condition came to.
func (t teller) inWords(r *matching.Reason) {
	i := slices.IndexFunc(t.book.Tests, func(c *policy.Test) bool { return c.Name == r.Code })
	if i >= 0 && t.book.Tests[i].Fact == policy.DisabilityGrade {
		r.Value, r.Limit = desk.Grades(r.Value), desk.Grades(r.Limit)
	}
	if i >= 0 && turned(t.book.Tests[i], r) {
		r.Value, r.Limit = "", ""
	}
	if strings.HasPrefix(r.Code, "status.") && r.Outcome == matching.Eligible {
		r.Text = strings.Replace(r.Text, "按现在的情况算也不符合", "按现在的情况算也算不上", 1)
	}
	r.Text = desk.GradesIn(r.Text)
}

// turned reports whether a condition speaks for an item by not being so, or against it by
// being so: everybody of a family without work can do none or has none. The limit is then one
// that is missed on purpose, and would read as a contradiction beside 符合.
func turned(c *policy.Test, r *matching.Reason) bool {
	says := func(sentence policy.Text) int { // how much of it the reason ends on
		_, rest, _ := strings.Cut(sentence.String(), "{member}")
		if !strings.HasSuffix(r.Text, rest) {
			return 0
		}
		return len(rest)
	}
	so, not := says(c.Pass), says(c.Fail) // 不能干活 ends on 能干活
	return r.Outcome == matching.Eligible && not > so || r.Outcome == matching.NotEligible && so > not
}
