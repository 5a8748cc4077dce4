package casefile

import (
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg/pgtest"
)

// What no board shows nobody objects to: the board, what takes an opinion at the public edge and what
// finds a notice for the staff leave out the same items.
//
// Control, not tried: childItems without JT-04 ("objection_put leaves out …").
func TestChildrensItemsAreTheSameEverywhere(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), pgtest.New(t).Superuser())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, name := range []string{"notice_board", "objection_put"} {
		var source string
		if err := conn.QueryRow(t.Context(), `select prosrc from pg_proc where proname = $1`, name).Scan(&source); err != nil {
			t.Fatal(err)
		}
		_, list, _ := strings.Cut(source, "k.item <> all (array[")
		list, _, _ = strings.Cut(list, "]")
		if got := strings.Split(strings.ReplaceAll(list, "'", ""), ", "); !slices.Equal(got, childItems()) {
			t.Errorf("%s leaves out %v, and HangingNotice %v", name, got, childItems())
		}
	}
}
