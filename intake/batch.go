package intake

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"lianou/core"
)

const (
	// batchMost bounds how many callers share one transaction. Nobody waits for
	// company: a batch is those who are waiting anyway.
	batchMost = 64
	workers   = 2
	// queueMost bounds how many may wait; past it a caller is told to come back.
	queueMost = 2048
	// commitTime bounds one batch, whatever its callers' deadlines are: half a
	// batch's callers giving up must not undo the other half's.
	commitTime = 10 * time.Second
)

// outcome is what became of one row.
type outcome struct {
	receipt Receipt
	err     error
}

// ticket is one caller waiting for its commit.
type ticket struct {
	row  row
	done chan outcome // holds one
}

var errBusy = core.E(core.KindUnavailable, "busy", "现在人多,请过一会儿再提交,您填的不会丢。")

// work takes tickets until the queue is closed.
func (in *Intake) work() {
	defer in.working.Done()
	batch := make([]*ticket, 0, batchMost)
	for first := range in.queue {
		batch = gather(append(batch[:0], first), in.queue)
		in.settle(batch)
		in.metrics.batch.Observe(float64(len(batch)))
	}
}

// gather adds those who are waiting already, and waits for nobody.
func gather(batch []*ticket, queue <-chan *ticket) []*ticket {
	for len(batch) < batchMost {
		select {
		case t, open := <-queue:
			if !open {
				return batch
			}
			batch = append(batch, t)
		default:
			return batch
		}
	}
	return batch
}

// settle answers every ticket of a batch: committed, refused, or spooled.
func (in *Intake) settle(batch []*ticket) {
	// Two workers that meet the same keys in different orders would deadlock.
	slices.SortFunc(batch, func(a, b *ticket) int {
		return cmp.Or(cmp.Compare(a.row.Channel, b.row.Channel), cmp.Compare(a.row.Key, b.row.Key))
	})
	// A second delivery of a key waiting in the same batch reads its answer from the
	// committed first.
	rows := make([]*row, len(batch))
	waiting := make(map[*row]*ticket, len(batch))
	for i, t := range batch {
		rows[i], waiting[&t.row] = &t.row, t
	}
	for _, part := range distinct(rows) {
		for i, o := range in.store(part) {
			waiting[part[i]].done <- o
		}
	}
}

// store commits rows, or spools them while the database is away.
func (in *Intake) store(rows []*row) []outcome {
	if in.spool.away() {
		return in.shelve(rows)
	}
	ctx, cancel := context.WithTimeout(context.Background(), commitTime)
	defer cancel()
	out, err := in.commit(ctx, rows, false)
	if away(err) {
		// The answer to COMMIT may be what was lost: again, with the same ids, keys and
		// numbers, so that a batch which did commit finds its own rows.
		out, err = in.commit(ctx, rows, false)
	}
	var over excess
	switch {
	case err == nil:
		return out
	case errors.As(err, &over):
		return in.without(rows, over)
	case away(err):
		in.log.WarnContext(ctx, "database away, spooling", "error", err)
		in.spool.leave()
		return in.shelve(rows)
	case len(rows) == 1:
		return []outcome{{err: err}}
	}
	// One of them is bad and took the others down: each alone, so that only it fails.
	out = make([]outcome, 0, len(rows))
	for _, r := range rows {
		out = append(out, in.store([]*row{r})...)
	}
	return out
}

// away reports whether an error says that the database does not answer. A number that
// somebody has already is unavailable too, and says nothing of the database.
func away(err error) bool {
	return core.KindOf(err) == core.KindUnavailable && !numberTaken(err)
}

func numberTaken(err error) bool {
	return err != nil && core.Known(err).Code == errNumberTaken.Code
}
