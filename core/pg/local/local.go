// Package local runs a private PostgreSQL for one folder from the machine's own
// binaries: for `lianou up`, for tests and for CI alike.
//
// It listens on a unix socket inside a 0700 folder and never on TCP, which is why
// it may trust whoever reaches it. It must not be used for a server that somebody
// else runs, keep anything outside its folder, or outlive the process that
// started it: a watchdog holding a pipe stops the server when that process ends,
// by kill -9 too.
package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"lianou/core"
)

// Config is what Start needs.
type Config struct {
	// Dir is the folder of the cluster; it is made when missing. Required.
	Dir string

	// Bin is the folder of the PostgreSQL binaries. Defaults to the first found by
	// FindBinaries.
	Bin string

	// Throwaway trades durability for speed and has the watchdog delete Dir when this
	// process ends: for tests. Defaults to false, a durable server.
	Throwaway bool

	// Log is told what the server could not have. Defaults to nothing.
	Log *slog.Logger
}

// Server is a private cluster: claimed, running or stopped.
type Server struct {
	dir      string // the cluster, sockets and log live under it
	socket   string // folder of the socket
	who      identity
	postgres *exec.Cmd
	exited   chan struct{} // closed when postgres has ended
	lifeline *os.File      // our end of the watchdog's pipe
	lock     *os.File
	bin      string
	buffers  int // MB of its own memory, for a durable one
	log      *slog.Logger

	throwaway bool
}

// Start makes the cluster when there is none, stops a left-over server of the
// same folder, starts one and waits until it answers. Errors say in one sentence
// what to do.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	s, err := Claim(cfg)
	if err != nil {
		return nil, err
	}
	if err := s.Start(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// Claim takes the folder for a server that is not running yet, so that what else
// lives in it can start meanwhile. Stop gives it back.
func Claim(cfg Config) (*Server, error) {
	bin := cfg.Bin
	if bin == "" {
		found, err := FindBinaries()
		if err != nil {
			return nil, err
		}
		bin = found
	}
	who, dir, err := placeFor(cfg.Dir)
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, who: who, bin: bin, buffers: buffers(), log: cfg.Log, throwaway: cfg.Throwaway, exited: make(chan struct{})}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.claim(); err != nil {
		return nil, err
	}
	return s, nil
}

// SetAside moves an earlier cluster of a claimed folder out of the way and says where
// it lies now; "" when there was none.
func (s *Server) SetAside(ctx context.Context, now time.Time) (string, error) {
	if err := s.stopLeftOver(ctx); err != nil {
		return "", err
	}
	to := s.data() + ".aside-" + now.UTC().Format("20060102T150405")
	switch err := os.Rename(s.data(), to); {
	case errors.Is(err, os.ErrNotExist):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("set the earlier cluster aside: %w", err)
	}
	return to, nil
}

// Start runs the server of a claimed folder and waits until it answers; a server
// that does not leaves no claim behind.
func (s *Server) Start(ctx context.Context) error {
	err := s.start(ctx, s.throwaway)
	if err != nil {
		s.release()
	}
	return err
}

func (s *Server) start(ctx context.Context, throwaway bool) error {
	if err := s.stopLeftOver(ctx); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(s.data(), "PG_VERSION")); err != nil {
		if err := s.initdb(ctx); err != nil {
			return err
		}
	}
	socket, err := socketFolder(s.dir, s.who)
	if err != nil {
		return err
	}
	s.socket = socket
	if err := s.watch(throwaway); err != nil {
		return err
	}
	before := s.logged()
	if err := s.run(throwaway); err != nil {
		return err
	}
	if err = s.ready(ctx); err == nil || throwaway || s.buffers <= leastBuffers || !s.ended() || !s.refusedMemory(before) {
		return err
	}
	// A machine without room for one mapping of that size, or whose kernel promises no more than it
	// has (vm.overcommit_memory = 2), starts with little rather than not at all.
	s.log.WarnContext(ctx, "the machine refused postgresql its memory; starting with less", "wanted_mb", s.buffers, "mb", leastBuffers)
	s.buffers, s.exited = leastBuffers, make(chan struct{})
	if err := s.run(throwaway); err != nil {
		return err
	}
	return s.ready(ctx)
}

// URL names a database on this server for a role.
func (s *Server) URL(role, database string) string {
	q := url.Values{"host": {s.socket}}
	u := url.URL{Scheme: "postgres", User: url.User(role), Host: "", Path: "/" + database, RawQuery: q.Encode()}
	return u.String()
}

// Socket is the folder of the server's socket.
func (s *Server) Socket() string { return s.socket }

// Dir is the folder in use, which is not the one asked for when another user had
// to run the server and could not enter it.
func (s *Server) Dir() string { return s.dir }

// Exited is closed when the server has ended, for whatever reason.
func (s *Server) Exited() <-chan struct{} { return s.exited }

// Stop disconnects everybody, writes a checkpoint and waits for the end.
func (s *Server) Stop(ctx context.Context) error {
	defer s.release()
	if s.postgres == nil || s.postgres.Process == nil {
		return nil
	}
	_ = s.postgres.Process.Signal(syscall.SIGINT)
	select {
	case <-s.exited:
		return nil
	case <-ctx.Done():
		_ = s.postgres.Process.Signal(syscall.SIGQUIT)
		<-s.exited
		return fmt.Errorf("stop postgresql in %s: %w; it recovers at the next start", s.dir, ctx.Err())
	}
}

