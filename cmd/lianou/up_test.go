package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"lianou/cmd/internal/rig"
	"lianou/core/pg/pgtest"
)

// built gives the folder of the three programs: LIANOU_BIN, as `make test` sets it,
// or one made once for all tests of this package.
var built = sync.OnceValues(func() (string, error) {
	if dir := os.Getenv("LIANOU_BIN"); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.MkdirTemp("/tmp", "lianou-bin-")
	if err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-o", dir, "lianou/cmd/gateway", "lianou/cmd/platform", "lianou/cmd/lianou").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return dir, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := built(); err == nil && os.Getenv("LIANOU_BIN") == "" {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// site is one machine's worth of Lianou for a test: a folder and free ports.
type site struct {
	t   *testing.T
	bin string
	env []string
	dir string
	out *output
	url map[string]string // by program

	ended chan struct{} // closed when the last up has ended
}

func newSite(t *testing.T) *site {
	t.Helper()
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("/tmp", "lianou-up-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, bin: bin, dir: filepath.Join(dir, "var"), url: map[string]string{}}
	for _, line := range os.Environ() {
		if !strings.HasPrefix(line, "LIANOU_") || strings.HasPrefix(line, "LIANOU_TEST_") {
			s.env = append(s.env, line)
		}
	}
	s.env = append(s.env, "LIANOU_DATA_DIR="+s.dir)
	addrs, err := rig.FreeAddrs(4)
	if err != nil {
		t.Fatal(err)
	}
	for i, program := range []string{"gateway", "platform", "standin", "sip"} {
		s.env = append(s.env, "LIANOU_"+strings.ToUpper(program)+"_ADDR="+addrs[i])
		s.url[program] = "http://" + addrs[i]
	}
	return s
}

func (s *site) command(args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, "lianou"), args...)
	cmd.Env = s.env
	return cmd
}

// run runs a command to its end.
func (s *site) run(args ...string) (string, error) {
	out, err := s.command(args...).CombinedOutput()
	return string(out), err
}

// up starts everything and waits for the greeting.
func (s *site) up() *exec.Cmd {
	s.t.Helper()
	s.out = &output{}
	cmd := s.command("up", "--people", "200")
	cmd.Stdout, cmd.Stderr = s.out, s.out
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan struct{})
	s.ended = ended
	go func() { _ = cmd.Wait(); close(ended) }()
	s.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGINT)
		<-ended
	})
	s.until("the greeting", func() bool {
		select {
		case <-ended:
			s.t.Fatalf("up ended:\n%s", s.out.text())
		default:
		}
		return strings.Contains(s.out.text(), "Lianou is up")
	})
	return cmd
}

func (s *site) answers(program, path string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return answers(ctx, s.url[program]+path)
}

func (s *site) until(what string, met func() bool) {
	s.t.Helper()
	deadline := time.After(90 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !met() {
		select {
		case <-deadline:
			s.t.Fatalf("waited in vain for %s\n%s", what, s.out.text())
		case <-tick.C:
		}
	}
}

// gone waits until nothing of the site runs any more: up itself, which holds its folder to
// the end, ports, postgres, redis.
func (s *site) gone() {
	s.t.Helper()
	select {
	case <-s.ended:
	case <-time.After(90 * time.Second):
		s.t.Fatalf("up does not end\n%s", s.out.text())
	}
	s.until("everything to end", func() bool {
		for program := range s.url {
			if s.answers(program, "/healthz") {
				return false
			}
		}
		_, err := os.Stat(filepath.Join(s.dir, "postgres", "data", "postmaster.pid"))
		socket, dialErr := net.Dial("unix", filepath.Join(s.dir, "postgres", "redis.sock"))
		if dialErr == nil {
			socket.Close()
		}
		return err != nil && dialErr != nil
	})
}

// One command, every program, the clock, the doctor; Ctrl-C ends all and keeps
// the data; the second start finds it, and offers the places imported meanwhile.
func TestUp(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cmd := s.up()
	s.until("a first look at everybody", func() bool { return strings.Contains(s.out.text(), "everybody has been looked at: scan ") })
	for _, program := range []string{"gateway", "platform"} {
		for _, page := range []string{"/healthz", "/readyz", "/metrics"} {
			if !s.answers(program, page) {
				t.Errorf("%s%s does not answer", program, page)
			}
		}
	}
	// Whoever opens another terminal does not have the addresses that up was given.
	elsewhere := s.command("clock", "advance", "7d")
	elsewhere.Env = slices.DeleteFunc(slices.Clone(s.env), func(v string) bool { return strings.Contains(v, "_ADDR=") })
	if out, err := elsewhere.CombinedOutput(); err != nil || !strings.Contains(string(out), "moved by 168h0m0s") || strings.Contains(string(out), "old date") {
		t.Errorf("clock: %v %s", err, out)
	}
	if out, _ := s.run("doctor"); !sound(out) {
		t.Errorf("doctor:\n%s", out)
	}
	s.importPlaces()
	if out, err := s.run("up"); err == nil || !strings.Contains(out, "is taken by another program") || strings.Count(strings.TrimSpace(out), "\n") != 0 {
		t.Errorf("a second up: %v %s", err, out)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	s.gone()
	if _, err := os.Stat(installationFile(s.dir)); err == nil {
		t.Error("running.json is left")
	}

	s.up()
	if out, err := s.run("clock"); err != nil || !strings.Contains(out, "moved by 168h0m0s") {
		t.Errorf("the second start forgot: %v %s", err, out)
	}
	s.offersPlaces()
	took := regexp.MustCompile(`up after ([0-9.]+) s`).FindStringSubmatch(s.out.text())
	if len(took) != 2 {
		t.Fatalf("no time in %s", s.out.text())
	}
	if seconds, err := strconv.ParseFloat(took[1], 64); err != nil || seconds > 20 {
		t.Errorf("up after %v s", took[1]) // 0.5 s on an idle machine; this one may be busy
	}
}

// kill -9 of the parent leaves nothing running.
// Control: without the pipes everything stays.
func TestKilledUpLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cmd := s.up()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	s.gone()
	s.up() // and nothing stands in the way of the next start
}

// A program that dies is named, with its last words, and everything else stops.
func TestDeadChildIsNamed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.up()
	pid, err := childOf(s.url["gateway"])
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s.until("the sentence", func() bool { return strings.Contains(s.out.text(), "gateway ended by itself") })
	s.gone()
}

