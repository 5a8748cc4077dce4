package watch

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// errSettled says that a lead is not open: settled by somebody, gone by itself, or none.
var errSettled = core.E(core.KindConflict, "lead_settled", "这条线索已经有人处理了,或者情况又变了。请刷新再看。")

// Whose gives the household of a lead, which stays open until tx ends or settles it. Errors:
// KindConflict for one that is not open within the scope of tx.
func (w *Watch) Whose(ctx context.Context, tx *pg.Tx, id int64) (household core.HouseholdID, err error) {
	err = tx.QueryRow(ctx, `select household from lead where id = $1 and state = 'open' for update`, id).Scan(&household)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, errSettled
	}
	return household, pg.Fail(err, "read whose a lead is")
}

// Settle closes a lead with what came of it, and with who was asked and what they said where
// that is demanded; Checking leaves it open, and says who goes. The log names who was asked, and
// not what they said. Errors: KindConflict for one that is not open within the scope of tx,
// ErrChecked where another goes than s.Over, KindInvalid for an outcome that is none, or without
// the word that it demands.
func (w *Watch) Settle(ctx context.Context, tx *pg.Tx, id int64, by audit.Actor, s Seen) error {
	staff, err := strconv.ParseInt(by.ID, 10, 64)
	if err != nil {
		return core.E(core.KindInternal, "lead_staff", "").Wrap(err)
	}
	l, err := holdLead(ctx, tx, id)
	if err != nil {
		return err
	}
	if !slices.Contains(Outcomes(l.kind), s.Outcome) {
		return core.Invalid("outcome", "请选一下结果。")
	}
	asked, words, err := s.said()
	if err != nil {
		return err
	}
	act, detail := "lead.settled", map[string]any{"lead": id, "household": l.household, "outcome": s.Outcome}
	if s.Outcome == Checking {
		act, err = "lead.checking", l.check(ctx, tx, id, core.StaffID(staff), s.Over)
		if l.checker != 0 {
			detail["instead_of"] = l.checker
		}
	} else {
		err = w.close(ctx, tx, id, staff, Seen{Outcome: s.Outcome, Asked: asked, Words: words})
		detail["asked"] = asked
		if l.checker != 0 && l.checker != core.StaffID(staff) {
			detail["instead_of"] = l.checker // who had said that they go and see
		}
	}
	if err != nil {
		return err
	}
	if l.kind == LeadRaised {
		detail["owed"] = l.owed
	}
	return w.Audit.Write(ctx, tx, audit.Entry{Actor: by, Act: act, Region: l.region, Purpose: "lead", Detail: detail})
}

func (w *Watch) close(ctx context.Context, tx *pg.Tx, id, staff int64, s Seen) error {
	sealed, err := w.sealed(id, s.Words)
	if err != nil {
		return err
	}
	const sql = `update lead set state = 'settled', outcome = $2, staff = $3, settled = $4, asked = nullif($5, ''), words = $6 where id = $1`
	_, err = tx.Exec(ctx, sql, id, string(s.Outcome), staff, tx.Now(), string(s.Asked), sealed)
	return pg.Fail(err, "settle a lead")
}