// CreateDatabase makes an empty database if it is missing and reports whether it
// did. The first one is the database that initdb leaves for nobody in particular,
// under its new name: a copy of a template costs a quarter of a second.
func (s *Server) CreateDatabase(ctx context.Context, name string) (bool, error) {
	conn, err := pgx.Connect(ctx, s.URL(superuser, template))
	if err != nil {
		return false, unavailable("connect to the private postgresql", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var there bool
	if err := conn.QueryRow(ctx, `select exists (select 1 from pg_database where datname = $1)`, name).Scan(&there); err != nil || there {
		return false, err
	}
	_, err = conn.Exec(ctx, "alter database postgres rename to "+pgx.Identifier{name}.Sanitize())
	var refused *pgconn.PgError
	if errors.As(err, &refused) && (refused.Code == unknownDatabase || refused.Code == databaseInUse) { // it has a name already, or somebody looks at it
		_, err = conn.Exec(ctx, "create database "+pgx.Identifier{name}.Sanitize()+" template template0")
	}
	return err == nil, err
}

// Superuser is the URL of the cluster's superuser for a database.
func (s *Server) Superuser(database string) string { return s.URL(superuser, database) }

const superuser = "postgres"

// unknownDatabase is the SQLSTATE invalid_catalog_name.
const unknownDatabase = "3D000"

// databaseInUse is the SQLSTATE object_in_use.
const databaseInUse = "55006"

// template is the database that is there whatever the others are called.
const template = "template1"

func (s *Server) data() string    { return filepath.Join(s.dir, "data") }
func (s *Server) logFile() string { return filepath.Join(s.dir, "postgres.log") }

// claim makes the folder and takes its lock, so that two programs never run one
// cluster. The kernel drops the lock when this process ends.
func (s *Server) claim() error {
	if err := s.who.makeDir(s.dir); err != nil {
		return core.E(core.KindInvalid, "data_dir", "").Wrap(fmt.Errorf("cannot write the folder %s; give another one in LIANOU_DATA_DIR: %w", s.dir, err))
	}
	lock, err := os.OpenFile(filepath.Join(s.dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return core.E(core.KindInvalid, "data_dir", "").Wrap(fmt.Errorf("cannot write in the folder %s; give another one in LIANOU_DATA_DIR: %w", s.dir, err))
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		lock.Close()
		return core.E(core.KindConflict, "data_dir_in_use", "").Wrap(fmt.Errorf("another program is using %s; stop it first, or give another folder in LIANOU_DATA_DIR", s.dir))
	}
	s.lock = lock
	return nil
}

func (s *Server) release() {
	if s.lifeline != nil {
		if s.ended() {
			_, _ = s.lifeline.WriteString("done\n") // the watchdog has nothing left to do
		}
		s.lifeline.Close()
		s.lifeline = nil
	}
	if s.lock != nil {
		s.lock.Close()
		s.lock = nil
	}
}

func (s *Server) ended() bool {
	select {
	case <-s.exited:
		return true
	default:
		return false
	}
}

// stopLeftOver ends a server of this folder that lost its parent before its
// watchdog came to it.
func (s *Server) stopLeftOver(ctx context.Context) error {
	line, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		return nil // none: the normal case
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(strings.SplitN(string(line), "\n", 2)[0]))
	if pid <= 1 || syscall.Kill(pid, 0) != nil {
		return nil // postgres itself removes a stale file
	}
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, "pg_ctl"), "stop", "-s", "-m", "fast", "-t", "20", "-D", s.data())
	s.who.run(cmd, s.dir)
	if out, err := cmd.CombinedOutput(); err != nil && syscall.Kill(pid, 0) == nil {
		return unavailable("stop the left-over server of "+s.dir, fmt.Errorf("%w: %s", err, firstLine(out)))
	}
	return nil
}

func (s *Server) run(throwaway bool) error {
	// Errors of statements quote values, and values are people's: the log has what the
	// server says of itself (the level "log" leaves errors out) and no more.
	args := []string{"-D", s.data(), "-k", s.socket, "-c", "listen_addresses=", "-c", "unix_socket_permissions=0700",
		"-c", "max_connections=120", "-c", "log_min_messages=log", "-c", "log_min_error_statement=panic",
		"-c", "log_error_verbosity=terse", "-c", "timezone=UTC"}
	if throwaway {
		args = append(args, "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off",
			"-c", "shared_buffers=64MB", "-c", "autovacuum=off", "-c", "wal_level=minimal", "-c", "max_wal_senders=0",
			"-c", "checkpoint_timeout=1h", "-c", "max_wal_size=4GB")
	} else {
		args = append(args, s.tuned()...)
	}
	log, err := os.OpenFile(s.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open the server's log: %w", err)
	}
	defer log.Close()
	s.postgres = exec.Command(filepath.Join(s.bin, "postgres"), args...)
	s.postgres.Stdout, s.postgres.Stderr = log, log
	s.who.run(s.postgres, s.dir)
	if err := s.postgres.Start(); err != nil {
		return unavailable("start postgresql", err)
	}
	_, _ = fmt.Fprintf(s.lifeline, "pid %d\n", s.postgres.Process.Pid)
	go func() {
		_ = s.postgres.Wait()
		close(s.exited)
	}()
	return nil
}

// ready waits until the server takes a connection.
func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	tick := time.NewTicker(15 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.Superuser(template))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.exited:
			return unavailable("start postgresql in "+s.dir, fmt.Errorf("it ended at once; %s says why", s.logFile()))
		case <-ctx.Done():
			_ = s.postgres.Process.Signal(syscall.SIGQUIT)
			return unavailable("start postgresql in "+s.dir, ctx.Err())
		case <-tick.C:
		}
	}
}

func unavailable(doing string, err error) error {
	return core.E(core.KindUnavailable, "private_postgresql", "").Wrap(fmt.Errorf("%s: %w", doing, err))
}

func firstLine(out []byte) string {
	return strings.SplitN(strings.TrimSpace(string(out)), "\n", 2)[0]
}
