package pg_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// scoped makes a table under row-level security with one row per region.
func scoped(t *testing.T, env *pgtest.Env) {
	t.Helper()
	err := env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		for _, sql := range []string{
			`create table thing (id int primary key, region text not null)`,
			`call lianou_scope_table('thing')`,
			`grant select, insert, update on thing to lianou_gateway, lianou_platform`,
			`insert into thing values (1, '371402001'), (2, '371402002'), (3, '371403001')`,
		} {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func ids(t *testing.T, db *pg.DB, scope pg.Scope) []int32 {
	t.Helper()
	var got []int32
	err := db.Read(t.Context(), scope, func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select id from thing order by id`)
		if err != nil {
			return err
		}
		got, err = pgx.CollectRows(rows, pgx.RowTo[int32])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Control: without FORCE or with a policy of `true` the first rows below see 3.
func TestScopeLimitsRows(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	scoped(t, env)
	for _, c := range []struct {
		name  string
		scope pg.Scope
		want  int
	}{
		{"none", pg.NoScope(), 0},
		{"zero value", pg.Scope{}, 0},
		{"one township", pg.Regions("371402001"), 1},
		{"two townships", pg.Regions("371402001", "371403001"), 2},
		{"a county is no township", pg.Regions("371402"), 0},
		{"a wildcard is no township", pg.Regions("37140200%"), 0},
		{"job from a village", pg.Job("371402002003"), 1},
		{"job without region", pg.Job(""), 0},
		{"subject", pg.Subject("c1"), 0},
		{"city", pg.City("test"), 3},
	} {
		for _, role := range []pgtest.Role{pgtest.Platform, pgtest.Owner, pgtest.Check} {
			if got := ids(t, env.DB(role), c.scope); len(got) != c.want {
				t.Errorf("%s as %s: rows %v, want %d", c.name, role, got, c.want)
			}
		}
	}
}

func TestScopeForbidsWritesOutside(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	scoped(t, env)
	insert := func(region string, id int) error {
		return env.DB(pgtest.Platform).Tx(t.Context(), pg.Regions("371402001"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, `insert into thing values ($1, $2)`, id, region)
			return pg.Fail(err, "insert")
		})
	}
	if err := insert("371402001", 10); err != nil {
		t.Errorf("inside: %v", err)
	}
	if err := insert("371402002", 11); pg.SQLState(err) != "42501" {
		t.Errorf("outside: %v, want 42501", err)
	}
}

// The scope must not survive on the pooled connection.
func TestScopeEndsWithTransaction(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	scoped(t, env)
	one, err := pg.Open(t.Context(), pg.Config{URL: env.URL(pgtest.Platform), Name: "test", MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	if got := ids(t, one, pg.City("test")); len(got) != 3 {
		t.Fatalf("city sees %v", got)
	}
	if got := ids(t, one, pg.NoScope()); len(got) != 0 {
		t.Errorf("the next transaction still sees %v", got)
	}
	var left int
	if err := one.Pool().QueryRow(t.Context(), `select count(*) from thing`).Scan(&left); err != nil || left != 0 {
		t.Errorf("bare pool sees %d rows, %v", left, err)
	}
}

func TestOpenRefusesRolesThatSeeEverything(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	for name, url := range map[string]string{"superuser": env.Superuser(), "owner": env.URL(pgtest.Owner), "bypass": env.URL(pgtest.Import)} {
		if _, err := pg.Open(t.Context(), pg.Config{URL: url, Name: "test"}); core.KindOf(err) != core.KindForbidden {
			t.Errorf("%s: %v, want forbidden", name, err)
		}
		db, err := pg.Open(t.Context(), pg.Config{URL: url, Name: "test", Privileged: "test"})
		if err != nil {
			t.Errorf("%s with a reason: %v", name, err)
			continue
		}
		db.Close()
	}
	if _, err := pg.Open(t.Context(), pg.Config{URL: "postgres://u:secret@%zz", Name: "test"}); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a bad URL gives %v", err)
	}
}

func TestReadCannotWrite(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	scoped(t, env)
	err := env.DB(pgtest.Platform).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into thing values (4, '371402001')`)
		return err
	})
	if pg.SQLState(err) != "25006" {
		t.Errorf("got %v, want 25006", err)
	}
}

