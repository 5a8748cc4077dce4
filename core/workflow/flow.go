package workflow

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/mandate"
	"lianou/core/matching"
	"lianou/core/notify"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/realname"
	"lianou/core/registry"
	"lianou/core/registry/change"
	"lianou/core/routing"
	"lianou/core/seal"
	"lianou/core/staff"
)

// Deps is what a Flow works with. All are required but Bell, without which desks
// find out by their slow poll, Gather, Jobs and Edge.
type Deps struct {
	DB       *pg.DB // as lianou_platform
	Opener   *seal.Opener
	Audit    *audit.Log
	Cases    *casefile.Store
	Registry *registry.Registry
	Changes  *change.Changes // asks for what a visit saw otherwise
	Staff    *staff.Staff
	Realname *realname.Checker
	Routing  *routing.Router
	Payout   *payout.Payout
	Outbox   *notify.Outbox
	Books    matching.Books
	Bell     *bell.Bell
	Log      *slog.Logger
	Jobs     *jobs.Inserter // of the platform's queue. Defaults to one of its own
	Edge     *jobs.Inserter // of the gateway's queue. Defaults to one of its own

	// Gather is how long a household's decisions and payments are waited for before
	// one notice tells them together, in real time. Defaults to 20 s; less than a
	// second means at once.
	Gather time.Duration
}

// Flow runs the steps. It is safe for use by many goroutines.
type Flow struct {
	Deps
	jobs     *jobs.Inserter
	mandates *mandate.Store

	mu       sync.Mutex
	matchers map[string]*matching.Matcher  // by the Book's digest
	handed   map[casefile.Part]core.CaseID // up to which case the last sweep looked for hands
}

// New checks the dependencies and makes a Flow.
func New(d Deps) (*Flow, error) {
	if d.DB == nil || d.Opener == nil || d.Audit == nil || d.Cases == nil || d.Registry == nil || d.Changes == nil || d.Staff == nil ||
		d.Realname == nil || d.Routing == nil || d.Payout == nil || d.Outbox == nil || d.Books == nil || d.Log == nil {
		return nil, core.E(core.KindInvalid, "workflow_config", "")
	}
	if d.Gather == 0 {
		d.Gather = 20 * time.Second
	}
	in, err := d.Jobs.Or(jobs.Platform)
	if err != nil {
		return nil, err
	}
	edge, err := d.Edge.Or(jobs.Gateway)
	if err != nil {
		return nil, err
	}
	return &Flow{Deps: d, jobs: in, mandates: mandate.NewStore(d.Audit).Keyed(d.Cases.Shared(), edge), matchers: map[string]*matching.Matcher{}, handed: map[casefile.Part]core.CaseID{}}, nil
}

// matcher compiles each Book once.
func (f *Flow) matcher(book *policy.Book) (*matching.Matcher, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m := f.matchers[book.Digest]; m != nil {
		return m, nil
	}
	m, err := matching.Compile(book)
	if err != nil {
		return nil, err
	}
	f.matchers[book.Digest] = m
	return m, nil
}

// ring tells the desks of a township that a case changed; after commit only.
func (f *Flow) ring(ctx context.Context, region core.RegionCode, kind string, id core.CaseID) {
	if f.Bell != nil && region != "" {
		f.Bell.Ring(ctx, "township:"+string(region), kind, strconv.FormatInt(int64(id), 10))
	}
}

// because is the purpose under which a step of the machine reads the register.
func because(why string, c core.CaseID, a core.ApplicationID) registry.Purpose {
	return registry.Purpose{Actor: audit.Actor{Kind: "job", ID: "workflow"}, Why: why, Case: c, Application: a}
}

// entry is the audit entry of a step of the machine.
func entry(act string, c casefile.Case, detail map[string]any) audit.Entry {
	return audit.Entry{Actor: audit.Actor{Kind: "job", ID: "workflow"}, Act: act, Case: c.ID, Application: c.Application,
		Region: c.Region, Purpose: "casework", Detail: detail}
}
