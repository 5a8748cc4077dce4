package quota

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
)

// How often rounds are looked at whose cut-off has come, how many at once, and how long
// that may take: a list of the city judges every household of it.
const (
	drawEvery = 30 * time.Second
	drawMost  = 20
	drawFor   = 5 * time.Minute
)

// DrawLists draws the lists of rounds at their cut-off.
type DrawLists struct{}

// Kind is the stable name.
func (DrawLists) Kind() string { return "draw_quota_lists" }

// InsertOpts lets one wait or run at a time.
func (DrawLists) InsertOpts() river.InsertOpts {
	return jobs.Single()
}

// Register adds the worker that draws lists and says how often it looks.
func (q *Quota) Register(list *jobs.Workers) jobs.Periodic {
	jobs.Work(list, drawFor, func(ctx context.Context, _ jobs.Job[DrawLists]) error {
		_, err := q.DrawDue(ctx)
		return err
	})
	return jobs.Periodic{Every: drawEvery, Args: DrawLists{}}
}

// DrawDue draws the list of each open round whose cut-off has come, a transaction each, and
// says how many it drew. One that cannot be drawn (ErrUnlooked, ErrTooLong) hinders no
// other: its page says why, and it is tried again after those that were not tried.
func (q *Quota) DrawDue(ctx context.Context) (drawn int, err error) {
	const due = `select id from quota_round where state = 'open' and drawn is null and cutoff <= $1 order by tried nulls first, cutoff, id limit $2`
	var ids []int64
	err = q.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, due, tx.Now(), drawMost)
		if err != nil {
			return pg.Fail(err, "list rounds to be drawn")
		}
		ids, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return pg.Fail(err, "list rounds to be drawn")
	})
	var failed []error
	var vain []int64
	for _, id := range ids {
		switch err := q.drawOne(ctx, id); {
		case err == nil:
			drawn++
		case errors.Is(err, ErrState): // another job drew it, or it was withdrawn
		case core.KindOf(err) == core.KindConflict:
			vain = append(vain, id)
		default:
			vain, failed = append(vain, id), append(failed, err)
		}
	}
	return drawn, errors.Join(append(failed, err, q.tried(ctx, vain))...)
}

// tried puts rounds that could not be drawn behind all others.
func (q *Quota) tried(ctx context.Context, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	slog.WarnContext(ctx, "lists that are due cannot be drawn; their pages say why", "rounds", ids)
	return q.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update quota_round set tried = $2 where id = any($1) and state = 'open'`, ids, tx.Now())
		return refused(pg.Fail(err, "note which lists cannot be drawn"))
	})
}

// drawOne keeps the order of a round as its list: by the facts known now, those of a file that
// came in an hour ago included, by the Book and the ages of the cut-off's day. Whoever withdraws the round meanwhile waits, or was first.
func (q *Quota) drawOne(ctx context.Context, id int64) error {
	return q.d.DB.Tx(ctx, pg.City("draw the list of a round"), func(ctx context.Context, tx *pg.Tx) error {
		r, err := one(ctx, tx, `select `+roundColumns+` from quota_round where id = $1 for update`, id)
		if err != nil {
			return err
		}
		if r.State != Open || !r.Drawn.IsZero() {
			return ErrState
		}
		towns := q.d.Registry.Regions().Expand(r.Area)
		if err := looked(ctx, tx, towns); err != nil {
			return err
		}
		for _, town := range towns {
			if err := q.d.Registry.Refresh(ctx, tx, town); err != nil {
				return err
			}
		}
		list, err := q.Draw(ctx, tx, r)
		if err != nil {
			return err
		}
		if err := keep(ctx, tx, r, list.Entries); err != nil {
			return err
		}
		const sql = `update quota_round set drawn = $2, book = $3, formula = $4, tie = $5, listed = $6, digest = $7 where id = $1`
		if _, err := tx.Exec(ctx, sql, id, tx.Now(), list.Book, list.Formula, Tie, len(list.Entries), list.Digest); err != nil {
			return refused(pg.Fail(err, "keep a list"))
		}
		return q.write(ctx, tx, audit.Actor{Kind: "job", ID: "quota"}, act{"quota.drawn", r, "", made(list)})
	})
}

// made is what the log says of a list.
func made(list List) map[string]any {
	return map[string]any{"digest": list.Digest, "book": list.Book, "formula": list.Formula, "tie": Tie, "listed": len(list.Entries)}
}
