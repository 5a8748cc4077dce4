package registry

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/pg"
)

// EventID names a life event.
type EventID int64

// EventKind says what happened in a family.
type EventKind string

// The kinds. An undo takes back an event that was entered wrongly; both stay.
const (
	EventBirth    EventKind = "birth"
	EventDeath    EventKind = "death"
	EventMarriage EventKind = "marriage"
	EventDivorce  EventKind = "divorce"
	EventAdoption EventKind = "adoption"
	EventSplit    EventKind = "split"
	EventMove     EventKind = "move" // within the city
	EventMoveOut  EventKind = "move_out"
	EventMoveIn   EventKind = "move_in"
	EventArrive   EventKind = "arrive" // somebody whom nobody has registered
	EventUndo     EventKind = "undo"
)

// Told is when an event happened and who says so: "registry:civil", "officer:7".
type Told struct {
	Day    core.Date
	Source string
}

// Event is one event as it is kept.
type Event struct {
	ID        EventID
	Kind      EventKind
	Told      Told
	KnownAt   time.Time
	Region    core.RegionCode // where the household lives now
	Household core.HouseholdID
	Person    core.PersonID // 0 where it is about several
	Undoes    EventID       // of an undo
	UndoesOf  EventKind     // what that was
	Undone    bool
	By        string   // who registered it: "staff:7"
	Words     string   // by what it was told, or why another was taken back (Because); "" where none are kept
	Ask       *UndoAsk // who asked last to have it taken back; nil for nobody
	People    []Party  // whom it is about, as far as the scope sees them
}

// Party is somebody an event is about.
type Party struct {
	Person core.PersonID
	Name   string
}

// Mover is somebody who comes into a household, and who they are in it.
type Mover struct {
	Person   core.PersonID
	Ref      core.MemberRef // "": the next free one
	Relation core.Relation
}

// Target is the household that people come into: one that is there, or a new one.
type Target struct {
	Household core.HouseholdID // 0: a new one
	Live      core.Place       // of a new one
	Hukou     core.RegionCode  // of a new one
}

// Errors of events; each says in Chinese what to do.
var (
	// ErrDead: somebody who died is not born, married or moved.
	ErrDead = core.E(core.KindConflict, "person_dead", "这个人已经登记去世。如果登记错了,请先撤销去世登记。")
	// ErrOrder: something that happened later is registered already.
	ErrOrder = core.E(core.KindConflict, "event_order", "这个日期以后已经登记了别的变动,请先撤销后面的变动,再按先后登记。")
	// ErrUnborn: nothing happens to somebody before they are born.
	ErrUnborn = core.E(core.KindConflict, "event_unborn", "这一天他还没有出生。请对一下选的是哪个人、填的是哪一天。")
	// ErrOverlaid: an event is undone only while what it changed stands as it left it.
	ErrOverlaid = core.E(core.KindConflict, "event_overlaid", "这件事以后又登记了别的变动,请先撤销后面的变动。")
	// ErrUndone: it is undone already, or is itself an undo.
	ErrUndone = core.E(core.KindConflict, "event_undone", "这条登记已经撤销,或者本身就是撤销。需要的话请重新登记。")
	// ErrNoEvent: there is no such event within the scope.
	ErrNoEvent = core.E(core.KindNotFound, "event_unknown", "没有找到这条变动登记。")
	// ErrBeyond: a township is needed that the scope does not hold.
	ErrBeyond = core.E(core.KindForbidden, "event_beyond", "这件事牵涉另一个乡镇,请把这件事告诉县里,由县里的人在「查人」里登记,两边他们都看得到。")
)

// Life writes what happens in families: each event is one transaction that changes who
// belongs where, keeps how it was, and has what it touches judged again. Where the one a
// household is called after leaves it, one who stays becomes it. It never changes
// a sheet of facts: those of a person go with the person, those of a household stay with
// the household. An event across townships needs a scope that holds both (ErrBeyond). It
// is safe for concurrent use.
type Life struct {
	reg   *Registry
	queue *jobs.Inserter
	stay  map[core.PersonID]core.Relation // of Afterwards
	words string                          // of Because
}

// NewLife makes a ready Life. The queue is the platform's.
func NewLife(reg *Registry, queue *jobs.Inserter) (*Life, error) {
	if reg == nil || queue == nil {
		return nil, core.E(core.KindInternal, "life_config", "").Wrap(errors.New("registry.NewLife needs a registry and a queue"))
	}
	return &Life{reg: reg, queue: queue}, nil
}

// Homes lists the households that an event changed, within the scope of tx. Numbers alone.
func (l *Life) Homes(ctx context.Context, tx *pg.Tx, event EventID) ([]core.HouseholdID, error) {
	rows, err := tx.Query(ctx, `select distinct household from life_change where event = $1 and household is not null order by household`, int64(event))
	if err != nil {
		return nil, pg.Fail(err, "read whom an event changed")
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[core.HouseholdID])
	return ids, pg.Fail(err, "read whom an event changed")
}

// Died gives the day on which somebody died; zero for the living. It shows nothing else,
// so it leaves no trace.
func (r *Registry) Died(ctx context.Context, tx *pg.Tx, person core.PersonID) (core.Date, error) {
	var day core.Date
	err := tx.QueryRow(ctx, `select day - date '1970-01-01' from person_death where person = $1`, int64(person)).Scan(&day)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return day, pg.Fail(err, "look whether somebody died")
}
