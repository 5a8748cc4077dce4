package book

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/discreet"
	"lianou/core/pg"
	"lianou/core/rulebook"
	"lianou/core/watch"
)

// lookedAt is how far the city has been looked at by an edition, and what that found.
type lookedAt struct {
	Edition int
	Mine    bool      // who reads signed it, as one of the two
	From    core.Date // of an edition whose day has not come
	Passed  bool      // another edition took its place before anybody was looked at
	watch.Progress
	Begins, Ends bool // a scan has begun, and ended
	Rate, Left   string

	Homes, Due, Lost, Owed discreet.Count // households: looked at, newly due, with something lost, that may be owed more
}

// Hides reports whether one of the numbers is not shown.
func (l lookedAt) Hides() bool { return l.Due.Hidden() || l.Lost.Hidden() || l.Owed.Hidden() }

// lookedAt finds the first scan of everybody since an edition holds and is known: next is the one
// that took its place, nil for the newest.
func (b *Room) lookedAt(ctx context.Context, e *rulebook.Signed, next *rulebook.Signed, reader core.StaffID) (l lookedAt, err error) {
	l = lookedAt{Edition: e.Number, Mine: reader != 0 && (e.Author == reader || e.Publisher == reader)}
	var now time.Time
	if err := b.d.DB.Read(ctx, pg.NoScope(), func(_ context.Context, tx *pg.Tx) error { now = tx.Now(); return nil }); err != nil {
		return l, err
	}
	from, until := holdsFrom(e), time.Time{}
	if next != nil {
		until = holdsFrom(next)
	}
	if now.Before(from) {
		l.From = e.From
		return l, nil
	}
	id, p, err := b.d.Watch.After(ctx, from, until)
	if err != nil || id == 0 {
		l.Passed = next != nil && !now.Before(until)
		return l, err
	}
	l.Progress, l.Begins, l.Ends = p, true, p.Ended != nil
	l.Homes, l.Due, l.Lost, l.Owed = discreet.Alone(p.Households), discreet.Alone(p.Newly), discreet.Alone(p.Lost), discreet.Alone(p.Raised)
	if !l.Ends && p.Done > 0 {
		l.Rate, l.Left = pace(p, now), leftOf(now.Sub(p.Begun), p.Done, p.Towns)
	}
	return l, nil
}

// holdsFrom is the first moment at which somebody is judged by an edition.
func holdsFrom(e *rulebook.Signed) time.Time {
	first := time.Date(e.From.Time().Year(), e.From.Time().Month(), e.From.Time().Day(), 0, 0, 0, 0, core.China)
	if e.Published.After(first) {
		return e.Published
	}
	return first
}

// pace is how many townships a scan does in a minute, so far.
func pace(p watch.Progress, now time.Time) string {
	passed := now.Sub(p.Begun)
	if passed < time.Second {
		return ""
	}
	if n := float64(p.Done) / passed.Minutes(); n >= 1 {
		return fmt.Sprintf("一分钟 %d 个左右", int(n+0.5))
	}
	return "一分钟不到 1 个"
}

// scanned is the part of an edition's page that comes again while the city is looked at.
func (b *Room) scanned(w http.ResponseWriter, r *http.Request, at desk.At) error {
	n, err := strconv.Atoi(r.PathValue("edition"))
	if err != nil || n <= 0 {
		return rulebook.ErrNoEdition
	}
	list, err := b.d.Rules.Editions(r.Context())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(e rulebook.Signed) bool { return e.Number == n })
	if i < 0 {
		return rulebook.ErrNoEdition
	}
	l, err := b.lookedAt(r.Context(), &list[i], after(list, i), at.Staff.ID)
	if err != nil {
		return err
	}
	return at.Page.Part(w, "book", "looked at", l)
}

// after is the edition that follows the i-th of a list that begins with the newest; nil for that.
func after(list []rulebook.Signed, i int) *rulebook.Signed {
	if i == 0 {
		return nil
	}
	return &list[i-1]
}
