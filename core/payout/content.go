package payout

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/emmansun/gmsm/sm3"

	"lianou/core"
	"lianou/core/pg"
)

// Content is what a batch comes to when its lines are counted again.
type Content struct {
	Totals
	Digest string // SM3, as when the batch was made
	Stored string // the digest that was kept then
}

// Recount counts a batch again, line by line, for whoever doubts what was written beside it. The
// transaction needs the whole city in scope: what it does not see is missing in the sum.
func Recount(ctx context.Context, tx *pg.Tx, batch int64) (c Content, err error) {
	if err := tx.QueryRow(ctx, `select digest from payout_batch where id = $1`, batch).Scan(&c.Stored); err != nil {
		return c, pg.Fail(err, "read a batch")
	}
	rows, err := tx.Query(ctx, `select entitlement, attempt, amount from payout_line where batch = $1 order by seq`, batch)
	if err != nil {
		return c, pg.Fail(err, "count a batch again")
	}
	defer rows.Close()
	sum := sm3.New()
	for rows.Next() {
		var id int64
		var attempt int
		var amount core.Fen
		if err := rows.Scan(&id, &attempt, &amount); err != nil {
			return c, pg.Fail(err, "count a batch again")
		}
		content(sum, id, attempt, amount)
		c.Lines, c.Total = c.Lines+1, c.Total+amount
	}
	c.Digest = hex.EncodeToString(sum.Sum(nil))
	return c, pg.Fail(rows.Err(), "count a batch again")
}

// content is one line in the digest of a batch, in this shape for ever.
func content(w io.Writer, entitlement int64, attempt int, amount core.Fen) {
	fmt.Fprintf(w, "%d/%d/%d\n", entitlement, attempt, amount)
}
