package routing

import (
	"context"
	"slices"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/staff"
)

// Picked is to whom a case goes that has just come to a township.
type Picked struct {
	casefile.Routing
	OfficerBy, AssistantBy Choice // how each came about
}

// Pick chooses the officer and the assistant with least in hand who are there today, below what
// one may have in hand, are not kin and did not hand the case back, and counts the days of
// acceptance; they run on when a case is sent on (F55). Where all are at the bound, or others
// wait already, it waits behind them; nobody there leaves it to the township's queue.
func (r *Router) Pick(ctx context.Context, tx *pg.Tx, c casefile.Case) (Picked, error) {
	p := Picked{Routing: casefile.Routing{AcceptDue: c.AcceptDue}}
	if p.AcceptDue.IsZero() {
		p.AcceptDue = r.calendar().Add(tx.Today(), AcceptDays)
	}
	var err error
	if p.OfficerBy, err = r.Next(ctx, tx, c, Want{Part: casefile.PartOfficer}); err != nil {
		return p, err
	}
	p.AssistantBy, err = r.Next(ctx, tx, c, Want{Part: casefile.PartAssistant})
	p.Officer, p.Assistant = p.OfficerBy.Staff, p.AssistantBy.Staff
	return p, err
}

// Want says for what somebody is looked for.
type Want struct {
	Part  casefile.Part
	Not   []core.StaffID // beside kin, who handed it back and who wrote it down
	First bool           // it has waited, and its turn has come
	Past  bool           // it does not wait, as urgent ones do not
}

// Next chooses who takes one part of a case. Those who might take it are held until the
// transaction ends; callers hold the case before, and one case at a time.
func (r *Router) Next(ctx context.Context, tx *pg.Tx, c casefile.Case, want Want) (Choice, error) {
	near, all, err := r.people(ctx, tx, c, want.Part)
	if err != nil || len(all) == 0 {
		return Choice{}, err
	}
	if err := r.cases.HoldHands(ctx, tx, want.Part, ids(all)); err != nil {
		return Choice{}, err
	}
	return r.choose(ctx, tx, c, want, near, all, nil)
}

// Would is Next for a page: whom it would choose, when others were given so much more already.
// It holds nobody. to is the only one asked about, 0 for all.
func (r *Router) Would(ctx context.Context, tx *pg.Tx, c casefile.Case, want Want, to core.StaffID, more map[core.StaffID]casefile.Hand) (core.StaffID, error) {
	near, all, err := r.people(ctx, tx, c, want.Part)
	if err != nil {
		return 0, err
	}
	if to != 0 {
		all = slices.DeleteFunc(slices.Clone(all), func(p staff.Person) bool { return p.ID != to })
		near = all
	}
	if len(all) == 0 {
		return 0, nil
	}
	got, err := r.choose(ctx, tx, c, want, near, all, more)
	return got.Staff, err
}

func (r *Router) choose(ctx context.Context, tx *pg.Tx, c casefile.Case, want Want, near, all []staff.Person, more map[core.StaffID]casefile.Hand) (Choice, error) {
	q := Asked{Past: want.Past || c.Urgent || c.State.Closed()} // of a case that is over something is still to be told
	var err error
	if q.Out, err = r.barred(ctx, tx, c, want.Not); err != nil {
		return Choice{}, err
	}
	figures, err := r.cases.FiguresOf(ctx, tx, c.Region)
	if err != nil {
		return Choice{}, err
	}
	q.Cap = figures.Cap(want.Part)
	if q.Hands, err = r.cases.Hands(ctx, tx, want.Part, ids(all)); err != nil {
		return Choice{}, err
	}
	for id, h := range more {
		q.Hands[id] = casefile.Hand{Cases: q.Hands[id].Cases + h.Cases, Weight: q.Hands[id].Weight + h.Weight}
	}
	if !want.First {
		if q.Behind, err = r.cases.Lining(ctx, tx, c, want.Part); err != nil {
			return Choice{}, err
		}
	}
	q.People = ids(near)
	got := Choose(q)
	if got.Staff == 0 && !got.Full && len(near) < len(all) { // who serves the village wrote it down, or is kin
		q.People = ids(all)
		got = Choose(q)
	}
	return got, nil
}

// people are those who do a part of a case in its place: near ones, and all.
func (r *Router) people(ctx context.Context, tx *pg.Tx, c casefile.Case, part casefile.Part) (near, all []staff.Person, err error) {
	if part == casefile.PartOfficer {
		all, err = r.staff.Officers(ctx, tx, c.Region)
		return all, all, err
	}
	place := c.Region
	if c.Village != "" {
		place = c.Village
	}
	all, err = r.staff.Assistants(ctx, tx, place)
	return nearest(all), all, err
}

// barred are those who may not take a case: who wrote it down or handed it back, kin, and who
// else is named.
func (r *Router) barred(ctx context.Context, tx *pg.Tx, c casefile.Case, more []core.StaffID) (map[core.StaffID]bool, error) {
	kin, err := r.cases.Conflicts(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	out := make(map[core.StaffID]bool, len(kin)+len(more)+2)
	out[c.EnteredBy] = true // nobody handles what they wrote down themselves
	out[c.ReturnedBy] = true
	for _, k := range kin {
		out[k.Staff] = true
	}
	for _, id := range more {
		out[id] = true
	}
	return out, nil
}

// May reports whether somebody who is there today may take a part of a case, whatever they have
// in hand.
func (r *Router) May(ctx context.Context, tx *pg.Tx, c casefile.Case, part casefile.Part, id core.StaffID) (bool, error) {
	_, all, err := r.people(ctx, tx, c, part)
	if err != nil || !slices.Contains(ids(all), id) {
		return false, err
	}
	out, err := r.barred(ctx, tx, c, nil)
	return err == nil && !out[id], err
}

// Anew chooses the officer who looks anew at what others decided: who has least in hand, of those
// who had no part in it; 0 for nobody. What somebody asks to be looked at again does not wait.
func (r *Router) Anew(ctx context.Context, tx *pg.Tx, c casefile.Case, barred []core.StaffID) (core.StaffID, error) {
	got, err := r.Next(ctx, tx, c, Want{Part: casefile.PartOfficer, Not: barred, First: true, Past: true})
	return got.Staff, err
}

// nearest keeps the assistants of the very village when there are any.
func nearest(list []staff.Person) []staff.Person {
	var own []staff.Person
	for _, p := range list {
		if p.Village != "" {
			own = append(own, p)
		}
	}
	if len(own) > 0 {
		return own
	}
	return list
}

func ids(list []staff.Person) []core.StaffID {
	out := make([]core.StaffID, 0, len(list))
	for _, p := range list {
		out = append(out, p.ID)
	}
	return out
}
