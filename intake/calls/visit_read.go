package calls

import (
	"context"
	"encoding/json"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

const visitColumns = `v.id, v.call, v.region, v.village, v.source, v.lost, v.wrapped, v.sealed, v.tries, v.due, v.done is not null, c.began, c.caller, c.caller_key`

// mostVisits is how many are listed at once; the oldest come first.
const mostVisits = 100

// Visits lists the open visits of some townships, those of one village first.
func (l *Log) Visits(ctx context.Context, tx *pg.Tx, regions []core.RegionCode, village core.RegionCode) ([]Visit, error) {
	const sql = `select ` + visitColumns + ` from call_visit v join call c on c.id = v.call
		where v.region = any ($1) and v.done is null and not v.lost order by (v.village = $2) desc, v.due, v.id limit $3`
	return l.visits(ctx, tx, sql, regions, string(village), mostVisits)
}

// Stuck lists the visits that need somebody at the telephones: those whose place nobody
// knows, whom nobody knows there, and to which nobody went by their day. It needs the whole city.
func (l *Log) Stuck(ctx context.Context, tx *pg.Tx) ([]Visit, error) {
	const sql = `select ` + visitColumns + ` from call_visit v join call c on c.id = v.call
		where v.done is null and (v.lost or v.due < $1) order by v.due, v.id limit $2`
	return l.visits(ctx, tx, sql, tx.Today().Time(), mostVisits)
}

// stuck reports whether a visit is for agents to see: nobody can make it, or nobody did.
func stuck(v Visit, today core.Date) bool { return v.Lost || v.Due < today }

// StuckVisit is Visit for agents. Errors: KindNotFound for what is not on their list.
func (l *Log) StuckVisit(ctx context.Context, tx *pg.Tx, id int64) (Visit, error) {
	v, err := l.Visit(ctx, tx, id)
	if err == nil && !stuck(v, tx.Today()) {
		return Visit{}, errNoVisit
	}
	return v, err
}

// StuckCount is how many Stuck lists, and more.
func (l *Log) StuckCount(ctx context.Context) (n int, err error) {
	const sql = `select count(*) from call_visit where done is null and (lost or due < $1)`
	err = l.db.Read(ctx, pg.City("how many visits nobody can make, for the agents' room"), func(ctx context.Context, tx *pg.Tx) error {
		return pg.Fail(tx.QueryRow(ctx, sql, tx.Today().Time()).Scan(&n), "count visits")
	})
	return n, err
}

// lockVisit reads an open visit of the transaction's scope and holds it. Errors:
// KindNotFound, ErrVisited.
func (l *Log) lockVisit(ctx context.Context, tx *pg.Tx, id int64) (Visit, error) {
	const sql = `select ` + visitColumns + ` from call_visit v join call c on c.id = v.call where v.id = $1 for update of v`
	v, done, err := l.scanVisit(tx.QueryRow(ctx, sql, id))
	if err == nil && done {
		err = ErrVisited
	}
	return v, err
}

// Visit reads one open visit of the transaction's scope. Errors: KindNotFound, ErrVisited.
func (l *Log) Visit(ctx context.Context, tx *pg.Tx, id int64) (Visit, error) {
	const sql = `select ` + visitColumns + ` from call_visit v join call c on c.id = v.call where v.id = $1`
	v, done, err := l.scanVisit(tx.QueryRow(ctx, sql, id))
	if err == nil && done {
		err = ErrVisited
	}
	return v, err
}

func (l *Log) visits(ctx context.Context, tx *pg.Tx, sql string, args ...any) ([]Visit, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "list visits")
	}
	defer rows.Close()
	var out []Visit
	for rows.Next() {
		v, _, err := l.scanVisit(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, pg.Fail(rows.Err(), "list visits")
}

func (l *Log) scanVisit(row scanner) (v Visit, done bool, err error) {
	var w words
	var due time.Time
	var caller, key []byte
	if err := row.Scan(&v.ID, &v.Call, &v.Region, &v.Village, &v.Source, &v.Lost, &w.wrapped, &w.sealed, &v.Tries, &due, &done, &v.Began, &caller, &key); err != nil {
		return v, false, pg.Fail(err, "read a visit")
	}
	v.Due = core.NewDate(due.Date())
	plain, err := l.openWords(w, aboutAt(v.Call))
	if err != nil {
		return v, false, err
	}
	if err := json.Unmarshal(plain, &v.About); err != nil {
		return v, false, core.E(core.KindInternal, "visit_codec", "") // the cause may quote a name
	}
	v.Caller, err = l.callerOf(v.Call, caller, key)
	return v, done, err
}
