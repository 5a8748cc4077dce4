package casefile

import (
	"context"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// DeadlineKind names what is due.
type DeadlineKind string

// The deadlines of a case. Their lengths are workflow's and routing's, in
// working days.
const (
	DeadlineAccept     DeadlineKind = "accept"
	DeadlineSurvey     DeadlineKind = "survey" // by law the household's means are looked into by then
	DeadlineVisit      DeadlineKind = "visit"
	DeadlineDecide     DeadlineKind = "decide"
	DeadlinePapers     DeadlineKind = "papers" // after paying first
	DeadlineSupplement DeadlineKind = "supplement"
	DeadlineDeliver    DeadlineKind = "deliver" // of a claim that is not money
)

// Deadline is one thing due. Level says who was told that it is late: 0 nobody,
// 1 the township, or nobody where there is none yet, 2 the county, 3 the city (F57).
type Deadline struct {
	ID     int64
	Case   core.CaseID
	Region core.RegionCode
	Claim  core.ClaimID // 0: of the whole case
	Kind   DeadlineKind
	Due    core.Date // the last good day
	Met    time.Time
	Level  int
	Next   core.Date
	Law    string // what fixes it, in Chinese; "" for a promise of ours
}

// SetDeadline sets or moves a deadline that is not met yet. Its Level is the one below the
// first that is told.
func (s *Store) SetDeadline(ctx context.Context, tx *pg.Tx, d Deadline) error {
	_, err := tx.Exec(ctx, `insert into deadline (case_id, region, claim_id, kind, due, next, law, level)
		select id, region, $2, $3, $4, $4, $5, $6 from casefile where id = $1
		on conflict (case_id, claim_id, kind) do update set due = excluded.due, next = excluded.next, law = excluded.law, level = excluded.level, met = null`,
		d.Case, d.Claim, d.Kind, day(d.Due), d.Law, d.Level)
	return pg.Fail(err, "set a deadline")
}

// Meet marks a deadline as met, late or not. What is not there is no error.
func (s *Store) Meet(ctx context.Context, tx *pg.Tx, id core.CaseID, claim core.ClaimID, kind DeadlineKind) error {
	_, err := tx.Exec(ctx, `update deadline set met = $4 where case_id = $1 and claim_id = $2 and kind = $3 and met is null`,
		id, claim, kind, tx.Now())
	return pg.Fail(err, "meet a deadline")
}

// MeetAll ends every deadline of a case that is over.
func (s *Store) MeetAll(ctx context.Context, tx *pg.Tx, id core.CaseID) error {
	_, err := tx.Exec(ctx, `update deadline set met = $2 where case_id = $1 and met is null`, id, tx.Now())
	return pg.Fail(err, "end the deadlines of a case")
}

const deadlineColumns = `id, case_id, region, claim_id, kind, due, met, level, next, law`

func scanDeadline(r row) (Deadline, error) {
	var d Deadline
	var due, next time.Time
	var met *time.Time
	err := r.Scan(&d.ID, &d.Case, &d.Region, &d.Claim, &d.Kind, &due, &met, &d.Level, &next, &d.Law)
	d.Due, d.Next, d.Met = dayOf(&due), dayOf(&next), timeOf(met)
	return d, err
}

// Late lists deadlines of the scope that have passed and whose next level is not
// told yet, at most limit.
func (s *Store) Late(ctx context.Context, tx *pg.Tx, limit int) ([]Deadline, error) {
	return s.deadlines(ctx, tx, `select `+deadlineColumns+` from deadline where met is null and level < 3 and next < $1
		order by next, id limit $2`, day(tx.Today()), limit)
}

// Deadlines reads those of one case.
func (s *Store) Deadlines(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]Deadline, error) {
	return s.deadlines(ctx, tx, `select `+deadlineColumns+` from deadline where case_id = $1 order by due, id`, id)
}

func (s *Store) deadlines(ctx context.Context, tx *pg.Tx, sql string, args ...any) ([]Deadline, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "read deadlines")
	}
	defer rows.Close()
	var list []Deadline
	for rows.Next() {
		d, err := scanDeadline(rows)
		if err != nil {
			return nil, pg.Fail(err, "read a deadline")
		}
		list = append(list, d)
	}
	return list, pg.Fail(rows.Err(), "read deadlines")
}

// Escalate notes that the next level was told, once, and when the one above will
// be. It reports whether this call did it.
func (s *Store) Escalate(ctx context.Context, tx *pg.Tx, d Deadline, next core.Date) (bool, error) {
	tag, err := tx.Exec(ctx, `update deadline set level = level + 1, next = $3 where id = $1 and level = $2 and met is null`,
		d.ID, d.Level, day(next))
	return tag.RowsAffected() == 1, pg.Fail(err, "escalate a deadline")
}
