package registry

import (
	"context"
	"encoding/binary"
	"errors"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/pg"
)

// errScan says that the server sent something else than a number and bytes in binary.
var errScan = errors.New("these are no packed rows in binary")

// Scan gives the packed row of every household of one township to see, which may
// neither keep nor change the bytes. It streams: one row is in memory at a time. Repack
// first; what was written meanwhile is seen by the next scan. Nothing of it is shown to
// anybody: who scans writes one entry in the log for the whole, with its counts.
//
// The rows come by a prepared statement and not by COPY, whose rows cost the same to send
// but which the server plans anew each time: over the parts of the table that takes as
// long as reading a thousand households.
func (r *Registry) Scan(ctx context.Context, tx *pg.Tx, town core.RegionCode, see func(core.HouseholdID, []byte) error) error {
	rows, err := tx.Query(ctx, `select household, facts from fact_row where region = $1`, string(town))
	if err != nil {
		return pg.Fail(err, "scan a township")
	}
	defer rows.Close()
	for rows.Next() {
		raw := rows.RawValues()
		if len(raw) != 2 || len(raw[0]) != 8 || len(raw[1]) > facts.MaxRow || rows.FieldDescriptions()[1].Format != pgx.BinaryFormatCode {
			return core.E(core.KindInternal, "scan_format", "").Wrap(errScan)
		}
		if err := see(core.HouseholdID(binary.BigEndian.Uint64(raw[0])), raw[1]); err != nil {
			return err
		}
	}
	return pg.Fail(rows.Err(), "scan a township")
}
