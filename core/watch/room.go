package watch

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// makeRoom sees to it that no other scan runs when one begins: it refuses, or gives the
// other up. What a scan that is given up has found stays found. The index scan_one stands
// behind it for two that begin in the same moment.
func (w *Watch) makeRoom(ctx context.Context, tx *pg.Tx, over bool) error {
	const running = `select id, towns, remain from scan where ended is null and given_up is null for update`
	var id int64
	var towns, remain int
	err := tx.QueryRow(ctx, running).Scan(&id, &towns, &remain)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return pg.Fail(err, "look for a scan that has not ended")
	case !over:
		return core.E(core.KindConflict, "scan_running", fmt.Sprintf("第 %d 次全库比对还没有完(已比对 %d 个乡镇,共 %d 个),一次只能有一个。请等它完成,或参加进去一起做。", id, towns-remain, towns))
	}
	_, err = tx.Exec(ctx, `update scan set given_up = $2 where id = $1`, id, tx.Now())
	return pg.Fail(err, "give a scan up for a newer one")
}
