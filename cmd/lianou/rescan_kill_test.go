package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"lianou/cmd/internal/rig"
	"lianou/core/pg"
	"lianou/core/pg/local"
	"lianou/core/seal"
	"lianou/core/watch/watchtest"
)

// torn is a durable server with two copies of one small city: one is scanned in peace, the
// other while whatever works on it is killed.
type torn struct {
	t        *testing.T
	bin, dir string
	server   *local.Server
	env      []string
	platform *exec.Cmd
}

const tornPeople = "1200"

func newTorn(t *testing.T) *torn {
	t.Helper()
	bin, err := built()
	must(t, err)
	dir, err := os.MkdirTemp("/tmp", "lianou-torn-")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755)) // the server's user may be another one
	k := &torn{t: t, bin: bin, dir: dir}
	k.serve()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		_ = k.server.Stop(ctx)
		os.RemoveAll(k.server.Dir())
	})
	must(t, os.Mkdir(filepath.Join(dir, "keys"), 0o700))
	must(t, seal.GenerateKeys(filepath.Join(dir, "keys"), seal.SM4))
	for _, line := range os.Environ() {
		if !strings.HasPrefix(line, "LIANOU_") {
			k.env = append(k.env, line)
		}
	}
	addrs, err := rig.FreeAddrs(1)
	must(t, err)
	k.env = append(k.env, "LIANOU_DATA_DIR="+dir, "LIANOU_PLATFORM_ADDR="+addrs[0], "LIANOU_REDIS_URL=redis://"+miniredis.RunT(t).Addr(),
		"LIANOU_BANK_ACCOUNT=37140000000000000001", "LIANOU_SCAN_HOUR=-1")
	return k
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// serve starts the server; one whose postmaster was killed, as soon as the last of its
// backends has let the shared memory go.
func (k *torn) serve() {
	k.t.Helper()
	k.until("the server to start", func() bool {
		server, err := local.Start(k.t.Context(), local.Config{Dir: filepath.Join(k.dir, "postgres")})
		if err == nil {
			k.server = server
		}
		return err == nil
	})
}

// cities makes the two copies: looked at once, and then something happened to half
// of the households of each.
func (k *torn) cities() {
	k.t.Helper()
	_, err := k.server.CreateDatabase(k.t.Context(), "calm")
	must(k.t, err)
	must(k.t, pg.Migrate(k.t.Context(), pg.MigrateConfig{URL: k.server.Superuser("calm"), Demo: true}))
	words := map[string]string{}
	for _, role := range append(pg.Roles(), pg.Owner) {
		words[role] = ""
	}
	must(k.t, pg.AllowLogin(k.t.Context(), k.server.Superuser("calm"), words))
	k.tool("calm", "lianou_import", "seed", "--people", tornPeople)
	k.tool("calm", "lianou_platform", "rescan")
	k.exec("calm", `insert into household_sheet (region, household, source, valid_from, known_at, confidence, facts)
		select region, id, 'registry:test', current_date, now(), 99, '{"statuses":["dibao"],"hukou":"local"}' from household where id % 2 = 0`)
	// As after an import: so many that the platform leaves them to the scan.
	k.exec("calm", `insert into fact_stale (region, household) select region, min(id) from household, generate_series(1, 201) group by region`)
	k.exec("calm", `delete from jobs_platform.river_job`) // of the first scan: no platform was there to find them done
	k.exec("template1", `create database torn template calm`)
}

func (k *torn) exec(database, sql string) {
	k.t.Helper()
	conn := k.connect(database)
	defer conn.Close(context.WithoutCancel(k.t.Context()))
	_, err := conn.Exec(k.t.Context(), sql)
	must(k.t, err)
}

// connect waits for a server that is just recovering.
func (k *torn) connect(database string) *pgx.Conn {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(k.t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, k.server.Superuser(database))
		if err == nil {
			return conn
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			k.t.Fatal(err)
		}
	}
}

