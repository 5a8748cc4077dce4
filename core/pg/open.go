package pg

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"lianou/core"
)

// Config is what Open needs.
type Config struct {
	// URL names the server, database and role. Required.
	URL string

	// Name shows in pg_stat_activity as the application. Required.
	Name string

	// MaxConns bounds the pool. Defaults to 10.
	MaxConns int32

	// GenericPlans has each prepared statement planned once. Else the server plans
	// lists anew each time, which costs more than running a short insert; but a plan
	// that knows its values can be far better. Defaults to false.
	GenericPlans bool

	// Privileged says why this process may connect as a superuser, as the owner or
	// past row-level security. Defaults to "", which refuses all three: such a role
	// sees every row whatever the scope says.
	Privileged string
}

// DB is a pool of connections of one role. It is safe for concurrent use.
type DB struct {
	pool *pgxpool.Pool
}

// Open connects, checks what the role may do and returns a ready pool. Errors:
// KindInvalid for a URL that does not parse, KindUnavailable when the server does
// not answer, KindForbidden for a role that would see past row-level security.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	pc, err := pgxpool.ParseConfig(cfg.URL)
	if err != nil || cfg.URL == "" {
		return nil, core.E(core.KindInvalid, "database_url", "") // the parser's text may hold the password
	}
	if cfg.Name == "" {
		return nil, core.E(core.KindInvalid, "database_name", "").Wrap(fmt.Errorf("pg.Config.Name is empty"))
	}
	if cfg.MaxConns <= 0 {
		cfg.MaxConns = 10
	}
	// The simple protocol interpolates arguments on the client; nothing of ours may.
	pc.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheStatement
	pc.ConnConfig.RuntimeParams["application_name"] = cfg.Name
	pc.ConnConfig.RuntimeParams["timezone"] = "UTC"
	pc.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "60s"
	// Nothing asked here is worth compiling: a search of five million people that took three
	// milliseconds took four hundred more to be made into machine code.
	pc.ConnConfig.RuntimeParams["jit"] = "off"
	if cfg.GenericPlans {
		pc.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	}
	pc.ConnConfig.ConnectTimeout = 5 * time.Second
	pc.MaxConns = cfg.MaxConns
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, Fail(err, "open the pool")
	}
	if err := checkRole(ctx, pool, cfg.Privileged); err != nil {
		pool.Close()
		return nil, err
	}
	return &DB{pool: pool}, nil
}

func checkRole(ctx context.Context, pool *pgxpool.Pool, privileged string) error {
	const sql = `select current_user::text, r.rolsuper, r.rolbypassrls,
		exists (select 1 from pg_roles o where o.rolname = 'lianou_owner' and pg_has_role(current_user, o.oid, 'member'))
		from pg_roles r where r.rolname = current_user`
	var role string
	var super, bypass, owner bool
	if err := pool.QueryRow(ctx, sql).Scan(&role, &super, &bypass, &owner); err != nil {
		return Fail(err, "connect and read the role")
	}
	if privileged == "" && (super || bypass || owner) {
		return core.E(core.KindForbidden, "database_role", "").Wrap(fmt.Errorf(
			"role %s is a superuser, the owner or past row-level security; use lianou_gateway or lianou_platform", role))
	}
	return nil
}

// Close waits for borrowed connections and closes all.
func (db *DB) Close() { db.pool.Close() }

// Pool is the bare pool, for River and LISTEN only: what runs on it has no scope.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// Ping asks whether the server answers and the tables are there.
func (db *DB) Ping(ctx context.Context) error {
	var at time.Time
	return Fail(db.pool.QueryRow(ctx, `select lianou_now()`).Scan(&at), "ask for the time")
}
