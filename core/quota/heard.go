package quota

import (
	"context"
	"fmt"
	"slices"

	"lianou/core"
	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/wording"
)

// heardOut refuses that a word about a household's place or turn holds before it is known what
// became of telling them, and before their days after that are over: until then they cannot
// have said that it is not true. Whom no way reached somebody else than who wrote it has
// visited first. Whom somebody met is "not reached" only where they were tried anew after that.
// Of a word that nobody is told of nothing is waited for. Errors: ErrUnheard, ErrUnvisited, ErrMet,
// ErrUntil.
func (c *Course) heardOut(ctx context.Context, tx *pg.Tx, s *Skip) error {
	if s.Notice == 0 {
		return nil
	}
	n, err := notify.Get(ctx, tx, s.Notice)
	switch {
	case core.KindOf(err) == core.KindNotFound:
		return ErrUnheard
	case err != nil:
		return err
	case n.State != notify.Confirmed && n.State != notify.Untold:
		return ErrUnheard
	case n.State == notify.Untold && len(s.Visits) == 0:
		return ErrUnvisited
	case s.Reason == unreached && !c.live(s.N).Tried():
		return ErrMet
	case tx.Today() <= s.Till(n):
		return ErrUntil
	}
	return nil
}

// Till is the last day on which the household may still say something of the word, of which
// told is the notice: their days run from when they were told, or, where no way reached them,
// from the first visit. Another person may hold the word from the next day.
func (s *Skip) Till(told notify.View) core.Date {
	switch {
	case told.State == notify.Untold && len(s.Visits) > 0:
		return max(s.Until, core.DateOf(s.Visits[0].At).AddDate(0, 0, HeardDays))
	case told.Ended == nil:
		return s.Until
	}
	return max(s.Until, core.DateOf(*told.Ended).AddDate(0, 0, HeardDays))
}

// Went reports whether somebody went to the household about the word, so that it is not theirs
// to hold: that the household was told would rest on the word of who gives its place away. Who
// heard at the door that it gives its place up has asked it themselves, as its second person must.
func (s *Skip) Went(who core.StaffID) bool {
	return slices.ContainsFunc(s.Visits, func(v Visit) bool { return v.Staff == who && (s.Reason != declined || !v.Met) })
}

// follows tells a household that heard of a word about its place what came of it: that the
// place or their turn is theirs as before, or was taken back. It gives the notice, nil where there is none:
// who gave their place up, was not reached or is passed over hears nothing more.
func (q *Quota) follows(ctx context.Context, tx *pg.Tx, who staff.Person, t turn, s *Skip, holds bool) (*int64, error) {
	if s.Notice == 0 || holds && s.Reason != undo {
		return nil, nil
	}
	e, err := entry(ctx, tx, t.round, s.N)
	if err != nil {
		return nil, err
	}
	thing, _ := ThingOf(t.round.Item)
	says := wording.Stands(thing.Word)
	switch {
	case holds:
		says = wording.TakenBack(thing.Word)
	case s.passes():
		says = wording.TurnStays(thing.Word)
	}
	id, err := q.tell(ctx, tx, who, telling{e, fmt.Sprintf("quota/%d/after/%d", t.round.ID, s.ID), says})
	return &id, err
}
