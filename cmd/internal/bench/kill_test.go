package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
)

// The kill tests: clients submit through the app's and the mini-program's doors of a
// real gateway process, and an exchange reports calls to the hotline's, while it, or PostgreSQL under it, is killed without warning. Each client keeps
// every acknowledgement in a file that it fsyncs before it counts; at the end,
// after a last kill, `lianou verify --acks`, another program under a role that
// reads only, compares that file with the database.
//
// A client repeats a form under its own key until it is acknowledged, as the
// mini-program and the app do. 2xx is a promise; everything else is unknown.

// built makes the programs once, and the gateway with a defect for the control.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "lianou-kill-bin-")
	if err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-o", dir+"/", "lianou/cmd/gateway", "lianou/cmd/lianou").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return dir, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := built(); err == nil {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// storm is one run of clients against one house.
type storm struct {
	t       *testing.T
	house   *house
	bin     string
	gateway string // program
	ledger  *ledger
	seed    uint64
	clients int
	forms   int // of all clients together
	calls   heardCalls
}

// newStorm opens a house with the gateway program given, "" for the right one.
func newStorm(t *testing.T, gateway string, forms int) *storm {
	t.Helper()
	bin, err := built()
	must(t, err)
	if gateway == "" {
		gateway = filepath.Join(bin, "gateway")
	}
	h, err := openHouse(t.Context(), &Config{Gateway: gateway, Dir: "/tmp"})
	must(t, err)
	t.Cleanup(h.close)
	must(t, pg.AllowLogin(t.Context(), h.admin, map[string]string{"lianou_check": ""}))
	seed := uint64(time.Now().UnixNano())
	if given := os.Getenv("LIANOU_TEST_SEED"); given != "" {
		seed, err = strconv.ParseUint(given, 10, 64)
		must(t, err)
	}
	t.Logf("seed %d (LIANOU_TEST_SEED)", seed)
	return &storm{t: t, house: h, bin: bin, gateway: gateway, ledger: newLedger(t), seed: seed, clients: 24, forms: forms}
}

// run lets the clients submit and calls kill each time one more share of the forms
// is acknowledged.
func (s *storm) run(kills int, kill func()) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 6*time.Minute)
	defer cancel()
	tokens, err := s.house.tokens(ctx, s.clients)
	must(s.t, err)
	var all sync.WaitGroup
	faults := make([]error, s.clients)
	for i := range s.clients {
		all.Go(func() {
			c := &citizenClient{storm: s, token: tokens[i], name: i, door: doors[i%len(doors)]}
			faults[i] = c.run(ctx, s.forms/s.clients)
		})
	}
	random := rand.New(rand.NewPCG(s.seed, 1))
	for n := range kills {
		share := s.forms / (kills + 1)
		s.ledger.reach(ctx, share*n+share/2+random.IntN(share/2))
		kill()
	}
	all.Wait()
	must(s.t, errors.Join(faults...))
	kill() // after the last acknowledgement
}

// killGateway kills it and starts it again, in the same folder.
func (s *storm) killGateway() {
	must(s.t, s.house.gateway.Process.Kill())
	<-s.house.ended
	must(s.t, s.house.open(s.t.Context(), s.gateway))
}

// killPostgres kills the postmaster and every backend, starts the server again on
// what is on the disk, and waits until the gateway has drained what it spooled
// meanwhile: the next kill is to meet commits again. The gateway lives through it.
func (s *storm) killPostgres() {
	data := filepath.Join(s.house.server.Dir(), "data")
	for {
		pids := workingIn(s.t, data)
		if len(pids) == 0 {
			break
		}
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL) // gone meanwhile is as good
		}
	}
	must(s.t, s.house.server.Stop(s.t.Context()))
	must(s.t, s.house.serve(s.t.Context()))
	s.drained()
}

