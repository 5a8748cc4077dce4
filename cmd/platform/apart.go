package main

import (
	"lianou/core"
	"lianou/core/payout"
	"lianou/core/policy"
	"lianou/core/rulebook"
)

// apart are the rules of the day by which one person, or one household, does not get two items side
// by side. What is taken off another item for the whole household is a sum that the judgement
// settled, and no reason to hold a payment back.
func apart(books *rulebook.Shelf, day core.Date) ([]payout.Apart, error) {
	book, err := books.On(day)
	if err != nil {
		return nil, err
	}
	var out []payout.Apart
	for _, r := range book.Rules {
		if r.Kind == policy.Exclude || r.Person {
			out = append(out, payout.Apart{A: r.A, B: r.B, Higher: r.Kind == policy.Overlap, Person: r.Person, Why: r.Why, Law: r.Law})
		}
	}
	return out, nil
}
