package workflow

import (
	"cmp"
	"context"
	"slices"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/routing"
	"lianou/core/staff"
)

// Move is the cases of one person that go to others in one act (F101), and why.
type Move struct {
	From  core.StaffID
	Part  casefile.Part
	Why   string
	Cases []MoveOne // at most casefile.MaxMove
}

// MoveOne is one of them and to whom it goes.
type MoveOne struct {
	Case core.CaseID
	To   core.StaffID
}

// Moved is what a move came to. What was left is numbers: whoever reads it may be kin.
type Moved struct {
	Move  int64
	Cases int
	Kin   int // left, for who was named may not take them, or the actor may do nothing in them
	Gone  int // left, for they are not in those hands any more
}

// ErrMoveMany is a move of more than go at once, or of none.
var ErrMoveMany = core.Invalid("case", "一次最多交接 200 件,至少一件。多的分两次交。")

// MoveAll hands cases over, all in one transaction, with an entry for each. Nothing moves where
// nothing may. Errors: ErrMoveMany, casefile.ErrMovedOn, staff.ErrNotHead, KindInvalid.
func (f *Flow) MoveAll(ctx context.Context, actor casefile.Actor, by staff.Person, in Move) (Moved, error) {
	if len(in.Cases) == 0 || len(in.Cases) > casefile.MaxMove {
		return Moved{}, ErrMoveMany
	}
	if err := checkShort("reason", in.Why, "请写一句为什么交接,一百字以内。", 100); err != nil {
		return Moved{}, err
	}
	if in.Part != casefile.PartOfficer && in.Part != casefile.PartAssistant {
		return Moved{}, core.Invalid("part", "请选交接经办的还是协理员的件。")
	}
	// Every mover takes the cases in one order; people are not held, for whom the head names is not bound.
	slices.SortFunc(in.Cases, func(a, b MoveOne) int { return cmp.Compare(a.Case, b.Case) })
	in.Cases = slices.CompactFunc(in.Cases, func(a, b MoveOne) bool { return a.Case == b.Case })
	var out Moved
	var towns []core.RegionCode
	err := f.DB.Tx(ctx, pg.Regions(actor.Regions...), func(ctx context.Context, tx *pg.Tx) (err error) {
		out, towns, err = f.moveAll(ctx, tx, actor, by, in)
		return err
	})
	if err == nil {
		for _, town := range towns {
			f.ring(ctx, town, "case.moved", 0)
		}
	}
	return out, err
}

func (f *Flow) moveAll(ctx context.Context, tx *pg.Tx, actor casefile.Actor, by staff.Person, in Move) (out Moved, towns []core.RegionCode, err error) {
	if err := f.heads(ctx, tx, by, in.From); err != nil {
		return out, nil, err
	}
	out.Move, err = f.Cases.NewMove(ctx, tx, casefile.HandMove{From: in.From, Part: in.Part, Why: trim(in.Why), By: actor.Staff})
	if err != nil {
		return out, nil, err
	}
	for _, one := range in.Cases {
		c, fate, err := f.moveOne(ctx, tx, actor, in, one, out.Move)
		if err != nil {
			return out, nil, err
		}
		switch fate {
		case fateKin:
			out.Kin++
			continue
		case fateGone:
			out.Gone++
			continue
		}
		out.Cases++
		if !slices.Contains(towns, c.Region) {
			towns = append(towns, c.Region)
			if err := f.released(ctx, tx, c, in.From); err != nil {
				return out, nil, err
			}
		}
	}
	if out.Cases == 0 {
		return out, nil, casefile.ErrMovedOn
	}
	return out, towns, nil
}

// heads holds a move to who looks after that person, or whose account is closed already.
func (f *Flow) heads(ctx context.Context, tx *pg.Tx, by staff.Person, of core.StaffID) error {
	p, err := f.Staff.Person(ctx, tx, of)
	if err == nil && !by.Heads(p) {
		return staff.ErrNotHead
	}
	return err
}

// fate is what became of one case of a move.
type fate int

const (
	fateMoved fate = iota
	fateKin        // stays, see Moved.Kin
	fateGone       // stays, see Moved.Gone
)

