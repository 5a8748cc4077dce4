package quota

import (
	"context"
	"fmt"

	"lianou/core"
	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/wording"
)

// heardOut refuses that a word about a household's place holds before it is known what became
// of telling them, that they were told or that no way reaches them, and before their days after
// that are over: until then they cannot have said that it is not true. Of a word that nobody is
// told of nothing is waited for. Errors: ErrUnheard, ErrUntil.
func heardOut(ctx context.Context, tx *pg.Tx, s *Skip) error {
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
	case tx.Today() <= s.Till(n):
		return ErrUntil
	}
	return nil
}

// Till is the last day on which the household may still say something of the word, of which
// told is the notice: their days run from when it is known what became of it. Another person
// may hold the word from the next day.
func (s *Skip) Till(told notify.View) core.Date {
	if told.Ended == nil {
		return s.Until
	}
	return max(s.Until, core.DateOf(*told.Ended).AddDate(0, 0, HeardDays))
}

// follows tells a household that heard of a word about its place what came of it: that the
// place is theirs as before, or was taken back. It gives the notice, nil where there is none:
// who gave their place up, or was not reached, hears nothing more.
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
	if holds {
		says = wording.TakenBack(thing.Word)
	}
	id, err := q.tell(ctx, tx, who, telling{e, fmt.Sprintf("quota/%d/after/%d", t.round.ID, s.ID), says})
	return &id, err
}
