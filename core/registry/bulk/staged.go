package bulk

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
	"lianou/core/tables"
)

// staged is one row on its way into the staging table.
type staged struct {
	row      int
	group    []byte // of the household, or of whom a sheet is about
	identity []byte
	content  int64
	place    string
	packed   string // "": who is in the store already

	// What matching needs.
	blind    []byte
	name     string
	birth    core.Date
	reviewed bool
	met      core.HouseholdID
	kin      int16 // 1: the head, 2: the spouse; a household has one of each

	// What matching a row of facts needs more.
	home      []byte // of the household number
	aboutHome bool   // something is said of the household
	sheets    int    // that it makes
	on        core.Date
}

// refusal is one refused row. column counts from 1; 0 is the row as a whole.
type refusal struct {
	row, column int
	why         reason
	other       int // the other row it is about
}

// raw is one row as read, kept beyond the reader's next one.
type raw struct {
	tables.Row
}

func keep(row tables.Row) raw {
	cells := make([]tables.Cell, len(row.Cells))
	copy(cells, row.Cells)
	row.Cells = cells
	return raw{row}
}

func stagedAt(run int64, row int) seal.At {
	return seal.At{Table: "bulk_row", Row: strconv.FormatInt(run, 10) + "/" + strconv.Itoa(row), Column: "payload"}
}

// copyStaged writes rows and refusals of one chunk.
func copyStaged(ctx context.Context, tx *pg.Tx, run int64, key *seal.DataKey, rows []staged, refusals []refusal) error {
	list := make([][]any, len(rows))
	for i, s := range rows {
		var payload []byte
		if s.packed != "" {
			var err error
			if payload, err = key.Seal([]byte(s.packed), stagedAt(run, s.row)); err != nil {
				return err
			}
		}
		list[i] = []any{run, int32(s.row), s.group, s.identity, s.content, s.place, int64(s.met), payload, s.kin}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"bulk_row"}, []string{"run", "row", "grp", "identity", "content", "place", "met", "payload", "kin"}, pgx.CopyFromRows(list))
	if err != nil {
		return pg.Fail(err, "stage rows")
	}
	return copyRefusals(ctx, tx, run, refusals)
}

func copyRefusals(ctx context.Context, tx *pg.Tx, run int64, refusals []refusal) error {
	list := make([][]any, len(refusals))
	for i, f := range refusals {
		list[i] = []any{run, int32(f.row), int16(f.column), string(f.why), int32(f.other)}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"bulk_refusal"}, []string{"run", "row", "col", "code", "other"}, pgx.CopyFromRows(list))
	return pg.Fail(err, "note refused rows")
}
