package quota

import (
	"fmt"
	"slices"

	"lianou/core/hardship"
)

// A Step is one comparison of two entries, in the order in which they are made.
type Step struct {
	Label   string
	A, B    string
	Decides bool // the first that differs
}

// Why says why of two entries of one list the first stands before the second: every
// comparison down to the one that decides, as Place lays them out (domain.md 4.2).
func Why(a, b Entry) []Step {
	steps := []Step{
		{Label: "最少的困难指数,高的在前", A: tenths(a.Place.Low()), B: tenths(b.Place.Low())},
		{Label: "最多可能的困难指数,高的在前", A: tenths(a.Place.High()), B: tenths(b.Place.High())},
		{Label: "收入和硬支出两部分,多的在前", A: tenths(a.money()), B: tenths(b.money())},
		{Label: "有孩子或者 80 岁以上老人的在前", A: yes(a.vulnerable()), B: yes(b.vulnerable())},
		{Label: "都一样,家庭编号小的在前", A: fmt.Sprint(a.Household), B: fmt.Sprint(b.Household)},
	}
	at := slices.IndexFunc(steps, func(s Step) bool { return s.A != s.B })
	if at < 0 {
		return steps
	}
	steps[at].Decides = true
	return steps[:at+1]
}

// money and vulnerable read the two lower parts of a place.
func (e Entry) money() int       { return int(e.Place) >> 1 & 511 }
func (e Entry) vulnerable() bool { return e.Place&1 == 1 }

func tenths(n int) string { return fmt.Sprintf("%d.%d", n/10, n%10) }

func yes(b bool) string {
	if b {
		return "有"
	}
	return "没有"
}

// Missing names what is not known of an entry, nothing where all is.
func (e Entry) Missing() []string {
	var out []string
	if !e.Fits && e.Claim == 0 {
		out = append(out, "够不够条件,还缺资料")
	}
	for i, name := range hardship.Names() {
		if e.Low[i] != e.High[i] {
			out = append(out, name+"没问全")
		}
	}
	return out
}
