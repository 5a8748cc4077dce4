package people

import (
	"strings"
	"testing"

	"lianou/core"
)

// Two figures of one income agree within rounding, and for as many people as either was told
// for; else the sentence works the one out beside the other. Of a household of nobody, or with
// one figure, nothing is said.
//
// Controls: the number of people of today alone ("a child was born: …", "two came", "another one
// left"); a tolerance of one yuan ("in tens: …", "a fiftieth: …").
func TestTwoIncomesAreHeldTogether(t *testing.T) {
	t.Parallel()
	of := func(year, each, people, fewest, most int64) incomes {
		y, e := core.Yuan(year), core.Yuan(each)
		return incomes{&y, &e, int(people), int(fewest), int(most)}
	}
	year := core.Yuan(18_000)
	for what, c := range map[string]struct {
		in   incomes
		says string
	}{
		"apart":            {of(18_000, 900, 3, 3, 3), "全家一年 18,000 元,3 口人,平均每人每月是 500 元;“平均每人月收入”写的是 900 元。"},
		"in thirds":        {of(20_000, 556, 3, 3, 3), ""},
		"in tens":          {of(20_000, 560, 3, 3, 3), ""},
		"by twenty":        {of(18_000, 520, 3, 3, 3), "是 500 元"},
		"a fiftieth":       {of(360_000, 10_150, 3, 3, 3), ""},
		"a child was born": {of(18_000, 750, 3, 2, 3), ""},
		"two came":         {of(18_000, 750, 4, 1, 4), ""},
		"another one left": {of(18_000, 375, 3, 3, 4), ""},
		"one as two":       {of(18_000, 750, 1, 1, 1), "是 1,500 元"},
		"nothing a year":   {of(0, 900, 1, 1, 1), "是 0 元"},
		"nothing at all":   {of(0, 0, 2, 2, 2), ""},
		"a loss":           {of(-24_000, -1_000, 2, 2, 2), ""},
		"nobody":           {of(18_000, 900, 0, 0, 0), ""},
		"one figure":       {incomes{year: &year, people: 3, fewest: 3, most: 3}, ""},
	} {
		if got := c.in.apart(); got == "" != (c.says == "") || !strings.Contains(got, c.says) {
			t.Errorf("%s: %q", what, got)
		}
	}
}
