package casefile

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Ask is one time that a household was asked for what is missing (一次性告知).
type Ask struct {
	Nth  int
	Keys []string // of Lack
	Own  bool     // and something in the officer's own words
	Late string   // why it was not in the first; opened by View only
	Kept string   // why the household is asked for what a register has; opened by View only
	By   core.StaffID
	At   time.Time
}

// ErrAskedBefore is the answer to a second time without why it was not said the first.
var ErrAskedBefore = core.Invalid("late", "这家已经一次说清过。再要别的,请写为什么上次没说,会记下来。")

// AddAsk writes one time down; Nth is one more than there were. ErrAskedBefore for a later one
// without a reason.
func (s *Store) AddAsk(ctx context.Context, tx *pg.Tx, c Case, a Ask) error {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return err
	}
	late, err := b.put("case_ask", askColumn("late", a.Nth), a.Late)
	if err != nil {
		return err
	}
	kept, err := b.put("case_ask", askColumn("kept", a.Nth), a.Kept)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into case_ask (case_id, region, nth, keys, own, late, kept, by_staff, at) select id, region, $2, $3, $4, $5, $6, $7, $8 from casefile where id = $1`,
		c.ID, a.Nth, orEmpty(a.Keys), a.Own, late, kept, a.By, tx.Now())
	if pg.Constraint(err) == "case_ask_once" {
		return ErrAskedBefore
	}
	return pg.Fail(err, "write down what a household is asked for")
}

// Asks counts how often a household was asked.
func (s *Store) Asks(ctx context.Context, tx *pg.Tx, id core.CaseID) (n int, err error) {
	err = tx.QueryRow(ctx, `select coalesce(max(nth), 0) from case_ask where case_id = $1`, id).Scan(&n)
	return n, pg.Fail(err, "count how often a household was asked")
}

// askedKeys are what a household was asked for, all times together.
func (s *Store) askedKeys(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]string, error) {
	rows, err := tx.Query(ctx, `select distinct k from case_ask, unnest(keys) k where case_id = $1`, id)
	if err != nil {
		return nil, pg.Fail(err, "read what a household was asked for")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return list, pg.Fail(err, "read what a household was asked for")
}

func askColumn(what string, nth int) string { return what + "/" + strconv.Itoa(nth) }

// asks reads them, the first first.
func (s *Store) asks(ctx context.Context, tx *pg.Tx, id core.CaseID, b box) ([]Ask, error) {
	rows, err := tx.Query(ctx, `select nth, keys, own, late, kept, by_staff, at from case_ask where case_id = $1 order by nth`, id)
	if err != nil {
		return nil, pg.Fail(err, "read what a household was asked for")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (a Ask, err error) {
		var late, kept []byte
		if err := r.Scan(&a.Nth, &a.Keys, &a.Own, &late, &kept, &a.By, &a.At); err != nil {
			return a, err
		}
		if a.Late, err = b.get("case_ask", askColumn("late", a.Nth), late); err != nil {
			return a, err
		}
		a.Kept, err = b.get("case_ask", askColumn("kept", a.Nth), kept)
		return a, err
	})
	return list, pg.Fail(err, "read what a household was asked for")
}
