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

// Settle closes a lead with what came of it; Checking leaves it open, and says who goes. Over is
// from whom they take that over, 0 for nobody. Errors: KindConflict for one that is not open
// within the scope of tx, ErrChecked where another goes than over, KindInvalid for an outcome
// that is none.
func (w *Watch) Settle(ctx context.Context, tx *pg.Tx, id int64, by audit.Actor, o Outcome, over core.StaffID) error {
	staff, err := strconv.ParseInt(by.ID, 10, 64)
	if err != nil {
		return core.E(core.KindInternal, "lead_staff", "").Wrap(err)
	}
	l, err := holdLead(ctx, tx, id)
	if err != nil {
		return err
	}
	if !slices.Contains(Outcomes(l.kind), o) {
		return core.Invalid("outcome", "请选一下结果。")
	}
	act, detail := "lead.settled", map[string]any{"lead": id, "household": l.household, "outcome": o}
	if o == Checking {
		act, err = "lead.checking", l.check(ctx, tx, id, core.StaffID(staff), over)
		if l.checker != 0 {
			detail["instead_of"] = l.checker
		}
	} else {
		_, err = tx.Exec(ctx, `update lead set state = 'settled', outcome = $2, staff = $3, settled = $4 where id = $1`, id, string(o), staff, tx.Now())
		err = pg.Fail(err, "settle a lead")
	}
	if err != nil {
		return err
	}
	if l.kind == LeadRaised {
		detail["owed"] = l.owed
	}
	return w.Audit.Write(ctx, tx, audit.Entry{Actor: by, Act: act, Region: l.region, Purpose: "lead", Detail: detail})
}
