package pg_test

import (
	"errors"
	"testing"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// A migrated database is current for every program; one migration less, and it is
// told apart; an empty one lacks all.
// Control: leave out the grant of 00003 and every program is refused.
func TestBehind(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	for _, role := range []pgtest.Role{pgtest.Gateway, pgtest.Platform, pgtest.Audit, pgtest.Check} {
		if err := env.DB(role).CheckCurrent(t.Context()); err != nil {
			t.Errorf("%s: %v", role, err)
		}
	}
	if _, err := env.DB(pgtest.Owner).Pool().Exec(t.Context(), `delete from lianou_migration where version_id = 95`); err != nil {
		t.Fatal(err)
	}
	if n, err := env.DB(pgtest.Gateway).Behind(t.Context()); err != nil || n != 1 {
		t.Errorf("one less: %d, %v", n, err)
	}
	if err := env.DB(pgtest.Gateway).CheckCurrent(t.Context()); !errors.Is(err, pg.ErrBehind) {
		t.Errorf("one less: %v", err)
	}
	empty := pgtest.Empty(t)
	if n, err := empty.DB(pgtest.Gateway).Behind(t.Context()); err != nil || n < 15 {
		t.Errorf("empty: %d, %v", n, err)
	}
}
