package registry

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
)

// UndoState is how far a request to take an event back is.
type UndoState string

// The states. Kept: the second person says that the event stands.
const (
	UndoOpen      UndoState = "open"
	UndoAgreed    UndoState = "agreed"
	UndoKept      UndoState = "kept"
	UndoWithdrawn UndoState = "withdrawn"
)

// UndoAsk is what somebody said who wants a death or a departure taken back that another
// registered, and what came of it.
type UndoAsk struct {
	ID       int64
	Event    EventID
	By       string // "staff:7"
	At       time.Time
	Words    string // why
	State    UndoState
	JudgedBy string // "" while it is open
	Judged   time.Time
	Answer   string // why
}

var (
	// ErrUndoAsked: whoever asks asked already.
	ErrUndoAsked = core.E(core.KindConflict, "undo_asked", "撤销您已经提过了,要由另一位同事定。不想撤了,点「收回」。")
	// ErrUndoOwn is the answer to who registered an event and would be the one to keep it.
	ErrUndoOwn = core.E(core.KindForbidden, "undo_own", "这是您自己登记的,撤不撤要由别的同事定。您同意撤,可以点撤销。")
	// ErrUndoMoved: nobody asks for it any more.
	ErrUndoMoved = core.E(core.KindConflict, "undo_state", "没有等着定的撤销,可能刚刚有人定过。请刷新后再看。")
	// ErrUndoTwo: who asked does not decide, and who did not ask takes nothing back.
	ErrUndoTwo = core.E(core.KindForbidden, "undo_two_people", "撤销去世、搬出德州的登记要两个人:一位提,另一位定。")
)

// slip is how long whoever registered a death or a departure takes it back alone.
const slip = 24 * time.Hour

// Alone reports whether one person takes an event back. A birth or a move one does, as one
// registers it. A death or a departure holds money back, and to take it back lets money go to
// somebody again who may be dead: whoever wants that needs only the undo, and never the
// registration. So it takes two people, as a correction and the parting of one who was merged do.
// Whoever registered it themselves takes it back alone within a day: a slip of the pen must not
// leave the living without their money, and it gives nobody more than not to have registered it.
func (e Event) Alone(by string, now time.Time) bool {
	return e.Kind != EventDeath && e.Kind != EventMoveOut || e.By == by && e.KnownAt.After(now.Add(-slip))
}

// TakeBack takes an event back where why.Actor may alone (Alone) or another asked for it before,
// and asks for it else: undone says which. Because says why. Errors: KindInvalid without it;
// ErrUndoAsked; as Undo.
func (l *Life) TakeBack(ctx context.Context, tx *pg.Tx, why Purpose, source string, event EventID) (undone bool, err error) {
	if !says(l.words) {
		return false, errWhy
	}
	e, err := l.Event(ctx, tx, why, event)
	if err != nil {
		return false, err
	}
	switch {
	case e.Kind == EventUndo || e.Undone:
		return false, ErrUndone
	case e.Ask != nil && e.Ask.State == UndoOpen:
		if err := l.judge(ctx, tx, why, e, UndoAgreed); err != nil {
			return false, err
		}
	case !e.Alone(why.actor(), tx.Now()):
		return false, l.askUndo(ctx, tx, why, e)
	}
	_, err = l.Undo(ctx, tx, why, source, event)
	return err == nil, err
}

// KeepEvent ends a request to take an event back: another person than who asked says that the
// event stands, or who asked withdraws. Because says why. Errors: KindInvalid without it;
// ErrUndoMoved; ErrNoEvent.
func (l *Life) KeepEvent(ctx context.Context, tx *pg.Tx, why Purpose, event EventID) error {
	if !says(l.words) {
		return core.Invalid("reason", "写清楚为什么不撤:问了谁、看了什么、怎么说的,4 到 300 个字。")
	}
	e, err := l.Event(ctx, tx, why, event)
	if err != nil {
		return err
	}
	if e.Ask == nil || e.Ask.State != UndoOpen {
		return ErrUndoMoved
	}
	if e.Ask.By == why.actor() {
		return l.judge(ctx, tx, why, e, UndoWithdrawn)
	}
	if e.By == why.actor() { // whoever registered a death of somebody alive would keep it for ever
		return ErrUndoOwn
	}
	return l.judge(ctx, tx, why, e, UndoKept)
}

