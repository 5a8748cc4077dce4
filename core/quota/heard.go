package quota

import (
	"context"
	"fmt"

	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/wording"
)

// toldOf reports whether it is known what became of telling the household of a word about it:
// it was told, or no way reaches it. One of whom nobody is told is always so. Before, they
// cannot have said that it is not true.
func toldOf(ctx context.Context, tx *pg.Tx, s *Skip) (bool, error) {
	if s.Notice == 0 {
		return true, nil
	}
	n, err := notify.Get(ctx, tx, s.Notice)
	return n.State == notify.Confirmed || n.State == notify.Untold, err
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
