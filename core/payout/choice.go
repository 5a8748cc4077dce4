package payout

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Choice says of what is due what a run takes. The zero Choice takes all of it.
type Choice struct {
	County    core.RegionCode // six digits; "" for every county
	Item      core.ItemCode   // "" for every item
	Period    Period          // "" for every month
	Emergency bool            // only money of an emergency (急难)
}

func (c Choice) check() error {
	if c.Period != "" {
		if _, err := ParsePeriod(string(c.Period)); err != nil {
			return err
		}
	}
	if c.County != "" && c.County != c.County.County() {
		return core.Invalid("county", "请选一个县。")
	}
	return nil
}

// chosen narrows what is due to a Choice ($4 to $7).
const chosen = ` and ($4 = '' or left(e.region, 6) = $4) and ($5 = '' or e.item = $5) and ($6 = '' or e.period = $6) and (not $7 or c.emergency)`

// Part is what is due of one item and month in one county.
type Part struct {
	County    core.RegionCode
	Item      core.ItemCode
	ItemName  string
	Period    Period
	Emergency bool
	Sample    bool
	Totals
}

// Parts part what a run could take in the caller's scope, by county, item and month, at most 5,000.
func (p *Payout) Parts(ctx context.Context, tx *pg.Tx) ([]Part, error) {
	const q = `select left(e.region, 6), e.item, min(e.item_name), e.period, c.emergency, bool_or(e.sample), count(*), sum(e.amount)::bigint` +
		dueNow + ` group by 1, 2, 4, 5 order by 1, 2, 4, 5 limit 5000`
	rows, err := tx.Query(ctx, q, payable(tx))
	if err != nil {
		return nil, pg.Fail(err, "part what is due")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (one Part, err error) {
		err = r.Scan(&one.County, &one.Item, &one.ItemName, &one.Period, &one.Emergency, &one.Sample, &one.Lines, &one.Total)
		return one, err
	})
	return list, pg.Fail(err, "part what is due")
}
