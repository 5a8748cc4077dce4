package trail

import (
	"context"
	"crypto/rand"
	"encoding/hex"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
)

// Drawn is one payment of a sample, names masked.
type Drawn struct {
	Payment
	ID      int64
	Holder  string // masked
	Last4   string
	Town    string
	Receipt core.Receipt
}

// maxDraw is how many payments one sample has at most.
const maxDraw = 500

// Draw takes n payments by lot out of the batches that were made from one day to another, both
// counted. A payment's place in the lot is SHA-256 of the seed and its name, so that whoever has
// the seed draws the same again. The looker's kin are left out; the caller writes the entry, with
// the seed. KindInvalid for a number that is none of 1 to 500.
func (w *Walker) Draw(ctx context.Context, by By, since, until core.Date, n int) (list []Drawn, seed string, err error) {
	if n < 1 || n > maxDraw {
		return nil, "", core.Invalid("n", "一次抽 1 到 500 笔。")
	}
	raw := make([]byte, 16)
	if _, err := rand.Read(raw); err != nil {
		return nil, "", core.E(core.KindUnavailable, "trail_random", "").Wrap(err)
	}
	seed = hex.EncodeToString(raw)
	err = w.d.DB.Read(ctx, by.Scope, func(ctx context.Context, tx *pg.Tx) (err error) {
		list, err = drawn(ctx, tx, by.Staff, since, until, seed, n)
		return err
	})
	return list, seed, err
}

func drawn(ctx context.Context, tx *pg.Tx, looker core.StaffID, since, until core.Date, seed string, n int) (list []Drawn, err error) {
	rows, err := tx.Query(ctx, `select l.id, l.name, l.item_name, l.period, l.amount, l.state, b.name, b.created, l.holder, l.last4, f.town, f.receipt
		from payout_batch b join payout_line l on l.batch = b.id join payout_entitlement e on e.id = l.entitlement join casefile f on f.id = e.case_id
		where (b.created at time zone 'Asia/Shanghai')::date between $1 and $2 and l.state <> 'void'
			and not exists (select from case_conflict k where k.case_id = f.id and k.staff = $3)
		order by sha256(convert_to($4::text || l.name, 'UTF8')), l.id limit $5`, since.Time(), until.Time(), looker, seed, n)
	if err != nil {
		return nil, pg.Fail(err, "draw payments")
	}
	defer rows.Close()
	for rows.Next() {
		var d Drawn
		if err := rows.Scan(&d.ID, &d.Line, &d.ItemName, &d.Period, &d.Amount, &d.State, &d.Batch, &d.At, &d.Holder, &d.Last4, &d.Town, &d.Receipt); err != nil {
			return nil, pg.Fail(err, "draw payments")
		}
		d.Holder = casefile.MaskName(d.Holder)
		list = append(list, d)
	}
	return list, pg.Fail(rows.Err(), "draw payments")
}
