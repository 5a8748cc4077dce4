package casefile

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Head is how a case is named to those who meet it outside its own page: who pays and
// who checks a card.
type Head struct {
	Receipt core.Receipt
	Town    string
	// LaterPhone: the number on the case came with another application than the first,
	// whose sender an officer made the one who is told. Who sends money elsewhere begins
	// with the telephone.
	LaterPhone bool
}

// Heads reads the heads of cases in the caller's scope, in one query.
func (s *Store) Heads(ctx context.Context, tx *pg.Tx, ids ...core.CaseID) (map[core.CaseID]Head, error) {
	out := map[core.CaseID]Head{}
	if len(ids) == 0 {
		return out, nil
	}
	rows, err := tx.Query(ctx, `select id, receipt, town, coalesce(speaks, application) <> application from casefile where id = any($1)`, ids)
	if err != nil {
		return nil, pg.Fail(err, "read the heads of cases")
	}
	var id core.CaseID
	var h Head
	_, err = pgx.ForEachRow(rows, []any{&id, &h.Receipt, &h.Town, &h.LaterPhone}, func() error {
		out[id] = h
		return nil
	})
	return out, pg.Fail(err, "read the heads of cases")
}
