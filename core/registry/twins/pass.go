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
	had *newest // when it began; nil for one that goes on with another's steps
}

// newest is the last person and the last fact of a person that the register has. Who has a
// number, a name or a telephone that nobody was compared by yet came with either.
type newest struct{ person, sheet int64 }

func (t *Twins) newest(ctx context.Context, tx *pg.Tx) (n newest, err error) {
	n.person, n.sheet, err = t.Registry.Newest(ctx, tx)
	return n, err
}

// stays reports whether a search would find the register as one left it that had nobody to
// compare, within the time after which everything is looked through anyhow.
func (n newest) stays(ctx context.Context, tx *pg.Tx) (yes bool, err error) {
	const sql = `select exists (select from pair_idle where at > $1 and person = $2 and sheet = $3)`
	err = tx.QueryRow(ctx, sql, tx.Now().Add(-scanEvery), n.person, n.sheet).Scan(&yes)
	return yes, pg.Fail(err, "look whether somebody came")
}

// idle keeps that a search had nobody to compare. What one that goes on with another's steps did
// not see since that began is not known: it keeps nothing.
func (p pass) idle(ctx context.Context, tx *pg.Tx) error {
	const sql = `insert into pair_idle (at, person, sheet) values ($1, $2, $3) on conflict (one) do update set at = $1, person = $2, sheet = $3`
	if p.had == nil {
		return nil
	}
	_, err := tx.Exec(ctx, sql, tx.Now(), p.had.person, p.had.sheet)
	return pg.Fail(err, "keep that a scan had nobody to compare")
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
		if p.step == 0 {
			had, err := t.newest(ctx, tx)
			if err != nil {
				return err
			}
			p.had = &had
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
