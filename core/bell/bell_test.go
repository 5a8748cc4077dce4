package bell_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/bell"
)

func open(t testing.TB, url string) *bell.Bell {
	t.Helper()
	b, err := bell.Open(bell.Config{URL: url, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// servers gives both kinds: the real one on a unix socket, and the one inside.
func servers(t *testing.T) map[string]string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "lianou-bell-") // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	real, err := bell.StartPrivate(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := real.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return map[string]string{real.Kind(): real.URL(), "miniredis": "redis://" + miniredis.RunT(t).Addr()}
}

func TestContractOnBothServers(t *testing.T) {
	t.Parallel()
	for kind, url := range servers(t) {
		t.Run(kind, func(t *testing.T) {
			b, other := open(t, url), open(t, url)
			ctx := t.Context()
			if err := b.Ping(ctx); err != nil {
				t.Fatal(err)
			}
			heard, err := other.Listen(ctx, "township:371402001", "clock")
			if err != nil {
				t.Fatal(err)
			}
			b.Ring(ctx, "township:371402002", "case", "1") // of no interest
			b.Ring(ctx, "clock", "clock", "2")
			if got := <-heard; got != (bell.Message{Topic: "clock", Kind: "clock", ID: "2"}) {
				t.Errorf("heard %+v", got)
			}

			every, err := other.Listen(ctx, "township:*") // a desk hears its whole kind
			if err != nil {
				t.Fatal(err)
			}
			b.Ring(ctx, "clock", "clock", "3") // of no interest
			b.Ring(ctx, "township:371402002", "case", "4")
			if got := <-every; got.ID != "4" {
				t.Errorf("heard %+v", got)
			}

			b.Set(ctx, "token", []byte("abc"), time.Minute)
			if v, ok := other.Get(ctx, "token"); !ok || string(v) != "abc" {
				t.Errorf("cache gives %q %v", v, ok)
			}
			if v, ok := other.Take(ctx, "token"); !ok || string(v) != "abc" {
				t.Errorf("take gives %q %v", v, ok)
			}
			if _, ok := b.Take(ctx, "token"); ok {
				t.Error("taken twice")
			}
			if _, ok := b.Get(ctx, "never"); ok {
				t.Error("found what was never set")
			}

			if !b.Fresh(ctx, "n1", time.Minute) || other.Fresh(ctx, "n1", time.Minute) || !other.Fresh(ctx, "n2", time.Minute) {
				t.Error("a nonce is fresh once")
			}

			release, held := b.Lock(ctx, "wechat", time.Minute)
			if _, second := other.Lock(ctx, "wechat", time.Minute); !held || second {
				t.Errorf("held %v, second %v", held, second)
			}
			release()
			if _, again := other.Lock(ctx, "wechat", time.Minute); !again {
				t.Error("not released")
			}
			release() // late: must not release the other's
			if _, third := b.Lock(ctx, "wechat", time.Minute); third {
				t.Error("released somebody else's lock")
			}

			for i := range 4 {
				ok, wait := []*bell.Bell{b, other}[i%2].Allow(ctx, "phone:1", bell.Rate{Count: 3, Per: time.Hour})
				if ok != (i < 3) || (!ok && (wait <= 0 || wait > time.Hour)) {
					t.Errorf("allow %d: %v, wait %v", i, ok, wait)
				}
			}
		})
	}
}

// Redis gone: nothing fails, nothing waits, one line in the log.
// Control: without the rest after a failure the log and the time grow.
func TestRedisGone(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	var log syncBuffer
	b, err := bell.Open(bell.Config{URL: "redis://" + m.Addr(), Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	heard, err := b.Listen(t.Context(), "clock")
	if err != nil {
		t.Fatal(err)
	}
	m.Close()
	began := time.Now()
	for i := range 200 {
		b.Ring(t.Context(), "clock", "clock", "1")
		b.Set(t.Context(), "k", []byte("v"), time.Minute)
		if _, ok := b.Get(t.Context(), "k"); ok {
			t.Fatal("a hit without Redis")
		}
		if !b.Fresh(t.Context(), "n", time.Minute) {
			t.Fatal("without Redis the database decides about nonces")
		}
		if _, held := b.Lock(t.Context(), "l", time.Minute); !held {
			t.Fatal("without Redis everybody works")
		}
		if ok, _ := b.Allow(t.Context(), "k", bell.Rate{Count: 3, Per: time.Hour}); ok != (i < 3) {
			t.Fatalf("allow %d: %v", i, ok)
		}
	}
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("1,200 calls took %v", took)
	}
	if n := strings.Count(log.String(), "redis is away"); n != 1 {
		t.Errorf("%d lines:\n%s", n, log.String())
	}
	if core.KindOf(b.Ping(t.Context())) != core.KindUnavailable {
		t.Error("ping answers")
	}
	if err := m.Restart(); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case got := <-heard:
			if got.ID != "back" && got.ID != "1" {
				t.Errorf("heard %+v", got)
			}
			if got.ID == "back" {
				return
			}
		case <-tick.C:
			b.Ring(t.Context(), "clock", "clock", "back")
		case <-deadline:
			t.Fatal("the listener did not come back")
		}
	}
}

