package simulate

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/rulebook"
)

// Deps is what New needs; all are required.
type Deps struct {
	DB       *pg.DB // of lianou_platform
	Registry *registry.Registry
	Rules    *rulebook.Store
	Audit    *audit.Log
	Jobs     *jobs.Inserter
}

// Simulator runs simulations. It is safe for concurrent use.
type Simulator struct {
	Deps

	mu   sync.Mutex
	last int64 // the simulation whose Books are at hand
	pair *Pair
	idle []*Pair
}

// New checks what it is given.
func New(d Deps) (*Simulator, error) {
	if d.DB == nil || d.Registry == nil || d.Rules == nil || d.Audit == nil || d.Jobs == nil {
		return nil, core.E(core.KindInternal, "simulate_config", "").Wrap(errors.New("simulate.Deps needs DB, Registry, Rules, Audit and Jobs"))
	}
	return &Simulator{Deps: d}, nil
}

// Books are two that are compared, on the day that both are asked for.
type Books struct {
	Before, After *policy.Book
	On            core.Date
	Said          string // of a draft: SaidBy as it stood
}

// SaidBy names what a draft says: a result of another is not about this one any more.
func SaidBy(d *rulebook.Draft) string { return fmt.Sprintf("%d %s", d.Base, d.Digest) }

// ErrSame says that the rules are the same for everybody.
var ErrSame = core.E(core.KindConflict, "simulation_same", "这些改动不影响任何家庭够不够条件、给多少,不用试算。")

// errStale says that a draft is not what it was when its simulation began.
var errStale = errors.New("the draft was changed")

// BooksOf gives what a draft is compared with, and the draft's own, on the first day from
// today on that either says something else to anybody; today when none does. Errors:
// rulebook.ErrNoDraft; rules that do not load.
func (s *Simulator) BooksOf(ctx context.Context, draft int64, today core.Date) (Books, error) {
	f, err := s.Rules.Draft(ctx, draft)
	if err != nil {
		return Books{}, err
	}
	base, err := s.Rules.Sources(ctx, f.Base)
	if err != nil {
		return Books{}, err
	}
	old, err := base.Load()
	if err != nil {
		return Books{}, err
	}
	lib, err := f.Files.Load()
	if err != nil {
		return Books{}, err
	}
	b, err := Differ(old, lib, today)
	b.Said = SaidBy(&f.Draft)
	return b, err
}

// Differ is BooksOf for two libraries.
func Differ(old, lib *policy.Library, today core.Date) (Books, error) {
	days := []core.Date{today}
	for _, l := range []*policy.Library{old, lib} {
		for _, b := range l.Books() {
			if b.From > today {
				days = append(days, b.From)
			}
		}
	}
	first := Books{}
	for _, on := range sorted(days) {
		before, err := old.On(on)
		if err != nil {
			return Books{}, err
		}
		after, err := lib.On(on)
		if err != nil {
			return Books{}, err
		}
		b := Books{Before: before, After: after, On: on}
		if first.Before == nil {
			first = b
		}
		if d := policy.Compare(before, after); len(d.Judged())+len(d.Paid()) > 0 {
			return b, nil
		}
	}
	return first, nil
}

// take gives a Pair for one goroutine; give it back after use. What is not at hand is read
// while nobody waits: the townships of another simulation go on.
func (s *Simulator) take(ctx context.Context, sim int64) (*Pair, error) {
	if p := s.ready(sim); p != nil {
		return p, nil
	}
	p, err := s.load(ctx, sim)
	if err != nil {
		return nil, err
	}
	s.keep(sim, p)
	return p.Twin(), nil
}

// ready gives a Pair of the simulation that is at hand, nil for another.
func (s *Simulator) ready(sim int64) *Pair {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last != sim {
		return nil
	}
	if n := len(s.idle); n > 0 {
		p := s.idle[n-1]
		s.idle = s.idle[:n-1]
		return p
	}
	return s.pair.Twin()
}

// keep has a simulation at hand from now on. Two that read the same one have both read it.
func (s *Simulator) keep(sim int64, p *Pair) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last != sim {
		s.last, s.pair, s.idle = sim, p, nil
	}
}

// give takes a Pair back, unless another simulation is at hand.
func (s *Simulator) give(sim int64, p *Pair) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == sim {
		s.idle = append(s.idle, p)
	}
}

// load makes the Pair of a draft's simulation anew: in another process than the one that
// began it, or after a restart.
func (s *Simulator) load(ctx context.Context, sim int64) (*Pair, error) {
	h, err := s.head(ctx, sim)
	if err != nil {
		return nil, err
	}
	if h.Draft == 0 {
		return nil, errStale // its Books went with the command that had them
	}
	f, err := s.Rules.Draft(ctx, h.Draft)
	if err != nil {
		return nil, err
	}
	if f.State == rulebook.Withdrawn || SaidBy(&f.Draft) != h.Said {
		return nil, errStale
	}
	before, after, err := s.Rules.Books(ctx, h.Draft, h.On)
	if err != nil {
		return nil, err
	}
	if before.Digest != h.Before || after.Digest != h.After {
		return nil, errStale
	}
	return NewPair(before, after, h.On)
}
