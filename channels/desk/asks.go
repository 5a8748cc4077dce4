package desk

import (
	"context"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry/change"
	"lianou/core/registry/twins"
	"lianou/core/staff"
)

// AnswerDays is how many working days somebody waits to be told what came of what they
// disputed. No law sets it: it is what is said aloud to whoever contests.
const AnswerDays = 10

// Asks is how much waits for a second person, and who waits to be told, in the places of
// whoever reads. It names nobody.
type Asks struct {
	change.Tally           // of all their places
	Next         core.Date // the nearest promised day, 0 without any
	Over         bool      // Next has passed
	Decides      bool      // whoever reads may decide; else it is the townships' to do
	Towns        []AskTown // for the county: whose promised days have passed
	Pairs        int       // rows of the register that wait for a second person, who reads among those who may be it
	OwnPairs     int       // the same where who reads is the first
}

// AskTown is one township that is late.
type AskTown struct {
	Name string
	Late int
	Due  core.Date // the oldest of the promised days
}

// Changes reports whether anything waits beside the pairs.
func (a Asks) Changes() bool { return a.Open()+a.Untold > 0 }

// Open is how many nobody has decided yet.
func (a Asks) Open() int { return a.Corrections + a.Contests }

// AskDeciders are who asks for a verified fact to be corrected and who decides it: the
// people of the township, two of them for each.
func AskDeciders() []staff.Role { return []staff.Role{staff.Officer, staff.Approver} }

// AnswerBy is the last day on which what was contested on a day is to be told.
func (d *Desk) AnswerBy(made core.Date) core.Date { return d.WorkDayAfter(made, AnswerDays) }

// Asks counts what waits for whoever reads: who decides it, and the county, which sees to it
// that it is decided. Nil for anybody else, and where nothing waits.
func (d *Desk) Asks(ctx context.Context, tx *pg.Tx, at At) (*Asks, error) {
	a := Asks{Decides: at.Has(AskDeciders()...)}
	county := at.Has(staff.County)
	if !a.Decides && !county {
		return nil, nil
	}
	towns, err := change.Count(ctx, tx, ActorOf(at), d.lateBefore(tx.Today()), at.Staff.Regions...)
	if err != nil {
		return nil, err
	}
	a.Pairs, a.OwnPairs, err = twins.CountForSecond(ctx, tx, at.Staff.ID, at.Staff.Regions...)
	if err != nil || len(towns) == 0 && a.Pairs+a.OwnPairs == 0 {
		return nil, err
	}
	for _, town := range towns {
		a.add(town)
		if county && town.Late > 0 {
			a.Towns = append(a.Towns, AskTown{d.d.Regions.FullName(town.Region), town.Late, d.AnswerBy(town.Oldest)})
		}
	}
	if !a.Oldest.IsZero() {
		a.Next = d.AnswerBy(a.Oldest)
		a.Over = a.Next < tx.Today()
	}
	return &a, nil
}

func (a *Asks) add(town change.Tally) {
	a.Corrections += town.Corrections
	a.Contests += town.Contests
	a.Mine += town.Mine
	a.Untold += town.Untold
	a.ToTell += town.ToTell
	a.Late += town.Late
	if a.Oldest.IsZero() || !town.Oldest.IsZero() && town.Oldest < a.Oldest {
		a.Oldest = town.Oldest
	}
}

// lateBefore is the first day whose contests may still wait on a day: those of the days
// before are late. The calendar counts forward only, and a long holiday is part of it.
func (d *Desk) lateBefore(today core.Date) core.Date {
	day := today
	for d.AnswerBy(day-1) >= today {
		day--
	}
	return day
}
