package bulk

import (
	"context"
	"errors"
	"hash/maphash"
	"io"
	"sync"

	"golang.org/x/sync/errgroup"

	"lianou/core/pg"
	"lianou/core/tables"
)

// Sizes of staging: rows a transaction, and how many chunks are looked at at once,
// which with the rows' own limit bounds the memory.
const (
	chunkRows  = 4_000
	chunkBytes = 8 << 20
	stagers    = 2
)

// stage reads the whole file and puts every row into the staging table or among the
// refused.
func (w *work) stage(ctx context.Context) error {
	if err := w.clear(ctx); err != nil {
		return err
	}
	rows, err := w.File.Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	if _, err := rows.Next(); err != nil && !errors.Is(err, io.EOF) { // the header
		return err
	}
	s := stager{work: w, seed: maphash.MakeSeed(), people: w.peopleReader(), facts: w.factsReader()}
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(stagers)
	for inner.Err() == nil {
		chunk, err := s.gather(rows)
		if err != nil {
			_ = group.Wait()
			return err
		}
		if len(chunk) == 0 {
			break
		}
		group.Go(func() error { return s.chunk(inner, chunk) })
		w.tell(Progress{Phase: "read", Done: rows.Done(), Total: w.File.Size, Unit: "bytes", Rows: s.rows, Refused: s.refusedSoFar()})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	w.state.rows, w.state.repeated, w.state.refused = s.rows, s.repeated, s.refused
	return nil
}

func (w *work) peopleReader() *peopleReader {
	return &peopleReader{layout: w.layout, places: newPlaces(w.cfg.Registry.Regions()), relations: relationWords(), today: w.today}
}

// stager is the state of staging one file.
type stager struct {
	*work
	seed   maphash.Seed
	people *peopleReader
	facts  *factsReader

	// Of the one goroutine that reads.
	rows, repeated int
	last           repeats

	mu      sync.Mutex
	refused int
}

// repeats remembers rows of the file, as many as there are places: a row that comes a
// million times is looked at once. Those that another row pushed out are found later,
// in the staging table.
type repeats [1 << 16]uint64

// seen reports whether a row stood in the file before, and remembers it.
func (r *repeats) seen(seed maphash.Seed, row tables.Row) bool {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, c := range row.Cells {
		h.WriteByte(byte(c.Kind))
		h.WriteString(c.Text)
		h.WriteByte(0)
	}
	sum := h.Sum64()
	place := &r[sum%uint64(len(r))]
	if *place == sum {
		return true
	}
	*place = sum
	return false
}

// gather takes the next rows that are not repeated.
func (s *stager) gather(rows tables.Reader) ([]raw, error) {
	chunk, size := make([]raw, 0, chunkRows), 0
	for len(chunk) < chunkRows && size < chunkBytes {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		s.rows++
		if row.Fault == nil && s.last.seen(s.seed, row) {
			s.repeated++
			continue
		}
		for _, c := range row.Cells {
			size += len(c.Text)
		}
		chunk = append(chunk, keep(row))
	}
	return chunk, nil
}

func (s *stager) refusedSoFar() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused
}

// chunk understands rows, compares them with the store, and stages them.
func (s *stager) chunk(ctx context.Context, chunk []raw) error {
	var list []staged
	var refusals []refusal
	for _, r := range chunk {
		rows, bad := s.understand(r)
		if bad != nil {
			refusals = append(refusals, *bad)
			continue
		}
		list = append(list, rows)
	}
	var also []refusal
	err := s.cfg.DB.Tx(ctx, pg.City("import: staging"), func(ctx context.Context, tx *pg.Tx) error {
		var kept []staged
		var err error
		if kept, also, err = s.match(ctx, tx, list); err != nil {
			return err
		}
		return copyStaged(ctx, tx, s.state.id, s.key, kept, append(refusals[:len(refusals):len(refusals)], also...))
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused += len(refusals) + len(also)
	return err
}

// understand makes a staged row of a row as read, or a refusal.
func (s *stager) understand(r raw) (staged, *refusal) {
	if r.Fault != nil {
		return staged{}, &refusal{row: r.Number, column: r.Fault.Column, why: reason(r.Fault.Code)}
	}
	var out staged
	var bad *fault
	if s.Kind == People {
		var p person
		if p, bad = s.people.read(r.Row); bad == nil {
			out = p.stage(s.cfg.Registry, s.Source, r.Number, s.seed)
		}
	} else {
		out, bad = s.facts.read(r.Row, s.seed)
	}
	if bad != nil {
		return staged{}, &refusal{row: r.Number, column: s.layout.column(bad.field), why: bad.why}
	}
	return out, nil
}

func (s *stager) match(ctx context.Context, tx *pg.Tx, list []staged) ([]staged, []refusal, error) {
	if s.Kind == People {
		return s.matchPeople(ctx, tx, list)
	}
	return s.matchFacts(ctx, tx, list)
}
