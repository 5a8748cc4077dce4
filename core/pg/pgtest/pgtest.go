// Package pgtest gives each test a real, migrated, empty database of its own.
//
// One private server per test process, with a migrated template that is made once
// for all processes (see seed); each test gets a copy, in parallel with the others. It must be imported by tests only,
// and must not offer a way round the roles: a test that needs more than its
// program's role asks for that role by name.
package pgtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
)

// Role names a database role.
type Role string

// The roles a test may connect as.
const (
	Gateway  Role = "lianou_gateway"
	Platform Role = "lianou_platform"
	Audit    Role = "lianou_audit"
	Import   Role = "lianou_import"
	Backup   Role = "lianou_backup"
	Check    Role = "lianou_check"
	Owner    Role = "lianou_owner"
)

// Env is one test's database.
type Env struct {
	t      testing.TB
	server *server
	name   string

	mu    sync.Mutex
	pools map[Role]*pg.DB
}

// server is what all tests of the process share.
type server struct {
	admin    string // URL of a superuser, database postgres
	template string
	roleURL  func(role Role, database string) string
}

// shared starts the server at the first call of the process. It needs no stop:
// the private server's watchdog ends it with this process and removes its folder.
var shared = sync.OnceValues(start)

// New makes a database for the test and drops it at the end.
func New(t testing.TB) *Env {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	e := &Env{t: t, server: s, name: "t_" + random(), pools: map[Role]*pg.DB{}}
	t.Cleanup(e.drop)
	// WAL_LOG copies block by block through the log; a file copy is twice as fast here.
	e.admin("create database " + e.name + " template " + s.template + " owner lianou_owner strategy file_copy")
	return e
}

// Empty makes a database without tables, for tests of what happens before or
// without a migration, and of databases that are not for show.
func Empty(t testing.TB) *Env {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	e := &Env{t: t, server: s, name: "t_" + random(), pools: map[Role]*pg.DB{}}
	t.Cleanup(e.drop)
	e.admin("create database " + e.name + " owner lianou_owner")
	return e
}

// DB gives a pool for a role; one per role and test, closed at the end.
func (e *Env) DB(role Role) *pg.DB {
	e.t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if db := e.pools[role]; db != nil {
		return db
	}
	cfg := pg.Config{URL: e.URL(role), Name: "test", MaxConns: 12}
	if role == Owner || role == Import || role == Backup {
		cfg.Privileged = "a test that asked for " + string(role)
	}
	db, err := pg.Open(e.t.Context(), cfg)
	if err != nil {
		e.t.Fatalf("pgtest: open as %s: %v", role, err)
	}
	e.pools[role] = db
	return db
}

// URL names the test's database for a role.
func (e *Env) URL(role Role) string { return e.server.roleURL(role, e.name) }

// Superuser names the test's database for the server's superuser. Its sessions have the city's day, as
// the application's have: what a test calls current_date was yesterday's for eight hours of every day.
func (e *Env) Superuser() string {
	u, err := withDatabase(e.server.admin, e.name)
	if err == nil {
		u, err = inTimezone(u, "Asia/Shanghai")
	}
	if err != nil {
		e.t.Fatalf("pgtest: %v", err)
	}
	return u
}

// Advance moves the one clock of the test's database forward.
func (e *Env) Advance(by time.Duration) {
	e.t.Helper()
	if _, err := e.DB(Owner).AdvanceClock(e.t.Context(), by); err != nil {
		e.t.Fatalf("pgtest: advance the clock: %v", err)
	}
}

func (e *Env) drop() {
	for _, db := range e.pools {
		db.Close()
	}
	e.admin("drop database if exists " + e.name + " with (force)")
}

func (e *Env) admin(statement string) {
	e.t.Helper()
	if err := exec(e.server.admin, statement); err != nil {
		e.t.Fatalf("pgtest: %s: %v", statement, err)
	}
}

func exec(url, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

func start() (*server, error) {
	s := &server{template: "tpl_" + random()}
	if url := os.Getenv("LIANOU_TEST_DATABASE_URL"); url != "" {
		s.admin = url
		s.roleURL = func(role Role, database string) string { return mustRoleURL(url, role, database) }
		return s, s.migrate()
	}
	return s, s.private()
}

// migrate makes the template. Its clock may be moved: every test's time is its own.
func (s *server) migrate() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if err := exec(s.admin, "create database "+s.template); err != nil {
		return fmt.Errorf("make the template: %w", err)
	}
	url, err := withDatabase(s.admin, s.template)
	if err != nil {
		return err
	}
	if err := pg.Migrate(ctx, pg.MigrateConfig{URL: url, Demo: true}); err != nil {
		return err
	}
	words := map[string]string{}
	for _, role := range append(pg.Roles(), pg.Owner) {
		words[role] = testPassword
	}
	return pg.AllowLogin(ctx, s.admin, words)
}

func random() string {
	b := make([]byte, 6)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}
