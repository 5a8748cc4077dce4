package bench

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// The bars of B1 and B2.
const (
	barMany    = 1.0  // of the yardstick, at 64 clients
	floorMany  = 0.7  // what of it is owed now
	barCrowd   = 1.2  // at 256 clients
	barWorse   = 0.8  // of our own rate at 64, with refusals and with repetitions
	barAlone   = 0.75 // of the yardstick, one client each
	barWait    = 30.0 // p99 in milliseconds, at 64 clients
	many       = 64
	crowd      = 256
	yardCrowd  = 8
	refuseOne  = 2000
	repeatEach = 5
)

// rounds is what the turns brought, one value a round.
type rounds struct {
	yard, many, crowd, refuse, again, yardAlone, alone []float64
	wait, crowdWait                                    []float64
	refused, innocent                                  int
	first                                              string
}

// accepting measures B1 and B2, every side of every round in turn.
func accepting(ctx context.Context, cfg *Config) (Verdict, error) {
	h, err := openHouse(ctx, cfg)
	if err != nil {
		return Verdict{}, err
	}
	defer h.close()
	// Something real must be stored before the yardstick's sizes can be known.
	first, err := h.drive(ctx, 4, cfg.Window/4, mix{})
	if err != nil {
		return Verdict{}, err
	}
	if first.innocent > 0 {
		return Verdict{}, fmt.Errorf("the first applications were not accepted: %s", first.first)
	}
	y, err := h.newYardstick(ctx)
	if err != nil {
		return Verdict{}, err
	}
	if err := h.refuseSome(ctx); err != nil {
		return Verdict{}, err
	}
	cfg.note("an application is %d sealed bytes, its entry %d", h.sizes.sealed, h.sizes.detail)
	var r rounds
	for n := range cfg.Rounds {
		if err := r.turn(ctx, cfg, h, y); err != nil {
			return Verdict{}, err
		}
		cfg.note("round %d of %d, load %s", n+1, cfg.Rounds, load())
	}
	return r.print(cfg), nil
}

// refuseSome adds a constraint that some keys of the bench break.
func (h *house) refuseSome(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, h.admin)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, `alter table application add constraint bench_refuses check (key not like 'refuse%')`)
	return err
}

// turn is one round.
func (r *rounds) turn(ctx context.Context, cfg *Config, h *house, y *yardstick) error {
	ours := func(into *[]float64, clients int, m mix) (*tally, error) {
		t, err := h.drive(ctx, clients, cfg.Window, m)
		if err != nil {
			return nil, err
		}
		*into = append(*into, t.rate())
		r.innocent, r.refused = r.innocent+t.innocent, r.refused+t.refused
		if r.first == "" {
			r.first = t.first
		}
		cfg.note("  %d clients %+v: %.0f/s, p50 %.1f ms, p99 %.1f ms, %d refused, %d innocent", clients, m, t.rate(), t.late(.5), t.late(.99), t.refused, t.innocent)
		return t, nil
	}
	theirs := func(into *[]float64, clients int) error {
		f, err := y.run(ctx, clients, cfg.Window)
		if err != nil {
			return err
		}
		*into = append(*into, f.rate)
		cfg.note("  pgbench with %d: %.0f/s, %.1f ms", clients, f.rate, f.latency)
		return nil
	}
	if cfg.wants("B1") {
		if err := r.together(ours, theirs); err != nil {
			return err
		}
	}
	if !cfg.wants("B2") {
		return nil
	}
	if err := theirs(&r.yardAlone, 1); err != nil {
		return err
	}
	_, err := ours(&r.alone, 1, mix{})
	return err
}

func (r *rounds) together(ours func(*[]float64, int, mix) (*tally, error), theirs func(*[]float64, int) error) error {
	if err := theirs(&r.yard, yardCrowd); err != nil {
		return err
	}
	t, err := ours(&r.many, many, mix{})
	if err != nil {
		return err
	}
	r.wait = append(r.wait, t.late(.99))
	if t, err = ours(&r.crowd, crowd, mix{}); err != nil {
		return err
	}
	r.crowdWait = append(r.crowdWait, t.late(.99))
	if _, err = ours(&r.refuse, many, mix{refuse: refuseOne}); err != nil {
		return err
	}
	_, err = ours(&r.again, many, mix{again: repeatEach})
	return err
}

// print gives the lines and tells what was missed.
func (r *rounds) print(cfg *Config) (missed Verdict) {
	short := func(ok bool, what string) {
		if !ok {
			missed.Short = append(missed.Short, what)
		}
	}
	if cfg.wants("B1") {
		wait := median(r.wait)
		inTime := wait <= barWait
		more := fmt.Sprintf(", p99 %.1f ms of %.0f %s", wait, barWait, word(inTime))
		short(ratio(cfg, "B1", "64 clients", r.many, r.yard, barMany, more), "B1 at 64 clients")
		short(inTime, "the p99 of B1")
		short(ratio(cfg, "B1", "256 clients", r.crowd, r.yard, barCrowd, fmt.Sprintf(", p99 %.1f ms", median(r.crowdWait))), "B1 at 256 clients")
		short(ratio(cfg, "B1", fmt.Sprintf("64 clients, 1 in %d refused", refuseOne), r.refuse, r.many, barWorse,
			fmt.Sprintf(", %d refused, %d innocent failures", r.refused, r.innocent)), "B1 with refusals")
		short(ratio(cfg, "B1", "64 clients, 1 in 5 a repetition", r.again, r.many, barWorse, ""), "B1 with repetitions")
		if median(r.many) < floorMany*median(r.yard) {
			missed.Owed = append(missed.Owed, fmt.Sprintf("%.1f of B1 at 64 clients", floorMany))
		}
	}
	if cfg.wants("B2") {
		short(ratio(cfg, "B2", "1 client each", r.alone, r.yardAlone, barAlone, ""), "B2")
	}
	if r.innocent > 0 {
		cfg.note("first innocent failure: %s", r.first)
		missed.Owed = append(missed.Owed, "nobody innocent refused")
	}
	return missed
}
