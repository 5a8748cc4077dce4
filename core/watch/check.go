package watch

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// CheckDays is how many working days a lead waits for who said that they go and see. Then it lies
// before everybody again, on top, until somebody says what came of it; nothing closes it. A
// sample figure: the law knows no such day, and five are what a hotline gives who handles a
// matter to report back (domain.md, Shandong hotline measure of 2020).
const CheckDays = 5

// ErrChecked says that a colleague said before that they go and see, and that whoever wants to go
// instead has to say so.
var ErrChecked = core.E(core.KindConflict, "lead_checked", "已经有同事说去核实了。请刷新看是谁、什么时候说的。要换您去,选“我接手去核实”。")

// held is an open lead in the hands of a transaction.
type held struct {
	region    core.RegionCode
	household core.HouseholdID
	kind      string
	owed      core.Fen
	checker   core.StaffID // 0 for nobody
	since     time.Time    // when they said so
}

// holdLead locks an open lead. Errors: KindConflict for one that is not open within the scope of tx.
func holdLead(ctx context.Context, tx *pg.Tx, id int64) (h held, err error) {
	const sql = `select region, household, kind, coalesce(owed, 0), coalesce(checker, 0), coalesce(checking, found) from lead where id = $1 and state = 'open' for update`
	err = tx.QueryRow(ctx, sql, id).Scan(&h.region, &h.household, &h.kind, &h.owed, &h.checker, &h.since)
	if errors.Is(err, pgx.ErrNoRows) {
		return h, errSettled
	}
	return h, pg.Fail(err, "hold a lead")
}

// Checker gives who said that they go and see, and when; 0 for nobody. Errors: KindConflict for a
// lead that is not open within the scope of tx.
func (w *Watch) Checker(ctx context.Context, tx *pg.Tx, id int64) (core.StaffID, time.Time, error) {
	h, err := holdLead(ctx, tx, id)
	return h.checker, h.since, err
}

// check writes down that somebody goes and sees, in place of nobody or of whom they name. Who says
// it twice says nothing new: no day begins anew.
func (h held) check(ctx context.Context, tx *pg.Tx, id int64, staff, over core.StaffID) error {
	if h.checker != 0 && h.checker != staff && h.checker != over {
		return ErrChecked
	}
	if h.checker == staff {
		return nil
	}
	const sql = `update lead set relieved = checker, promised = coalesce(promised, checking), checker = $2, checking = $3 where id = $1`
	_, err := tx.Exec(ctx, sql, id, int64(staff), tx.Now())
	return pg.Fail(err, "say who goes and sees")
}

// overdue gives the moment before which who said that they go and see has had CheckDays.
func (w *Watch) overdue(tx *pg.Tx) (time.Time, error) {
	book, err := w.Books.On(tx.Today())
	if err != nil {
		return time.Time{}, err
	}
	day := tx.Today()
	for book.Calendar.Add(day, CheckDays) >= tx.Today() {
		day--
	}
	y, m, d := day.Time().Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, core.China), nil
}
