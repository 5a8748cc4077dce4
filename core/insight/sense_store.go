package insight

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/pg"
)

// Kept is a report as it is kept.
type Kept struct {
	ID     int64
	Digest string // of the report's bytes
	Made   time.Time
	Sensing
}

// ErrNotSensed: nobody has found out yet what these weights would do. The desk itself
// asks for the report, on the page of a draft.
var ErrNotSensed = core.E(core.KindNotFound, "index_not_sensed", "还没有算过这组权重会怎么变。请在改了权重的草案页上点“算这组权重”。")

// Keep stores a report and gives its digest. The same one again is kept once.
func (s Store) Keep(ctx context.Context, tx *pg.Tx, actor string, r *Sensing) (string, error) {
	raw, err := json.Marshal(r)
	if err != nil {
		return "", core.E(core.KindInternal, "sensing_unwritable", "").Wrap(err)
	}
	const sql = `with kept as (insert into index_sensing (weights, book, on_day, made, actor, report, digest)
			values ($1, $2, $3, $4, $5, $6, encode(sha256($6), 'hex')) on conflict (digest) do nothing returning digest)
		select coalesce((select digest from kept), encode(sha256($6), 'hex'))`
	var digest string
	err = tx.QueryRow(ctx, sql, r.Subject().Digest(), r.Book, r.On.Time(), tx.Now(), actor, raw).Scan(&digest)
	return digest, pg.Fail(err, "keep a report on weights")
}

// Sensed gives the newest report about some weights by a Book, "" for any Book: what
// somebody who signs a change of weights must have. Errors: ErrNotSensed.
func (s Store) Sensed(ctx context.Context, tx *pg.Tx, w *hardship.Weights, book string) (Kept, error) {
	return s.sensed(ctx, tx, w.Digest(), book)
}

// SensedOf is Sensed by any Book of weights that are known by their digest. Errors: ErrNotSensed.
func (s Store) SensedOf(ctx context.Context, tx *pg.Tx, weights string) (Kept, error) {
	return s.sensed(ctx, tx, weights, "")
}

func (s Store) sensed(ctx context.Context, tx *pg.Tx, weights, book string) (Kept, error) {
	const sql = `select id, digest, made, report from index_sensing where weights = $1 and ($2 = '' or book = $2) order by id desc limit 1`
	return readKept(tx.QueryRow(ctx, sql, weights, book))
}

// Told is that some weights were reported on, and when last.
type Told struct {
	Weights string // their digest
	Made    time.Time
}

// ToldOf lists the weights that were reported on, the newest report first, at most so many.
func (s Store) ToldOf(ctx context.Context, tx *pg.Tx, most int) ([]Told, error) {
	const sql = `select weights, made from (select distinct on (weights) weights, made, id from index_sensing order by weights, id desc) t order by id desc limit $1`
	rows, err := tx.Query(ctx, sql, most)
	if err != nil {
		return nil, pg.Fail(err, "list the reports on weights")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Told])
	return list, pg.Fail(err, "list the reports on weights")
}

// HasSensed is Sensed by any Book, for who asks only whether there is a report.
func (s Store) HasSensed(ctx context.Context, tx *pg.Tx, w *hardship.Weights) error {
	_, err := s.Sensed(ctx, tx, w, "")
	return err
}

// LastSensed gives the newest report there is. Errors: ErrNotSensed.
func (s Store) LastSensed(ctx context.Context, tx *pg.Tx) (Kept, error) {
	return readKept(tx.QueryRow(ctx, `select id, digest, made, report from index_sensing order by id desc limit 1`))
}

func readKept(row pgx.Row) (k Kept, err error) {
	var raw []byte
	err = row.Scan(&k.ID, &k.Digest, &k.Made, &raw)
	if errors.Is(err, pgx.ErrNoRows) {
		return k, ErrNotSensed
	}
	if err != nil {
		return k, pg.Fail(err, "read a report on weights")
	}
	in := json.NewDecoder(bytes.NewReader(raw))
	in.DisallowUnknownFields()
	if err := in.Decode(&k.Sensing); err != nil {
		return k, core.E(core.KindInternal, "sensing_unreadable", "").Wrap(err)
	}
	return k, nil
}
