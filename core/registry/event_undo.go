package registry

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// changes reads what an event did, the last first, holds the rows, and makes sure that
// nothing else came over any of it.
func (w *writing) changes(ctx context.Context, event EventID) ([]lifeChange, error) {
	list, err := readChanges(ctx, w.tx, `select `+changeColumns+` from life_change where event = $1 order by id desc`, event)
	if err != nil {
		return nil, err
	}
	var people []core.PersonID
	var homes []core.HouseholdID
	for _, c := range list {
		if c.key.person != 0 && !slices.Contains(people, c.key.person) {
			people = append(people, c.key.person)
		}
		if c.key.household != 0 && !slices.Contains(homes, c.key.household) {
			homes = append(homes, c.key.household)
		}
	}
	err = w.lock(ctx, people, homes...)
	if errors.Is(err, ErrUnknown) || errors.Is(err, ErrNoHousehold) {
		return nil, ErrBeyond // a part of it is another township's to see
	}
	if err != nil {
		return nil, err
	}
	w.people = people
	return list, w.stands(ctx, event, people, homes)
}

// stands makes sure that an event is not undone, and that nothing else happened since to
// the people and households that it is about. What happened and was undone is nothing.
func (w *writing) stands(ctx context.Context, event EventID, people []core.PersonID, homes []core.HouseholdID) error {
	const sql = `select exists (select from life_event where undoes = $1),
		exists (select from life_change c join life_event e on e.id = c.event
			where c.id > (select min(id) from life_change where event = $1) and c.event <> $1 and (c.person = any($2) or c.household = any($3)) and e.kind <> 'undo'
				and not exists (select from life_event u where u.undoes = e.id))`
	var undone, overlaid bool
	if err := w.tx.QueryRow(ctx, sql, event, idsOf(people), idsOf(homes)).Scan(&undone, &overlaid); err != nil {
		return pg.Fail(err, "look at what followed an event")
	}
	switch {
	case undone:
		return ErrUndone
	case overlaid:
		return ErrOverlaid
	}
	return nil
}

// back makes one row stand as it did before a change.
func (w *writing) back(ctx context.Context, c lifeChange) error {
	switch c.what {
	case ofMembership:
		before, err := image[memberImage](c.before)
		if err != nil {
			return err
		}
		return w.member(ctx, c.key, before)
	case ofPerson:
		before, err := image[personImage](c.before)
		if err != nil || before == nil {
			return err
		}
		return w.person(ctx, c.key.person, *before)
	default:
		before, err := image[homeImage](c.before)
		if err != nil {
			return err
		}
		now, err := w.homeNow(ctx, c.key.household)
		if err != nil {
			return err
		}
		return w.home(ctx, c.key.household, &now, before)
	}
}

const changeColumns = `id, event, day - date '1970-01-01', known_at, what, coalesce(household, 0), coalesce(person, 0), coalesce(since - date '1970-01-01', 0), before, after`

// readChanges runs one of this package's queries for changeColumns.
func readChanges(ctx context.Context, tx *pg.Tx, sql string, arg any) ([]lifeChange, error) {
	rows, err := tx.Query(ctx, sql, arg)
	if err != nil {
		return nil, pg.Fail(err, "read changes")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (lifeChange, error) {
		var c lifeChange
		err := row.Scan(&c.id, &c.event, &c.day, &c.known, &c.what, &c.key.household, &c.key.person, &c.key.since, &c.before, &c.after)
		return c, err
	})
	return list, pg.Fail(err, "read changes")
}
