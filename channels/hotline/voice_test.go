package hotline

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"

	"lianou/channels/channeltest"
	"lianou/channels/hotline/hotlinetest"
	"lianou/channels/hotline/notice"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/wording"
	"lianou/intake/calls"
)

// noted is a way of telling that remembers what came of each send.
type noted struct {
	notify.Sender
	mu  sync.Mutex
	got []notify.Outcome
}

func (n *noted) Send(ctx context.Context, m notify.Message) (notify.Outcome, error) {
	out, err := n.Sender.Send(ctx, m)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.got = append(n.got, out)
	return out, err
}

// ringing is a gateway whose only way of telling is the telephone, and one notice.
type ringing struct {
	t      *testing.T
	db     *pgtest.Env
	worker *notify.Worker
	way    *noted
	notice int64
	clock  time.Time // of the line
	shared *bell.Bell
}

const township core.RegionCode = "371426101"

func newRinging(t *testing.T, trunk netip.AddrPort) *ringing {
	t.Helper()
	r := &ringing{t: t, db: pgtest.New(t), clock: now}
	h := channeltest.NewHouse(t)
	inserter, err := jobs.NewInserter(jobs.Gateway)
	must(t, err)
	log := audit.NewTo(h.Keys.Gateway.Platform)
	env := h.Env()
	r.shared = env.Shared
	env.Ring, env.Now = h.Keys.Gateway.Ring, func() time.Time { return r.clock }
	env.Callee = func(ctx context.Context, id int64, reference string) (core.Phone, error) {
		return r.worker.Number(ctx, "voice", id, reference)
	}
	env.Cases, err = casefile.NewReader(r.db.DB(pgtest.Gateway), h.Keys.Gateway.Shared, log)
	must(t, err)
	env.Calls, err = calls.New(calls.Deps{DB: r.db.DB(pgtest.Gateway), Bell: h.Bell, Audit: log, Ring: h.Keys.Gateway.Ring,
		Platform: h.Keys.Gateway.Platform, Blind: h.Keys.Gateway.Shared, Jobs: inserter, Opener: h.Keys.Platform.Opener})
	must(t, err)
	first := uint16(50000 + os.Getpid()%50*200)
	ch, err := New(Config{Line: Line{Addr: "127.0.0.1:0", Trunks: []string{"127.0.0.1"}, FirstPort: first, LastPort: first + 3999, Dir: t.TempDir(), Prompts: briefly(t),
		DrainSeconds: 1, Voice: Voice{Trunk: trunk.String(), RingSeconds: 2}}}, env)
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- ch.Run(ctx) }()
	t.Cleanup(func() { cancel(); must(t, <-over) })
	r.way = &noted{Sender: ch.Notices()}
	r.worker, err = notify.NewWorker(notify.Config{Routes: []notify.Route{VoiceRoute(r.way)}},
		notify.Deps{DB: r.db.DB(pgtest.Gateway), Opener: h.Keys.Gateway.Opener, Audit: log, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	box, err := notify.NewOutbox(h.Keys.Platform.Gateway)
	must(t, err)
	number, err := core.ParsePhone("13905340000")
	must(t, err)
	must(t, r.db.DB(pgtest.Platform).Tx(t.Context(), pg.Job(township), func(ctx context.Context, tx *pg.Tx) (err error) {
		r.notice, err = box.Enqueue(ctx, tx, notify.Notice{Key: "paid/81/202603", Region: township, Case: 7, Claim: 81, Phone: number,
			Text: wording.Paid(wording.Payment{Item: "最低生活保障", Month: 3, Amount: 36000}, "6217")})
		return err
	}))
	return r
}

// briefly is a folder of prompts that are soon said.
func briefly(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	sound := make([]byte, 2*8000/5)
	head := append([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data"), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(head[40:], uint32(len(sound)))
	for _, c := range notice.Clips() {
		must(t, os.WriteFile(filepath.Join(dir, string(c)+".wav"), append(head, sound...), 0o600))
	}
	return dir
}

// work runs the job of the notice until it has rung once, or need not.
func (r *ringing) work() (last notify.Outcome, err error) {
	r.t.Helper()
	for until := time.Now().Add(time.Minute); time.Now().Before(until); {
		err = r.worker.Work(r.t.Context(), jobs.Job[jobs.Notify]{Args: jobs.Notify{Notice: r.notice, Region: township}})
		if n := len(r.way.got); n > 0 {
			last = r.way.got[n-1]
		}
		if last.Code != "not_placed" { // the listener is up
			return last, err
		}
		r.db.Advance(time.Minute)
	}
	r.t.Fatal("the line does not ring")
	return last, err
}

func (r *ringing) state() notify.State {
	r.t.Helper()
	var v notify.View
	must(r.t, r.db.DB(pgtest.Platform).Read(r.t.Context(), pg.Regions(township), func(ctx context.Context, tx *pg.Tx) (err error) {
		v, err = notify.Get(ctx, tx, r.notice)
		return err
	}))
	return v.State
}

// What comes of a call, by a telephone that is not ours: only a key is told, and each
// other end has its own plan, until it is a person's turn.
// Control: let outcome look at reply only; a call without a key is told.
func TestNoticeByTelephone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		called hotlinetest.Scenario
		want   notify.Outcome
		state  notify.State
	}{
		"told":    {hotlinetest.Scenario{Name: "answers", Waits: 2500 * time.Millisecond, Key: "1", Speaks: 700 * time.Millisecond}, notify.Outcome{Result: notify.Delivered, Code: "told"}, notify.Confirmed},
		"no key":  {hotlinetest.Scenario{Name: "answers"}, notify.Outcome{Result: notify.Missed, Code: "no_key", Wait: 2 * time.Hour}, notify.Sent},
		"machine": {hotlinetest.Scenario{Name: "answers", Speaks: 6 * time.Second}, notify.Outcome{Result: notify.Missed, Code: "machine", Wait: 4 * time.Hour}, notify.Sent},
		"busy":    {hotlinetest.Scenario{Name: "busy"}, notify.Outcome{Result: notify.Missed, Code: "busy", Wait: 10 * time.Minute}, notify.Sent},
		"rings":   {hotlinetest.Scenario{Name: "rings"}, notify.Outcome{Result: notify.Missed, Code: "no_answer", Wait: 2 * time.Hour}, notify.Sent},
		"led astray": {hotlinetest.Scenario{Name: "redirects", Contact: "sip:900123456@127.0.0.9"},
			notify.Outcome{Result: notify.Missed, Code: "failed", Wait: 30 * time.Minute}, notify.Sent},
		"hangs up": {hotlinetest.Scenario{Name: "answers", Waits: time.Second, HangsUp: true}, notify.Outcome{Result: notify.Missed, Code: "no_key", Wait: 2 * time.Hour}, notify.Sent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			called := hotlinetest.Answer(t, c.called)
			r := newRinging(t, called.Trunk)
			got, _ := r.work()
			if got != c.want || r.state() != c.state {
				t.Errorf("%+v, %s; want %+v, %s", got, r.state(), c.want, c.state)
			}
			called.Fared(t)
		})
	}
}

