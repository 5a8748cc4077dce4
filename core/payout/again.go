package payout

import (
	"context"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// ErrReturnedTwice is money that came back a second time: a third try waits for whoever has found
// out why.
var ErrReturnedTwice = core.E(core.KindConflict, "returned_twice", "这笔钱退回两次了。先查清为什么,写下来,另一个人才能再发一次。")

// timesBack is how often the money of the month of e came back, whichever row it stood in: a
// month may have been made again with another sum, or by another claim of the same member.
const timesBack = `(select times from payout_back(e.claim, e.period))`

// AllowAgain writes down why the money of a case that came back twice may be sent once more.
// It sends nothing: the card is confirmed by another. KindInvalid without a reason, ErrMoved
// when nothing of the case waits for it.
func (p *Payout) AllowAgain(ctx context.Context, tx *pg.Tx, by core.StaffID, fix int64, says string) error {
	switch {
	case by <= 0:
		return core.E(core.KindForbidden, "no_staff", "")
	case says == "" || len(says) > 600:
		return core.Invalid("says", "请写明为什么退回两次,这次怎么保证能到。")
	}
	id, err := p.CaseOf(ctx, tx, fix)
	if err != nil {
		return err
	}
	const q = `insert into payout_again (fix, says, allowed_by, allowed)
		select f.id, $2, $3, $4 from payout_fix f join payout_entitlement e on e.id = f.entitlement where e.case_id = $1 and f.state in ('open', 'proposed')
			and ` + timesBack + ` >= 2 on conflict do nothing`
	tag, err := tx.Exec(ctx, q, id, says, by, tx.Now())
	if err != nil {
		return pg.Fail(err, "allow money to go out once more")
	}
	if tag.RowsAffected() == 0 {
		return ErrMoved
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: staff(by), Act: "payment.allowed", Case: id, Purpose: "payout", Detail: map[string]any{"fix": fix, "says": says}})
}

// twice refuses a third try that nobody has allowed, or that its own confirmer has.
func (p *Payout) twice(ctx context.Context, tx *pg.Tx, by core.StaffID, fix int64) error {
	const q = `select ` + timesBack + `, coalesce(a.allowed_by, 0)
		from payout_fix f join payout_entitlement e on e.id = f.entitlement left join payout_again a on a.fix = f.id where f.id = $1`
	var times int
	var allowed core.StaffID
	if err := tx.QueryRow(ctx, q, fix).Scan(&times, &allowed); err != nil {
		return pg.Fail(err, "count how often money came back")
	}
	switch {
	case times < 2:
		return nil
	case allowed == 0:
		return ErrReturnedTwice
	case allowed == by:
		return ErrSamePerson
	}
	return nil
}
