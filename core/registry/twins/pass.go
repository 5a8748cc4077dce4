package twins

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
)

// pass is a scan on its way: at which step of Registry.Alike it is, of how many, and what
// it has done until there. Its row moves in the transaction that flags the last pairs of
// a step, so that who breaks in leaves neither a gap nor a step counted twice. Between two
// transactions of one step the step is taken again: that flags nothing twice, and counts
// as compared what was compared.
type pass struct {
	step, steps int
	Scanned
}

// begin takes up the scan that is on its way, or begins one. One that another
// release cut into other steps begins anew.
func (t *Twins) begin(ctx context.Context) (p pass, err error) {
	err = t.DB.Tx(ctx, citywide(), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `select step, steps, compared, flagged, skipped from pair_pass`
		err := tx.QueryRow(ctx, sql).Scan(&p.step, &p.steps, &p.Compared, &p.Flagged, &p.Skipped)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return pg.Fail(err, "read how far a scan is")
		}
		if steps := t.Registry.AlikeSteps(); err != nil || p.steps != steps {
			p = pass{steps: steps}
		}
		return p.save(ctx, tx)
	})
	return p, err
}

func (p pass) save(ctx context.Context, tx *pg.Tx) error {
	const sql = `insert into pair_pass (step, steps, compared, flagged, skipped) values ($1, $2, $3, $4, $5)
		on conflict (one) do update set step = $1, steps = $2, compared = $3, flagged = $4, skipped = $5`
	_, err := tx.Exec(ctx, sql, p.step, p.steps, p.Compared, p.Flagged, p.Skipped)
	return pg.Fail(err, "keep how far a scan is")
}
