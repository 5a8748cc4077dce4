package bulk_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry"
	"lianou/core/registry/bulk"
	"lianou/core/seal"
	"lianou/core/tables"
)

// TestMain is the program that a test kills: an import of one file, which says each
// step on standard output.
func TestMain(m *testing.M) {
	if path := os.Getenv("BULK_TEST_FILE"); path != "" {
		if err := child(path, os.Getenv("BULK_TEST_URL")); err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// fixedRing is the same in the test and in the program it kills.
func fixedRing() (*seal.Ring, error) {
	return seal.NewRing([]seal.RingKey{{ID: 1, Cipher: seal.SM4, Key: []byte("0123456789abcdef")}}, []byte("0123456789abcdef0123456789abcdef"))
}

func importerOf(db *pg.DB) (*bulk.Importer, error) {
	ring, err := fixedRing()
	if err != nil {
		return nil, err
	}
	tree, err := registry.EmbeddedRegions()
	if err != nil {
		return nil, err
	}
	log := audit.New(ring)
	reg, err := registry.New(registry.Config{Ring: ring, Log: log, Regions: tree})
	if err != nil {
		return nil, err
	}
	return bulk.New(bulk.Config{DB: db, Registry: reg, Ring: ring, Log: log})
}

func child(path, url string) error {
	ctx := context.Background()
	db, err := pg.Open(ctx, pg.Config{URL: url, Name: "test", MaxConns: 6, Privileged: "a test of imports"})
	if err != nil {
		return err
	}
	defer db.Close()
	imp, err := importerOf(db)
	if err != nil {
		return err
	}
	_, err = runFile(ctx, imp, path, false, func(p bulk.Progress) { fmt.Println(p.Phase, p.Done) })
	return err
}

func runFile(ctx context.Context, imp *bulk.Importer, path string, dry bool, progress func(bulk.Progress)) (bulk.Result, error) {
	f, err := os.Open(path)
	if err != nil {
		return bulk.Result{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return bulk.Result{}, err
	}
	table, err := tables.Look(ctx, f, info.Size())
	if err != nil {
		return bulk.Result{}, err
	}
	return imp.Run(ctx, bulk.Order{Kind: bulk.People, File: table, Source: "registry:population", Actor: audit.Actor{Kind: "operator"}, Progress: progress, DryRun: dry,
		Refused: &bulk.RefusalFile{Path: path + ".refused"}})
}

// manyPeople writes a file of n people in households of three, one row in a hundred
// bad, half of the households scattered over the file.
func manyPeople(t testing.TB, n int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(head)
	for i := range n {
		home := i / 3
		if i%2 == 0 {
			home = n + i%(n/6)
		}
		number := id(fmt.Sprintf("19%02d%02d%02d", 40+i/900%55, 1+i/75%12, 1+i/3%25), 101+2*(i%3)+6*(i/49500))
		if i%100 == 7 {
			number = number[:17] + "?"
		}
		b.WriteString(line(string([]rune("赵钱孙李周吴郑王")[i%8])+string(rune(0x4e00+i%5000)), number, fmt.Sprintf("N%d", home), "其他"))
	}
	path := filepath.Join(t.TempDir(), "people.csv")
	must(t, os.WriteFile(path, []byte(b.String()), 0o600))
	return path
}

// Killed while it reads, killed while it writes, and once more with the staging table
// lost as in a crash of the server: run again, everybody is there once.
//
// Controls: put without `delete from bulk_row` (the second run finds the written
// batches in conflict and ends with import_conflict or doubles); begin that is ready
// without rows (nothing is written after the loss: people are missing).
func TestKilledImportGoesOn(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	o := office{t: t, env: env}
	const n = 24_000
	path := manyPeople(t, n)
	kill := func(at string) {
		t.Helper()
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "BULK_TEST_FILE="+path, "BULK_TEST_URL="+env.URL(pgtest.Import))
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), at) {
				break
			}
		}
		must(t, cmd.Process.Kill())
		_ = cmd.Wait()
	}
	kill("read")
	kill("write")
	some := o.count(`select count(*) from person`)
	if some == 0 || o.count(`select count(*) from bulk_run where state = 'writing'`) != 1 {
		t.Fatalf("%d people after the kill, and the run does not say that it is at work", some)
	}
	kill("write")
	if more := o.count(`select count(*) from person`); more <= some {
		t.Errorf("%d people after the second kill, %d after the first: it does not go on", more, some)
	}
	imp, err := importerOf(env.DB(pgtest.Import))
	must(t, err)
	waiting := o.count(`select count(*) from bulk_row`)
	if _, err := runFile(t.Context(), imp, path, true, nil); err != nil || waiting == 0 || o.count(`select count(*) from bulk_row`) != waiting {
		t.Errorf("a dry run meddles with what was broken off: %v", err)
	}
	truncate(t, env)
	res, err := runFile(t.Context(), imp, path, false, nil)
	must(t, err)
	people := n - n/100
	if res.Rows != n || res.Refused != n/100 || res.People != people || res.Known != 0 || o.count(`select count(*) from person`) != people {
		t.Errorf("%+v, %d people, want %d", res, o.count(`select count(*) from person`), people)
	}
	for what, sql := range map[string]string{
		"people of two households":     `select count(*) from (select person from membership group by person having count(*) > 1) x`,
		"households twice":             `select count(*) - count(distinct household) from bulk_home`,
		"refs twice":                   `select count(*) from (select household, ref from membership group by household, ref having count(*) > 1) x`,
		"people without a household":   `select count(*) from person p where not exists (select 1 from membership m where m.person = p.id)`,
		"households without anybody":   `select count(*) from household h where not exists (select 1 from membership m where m.household = h.id)`,
		"rows that still wait":         `select count(*) from bulk_row`,
		"entries of the run but one":   `select count(*) - 1 from audit_entry where act = 'people.imported'`,
		"keys that still open the row": `select count(*) from bulk_run where data_key is not null`,
	} {
		if got := o.count(sql); got != 0 {
			t.Errorf("%d %s", got, what)
		}
	}
	if bad := refused(t, path+".refused"); len(bad) != n/100 {
		t.Errorf("%d refused rows in the file", len(bad))
	}
}

func truncate(t *testing.T, env *pgtest.Env) {
	t.Helper()
	_, err := env.DB(pgtest.Import).Pool().Exec(t.Context(), `truncate bulk_row`)
	must(t, err)
}

// The memory of an import does not grow with its file. 60,000 people go through in
// 40 MB of live heap; all rows at once would be twice that.
// Control: chunkRows = 1,000,000 and batchRows = 1,000,000.
func TestMemoryIsBounded(t *testing.T) {
	env := pgtest.New(t)
	imp, err := importerOf(env.DB(pgtest.Import))
	must(t, err)
	path := manyPeople(t, 60_000)
	most := uint64(0)
	_, err = runFile(t.Context(), imp, path, false, func(bulk.Progress) {
		most = max(most, liveHeap())
	})
	must(t, err)
	if most > 40<<20 {
		t.Errorf("%d MB of live heap", most>>20)
	}
	t.Logf("%d MB of live heap at most", most>>20)
}

// liveHeap is what lives, in bytes, however seldom this run collects what does not: a pool
// lets go of what it holds at the second collection only.
func liveHeap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
