package watch

import (
	"context"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
)

// nightLasts is how long after its hour a night's scan may still begin: a platform that
// was down at two in the morning makes up for it, and one that is started at noon does
// not fill the office hours.
const nightLasts = 6 * time.Hour

// stuckAfter is when a scan that has not ended gives way to the next night's: one township
// that cannot be read must not keep everybody else from being looked at.
const stuckAfter = 20 * time.Hour

// Night begins the scan of this night when its hour (0 to 23, China) has come, nobody has
// begun one of the whole city since, and there is somebody to look at. It gives 0 when
// there is nothing to begin, also when another platform was quicker.
func (w *Watch) Night(ctx context.Context, into *jobs.Inserter, hour int) (id int64, err error) {
	towns := w.cityTowns()
	var due, over bool
	err = w.DB.Read(ctx, pg.City("is the scan of the night due"), func(ctx context.Context, tx *pg.Tx) error {
		since := lastHour(tx.Now(), hour)
		if tx.Now().Sub(since) >= nightLasts {
			return nil
		}
		const ask = `select not exists (select from scan where begun >= $1 and towns = $2)
				and not exists (select from scan where ended is null and given_up is null and begun > $3)
				and exists (select from household),
			exists (select from scan where ended is null and given_up is null)`
		return pg.Fail(tx.QueryRow(ctx, ask, since, len(towns), tx.Now().Add(-stuckAfter)).Scan(&due, &over), "ask whether the scan of the night is due")
	})
	if err != nil || !due {
		return 0, err
	}
	id, err = w.Begin(ctx, into, Request{Towns: towns, Reason: "night", By: audit.Actor{Kind: "job", ID: "night"}, Over: over})
	if core.KindOf(err) == core.KindConflict {
		return 0, nil
	}
	return id, err
}

// cityTowns are the townships of a scan of the whole city.
func (w *Watch) cityTowns() []core.RegionCode { return w.Registry.Regions().Expand(core.DezhouCity) }

// lastHour is the last moment at which the clock of the city showed that hour.
func lastHour(now time.Time, hour int) time.Time {
	local := now.In(core.China)
	at := time.Date(local.Year(), local.Month(), local.Day(), hour, 0, 0, 0, core.China)
	if at.After(now) {
		at = at.AddDate(0, 0, -1)
	}
	return at
}
