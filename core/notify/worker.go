package notify

import (
	"context"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/seal"
	"lianou/core/wording"
)

// Route is one way of telling, in the order it is to be tried.
type Route struct {
	Channel core.ChannelName
	Sender  Sender

	// Patience is how long a provider that is away is tried before the next way.
	// Defaults to 30 minutes.
	Patience time.Duration

	// Report is how long a delivery report is waited for. Defaults to 6 hours.
	Report time.Duration

	// Sends bounds how often this way may send where an answer was lost or nobody was
	// reached. Defaults to 2: the first and one more, under the same reference, so at
	// most one extra arrives and it is counted.
	Sends int

	// Takes is how long one send may take. Defaults to 20 s; Config.InFlight must be
	// longer, and is made so for this way.
	Takes time.Duration
}

// Config is what a Worker needs beside its dependencies.
type Config struct {
	// Routes in the order they are tried with somebody of whom nothing is known: what they
	// wish, and what told them last, goes before. Required.
	Routes []Route

	// Night is when nothing is sent but what has Haste. Defaults to none.
	Night Night

	// Pause is the first wait before asking or trying again; it grows with what has
	// passed, to 5 minutes. Defaults to 5 s.
	Pause time.Duration

	// InFlight is how long an intention without an outcome counts as being sent
	// just now by another worker. Defaults to 2 minutes.
	InFlight time.Duration
}

// Deps are what a Worker works with. All are required but Platform.
type Deps struct {
	DB     *pg.DB // as lianou_gateway
	Opener *seal.Opener
	Audit  *audit.Log
	Log    *slog.Logger

	// Platform is the process's inserter of the platform's queue. Defaults to one of its own.
	Platform *jobs.Inserter
}

// Worker works jobs of the kind notify. Safe for concurrent use.
type Worker struct {
	cfg      Config
	deps     Deps
	platform *jobs.Inserter
}

// NewWorker checks the configuration and makes a worker.
func NewWorker(cfg Config, deps Deps) (*Worker, error) {
	if len(cfg.Routes) == 0 || deps.DB == nil || deps.Opener == nil || deps.Audit == nil || deps.Log == nil {
		return nil, core.E(core.KindInvalid, "notify_config", "")
	}
	for i := range cfg.Routes {
		r := &cfg.Routes[i]
		if r.Channel == "" || r.Sender == nil {
			return nil, core.E(core.KindInvalid, "notify_route", "")
		}
		r.Patience, r.Report, r.Takes = orElse(r.Patience, 30*time.Minute), orElse(r.Report, 6*time.Hour), orElse(r.Takes, 20*time.Second)
		if r.Sends <= 0 {
			r.Sends = 2
		}
	}
	cfg.Pause, cfg.InFlight = orElse(cfg.Pause, 5*time.Second), orElse(cfg.InFlight, 2*time.Minute)
	platform, err := deps.Platform.Or(jobs.Platform)
	if err != nil {
		return nil, err
	}
	return &Worker{cfg: cfg, deps: deps, platform: platform}, nil
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}

// Register adds the worker to the gateway's list.
func (w *Worker) Register(list *jobs.Workers) {
	longest := time.Minute
	for _, r := range w.cfg.Routes {
		longest = max(longest, r.Takes+margin)
	}
	jobs.Work(list, longest, w.Work)
}

// margin is what a job needs beside its sends: some transactions on a busy database.
const margin = 30 * time.Second

// inFlight is how long an intention without an outcome may be another worker's that
// sends just now.
func (w *Worker) inFlight(r Route) time.Duration { return max(w.cfg.InFlight, r.Takes+2*margin) }

// Work brings one notice one step further: it returns nil when the notice has
// ended and a snooze while a provider is away or a report is awaited.
func (w *Worker) Work(ctx context.Context, job jobs.Job[jobs.Notify]) error {
	n, err := w.load(ctx, job.Args.Notice)
	if err != nil || n.ended {
		return err
	}
	if err := w.readInvited(ctx, n); err != nil {
		return err
	}
	for _, r := range n.order(w.cfg.Routes) {
		done, err := w.route(ctx, n, r)
		if err != nil || done {
			return err
		}
	}
	return w.untold(ctx, n)
}

