package casefile

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"strconv"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Basis is what a judgement rests on beside the facts: what the household had already
// (matching.Held) and the trace, of the version of its day (docs/trace-v4.schema.json). Both
// are JSON; this package reads neither.
type Basis struct {
	Book  string
	Held  []byte
	Trace []byte
}

// maxTrace bounds a trace, in bytes: a large household's is some 200 kB.
const maxTrace = 8 << 20

// ErrTrace says that a kept trace is not what was kept.
var ErrTrace = core.E(core.KindInternal, "trace_altered", "")

func traceColumn(version int) string { return "trace/" + strconv.Itoa(version) }

func (s *Store) saveBasis(ctx context.Context, tx *pg.Tx, id core.CaseID, version int, basis Basis) error {
	c, err := s.Get(ctx, tx, id)
	if err != nil {
		return err
	}
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return err
	}
	var small bytes.Buffer
	w := gzip.NewWriter(&small)
	if _, err := w.Write(basis.Trace); err != nil {
		return ErrTrace.Wrap(err)
	}
	if err := w.Close(); err != nil {
		return ErrTrace.Wrap(err)
	}
	sealed, err := b.put("case_trace", traceColumn(version), small.String())
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into case_trace (case_id, region, version, book, held, trace) values ($1, $2, $3, $4, $5, $6)`,
		id, c.Region, version, basis.Book, basis.Held, sealed)
	return pg.Fail(err, "keep the trace of a judgement")
}

// Basis reads what a version was judged on; false where nothing was kept, for what was
// judged before traces were. ErrTrace: it was kept and is not what it was.
func (s *Store) Basis(ctx context.Context, tx *pg.Tx, c Case, version int) (basis Basis, kept bool, err error) {
	var sealed []byte
	err = tx.QueryRow(ctx, `select book, held, trace from case_trace where case_id = $1 and version = $2`, c.ID, version).Scan(&basis.Book, &basis.Held, &sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return basis, false, nil
	}
	if err != nil {
		return basis, false, pg.Fail(err, "read the trace of a judgement")
	}
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return basis, true, err
	}
	small, err := b.get("case_trace", traceColumn(version), sealed)
	if err != nil {
		return basis, true, ErrTrace.Wrap(err)
	}
	r, err := gzip.NewReader(bytes.NewReader([]byte(small)))
	if err != nil {
		return basis, true, ErrTrace.Wrap(err)
	}
	if basis.Trace, err = io.ReadAll(io.LimitReader(r, maxTrace)); err != nil {
		return basis, true, ErrTrace.Wrap(err)
	}
	return basis, true, nil
}

// Judged lists the versions of cases that were judged, after a case and version, oldest
// first, at most limit.
func (s *Store) Judged(ctx context.Context, tx *pg.Tx, after JudgedAt, limit int) ([]JudgedAt, error) {
	rows, err := tx.Query(ctx, `select f.case_id, f.version, min(f.book) from finding f where (f.case_id, f.version) > ($1, $2)
		group by f.case_id, f.version order by f.case_id, f.version limit $3`, after.Case, after.Version, limit)
	if err != nil {
		return nil, pg.Fail(err, "list what was judged")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[JudgedAt])
	return list, pg.Fail(err, "list what was judged")
}

// JudgedAt is one version of a case and the digest of the Book it was judged by.
type JudgedAt struct {
	Case    core.CaseID
	Version int
	Book    string
}
