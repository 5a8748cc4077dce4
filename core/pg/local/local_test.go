package local

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
)

// folder is short: a socket's path has a limit, and t.TempDir is long.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "lianou-local-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { // the server may run as another user
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func start(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := Start(t.Context(), Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func stop(t *testing.T, s *Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Fatal(err)
	}
}

func ask(t *testing.T, s *Server, sql string) (string, error) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.Superuser("city"))
	if err != nil {
		return "", err
	}
	defer conn.Close(context.Background())
	var answer string
	err = conn.QueryRow(t.Context(), sql).Scan(&answer)
	return answer, err
}

// The life of a cluster: made, used, refused to a second user, stopped, kept.
// Control: warms that is always false: `the library is there: true; what lay in memory is noted: stat …`.
func TestLife(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "pg")
	s := start(t, dir)
	for i, want := range []bool{true, false} {
		if made, err := s.CreateDatabase(t.Context(), "city"); err != nil || made != want {
			t.Fatalf("create %d: %v %v", i, made, err)
		}
	}
	if made, err := s.CreateDatabase(t.Context(), "town"); err != nil || !made { // a copy: the first has taken the one that was there
		t.Fatalf("a second database: %v %v", made, err)
	}
	for sql, want := range map[string]string{
		`show listen_addresses`: "", `show fsync`: "on", `show server_encoding`: "UTF8",
		`select string_agg(x, '' order by x) from unnest(array['b','B','李','a']) x`: "Bab李", // code points, on every machine
	} {
		if got, err := ask(t, s, sql); err != nil || got != want {
			t.Errorf("%s: %q %v, want %q", sql, got, err, want)
		}
	}
	has, err := ask(t, s, `select exists (select from pg_available_extensions where name = 'pg_prewarm')::text`) // as the server says, and not our own look
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(s.Dir()); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is open to others: %v %v", info.Mode(), err)
	}
	if _, err := Start(t.Context(), Config{Dir: dir}); core.KindOf(err) != core.KindConflict {
		t.Errorf("a second one on the same folder: %v", err)
	}
	stop(t, s)
	select {
	case <-s.Exited():
	default:
		t.Error("stopped and not ended")
	}
	// What lay in memory is noted when it stops, to be read again.
	if _, err := os.Stat(filepath.Join(s.data(), "autoprewarm.blocks")); (err == nil) != (has == "true") {
		t.Errorf("the library is there: %s; what lay in memory is noted: %v", has, err)
	}

	again := start(t, dir)
	defer stop(t, again)
	if made, err := again.CreateDatabase(t.Context(), "city"); err != nil || made {
		t.Errorf("the data was not kept: made %v %v", made, err)
	}
}

// A cluster that is set aside is kept, and the next one is empty.
func TestSetAside(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "pg")
	s := start(t, dir)
	if _, err := s.CreateDatabase(t.Context(), "city"); err != nil {
		t.Fatal(err)
	}
	stop(t, s)
	s, err := Claim(Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	at, err := s.SetAside(t.Context(), time.Now())
	if _, kept := os.Stat(filepath.Join(at, "PG_VERSION")); err != nil || kept != nil {
		t.Fatalf("set aside at %q: %v %v", at, err, kept)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer stop(t, s)
	if made, err := s.CreateDatabase(t.Context(), "city"); err != nil || !made {
		t.Errorf("the next cluster has a city already: %v %v", made, err)
	}
}

// Root's machine tries what a user's does as well: the same test, run by nobody.
func TestLifeOfAUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Log("this machine's user is no root: TestLife was it")
		return
	}
	test := filepath.Join(folder(t), "local.test") // go test keeps its own where only root may look
	program, err := os.ReadFile(os.Args[0])
	if err == nil {
		err = os.WriteFile(test, program, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(test, "-test.run=^TestLife$", "-test.v")
	cmd.Dir = filepath.Dir(test)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + cmd.Dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534, Groups: []uint32{}}}
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestLife") {
		t.Errorf("%v\n%s", err, out)
	}
}

