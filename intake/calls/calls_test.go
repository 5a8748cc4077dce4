package calls

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/seal"
)

type room struct {
	env      *pgtest.Env
	gateway  *Log
	platform *Log
	bell     *bell.Bell
}

func newRoom(t *testing.T) room {
	t.Helper()
	keys, err := seal.NewKeys(seal.SM4)
	must(t, err)
	b, err := bell.Open(bell.Config{URL: "redis://" + miniredis.RunT(t).Addr(), Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(func() { _ = b.Close() })
	inserter, err := jobs.NewInserter(jobs.Gateway)
	must(t, err)
	speech, err := jobs.NewInserter(jobs.Platform)
	must(t, err)
	env := pgtest.New(t)
	gateway, err := New(Deps{DB: env.DB(pgtest.Gateway), Bell: b, Audit: audit.NewTo(keys.Gateway.Platform), Ring: keys.Gateway.Ring,
		Platform: keys.Gateway.Platform, Blind: keys.Gateway.Shared, Jobs: inserter, Speech: speech})
	must(t, err)
	platform, err := New(Deps{DB: env.DB(pgtest.Platform), Bell: b, Audit: audit.New(keys.Platform.Ring), Platform: keys.Platform.Self, Opener: keys.Platform.Opener, Share: 100})
	must(t, err)
	return room{env, gateway, platform, b}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var began = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

func caller(t *testing.T) core.Phone {
	p, err := core.ParsePhone("13805340001")
	must(t, err)
	return p
}

// F13: all 24 orders of 4 events, each delivered twice, end in one record.
func TestEveryOrderConverges(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	parts := []Report{
		{Caller: caller(t), Called: "12345", Began: began},
		{Answered: began.Add(9 * time.Second)},
		{Ended: began.Add(70 * time.Second)},
		{RecordingURL: "http://127.0.0.1:9/rec/1.wav"},
	}
	for i, order := range permutations(len(parts)) {
		id := "call-" + strconv.Itoa(i)
		for range 2 {
			for _, n := range order {
				p := parts[n]
				p.ID, p.Exchange = id, "test"
				if _, err := r.gateway.Heard(t.Context(), p); err != nil {
					t.Fatal(err)
				}
			}
		}
		c, err := r.platform.Get(t.Context(), id)
		must(t, err)
		if !c.Began.Equal(began) || !c.Answered.Equal(parts[1].Answered) || !c.Ended.Equal(parts[2].Ended) ||
			c.Caller.Reveal() != "13805340001" || c.Called != "12345" || c.RecordingState != "pending" || c.State() != StateEnded {
			t.Errorf("order %v: %+v", order, c)
		}
	}
	var n int
	must(t, r.env.DB(pgtest.Gateway).Pool().QueryRow(t.Context(), `select count(*) from jobs_gateway.river_job where kind = 'fetch_recording'`).Scan(&n))
	if n != 24 {
		t.Errorf("%d jobs to fetch a recording, want 24", n)
	}
	must(t, r.env.DB(pgtest.Gateway).Pool().QueryRow(t.Context(),
		`select count(*) from call where position('13805340001' in call::text) > 0 or position('127.0.0.1' in call::text) > 0`).Scan(&n))
	if n != 0 {
		t.Errorf("%d rows hold the number or the address in clear", n)
	}
}

func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var out [][]int
	for _, p := range permutations(n - 1) {
		for i := 0; i <= len(p); i++ {
			q := append(append(append([]int{}, p[:i]...), n-1), p[i:]...)
			out = append(out, q)
		}
	}
	return out
}

func TestRepetitionRingsNobody(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	rung, err := r.bell.Listen(t.Context(), Topic)
	must(t, err)
	report := Report{ID: "call-1", Exchange: "test", Caller: caller(t), Began: began}
	changed, err := r.gateway.Heard(t.Context(), report)
	must(t, err)
	if m := <-rung; !changed || m.ID != "call-1" {
		t.Errorf("changed %v, rung %+v", changed, m)
	}
	if changed, err = r.gateway.Heard(t.Context(), report); err != nil || changed {
		t.Errorf("a repetition changed something: %v", err)
	}
}

func TestDeliveryIDs(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	report := Report{ID: "call-1", Exchange: "test", Began: began, Delivery: "msg_1", Body: []byte("one")}
	for range 2 {
		if _, err := r.gateway.Heard(t.Context(), report); err != nil {
			t.Fatal(err)
		}
	}
	report.ID, report.Body = "call-2", []byte("two")
	if _, err := r.gateway.Heard(t.Context(), report); !errors.Is(err, ErrDeliveryReused) {
		t.Errorf("a used id with another body: %v", err)
	}
	if _, err := r.platform.Get(t.Context(), "call-2"); core.KindOf(err) != core.KindNotFound {
		t.Errorf("the replay left a call: %v", err)
	}
	if _, err := r.gateway.Heard(t.Context(), Report{Exchange: "test"}); core.KindOf(err) != core.KindInvalid {
		t.Errorf("no call id: %v", err)
	}
}

// A call that nobody answered stays until somebody says what became of it.
func TestAbandonedCallStays(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	_, err := r.gateway.Heard(t.Context(), Report{ID: "call-1", Exchange: "test", Began: began, Ended: began.Add(time.Minute)})
	must(t, err)
	list, err := r.platform.Waiting(t.Context(), 0)
	if err != nil || len(list) != 1 || !list[0].Abandoned() {
		t.Fatalf("%+v %v", list, err)
	}
	must(t, r.platform.Take(t.Context(), "call-1", 7))
	must(t, r.platform.Take(t.Context(), "call-1", 7))
	if err := r.platform.Take(t.Context(), "call-1", 8); !errors.Is(err, ErrTaken) {
		t.Errorf("second agent: %v", err)
	}
	if err := r.platform.Done(t.Context(), "call-1", 8, OutcomeCalled); !errors.Is(err, ErrTaken) {
		t.Errorf("done by another: %v", err)
	}
	if err := r.platform.Done(t.Context(), "call-1", 7, "whatever"); core.KindOf(err) != core.KindInvalid {
		t.Errorf("unknown outcome: %v", err)
	}
	must(t, r.platform.Release(t.Context(), "call-1", 7))
	if list, _ = r.platform.Waiting(t.Context(), 0); len(list) != 1 || list[0].Agent != 0 {
		t.Errorf("after release: %+v", list)
	}
	must(t, r.platform.Done(t.Context(), "call-1", 8, OutcomeCalled))
	must(t, r.platform.Done(t.Context(), "call-1", 8, OutcomeCalled))
	if err := r.platform.Take(t.Context(), "call-1", 7); !errors.Is(err, ErrDone) {
		t.Errorf("take after done: %v", err)
	}
	if list, _ = r.platform.Waiting(t.Context(), 0); len(list) != 0 {
		t.Errorf("still waiting: %+v", list)
	}
	if err := r.platform.Take(t.Context(), "call-9", 7); core.KindOf(err) != core.KindNotFound {
		t.Errorf("no such call: %v", err)
	}
}

// Control: drop "agent is null" from the update, and two agents hold one call.
func TestOneAgentWins(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	_, err := r.gateway.Heard(t.Context(), Report{ID: "call-1", Exchange: "test", Began: began})
	must(t, err)
	won := make(chan core.StaffID, 16)
	var all sync.WaitGroup
	for agent := core.StaffID(1); agent <= 16; agent++ {
		all.Go(func() {
			if r.platform.Take(t.Context(), "call-1", agent) == nil {
				won <- agent
			}
		})
	}
	all.Wait()
	if len(won) != 1 {
		t.Fatalf("%d agents hold the call", len(won))
	}
}

func TestRecordings(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	const digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	for _, id := range []string{"call-1", "call-2"} {
		_, err := r.gateway.Heard(t.Context(), Report{ID: id, Exchange: "test", Began: began, RecordingURL: "http://x/" + id})
		must(t, err)
	}
	url, stored, err := r.gateway.RecordingURL(t.Context(), "call-1")
	if err != nil || stored || url != "http://x/call-1" {
		t.Errorf("%q %v %v", url, stored, err)
	}
	must(t, r.gateway.Stored(t.Context(), "call-1", digest))
	must(t, r.gateway.Stored(t.Context(), "call-1", digest))
	must(t, r.gateway.Lost(t.Context(), "call-1"))
	must(t, r.gateway.Lost(t.Context(), "call-2"))
	for id, want := range map[string]string{"call-1": "stored", "call-2": "lost"} {
		if c, err := r.platform.Get(t.Context(), id); err != nil || c.RecordingState != want {
			t.Errorf("%s: %q %v", id, c.RecordingState, err)
		}
	}
	// A recording that is found after all still counts.
	must(t, r.gateway.Stored(t.Context(), "call-2", digest))
	if _, _, err := r.gateway.RecordingURL(t.Context(), "call-3"); core.KindOf(err) != core.KindNotFound {
		t.Error(err)
	}
}

func TestSweepEndsOrphans(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	var now time.Time
	must(t, r.env.DB(pgtest.Gateway).Read(t.Context(), pg.NoScope(), func(_ context.Context, tx *pg.Tx) error { now = tx.Now(); return nil }))
	for id, at := range map[string]time.Time{"old": now.Add(-5 * time.Hour), "new": now.Add(-time.Hour)} {
		_, err := r.gateway.Heard(t.Context(), Report{ID: id, Exchange: "test", Began: at, Answered: at})
		must(t, err)
	}
	n, err := r.gateway.Sweep(t.Context())
	if err != nil || n != 1 {
		t.Fatalf("swept %d, %v", n, err)
	}
	if c, _ := r.platform.Get(t.Context(), "old"); c.State() != StateEnded {
		t.Errorf("old call is %s", c.State())
	}
	if list, _ := r.platform.Waiting(t.Context(), 0); len(list) != 2 {
		t.Errorf("%d waiting", len(list))
	}
}