// killPostmaster kills the postmaster alone: its backends see that it is gone and end
// by themselves, and no new server may start before they have.
func (s *storm) killPostmaster() {
	data := filepath.Join(s.house.server.Dir(), "data")
	first, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	must(s.t, err)
	line, _, _ := strings.Cut(string(first), "\n")
	pid, err := strconv.Atoi(line)
	must(s.t, err)
	must(s.t, syscall.Kill(pid, syscall.SIGKILL))
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	for len(workingIn(s.t, data)) > 0 && pause(ctx, 10*time.Millisecond) {
	}
	s.killPostgres()
}

// killBackend kills one process that serves the gateway: the server throws all
// others out, recovers and goes on. After a kill the gateway comes back when it next
// has something to keep, so there may be none yet.
func (s *storm) killBackend() {
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	for ok := true; ok; ok = pause(ctx, 10*time.Millisecond) {
		if pid := s.backend(); pid != 0 {
			must(s.t, syscall.Kill(pid, syscall.SIGKILL))
			s.drained()
			return
		}
	}
	s.t.Fatal("no backend serves the gateway")
}

// backend is one process that serves the gateway now, 0 for none.
func (s *storm) backend() int {
	for _, pid := range workingIn(s.t, filepath.Join(s.house.server.Dir(), "data")) {
		title, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if err == nil && strings.Contains(string(title), gatewayRole) {
			return pid
		}
	}
	return 0
}

// workingIn lists the processes whose working directory is the cluster's: those
// are this server's and nobody else's.
func workingIn(t *testing.T, dir string) []int {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	must(t, err)
	var pids []int
	for _, link := range links {
		if at, err := os.Readlink(link); err == nil && at == dir {
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link))); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// drained waits until the gateway keeps nothing in its spool.
func (s *storm) drained() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	for {
		kept, err := filepath.Glob(filepath.Join(s.house.dir, "gateway-intake", "spool", "*"))
		must(s.t, err)
		if len(kept) == 0 {
			return
		}
		if !pause(ctx, 50*time.Millisecond) {
			s.t.Fatalf("the spool still holds %d: %v", len(kept), kept[0])
		}
	}
}

