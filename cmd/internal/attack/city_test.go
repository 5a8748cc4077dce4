package attack

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"lianou/cmd/internal/rig"
	"lianou/core/pg"
)

// city is the one running city of this package's tests; dataDir its data folder,
// place what `lianou up` says about its databases, checker a read-only look at them.
var (
	city    *rig.Rig
	dataDir string
	place   struct {
		Admin string            `json:"admin"`
		Roles map[string]string `json:"roles"`
		Redis string            `json:"redis"`
	}
	checker *pg.DB
)

func TestMain(m *testing.M) { os.Exit(within(m)) }

// within starts the city around the tests and takes it down whatever happens.
func within(m *testing.M) int {
	dir, err := os.MkdirTemp("", "lianou-attack-")
	if err == nil {
		err = os.Chmod(dir, 0o755) // so that the database's own user may enter when root runs this
	}
	if err == nil {
		defer os.RemoveAll(dir)
		err = start(dir)
	}
	if city != nil {
		defer city.Stop()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "attack:", err)
		return 1
	}
	defer checker.Close()
	return m.Run()
}

func start(dir string) error {
	bin := os.Getenv("LIANOU_BIN") // programs that were built already
	if bin == "" {
		bin = filepath.Join(dir, "bin")
		if err := compile(bin); err != nil {
			return err
		}
	}
	dataDir = filepath.Join(dir, "var")
	var err error
	if city, err = rig.Start(context.Background(), rig.Config{Bin: bin, Dir: dataDir, People: 20, Lines: true, Out: io.Discard}); err != nil {
		return err
	}
	raw, err := os.ReadFile(filepath.Join(dataDir, "running.json"))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, &place); err != nil {
		return err
	}
	checker, err = pg.Open(context.Background(), pg.Config{URL: place.Roles["lianou_check"], Name: "attack", MaxConns: 2})
	return err
}

func compile(bin string) error {
	build := exec.Command("go", "build", "-o", bin+"/", "lianou/cmd/lianou", "lianou/cmd/gateway", "lianou/cmd/platform")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the programs: %w\n%s", err, out)
	}
	return nil
}

// number reads one number as the checker.
func number(t *testing.T, sql string, args ...any) int {
	t.Helper()
	var n int
	err := checker.Read(t.Context(), pg.City("the attacker counts what is there"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, sql, args...).Scan(&n)
	})
	if err != nil {
		t.Fatalf("count: %v", err)
	}
	return n
}

// rows counts everything that a door may write.
func rows(t *testing.T) [5]int {
	t.Helper()
	const sql = `select array[(select count(*) from application), (select count(*) from receipt), (select count(*) from application_twin),
		(select count(*) from call), (select count(*) from call_delivery)]::int[]`
	var n []int
	err := checker.Read(t.Context(), pg.City("the attacker counts what is there"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, sql).Scan(&n)
	})
	if err != nil || len(n) != 5 {
		t.Fatalf("count rows: %v", err)
	}
	return [5]int(n)
}

// refusals counts the audit entries of one refusal.
func refusals(t *testing.T, code string) int {
	t.Helper()
	return number(t, `select count(*) from audit_entry where act = 'refusal.' || translate($1, './', '__')`, code)
}

// until asks again until it is so; jobs run on their own.
func until(t *testing.T, what string, so func() bool) {
	t.Helper()
	late := time.After(12 * time.Second)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !so() {
		select {
		case <-late:
			t.Errorf("waited in vain for %s", what)
			return
		case <-again.C:
		}
	}
}
