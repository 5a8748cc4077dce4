package intake

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lianou/core/audit"
	"lianou/core/blob"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/seal"
)

const (
	childURL  = "LIANOU_TEST_INTAKE_URL"
	childDir  = "LIANOU_TEST_INTAKE_DIR"
	childKeys = 1500
	kills     = 4
)

// TestChild is the victim of the next test: it submits every key until it is killed,
// and writes each acknowledgement to its ledger. By itself it does nothing.
func TestChild(t *testing.T) {
	dir := os.Getenv(childDir)
	if dir == "" {
		return
	}
	db, err := pg.Open(t.Context(), pg.Config{URL: os.Getenv(childURL), Name: "child"})
	must(t, err)
	keys, err := seal.LoadKeys(dir)
	must(t, err)
	h := &house{keys: keys}
	h.regions, err = registry.EmbeddedRegions()
	must(t, err)
	h.book, err = policy.Embedded()
	must(t, err)
	h.blobs, err = blob.Open(blob.Config{URL: "file://" + filepath.Join(dir, "blobs"), To: keys.Gateway.Platform})
	must(t, err)
	inserter, err := jobs.NewInserter(jobs.Platform)
	must(t, err)
	in, err := New(t.Context(), Config{Dir: filepath.Join(dir, "intake")}, Deps{DB: db, Platform: keys.Gateway.Platform, Digest: keys.Gateway.Shared,
		Regions: h.regions, Book: h.book, Blobs: h.blobs, Audit: audit.NewTo(keys.Gateway.Platform), Jobs: inserter, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	ledger, err := os.OpenFile(filepath.Join(dir, "ledger"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	must(t, err)
	var all sync.WaitGroup
	next := make(chan int)
	for range 8 {
		all.Go(func() {
			for n := range next {
				key := fmt.Sprintf("call-%05d#1", n)
				if got, err := in.Submit(t.Context(), spoken(key)); err == nil {
					_, _ = fmt.Fprintf(ledger, "%s %s\n", key, got.Number)
				}
			}
		})
	}
	for n := range childKeys {
		next <- n
	}
	close(next)
	all.Wait()
	must(t, in.Close())
}

// P1 at CI size: killed several times in the middle, started again, the same keys
// repeated. Control: answer the ticket before the commit, and acknowledged ones are
// missing.
func TestKilledMidBurst(t *testing.T) {
	t.Parallel()
	env, dir := pgtest.New(t), t.TempDir()
	must(t, seal.GenerateKeys(dir, seal.SM4))
	lines := func() []string {
		raw, err := os.ReadFile(filepath.Join(dir, "ledger"))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		return strings.Fields(string(raw))
	}
	for round := range kills + 1 {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChild$")
		child.Env = append(os.Environ(), childURL+"="+env.URL(pgtest.Gateway), childDir+"="+dir)
		must(t, child.Start())
		if round == kills {
			must(t, child.Wait())
			break
		}
		before := len(lines())
		until(t, "the child acknowledges", func() bool { return len(lines()) > before+100 })
		must(t, child.Process.Kill())
		_ = child.Wait() // killed
	}
	h := &house{env: env}
	got := lines()
	numbers := map[string]string{}
	for i := 0; i+1 < len(got); i += 2 {
		key, number := got[i], got[i+1]
		if first, known := numbers[key]; known && first != number {
			t.Errorf("%s was given %s and %s", key, first, number)
		}
		numbers[key] = number
	}
	if len(numbers) != childKeys {
		t.Errorf("%d acknowledged of %d", len(numbers), childKeys)
	}
	lost := 0
	for key, number := range numbers {
		lost += 1 - h.count(t, `select count(*) from application where key = $1 and receipt = $2`, key, number)
	}
	doubled := h.count(t, `select count(*) from application`) - childKeys
	t.Logf("%d acknowledged, %d kills, %d lost, %d doubled", len(numbers), kills, lost, doubled)
	for _, table := range []string{"application", "handover", "jobs_platform.river_job"} {
		if n := h.count(t, "select count(*) from "+table); n != childKeys || lost != 0 {
			t.Errorf("%s holds %d rows, want %d; %d lost", table, n, childKeys, lost)
		}
	}
}

// BenchmarkSubmit gives a feeling for B1 and B2; the figures that count come from the
// bench program, beside pgbench.
func BenchmarkSubmit(b *testing.B) {
	for _, clients := range []int{1, 64} {
		b.Run(fmt.Sprint(clients), func(b *testing.B) {
			h := newHouse(b)
			in := h.open(b, b.TempDir())
			began := time.Now()
			var all sync.WaitGroup
			next := make(chan int)
			for range clients {
				all.Go(func() {
					for n := range next {
						if _, err := in.Submit(b.Context(), spoken(fmt.Sprintf("call-%08d#1", n))); err != nil {
							b.Error(err)
						}
					}
				})
			}
			b.ResetTimer()
			for n := range b.N {
				next <- n
			}
			close(next)
			all.Wait()
			b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "applications/s")
		})
	}
}