// Values in failing statements must not reach the server's log.
// Control: log_min_messages=warning writes the number.
func TestLogHoldsNoValues(t *testing.T) {
	t.Parallel()
	s := start(t, filepath.Join(folder(t), "pg"))
	if _, err := s.CreateDatabase(t.Context(), "city"); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(t, s, `select '371402196703074527x'::int::text`); err == nil {
		t.Fatal("no error")
	}
	stop(t, s)
	log, err := os.ReadFile(filepath.Join(s.Dir(), "postgres.log"))
	if err != nil || strings.Contains(string(log), "371402196703074527") || !strings.Contains(string(log), "shut down") {
		t.Errorf("%v\n%s", err, log)
	}
}

// The server ends with its parent, kill -9 included. The parent is this test
// binary, run again as TestHelperParent.
// Control: without the watchdog the server answers for ever.
func TestEndsWithParent(t *testing.T) {
	t.Parallel()
	for _, throwaway := range []bool{false, true} {
		dir := folder(t) // right under /tmp, where its owner may remove it
		cmd := exec.Command(os.Args[0], "-test.run=^TestHelperParent$")
		cmd.Env = append(os.Environ(), "LIANOU_TEST_PARENT="+dir, fmt.Sprint("LIANOU_TEST_THROWAWAY=", throwaway))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		pid, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			t.Fatalf("the parent said %q", line)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		eventually(t, "the server to end", func() bool { return syscall.Kill(pid, 0) != nil })
		if throwaway {
			eventually(t, "the folder to go", func() bool { _, err := os.Stat(dir); return errors.Is(err, os.ErrNotExist) })
			continue
		}
		s := start(t, dir) // and the next start finds nothing in its way
		stop(t, s)
	}
}

// TestHelperParent is not a test of its own: it is the parent to be killed.
func TestHelperParent(t *testing.T) {
	dir := os.Getenv("LIANOU_TEST_PARENT")
	if dir == "" {
		return
	}
	s, err := Start(t.Context(), Config{Dir: dir, Throwaway: os.Getenv("LIANOU_TEST_THROWAWAY") == "true"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.postgres.Process.Pid)
	select {} // until killed
}

// A server whose watchdog was killed as well is found and stopped at the next start.
func TestLeftOverIsStopped(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "pg")
	left := start(t, dir)
	pid := left.postgres.Process.Pid
	left.lock.Close() // as if the parent were gone, and nobody watched
	s := start(t, dir)
	defer stop(t, s)
	eventually(t, "the left-over to end", func() bool { return left.ended() })
	if s.postgres.Process.Pid == pid {
		t.Error("the same server")
	}
	left.release()
}

func TestSentences(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		cfg  Config
		want string
	}{
		"no folder":     {Config{}, "Dir is empty"},
		"not a folder":  {Config{Dir: filepath.Join(dir, "file", "pg")}, "LIANOU_DATA_DIR"},
		"wrong program": {Config{Dir: filepath.Join(dir, "x"), Bin: "/nowhere"}, "make a cluster"},
	} {
		s, err := Start(t.Context(), c.cfg)
		if err == nil {
			stop(t, s)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want one line with %q", name, err, c.want)
		}
	}
}

func TestPlace(t *testing.T) {
	t.Parallel()
	nobody := identity{65534, 65534}
	closed := filepath.Join(folder(t), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 && !closedTo(nobody, filepath.Join(closed, "not", "yet")) {
		t.Error("a closed parent is not seen")
	}
	if closedTo(nobody, filepath.Dir(closed)) {
		t.Error("an open folder is taken for closed")
	}
	deep := filepath.Join(folder(t), "a", "b")
	if err := nobody.makeDir(deep); os.Geteuid() == 0 && (err != nil || closedTo(nobody, deep)) {
		t.Errorf("made for nobody and closed to it: %v", err)
	}
	short, err := socketFolder("/tmp/x", identity{-1, -1})
	if err != nil || short != "/tmp/x" {
		t.Errorf("short path: %s %v", short, err)
	}
	long := "/tmp/" + strings.Repeat("x", 120)
	got, err := socketFolder(long, identity{-1, -1})
	if err != nil || len(got)+len("/.s.PGSQL.5432") > 103 {
		t.Errorf("long path: %s %v", got, err)
	}
	os.RemoveAll(got)
}

func eventually(t *testing.T, what string, met func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !met() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain for %s", what)
		case <-tick.C:
		}
	}
}
