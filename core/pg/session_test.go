package pg_test

import (
	"context"
	"testing"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// Statements are not compiled to machine code, whatever the planner takes them to cost: in
// a city of five million people that was four hundred milliseconds of a search of three.
// Control: Open without the setting ("on").
func TestNothingIsCompiled(t *testing.T) {
	t.Parallel()
	err := pgtest.New(t).DB(pgtest.Platform).Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		var jit string
		err := tx.QueryRow(ctx, `show jit`).Scan(&jit)
		if err == nil && jit != "off" {
			t.Errorf("jit is %s", jit)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
