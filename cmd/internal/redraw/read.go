package redraw

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
)

// step is one entry of the log about a round.
type step struct {
	entry, leaf int64
	subject     string
	late        bool // so old that it has its place in the log, or never gets one
}

// placedWithin is how long an entry may wait for its place in the log: the sequencer takes seconds.
const placedWithin = 10 * time.Minute

func read(ctx context.Context, tx *pg.Tx, id int64) (round, error) {
	r := round{id: id}
	const sql = `select county, since::text, until::text, state, percent, after, coalesce(cases, 0), coalesce(visits, 0), encode(seed_hash, 'hex'),
		coalesce(encode(head_root, 'hex'), ''), coalesce(encode(digest, 'hex'), ''), coalesce(encode(kin_salt, 'hex'), ''), coalesce(encode(kin_hash, 'hex'), ''),
		coalesce(encode(seed, 'hex'), ''), coalesce(head_size, 0) from recheck_round where id = $1`
	err := tx.QueryRow(ctx, sql, id).Scan(&r.county, &r.since, &r.until, &r.state, &r.percent, &r.after, &r.cases, &r.visits, &r.seedHash,
		&r.headRoot, &r.digest, &r.salt, &r.kinned, &r.seed, &r.headSize)
	if err != nil {
		return r, pg.Fail(err, "read a round")
	}
	if r.list, err = numbers(ctx, tx, `select case_id from recheck_entry where round = $1 order by n`, id); err != nil {
		return r, err
	}
	places, err := numbers(ctx, tx, `select n from recheck_entry where round = $1 order by n`, id)
	if err != nil {
		return r, err
	}
	for _, n := range places {
		r.places = append(r.places, int(n))
	}
	if r.kin, err = numbers(ctx, tx, `select case_id from recheck_kin where round = $1 order by case_id`, id); err != nil {
		return r, err
	}
	r.drawn, err = numbers(ctx, tx, `select case_id from recheck_visit where round = $1 order by case_id`, id)
	return r, err
}

// stepsOf reads what the log says of a round. A second entry of a step is a fault: somebody
// committed, listed or drew again.
func stepsOf(ctx context.Context, tx *pg.Tx, id int64, rep *Report) (map[string]step, error) {
	return stepsAs(ctx, tx, "recheck", id, rep)
}

// stepsAs does so for the rounds of either kind, by the word that their acts begin with.
func stepsAs(ctx context.Context, tx *pg.Tx, kind string, id int64, rep *Report) (map[string]step, error) {
	const sql = `select act, id, subject, at < lianou_now() - $3::interval from audit_entry where subject ^@ ($1::text || ':' || $2::bigint::text || '/')
		and act in ($1::text || '.committed', $1::text || '.listed', $1::text || '.drawn') order by id`
	rows, err := tx.Query(ctx, sql, kind, id, placedWithin.String())
	if err != nil {
		return nil, pg.Fail(err, "read the log of a round")
	}
	out := map[string]step{}
	var act string
	var s step
	_, err = pgx.ForEachRow(rows, []any{&act, &s.entry, &s.subject, &s.late}, func() error {
		if _, twice := out[act]; twice {
			rep.fault("the log has %s twice", act)
			return nil
		}
		out[act] = s
		return nil
	})
	return out, pg.Fail(err, "read the log of a round")
}

// headers are the signed heads of the log by their size.
type headers map[int64]string

func headersOf(ctx context.Context, tx *pg.Tx) (headers, error) {
	rows, err := tx.Query(ctx, `select size, note from audit_checkpoint order by size`)
	if err != nil {
		return nil, pg.Fail(err, "read the heads of the log")
	}
	out := headers{}
	var size int64
	var text string
	_, err = pgx.ForEachRow(rows, []any{&size, &text}, func() error { out[size] = text; return nil })
	return out, pg.Fail(err, "read the heads of the log")
}

// first is the smallest head of more than n entries, 0 for none.
func (h headers) first(n int64) int64 {
	var sizes []int64
	for size := range h {
		if size > n {
			sizes = append(sizes, size)
		}
	}
	if len(sizes) == 0 {
		return 0
	}
	return slices.Min(sizes)
}
