package pg_test

import (
	"context"
	"net"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// trips counts how often the client of one connection speaks after the server did:
// what it sends without waiting for an answer is one trip.
type trips struct {
	answered atomic.Bool
	count    atomic.Int64
}

// counted is a pool whose traffic is counted.
func counted(t *testing.T, env *pgtest.Env) (*pg.DB, *trips) {
	t.Helper()
	server, err := pgconn.ParseConfig(env.URL(pgtest.Owner))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	seen := &trips{}
	go seen.serve(l, server)
	through := url.URL{Scheme: "postgres", User: url.UserPassword(server.User, server.Password), Host: l.Addr().String(), Path: "/" + server.Database, RawQuery: "sslmode=disable"}
	db, err := pg.Open(t.Context(), pg.Config{URL: through.String(), Name: "counted", MaxConns: 1, Privileged: "a test counts trips"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db, seen
}

func (s *trips) serve(l net.Listener, server *pgconn.Config) {
	for {
		client, err := l.Accept()
		if err != nil {
			return
		}
		network, address := pgconn.NetworkAddress(server.Host, server.Port)
		to, err := net.Dial(network, address)
		if err != nil {
			_ = client.Close()
			return
		}
		go pass(to, client, func() {
			if s.answered.Swap(false) {
				s.count.Add(1)
			}
		})
		go pass(client, to, func() { s.answered.Store(true) })
	}
}

// pass copies what one side says to the other, and tells before the other hears it.
func pass(to, from net.Conn, heard func()) {
	defer to.Close()
	part := make([]byte, 64<<10)
	for {
		n, err := from.Read(part)
		if n > 0 {
			heard()
			if _, err := to.Write(part[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// What is queued costs a statement no trip of its own, whichever way it is run.
// Control: QueryRow that flushes first, "row: 4 trips with the queue, 3 without".
func TestLaterSharesATrip(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	scoped(t, env)
	db, seen := counted(t, env)
	const ask = `select count(*)::int from thing where id < 0`
	ways := map[string]func(ctx context.Context, tx *pg.Tx) error{
		"row": func(ctx context.Context, tx *pg.Tx) error {
			var n int
			return tx.QueryRow(ctx, ask).Scan(&n)
		},
		"query": func(ctx context.Context, tx *pg.Tx) error {
			rows, err := tx.Query(ctx, ask)
			if err != nil {
				return err
			}
			_, err = pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
			return err
		},
		"exec": func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, ask)
			return err
		},
	}
	run := func(way func(context.Context, *pg.Tx) error, queue bool) int64 {
		before := seen.count.Load()
		err := db.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			if queue {
				tx.Later("touch nothing", `update thing set region = region where id < 0`)
			}
			return way(ctx, tx)
		})
		if err != nil {
			t.Fatal(err)
		}
		return seen.count.Load() - before
	}
	for name, way := range ways {
		for range 2 { // the first prepares the statements
			run(way, true)
			run(way, false)
		}
		if with, without := run(way, true), run(way, false); with != without {
			t.Errorf("%s: %d trips with the queue, %d without", name, with, without)
		}
	}
}

// A row that is not there, and one that does not fit, leave the connection usable and
// say what they are. Control: lastRow that does not close, "no connection to the
// database".
func TestRowBehindTheQueueFails(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	scoped(t, env)
	err := env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		var n int
		for _, ask := range []string{`select 1 where false`, `select 'word'`} {
			tx.Later("touch nothing", `update thing set region = region where id < 0`)
			if err := tx.QueryRow(ctx, ask).Scan(&n); err == nil || pg.SQLState(err) != "" {
				t.Errorf("%s: %v", ask, err)
			}
		}
		return tx.QueryRow(ctx, `select 1`).Scan(&n)
	})
	if err != nil {
		t.Error(err)
	}
}
