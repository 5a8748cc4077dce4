package watch

import (
	"context"

	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/insight"
	"lianou/core/pg"
	"lianou/core/policy"
)

// A Look is what one household comes to today.
type Look struct {
	Finding insight.Finding
	Points  hardship.Points
	Net     hardship.Points // the same after what the household receives already
	Book    *policy.Book    // by which it was judged: that of the order it stands in
}

// Looks judges some households anew, from their packed rows: what a list shows beside each.
// It goes by the Book by which their township was looked at last, so that what is shown adds
// up to the place where it stands, also while a newer Book waits for its scan. aid is what
// some of them receive already; nobody's place goes by it. A household whose row is gone is
// not in it.
func (w *Watch) Looks(ctx context.Context, tx *pg.Tx, list []insight.Ranked, aid map[core.HouseholdID]hardship.Aid) (map[core.HouseholdID]Look, error) {
	towns, err := w.found.Towns(ctx, tx)
	if err != nil {
		return nil, err
	}
	by := map[core.RegionCode]string{}
	for _, t := range towns {
		by[t.Region] = t.By.Book
	}
	groups := map[string][]insight.Ranked{}
	for _, r := range list {
		groups[by[r.Region]] = append(groups[by[r.Region]], r)
	}
	out := make(map[core.HouseholdID]Look, len(list))
	for digest, group := range groups {
		if err := w.looks(ctx, tx, digest, group, aid, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// looks judges the households of one Book.
func (w *Watch) looks(ctx context.Context, tx *pg.Tx, digest string, list []insight.Ranked, aid map[core.HouseholdID]hardship.Aid, out map[core.HouseholdID]Look) error {
	book, err := w.FoundBy(digest, tx.Today())
	if err != nil {
		return err
	}
	judge, done, err := w.judgeOf(book, tx.Today())
	if err != nil {
		return err
	}
	defer done()
	towns, ids := make([]core.RegionCode, len(list)), make([]core.HouseholdID, len(list))
	for i, r := range list {
		towns[i], ids[i] = r.Region, r.Household
	}
	rows, err := w.Registry.Rows(ctx, tx, towns, ids)
	if err != nil {
		return err
	}
	for id, row := range rows {
		l := Look{Book: book}
		if l.Finding, l.Points, l.Net, err = judge.LookNet(id, row, aid[id]); err != nil {
			return core.E(core.KindInternal, "row_unreadable", "").Wrap(err)
		}
		out[id] = l
	}
	return nil
}

// FoundBy gives the Book by which a look was made: the one in force where it has that
// digest, or where nobody keeps the other any more.
func (w *Watch) FoundBy(digest string, today core.Date) (*policy.Book, error) {
	book, err := w.Books.On(today)
	if err != nil || book.Digest == digest {
		return book, err
	}
	library, ok := w.Books.(Library)
	if !ok {
		return book, nil
	}
	was, err := library.Book(digest)
	if err != nil && core.KindOf(err) == core.KindNotFound {
		return book, nil
	}
	return was, err
}

// judgeOf gives a judge by a Book: a kept one by the Book in force, or a new one while a
// scan by it is awaited. done takes it back.
func (w *Watch) judgeOf(book *policy.Book, on core.Date) (judge *insight.Judge, done func(), err error) {
	if judge, err = w.judges.take(w.Books, on); err != nil {
		return nil, nil, err
	}
	if judge.Book().Digest == book.Digest {
		return judge, func() { w.judges.give(judge) }, nil
	}
	w.judges.give(judge)
	judge, err = insight.NewJudge(book, on)
	return judge, func() {}, err
}