// Control: with retries off, one of the two is told of the deadlock.
func TestDeadlockIsRunAgain(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	scoped(t, env)
	db := env.DB(pgtest.Platform)
	runs := make(chan int, 16)
	meet := make(chan struct{}, 2)
	both := func(first, second int) error {
		try := 0
		return db.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			try++
			runs <- try
			if _, err := tx.Exec(ctx, `update thing set region = region where id = $1`, first); err != nil {
				return pg.Fail(err, "first row")
			}
			if try == 1 {
				meet <- struct{}{}
				for len(meet) < 2 { // both hold their first row
					if _, err := tx.Exec(ctx, `select 1`); err != nil {
						return err
					}
				}
			}
			_, err := tx.Exec(ctx, `update thing set region = region where id = $1`, second)
			return pg.Fail(err, "second row")
		})
	}
	errs := make(chan error, 2)
	go func() { errs <- both(1, 2) }()
	go func() { errs <- both(2, 1) }()
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if len(runs) < 3 {
		t.Errorf("%d runs: nobody met a deadlock, the test proves nothing", len(runs))
	}
}

func TestPanicRollsBack(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	scoped(t, env)
	func() {
		defer func() { _ = recover() }()
		_ = env.DB(pgtest.Platform).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			_, _ = tx.Exec(ctx, `update thing set region = '371499999'`)
			panic("fault")
		})
	}()
	if got := ids(t, env.DB(pgtest.Platform), pg.Regions("371499999")); len(got) != 0 {
		t.Errorf("rows %v were kept", got)
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	db := env.DB(pgtest.Platform)
	before, err := db.ReadClock(t.Context())
	if err != nil || !before.Demo || before.Shift != 0 {
		t.Fatalf("%+v %v", before, err)
	}
	env.Advance(7 * 24 * time.Hour)
	after, err := db.ReadClock(t.Context())
	if err != nil || after.Shift != 7*24*time.Hour {
		t.Fatalf("%+v %v", after, err)
	}
	if d := after.Now.Sub(before.Now); d < 7*24*time.Hour || d > 7*24*time.Hour+time.Minute {
		t.Errorf("moved by %v", d)
	}
	if _, err := db.AdvanceClock(t.Context(), time.Hour); pg.SQLState(err) != "42501" {
		t.Errorf("the platform moved the clock: %v", err)
	}
	if _, err := env.DB(pgtest.Owner).AdvanceClock(t.Context(), -time.Hour); core.KindOf(err) != core.KindInvalid {
		t.Errorf("backwards: %v", err)
	}
	_, err = env.DB(pgtest.Owner).Pool().Exec(t.Context(), `update lianou_clock set shift = interval '1 hour'`)
	if pg.SQLState(err) != "23001" {
		t.Errorf("backwards by SQL: %v", err)
	}
	_, err = env.DB(pgtest.Owner).Pool().Exec(t.Context(), `update lianou_clock set demo = false`)
	if pg.SQLState(err) != "23001" {
		t.Errorf("demo by SQL: %v", err)
	}
}

// One timestamp per transaction.
func TestNowStandsStill(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	err := env.DB(pgtest.Platform).Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		var inside, server time.Time
		if err := tx.QueryRow(ctx, `select lianou_now(), clock_timestamp()`).Scan(&inside, &server); err != nil {
			return err
		}
		if !inside.Equal(tx.Now()) || server.Before(tx.Now()) || tx.Today() != core.DateOf(tx.Now()) {
			t.Errorf("tx.Now %v, lianou_now %v, clock %v", tx.Now(), inside, server)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRealDatabaseKeepsTheRealClock(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	admin := env.DB(pgtest.Owner).Pool() // an empty database beside the test's own
	super, err := pgx.Connect(t.Context(), env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	defer super.Close(context.Background())
	name := "real_" + strings.ToLower(strings.TrimPrefix(admin.Config().ConnConfig.Database, "t_"))
	if _, err := super.Exec(t.Context(), "create database "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = super.Exec(context.Background(), "drop database "+name+" with (force)") })
	url := strings.Replace(env.Superuser(), "/"+admin.Config().ConnConfig.Database+"?", "/"+name+"?", 1)
	if err := pg.Migrate(t.Context(), pg.MigrateConfig{URL: url}); err != nil {
		t.Fatal(err)
	}
	if err := pg.Migrate(t.Context(), pg.MigrateConfig{URL: url, Demo: true}); err != nil {
		t.Fatalf("again: %v", err)
	}
	db, err := pg.Open(t.Context(), pg.Config{URL: url, Name: "test", Privileged: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	if _, err := db.AdvanceClock(t.Context(), time.Hour); !errors.Is(err, pg.ErrRealClock) {
		t.Errorf("advance: %v, want ErrRealClock", err)
	}
	_, err = db.Pool().Exec(t.Context(), `update lianou_clock set shift = interval '1 hour'`)
	if pg.Constraint(err) != "shift_needs_demo" {
		t.Errorf("by SQL: %v", err)
	}
	db.Close()
}