// moveOne hands one over, or says why it stays.
func (f *Flow) moveOne(ctx context.Context, tx *pg.Tx, actor casefile.Actor, in Move, one MoveOne, move int64) (casefile.Case, fate, error) {
	c, err := f.Cases.Lock(ctx, tx, one.Case)
	if core.KindOf(err) == core.KindNotFound {
		return c, fateGone, nil
	}
	if err != nil {
		return c, fateGone, err
	}
	all, err := f.Cases.Situation(ctx, tx, c)
	if err != nil {
		return c, fateGone, err
	}
	hand := c.Officer
	if in.Part == casefile.PartAssistant {
		hand = c.Assistant
	}
	switch err := casefile.Check(all, actor, casefile.ActAssign, casefile.Claim{}); {
	case core.Known(err).Is(casefile.ErrConflictOfInterest):
		return c, fateKin, nil
	case err != nil || hand != in.From || one.To == in.From:
		return c, fateGone, nil
	}
	may, err := f.Routing.May(ctx, tx, c, in.Part, one.To)
	if err != nil || !may {
		return c, fateKin, err
	}
	return c, fateMoved, f.movedTo(ctx, tx, actor, c, in, one.To, move)
}

func (f *Flow) movedTo(ctx context.Context, tx *pg.Tx, actor casefile.Actor, c casefile.Case, in Move, to core.StaffID, move int64) error {
	if err := f.Cases.HandOver(ctx, tx, c, casefile.Handed{Move: move, Part: in.Part, From: in.From, To: to}, actor.Staff); err != nil {
		return err
	}
	next, err := f.Staff.Person(ctx, tx, to)
	if err != nil {
		return err
	}
	e := casefile.Event{Case: c.ID, Kind: "case.moved", Actor: actor, Staff: "交接给" + next.Name + ":" + trim(in.Why)}
	if in.Part == casefile.PartOfficer {
		e.Citizen = "现在由" + c.Town + "的" + next.Name + "接着办您这件事,期限不变。"
	}
	if err := f.Cases.AddEvent(ctx, tx, e); err != nil {
		return err
	}
	if err := f.Cases.PublishStatus(ctx, tx, c.ID); err != nil {
		return err
	}
	return f.Audit.Write(ctx, tx, audit.Entry{Actor: actor.Audit(), Act: "case.moved", Case: c.ID, Application: c.Application, Region: c.Region, Purpose: "casework",
		Detail: map[string]any{"move": move, "part": in.Part, "from": in.From, "to": to, "reason": trim(in.Why)}})
}

// Planned is what a move would do.
type Planned struct {
	Cases []PlannedOne
	Kin   int  // nobody named may take them, or the reader may not see them
	More  bool // there are more than go at once
}

// PlannedOne is one case and to whom it would go.
type PlannedOne struct {
	casefile.Case
	To core.StaffID
}

// PlanMove says what of somebody's would go to whom: to one person, or with to 0 to whoever of the
// same work has least in hand as it is given, beyond what one may have where all have it. It
// changes nothing. Errors: staff.ErrNotHead, KindInvalid.
func (f *Flow) PlanMove(ctx context.Context, tx *pg.Tx, actor casefile.Actor, by staff.Person, from core.StaffID, part casefile.Part, to core.StaffID) (Planned, error) {
	var out Planned
	if err := f.heads(ctx, tx, by, from); err != nil {
		return out, err
	}
	list, err := f.Cases.AllInHand(ctx, tx, from, part, casefile.MaxMove+1)
	if err != nil {
		return out, err
	}
	if out.More = len(list) > casefile.MaxMove; out.More {
		list = list[:casefile.MaxMove]
	}
	given := map[core.StaffID]casefile.Hand{}
	for _, c := range list {
		kin, err := f.Cases.Conflicts(ctx, tx, c.ID)
		if err != nil {
			return out, err
		}
		if slices.ContainsFunc(kin, func(k casefile.Kin) bool { return k.Staff == actor.Staff }) {
			out.Kin++
			continue
		}
		who, err := f.Routing.Would(ctx, tx, c, routing.Want{Part: part, Not: []core.StaffID{from}, First: true, Past: true}, to, given)
		if err != nil {
			return out, err
		}
		if who == 0 {
			out.Kin++
			continue
		}
		h := given[who]
		weight := 1000
		if c.Index.Known {
			weight = 500 + c.Index.Tenths/2
		}
		given[who] = casefile.Hand{Cases: h.Cases + 1, Weight: h.Weight + weight}
		out.Cases = append(out.Cases, PlannedOne{c, who})
	}
	return out, nil
}
