package watch

import (
	"slices"
	"sync"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/matching"
	"lianou/core/policy"
)

// mostScales bounds how many Books are kept compiled, and how many pairs compared: those
// of the last changes. Beyond it the memory starts anew.
const mostScales = 16

// scales keeps Books compiled for weighing, and what lies between two of them.
type scales struct {
	mu   sync.Mutex
	of   map[string]*matching.Matcher
	paid map[[2]string][]core.ItemCode
}

// take gives what weighs by a Book, for one goroutine.
func (k *scales) take(book *policy.Book) (*scale, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	m := k.of[book.Digest]
	if m == nil {
		var err error
		if m, err = matching.Compile(book); err != nil {
			return nil, err
		}
		if k.of == nil || len(k.of) >= mostScales {
			k.of = map[string]*matching.Matcher{}
		}
		k.of[book.Digest] = m
	}
	return &scale{book: book, scanner: m.NewScanner(), weigher: m.NewWeigher()}, nil
}

// monthly gives the items that are paid by the month under two Books and may pay somebody
// another amount under the second.
func (k *scales) monthly(was, is *policy.Book) []core.ItemCode {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := [2]string{was.Digest, is.Digest}
	list, known := k.paid[key]
	if known {
		return list
	}
	for _, t := range policy.Compare(was, is).Paid() {
		a, _ := was.Item(t.Item)
		b, _ := is.Item(t.Item)
		if a != nil && b != nil && a.Benefit.Per == "month" && b.Benefit.Per == "month" {
			list = append(list, t.Item)
		}
	}
	if k.paid == nil || len(k.paid) >= mostScales {
		k.paid = map[[2]string][]core.ItemCode{}
	}
	k.paid[key] = list
	return list
}

// A scale says what one Book gives to the household that was laid on it last.
type scale struct {
	book    *policy.Book
	scanner *matching.Scanner
	weigher *matching.Weigher
	given   []matching.Given
}

func (s *scale) lay(v *facts.Vector) { s.given = s.weigher.Weigh(v, s.scanner.Judge(v)) }

// gives tells what an item comes to for the household, or for some of its members where it
// is granted to members; at are their places in the facts. Not told: nothing is known of it.
func (s *scale) gives(code core.ItemCode, at []int) (fen core.Fen, sample, told bool) {
	i := slices.IndexFunc(s.book.Items, func(it policy.Item) bool { return it.Code == code })
	if i < 0 {
		return 0, false, true
	}
	if g := s.given[i]; s.book.Items[i].Person == nil {
		if !g.Bundled || g.Outcome == matching.NotEligible {
			return 0, false, true
		}
		return g.Amount, g.Sample, g.Outcome == matching.Eligible && g.Amount > 0
	}
	for _, m := range at {
		share, mark, known := s.weigher.Share(i, m)
		if !known {
			return 0, false, false
		}
		fen, sample = fen+share, sample || mark
	}
	return fen, sample, s.given[i].Outcome != matching.Unknown
}
