package quota

import (
	"context"

	"lianou/core/pg"
	"lianou/core/quota"
)

// told is how many pairs of households in which one person may stand are named before a list is
// frozen; of more their number is.
const told = 10

// double reads of the rows shown in which other households of the list somebody of theirs stands;
// of a list that waits to be frozen it reads of all, because who freezes it is asked to look first, and
// of the order before the cut-off too, when looking at a pair still moves somebody.
func (k *Room) double(ctx context.Context, tx *pg.Tx, p *roundPage) error {
	list, err := k.doubles(ctx, tx, p)
	if err != nil {
		return err
	}
	if p.Anew, err = k.d.Quota.Unmerged(ctx, tx, p.ID); err != nil {
		return err
	}
	if p.Twice, err = k.d.Quota.TwoTaken(ctx, tx, p.ID); err != nil {
		return err
	}
	of, once := map[int][]quota.Double{}, []quota.Double(nil)
	for _, d := range list {
		of[d.N] = append(of[d.N], d)
		if p.State == quota.Open && d.N < d.Other {
			once = append(once, d)
		}
	}
	p.each(func(r *row) { r.Doubles = of[r.N] })
	p.More = max(0, len(once)-told)
	p.Doubles = once[:len(once)-p.More]
	return nil
}

func (k *Room) doubles(ctx context.Context, tx *pg.Tx, p *roundPage) ([]quota.Double, error) {
	switch {
	case p.State == quota.Withdrawn || p.Total == 0:
		return nil, nil
	case p.Drawn.IsZero():
		return k.d.Quota.WouldDouble(ctx, tx, p.order)
	case p.State != quota.Frozen:
		return k.d.Quota.Doubles(ctx, tx, p.ID)
	}
	shown := []int{0} // no entry has it: none shown is not all
	p.each(func(r *row) { shown = append(shown, r.N) })
	return k.d.Quota.Doubles(ctx, tx, p.ID, shown...)
}
