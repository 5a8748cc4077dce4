package ranking

import (
	"context"
	"maps"
	"slices"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/watch"
)

// share is one part of the index without and with what the household receives.
type share struct {
	desk.IndexPart
	Low, Net, NetLow int // tenths; the embedded Tenths are the highest without aid
	Most             int // what the part comes to at most, in tenths
}

// parts lays the parts of a look out, without aid and with it.
func (r *row) parts(look *watch.Look, aid hardship.Aid) {
	var most []int
	for i, tenths := range look.Points.High {
		most, r.Parts = append(most, int(tenths)), append(r.Parts, int(look.Points.Low[i]))
	}
	tops := hardship.Tops(look.Book)
	for i, p := range desk.IndexParts(most) {
		r.Shares = append(r.Shares, share{IndexPart: p, Low: int(look.Points.Low[i]), Net: int(look.Net.High[i]), NetLow: int(look.Net.Low[i]), Most: tops[i]})
	}
	r.Formula = hardship.VersionOf(look.Book)
	r.Aid, r.Net = aid, [2]int{look.Net.Min(), look.Net.Max()}
}

// Aided reports whether anything comes in already.
func (r row) Aided() bool { return r.Aid != hardship.Aid{} }

// aid sums what the households' members are entitled to through the city, as far as the
// officer's own townships pay it.
func (k *Room) aid(ctx context.Context, tx *pg.Tx, ids []core.HouseholdID) (map[core.HouseholdID]hardship.Aid, error) {
	living, err := k.d.Registry.Living(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	money, err := payout.InForce(ctx, tx, slices.Sorted(maps.Keys(living)))
	if err != nil {
		return nil, err
	}
	out := map[core.HouseholdID]hardship.Aid{}
	for person, m := range money {
		sum := out[living[person]]
		sum.Monthly, sum.Once = sum.Monthly+m.Monthly, sum.Once+m.Once
		out[living[person]] = sum
	}
	return out, nil
}
