package insight

import (
	"fmt"
	"math/bits"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/hardship"
	"lianou/core/matching"
	"lianou/core/policy"
)

// A Judge finds what one household comes to under one Book on one day. It remembers what
// it judged: use one for each goroutine, and the same for many townships. Twin makes
// another over the same Book.
type Judge struct {
	book    *policy.Book
	matcher *matching.Matcher
	scorer  *hardship.Scorer
	reader  *facts.Reader
	inOrder bool // the i-th item of the Book has number i+1

	on core.Date

	v, before facts.Vector
	scan      *matching.Scanner
}

// NewJudge prepares a Book for a day. Errors: a Book that cannot be compiled, or whose
// items have numbers above MaxItem.
func NewJudge(book *policy.Book, on core.Date) (*Judge, error) {
	inOrder := true
	for i := range book.Items {
		no := book.Items[i].No
		if no < 1 || no > MaxItem {
			return nil, fmt.Errorf("judge by book %.12s: item %s has number %d", book.Digest, book.Items[i].Code, no)
		}
		inOrder = inOrder && no == i+1
	}
	m, err := matching.Compile(book)
	if err != nil {
		return nil, err
	}
	j := &Judge{book: book, matcher: m, scorer: hardship.NewScorer(book), reader: facts.NewReader(on), inOrder: inOrder, on: on}
	return j.Twin(), nil
}

// Twin is another Judge over the same Book and day, for another goroutine.
func (j *Judge) Twin() *Judge {
	t := *j
	t.v, t.before, t.scan = facts.Vector{}, facts.Vector{}, j.matcher.NewScanner()
	return &t
}

// Of reports whether j judges by the same Book and day as o.
func (j *Judge) Of(o *Judge) bool { return j.matcher == o.matcher }

// Book is the Book it judges by.
func (j *Judge) Book() *policy.Book { return j.book }

// Row judges one packed row. It makes no garbage for a household that answers the Book's
// questions like one before.
func (j *Judge) Row(id core.HouseholdID, row []byte) (Finding, error) {
	f, _, err := j.Look(id, row)
	return f, err
}

// Look is Row with the parts of the index.
func (j *Judge) Look(id core.HouseholdID, row []byte) (Finding, hardship.Points, error) {
	if err := j.reader.Unpack(row, &j.v); err != nil {
		return Finding{}, hardship.Points{}, fmt.Errorf("household %d: %w", id, err)
	}
	found := j.scan.Judge(&j.v)
	points := j.scorer.Score(&j.v)
	return Finding{Household: id, Eligible: j.byNumber(found.Eligible), Open: j.byNumber(found.Open), Place: PlaceOf(&points, vulnerable(&j.v))}, points, nil
}

// byNumber turns a set by the order of the Book into one by the numbers of the items.
func (j *Judge) byNumber(set uint64) Items {
	if j.inOrder {
		return Items(set)
	}
	out := Items(0)
	for rest := set; rest != 0; rest &= rest - 1 {
		out = out.With(j.book.Items[bits.TrailingZeros64(rest)].No)
	}
	return out
}

// vulnerable says whether a child, or somebody of eighty, is there.
func vulnerable(v *facts.Vector) bool {
	for i := range v.M {
		if age, known := v.M[i].Get(policy.Age); known && (age < 18 || age >= 80) {
			return true
		}
	}
	return false
}
