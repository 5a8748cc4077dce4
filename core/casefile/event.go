package casefile

import (
	"context"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// Event is one line of a case's timeline, told twice: to the citizen in everyday
// words ("" for what stays inside) and to staff. Kind is dotted lower case, such
// as "case.accepted".
type Event struct {
	ID      int64
	Case    core.CaseID
	At      time.Time // set by AddEvent
	Kind    string
	Actor   Actor
	Citizen string
	Staff   string
}

// AddEvent writes a line of the timeline. Lines are never changed.
func (s *Store) AddEvent(ctx context.Context, tx *pg.Tx, e Event) error {
	kind := e.Actor.Kind
	if kind == "" {
		kind = "job"
	}
	tag, err := tx.Exec(ctx, `insert into case_event (case_id, region, at, kind, actor_kind, actor, citizen, staff)
		select id, region, $2, $3, $4, $5, $6, $7 from casefile where id = $1`,
		e.Case, tx.Now(), e.Kind, kind, e.Actor.Name, e.Citizen, e.Staff)
	if err == nil && tag.RowsAffected() == 0 {
		return core.E(core.KindNotFound, "not_found", "没有找到这件事。")
	}
	return pg.Fail(err, "write an event of a case")
}

const eventQuery = `select id, case_id, at, kind, actor_kind, actor, citizen, staff from case_event where case_id = $1 `

// Events reads the timeline, oldest first.
func (s *Store) Events(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]Event, error) {
	return s.events(ctx, tx, eventQuery+`order by id`, id)
}

// told reads the timeline with those of the cases whose application lies with this one as
// its own: nobody's line is lost because two cases became one.
func (s *Store) told(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]Event, error) {
	return s.events(ctx, tx, eventQuery+`or case_id in (select j.younger from case_joined j join case_application a on a.application = j.application
			and a.case_id = j.elder and a.state = 'linked' where j.elder = $1 and j.ended is null)
		order by at, id`, id)
}

func (s *Store) events(ctx context.Context, tx *pg.Tx, sql string, id core.CaseID) ([]Event, error) {
	rows, err := tx.Query(ctx, sql, id)
	if err != nil {
		return nil, pg.Fail(err, "read the events of a case")
	}
	defer rows.Close()
	var list []Event
	for rows.Next() {
		var e Event
		if err := rows.Scan(&e.ID, &e.Case, &e.At, &e.Kind, &e.Actor.Kind, &e.Actor.Name, &e.Citizen, &e.Staff); err != nil {
			return nil, pg.Fail(err, "read an event of a case")
		}
		list = append(list, e)
	}
	return list, pg.Fail(rows.Err(), "read the events of a case")
}