// verify is the other program's opinion: its output and exit status.
func (s *storm) verify() (string, int) {
	s.t.Helper()
	cmd := exec.Command(filepath.Join(s.bin, "lianou"), "verify", "--acks", s.ledger.file.Name())
	cmd.Env = append(plainEnvironment(), "LIANOU_DATABASE_URL="+s.house.server.URL("lianou_check", database))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// count is how many applications there are.
func (s *storm) count() int {
	s.t.Helper()
	conn, err := pgx.Connect(s.t.Context(), s.house.admin)
	must(s.t, err)
	defer conn.Close(context.Background())
	var n int
	must(s.t, conn.QueryRow(s.t.Context(), `select count(*) from application`).Scan(&n))
	return n
}

// held fails unless every acknowledgement is in the database, once, and nothing
// else is.
func (s *storm) held(kills int) {
	s.t.Helper()
	s.drained()
	out, status := s.verify()
	if status != 0 {
		s.t.Errorf("verify: exit %d\n%s", status, out)
	}
	// One application for each form: what was not yet answered was repeated.
	if n := s.count(); n != s.forms || s.ledger.acked() != s.forms {
		s.t.Errorf("%d applications and %d acknowledgements of %d forms", n, s.ledger.acked(), s.forms)
	}
	calls := s.callsHeld()
	s.t.Logf("%d kills, %d forms by %d clients at %d doors, %d calls, %d tries answered otherwise, %d spooled: 0 lost, 0 doubled",
		kills, s.forms, s.clients, len(doors), calls, s.ledger.unknown(), s.ledger.spooled())
}

const ciForms, ciKills = 2016, 8 // 24 clients, 84 forms each

// TestGatewayKilled is P1. Its control is TestAcknowledgeFirst.
func TestGatewayKilled(t *testing.T) {
	t.Parallel()
	s := newStorm(t, "", ciForms)
	s.run(ciKills, s.killGateway)
	s.held(ciKills + 1)
}

// TestPostgresKilled is P2 a to c: the whole server, its postmaster alone, one of its
// backends. While it is away the gateway spools. Its control is
// TestCommitWithoutFlush.
func TestPostgresKilled(t *testing.T) {
	t.Parallel()
	s := newStorm(t, "", ciForms)
	ways := []func(){s.killPostgres, s.killPostmaster, s.killBackend}
	n := 0
	s.run(3, func() { ways[n%len(ways)](); n++ })
	s.held(4)
}

// TestCommitWithoutFlush is the control of TestPostgresKilled: with
// synchronous_commit off, what was acknowledged is lost, and verify says so.
func TestCommitWithoutFlush(t *testing.T) {
	t.Parallel()
	s := newStorm(t, "", 240)
	conn, err := pgx.Connect(t.Context(), s.house.admin)
	must(t, err)
	// Nor may the background writer do it in the commit's place.
	for _, sql := range []string{`alter system set wal_writer_delay = '10s'`, `alter system set wal_writer_flush_after = '1GB'`, `alter system set synchronous_commit = off`, `select pg_reload_conf()`} {
		_, err := conn.Exec(t.Context(), sql)
		must(t, err)
	}
	must(t, conn.Close(t.Context()))
	s.run(1, s.killPostgres)
	s.lost()
}

// TestAcknowledgeFirst is the control of TestGatewayKilled: a gateway that answers
// before the commit loses what it promised, and verify says so. The defect is put
// into a copy of the source at build time and cannot be switched on anywhere.
func TestAcknowledgeFirst(t *testing.T) {
	t.Parallel()
	s := newStorm(t, defective(t), 480)
	s.run(2, s.killGateway)
	s.lost()
}

// lost fails unless the checker found acknowledgements that are gone.
func (s *storm) lost() {
	s.t.Helper()
	out, status := s.verify()
	if status != statusBroken || !strings.Contains(out, "broken          acks.lost") {
		s.t.Errorf("the control stayed green: exit %d\n%s", status, out)
	}
	s.t.Logf("control, red as it must be:\n%s", out)
}

const statusBroken = 1

// defective builds a gateway that acknowledges before it commits.
func defective(t *testing.T) string {
	t.Helper()
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	must(t, err)
	source := filepath.Join(strings.TrimSpace(string(root)), "intake", "intake.go")
	text, err := os.ReadFile(source)
	must(t, err)
	const honest = "	select {\n	case o := <-t.done:\n		return o.receipt, o.err\n"
	const early = "	return Receipt{Number: t.row.Receipt, Application: t.row.ID, Region: t.row.Region, At: t.row.At}, nil\n" + honest
	if bytes.Count(text, []byte(honest)) != 1 {
		t.Fatal("intake.go no longer waits where this control looks for it: mend the control")
	}
	dir := t.TempDir()
	copied := filepath.Join(dir, "intake.go")
	must(t, os.WriteFile(copied, bytes.Replace(text, []byte(honest), []byte(early), 1), 0o600))
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{source: copied}})
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600))
	program := filepath.Join(dir, "gateway")
	out, err := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", program, "lianou/cmd/gateway").CombinedOutput()
	if err != nil {
		t.Fatalf("build the control: %v\n%s", err, out)
	}
	return program
}

// ledger is what the clients were promised: a file, fsynced line by line.
type ledger struct {
	t       *testing.T
	mu      sync.Mutex
	file    *os.File
	lines   int
	spool   int
	others  int
	changed chan struct{}
}

func newLedger(t *testing.T) *ledger {
	f, err := os.Create(filepath.Join(t.TempDir(), "acks"))
	must(t, err)
	t.Cleanup(func() { f.Close() })
	return &ledger{t: t, file: f, changed: make(chan struct{}, 1)}
}

// add keeps an acknowledgement; it counts when it is on the disk.
func (l *ledger) add(receipt, door, key string, spooled bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	// The door tells no application's id, only its number.
	if _, err := fmt.Fprintf(l.file, "%s - %s %s\n", receipt, door, key); err != nil {
		return err
	}
	if err := l.file.Sync(); err != nil {
		return err
	}
	l.lines++
	if spooled {
		l.spool++
	}
	select {
	case l.changed <- struct{}{}:
	default:
	}
	return nil
}

