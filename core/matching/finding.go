package matching

import (
	"slices"

	"lianou/core"
)

// A Result is what matching says about one household under one Book.
type Result struct {
	Book     string    // digest of the Book
	Findings []Finding // one per item, by number
	Statuses []Standing
	Bundle   []core.ItemCode // the best set of eligible items that may go together, by number
	Dropped  []Dropped       // eligible items left out of the bundle, and why

	// Of a household that has something already (ExplainWith):
	Already []Already // what is received or open, and therefore not in the bundle
	Swaps   []Swap    // what would better be given up for what the bundle has
	Clashes []Dropped // what is received although a rule forbids it
}

// A Finding is the answer for one item.
type Finding struct {
	Item    core.ItemCode
	Reasons []*Reason // never empty; shared between findings and not to be changed
	Members []Verdict // of an item about a person, every member in the household's order; else nil
	Missing []string  // fact paths that are not known and could decide; empty unless Unknown
	*Offer            // never nil; of whatever is not eligible one and the same, that is empty
	Outcome Outcome
}

// An Offer is what only an eligible finding has.
type Offer struct {
	For     []core.MemberRef // the members who benefit; empty when it is for the household
	Benefit Benefit
	After   core.ItemCode // the item that has to be approved first, "" for none (after.go)
}

// A Verdict is how an item stands for one member, the household's part included.
type Verdict struct {
	*Stand
	Reasons []*Reason // never empty; shared as those of the finding
}

// A Stand is who, and how it stands for them. It is shared like a Ground and not to be changed.
type Stand struct {
	Member  core.MemberRef
	Outcome Outcome
}

// A Reason is one condition that carried the finding, as it stood: its Ground, and what is said
// to this household. A copy may be put into other words; its Ground is everybody's.
type Reason struct {
	*Ground
	Text  string // one Chinese sentence
	Value string // with its unit, "" when not known
	Limit string // with its unit and the sample mark, "" for a status and where it is not known
}

// Same reports whether two reasons say the same in the same words, be they of two Books.
func (r *Reason) Same(o *Reason) bool {
	return r.Text == o.Text && r.Value == o.Value && r.Limit == o.Limit && *r.Ground == *o.Ground
}

// A Benefit is what an eligible item would give.
type Benefit struct {
	// Amount is 0 when it is no money or cannot be told yet. Of an item in the bundle
	// it is what is left beside the others; of one outside, what it would be alone.
	Amount core.Fen
	Told   bool   // Amount is what is given, be it 0
	Per    string // month, once, term, year, season
	Sample bool   // computed with a sample amount: must be shown as 样本
	Text   string
	For    []core.MemberRef // whom the amount is for; empty for the whole household

	Nothing   string           // why it comes to 0, where it is told that it does; "" else
	Alone     []core.MemberRef // of an item of the household that fits by single entry only: whom it is for (nothing.go)
	AloneSaid string           // that in words to the household; "" where there is nobody else
}

// A Standing is how one status of the Book stands.
type Standing struct {
	Key        string // "dibao"
	Name       string
	Reasons    []*Reason
	Outcome    Outcome
	Recognised bool // an authority has recognised it; otherwise it is computed
}

// Dropped says why an eligible item is not in the bundle.
type Dropped struct {
	Item core.ItemCode
	By   core.ItemCode // the item that stands in its way
	Why  string
	Law  string
}

// Finding gives the finding of one item, nil for an item that is not in the Book.
func (r *Result) Finding(code core.ItemCode) *Finding {
	for i := range r.Findings {
		if r.Findings[i].Item == code {
			return &r.Findings[i]
		}
	}
	return nil
}

// has reports whether an item is in the bundle, received, or asked for.
func (r *Result) has(code core.ItemCode) bool {
	return slices.Contains(r.Bundle, code) || slices.ContainsFunc(r.Already, func(a Already) bool { return a.Item == code })
}
