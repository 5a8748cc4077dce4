package workflow

import (
	"context"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
)

// mayBeOn holds the day of a visit to what the law leaves for it: not after the day by which
// the case must be decided, or where that has passed, not after the days in which a record
// must follow. It may be moved as often as casefile.MaxMoves says, then by the county.
func (a *act) mayBeOn(on core.Date) error {
	if on < a.tx.Today() {
		return core.Invalid("visit_on", "入户日期不能早于今天。")
	}
	if last := a.lastVisit(); on > last {
		return core.Invalid("visit_on", "入户不能晚过"+last.Say()+":这件到那天要有结果。请选早一点的日子。")
	}
	p := a.all.Planned
	if p != nil && p.Planned != on && p.Moved >= casefile.MaxMoves && !a.actor.Has(casefile.RoleCounty) {
		return casefile.ErrMoves
	}
	return nil
}

func (a *act) lastVisit() core.Date {
	return max(a.c.DecideDue, a.f.Routing.Days(a.tx.Today(), visitDays))
}

// visitBy starts the clock of a visit. One that is planned again moves the appointment and
// not the clock; another visit after a record has its own days, and none of them more than
// the law leaves.
func (a *act) visitBy(ctx context.Context, on core.Date) error {
	due := min(a.f.Routing.Days(on, visitDays), a.lastVisit())
	return a.f.Cases.Resume(ctx, a.tx, casefile.Deadline{Case: a.c.ID, Kind: casefile.DeadlineVisit, Due: due, Cause: casefile.AnotherVisit})
}

// bringBy is until when a household brings what lacks. Asked for more it has the days that
// are left of the first time; the days in which nothing was asked of it do not count.
func (a *act) bringBy(ctx context.Context) (core.Date, error) {
	return a.runOn(ctx, casefile.Deadline{Case: a.c.ID, Kind: casefile.DeadlineSupplement, Due: a.f.Routing.Days(a.tx.Today(), supplementDays), Cause: casefile.PapersAgain})
}

// runOn starts a clock of the case, or has one that was met go on with the days that it had left;
// one that runs keeps its day. It gives the day.
func (a *act) runOn(ctx context.Context, start casefile.Deadline) (core.Date, error) {
	d, err := a.f.Cases.DeadlineOf(ctx, a.tx, a.c.ID, 0, start.Kind)
	switch {
	case err != nil:
		return 0, err
	case d.ID == 0:
		d = start
	case d.Met.IsZero():
		return d.Due, nil
	default:
		d = a.rested(d)
		d.Cause = start.Cause
	}
	return d.Due, a.f.Cases.Resume(ctx, a.tx, d)
}

// resumedLaw stands behind what fixes a day that an appeal goes on to.
const resumedLaw = "(复核接着算,期限不重来)"

// askedAgain has the clock of a decided claim go on where it stood: an appeal is no new
// claim, and what was used of the days before stays used (F55, F82). The days between the
// decision and the appeal were nobody's here.
func (a *act) askedAgain(ctx context.Context) (casefile.Deadline, error) {
	d, err := a.f.Cases.DeadlineOf(ctx, a.tx, a.c.ID, a.claim.ID, casefile.DeadlineDecide)
	if err != nil {
		return d, err
	}
	if d.ID == 0 { // decided before clocks were kept
		d = casefile.Deadline{Case: a.c.ID, Claim: a.claim.ID, Kind: casefile.DeadlineDecide, Due: a.f.Routing.Days(a.tx.Today(), routineDays)}
	}
	if !d.Met.IsZero() {
		d = a.rested(d)
		d.Cause = casefile.DecideAppealed
	}
	if !strings.Contains(d.Law, resumedLaw) {
		d.Law += resumedLaw
	}
	if err := a.f.Cases.Resume(ctx, a.tx, d); err != nil {
		return d, err
	}
	a.detail["due"] = d.Due.String()
	return d, a.f.Cases.Extend(ctx, a.tx, a.claim, d)
}

// rested moves the day of a clock that was met by the working days since.
func (a *act) rested(d casefile.Deadline) casefile.Deadline {
	n := a.f.Routing.Between(core.DateOf(d.Met), a.tx.Today())
	d.Rest += n
	d.Due = a.f.Routing.Days(d.Due, n)
	return d
}
