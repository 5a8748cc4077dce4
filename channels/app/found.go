package app

import (
	"strings"

	"lianou/intake/interview"
)

// found is what came of the screener, first things first: what is likely by what was said,
// then what a few answers would tell, and the rest folded. Nothing in it is refused: what
// does not fit by what was said is left to people, and not named.
type found struct {
	Likely, More []interview.Item // what fits; More is folded
	Near         []nearItem       // not far from an answer
	Rest         []interview.Item // folded
	Said         []interview.Said
}

// Fits is how many items may fit.
func (f *found) Fits() int { return len(f.Likely) + len(f.More) }

// nearItem is an item with what would settle it, in words.
type nearItem struct{ Name, Lacks string }

const (
	inView = 5 // items that stand open on the page
	near   = 3 // facts that an item may lack and be near
	named  = 2 // of them that are named
)

// foundIn sorts a summary.
func foundIn(sum interview.Summary) *found {
	f := &found{Said: sum.Said, Likely: sum.May}
	if len(f.Likely) > inView {
		f.Likely, f.More = sum.May[:inView], sum.May[inView:]
	}
	room := inView - len(f.Likely)
	for _, it := range sum.Open {
		if len(f.Near) >= room || len(it.Lacks) > near || it.Unsure {
			f.Rest = append(f.Rest, it)
			continue
		}
		f.Near = append(f.Near, nearItem{it.Name, lackSaid(it.Lacks)})
	}
	return f
}

// lackSaid names what is not known: two of it, and that there is more.
func lackSaid(list []string) string {
	if len(list) <= named {
		return strings.Join(list, "、")
	}
	return strings.Join(list[:named], "、") + "等"
}
