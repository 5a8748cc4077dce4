package casefile

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/discreet"
	"lianou/core/pg"
)

// MaxMove is how many cases go in one act and one transaction; the rest goes in a next one.
const MaxMove = 200

// HandMove is one act by which cases of somebody went to others.
type HandMove struct {
	ID   int64
	From core.StaffID
	Part Part
	Why  string
	At   time.Time
	By   core.StaffID
	Kept int // cases of it that were not given back
}

// ErrMoveOver is the answer to who would undo a move of another day.
var ErrMoveOver = core.E(core.KindConflict, "move_over", "交接只能当天撤回。要换人,请一件一件指。")

// NewMove writes that a move begins.
func (s *Store) NewMove(ctx context.Context, tx *pg.Tx, m HandMove) (id int64, err error) {
	err = tx.QueryRow(ctx, `insert into hand_move (from_staff, part, why, at, by_staff) values ($1, $2, $3, $4, $5) returning id`,
		m.From, m.Part, m.Why, tx.Now(), m.By).Scan(&id)
	return id, pg.Fail(err, "write a move of somebody's cases")
}

const moveColumns = `select m.id, m.from_staff, m.part, m.why, m.at, m.by_staff,
	(select count(*) from case_handover h where h.move = m.id and h.undone is null) from hand_move m where `

func scanMove(r pgx.CollectableRow) (m HandMove, err error) {
	return m, r.Scan(&m.ID, &m.From, &m.Part, &m.Why, &m.At, &m.By, &m.Kept)
}

// MoveToUndo reads a move of today of which the scope sees a case. Errors: KindNotFound, ErrMoveOver.
func (s *Store) MoveToUndo(ctx context.Context, tx *pg.Tx, id int64) (HandMove, error) {
	rows, err := tx.Query(ctx, moveColumns+`m.id = $1 and exists (select from case_handover h where h.move = m.id)`, id)
	if err != nil {
		return HandMove{}, pg.Fail(err, "read a move of somebody's cases")
	}
	m, err := pgx.CollectExactlyOneRow(rows, scanMove)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return m, core.E(core.KindNotFound, "no_move", "没有这一次交接。")
	case err == nil && core.DateOf(m.At) != tx.Today():
		return m, ErrMoveOver
	}
	return m, pg.Fail(err, "read a move of somebody's cases")
}

// MovesToday lists the moves of today of which the scope sees a case, the newest first, at most 20.
func (s *Store) MovesToday(ctx context.Context, tx *pg.Tx) ([]HandMove, error) {
	rows, err := tx.Query(ctx, moveColumns+`m.at >= $1 and exists (select from case_handover h where h.move = m.id and h.undone is null) order by m.id desc limit 20`,
		tx.Today().Time().Add(-8*time.Hour)) // midnight in China
	if err != nil {
		return nil, pg.Fail(err, "read moves of cases")
	}
	list, err := pgx.CollectRows(rows, scanMove)
	return list, pg.Fail(err, "read moves of cases")
}

// AllInHand lists the open cases of the scope that somebody has in hand in one part, the oldest
// first, at most limit.
func (s *Store) AllInHand(ctx context.Context, tx *pg.Tx, who core.StaffID, part Part, limit int) ([]Case, error) {
	const officers = ` from casefile f where f.officer = $1 and f.state not in ('returned', 'settled', 'withdrawn') order by f.id limit $2`
	const assistants = ` from casefile f where f.assistant = $1 and f.state not in ('returned', 'settled', 'withdrawn') order by f.id limit $2`
	sql := `select ` + caseColumns + officers
	if part == PartAssistant {
		sql = `select ` + caseColumns + assistants
	}
	rows, err := tx.Query(ctx, sql, int64(who), limit)
	if err != nil {
		return nil, pg.Fail(err, "read what somebody has in hand")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (Case, error) { return scanCase(r) })
	return list, pg.Fail(err, "read what somebody has in hand")
}

// ChangedHands is how many cases of a township changed hands or were handed back often, by the
// month in which they last did. A few of a township are somebody's: their number is not in it.
type ChangedHands struct {
	Region core.RegionCode
	Town   string
	Month  string // 2026-11
	Cases  discreet.Count
}

// changes are the times a case went from hand to hand or back to the county, of a year. One that was open
// again with who had it before did not.
const changes = `with changes as (
	select h.case_id, h.region, h.at from case_hop h where h.at >= $1
		and (select b.staff from case_hop b where b.case_id = h.case_id and b.id < h.id order by b.id desc limit 1) <> h.staff
	union all select b.case_id, b.region, b.at from case_bounce b where b.at >= $1),
	often as (select case_id, region, count(*) as n, max(at) as last from changes group by case_id, region having count(*) > $2)`

// ChangedOften counts the cases of the scope that changed hands more than so many times within
// a year, by township and month, the newest month first. It tells no case, and no order of what is hidden.
func (s *Store) ChangedOften(ctx context.Context, tx *pg.Tx, more int) ([]ChangedHands, error) {
	rows, err := tx.Query(ctx, changes+` select o.region, (select f.town from casefile f where f.id = min(o.case_id)), to_char(o.last at time zone 'Asia/Shanghai', 'YYYY-MM') as month, count(*)
		from often o group by o.region, month order by month desc, case when count(*) >= $3 then count(*) end desc nulls last, o.region limit 400`,
		tx.Now().AddDate(-1, 0, 0), more, discreet.Least)
	if err != nil {
		return nil, pg.Fail(err, "count what changed hands often")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (c ChangedHands, err error) {
		var n int
		err = r.Scan(&c.Region, &c.Town, &c.Month, &n)
		c.Cases = discreet.Alone(n)
		return c, err
	})
	return list, pg.Fail(err, "count what changed hands often")
}

// OftenCase is one of them.
type OftenCase struct {
	Case  core.CaseID
	Who   string
	Town  string
	No    core.Receipt
	Times int
	Last  time.Time
}

// OftenCases lists them, most changes first, at most 50. Those of the looker's kin are left out (F60).
// The caller writes one audit entry with the ids shown.
func (s *Store) OftenCases(ctx context.Context, tx *pg.Tx, more int, looker core.StaffID) ([]OftenCase, error) {
	rows, err := tx.Query(ctx, changes+` select f.id, f.applicant, f.town, f.receipt, o.n, o.last from often o join casefile f on f.id = o.case_id
		where not exists (select from case_conflict k where k.case_id = f.id and k.staff = $3) order by o.n desc, o.last desc limit 50`, tx.Now().AddDate(-1, 0, 0), more, looker)
	if err != nil {
		return nil, pg.Fail(err, "read what changed hands often")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[OftenCase])
	return list, pg.Fail(err, "read what changed hands often")
}
