package watch

import (
	"context"
	"log/slog"
	"time"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/pg"
)

// Keeping is what Keep needs; all are required.
type Keeping struct {
	Hour int // at which the scan of a night begins, 0 to 23 (China); -1: none
	Into *jobs.Inserter
	Log  *slog.Logger
}

const (
	keepEvery = 2 * time.Second
	// lull is how long nothing of a scan may be finished before a keeper takes part in
	// it: twice what the largest township takes.
	lull = 5 * time.Second
)

// Keep sees to it until ctx ends that a night has its scan, that a scan which has begun
// ends, and that who was written about is judged within the minute. Every platform has one.
//
// The jobs of a scan do its work; but a worker that is killed leaves its job to the queue's
// rescue, which is minutes away, and a job that found its township in the hands of another
// is done though that other may have died. So the list of townships is what counts: when
// it stands still, a keeper takes from it.
func (w *Watch) Keep(ctx context.Context, k Keeping) error {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	keeper := keeper{w, k, rests{of: map[string]rest{}}}
	for ; ; keeper.rests.round++ {
		keeper.keep(ctx, "the night's scan", keeper.night)
		keeper.keep(ctx, "a scan that stands still", keeper.going)
		keeper.keep(ctx, "who was written about", keeper.up)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// A keeper is one that runs.
type keeper struct {
	*Watch
	Keeping
	rests rests
}

// keep does one thing unless it rests after a failure, and tells when it fails now, or works
// again.
func (k *keeper) keep(ctx context.Context, what string, do func(context.Context) error) {
	turn := k.rests.try(what, func() error { return do(ctx) })
	switch {
	case turn == nil || ctx.Err() != nil:
	case turn.err != nil:
		k.Log.WarnContext(ctx, "not kept going; tried again, each time later", "what", what, "err", turn.err)
	default:
		k.Log.InfoContext(ctx, "kept going again", "what", what)
	}
}

func (k *keeper) night(ctx context.Context) error {
	if k.Hour < 0 {
		return nil
	}
	id, err := k.Night(ctx, k.Into, k.Hour)
	if id != 0 {
		k.Log.InfoContext(ctx, "the scan of the night has begun", "scan", id)
	}
	return err
}

// going takes townships of a scan that stands still until none is free.
func (k *keeper) going(ctx context.Context) error {
	id, err := k.still(ctx)
	if err != nil || id == 0 {
		return err
	}
	for more := true; more; {
		if more, err = k.Next(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// still gives the scan of which nothing was finished lately, 0 for none. Whether a township
// of it is free, Next finds out.
func (w *Watch) still(ctx context.Context) (id int64, err error) {
	err = w.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `select coalesce(max(s.id), 0) from scan s where s.ended is null and s.given_up is null
			and greatest(s.begun, (select max(done) from scan_town where scan = s.id)) < $1`
		return pg.Fail(tx.QueryRow(ctx, sql, tx.Now().Add(-lull)).Scan(&id), "look for a scan that stands still")
	})
	return id, err
}

// fewWaiting bounds how many households of a township are judged one by one. More come
// only with an import, and wait for the scan of the night.
const fewWaiting = 200

// up judges the households of which something was written since they were packed (F36), in
// townships that have been looked at before. One township that cannot be judged keeps no
// other from it.
func (k *keeper) up(ctx context.Context) error {
	var waiting []core.RegionCode
	err := k.DB.Read(ctx, pg.City("who was written about"), func(ctx context.Context, tx *pg.Tx) error {
		looked, err := k.found.Towns(ctx, tx)
		if err != nil {
			return err
		}
		towns := make([]core.RegionCode, len(looked))
		for i := range looked {
			towns[i] = looked[i].Region
		}
		waiting, err = k.Registry.TownsWaiting(ctx, tx, towns, fewWaiting)
		return err
	})
	for _, town := range waiting {
		k.keep(ctx, "township "+string(town), func(ctx context.Context) error { return k.refresh(ctx, town) })
	}
	return err
}
