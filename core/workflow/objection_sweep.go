package workflow

import (
	"context"
	"errors"
	"time"

	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/intake/objections"
)

// filedWithin is how long the job of an opinion has before a sweep files it.
const filedWithin = 10 * time.Minute

// sweepObjections files what villagers sent whose job was lost or given up: a decision waits for
// each, and nobody else would ever look. Each has its own transaction, so that one that fails
// holds up none of the others; the next sweep tries it again, and the page of its case says
// until then that it is there.
func (f *Flow) sweepObjections(ctx context.Context) (failed error) {
	for after := int64(0); ; {
		var list []int64
		err := f.DB.Read(ctx, sweepScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
			list, err = objections.Waiting(ctx, tx, tx.Now().Add(-filedWithin), after, sweepSize)
			return err
		})
		if err != nil {
			return errors.Join(failed, err)
		}
		for _, id := range list {
			failed = errors.Join(failed, f.ObjectionSent(ctx, jobs.ObjectionSent{Objection: id}))
			after = id
		}
		if len(list) < sweepSize {
			return failed
		}
	}
}
