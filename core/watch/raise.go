package watch

import (
	"cmp"
	"context"
	"slices"

	"lianou/core"
	"lianou/core/insight"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/policy"
)

// Raised is what a household may be owed of one item for months that it was entitled to by
// the amounts before: by the facts of today, for people to check, and never a payment.
type Raised struct {
	No     int           `json:"no"` // of the item
	Months int           `json:"months"`
	Each   core.Fen      `json:"each"` // of the last of them
	Sum    core.Fen      `json:"sum"`  // of all, less what was paid once of the same item since
	First  payout.Period `json:"first"`
	From   core.Date     `json:"from"` // first day of the Book of that month
	Book   string        `json:"book"` // its digest
	Sample bool          `json:"sample,omitempty"`
}

// mostMonths bounds how far back is looked: no amount has ever been raised from further
// back.
const mostMonths = 24

// monthOf is a month and the Book in force on its first day: what takes effect within a
// month is for the next one.
type monthOf struct {
	period payout.Period
	book   *policy.Book
}

// span lists the months since a Book has been replaced, oldest first, the coming one
// included, which is entitled some days before. It is empty when the Book is in force again.
func (w *Watch) span(was *policy.Book, today core.Date) (list []monthOf) {
	for at := payout.PeriodOf(today).Next(); len(list) < mostMonths; at = payout.PeriodOf(at.Start().AddDate(0, -1, 0)) {
		book, err := w.Books.On(at.Start())
		if err == nil && book.From > today {
			continue // the coming month is not that Book's yet
		}
		if err != nil || book.Digest == was.Digest || book.From < was.From {
			break
		}
		list = append(list, monthOf{at, book})
	}
	slices.Reverse(list)
	return list
}

// raising is one look for what may be owed since one Book was replaced.
type raising struct {
	was   *policy.Book
	span  []monthOf
	items []core.ItemCode
	fresh bool                            // also households that have no such lead
	these map[core.HouseholdID]openRaised // those that have one
}

// raise lays a lead for each household of a township that receives monthly money and may be
// owed more of it, since the scan before went by another Book; and renews or takes back
// those that lie open. It gives how many are new. Without either it asks one question.
func (w *Watch) raise(ctx context.Context, tx *pg.Tx, town core.RegionCode, before []insight.Town, judge *insight.Judge) (int, error) {
	library, ok := w.Books.(Library)
	if !ok {
		return 0, nil
	}
	open, err := readRaised(ctx, tx, town)
	if err != nil {
		return 0, err
	}
	looks := map[string]*raising{}
	look := func(digest string) *raising {
		if looks[digest] == nil {
			looks[digest] = &raising{these: map[core.HouseholdID]openRaised{}}
		}
		return looks[digest]
	}
	if len(before) > 0 && before[0].By.Book != judge.Book().Digest {
		look(before[0].By.Book).fresh = true
	}
	for home, o := range open {
		look(o.was).these[home] = o
	}
	newly := 0
	for digest, l := range looks {
		if l.was, err = library.Book(digest); core.KindOf(err) == core.KindNotFound && err != nil {
			continue // of a Book that nobody has any more nothing can be said, and what lies open stays
		}
		if err != nil {
			return 0, err
		}
		found, err := w.owed(ctx, tx, town, l, open, judge)
		if err != nil {
			return 0, err
		}
		n, err := layRaised(tx, town, l, found, judge.Book().Digest)
		if err != nil {
			return 0, err
		}
		newly += n
	}
	return newly, nil
}

// owed finds what the households of one look may be owed.
func (w *Watch) owed(ctx context.Context, tx *pg.Tx, town core.RegionCode, l *raising, open map[core.HouseholdID]openRaised, judge *insight.Judge) ([]owing, error) {
	l.span = w.span(l.was, tx.Today())
	for _, m := range l.span {
		l.items = append(l.items, w.scales.monthly(l.was, m.book)...)
	}
	slices.Sort(l.items)
	if l.items = slices.Compact(l.items); len(l.items) == 0 {
		return nil, nil
	}
	list, err := payout.Months(ctx, tx, town, l.span[0].period, l.items)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(e payout.Entitled) bool {
		_, has := open[e.Household]
		_, ours := l.these[e.Household]
		return !ours && (has || !l.fresh)
	})
	if len(list) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(list, func(a, b payout.Entitled) int { return cmp.Compare(a.Household, b.Household) })
	return w.weigh(ctx, tx, town, l, list, judge)
}
