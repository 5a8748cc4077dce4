package watch

import (
	"context"
	"slices"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/insight"
	"lianou/core/pg"
)

// Touch judges one household again at once: after a birth, a death, a move, or a fact that
// cannot wait for the next scan (F36), and with it those of its township that wait to be
// packed. What it finds stands where a scan would have put it, and lays the same leads. A
// household that is not in the township any more loses its finding there. Running it again
// changes nothing.
func (w *Watch) Touch(ctx context.Context, town core.RegionCode, id core.HouseholdID) error {
	return w.refresh(ctx, town, id)
}

// refresh packs who waits in a township and judges them, and some more, in one transaction:
// a row that was packed anew and not judged would be right in the registry and wrong in
// the ranking until the next scan. When they are so many that only an import can have
// brought them, a part of them is packed, and all wait for a scan to be judged.
func (w *Watch) refresh(ctx context.Context, town core.RegionCode, more ...core.HouseholdID) error {
	return w.DB.Tx(ctx, pg.Job(town), func(ctx context.Context, tx *pg.Tx) error {
		told, err := w.events(ctx, tx, town)
		if err != nil {
			return err
		}
		packed, err := w.Registry.Repack(ctx, tx, town, packs)
		if err != nil {
			return err
		}
		ids := append(packed.Households, more...)
		if packed.More {
			w.found.Packed(tx, town)
			ids = more
			if err := w.Registry.RepackThese(ctx, tx, town, more); err != nil {
				return err
			}
		}
		slices.Sort(ids)
		return w.judgeSome(ctx, tx, town, slices.Compact(ids), told)
	})
}

// judgeSome judges some households of a township from their packed rows, which are of after
// the events told.
func (w *Watch) judgeSome(ctx context.Context, tx *pg.Tx, town core.RegionCode, ids []core.HouseholdID, told events) error {
	w.found.Beside(tx, town)
	before, err := w.found.Towns(ctx, tx)
	if err != nil {
		return err
	}
	rows, err := w.Registry.Rows(ctx, tx, slices.Repeat([]core.RegionCode{town}, len(ids)), ids)
	if err != nil {
		return err
	}
	judge, err := w.judges.take(w.Books, tx.Today())
	if err != nil {
		return err
	}
	defer w.judges.give(judge)
	if len(before) > 0 && before[0].By.Book != judge.Book().Digest {
		w.found.Judged(tx, town, judge.Book().Digest)
	}
	var now []insight.Finding
	var changes []insight.Change
	for _, id := range ids {
		f, there := insight.Finding{Household: id}, len(rows[id]) > 0
		if there {
			if f, err = judge.Row(id, rows[id]); err != nil {
				return core.E(core.KindInternal, "row_unreadable", "").Wrap(err)
			}
		}
		if there {
			now = append(now, f)
		}
		changed, err := w.found.Set(ctx, tx, town, f, !there)
		if err != nil {
			return err
		}
		if changed == nil {
			continue
		}
		if err := w.tell(ctx, tx, town, changed, told, judge, newsOf(before, judge, tx.Today())); err != nil {
			return err
		}
		changes = append(changes, *changed)
	}
	if err := w.lookedAt(ctx, tx, town, judge.Book(), changes, told, ids); err != nil {
		return err
	}
	placeLeads(tx, town, now) // also of who was found as before: leads may have come from elsewhere
	return nil
}

// tell lays the leads of one change and writes it down.
func (w *Watch) tell(ctx context.Context, tx *pg.Tx, town core.RegionCode, c *insight.Change, told events, judge *insight.Judge, n news) error {
	changes := []insight.Change{*c}
	closed, err := closeLeft(ctx, tx, town, changes)
	if err != nil {
		return err
	}
	veils, back, err := w.eventsBack(ctx, tx, town, changes, told)
	if err != nil {
		return err
	}
	came, err := cameBack(ctx, tx, town, changes)
	if err != nil {
		return err
	}
	back = append(back, came...)
	had, err := w.newsOrHad(ctx, tx, town, judge, changes, []core.HouseholdID{c.Household()})
	if err != nil {
		return err
	}
	concern, err := w.concerned(ctx, tx, town, judge.Book(), changes)
	if err != nil {
		return err
	}
	newly, lost := layLeads(tx, town, changes, had, concern, veils, n)
	return w.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "job", ID: "household_touched"}, Act: "household.judged", Region: town, Purpose: "scan",
		Detail: noted(map[string]any{"household": c.Household(), "book": n.book, "newly": newly, "lost": lost}, closed, back)})
}
