package registry

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// eventColumns is what events reads.
const eventColumns = `select id, kind, day - date '1970-01-01', source, known_at, region, household, coalesce(person, 0), coalesce(undoes, 0),
	coalesce((select u.kind from life_event u where u.id = e.undoes), ''), exists (select from life_event u where u.undoes = e.id), made_by, words from life_event e`

// Events reads the events of a household with whom they are about, the newest first, at most
// a hundred, in one audit entry, also where there are none. Errors: ErrNoHousehold.
func (l *Life) Events(ctx context.Context, tx *pg.Tx, why Purpose, household core.HouseholdID) ([]Event, error) {
	list, err := l.events(ctx, tx, eventColumns+` where household = $1 or id in (select event from life_change where household = $1) order by id desc limit 100`, int64(household))
	if err != nil {
		return nil, err
	}
	home, err := l.reg.Home(ctx, tx, household)
	if err != nil {
		return nil, err
	}
	detail := looked{Home: household, Shown: shownOf(list...)}
	for _, e := range list {
		for _, id := range e.persons() {
			if !slices.Contains(detail.Persons, id) {
				detail.Persons = append(detail.Persons, id)
			}
		}
	}
	return list, l.reg.trace(ctx, tx, why, "events.read", Person{Region: home.Region}, detail)
}

// events runs one of this package's queries for eventColumns, with whom they are about, what was
// said of them, and who wants them taken back.
func (l *Life) events(ctx context.Context, tx *pg.Tx, sql string, arg any) ([]Event, error) {
	rows, err := tx.Query(ctx, sql, arg)
	if err != nil {
		return nil, pg.Fail(err, "read events")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Event, error) {
		var e Event
		var words []byte
		err := row.Scan(&e.ID, &e.Kind, &e.Told.Day, &e.Told.Source, &e.KnownAt, &e.Region, &e.Household, &e.Person, &e.Undoes, &e.UndoesOf, &e.Undone, &e.By, &words)
		if err == nil {
			e.Words, err = l.reg.opened(words, wordsAt(e.ID))
		}
		return e, err
	})
	if err != nil {
		return nil, pg.Fail(err, "read events")
	}
	if err := l.parties(ctx, tx, list); err != nil {
		return nil, err
	}
	return list, l.asks(ctx, tx, list)
}

// shownOf says what is shown of events, for the log.
func shownOf(events ...Event) (shown []string) {
	named, said := false, false
	for _, e := range events {
		named, said = named || len(e.People) > 0, said || e.Words != "" || e.Ask != nil
	}
	if named {
		shown = append(shown, "name")
	}
	if said {
		shown = append(shown, "words")
	}
	return shown
}

func (e Event) persons() (ids []core.PersonID) {
	for _, p := range e.People {
		ids = append(ids, p.Person)
	}
	return ids
}

// parties names whom events are about: who came, went, died or was born, and who married
// somebody that came. Who only stayed and became another one's relation is not named; an
// undo is about those of what it undoes.
func (l *Life) parties(ctx context.Context, tx *pg.Tx, list []Event) error {
	const sql = `with told as (select event, person from life_change where event = any($1) and person is not null group by event, person
			having bool_or(what = 'person') or count(distinct household) > 1 or not bool_or(what = 'membership' and after is not null and after ->> 'until' is null)
				or bool_and(before is null)
		union select id, person from life_event where id = any($1) and person is not null)
		select t.event, p.id, p.name from told t join person p on p.id = t.person
		order by t.event, exists (select from life_change c where c.event = t.event and c.person = t.person and c.after ? 'wed'), p.id`
	about := map[EventID][]int{}
	for i, e := range list {
		id := e.ID
		if e.Undoes != 0 {
			id = e.Undoes
		}
		about[id] = append(about[id], i)
	}
	ids := make([]int64, 0, len(about))
	for id := range about {
		ids = append(ids, int64(id))
	}
	rows, err := tx.Query(ctx, sql, ids)
	if err != nil {
		return pg.Fail(err, "read whom events are about")
	}
	var id EventID
	var p Party
	_, err = pgx.ForEachRow(rows, []any{&id, &p.Person, &p.Name}, func() error {
		for _, i := range about[id] {
			list[i].People = append(list[i].People, p)
		}
		return nil
	})
	return pg.Fail(err, "read whom events are about")
}

// weds notes that somebody who stayed where they were married somebody: nothing else that an
// event changes would say so.
func (w *writing) weds(ctx context.Context, id, with core.PersonID) error {
	before, err := w.personNow(ctx, id)
	if err != nil {
		return err
	}
	after := struct {
		personImage
		Wed core.PersonID `json:"wed"`
	}{before, with}
	return w.record(ctx, lifeChange{what: ofPerson, key: memberKey{person: id}}, before, after)
}
