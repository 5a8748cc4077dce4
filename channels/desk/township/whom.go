package township

import (
	"context"
	"slices"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/staff"
)

// visitDay is the day that is offered for a visit: the next working day, and for who cannot
// wait the next day, whatever it is. The officer may choose another.
func (t *Room) visitDay(today core.Date, urgent bool) core.Date {
	if urgent {
		return today.AddDate(0, 0, 1)
	}
	return t.d.Desk.WorkDayAfter(today, 1)
}

// visitors are those who may go: assistants and officers of the place, the case's
// own assistant and the one who asks first.
func (t *Room) visitors(ctx context.Context, tx *pg.Tx, v casefile.View, me staff.Person) ([]staff.Person, error) {
	assistants, err := t.d.Staff.Holding(ctx, tx, staff.Assistant, v.Region)
	if err != nil {
		return nil, err
	}
	officers, err := t.d.Staff.Holding(ctx, tx, staff.Officer, v.Region)
	if err != nil {
		return nil, err
	}
	list := append(officers, assistants...)
	rank := func(p staff.Person) int {
		switch p.ID {
		case me.ID:
			return 0
		case v.Assistant:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(list, func(a, b staff.Person) int { return rank(a) - rank(b) })
	return slices.DeleteFunc(list, func(p staff.Person) bool { return !p.Covers(v.Region) }), nil
}

// confers reports whether somebody may be asked to a conference from this page.
func (p casePage) confers() bool {
	return slices.ContainsFunc(p.View.Acts, func(a casefile.Act) bool {
		return a.Why == "" && (a.Name == casefile.ActConference || a.Name == casefile.ActInvite)
	})
}

// guests are those of the staff who may be asked to the conference of a case: who decides and who
// handles, of the township and the county, at work today, no kin and without a part in what an open
// appeal asks about. Who asks comes first, and who is on the list already is not asked again.
func (t *Room) guests(ctx context.Context, tx *pg.Tx, v casefile.View, me staff.Person) ([]staff.Person, error) {
	list := []staff.Person{me}
	for _, role := range []staff.Role{staff.Officer, staff.Approver, staff.County} {
		more, err := t.d.Staff.Holding(ctx, tx, role, v.Region)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	seen := map[core.StaffID]bool{}
	for _, k := range v.Kin {
		seen[k.Staff] = true
	}
	for _, p := range v.Appeals {
		if !p.Open() {
			continue
		}
		barred, err := t.d.Cases.Barred(ctx, tx, p.Claim)
		if err != nil {
			return nil, err
		}
		for _, id := range barred {
			seen[id] = true
		}
	}
	for _, c := range v.Conferences {
		for _, id := range c.StaffIDs() {
			seen[id] = seen[id] || !c.Ended() && c.Asked(id)
		}
	}
	return slices.DeleteFunc(list, func(p staff.Person) bool {
		was := seen[p.ID]
		seen[p.ID] = true
		return was || !p.Covers(v.Region)
	}), nil
}
