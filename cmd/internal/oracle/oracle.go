package oracle

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/policy"
)

// Found is what a Book comes to for one household: bit i is the i-th item of the Book.
type Found struct{ Eligible, Open uint64 }

// Judge judges every household that tx can see and that has members on the day, in SQL.
// It makes temporary tables, so the transaction must be read-write and end by itself.
func Judge(ctx context.Context, tx pgx.Tx, book *policy.Book, on core.Date, counties []core.RegionCode) (map[core.HouseholdID]Found, error) {
	if len(book.Items) > 63 {
		return nil, fmt.Errorf("%d items do not fit a bigint", len(book.Items))
	}
	for _, sql := range append(tables(), places(book, counties)) {
		// A statement that makes a table takes no arguments: the day stands in it.
		if _, err := tx.Exec(ctx, dayed(sql, on)); err != nil {
			return nil, fmt.Errorf("make the oracle's tables: %w", err)
		}
	}
	rows, err := tx.Query(ctx, judged(book))
	if err != nil {
		return nil, err
	}
	out := map[core.HouseholdID]Found{}
	var id core.HouseholdID
	var eligible, open int64
	_, err = pgx.ForEachRow(rows, []any{&id, &eligible, &open}, func() error {
		out[id] = Found{uint64(eligible), uint64(open)}
		return nil
	})
	return out, err
}

// dayed puts the day into a statement.
func dayed(sql string, on core.Date) string {
	return strings.ReplaceAll(sql, "$1", "date '"+on.String()+"'")
}
