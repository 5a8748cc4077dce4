package quota

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry"
)

// A Having is what the household of an entry has already of what the list shares out, or is
// offered by another one. Of one thing a household is given one, whatever lists it stands in.
type Having struct {
	Round   int64 // the list, which is the same one for another household; 0: by a case that was granted
	N       int   // where it stands there
	Area    core.RegionCode
	Open    bool // only offered: that list waits for its answer
	Since   time.Time
	Cleared bool // two people have looked since, and it is not so: nothing is in the way
	Other   bool // it is another household's, in which somebody of theirs stands too (Double), or lived
	Parted  bool // they lived there when it was taken, and left somebody behind: it bars nothing, and is looked at first
}

// Has lists what the household of an entry has already, or is offered elsewhere, the first
// first: by other lists, and by its cases. Course is what was done with the round.
func (q *Quota) Has(ctx context.Context, tx *pg.Tx, r Round, e Entry, c *Course) ([]Having, error) {
	list, err := elsewhere(ctx, tx, r.ID, e.N)
	if err != nil {
		return nil, err
	}
	parted, err := parted(ctx, tx, r.ID, e.N)
	if err != nil {
		return nil, err
	}
	list = append(list, parted...)
	town, err := q.livesIn(ctx, tx, e)
	if err != nil {
		return nil, err
	}
	given, err := casefile.GivenTo(ctx, tx, town, e.Household)
	if err != nil {
		return nil, err
	}
	thing, _ := ThingOf(r.Item)
	for _, g := range given { // of help to find work a subsidy runs month by month; what else was given once is no post
		if g.Item == r.Item && (thing.Sole || g.Period == "month") {
			list = append(list, Having{Since: g.Since, Cleared: c.cleared(e.N).After(g.Since)})
		}
	}
	return list, nil
}

func elsewhere(ctx context.Context, tx *pg.Tx, round int64, n int) ([]Having, error) {
	rows, err := tx.Query(ctx, `select round, n, area, state = 'open', since, cleared, other, false from quota_has($1, $2)`, round, n)
	if err != nil {
		return nil, pg.Fail(err, "read what a household has by other lists")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Having])
	return list, pg.Fail(err, "read what a household has by other lists")
}

// parted lists the places of households from which somebody of the entry's came since.
func parted(ctx context.Context, tx *pg.Tx, round int64, n int) ([]Having, error) {
	rows, err := tx.Query(ctx, `select round, n, area, false, since, false, true, true from quota_parted($1, $2)`, round, n)
	if err != nil {
		return nil, pg.Fail(err, "read from whom a household came")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Having])
	return list, pg.Fail(err, "read from whom a household came")
}

// livesIn is the township in which a household lives now; of who has left the area, or is nobody
// any more, that of the list.
func (q *Quota) livesIn(ctx context.Context, tx *pg.Tx, e Entry) (core.RegionCode, error) {
	home, err := q.d.Registry.Home(ctx, tx, e.Household)
	if errors.Is(err, registry.ErrNoHousehold) {
		return e.Region, nil
	}
	return home.Region, err
}

// cleared is when two people last said of entry n that it is not so that it has one already.
func (c *Course) cleared(n int) (at time.Time) {
	for i := range c.Skips {
		if s := &c.Skips[i]; s.N == n && s.Reason == Had && s.State == "refused" && s.Seconded.After(at) {
			at = s.Seconded
		}
	}
	return at
}

// barred refuses a second one to a household, and one while another list waits for its answer.
func barred(has []Having) (err error) {
	for _, h := range has {
		switch {
		case h.Parted:
		case h.Open && err == nil:
			err = ErrElsewhere
		case !h.Open && !h.Cleared:
			err = ErrHad
		}
	}
	return err
}

// alone has whoever acts on the place of a household wait for whoever does by another list.
func alone(ctx context.Context, tx *pg.Tx, home core.HouseholdID) error {
	_, err := tx.Exec(ctx, `select quota_alone($1)`, int64(home))
	return pg.Fail(err, "wait for another list")
}

// once refuses that a household takes a place where it took one by another list: both were
// offered before this was asked. What it has by a case may be this very place.
func (q *Quota) once(ctx context.Context, tx *pg.Tx, r Round, e Entry) error {
	if err := alone(ctx, tx, e.Household); err != nil {
		return err
	}
	has, err := elsewhere(ctx, tx, r.ID, e.N)
	if err == nil && errors.Is(barred(has), ErrHad) {
		err = ErrTwice
	}
	return err
}
