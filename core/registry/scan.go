package registry

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/pg"
)

// Scan gives the packed row of every household of one township to see, which may
// neither keep nor change the bytes. It streams: one row is in memory at a time. Repack
// first; what was written meanwhile is seen by the next scan. Nothing of it is shown to
// anybody: who scans writes one entry in the log for the whole, with its counts.
func (r *Registry) Scan(ctx context.Context, tx *pg.Tx, town core.RegionCode, see func(core.HouseholdID, []byte) error) error {
	// COPY takes no arguments: the township stands in a setting of the transaction.
	if _, err := tx.Exec(ctx, `select set_config('lianou.scan', $1, true)`, string(town)); err != nil {
		return pg.Fail(err, "say which township to scan")
	}
	const sql = `copy (select household, facts from fact_row where region = current_setting('lianou.scan')) to stdout (format binary)`
	in := &copied{see: see}
	if _, err := tx.Conn().PgConn().CopyTo(ctx, in, sql); err != nil {
		return pg.Fail(err, "scan a township")
	}
	if !in.ended {
		return core.E(core.KindInternal, "scan_cut_off", "")
	}
	return nil
}

// copied takes COPY BINARY apart: a head, then for each row the number of columns, and
// each column with its length (PostgreSQL manual, COPY, "Binary Format"). Rows may lie
// across the server's messages.
type copied struct {
	see   func(core.HouseholdID, []byte) error
	rest  []byte // of a row that the next message goes on with
	begun bool
	ended bool
}

var errCopy = errors.New("these bytes are no binary COPY of two columns")

// copyHead is the eleven bytes that open every binary COPY; flags and the length of an
// extension follow, four bytes each, both zero.
const copyHead = "PGCOPY\n\377\r\n\000"

func (c *copied) Write(p []byte) (int, error) {
	b := p
	if len(c.rest) > 0 {
		c.rest = append(c.rest, p...)
		b = c.rest
	}
	left, err := c.rows(b)
	if err != nil {
		return 0, err
	}
	c.rest = append(c.rest[:0], left...)
	return len(p), nil
}

// rows sees every whole row of b and gives what is left of it.
func (c *copied) rows(b []byte) ([]byte, error) {
	if !c.begun {
		if len(b) < len(copyHead)+8 {
			return b, nil
		}
		if !bytes.HasPrefix(b, []byte(copyHead)) {
			return nil, errCopy
		}
		b, c.begun = b[len(copyHead)+8:], true
	}
	for {
		switch {
		case len(b) < 2:
			return b, nil
		case b[0] == 0xff && b[1] == 0xff: // the trailer
			c.ended = true
			return b[2:], nil
		case b[0] != 0 || b[1] != 2:
			return nil, errCopy
		case len(b) < 18:
			return b, nil
		}
		n := int(binary.BigEndian.Uint32(b[14:]))
		if binary.BigEndian.Uint32(b[2:]) != 8 || n > facts.MaxRow {
			return nil, errCopy
		}
		if len(b) < 18+n {
			return b, nil
		}
		if err := c.see(core.HouseholdID(binary.BigEndian.Uint64(b[6:])), b[18:18+n]); err != nil {
			return nil, err
		}
		b = b[18+n:]
	}
}
