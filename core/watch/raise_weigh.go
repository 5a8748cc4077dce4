package watch

import (
	"context"
	"slices"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/insight"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/policy"
)

// owing is what one household may be owed.
type owing struct {
	finding insight.Finding
	items   []Raised
}

// weighing compares what households were entitled to with what the Books give.
type weighing struct {
	*raising
	before *scale
	months []*scale // by the months of the span; months of one Book share it
	vector facts.Vector
	people []core.PersonID // in the order of the facts; nil where that is not sure
}

// weigh weighs every household of a list that is in the order of households.
func (w *Watch) weigh(ctx context.Context, tx *pg.Tx, town core.RegionCode, l *raising, list []payout.Entitled, judge *insight.Judge) (out []owing, err error) {
	var ids []core.HouseholdID
	for _, e := range list {
		ids = append(ids, e.Household)
	}
	ids = slices.Compact(ids)
	rows, err := w.Registry.Rows(ctx, tx, slices.Repeat([]core.RegionCode{town}, len(ids)), ids)
	if err != nil {
		return nil, err
	}
	inRow, err := w.Registry.InRow(ctx, tx, town, ids)
	if err != nil {
		return nil, err
	}
	on, err := w.weighing(l)
	if err != nil {
		return nil, core.E(core.KindInternal, "book_compiled", "").Wrap(err)
	}
	reader := facts.NewReader(tx.Today())
	for _, id := range ids {
		n := slices.IndexFunc(list, func(e payout.Entitled) bool { return e.Household != id })
		if n < 0 {
			n = len(list)
		}
		of := list[:n]
		if list = list[n:]; len(rows[id]) == 0 {
			continue // gone from here
		}
		if err := reader.Unpack(rows[id], &on.vector); err != nil {
			return nil, core.E(core.KindInternal, "row_unreadable", "").Wrap(err)
		}
		if on.people = inRow[id]; len(on.people) != len(on.vector.M) {
			on.people = nil
		}
		items := on.household(of)
		if len(items) == 0 {
			continue
		}
		o := owing{items: items}
		if o.finding, err = judge.Row(id, rows[id]); err != nil {
			return nil, core.E(core.KindInternal, "row_unreadable", "").Wrap(err)
		}
		out = append(out, o)
	}
	return out, nil
}

// weighing gets the scales: one for each Book.
func (w *Watch) weighing(l *raising) (*weighing, error) {
	on, by := &weighing{raising: l}, map[string]*scale{}
	take := func(book *policy.Book) (s *scale, err error) {
		if by[book.Digest] == nil {
			by[book.Digest], err = w.scales.take(book)
		}
		return by[book.Digest], err
	}
	var err error
	if on.before, err = take(l.was); err != nil {
		return nil, err
	}
	for _, m := range l.span {
		s, err := take(m.book)
		if err != nil {
			return nil, err
		}
		on.months = append(on.months, s)
	}
	return on, nil
}

// household gives what one household may be owed, by item; of is all it was entitled to.
func (on *weighing) household(of []payout.Entitled) (out []Raised) {
	on.before.lay(&on.vector)
	var last *scale
	for _, s := range on.months {
		if s != last {
			s.lay(&on.vector)
			last = s
		}
	}
	for _, code := range on.items {
		if r, some := on.item(code, of); some {
			out = append(out, r)
		}
	}
	return out
}

// item sums one item over the months. A month of which the new Book gives no more than the
// one before adds nothing, whatever the facts are now; what was paid beyond a month, or
// once, counts as paid.
func (on *weighing) item(code core.ItemCode, of []payout.Entitled) (r Raised, some bool) {
	for i, m := range on.span {
		had, who, some := on.entitled(code, m.period, of)
		if !some {
			continue
		}
		was, _, _ := on.before.gives(code, who)
		is, sample, told := on.months[i].gives(code, who)
		if !told || is <= was {
			continue
		}
		r.Sum += is - had
		if is <= had {
			continue
		}
		if it, known := m.book.Item(code); known && r.Months == 0 {
			r.No, r.First, r.From, r.Book = it.No, m.period, m.book.From, m.book.Digest
		}
		r.Months, r.Each, r.Sample = r.Months+1, is-had, r.Sample || sample
	}
	for _, e := range of {
		if e.Item == code && !e.Monthly && r.Months > 0 && e.Period >= r.First {
			r.Sum -= e.Amount
		}
	}
	return r, r.Months > 0 && r.Sum > 0
}

// entitled sums what was entitled of an item for a month, and says for whom, by their place
// in the facts. Where somebody is not found in them the month is left out: what the Book
// gives others says nothing of it.
func (on *weighing) entitled(code core.ItemCode, month payout.Period, of []payout.Entitled) (sum core.Fen, who []int, some bool) {
	each := on.each(code)
	for _, e := range of {
		if e.Item != code || e.Period != month || !e.Monthly {
			continue
		}
		sum, some = sum+e.Amount, true
		for _, p := range e.People {
			at := slices.Index(on.people, p)
			switch {
			case at < 0 && each:
				return 0, nil, false
			case at >= 0 && !slices.Contains(who, at):
				who = append(who, at)
			}
		}
	}
	return sum, who, some
}

// each reports whether an item is granted to members.
func (on *weighing) each(code core.ItemCode) bool {
	it, known := on.was.Item(code)
	return !known || it.Person != nil
}
