package pg_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// Each way on sends what is queued first, and the connection is free afterwards.
// Control: any of the methods without its flush, "rows 1, want 2".
func TestLaterGoesFirst(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	scoped(t, env)
	ways := map[string]func(ctx context.Context, tx *pg.Tx) (int, error){
		"query": func(ctx context.Context, tx *pg.Tx) (int, error) {
			rows, err := tx.Query(ctx, `select count(*)::int from thing where id >= 10`)
			if err != nil {
				return 0, err
			}
			return pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
		},
		"row": func(ctx context.Context, tx *pg.Tx) (n int, err error) {
			return n, tx.QueryRow(ctx, `select count(*) from thing where id >= 10`).Scan(&n)
		},
		"exec": func(ctx context.Context, tx *pg.Tx) (int, error) {
			tag, err := tx.Exec(ctx, `update thing set region = region where id >= 10`)
			return int(tag.RowsAffected()), err
		},
		"batch": func(ctx context.Context, tx *pg.Tx) (n int, err error) {
			b := &pgx.Batch{}
			b.Queue(`select count(*) from thing where id >= 10`)
			results := tx.SendBatch(ctx, b)
			err = results.QueryRow().Scan(&n)
			return n, errorOr(err, results.Close())
		},
		"savepoint": func(ctx context.Context, tx *pg.Tx) (n int, err error) {
			inner, err := tx.Begin(ctx)
			if err != nil {
				return 0, err
			}
			if err := inner.Rollback(ctx); err != nil {
				return 0, err
			}
			return n, tx.QueryRow(ctx, `select count(*) from thing where id >= 10`).Scan(&n)
		},
		"copy": func(ctx context.Context, tx *pg.Tx) (n int, err error) {
			tx.Later("make a table", `create temporary table plain (id int) on commit drop`) // row-level security takes no COPY
			if _, err := tx.CopyFrom(ctx, pgx.Identifier{"plain"}, []string{"id"}, pgx.CopyFromRows([][]any{{5}})); err != nil {
				return 0, err
			}
			return n, tx.QueryRow(ctx, `select count(*) from thing where id >= 10`).Scan(&n)
		},
	}
	db := env.DB(pgtest.Owner)
	for name, way := range ways {
		err := db.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			tx.Later("add ten", `insert into thing values (10, $1)`, "371402001")
			tx.Later("add eleven", `insert into thing values (11, $1)`, "371402001")
			n, err := way(ctx, tx)
			if err == nil && n != 2 {
				t.Errorf("%s: rows %d, want 2", name, n)
			}
			if err == nil {
				_, err = tx.Exec(ctx, `delete from thing where id in (10, 11)`)
			}
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func errorOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// What is queued when the function ends is committed, or fails the transaction
// under its own name. Control: Commit without flush, "committed [1 2 3]".
func TestLaterBelongsToTheTransaction(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	scoped(t, env)
	db := env.DB(pgtest.Owner)
	add := func(id int) error {
		return db.Tx(t.Context(), pg.City("test"), func(_ context.Context, tx *pg.Tx) error {
			tx.Later("add a thing", `insert into thing values ($1, '371402001')`, id)
			return nil
		})
	}
	if err := add(20); err != nil {
		t.Fatal(err)
	}
	if got := ids(t, db, pg.City("test")); len(got) != 4 {
		t.Errorf("committed %v", got)
	}
	err := add(20)
	if core.KindOf(err) != core.KindConflict || !strings.Contains(err.Error(), "add a thing") {
		t.Errorf("the same again: %v", err)
	}
	err = db.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		tx.Later("add a thing", `insert into thing values (20, '371402001')`)
		_, err := tx.Query(ctx, `select 1`)
		return pg.Fail(err, "ask")
	})
	if core.KindOf(err) != core.KindConflict || !strings.Contains(err.Error(), "add a thing") || strings.Contains(err.Error(), "ask") {
		t.Errorf("asked behind what cannot be: %v", err)
	}
	if got := ids(t, db, pg.City("test")); len(got) != 4 {
		t.Errorf("the connection after a failure sees %v", got)
	}
}
