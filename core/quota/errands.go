package quota

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/staff"
)

// Errands are the households of one round to whom somebody of their township has to go, or
// ring: those that were offered a place and have not answered, and those of whom a word waits
// that no notice told them. Course is what was done of the round in those townships.
type Errands struct {
	Round   Round
	Course  Course
	Entries []Entry
}

// mostRounds bounds of how many rounds a page has errands.
const mostRounds = 100

// Errands lists what somebody of a township has to do for rounds, the oldest first, in the
// scope of tx. Who is of no township has none.
func (q *Quota) Errands(ctx context.Context, tx *pg.Tx, who staff.Person) ([]Errands, error) {
	const sql = `select round from quota_offer where state = 'open' union select round from quota_skip where state = 'asked' and notice is not null order by round limit $1`
	rows, err := tx.Query(ctx, sql, mostRounds)
	if err != nil {
		return nil, pg.Fail(err, "list rounds with something to do")
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, pg.Fail(err, "list rounds with something to do")
	}
	var out []Errands
	for _, id := range ids {
		e, err := q.errands(ctx, tx, who, id)
		if err != nil {
			return nil, err
		}
		if len(e.Entries) > 0 {
			out = append(out, e)
		}
	}
	return out, nil
}

func (q *Quota) errands(ctx context.Context, tx *pg.Tx, who staff.Person, id int64) (e Errands, err error) {
	if e.Round, err = one(ctx, tx, `select `+roundColumns+` from quota_round where id = $1`, id); err != nil || !q.goes(who, e.Round.Area) {
		return e, err
	}
	if e.Course, err = q.Course(ctx, tx, id); err != nil {
		return e, err
	}
	var ns []int
	for i := range e.Course.Offers {
		if o := &e.Course.Offers[i]; o.State == "open" && e.Course.waits(o.N) == nil {
			ns = append(ns, o.N)
		}
	}
	for i := range e.Course.Skips {
		s := &e.Course.Skips[i]
		if s.State != "asked" || s.Notice == 0 || len(s.Visits) > 0 {
			continue
		}
		told, err := notify.Get(ctx, tx, s.Notice)
		if err != nil {
			return e, err
		}
		if told.State == notify.Untold {
			ns = append(ns, s.N)
		}
	}
	for _, n := range ns {
		one, err := entry(ctx, tx, e.Round, n)
		if err != nil {
			return e, err
		}
		e.Entries = append(e.Entries, one)
	}
	return e, nil
}
