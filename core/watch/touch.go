package watch

import (
	"context"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/insight"
	"lianou/core/pg"
)

// Touch judges one household again at once: after a birth, a death, a move, or a fact that
// cannot wait for the next scan (F36). What it finds stands where a scan would have put it,
// and lays the same leads. A household that is not in the township any more loses its
// finding there. Running it again changes nothing.
func (w *Watch) Touch(ctx context.Context, town core.RegionCode, id core.HouseholdID) error {
	return w.DB.Tx(ctx, pg.Job(town), func(ctx context.Context, tx *pg.Tx) error {
		for n := packs; n >= packs; {
			var err error
			if n, err = w.Registry.Repack(ctx, tx, town, packs); err != nil {
				return err
			}
		}
		w.found.Beside(tx, town)
		before, err := w.found.Towns(ctx, tx)
		if err != nil {
			return err
		}
		rows, err := w.Registry.Rows(ctx, tx, []core.RegionCode{town}, []core.HouseholdID{id})
		if err != nil {
			return err
		}
		judge, err := w.judges.take(w.Books, tx.Today())
		if err != nil {
			return err
		}
		defer w.judges.give(judge)
		f, there := insight.Finding{Household: id}, len(rows[id]) > 0
		if there {
			if f, err = judge.Row(id, rows[id]); err != nil {
				return core.E(core.KindInternal, "row_unreadable", "").Wrap(err)
			}
		}
		changed, err := w.found.Set(ctx, tx, town, f, !there)
		if err != nil || changed == nil {
			return err
		}
		newly, lost := layLeads(tx, town, []insight.Change{*changed}, newsOf(before, judge, tx.Today()))
		return w.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "job", ID: "household_touched"}, Act: "household.judged", Region: town, Purpose: "scan",
			Detail: map[string]any{"household": id, "book": judge.Book().Digest, "newly": newly, "lost": lost}})
	})
}
