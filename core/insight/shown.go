package insight

import (
	"cmp"
	"slices"

	"lianou/core/discreet"
	"lianou/core/hardship"
)

// A ShownRun is a Run as people and files may have it: what core/discreet hides is not in it.
type ShownRun struct {
	Name          string
	Weights       hardship.Weights
	Entered, Left discreet.Count // both or neither: of one the other follows from the bands
	Spearman      int
	Bands         []ShownBand
	Shares        []ShownShare
}

// A ShownBand is how many households are in a band before and after.
type ShownBand struct {
	Band          hardship.Band
	Before, After discreet.Count
}

// A ShownShare is a group's Share, its numbers shown or hidden together: of a group of four
// its size would tell as much.
type ShownShare struct {
	Kind, Key         string
	Of, Before, After discreet.Count
}

// Shown hides what must not be shown. The groups of one kind add up to a number that can be
// had from another kind, and so do the bands: beside a small one the next is hidden too.
func (r *Run) Shown() ShownRun {
	out := ShownRun{Name: r.Name, Weights: r.Weights, Entered: discreet.Alone(r.Entered), Left: discreet.Alone(r.Left), Spearman: r.Spearman}
	if out.Entered.Hidden() || out.Left.Hidden() {
		out.Entered, out.Left = discreet.Hide(), discreet.Hide()
	}
	bands := make([][]int, len(r.Bands))
	for i, b := range r.Bands {
		bands[i] = []int{b.Before, b.After}
	}
	for i, hide := range covered(bands) {
		b := &r.Bands[i]
		out.Bands = append(out.Bands, ShownBand{b.Band, discreet.If(hide, b.Before), discreet.If(hide, b.After)})
	}
	for from := 0; from < len(r.Shares); {
		to := from
		var rows [][]int
		for to < len(r.Shares) && r.Shares[to].Kind == r.Shares[from].Kind {
			rows, to = append(rows, []int{r.Shares[to].Of, r.Shares[to].Before, r.Shares[to].After}), to+1
		}
		for i, hide := range covered(rows) {
			s := &r.Shares[from+i]
			out.Shares = append(out.Shares, ShownShare{s.Kind, s.Key, discreet.If(hide, s.Of), discreet.If(hide, s.Before), discreet.If(hide, s.After)})
		}
		from = to
	}
	return out
}

// covered says which rows are hidden, each column having a sum that is known.
func covered(rows [][]int) []bool {
	out := make([]bool, len(rows))
	if len(rows) == 0 {
		return out
	}
	for column := range rows[0] {
		cells, sum := make([]discreet.Cell, len(rows)), 0
		for i := range rows {
			cells[i].N, sum = rows[i][column], sum+rows[i][column]
		}
		hidden, ok := discreet.Group(discreet.Exactly(sum), cells)
		for i := range out {
			out[i] = out[i] || hidden[i] || !ok
		}
	}
	return out
}

// Lost is how many in a hundred thousand of the group were among the hardest and are no more;
// below nought where more are; 0 where it is not shown.
func (s *ShownShare) Lost() int {
	if s.Before.Hidden() || s.Of.N() == 0 {
		return 0
	}
	return (s.Before.N() - s.After.N()) * 100_000 / s.Of.N()
}

// Unsaid reports whether a group of a kind is not shown: then none that is shown to lose does
// not mean that none loses.
func (r *ShownRun) Unsaid(kind string) bool {
	return slices.ContainsFunc(r.Shares, func(s ShownShare) bool { return s.Kind == kind && s.Before.Hidden() })
}

// Losers are the groups that are shown to lose most, the first the most.
func (r *ShownRun) Losers(n int) []ShownShare {
	list := slices.DeleteFunc(slices.Clone(r.Shares), func(s ShownShare) bool { return s.Before.Hidden() || s.After.N() >= s.Before.N() })
	slices.SortStableFunc(list, func(a, b ShownShare) int { return cmp.Compare(b.Lost(), a.Lost()) })
	return list[:min(n, len(list))]
}
