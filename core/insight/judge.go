package insight

import (
	"fmt"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/hardship"
	"lianou/core/matching"
	"lianou/core/policy"
)

// A Judge finds what one household comes to under one Book on one day. It keeps scratch
// memory: use one for each goroutine. Twin makes another over the same Book.
type Judge struct {
	book    *policy.Book
	matcher *matching.Matcher
	scorer  *hardship.Scorer
	reader  *facts.Reader

	v   facts.Vector
	out []matching.Outcome
}

// NewJudge prepares a Book for a day. Errors: a Book that cannot be compiled, or whose
// items have numbers above MaxItem.
func NewJudge(book *policy.Book, on core.Date) (*Judge, error) {
	for i := range book.Items {
		if no := book.Items[i].No; no < 1 || no > MaxItem {
			return nil, fmt.Errorf("judge by book %.12s: item %s has number %d", book.Digest, book.Items[i].Code, no)
		}
	}
	m, err := matching.Compile(book)
	if err != nil {
		return nil, err
	}
	j := &Judge{book: book, matcher: m, scorer: hardship.NewScorer(book), reader: facts.NewReader(on)}
	return j.Twin(), nil
}

// Twin is another Judge over the same Book and day, for another goroutine.
func (j *Judge) Twin() *Judge {
	t := *j
	t.v, t.out = facts.Vector{}, make([]matching.Outcome, len(j.book.Items))
	return &t
}

// Book is the Book it judges by.
func (j *Judge) Book() *policy.Book { return j.book }

// Row judges one packed row. It allocates nothing once it has seen the largest household.
func (j *Judge) Row(id core.HouseholdID, row []byte) (Finding, error) {
	if err := j.reader.Unpack(row, &j.v); err != nil {
		return Finding{}, fmt.Errorf("household %d: %w", id, err)
	}
	f := Finding{Household: id}
	j.matcher.Judge(&j.v, j.out)
	for i, o := range j.out {
		switch o {
		case matching.Eligible:
			f.Eligible = f.Eligible.With(j.book.Items[i].No)
		case matching.Unknown:
			f.Open = f.Open.With(j.book.Items[i].No)
		}
	}
	points := j.scorer.Score(&j.v)
	f.Place = PlaceOf(&points, vulnerable(&j.v))
	return f, nil
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