// The same code with servers of somebody else: a password for every role.
func TestUpOnRealServers(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	s := newSite(t)
	s.env = append(s.env, "LIANOU_DATABASE_URL="+env.Superuser(), "LIANOU_REDIS_URL=redis://"+miniredis.RunT(t).Addr())
	s.up()
	if !s.answers("gateway", "/readyz") || !s.answers("platform", "/readyz") {
		t.Error("not ready")
	}
	if info, err := os.Stat(filepath.Join(s.dir, "roles.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("roles.json: %v", err)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "postgres")); err == nil {
		t.Error("a private cluster was made beside the real server")
	}
}

// Each common mistake is one sentence with what to do.
func TestSentences(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	file := filepath.Join(filepath.Dir(s.dir), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	lonely := filepath.Join(filepath.Dir(s.dir), "lianou")
	program, err := os.ReadFile(filepath.Join(s.bin, "lianou"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(lonely, program, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		program string
		env     string
		args    []string
		want    string
	}{
		"folder":          {"", "LIANOU_DATA_DIR=" + file, []string{"up"}, "give another one in LIANOU_DATA_DIR"},
		"open to others":  {"", "LIANOU_PLATFORM_ADDR=0.0.0.0:0", []string{"up"}, "open to other machines"},
		"unknown setting": {"", "LIANOU_GATEWAY_ADRR=x", []string{"up"}, "LIANOU_GATEWAY_ADRR is not a setting"},
		"not built":       {lonely, "", []string{"up", "--people", "10"}, "run: make build"},
		"nothing runs":    {"", "", []string{"clock"}, "nothing runs here"},
		"no step":         {"", "", []string{"clock", "advance", "soon"}, "write 7d, 36h or 90m"},
	} {
		cmd := s.command(c.args...)
		if c.program != "" {
			cmd.Path = c.program
		}
		if c.env != "" {
			cmd.Env = append(cmd.Env, c.env)
		}
		out, err := cmd.CombinedOutput()
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		if err == nil || !strings.Contains(lines[len(lines)-1], c.want) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestParseStep(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]time.Duration{"7d": 168 * time.Hour, "36h": 36 * time.Hour, "90m": 90 * time.Minute,
		"0d": 0, "-1d": 0, "-2h": 0, "d": 0, "": 0, "99999d": 0, "7": 0} {
		got, err := parseStep(in)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %v %v", in, got, err)
		}
	}
}

// childOf finds the process that listens on an address, by the address in its
// environment.
func childOf(url string) (int, error) {
	processes, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil || len(processes) == 0 {
		return 0, fmt.Errorf("no /proc")
	}
	want := []byte("LIANOU_GATEWAY_ADDR=" + strings.TrimPrefix(url, "http://") + "\x00")
	for _, p := range processes {
		dir := filepath.Dir(p)
		env, _ := os.ReadFile(p)
		line, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
		if bytes.Contains(env, want) && bytes.HasSuffix(bytes.SplitN(line, []byte{0}, 2)[0], []byte("/gateway")) {
			return strconv.Atoi(filepath.Base(dir))
		}
	}
	return 0, fmt.Errorf("not found")
}

type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) text() string {
	if o == nil {
		return ""
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}
