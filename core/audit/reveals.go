package audit

import (
	"context"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// revealsPerHour is how many full numbers a person looks at in an hour, wherever they
// stand; who wants more is copying a list (security.md P22).
const revealsPerHour = 30

var errReveals = core.E(core.KindTooMany, "reveals_exceeded", "这一小时看全号的次数太多了,已经记下。请过一会儿再看。")

// MayReveal lets a member of staff see one more full number and holds their other
// reveals back until the transaction ends. The caller writes the entry
// "field.revealed" in the same transaction. Errors: KindTooMany.
func (l *Log) MayReveal(ctx context.Context, tx *pg.Tx, staff string) error {
	n, err := l.Revealed(ctx, tx, staff, tx.Now().Add(-time.Hour))
	if err != nil {
		return err
	}
	if n >= revealsPerHour {
		return errReveals
	}
	return nil
}
