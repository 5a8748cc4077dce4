package matching

import (
	"lianou/core"
	"lianou/core/policy"
)

// Books is the rules that a program judges by: a policy.Library, one set that stays as it
// is, or a rulebook.Shelf, which follows what the city publishes. So nobody keeps what it
// gives for longer than one piece of work.
type Books interface {
	// On gives the Book in force on a day; KindNotFound before the first.
	On(day core.Date) (*policy.Book, error)
	// Calendar is the working-day calendar by the newest rules.
	Calendar() *policy.Calendar
}

var _ Books = (*policy.Library)(nil)
