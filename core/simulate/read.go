package simulate

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// A Head is one simulation, and how far it is.
type Head struct {
	ID            int64
	Draft         int64  // 0 for Books that no draft has
	Said          string // of a draft: SaidBy as it stood
	Before, After string
	On            core.Date
	Items         []Item
	Begun         time.Time
	Ended         *time.Time
	Stale         bool // broken off: the draft was changed meanwhile
	Towns, Done   int
}

// A Result is a simulation with what it came to so far.
type Result struct {
	Head
	Whole  Tally
	ByTown []TownTally // those done, in the order of their codes
}

// A TownTally is what one township came to.
type TownTally struct {
	Region core.RegionCode
	Tally
}

// ErrNone says that there is no such simulation.
var ErrNone = core.E(core.KindNotFound, "simulation_none", "还没有试算过。")

const headColumns = `id, coalesce(draft, 0), said, before, after, on_day, items, begun, ended, stale, towns, towns - remain`

func scanHead(row pgx.Row) (h Head, err error) {
	var on time.Time
	var items []byte
	if err = row.Scan(&h.ID, &h.Draft, &h.Said, &h.Before, &h.After, &on, &items, &h.Begun, &h.Ended, &h.Stale, &h.Towns, &h.Done); err == nil {
		h.On = core.DateOf(on)
		err = json.Unmarshal(items, &h.Items)
	}
	return h, err
}

func (s *Simulator) head(ctx context.Context, sim int64) (h Head, err error) {
	return s.one(ctx, `select `+headColumns+` from simulation where id = $1`, sim)
}

// running gives the number of the simulation of a draft that has not ended.
func (s *Simulator) running(ctx context.Context, draft int64) (int64, error) {
	h, err := s.one(ctx, `select `+headColumns+` from simulation where draft = $1 and ended is null order by id desc limit 1`, draft)
	return h.ID, err
}

func (s *Simulator) one(ctx context.Context, sql string, arg int64) (h Head, err error) {
	err = s.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		h, err = scanHead(tx.QueryRow(ctx, sql, arg))
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return h, ErrNone
	}
	return h, pg.Fail(err, "read a simulation")
}

// How says how far a simulation is. Errors: ErrNone.
func (s *Simulator) How(ctx context.Context, sim int64) (Head, error) { return s.head(ctx, sim) }

// OfDraft gives the newest simulation of a draft. Errors: ErrNone.
func (s *Simulator) OfDraft(ctx context.Context, draft int64) (Result, error) {
	h, err := s.one(ctx, `select `+headColumns+` from simulation where draft = $1 order by id desc limit 1`, draft)
	if err != nil {
		return Result{}, err
	}
	return s.Read(ctx, h.ID)
}

// Read gives what a simulation came to so far. Errors: ErrNone.
func (s *Simulator) Read(ctx context.Context, sim int64) (r Result, err error) {
	err = s.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if r.Head, err = scanHead(tx.QueryRow(ctx, `select `+headColumns+` from simulation where id = $1`, sim)); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select town, counts from simulation_town where simulation = $1 and done is not null order by town`, sim)
		if err != nil {
			return err
		}
		r.ByTown, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (t TownTally, err error) {
			var counts []byte
			if err = row.Scan(&t.Region, &counts); err == nil {
				err = json.Unmarshal(counts, &t.Tally)
			}
			return t, err
		})
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return r, ErrNone
	}
	r.Whole.Items = make([]Shift, len(r.Items))
	for i := range r.ByTown {
		r.Whole.Add(&r.ByTown[i].Tally)
	}
	return r, pg.Fail(err, "read a simulation")
}