func (k *torn) command(database, role string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(k.bin, "lianou"), args...)
	cmd.Env = append(append([]string{}, k.env...), "LIANOU_DATABASE_URL="+k.server.URL(role, database))
	return cmd
}

// tool runs a command of the tool to its end, which must be a good one.
func (k *torn) tool(database, role string, args ...string) string {
	k.t.Helper()
	out, err := k.command(database, role, args...).CombinedOutput()
	if err != nil {
		k.t.Fatalf("lianou %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// work starts a platform on the torn city. It need not have answered to be killed.
func (k *torn) work() {
	k.t.Helper()
	log, err := os.OpenFile(filepath.Join(k.dir, "platform.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	must(k.t, err)
	defer log.Close()
	cmd := exec.Command(filepath.Join(k.bin, "platform"))
	cmd.Env = append(append([]string{}, k.env...), "LIANOU_DATABASE_URL="+k.server.URL("lianou_platform", "torn"), "LIANOU_AUDIT_DATABASE_URL="+k.server.URL("lianou_audit", "torn"))
	cmd.Stdout, cmd.Stderr = log, log
	must(k.t, cmd.Start())
	k.platform = cmd
	k.t.Cleanup(func() { end(cmd) })
}

// end kills a process without a word, and waits until it is gone.
func end(cmd *exec.Cmd) {
	if cmd.ProcessState == nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

// moment is a point in the life of a township's look, at which its worker is made to
// stand: somebody else holds what it wants next.
type moment struct {
	hold  string // statement that takes it
	stuck string // how the statement that waits for it looks
}

// later are the townships that are to be done, but for the next twenty.
const later = `(select region from finding_town where region not in (select town from scan_town where scan = 2 and done is not null) order by region offset 20)`

var (
	// What was written since is known, no row of it is packed.
	packing = moment{`select pg_advisory_xact_lock(hashtextextended('fact_row ' || region, 0)) from ` + later + ` t`, `%fact_row%`}
	// The findings are written, and neither committed nor counted.
	storing = moment{`select from finding_town where region in ` + later + ` for update`, `%finding_town%`}
	// They are counted, and no lead is laid.
	leading = moment{`lock table lead in share mode`, `%lead%`}
)

// hold makes whoever comes to the moment stand, until it is called.
func (k *torn) hold(m moment) (release func()) {
	k.t.Helper()
	conn := k.connect("torn")
	tx, err := conn.Begin(k.t.Context())
	must(k.t, err)
	_, err = tx.Exec(k.t.Context(), m.hold)
	must(k.t, err)
	release = func() { conn.Close(context.WithoutCancel(k.t.Context())) }
	// Named until the end: what nobody names is collected, and its lock is gone with it.
	k.t.Cleanup(release)
	return release
}

// stands waits until no more than left townships are to be done and a backend of a program
// stands at the moment, and gives its id.
func (k *torn) stands(m moment, left int, program string) (backend int) {
	k.t.Helper()
	eye := k.connect("torn")
	defer eye.Close(context.WithoutCancel(k.t.Context()))
	const waits = `select pid, (select remain from scan where id = 2) from pg_stat_activity
		where wait_event_type = 'Lock' and datname = 'torn' and application_name = $1 and query ilike $2 limit 1`
	var at int
	k.until(program+" to stand at "+m.stuck, func() bool {
		return eye.QueryRow(k.t.Context(), waits, program, m.stuck).Scan(&backend, &at) == nil && at <= left
	})
	k.t.Logf("%s stands at %s with %d townships left", program, m.stuck, at)
	return backend
}

// until polls what another process does.
func (k *torn) until(what string, met func() bool) {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(k.t.Context(), 45*time.Second)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !met() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			k.t.Fatalf("waited in vain for %s\n%s", what, k.words())
		}
	}
}

func (k *torn) words() string {
	b, _ := os.ReadFile(filepath.Join(k.dir, "platform.log"))
	return string(b)
}

// killServer kills the postmaster, waits until its backends have seen it, and starts the
// server again on what is on the disk.
func (k *torn) killServer() {
	k.t.Helper()
	first, err := os.ReadFile(filepath.Join(k.server.Dir(), "data", "postmaster.pid"))
	must(k.t, err)
	line, _, _ := strings.Cut(string(first), "\n")
	pid, err := strconv.Atoi(line)
	must(k.t, err)
	must(k.t, syscall.Kill(pid, syscall.SIGKILL))
	must(k.t, k.server.Stop(k.t.Context()))
	k.serve()
}

// frozen does something to the server while the platform stands still, so that the next
// moment is held before it goes on.
func (k *torn) frozen(kill func(), next moment) {
	k.t.Helper()
	must(k.t, k.platform.Process.Signal(syscall.SIGSTOP))
	kill()
	k.hold(next)
	must(k.t, k.platform.Process.Signal(syscall.SIGCONT))
}

// killBackend kills one process of the server, and waits until that has thrown everybody out.
func (k *torn) killBackend(pid int) {
	k.t.Helper()
	witness := k.connect("torn")
	defer witness.Close(context.WithoutCancel(k.t.Context()))
	must(k.t, syscall.Kill(pid, syscall.SIGKILL))
	k.until("the server to begin again", func() bool {
		_, err := witness.Exec(k.t.Context(), `select`)
		return err != nil
	})
}

// TestRescanKilled: PostgreSQL, one of its backends, the platform and `lianou rescan` are
// killed in the middle of a scan, each at another moment of a township's look. The rest of
// it is done by the platform, without a hand; what was found, laid before people, ranked
// and counted is what an undisturbed scan of a copy left: no gap, and nothing twice.
// Controls: a township noted as done before its findings are committed; no keeper.
func TestRescanKilled(t *testing.T) {
	t.Parallel()
	k := newTorn(t)
	k.cities()
	calm := k.tool("calm", "lianou_platform", "rescan")

	release := k.hold(storing)
	scan := k.command("torn", "lianou_platform", "rescan", "--work", "2")
	must(t, scan.Start())
	k.stands(storing, 134, "lianou rescan")
	end(scan)
	release()

	release = k.hold(packing)
	k.work()
	k.stands(packing, 120, "lianou platform")
	end(k.platform)
	release()

	k.hold(storing)
	k.work()
	k.stands(storing, 105, "lianou platform")
	k.frozen(k.killServer, leading)
	backend := k.stands(leading, 105, "lianou platform")
	k.frozen(func() { k.killBackend(backend) }, storing)
	k.stands(storing, 90, "lianou platform")
	end(k.platform)
	k.killServer()
	k.work()

	k.ended()
	end(k.platform)
	want, got := watchtest.Dump(t, k.server.Superuser("calm")), watchtest.Dump(t, k.server.Superuser("torn"))
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("an undisturbed scan (-) and a killed one (+) left other rows:\n%s\n%s", d, k.words())
	}
	leads := 0
	for _, line := range got {
		if strings.HasPrefix(line, "lead ") {
			leads++
		}
	}
	if leads < 10 {
		t.Errorf("only %d leads were at stake; the undisturbed scan said: %s", leads, calm)
	}
	t.Logf("%d rows the same, %d of them leads", len(got), leads)
}

// ended waits until the scan of the torn city has ended.
func (k *torn) ended() {
	k.t.Helper()
	began, eye := time.Now(), k.connect("torn")
	defer eye.Close(context.WithoutCancel(k.t.Context()))
	k.until("the scan to end", func() bool {
		var ended bool
		return eye.QueryRow(k.t.Context(), `select ended is not null from scan where id = 2`).Scan(&ended) == nil && ended
	})
	k.t.Logf("ended %.1f s after the last kill", time.Since(began).Seconds())
}