// route tries one way. done means the notice has ended; a snooze comes as err;
// neither means: on to the next way.
func (w *Worker) route(ctx context.Context, n *loaded, r Route) (done bool, err error) {
	a := n.attempts[r.Channel]
	switch {
	case a == nil:
		return w.send(ctx, n, r, nil)
	case a.state == "refused":
		return false, nil
	case a.state == "delivered":
		return true, nil
	case a.state == "accepted":
		return w.await(ctx, n, r, a)
	case n.now.Before(a.again):
		return false, jobs.Snooze(a.again.Sub(n.now))
	case a.state == "missed":
		return w.send(ctx, n, r, a)
	case a.state == "later" && n.now.Sub(a.first) > r.Patience:
		return false, w.record(ctx, n, r, a, Outcome{Result: Refused, Code: "patience"})
	case a.state == "later":
		return w.send(ctx, n, r, a)
	case a.state == "intended" && n.now.Sub(a.at) < w.inFlight(r):
		return false, jobs.Snooze(w.cfg.InFlight / 4)
	}
	return w.afterUnknown(ctx, n, r, a)
}

// afterUnknown meets a message of which nobody knows whether it went out: the
// answer was lost, or we died between sending and recording. A provider that can
// be asked is asked; else it is sent once more.
func (w *Worker) afterUnknown(ctx context.Context, n *loaded, r Route, a *attempt) (bool, error) {
	if c, ok := r.Sender.(Confirmer); ok {
		out, err := c.Confirm(ctx, a.id, a.provider)
		switch {
		case err != nil && core.KindOf(err).Retryable():
			return false, jobs.Snooze(w.pause(n, a))
		case out.Result == Accepted || out.Result == Delivered || out.Result == Refused:
			return w.settle(ctx, n, r, a, out)
		}
	}
	if a.sends >= r.Sends {
		return false, w.record(ctx, n, r, a, Outcome{Result: Refused, Code: "unknown"})
	}
	w.deps.Log.WarnContext(ctx, "notice may arrive twice", "notice", n.id, "channel", r.Channel)
	return w.send(ctx, n, r, a)
}

// await asks for the report of an accepted message.
func (w *Worker) await(ctx context.Context, n *loaded, r Route, a *attempt) (bool, error) {
	if c, ok := r.Sender.(Confirmer); ok {
		out, err := c.Confirm(ctx, a.id, a.provider)
		if err == nil && (out.Result == Delivered || out.Result == Refused) {
			return w.settle(ctx, n, r, a, out)
		}
	}
	if n.now.Sub(a.at) > r.Report {
		return false, w.record(ctx, n, r, a, Outcome{Result: Refused, Code: "no_report"})
	}
	return false, jobs.Snooze(w.pause(n, a))
}

// send writes the intention, sends once, and writes the outcome.
func (w *Worker) send(ctx context.Context, n *loaded, r Route, before *attempt) (bool, error) {
	if wait := w.cfg.Night.Wait(n.now, n.created); wait > 0 && n.haste == "" {
		return false, jobs.Snooze(wait)
	}
	a, err := w.intend(ctx, n, r, before)
	if err != nil {
		return false, err
	}
	// NOTE: from here on the message may be out. Whatever happens, the attempt says
	// so: it stays "intended" until record, and afterUnknown meets it.
	out, err := r.Sender.Send(ctx, Message{Reference: a.id, Notice: n.id, Kind: n.kind, Words: n.words,
		Fields: n.fields, Citizen: n.citizen, Phone: n.phone, Case: n.caseID, Day: core.DateOf(n.now), Sends: a.sends})
	if err != nil {
		w.deps.Log.WarnContext(ctx, "send a notice", "notice", n.id, "channel", r.Channel, "code", core.Known(err).Code)
	}
	if out.Result == "" {
		out.Result = Unknown
	}
	return w.settle(ctx, n, r, a, out)
}

// settle records an outcome and says what follows from it.
func (w *Worker) settle(ctx context.Context, n *loaded, r Route, a *attempt, out Outcome) (bool, error) {
	if out.Result == Missed && (out.Wait <= 0 || a.sends >= r.Sends) {
		out.Result = Refused // it was tried as often as may be
	}
	if err := w.record(ctx, n, r, a, out); err != nil {
		return false, err
	}
	if out.Wait > 0 && (out.Result == Missed || out.Result == Later) {
		return false, jobs.Snooze(out.Wait)
	}
	switch out.Result {
	case Delivered:
		return true, nil
	case Refused:
		return false, nil
	}
	return false, jobs.Snooze(w.pause(n, a))
}

// pause grows with the time since the attempt began, with jitter, so that an
// hour's queue does not fall on a provider the moment it is back.
func (w *Worker) pause(n *loaded, a *attempt) time.Duration {
	d := min(max(n.now.Sub(a.first)/4, w.cfg.Pause), 5*time.Minute)
	return d/2 + time.Duration(rand.Int64N(int64(d)))
}