func (l *ledger) other() { l.mu.Lock(); defer l.mu.Unlock(); l.others++ }

func (l *ledger) acked() int   { l.mu.Lock(); defer l.mu.Unlock(); return l.lines }
func (l *ledger) spooled() int { l.mu.Lock(); defer l.mu.Unlock(); return l.spool }
func (l *ledger) unknown() int { l.mu.Lock(); defer l.mu.Unlock(); return l.others }

// reach waits for the n-th acknowledgement.
func (l *ledger) reach(ctx context.Context, n int) {
	l.t.Helper()
	for l.acked() < n {
		select {
		case <-l.changed:
		case <-ctx.Done():
			l.t.Fatalf("%d acknowledgements, waited in vain for %d", l.acked(), n)
		}
	}
}

// doors are the channels that the clients use in turn.
var doors = []string{"app", "wechat"}

// citizenClient is one client of a citizens' door.
type citizenClient struct {
	storm *storm
	token string
	name  int
	door  string
	http  *http.Client
}

// formsPerSource stays below what one source may send in a minute, repetitions
// included.
const formsPerSource = 12

func (c *citizenClient) run(ctx context.Context, forms int) error {
	for n := range forms {
		if n%formsPerSource == 0 {
			c.move()
		}
		key := fmt.Sprintf("kill-%d-%03d-%06d", c.storm.seed, c.name, n)
		body, err := c.storm.house.form(key, guilan())
		if err != nil {
			return err
		}
		if err := c.until(ctx, key, body); err != nil {
			return fmt.Errorf("client %d, form %d: %w", c.name, n, err)
		}
		if n%callEvery != 0 {
			continue
		}
		if err := c.report(ctx, key); err != nil {
			return fmt.Errorf("client %d, call %d: %w", c.name, n, err)
		}
	}
	return nil
}

// move gives the client another loopback address.
func (c *citizenClient) move() {
	if c.http != nil {
		c.http.CloseIdleConnections()
	}
	d := &net.Dialer{LocalAddr: &net.TCPAddr{IP: c.storm.house.sources.addr()}}
	c.http = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DialContext: d.DialContext}}
}

// until sends one form until it is acknowledged, always under the same key.
func (c *citizenClient) until(ctx context.Context, key string, body []byte) error {
	for {
		receipt, status, err := c.send(ctx, body)
		switch {
		case err == nil && (status == 200 || status == 201):
			return c.storm.ledger.add(receipt, c.door, key, false)
		case err == nil && status == 202:
			// Slower while the database is away, or the spool would take every form before
			// the next kill could meet a commit.
			pause(ctx, 150*time.Millisecond)
			return c.storm.ledger.add(receipt, c.door, key, true)
		case err == nil && status < 500:
			return fmt.Errorf("refused with %d", status)
		}
		c.storm.ledger.other()
		if !pause(ctx, 20*time.Millisecond) {
			return fmt.Errorf("never acknowledged: status %d: %w", status, errors.Join(err, ctx.Err()))
		}
	}
}

func (c *citizenClient) send(ctx context.Context, body []byte) (receipt string, status int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.storm.house.addr+"/c/"+c.door+"/applications", bytes.NewReader(body))
	if err != nil {
		return "", 0, err
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Content-Type", "application/json")
	w, err := c.http.Do(r)
	if err != nil {
		return "", 0, err
	}
	defer w.Body.Close()
	raw, err := io.ReadAll(w.Body)
	if err != nil || w.StatusCode >= 300 {
		return "", w.StatusCode, err // cut off while answering: unknown, to be repeated
	}
	var answer struct{ Receipt string }
	if err := json.Unmarshal(raw, &answer); err != nil || len(answer.Receipt) != 10 {
		return "", w.StatusCode, errors.New("2xx without a number")
	}
	return answer.Receipt, w.StatusCode, nil
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
