package pgtest_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg/pgtest"
)

// The superuser of a test counts the days as the city does. Three tests were green all day and red in the
// evening: they made something of `current_date` and the application read it by the clock of the city.
//
// Control: Superuser without inTimezone (`the superuser's day is of UTC`).
func TestTheSuperuserHasTheCitysDay(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), pgtest.New(t).Superuser())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var zone string
	if err := conn.QueryRow(t.Context(), `show timezone`).Scan(&zone); err != nil || zone != "Asia/Shanghai" {
		t.Errorf("the superuser's day is of %s %v", zone, err)
	}
}
