package registry

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Move brings people into another household, an old one or a new one, wherever in the
// city it is. Errors: KindInvalid for nobody, a ref that is taken or a place that does not
// exist, ErrUnknown and ErrNoHousehold outside the scope, ErrDead, ErrOrder, ErrBeyond.
func (l *Life) Move(ctx context.Context, tx *pg.Tx, why Purpose, told Told, movers []Mover, to Target) (EventID, core.HouseholdID, error) {
	return l.moved(ctx, tx, why, EventMove, told, movers, to, nil, nil)
}

// MoveIn brings people back who belong to no household: they had left the city. Who is
// not registered yet arrives (Arrive). Errors: KindInvalid for who belongs to
// one, and as Move.
func (l *Life) MoveIn(ctx context.Context, tx *pg.Tx, why Purpose, told Told, movers []Mover, to Target) (EventID, core.HouseholdID, error) {
	return l.moved(ctx, tx, why, EventMoveIn, told, movers, to, nil, func(w *writing, home core.HouseholdID) error {
		if len(w.touched) > 1 {
			return core.Invalid("members", "这个人还在本市的一户里,请登记为市内搬迁。")
		}
		return nil
	})
}

// moved is every event by which people change their household: may looks at them before, fits
// at what became of it.
func (l *Life) moved(ctx context.Context, tx *pg.Tx, why Purpose, kind EventKind, told Told, movers []Mover, to Target, may func(*writing) error, fits func(*writing, core.HouseholdID) error) (EventID, core.HouseholdID, error) {
	w, err := l.begin(ctx, tx, why, kind, told)
	if err != nil {
		return 0, 0, err
	}
	if may != nil {
		if err := may(w); err != nil {
			return 0, 0, err
		}
	}
	home, err := w.transfer(ctx, movers, to)
	if err != nil {
		return 0, 0, err
	}
	if fits != nil {
		if err := fits(w, home); err != nil {
			return 0, 0, err
		}
	}
	if len(movers) == 1 {
		w.event.Person = movers[0].Person
	}
	id, err := w.end(ctx)
	return id, home, err
}

// MoveHome moves a whole household to another place of the city, with everybody and
// everything that hangs on it. Errors: as Move.
func (l *Life) MoveHome(ctx context.Context, tx *pg.Tx, why Purpose, told Told, household core.HouseholdID, live core.Place, hukou core.RegionCode) (EventID, error) {
	w, err := l.begin(ctx, tx, why, EventMove, told)
	if err != nil {
		return 0, err
	}
	if err := w.lock(ctx, nil, household); err != nil { // first: nobody joins meanwhile
		return 0, err
	}
	people, err := w.members(ctx, household)
	if err != nil {
		return 0, err
	}
	if err := w.lock(ctx, people); err != nil {
		return 0, err
	}
	if err := w.placedBefore(ctx, household); err != nil {
		return 0, err
	}
	w.people = people
	before, err := w.homeNow(ctx, household)
	if err != nil {
		return 0, err
	}
	to, err := l.reg.place(live, hukou)
	if err != nil {
		return 0, err
	}
	if to.Address, err = l.reg.sealAddress(household, live.Detail); err != nil {
		return 0, err
	}
	if err := w.home(ctx, household, &before, &to); err != nil {
		return 0, err
	}
	for _, id := range people {
		if err := w.person(ctx, id, personImage{Region: to.Region, Village: to.Village}); err != nil {
			return 0, err
		}
	}
	return w.end(ctx)
}

// members lists who belongs to a household now.
func (w *writing) members(ctx context.Context, household core.HouseholdID) ([]core.PersonID, error) {
	rows, err := w.tx.Query(ctx, `select person from membership where household = $1 and until is null order by person`, int64(household))
	if err != nil {
		return nil, pg.Fail(err, "read memberships")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[core.PersonID])
	if err == nil && len(list) == 0 {
		return nil, ErrNoHousehold
	}
	return list, pg.Fail(err, "read memberships")
}

// placedBefore refuses a move before the last one of a household that stands.
func (w *writing) placedBefore(ctx context.Context, household core.HouseholdID) error {
	const sql = `select coalesce(max(c.day) - date '1970-01-01', 0) from life_change c join life_event e on e.id = c.event
		where c.household = $1 and c.what = 'household' and e.kind <> 'undo' and not exists (select from life_event u where u.undoes = e.id)`
	var last core.Date
	if err := w.tx.QueryRow(ctx, sql, int64(household)).Scan(&last); err != nil {
		return pg.Fail(err, "read where a household lived")
	}
	if w.event.Told.Day < last {
		return ErrOrder
	}
	return nil
}

// MoveOut ends the memberships of people who leave the city. Their rows stay where they
// last lived. Because says by what it is told. Errors: KindInvalid without that, ErrNoHousehold for
// who belongs to none, and as Move.
func (l *Life) MoveOut(ctx context.Context, tx *pg.Tx, why Purpose, told Told, people ...core.PersonID) (EventID, error) {
	w, err := l.begin(ctx, tx, why, EventMoveOut, told)
	if err != nil {
		return 0, err
	}
	if len(people) == 0 || len(people) > core.MaxMembers || distinct(people) < len(people) {
		return 0, core.Invalid("members", "请选出要变动的家庭成员,每人一次。")
	}
	if err := w.lock(ctx, people); err != nil {
		return 0, err
	}
	w.people = people
	for _, id := range people {
		o, err := w.now(ctx, id)
		if err != nil {
			return 0, err
		}
		if o.key.household == 0 {
			return 0, ErrNoHousehold
		}
		if err := w.leave(ctx, o); err != nil {
			return 0, err
		}
	}
	if len(people) == 1 {
		w.event.Person = people[0]
	}
	return w.end(ctx)
}

// Undo takes back an event that was entered wrongly: everything it changed stands as
// before. Both are kept, so that what was known in between can still be read. Because says why.
// The database holds that two people take back what one may not alone (TakeBack). Errors:
// KindInvalid without a reason, ErrNoEvent, ErrUndone, ErrUndoTwo, ErrOverlaid when something else
// changed meanwhile what it did.
func (l *Life) Undo(ctx context.Context, tx *pg.Tx, why Purpose, source string, event EventID) (EventID, error) {
	var e Event
	const sql = `select kind, day - date '1970-01-01', household, coalesce(person, 0) from life_event where id = $1`
	err := tx.QueryRow(ctx, sql, event).Scan(&e.Kind, &e.Told.Day, &e.Household, &e.Person)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, ErrNoEvent
	}
	if err != nil {
		return 0, pg.Fail(err, "read an event")
	}
	if e.Kind == EventUndo {
		return 0, ErrUndone
	}
	w, err := l.begin(ctx, tx, why, EventUndo, Told{e.Told.Day, source})
	if err != nil {
		return 0, err
	}
	w.event.Undoes, w.event.Person = event, e.Person
	w.touch(e.Household)
	changes, err := w.changes(ctx, event)
	if err != nil {
		return 0, err
	}
	for _, c := range changes {
		if err := w.back(ctx, c); err != nil {
			return 0, err
		}
	}
	return w.end(ctx)
}