func (l *Life) askUndo(ctx context.Context, tx *pg.Tx, why Purpose, e Event) error {
	var id int64
	if err := tx.QueryRow(ctx, `select nextval('life_undo_id_seq')`).Scan(&id); err != nil {
		return pg.Fail(err, "number a request")
	}
	reason, err := l.reg.ring.Seal([]byte(l.words), undoAt(id, "reason"))
	if err != nil {
		return err
	}
	const sql = `insert into life_undo (id, region, event, household, reason, asked_by, asked) values ($1, $2, $3, $4, $5, $6, $7)`
	_, err = tx.Exec(ctx, sql, id, string(e.Region), e.ID, int64(e.Household), reason, why.actor(), tx.Now())
	switch pg.Constraint(err) {
	case "life_undo_open":
		return ErrUndoMoved
	case "life_undo_stands":
		return ErrUndone
	}
	if err != nil {
		return beyond(err, "ask for an undo")
	}
	return l.traceEvent(ctx, tx, why, "event.undo_asked", e, looked{})
}

// judge keeps what a second person says of a request, or that who asked withdraws it.
func (l *Life) judge(ctx context.Context, tx *pg.Tx, why Purpose, e Event, to UndoState) error {
	if e.Ask.By == why.actor() && to != UndoWithdrawn {
		return ErrUndoAsked
	}
	answer, err := l.reg.ring.Seal([]byte(l.words), undoAt(e.Ask.ID, "answer"))
	if err != nil {
		return err
	}
	const sql = `update life_undo set state = $2, answer = $3, judged_by = $4, judged = $5 where id = $1 and state = 'open'`
	tag, err := tx.Exec(ctx, sql, e.Ask.ID, to, answer, why.actor(), tx.Now())
	if err != nil {
		return beyond(err, "judge an undo")
	}
	if tag.RowsAffected() == 0 {
		return ErrUndoMoved
	}
	return l.traceEvent(ctx, tx, why, "event.undo_judged", e, looked{Shown: []string{string(to)}})
}

func undoAt(id int64, column string) seal.At { return at("life_undo", id, column) }

// asks reads what was asked last about each of some events.
func (l *Life) asks(ctx context.Context, tx *pg.Tx, list []Event) error {
	ids := make([]int64, 0, len(list))
	for _, e := range list {
		ids = append(ids, int64(e.ID))
	}
	const sql = `select distinct on (event) id, event, asked_by, asked, reason, state, coalesce(judged_by, ''), coalesce(judged, 'epoch'), answer
		from life_undo where event = any ($1) order by event, id desc`
	rows, err := tx.Query(ctx, sql, ids)
	if err != nil {
		return pg.Fail(err, "read who wants an event taken back")
	}
	of := map[EventID]*UndoAsk{}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a UndoAsk, err error) {
		var reason, answer []byte
		if err = row.Scan(&a.ID, &a.Event, &a.By, &a.At, &reason, &a.State, &a.JudgedBy, &a.Judged, &answer); err != nil {
			return a, err
		}
		if a.Words, err = l.reg.opened(reason, undoAt(a.ID, "reason")); err == nil {
			a.Answer, err = l.reg.opened(answer, undoAt(a.ID, "answer"))
		}
		return a, err
	})
	for i := range found {
		of[found[i].Event] = &found[i]
	}
	for i := range list {
		list[i].Ask = of[list[i].ID]
	}
	return pg.Fail(err, "read who wants an event taken back")
}

// UndosWaiting reads the deaths and departures that somebody of the scope wants taken back and
// nobody has judged yet, the oldest first, at most a hundred, with an entry for each.
func (l *Life) UndosWaiting(ctx context.Context, tx *pg.Tx, why Purpose) ([]Event, error) {
	list, err := l.events(ctx, tx, eventColumns+` where id in (select event from life_undo where state = 'open') order by id limit $1`, 100)
	for _, e := range list {
		if err == nil {
			err = l.traceEvent(ctx, tx, why, "events.read", e, looked{Persons: e.persons(), Shown: shownOf(e)})
		}
	}
	return list, err
}

// Event reads one event as Events does, in one audit entry. Errors: ErrNoEvent.
func (l *Life) Event(ctx context.Context, tx *pg.Tx, why Purpose, id EventID) (Event, error) {
	list, err := l.events(ctx, tx, eventColumns+` where id = $1`, int64(id))
	if err != nil {
		return Event{}, err
	}
	if len(list) == 0 {
		return Event{}, ErrNoEvent
	}
	e := list[0]
	return e, l.traceEvent(ctx, tx, why, "events.read", e, looked{Persons: e.persons(), Shown: shownOf(e)})
}

// eventRefused turns what the database says of an event into what whoever tells it can do.
func eventRefused(err error) error {
	switch pg.Constraint(err) {
	case "life_event_undone":
		return ErrUndone
	case "life_event_basis":
		return errBasis
	case "life_event_two_people":
		return ErrUndoTwo
	}
	return nil
}
