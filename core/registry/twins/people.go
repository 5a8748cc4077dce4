package twins

import (
	"context"

	"lianou/core"
	"lianou/core/pg"
)

// People gives the rows of a pair, also the one that the scope does not see: who decides
// about a pair must be kin of neither, wherever they live. It shows nothing of anybody, so
// it leaves no trace. Errors: ErrNoPair.
func (t *Twins) People(ctx context.Context, tx *pg.Tx, pair int64) ([]core.PersonID, error) {
	lines, err := t.lines(ctx, tx, pair, false)
	if err != nil {
		return nil, err
	}
	return []core.PersonID{lines[0].Person, lines[0].Other}, nil
}
