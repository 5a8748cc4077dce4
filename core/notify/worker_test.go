package notify

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"
	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/seal"
)

// provider plays an outside provider by a script of answers; the last one stays.
type provider struct {
	mu     sync.Mutex
	script []Outcome
	got    []Message
	ask    func(reference, provider string) Outcome
	crash  bool
}

func (p *provider) Send(_ context.Context, m Message) (Outcome, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = append(p.got, m)
	if p.crash {
		panic("killed between send and record")
	}
	out := p.script[0]
	if len(p.script) > 1 {
		p.script = p.script[1:]
	}
	if out.Result == "" {
		return out, errors.New("connection reset")
	}
	return out, nil
}

// asked is a provider that can be asked for reports.
type asked struct{ *provider }

func (a asked) Confirm(_ context.Context, reference, provider string) (Outcome, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.ask(reference, provider), nil
}

// desk is one test's gateway with two ways of telling.
type desk struct {
	t           testing.TB
	env         *pgtest.Env
	box         *Outbox
	worker      *Worker
	wechat, sms *provider
	notice      int64
	keys        Keys
	opener      *seal.Opener
	audit       *audit.Log
}

func newDesk(t testing.TB, wechat, sms []Outcome) *desk {
	t.Helper()
	env, keys := pgtest.New(t), keysOf(t)
	d := &desk{t: t, env: env, wechat: &provider{script: wechat}, sms: &provider{script: sms}}
	d.sms.ask = func(string, string) Outcome { return Outcome{Result: Accepted} }
	var err error
	if d.box, err = NewOutbox(keys.Platform.Gateway); err != nil {
		t.Fatal(err)
	}
	d.keys, d.opener, d.audit = NewKeys(keys.Platform.Shared), keys.Gateway.Opener, audit.NewTo(keys.Gateway.Platform)
	d.box = d.box.Keyed(d.keys)
	d.worker, err = NewWorker(Config{Routes: []Route{
		{Channel: "wechat", Sender: d.wechat},
		{Channel: "sms", Sender: asked{d.sms}},
	}}, Deps{DB: env.DB(pgtest.Gateway), Opener: keys.Gateway.Opener, Audit: audit.NewTo(keys.Gateway.Platform), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	err = env.DB(pgtest.Platform).Tx(t.Context(), pg.Job(town), func(ctx context.Context, tx *pg.Tx) (err error) {
		d.notice, err = d.box.Enqueue(ctx, tx, paidNotice(t))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// work runs the job once, as River would; a crash of the sender ends it as a kill.
func (d *desk) work() (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("killed")
		}
	}()
	return d.worker.Work(d.t.Context(), jobs.Job[jobs.Notify]{Args: jobs.Notify{Notice: d.notice, Region: town}})
}

func (d *desk) state() State {
	d.t.Helper()
	var v View
	err := d.env.DB(pgtest.Platform).Read(d.t.Context(), pg.Regions(town), func(ctx context.Context, tx *pg.Tx) (err error) {
		v, err = Get(ctx, tx, d.notice)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return v.State
}

func (d *desk) jobsOf(kind string) int {
	d.t.Helper()
	return jobstest.States(d.t, d.env.DB(pgtest.Platform), jobs.Platform, kind)["available"]
}

func snoozed(err error) bool {
	var snooze *rivertype.JobSnoozeError
	return errors.As(err, &snooze)
}

func TestStopsAtTheFirstThatTells(t *testing.T) {
	t.Parallel()
	d := newDesk(t, []Outcome{{Result: Delivered, Code: "0"}}, []Outcome{{Result: Accepted}})
	for range 3 { // a job that runs again finds its work done
		if err := d.work(); err != nil {
			t.Fatal(err)
		}
	}
	if d.state() != Confirmed || len(d.wechat.got) != 1 || len(d.sms.got) != 0 || d.jobsOf("told") != 1 {
		t.Errorf("state %s, wechat %d, sms %d, told jobs %d", d.state(), len(d.wechat.got), len(d.sms.got), d.jobsOf("told"))
	}
	m := d.wechat.got[0]
	if m.Words != paidNotice(t).Text.Words || m.Phone != paidNotice(t).Phone || len(m.Fields) != 5 || m.Reference == "" {
		t.Errorf("message %+v", m)
	}
}

func TestRefusedGoesToTheNextWayAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t, []Outcome{{Result: Refused, Code: "43101"}}, []Outcome{{Result: Accepted, Provider: "sid-1"}})
	if err := d.work(); !snoozed(err) {
		t.Fatalf("an SMS that was only accepted ends it: %v", err)
	}
	if d.state() != Sent {
		t.Errorf("state %s, want sent: accepted is not told", d.state())
	}
	report := func(o Outcome) error { return d.worker.Report(t.Context(), "sms", "sid-1", o) }
	for range 2 { // the same report twice
		if err := report(Outcome{Result: Delivered, Code: "DELIVRD"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := report(Outcome{Result: Refused, Code: "late"}); err != nil { // and a contradiction after it
		t.Fatal(err)
	}
	if d.state() != Confirmed || d.jobsOf("told") != 1 || d.jobsOf("untold") != 0 {
		t.Errorf("state %s, told %d, untold %d", d.state(), d.jobsOf("told"), d.jobsOf("untold"))
	}
	if err := d.worker.Report(t.Context(), "sms", "sid-2", Outcome{Result: Delivered}); core.KindOf(err) != core.KindNotFound {
		t.Errorf("a foreign report: %v", err)
	}
	if err := d.work(); err != nil || len(d.wechat.got) != 1 || len(d.sms.got) != 1 {
		t.Errorf("again: %v, wechat %d, sms %d", err, len(d.wechat.got), len(d.sms.got))
	}
}

func TestAllWaysInVainGoesToAPerson(t *testing.T) {
	t.Parallel()
	d := newDesk(t, []Outcome{{Result: Refused, Code: "no_binding"}}, []Outcome{{Result: Refused, Code: "bad_number"}})
	for range 2 {
		if err := d.work(); err != nil {
			t.Fatal(err)
		}
	}
	if d.state() != Untold || d.jobsOf("untold") != 1 {
		t.Fatalf("state %s, jobs %d", d.state(), d.jobsOf("untold"))
	}
	err := d.env.DB(pgtest.Platform).Tx(t.Context(), pg.Regions(town), func(ctx context.Context, tx *pg.Tx) error {
		return SaidInPerson(ctx, tx, d.notice)
	})
	if pg.Constraint(err) != "notice_confirmed" || d.state() != Untold { // whom they told stands nowhere
		t.Errorf("after the call: %v, %s", err, d.state())
	}
}

// A provider that is away is tried again under the clock and then left; each try
// is one send, and none is counted as sent.
func TestAwayIsRetriedThenLeft(t *testing.T) {
	t.Parallel()
	d := newDesk(t, []Outcome{{Result: Later, Code: "45009"}}, []Outcome{{Result: Delivered}})
	for range 3 {
		if err := d.work(); !snoozed(err) {
			t.Fatalf("want a snooze, got %v", err)
		}
	}
	if len(d.wechat.got) != 3 || len(d.sms.got) != 0 {
		t.Fatalf("wechat %d, sms %d", len(d.wechat.got), len(d.sms.got))
	}
	for _, m := range d.wechat.got {
		if m.Reference != d.wechat.got[0].Reference {
			t.Error("a retry carries another reference")
		}
	}
	d.env.Advance(31 * time.Minute)
	if err := d.work(); err != nil || d.state() != Confirmed || len(d.sms.got) != 1 {
		t.Errorf("after the patience: %v, %s, sms %d", err, d.state(), len(d.sms.got))
	}
}

// Killed between sending and recording: at most one extra, under the same
// reference, and never within the time another worker may still be sending.
//
// Control: delete intend's compare-and-set on tries, or write the attempt only
// after the send, and the count is wrong.
func TestKilledBetweenSendAndRecord(t *testing.T) {
	t.Parallel()
	d := newDesk(t, []Outcome{{Result: Delivered}}, []Outcome{{Result: Delivered}})
	d.wechat.crash = true
	if err := d.work(); err == nil || snoozed(err) {
		t.Fatalf("not killed: %v", err)
	}
	if err := d.work(); !snoozed(err) || len(d.wechat.got) != 1 {
		t.Fatalf("sent again while the first may still be on its way: %v, %d", err, len(d.wechat.got))
	}
	d.env.Advance(3 * time.Minute)
	if err := d.work(); err == nil || len(d.wechat.got) != 2 {
		t.Fatalf("second kill: %v, %d", err, len(d.wechat.got))
	}
	d.env.Advance(3 * time.Minute)
	if err := d.work(); err != nil || len(d.wechat.got) != 2 || len(d.sms.got) != 1 {
		t.Fatalf("after two: %v, wechat %d, sms %d", err, len(d.wechat.got), len(d.sms.got))
	}
	if d.wechat.got[0].Reference != d.wechat.got[1].Reference {
		t.Error("the extra carries another reference, so nobody could find it")
	}
}

// A lost answer at a provider that can be asked is never sent twice.
func TestLostAnswerIsAskedFor(t *testing.T) {
	t.Parallel()
	d := newDesk(t, []Outcome{{Result: Refused}}, []Outcome{{}})
	d.sms.ask = func(reference, _ string) Outcome {
		if reference == "" {
			return Outcome{Result: Unknown}
		}
		return Outcome{Result: Delivered, Provider: "sid-9"}
	}
	if err := d.work(); !snoozed(err) {
		t.Fatalf("lost answer: %v", err)
	}
	if err := d.work(); err != nil || d.state() != Confirmed || len(d.sms.got) != 1 {
		t.Errorf("%v, %s, sms %d", err, d.state(), len(d.sms.got))
	}
}

func TestNoReportGoesToAPerson(t *testing.T) {
	t.Parallel()
	d := newDesk(t, []Outcome{{Result: Refused}}, []Outcome{{Result: Accepted, Provider: "sid"}})
	for range 2 {
		if err := d.work(); !snoozed(err) {
			t.Fatal(err)
		}
	}
	d.env.Advance(7 * time.Hour)
	if err := d.work(); err != nil || d.state() != Untold || len(d.sms.got) != 1 {
		t.Fatalf("%v, %s", err, d.state())
	}
	// A report that comes after all is good news.
	if err := d.worker.Report(t.Context(), "sms", "sid", Outcome{Result: Delivered}); err != nil || d.state() != Confirmed {
		t.Errorf("late report: %v, %s", err, d.state())
	}
}

// Twenty workers on one notice send it once.
func TestTwentyWorkersSendOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t, []Outcome{{Result: Delivered}}, []Outcome{{Result: Delivered}})
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() { _ = d.work() })
	}
	wait.Wait()
	if len(d.wechat.got) != 1 || len(d.sms.got) != 0 || d.jobsOf("told") != 1 {
		t.Errorf("wechat %d, sms %d, told %d", len(d.wechat.got), len(d.sms.got), d.jobsOf("told"))
	}
}

// Whatever order reports come in, and however often, the end is the same: told
// when any of them says delivered (F68).
//
// Control: let recordIn's update leave out its "state <>" conditions.
func TestReportsConvergeInAnyOrder(t *testing.T) {
	t.Parallel()
	for _, order := range [][]Result{{Delivered}, {Delivered, Refused}, {Refused, Delivered}, {Refused, Refused, Delivered, Refused},
		{Delivered, Delivered, Refused, Delivered}} {
		d := newDesk(t, []Outcome{{Result: Refused}}, []Outcome{{Result: Accepted, Provider: "sid"}})
		_ = d.work()
		told := false
		for _, o := range order {
			if err := d.worker.Report(t.Context(), "sms", "sid", Outcome{Result: o}); err != nil {
				t.Fatal(err)
			}
			if told = told || o == Delivered; told && d.state() != Confirmed {
				t.Errorf("%v: moved back to %s", order, d.state())
			}
		}
		if n := d.jobsOf("told"); n != 1 || d.state() != Confirmed {
			t.Errorf("%v: %d told jobs, state %s", order, n, d.state())
		}
	}
}

// The same by real jobs: what is enqueued on the platform is told by the gateway.
func TestEnqueuedIsTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t, []Outcome{{Result: Delivered}}, []Outcome{{Result: Delivered}})
	list := jobs.NewWorkers()
	d.worker.Register(list)
	client, err := jobs.New(jobs.Config{DB: d.env.DB(pgtest.Gateway), Schema: jobs.Gateway, Workers: list, Apart: map[string]int{jobs.NotifyQueue: 2}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	jobstest.Until(t, "the notice to be confirmed", func(context.Context) bool { return d.state() == Confirmed })
}

func TestPauseStaysInBounds(t *testing.T) {
	t.Parallel()
	w := &Worker{cfg: Config{Pause: 5 * time.Second}}
	rapid.Check(t, func(r *rapid.T) {
		since := time.Duration(rapid.Int64Range(0, int64(100*24*time.Hour)).Draw(r, "since"))
		now := time.Unix(1_800_000_000, 0)
		if d := w.pause(&loaded{now: now}, &attempt{first: now.Add(-since)}); d < 2500*time.Millisecond || d > 450*time.Second {
			r.Fatalf("after %v a pause of %v", since, d)
		}
	})
}
