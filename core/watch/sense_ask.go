package watch

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/hardship"
	"lianou/core/jobs"
	"lianou/core/pg"
)

// SenseTimeout bounds one report that was asked for: a hundred times what a city takes.
const SenseTimeout = 30 * time.Minute

// senseLost is after how long without a sign of life a report that has not ended is taken for
// lost: its process and its job went, and nobody else could ever ask.
const senseLost = 2 * time.Hour

// senseHands is how many townships a report reads side by side: it shares the machine with cases.
const senseHands = 2

// senseTold is after how many townships the report says how far it is.
const senseTold = 8

// SenseAsked is the job that makes a report on weights that a desk asked for.
type SenseAsked struct {
	Ask int64 `json:"ask" river:"unique"`
}

// Kind is the stable name.
func (SenseAsked) Kind() string { return "sense_asked" }

// InsertOpts makes the job unique by what was asked, on the queue of scans. It is tried three
// times: who asked waits.
func (SenseAsked) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: Queue, MaxAttempts: 3, UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// ErrSensing: reports are made one at a time.
var ErrSensing = core.E(core.KindConflict, "index_sensing", "正在算一组权重,一次只能算一组。等它算完,再点一次。")

// errNobody is ErrUnpacked for a desk, which has no commands.
var errNobody = core.E(ErrUnpacked.Kind, ErrUnpacked.Code, "全市还没有比对过,没有可以算的。请管系统的人先做一次全库比对,再来算。")

// AskSense asks for the report on some weights, with its job in the same transaction, and
// gives its number. The entry in the log stands for the wish; the report has its own.
// Errors: ErrSensing, ErrUnpacked.
func (w *Watch) AskSense(ctx context.Context, into *jobs.Inserter, weights hardship.Weights, by audit.Actor) (id int64, err error) {
	if err := w.packed(ctx); err != nil {
		return 0, err
	}
	err = w.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		const lost = `update index_asked set ended = $1, failed = true where ended is null and heard < $2`
		if _, err := tx.Exec(ctx, lost, tx.Now(), tx.Now().Add(-senseLost)); err != nil {
			return pg.Fail(err, "give up a report on weights")
		}
		const ask = `insert into index_asked (weights, digest, actor, asked, heard) values ($1, $2, $3, $4, $4) returning id`
		if err := tx.QueryRow(ctx, ask, weights[:], weights.Digest(), by.Kind+":"+by.ID, tx.Now()).Scan(&id); err != nil {
			return pg.Fail(err, "ask for a report on weights")
		}
		if err := into.Insert(ctx, tx, SenseAsked{id}); err != nil {
			return err
		}
		return w.Audit.Write(ctx, tx, audit.Entry{Actor: by, Act: "index.asked", Purpose: "weights", Detail: map[string]any{"ask": id, "weights": weights.Digest()}})
	})
	if pg.Constraint(err) == "index_asked_one" {
		return 0, ErrSensing
	}
	return id, err
}

// packed refuses to compare nobody. Errors: errNobody.
func (w *Watch) packed(ctx context.Context) error {
	return w.DB.Read(ctx, pg.City("is there anybody to compare"), func(ctx context.Context, tx *pg.Tx) error {
		var some bool
		err := tx.QueryRow(ctx, `select exists (select from fact_row)`).Scan(&some)
		if err == nil && !some {
			return errNobody
		}
		return pg.Fail(err, "look whether anybody was scanned")
	})
}

// SenseAsked makes a report that was asked for; it may run again. One that ended is left. On
// the last attempt a failure is written down, so that somebody may ask again.
func (w *Watch) SenseAsked(ctx context.Context, id int64, last bool) error {
	var weights []int64
	var actor string
	err := w.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `update index_asked set heard = $2 where id = $1 and ended is null returning weights, actor`, id, tx.Now()).Scan(&weights, &actor)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return pg.Fail(err, "read what weights are asked about")
	}
	proposed := hardship.Weights(weights) // seven, by the table's check
	kind, who, _ := strings.Cut(actor, ":")
	_, err = w.Sense(ctx, Sensing{Proposed: &proposed, Hands: senseHands, By: audit.Actor{Kind: kind, ID: who}, Progress: func(done, of int) {
		if done%senseTold == 0 {
			w.far(ctx, id, done, of)
		}
	}})
	switch {
	case errors.Is(err, ErrUnpacked): // no attempt makes it another
		return w.endAsked(ctx, id, true)
	case err != nil && !last:
		return err
	}
	return errors.Join(err, w.endAsked(ctx, id, err != nil))
}

// far notes how far a report is. That it cannot be noted stops nothing: the next one says it.
func (w *Watch) far(ctx context.Context, id int64, done, of int) {
	_ = w.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update index_asked set towns = $3, done = greatest(done, $2), heard = $4 where id = $1 and ended is null`, id, done, of, tx.Now())
		return pg.Fail(err, "note how far a report on weights is")
	})
}

func (w *Watch) endAsked(ctx context.Context, id int64, failed bool) error {
	return w.DB.Tx(context.WithoutCancel(ctx), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update index_asked set ended = $2, failed = $3 where id = $1 and ended is null`, id, tx.Now(), failed)
		return pg.Fail(err, "end a report on weights")
	})
}

// Asked is how far the report on some weights is that was asked for last.
type Asked struct {
	Running     bool
	Failed      bool // the last one did not come to an end
	Other       bool // one on other weights runs
	Towns, Done int  // of one that runs
}

// Asked reads how far a report is.
func (w *Watch) Asked(ctx context.Context, tx *pg.Tx, weights *hardship.Weights) (a Asked, err error) {
	const sql = `select last.id is not null and ended is null, last.id is not null and (failed or ended is null and heard < $2), coalesce(towns, 0), coalesce(done, 0),
			exists (select from index_asked where ended is null and digest <> $1 and heard >= $2)
		from (select 1) one left join (select * from index_asked where digest = $1 order by id desc limit 1) last on true`
	err = tx.QueryRow(ctx, sql, weights.Digest(), tx.Now().Add(-senseLost)).Scan(&a.Running, &a.Failed, &a.Towns, &a.Done, &a.Other)
	a.Running = a.Running && !a.Failed
	return a, pg.Fail(err, "read how far a report on weights is")
}
