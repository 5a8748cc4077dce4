package pg

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"golang.org/x/sync/errgroup"

	"lianou/core"
)

//go:embed migrations/*.sql
var migrations embed.FS

//go:embed roles.sql
var rolesSQL string

// Owner is the role that owns every table. It runs migrations and nothing else.
const Owner = "lianou_owner"

// Roles are the roles programs log in as, beside the Owner.
func Roles() []string {
	return []string{"lianou_gateway", "lianou_platform", "lianou_audit", "lianou_import", "lianou_backup", "lianou_check"}
}

// The schemas of the two job queues.
const (
	GatewayJobs  = "jobs_gateway"
	PlatformJobs = "jobs_platform"
)

// MigrateConfig is what Migrate needs.
type MigrateConfig struct {
	// URL is of a superuser, or of lianou_owner (or a member of it) on a server whose
	// administrator has run roles.sql. Required.
	URL string

	// Demo makes a database whose clock may be moved. It matters only for the run
	// that creates the tables; an existing database keeps what it was made as.
	Demo bool

	// Early is called once the roles and the tables of places, people and staff are
	// there, while the rest is still being made: whoever fills those tables need not
	// wait. Optional.
	Early func(context.Context) error
}

// Migrate makes the roles if it may, brings every table to this program's version
// as lianou_owner, then River's tables in both job schemas. Running it again, or
// from two machines at once, is harmless.
func Migrate(ctx context.Context, cfg MigrateConfig) error {
	base, err := pgx.ParseConfig(cfg.URL)
	if err != nil {
		return core.E(core.KindInvalid, "database_url", "")
	}
	if err := prepare(ctx, base); err != nil {
		return err
	}
	asOwner := base.Copy()
	asOwner.RuntimeParams["role"] = Owner
	asOwner.RuntimeParams["application_name"] = "lianou migrate"
	if cfg.Demo {
		asOwner.RuntimeParams["lianou.demo"] = "on"
	}
	if err := tables(ctx, asOwner, lastOfPeople); err != nil {
		return err
	}
	// What follows knows nothing of River's tables, nor they of it: side by side.
	group, inner := errgroup.WithContext(ctx)
	group.Go(func() error { return tables(inner, asOwner, math.MaxInt64) })
	group.Go(func() error { return jobTables(inner, asOwner) })
	if cfg.Early != nil {
		group.Go(func() error { return cfg.Early(inner) })
	}
	return group.Wait()
}

// lastOfPeople is the end of the range of numbers of places, people and staff.
const lastOfPeople = 49

// prepare makes roles and ownership where the connection may, and otherwise says
// what an administrator has to do.
func prepare(ctx context.Context, cfg *pgx.ConnConfig) error {
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return Fail(err, "connect to migrate")
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var super bool
	var roles int
	const look = `select rolsuper, (select count(*) from pg_roles where rolname like 'lianou\_%') from pg_roles where rolname = current_user`
	if err := conn.QueryRow(ctx, look).Scan(&super, &roles); err != nil {
		return Fail(err, "look at roles")
	}
	if !super {
		if roles < len(Roles())+1 {
			return core.E(core.KindForbidden, "roles_missing", "").Wrap(errors.New(
				"the roles of core/pg/roles.sql are missing and this log-in may not make them; run that file once as a superuser"))
		}
		return nil
	}
	if _, err := conn.Exec(ctx, rolesSQL); err != nil {
		return Fail(err, "make roles")
	}
	const own = `do $$ begin
		if exists (select 1 from pg_database where datname = current_database() and datdba <> 'lianou_owner'::regrole) then
			execute format('alter database %I owner to lianou_owner', current_database());
		end if; end $$`
	if _, err := conn.Exec(ctx, own); err != nil {
		return Fail(err, "give the database to its owner")
	}
	return nil
}

// tables brings the tables to a version.
func tables(ctx context.Context, cfg *pgx.ConnConfig, version int64) error {
	db := stdlib.OpenDB(*cfg)
	defer db.Close()
	p, err := provider(db)
	if err != nil {
		return err
	}
	if _, err := p.UpTo(ctx, version); err != nil {
		return migrationError(err)
	}
	return nil
}

func provider(db *sql.DB) (*goose.Provider, error) {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("read embedded migrations: %w", err)
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, fmt.Errorf("make migration lock: %w", err)
	}
	// Each package has its own range of numbers, so a later release may add a number
	// below the highest one applied.
	p, err := goose.NewProvider(database.DialectPostgres, db, dir, goose.WithSessionLocker(locker),
		goose.WithTableName("lianou_migration"), goose.WithAllowOutofOrder(true), goose.WithDisableGlobalRegistry(true),
		goose.WithSlog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return p, nil
}

// migrationError keeps the text of the server: a migration quotes our own SQL and
// runs before any person's row can be in its way, or fails on a constraint that
// only names itself.
func migrationError(err error) error {
	var partial *goose.PartialError
	if errors.As(err, &partial) && partial.Failed != nil {
		return fmt.Errorf("migration %s: %s", partial.Failed.Source.Path, scrubbed(partial.Err))
	}
	return fmt.Errorf("migrate: %s", scrubbed(err))
}

func jobTables(ctx context.Context, cfg *pgx.ConnConfig) error {
	pc, err := pgxpool.ParseConfig(cfg.ConnString())
	if err != nil {
		return core.E(core.KindInvalid, "database_url", "")
	}
	pc.ConnConfig = cfg
	pc.MaxConns = 2
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return Fail(err, "connect to migrate jobs")
	}
	defer pool.Close()
	for _, schema := range []string{GatewayJobs, PlatformJobs} {
		m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: schema, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			return fmt.Errorf("river's migrations for %s: %w", schema, err)
		}
		if err := lockedRiver(ctx, pool, m); err != nil {
			return Fail(err, "migrate "+schema)
		}
	}
	if _, err := pool.Exec(ctx, insertOnly); err != nil {
		return Fail(err, "grant inserts across the job schemas")
	}
	return nil
}

// insertOnly lets each program put jobs in the other's queue and nothing else:
// INSERT ... ON CONFLICT DO UPDATE ... RETURNING needs SELECT and UPDATE of the
// one column River touches.
const insertOnly = `do $$ begin
	grant select, insert, update (kind) on jobs_platform.river_job to lianou_gateway;
	grant usage, select on sequence jobs_platform.river_job_id_seq to lianou_gateway;
	grant select, insert, update (kind) on jobs_gateway.river_job to lianou_platform;
	grant usage, select on sequence jobs_gateway.river_job_id_seq to lianou_platform;
end $$`

func lockedRiver(ctx context.Context, pool *pgxpool.Pool, m *rivermigrate.Migrator[pgx.Tx]) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", int64(713403)); err != nil {
		return err
	}
	defer func() {
		_, _ = conn.Exec(context.WithoutCancel(ctx), "select pg_advisory_unlock($1)", int64(713403))
	}()
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// Migrations names the set of migrations in this program, by a hash of their names and contents.
func Migrations() string {
	sum := sha256.New()
	err := fs.WalkDir(migrations, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := migrations.ReadFile(path)
		_, _ = fmt.Fprintf(sum, "%s %d\n%s", path, len(b), b) // a hash takes everything
		return err
	})
	if err != nil { // the files are in the program
		return ""
	}
	return hex.EncodeToString(sum.Sum(nil))
}
