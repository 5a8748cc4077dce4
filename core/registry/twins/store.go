package twins

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/names"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/seal"
)

// Deps is what New needs. All are required.
type Deps struct {
	DB       *pg.DB // the platform's
	Registry *registry.Registry
	Audit    *audit.Log
	Jobs     *jobs.Inserter // of the platform's queue
	Ring     *seal.Ring     // seals why people said what they said
}

// Twins finds, shows and settles pairs. It is safe for concurrent use.
type Twins struct {
	Deps
	table  *names.Table
	atOnce int // pairs for one transaction
}

// New makes ready Twins.
func New(d Deps) (*Twins, error) {
	if d.DB == nil || d.Registry == nil || d.Audit == nil || d.Jobs == nil || d.Ring == nil {
		return nil, core.E(core.KindInternal, "twins_deps", "").Wrap(errors.New("twins.Deps needs DB, Registry, Audit, Jobs and Ring"))
	}
	return &Twins{Deps: d, table: names.New(), atOnce: scanAtOnce}, nil
}

// State is what has become of a pair.
type State string

// The states.
const (
	Open      State = "open"
	Later     State = "later" // people want to look again, or ask first
	One       State = "same"
	Different State = "different"
)

// Pair is one flagged pair as somebody of one township sees it: Person is a row of
// theirs. Of the other, where it stands in a township out of their sight, they know
// OtherTown and nothing else.
type Pair struct {
	ID        int64
	Person    core.PersonID
	Town      core.RegionCode
	Other     core.PersonID
	OtherTown core.RegionCode
	Total     int
	Found     time.Time // of those that Merged gives: when they were
	State     State
	Until     core.Date // shown again on; zero but for Later
	Waits     Waits
	Sayers    []core.StaffID // whose word it waits beside; none where it waits for nobody's

	since int64 // the word by which the rows were last two again; 0 for never
}

// ErrNoPair says that there is no such pair within the scope.
var ErrNoPair = core.E(core.KindNotFound, "pair_unknown", "没有这一对登记,可能已经处理完了。")

const pairColumns = `pair, person, region, other, other_region, total, found, state, until, waits, sayers, since`

func scanPair(row pgx.CollectableRow) (Pair, error) {
	var p Pair
	var until *time.Time
	var waits *Waits
	err := row.Scan(&p.ID, &p.Person, &p.Town, &p.Other, &p.OtherTown, &p.Total, &p.Found, &p.State, &until, &waits, &p.Sayers, &p.since)
	if waits != nil {
		p.Waits = *waits
	}
	if until != nil {
		p.Until = core.DateOf(*until)
	}
	return p, err
}

// maxList bounds a list of pairs: two clicks, and the next one comes.
const maxList = 50

// Waiting lists the pairs of the scope that wait for people, those for which most
// speaks first, each once. Of a row in a township out of the scope neither the id nor
// the total is given.
func (t *Twins) Waiting(ctx context.Context, tx *pg.Tx) ([]Pair, error) {
	const sql = `select pair, person, region, case when seen then other else 0 end, other_region, case when seen then total else 0 end, found, state, until, waits, sayers, since
		from (select distinct on (pair) ` + pairColumns + `, exists (select from person o where o.id = other) as seen from person_pair
			where state = 'open' or state = 'later' and until <= $1 order by pair, person) p
		order by total desc, pair limit $2`
	rows, err := tx.Query(ctx, sql, tx.Today().Time(), maxList)
	if err != nil {
		return nil, pg.Fail(err, "list pairs")
	}
	list, err := pgx.CollectRows(rows, scanPair)
	return list, pg.Fail(err, "list pairs")
}

// Merged lists the pairs of the scope that people found to be one person, the newest
// first: who has doubts can undo one.
func (t *Twins) Merged(ctx context.Context, tx *pg.Tx) ([]Pair, error) {
	const sql = `select pair, person, region, case when seen then other else 0 end, other_region, case when seen then total else 0 end, settled, state, until, waits, sayers, since
		from (select distinct on (pair) ` + pairColumns + `, settled, exists (select from person o where o.id = other) as seen from person_pair
			where state = 'same' order by pair, person) p
		order by settled desc, pair limit $1`
	rows, err := tx.Query(ctx, sql, maxList)
	if err != nil {
		return nil, pg.Fail(err, "list merged pairs")
	}
	list, err := pgx.CollectRows(rows, scanPair)
	return list, pg.Fail(err, "list merged pairs")
}

// Names gives the names of those of the rows that the scope sees, masked: family name, 某,
// the last character. A list is no look at somebody, and needs no purpose.
func (t *Twins) Names(ctx context.Context, tx *pg.Tx, list []Pair) (map[core.PersonID]string, error) {
	ids := make([]core.PersonID, 0, 2*len(list))
	for _, p := range list {
		ids = append(ids, p.Person, p.Other)
	}
	rows, err := tx.Query(ctx, `select id, name from person where id = any($1)`, ids)
	if err != nil {
		return nil, pg.Fail(err, "name pairs")
	}
	out := map[core.PersonID]string{}
	var id core.PersonID
	var name string
	_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error { out[id] = masked(name); return nil })
	return out, pg.Fail(err, "name pairs")
}

func masked(name string) string {
	chars := []rune(name)
	if len(chars) < 3 {
		return string(chars[:min(len(chars), 1)]) + "某"
	}
	return string(chars[0]) + "某" + string(chars[len(chars)-1])
}

// lines reads the lines of a pair that the scope sees: two where both rows stand in it.
func (t *Twins) lines(ctx context.Context, tx *pg.Tx, id int64, lock bool) ([]Pair, error) {
	sql := `select ` + pairColumns + ` from person_pair where pair = $1 order by person`
	if lock {
		sql = `select ` + pairColumns + ` from person_pair where pair = $1 order by person for update`
	}
	rows, err := tx.Query(ctx, sql, id)
	if err != nil {
		return nil, pg.Fail(err, "read a pair")
	}
	list, err := pgx.CollectRows(rows, scanPair)
	if err == nil && len(list) == 0 {
		return nil, ErrNoPair
	}
	return list, pg.Fail(err, "read a pair")
}
