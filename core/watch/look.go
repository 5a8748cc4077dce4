package watch

import (
	"context"

	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/insight"
	"lianou/core/pg"
)

// A Look is what one household comes to today.
type Look struct {
	Finding insight.Finding
	Points  hardship.Points
	Net     hardship.Points // the same after what the household receives already
}

// Looks judges some households anew, from their packed rows and the Book of today: what a
// list shows beside each. aid is what some of them receive already; nobody's place goes by
// it. A household whose row is gone is not in it.
func (w *Watch) Looks(ctx context.Context, tx *pg.Tx, list []insight.Ranked, aid map[core.HouseholdID]hardship.Aid) (map[core.HouseholdID]Look, error) {
	judge, err := w.judges.take(w.Books, tx.Today())
	if err != nil {
		return nil, err
	}
	defer w.judges.give(judge)
	towns, ids := make([]core.RegionCode, len(list)), make([]core.HouseholdID, len(list))
	for i, r := range list {
		towns[i], ids[i] = r.Region, r.Household
	}
	rows, err := w.Registry.Rows(ctx, tx, towns, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[core.HouseholdID]Look, len(rows))
	for id, row := range rows {
		var l Look
		if l.Finding, l.Points, l.Net, err = judge.LookNet(id, row, aid[id]); err != nil {
			return nil, core.E(core.KindInternal, "row_unreadable", "").Wrap(err)
		}
		out[id] = l
	}
	return out, nil
}
