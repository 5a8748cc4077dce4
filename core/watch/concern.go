package watch

import (
	"context"
	"maps"
	"slices"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/facts"
	"lianou/core/insight"
	"lianou/core/pg"
	"lianou/core/policy"
)

// concerned gives which losses of some households somebody has to ask about: of items that they
// receive or have asked for by a case, or have by the word of the authority that grants them. Of
// anything else nobody would know what to look at: nothing was had that could be stopped.
func (w *Watch) concerned(ctx context.Context, tx *pg.Tx, town core.RegionCode, book *policy.Book, changes []insight.Change) (map[core.HouseholdID]insight.Items, error) {
	lost := map[core.HouseholdID]insight.Items{}
	for i := range changes {
		if c := &changes[i]; !c.Came && !c.Went && c.Lost() != 0 {
			lost[c.Household()] = c.Lost()
		}
	}
	if len(lost) == 0 {
		return nil, nil
	}
	out, number := map[core.HouseholdID]insight.Items{}, w.numbers(book)
	add := func(id core.HouseholdID, code core.ItemCode) {
		if no := number[code]; lost[id].Has(no) {
			out[id] = out[id].With(no)
		}
	}
	ids := slices.Sorted(maps.Keys(lost))
	got, err := casefile.ReceivedIn(ctx, tx, town, ids)
	if err != nil {
		return nil, err
	}
	for id, list := range got {
		for i := range list {
			add(id, list[i].Item)
		}
	}
	filed, err := casefile.FiledIn(ctx, tx, town, ids)
	if err != nil {
		return nil, err
	}
	for _, f := range filed {
		add(f.Household, f.Item)
	}
	return out, w.byStatus(ctx, tx, town, book, lost, add)
}

// numbers are those of the items by their codes; of one that was stopped, as it was called
// the day before the Book.
func (w *Watch) numbers(book *policy.Book) map[core.ItemCode]int {
	out := map[core.ItemCode]int{}
	if before, err := w.Books.On(book.From.AddDate(0, 0, -1)); err == nil {
		for i := range before.Items {
			out[before.Items[i].Code] = before.Items[i].No
		}
	}
	for i := range book.Items {
		out[book.Items[i].Code] = book.Items[i].No
	}
	return out
}

// byStatus adds what households have by a status that an authority recognised.
func (w *Watch) byStatus(ctx context.Context, tx *pg.Tx, town core.RegionCode, book *policy.Book, lost map[core.HouseholdID]insight.Items, add func(core.HouseholdID, core.ItemCode)) error {
	h := having{book: book, reader: facts.NewReader(tx.Today())}
	granted := insight.Items(0)
	for i := range book.Statuses {
		if it, known := book.Item(book.Statuses[i].GrantedBy); known {
			granted = granted.With(it.No)
		}
	}
	ids := slices.DeleteFunc(slices.Sorted(maps.Keys(lost)), func(id core.HouseholdID) bool { return lost[id]&granted == 0 })
	if len(ids) == 0 {
		return nil
	}
	rows, err := w.Registry.Rows(ctx, tx, slices.Repeat([]core.RegionCode{town}, len(ids)), ids)
	if err != nil {
		return err
	}
	for id, row := range rows {
		if err := h.reader.Unpack(row, &h.v); err != nil {
			return core.E(core.KindInternal, "row_unreadable", "").Wrap(err)
		}
		for i := range book.Statuses {
			if s := &book.Statuses[i]; s.GrantedBy != "" && h.recognised(s) {
				add(id, s.GrantedBy)
			}
		}
	}
	return nil
}
