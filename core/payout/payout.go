package payout

import (
	"log/slog"
	"sync/atomic"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Config is what a Payout needs beside its dependencies.
type Config struct {
	// Payer is the treasury's account that the bank debits. Required.
	Payer core.BankAccount
}

// Deps are what a Payout works with. All are required, but Rail may be nil where
// nothing is sent (tools, tests of desks), and Jobs in a process of no other inserter.
type Deps struct {
	DB    *pg.DB // as lianou_platform; used by the jobs only
	Ring  *seal.Ring
	Audit *audit.Log
	Log   *slog.Logger
	Rail  Rail
	// Apart gives the items of a day that do not go side by side. nil where no rules are: then only
	// the same item is looked for.
	Apart func(core.Date) ([]Apart, error)
	// Calendar gives the working days. nil: nothing is said of what is late.
	Calendar func() Calendar
	Jobs     *jobs.Inserter // of the platform's queue. Defaults to one of its own
}

// Payout is the one way to money. Methods with a tx run in the caller's
// transaction and scope; jobs open their own. Safe for concurrent use.
type Payout struct {
	*Budgets

	cfg      Config
	db       *pg.DB
	ring     *seal.Ring
	audit    *audit.Log
	log      *slog.Logger
	rail     Rail
	jobs     *jobs.Inserter
	apart    func(core.Date) ([]Apart, error)
	calendar func() Calendar

	looked atomic.Int64 // the core.Date on which Months last found nothing more to make
}

// New checks the configuration and makes a Payout.
func New(cfg Config, d Deps) (*Payout, error) {
	if cfg.Payer.IsZero() || d.DB == nil || d.Ring == nil || d.Audit == nil || d.Log == nil {
		return nil, core.E(core.KindInvalid, "payout_config", "")
	}
	in, err := d.Jobs.Or(jobs.Platform)
	if err != nil {
		return nil, err
	}
	return &Payout{Budgets: NewBudgets(d.Audit), cfg: cfg, db: d.DB, ring: d.Ring, audit: d.Audit, log: d.Log, rail: d.Rail, jobs: in, apart: d.Apart, calendar: d.Calendar}, nil
}

func staff(id core.StaffID) audit.Actor { return audit.Actor{Kind: "staff", ID: formatID(int64(id))} }

func robot() audit.Actor { return audit.Actor{Kind: "job", ID: "payout"} }
