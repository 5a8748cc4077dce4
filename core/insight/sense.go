package insight

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"lianou/core"
	"lianou/core/hardship"
)

// A Sensing is what a change of the weights would do to the order of the whole city: the
// report on the formula's drift and fairness that a change of weights needs (F50). It
// names no household: counts alone, by groups and places.
type Sensing struct {
	Version    int // of this form
	On         core.Date
	Book       string // digest
	Households int
	Most       int               // of the hardest 3 in 100
	Now        hardship.Weights  // in force
	Proposed   *hardship.Weights `json:",omitempty"` // nil: the report is of those in force
	Towns      []core.RegionCode // as Shares of kind "town" name them
	Runs       []Run             // the proposal first, where there is one; then each weight down and up
}

// A Run is one comparison of two orders.
type Run struct {
	Name     string // "proposed", or "A-10", "A+10" and so on
	Weights  hardship.Weights
	Entered  int // households among the hardest 3 in 100 that were not
	Left     int // and the other way round; more or fewer where the lowest band ends before
	Spearman int // correlation of the two orders, in ten-thousandths
	Bands    []BandMove
	Shares   []Share
}

// A BandMove is how many households are in a band before and after, and came and went.
type BandMove struct {
	Band                         hardship.Band
	Before, After, Entered, Left int
}

// A Share is how many of a group stand among the hardest 3 in 100, before and after:
// people for age, sex and disability, households for area and town.
type Share struct {
	Kind, Key         string
	Of, Before, After int
}

// Lost is by how much the share of the group that is among the hardest shrank, in
// hundred-thousandths of the group.
func (s Share) Lost() int {
	if s.Of == 0 {
		return 0
	}
	return (s.Before - s.After) * 100_000 / s.Of
}

// Losers are the groups that lose most, the first the most.
func (r *Run) Losers(n int) []Share {
	list := slices.DeleteFunc(slices.Clone(r.Shares), func(s Share) bool { return s.After >= s.Before })
	slices.SortStableFunc(list, func(a, b Share) int { return b.Lost() - a.Lost() })
	return list[:min(n, len(list))]
}

// Subject are the weights the report is about: proposed ones, or those in force.
func (s *Sensing) Subject() *hardship.Weights {
	if s.Proposed != nil {
		return s.Proposed
	}
	return &s.Now
}

// Digest names the report by its content.
func (s *Sensing) Digest() (string, error) {
	b, err := json.Marshal(s)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), err
}