// Engaged twice and then told: no call before its time, and none after it was told.
func TestRungAgain(t *testing.T) {
	t.Parallel()
	busy := hotlinetest.Answer(t, hotlinetest.Scenario{Name: "busy"})
	r := newRinging(t, busy.Trunk)
	for call := 1; call <= 2; call++ {
		if call > 1 {
			busy = hotlinetest.Answer(t, hotlinetest.Scenario{Name: "busy", At: busy.Trunk})
		}
		if got, err := r.work(); got.Code != "busy" || !isSnooze(err) {
			t.Fatalf("call %d: %+v, %v", call, got, err)
		}
		busy.Fared(t)
		rung := len(r.way.got)
		if _, err := r.work(); len(r.way.got) != rung || !isSnooze(err) {
			t.Fatalf("rung before its time: %v", err)
		}
		r.db.Advance(11 * time.Minute)
	}
	answers := hotlinetest.Answer(t, hotlinetest.Scenario{Name: "answers", Waits: 2500 * time.Millisecond, Key: "1", At: busy.Trunk})
	if got, err := r.work(); got.Code != "told" || err != nil || r.state() != notify.Confirmed {
		t.Fatalf("%+v, %v, %s", got, err, r.state())
	}
	answers.Fared(t)
	rung := len(r.way.got)
	if _, err := r.work(); err != nil || len(r.way.got) != rung {
		t.Errorf("rung after it was told: %v", err)
	}
}

// Three calls in vain are a person's work.
func TestThirdCallInVain(t *testing.T) {
	t.Parallel()
	called := hotlinetest.Answer(t, hotlinetest.Scenario{Name: "busy"})
	r := newRinging(t, called.Trunk)
	for call := 1; call <= notice.MostCalls; call++ {
		if call > 1 {
			called = hotlinetest.Answer(t, hotlinetest.Scenario{Name: "busy", At: called.Trunk})
		}
		if got, _ := r.work(); got.Code != "busy" {
			t.Fatalf("call %d: %+v", call, got)
		}
		called.Fared(t)
		r.db.Advance(11 * time.Minute)
	}
	if n := jobstest.States(t, r.db.DB(pgtest.Platform), jobs.Platform, "untold")["available"]; r.state() != notify.Untold || n != 1 {
		t.Errorf("%s, %d jobs for a person", r.state(), n)
	}
}

// Nobody is rung at night; the wait costs no call and goes to the morning.
// Control: leave Hours out of Send.
func TestNobodyIsRungAtNight(t *testing.T) {
	t.Parallel()
	called := hotlinetest.Answer(t, hotlinetest.Scenario{Name: "busy"})
	r := newRinging(t, called.Trunk)
	r.clock = time.Date(2026, 11, 23, 21, 0, 0, 0, core.China)
	got, err := r.work()
	if got != (notify.Outcome{Result: notify.Later, Code: "hours", Wait: 11 * time.Hour}) || !isSnooze(err) {
		t.Errorf("%+v, %v", got, err)
	}
	if !called.Uncalled() || r.state() != notify.Queued {
		t.Errorf("rung at night: %s", r.state())
	}
}

func isSnooze(err error) bool {
	var snooze *rivertype.JobSnoozeError
	return errors.As(err, &snooze)
}

// The city is not rung all at once, whatever notices are written: what a minute's calls
// leave over waits for the next, and counts as no call. Control: callee without it, the
// notice is rung.
func TestSoManyAMinute(t *testing.T) {
	t.Parallel()
	r := newRinging(t, netip.MustParseAddrPort("127.0.0.1:9"))
	rate := bell.Rate{Count: perMinute, Per: time.Minute}
	for range perMinute {
		if ok, wait := r.shared.Allow(t.Context(), "voice:city", rate); !ok {
			t.Fatalf("a call of this minute waits %s", wait)
		}
	}
	if got, err := r.work(); got.Result != notify.Later || got.Code != "rung_much" || got.Wait != time.Minute {
		t.Errorf("one more in a minute: %+v %v", got, err)
	}
}