// loaded is a notice with its attempts, as one transaction saw them.
type loaded struct {
	id       int64
	key      string
	region   core.RegionCode
	caseID   core.CaseID
	app      core.ApplicationID
	citizen  string
	kind     wording.Kind
	words    string
	fields   []wording.Field
	phone    core.Phone
	ended    bool
	now      time.Time
	created  time.Time
	haste    Haste
	contact  []byte // nil for nobody's
	attempts map[core.ChannelName]*attempt
	past     map[core.ChannelName]past
	invited  map[core.ChannelName]bool
	wish     wish
}

type attempt struct {
	id       string
	state    string
	provider string
	tries    int
	sends    int
	first    time.Time
	at       time.Time
	again    time.Time // not before
}

func (w *Worker) load(ctx context.Context, id int64) (*loaded, error) {
	n := &loaded{id: id, attempts: map[core.ChannelName]*attempt{}}
	var wrapped, phone, fields, person []byte
	err := w.deps.DB.Read(ctx, scopeOf(id), func(ctx context.Context, tx *pg.Tx) error {
		n.now = tx.Now()
		const q = `select key, region, case_id, coalesce(application::text, ''), citizen, kind, words, fields, wrapped, phone, ended is not null,
			created, haste, person, contact from notice where id = $1`
		err := tx.QueryRow(ctx, q, id).Scan(&n.key, &n.region, &n.caseID, &n.app, &n.citizen, &n.kind, &n.words, &fields, &wrapped, &phone, &n.ended,
			&n.created, &n.haste, &person, &n.contact)
		if err != nil {
			return pg.Fail(err, "read a notice")
		}
		if err := n.readWays(ctx, tx, person, n.contact); err != nil {
			return err
		}
		return n.readAttempts(ctx, tx)
	})
	if err != nil || n.ended {
		return n, err
	}
	if err := json.Unmarshal(fields, &n.fields); err != nil {
		return nil, core.E(core.KindInternal, "notice_fields", "").Wrap(err)
	}
	if phone == nil {
		return n, nil
	}
	key, err := w.deps.Opener.Envelope(wrapped)
	if err != nil {
		return nil, err
	}
	plain, err := key.Open(phone, phoneAt(n.key))
	if err != nil {
		return nil, err
	}
	n.phone, err = core.ParsePhone(string(plain))
	return n, err
}

func (n *loaded) readAttempts(ctx context.Context, tx *pg.Tx) error {
	const q = `select channel, id::text, state, provider, tries, sends, first_at, at, coalesce(again, first_at) from notice_attempt where notice = $1`
	rows, err := tx.Query(ctx, q, n.id)
	if err != nil {
		return pg.Fail(err, "read attempts")
	}
	defer rows.Close()
	for rows.Next() {
		var channel core.ChannelName
		a := &attempt{}
		if err := rows.Scan(&channel, &a.id, &a.state, &a.provider, &a.tries, &a.sends, &a.first, &a.at, &a.again); err != nil {
			return pg.Fail(err, "read attempts")
		}
		n.attempts[channel] = a
	}
	return pg.Fail(rows.Err(), "read attempts")
}

// scopeOf opens one notice and nothing else: a job carries no more authority.
func scopeOf(id int64) pg.Scope { return pg.Subject("notice:" + formatID(id)) }

// intend writes the intention before a send. Only one of several workers gets it;
// the others snooze.
func (w *Worker) intend(ctx context.Context, n *loaded, r Route, before *attempt) (*attempt, error) {
	a := &attempt{state: "intended"}
	err := w.deps.DB.Tx(ctx, scopeOf(n.id), func(ctx context.Context, tx *pg.Tx) error {
		if before == nil {
			const q = `insert into notice_attempt (id, notice, region, channel, sends, first_at, at) values ($1, $2, $3, $4, 1, $5, $5)
				on conflict (notice, channel) do nothing returning id::text, tries, sends, first_at, at`
			return pg.Fail(tx.QueryRow(ctx, q, uuid.Must(uuid.NewV7()).String(), n.id, n.region, r.Channel, tx.Now()).
				Scan(&a.id, &a.tries, &a.sends, &a.first, &a.at), "write the intention")
		}
		const q = `update notice_attempt set state = 'intended', tries = tries + 1, sends = sends + 1, at = $3
			where id = $1 and tries = $2 and state in ('intended', 'later', 'unknown', 'missed')
			returning id::text, provider, tries, sends, first_at, at`
		return pg.Fail(tx.QueryRow(ctx, q, before.id, before.tries, tx.Now()).
			Scan(&a.id, &a.provider, &a.tries, &a.sends, &a.first, &a.at), "write the intention")
	})
	if err != nil && core.KindOf(err) == core.KindNotFound {
		return nil, jobs.Snooze(w.cfg.InFlight / 4)
	}
	return a, err
}
