package people

import (
	"slices"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/facts"
	"lianou/core/hardship"
	"lianou/core/policy"
)

// indexView is the index as a picture and as numbers.
type indexView struct {
	hardship.Index
	Whole  bool // nothing that counts is open
	Rows   []partRow
	Narrow []openRow // facts that would narrow the interval, the most telling first
	Turned string    // what of it was told of another family than it is now
	Low    string    // the band of the least it can be; work goes by it
	High   string
}

// partRow is one of the seven parts.
type partRow struct {
	hardship.Part
	Open int // what may still be added
}

func indexOf(x hardship.Index, narrow []openRow) indexView {
	v := indexView{Index: x, Whole: x.Complete(), Narrow: narrow, Low: string(hardship.BandOf(x.Min)), High: string(hardship.BandOf(x.Max))}
	named := desk.IndexParts(nil)
	for i, p := range x.Parts {
		p.Label = named[i].Name // as in the other rooms
		v.Rows = append(v.Rows, partRow{p, p.Max - p.Min})
	}
	return v
}

// mostNarrow is how many facts are named: more are not asked in one talk.
const mostNarrow = 6

// narrows finds out which open facts would narrow the interval, by answering each in
// turn in two plain ways and looking. It orders what to ask and promises no width.
func narrows(h *core.Household, book *policy.Book) []string {
	score := hardship.NewScorer(book)
	var v facts.Vector
	v.Gather(h)
	whole := width(score, &v)
	if whole == 0 {
		return nil
	}
	type gain struct {
		path  string
		worth int
	}
	var gains []gain
	for _, path := range openPaths(h, &v) {
		worth := 2*whole - width(score, answered(h, &v, path, no)) - width(score, answered(h, &v, path, some))
		if worth > 0 {
			gains = append(gains, gain{path, worth})
		}
	}
	slices.SortStableFunc(gains, func(a, b gain) int { return b.worth - a.worth })
	var out []string
	for _, g := range gains[:min(len(gains), mostNarrow)] {
		out = append(out, g.path)
	}
	return out
}

func width(score *hardship.Scorer, v *facts.Vector) int {
	p := score.Score(v)
	return p.Max() - p.Min()
}

// openPaths lists the answers that somebody could still give.
func openPaths(h *core.Household, v *facts.Vector) []string {
	var out []string
	add := func(path string) {
		if !slices.Contains(out, path) {
			out = append(out, path)
		}
	}
	for _, f := range policy.Facts() {
		switch {
		case !f.Asked:
		case !f.ID.IsMember():
			if _, known := v.Get(f.ID); !known {
				add(f.Path)
			}
		default:
			for i := range v.M {
				if _, known := v.M[i].Get(f.ID); !known {
					add(memberPath(h, i, f))
				}
			}
		}
	}
	return out
}

func memberPath(h *core.Household, i int, f *policy.Fact) string {
	return "members/" + string(h.Members[i].Ref) + "/" + f.Path
}

// no and some are the two answers that are tried: nothing at all, and a little.
func no(*policy.Fact) int64 { return 0 }

func some(f *policy.Fact) int64 {
	if f.Unit == policy.UnitFen {
		return int64(core.Yuan(1000))
	}
	return 1
}

// answered is the vector with one path answered.
func answered(h *core.Household, v *facts.Vector, path string, answer func(*policy.Fact) int64) *facts.Vector {
	out := *v
	out.M = slices.Clone(v.M)
	for _, f := range policy.Facts() {
		switch {
		case f.ID == policy.ShockDays && f.Path == path: // of no event there is nothing to count
			out.Set(f.ID, policy.NoShock)
			out.Silent = false
		case !f.ID.IsMember() && f.Path == path:
			out.Set(f.ID, answer(f))
		case f.ID.IsMember():
			for i := range out.M {
				if memberPath(h, i, f) == path {
					out.M[i].Set(f.ID, answer(f))
				}
			}
		}
	}
	return &out
}
