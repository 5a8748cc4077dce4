package hardship

import (
	"testing"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/facts/factstest"
)

// TestNetAgainstThePlainOne: the net index is the index of the same household with the aid
// added to its incomes by hand; no part of it is above the gross one, and without aid it is
// the gross one.
// Control: Net that adds the year's aid to the month's income ("part A is 0 to 0, plainly
// ...").
func TestNetAgainstThePlainOne(t *testing.T) {
	t.Parallel()
	b := book(t)
	score := NewScorer(b)
	rapid.Check(t, func(t *rapid.T) {
		h := factstest.Household(t)
		fen := rapid.Int64Range(0, int64(core.Yuan(20_000)))
		aid := Aid{Monthly: core.Fen(fen.Draw(t, "monthly")), Once: core.Fen(fen.Draw(t, "once"))}
		if rapid.Bool().Draw(t, "none") {
			aid = Aid{}
		}
		var v facts.Vector
		v.Gather(&h)
		was := v.H
		gross := score.Score(&v)
		nv := Net(&v, aid)
		net := score.Score(&nv)
		if v.H != was {
			t.Fatal("the gross facts changed")
		}
		richer := h
		perHead := core.Fen((int64(aid.Monthly)*12 + int64(aid.Once)) / int64(12*len(h.Members)))
		if h.IncomePerCapitaMonth != nil {
			sum := *h.IncomePerCapitaMonth + perHead
			richer.IncomePerCapitaMonth = &sum
		}
		if h.Income12m != nil {
			sum := *h.Income12m + 12*aid.Monthly + aid.Once
			richer.Income12m = &sum
		}
		plain := Score(&richer, b)
		for i, p := range plain.Parts {
			if int(net.Low[i]) != p.Min || int(net.High[i]) != p.Max {
				t.Fatalf("part %s is %d to %d, plainly %d to %d", p.Key, net.Low[i], net.High[i], p.Min, p.Max)
			}
			if net.Low[i] > gross.Low[i] || net.High[i] > gross.High[i] {
				t.Fatalf("part %s: aid made it harder, %v after %v", p.Key, net, gross)
			}
		}
		if aid == (Aid{}) && net != gross {
			t.Fatalf("no aid: %v, gross %v", net, gross)
		}
	})
}
