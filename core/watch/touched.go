package watch

import (
	"cmp"
	"context"
	"slices"

	"lianou/core"
	"lianou/core/insight"
	"lianou/core/pg"
)

// look is a look at one township.
type look struct {
	town   core.RegionCode
	judge  *insight.Judge
	before []insight.Town     // its scan before; empty for none
	fresh  []core.HouseholdID // packed anew in this transaction, in order
}

// look finds what every household of a township comes to, and stores what differs. After a
// change of the rules it judges only whom the change can touch (B6), and who was packed
// anew; the others keep what was found of them, which is what judging them would find.
func (w *Watch) look(ctx context.Context, tx *pg.Tx, l look, by insight.Scanned, c *numbers) ([]insight.Change, error) {
	reach, err := w.reach(&l)
	if err != nil {
		return nil, err
	}
	if nobody, err := w.nobody(ctx, tx, &l, reach); nobody || err != nil {
		c.households = l.before[0].Households
		w.found.Renew(tx, l.town, by)
		return nil, err
	}
	var old []insight.Finding
	if reach != nil {
		if old, err = w.found.All(ctx, tx, l.town); err != nil {
			return nil, err
		}
	}
	var list []insight.Finding
	err = w.Registry.Scan(ctx, tx, l.town, func(id core.HouseholdID, row []byte) error {
		f, kept, err := l.kept(reach, old, id, row)
		if err == nil && !kept {
			c.judged++
			f, err = l.judge.Row(id, row)
		}
		list = append(list, f)
		return err
	})
	if err != nil {
		return nil, err
	}
	changes, err := w.found.Replace(ctx, tx, l.town, list, by)
	c.households, c.changed = len(list), len(changes)
	return changes, err
}

// nobody reports whether the look can find nothing new. The counties are asked for only
// where the township's own says so.
func (w *Watch) nobody(ctx context.Context, tx *pg.Tx, l *look, reach *insight.Reach) (bool, error) {
	if reach == nil || len(l.fresh) > 0 || !reach.Nobody(l.town.County()) {
		return false, nil
	}
	counties, err := w.Registry.Counties(ctx, tx, l.town)
	return err == nil && reach.Nobody(counties...), err
}

// reach says whom the look may find otherwise than the scan before; nil: everybody has to be
// judged. So it is without such a scan, by the same rules (that scan is there to find what
// is wrong), and where what is kept was not all found by Books that are known here, from the
// facts as they were packed then.
func (w *Watch) reach(l *look) (*insight.Reach, error) {
	library, ok := w.Books.(Library)
	if !ok || len(l.before) == 0 {
		return nil, nil
	}
	before, now := &l.before[0], l.judge.Book().Digest
	if before.By.Book == now || !before.Only(now) {
		return nil, nil
	}
	book, err := library.Book(before.By.Book)
	if core.KindOf(err) == core.KindNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return w.judges.reach(l.judge, book, before.By.On), nil
}

// kept gives what was found of a household before, where that still stands.
func (l *look) kept(reach *insight.Reach, old []insight.Finding, id core.HouseholdID, row []byte) (f insight.Finding, kept bool, err error) {
	if reach == nil {
		return f, false, nil
	}
	if _, packed := slices.BinarySearch(l.fresh, id); packed {
		return f, false, nil
	}
	at, found := slices.BinarySearchFunc(old, id, func(f insight.Finding, id core.HouseholdID) int { return cmp.Compare(f.Household, id) })
	if !found {
		return f, false, nil
	}
	stands, err := l.judge.Stands(reach, row)
	return old[at], stands, err
}
