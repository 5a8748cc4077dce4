package watch

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/insight"
	"lianou/core/pg"
	"lianou/core/policy"
)

// A Since is what lies between a lead and the scan of its township before it.
type Since struct {
	Region    core.RegionCode
	Household core.HouseholdID
	Kind      string
	Items     insight.Items
	Cause     string    // as of a Lead
	Found     time.Time // when it came to say all that it says: what came later is not why (stands)
	Last      time.Time // when that scan was done, or what came before an event that is undone; zero where there was none
	Was, Is   *policy.Book
}

var errNoLead = core.E(core.KindNotFound, "lead_none", "没有这一条线索。")

// Since gives what lies before a lead, open or settled. Was and Is are the Books of the two, of
// cause "book" alone, and nil where nobody keeps them any more. Errors: KindNotFound for a lead
// that is not within the scope of tx.
func (w *Watch) Since(ctx context.Context, tx *pg.Tx, id int64) (s Since, err error) {
	const sql = `select l.region, l.household, l.kind, l.items, l.cause, l.book, greatest(l.found, l.joined), coalesce(b.done, 'epoch'), coalesce(b.book, '') from lead l
		left join lateral (select t.done, t.book from scan s join scan_town t on t.scan = s.id and t.town = l.region
			where t.done < l.found order by s.id desc limit 1) b on true where l.id = $1`
	var items int64
	var is, was string
	err = tx.QueryRow(ctx, sql, id).Scan(&s.Region, &s.Household, &s.Kind, &items, &s.Cause, &is, &s.Found, &s.Last, &was)
	if errors.Is(err, pgx.ErrNoRows) {
		return s, errNoLead
	}
	if err != nil {
		return s, pg.Fail(err, "read what lies before a lead")
	}
	if s.Items = insight.Items(items); s.Last.Unix() == 0 {
		s.Last = time.Time{}
	}
	undone, err := undoneOf(ctx, tx, id)
	if err != nil {
		return s, err
	}
	s.stands(undone)
	if library, ok := w.Books.(Library); ok && s.Cause == "book" {
		if s.Was, err = kept(library, was); err == nil {
			s.Is, err = kept(library, is)
		}
	}
	return s, err
}

// kept gives a Book by its digest, nil for one that nobody keeps.
func kept(library Library, digest string) (*policy.Book, error) {
	book, err := library.Book(digest)
	if err != nil && core.KindOf(err) == core.KindNotFound {
		return nil, nil
	}
	return book, err
}

// A span is how long an event stood that is undone.
type span struct {
	told, undone time.Time
	back         time.Time // of the first look after that; zero where none saw the lead so
}

// undoneOf reads the events about a lead's household that are undone. One that somebody had seen
// to by the look after the undo said what it says because of them.
func undoneOf(ctx context.Context, tx *pg.Tx, lead int64) ([]span, error) {
	const sql = `select e.told, e.undone, coalesce(case when l.settled <= e.back then null else e.back end, 'epoch') from lead l join lead_event e on e.household = l.household
		where l.id = $1 and e.undone is not null`
	rows, err := tx.Query(ctx, sql, lead)
	if err != nil {
		return nil, pg.Fail(err, "read what was undone before a lead")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (u span, err error) {
		if err = row.Scan(&u.told, &u.undone, &u.back); u.back.Unix() == 0 {
			u.back = time.Time{}
		}
		return u, err
	})
	return list, pg.Fail(err, "read what was undone before a lead")
}

// stands moves the two moments off events that are undone, so that what is compared is what
// stands. A lead that was found while one stood, and is there after the look that followed its
// undo, is there because of what that look saw. And what is compared with is not the household as
// such an event had it, but as it was before: what changed while it stood is news all the same.
func (s *Since) stands(undone []span) {
	for moved := true; moved; {
		moved = false
		for _, u := range undone {
			if within := !s.Found.Before(u.told) && s.Found.Before(u.undone); within && !u.back.IsZero() {
				s.Found, moved = u.back, true
			}
			if within := !s.Last.Before(u.told) && s.Last.Before(u.undone); within && !s.Found.Before(u.undone) {
				s.Last, moved = u.told.Add(-time.Microsecond), true
			}
		}
	}
}
