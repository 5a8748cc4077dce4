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
	of := map[int][]quota.Double{}
	for _, d := range list {
		of[d.N] = append(of[d.N], d)
		if p.State == quota.Open && d.N < d.Other {
			p.Doubles = append(p.Doubles, d)
		}
	}
	p.each(func(r *row) { r.Doubles = of[r.N] })
	if p.More = len(p.Doubles) - told; p.More > 0 {
		p.Doubles = p.Doubles[:told]
	}
	return nil
}
