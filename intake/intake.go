package intake

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/blob"
	"lianou/core/jobs"
	"lianou/core/matching"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/seal"
)

// Config is what an Intake is set up with.
type Config struct {
	// Dir is this process's own folder for receipt blocks and the spool; no other
	// process may use it. Required.
	Dir string

	// SpoolMost bounds the spool in bytes; past it a person is told to come back.
	// Defaults to 1 GiB.
	SpoolMost int64

	// PerDay bounds what one account, and one telephone that is bound to accounts, may
	// send in a day by their own hand. Defaults to 5.
	PerDay int

	// Metrics is where counters are registered. Defaults to nowhere.
	Metrics prometheus.Registerer
}

// Deps is what an Intake works with; all are required.
type Deps struct {
	DB       *pg.DB
	Platform seal.Recipient // whom applications are sealed to
	Digest   seal.Blinder   // keys the digest of a body
	Regions  *registry.Regions
	Book     matching.Books
	Blobs    *blob.Store
	Audit    *audit.Log
	Jobs     *jobs.Inserter
	Log      *slog.Logger
}

// Intake accepts applications. It is safe for use by many goroutines.
type Intake struct {
	db      *pg.DB
	audit   *audit.Log
	jobs    *jobs.Inserter
	log     *slog.Logger
	digest  seal.Blinder
	facts   facts
	clock   *clock
	blocks  *blocks
	spool   *spool
	tally   *tally
	sealer  *sealer
	metrics metrics
	holder  string
	perDay  int

	closing sync.RWMutex // held for reading while a caller enqueues
	closed  bool
	queue   chan *ticket
	stop    context.CancelFunc
	working sync.WaitGroup
}

// New opens the folder, leases receipt numbers if the database answers, and starts
// the workers. With the database away it starts all the same and spools. Close
// ends it.
func New(ctx context.Context, cfg Config, deps Deps) (*Intake, error) {
	if cfg.Dir == "" {
		return nil, fmt.Errorf("intake: no folder given")
	}
	if cfg.SpoolMost == 0 {
		cfg.SpoolMost = 1 << 30
	}
	if cfg.PerDay == 0 {
		cfg.PerDay = perDay
	}
	rules, err := NewRules(deps.Regions, deps.Book, deps.Blobs)
	if err != nil {
		return nil, err
	}
	log := deps.Log.With("component", "intake")
	waiting, stop := context.WithTimeout(ctx, patience)
	defer stop()
	blocks, err := openBlocks(waiting, cfg.Dir)
	if err != nil {
		return nil, err
	}
	spool, err := openSpool(filepath.Join(cfg.Dir, "spool"), cfg.SpoolMost, log)
	if err != nil {
		_ = blocks.close()
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	in := &Intake{
		db: deps.DB, audit: deps.Audit, jobs: deps.Jobs, log: log, digest: deps.Digest, facts: rules.facts,
		clock: &clock{db: deps.DB}, blocks: blocks, spool: spool, tally: newTally(cfg.PerDay), sealer: &sealer{to: deps.Platform},
		metrics: newMetrics(cfg.Metrics), holder: host, perDay: cfg.PerDay, queue: make(chan *ticket, queueMost),
	}
	blocks.lease = in.lease
	if err := blocks.refill(ctx); err != nil && core.KindOf(err) != core.KindUnavailable {
		_ = blocks.close()
		return nil, err
	}
	in.start()
	return in, nil
}

func (in *Intake) start() {
	ctx, stop := context.WithCancel(context.Background())
	in.stop = stop
	in.working.Add(workers + 1)
	for range workers {
		go in.work()
	}
	go in.keepHouse(ctx)
}

// Close takes no more, answers everybody who waits, and returns.
func (in *Intake) Close() error {
	in.closing.Lock()
	if !in.closed {
		in.closed = true
		close(in.queue)
		in.stop()
	}
	in.closing.Unlock()
	in.working.Wait()
	return in.blocks.close()
}

// Submit makes the application and keeps it. It returns after the commit, or after
// the fsync of the spool, and never before. The same key and body give the first
// receipt again, with Duplicate set.
//
// Errors: KindInvalid with the field for what breaks a rule; ErrKeyReused for a
// known key with another body; KindUnavailable when nothing could be kept, to be
// tried again with the same key.
func (in *Intake) Submit(ctx context.Context, s Submission) (Receipt, error) {
	r, err := in.submit(ctx, &s)
	if numberTaken(err) {
		r, err = in.submit(ctx, &s) // with another number
	}
	in.metrics.count(r, err)
	return r, err
}

func (in *Intake) submit(ctx context.Context, s *Submission) (Receipt, error) {
	// Step 1: strict.
	app, body, err := in.facts.mean(s, in.clock.now(ctx))
	if err != nil {
		return Receipt{}, err
	}
	// Step 2: named, before the first attempt to keep it.
	if app.Receipt, err = in.number(ctx); err != nil {
		return Receipt{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Receipt{}, fmt.Errorf("name an application: %w", err)
	}
	app.ID = core.ApplicationID(id.String())
	// Step 3: sealed, so that nothing after this line can read it.
	t := &ticket{done: make(chan outcome, 1), row: row{
		ID: app.ID, Channel: app.Channel, Key: app.Key, Digest: in.digest.Blind("application.body", fold(body)),
		Receipt: app.Receipt, Citizen: app.Contact.CitizenID, Staff: app.Contact.Staff,
		Region: jobs.ScopeRegion(app.Live.Region), Urgent: app.Urgent, At: app.At,
	}}
	t.row.Blobs = blobsOf(&app)
	if t.row.Sealed, err = in.sealer.seal(app); err != nil {
		return Receipt{}, err
	}
	// Step 4: kept.
	if err := in.enqueue(t); err != nil {
		return Receipt{}, err
	}
	select {
	case o := <-t.done:
		return o.receipt, o.err
	case <-ctx.Done():
		// It may well be kept: the caller's retry with the same key finds it.
		return Receipt{}, errBusy.Wrap(ctx.Err())
	}
}

func (in *Intake) number(ctx context.Context) (core.Receipt, error) {
	n, err := in.blocks.take()
	if err == nil || in.spool.away() {
		return n, err
	}
	if err := in.blocks.refill(ctx); err != nil {
		return "", errNoNumber.Wrap(err)
	}
	return in.blocks.take()
}

func (in *Intake) enqueue(t *ticket) error {
	in.closing.RLock()
	defer in.closing.RUnlock()
	if in.closed {
		return errBusy
	}
	select {
	case in.queue <- t:
		return nil
	default:
		return errBusy
	}
}

// Away reports whether submissions go to the spool just now.
func (in *Intake) Away() bool { return in.spool.away() }