func TestListenEndsWithContext(t *testing.T) {
	t.Parallel()
	b := open(t, "redis://"+miniredis.RunT(t).Addr())
	ctx, cancel := context.WithCancel(t.Context())
	heard, err := b.Listen(ctx, "x")
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, more := <-heard; more {
		t.Error("a bell out of nothing")
	}
	if _, err := b.Listen(t.Context()); core.KindOf(err) != core.KindInvalid {
		t.Errorf("no topics: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "http://x", "redis://:secret@%zz"} {
		_, err := bell.Open(bell.Config{URL: url, Log: slog.New(slog.DiscardHandler)})
		if core.KindOf(err) != core.KindInvalid || strings.Contains(fmt.Sprint(err), "secret") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

// What is given back may be taken again, with Redis and without. Control: GiveBack
// that does nothing, "take 3".
func TestGivenBack(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	b, err := bell.Open(bell.Config{URL: "redis://" + m.Addr(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	rate := bell.Rate{Count: 3, Per: time.Hour}
	turn := func(where string) {
		for i := range 10 {
			if ok, _ := b.Allow(t.Context(), where, rate); !ok {
				t.Fatalf("%s: take %d", where, i)
			}
			b.GiveBack(t.Context(), where, rate)
		}
		for i := range 4 {
			if ok, _ := b.Allow(t.Context(), where, rate); ok != (i < 3) {
				t.Errorf("%s: %v for take %d of 3 afterwards", where, ok, i)
			}
		}
	}
	turn("with")
	m.Close()
	turn("without")
}

// The allowance of the fallback never exceeds the count in any period.
func TestOwnLimits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rate := bell.Rate{Count: rapid.IntRange(1, 10).Draw(t, "count"), Per: time.Minute}
		var l bell.Limits
		now, passed := time.Unix(1_700_000_000, 0), []time.Time{}
		for range 60 {
			now = now.Add(time.Duration(rapid.IntRange(0, 20_000).Draw(t, "ms")) * time.Millisecond)
			if ok, wait := l.Allow("k", rate, now); ok {
				passed = append(passed, now)
			} else if again, _ := l.Allow("k", rate, now.Add(wait)); !again {
				t.Fatalf("after waiting %v still refused", wait)
			} else {
				now = now.Add(wait)
				passed = append(passed, now)
			}
		}
		// The algorithm admits a full burst and then the steady rate: at most 2n-1 in a period.
		for i := range passed {
			if j := i + 2*rate.Count; j < len(passed) && passed[j].Sub(passed[i]) < rate.Per {
				t.Fatalf("%d in %v", 2*rate.Count+1, passed[j].Sub(passed[i]))
			}
		}
	})
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
