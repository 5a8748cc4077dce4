package e2e

import (
	"testing"

	"lianou/channels/browsertest"
)

// ending is what a story leaves: the receipt of a case that is to end, and how many payments
// it had.
type ending struct {
	receipt  string
	payments int
}

// The cases that are not the usual one, each from the queue to its end at the browsers of
// those who handle it. Households are told of what was decided together, some twenty seconds
// later: the stories do not wait for one another, and their ends are looked at last. The
// conference is the last story: its notice hangs eight days of the city's clock.
//
// Control: the field between money and goods named "form", as it was: the emergency is proposed
// from no browser ("go by form[action$="/emergency"] …: context deadline exceeded").
func TestFromTheQueueToTheEnd(t *testing.T) {
	b := browsertest.Start(t)
	ends := map[string]ending{}
	for _, story := range []struct {
		name string
		play func(*testing.T, *browsertest.Browser) ending
	}{{"telephone", telephoned}, {"appeal", appealed}, {"handed back", handedBack}, {"emergency", emergency}, {"conference", conference}} {
		t.Run(story.name, func(t *testing.T) { ends[story.name] = story.play(t, b) })
	}
	for name, end := range ends {
		t.Run(name+"-ends", func(t *testing.T) { ended(t, end.receipt, end.payments) })
	}
}
