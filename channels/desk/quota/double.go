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
// of a list that waits to be frozen it reads of all, because who freezes it is asked to look first.
func (k *Room) double(ctx context.Context, tx *pg.Tx, p *roundPage) error {
	if p.Drawn.IsZero() || p.State == quota.Withdrawn || p.Total == 0 {
		return nil
	}
	var shown []int
	if p.State == quota.Frozen {
		shown = []int{0} // no entry has it: none shown is not all
		p.each(func(r *row) { shown = append(shown, r.N) })
	}
	list, err := k.d.Quota.Doubles(ctx, tx, p.ID, shown...)
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
