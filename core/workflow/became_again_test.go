package workflow_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// Two rows that were made one, two again and one again have their cases linked, parted and linked
// each time. While they are one the link ends by nobody's SQL, what was asked for is not forgotten by
// it, and what somebody took up is not withdrawn with it: what people decided before does not count
// any more (00665).
//
// Controls: person_made_two that looks at what ended alone (`ended while they are one: ""`, `forgotten while they
// are one: ""`); case_closed_by without its look at the claims (`withdrawn though it was taken up: ""`).
func TestRowsThatAreOneOnceMore(t *testing.T) {
	t.Parallel()
	w := twoRows(t, nil)
	elder, younger := int(w.elder.ID), int(w.younger.ID)
	for _, apart := range []bool{false, true, false, true, false} {
		w.became(apart)
		want := [2]int{elder, elder}
		if apart {
			want[1] = younger
		}
		if at := w.at(); at != want {
			t.Fatalf("apart is %v: the receipts lead to %v", apart, at)
		}
	}
	const ends = `update case_joined set ended = lianou_now(), ender = 1 where ended is null; `
	for _, c := range []struct{ what, sql, by string }{
		{"ended while they are one", ends, "case_joined_made"},
		{"forgotten while they are one", ends + `update casefile set asked = '{}' where state = 'open'; set constraints case_unasked_by immediate`, "case_unasked_by"},
		{"withdrawn though it was taken up", `update casefile set state = 'open', settled = null where state = 'withdrawn'; update claim set state = 'agreed', agreed_by = 1, agreed_how = 'phone', agreed_at = lianou_now() where case_id = (select younger from case_joined where ended is null);
			update casefile set state = 'withdrawn', settled = lianou_now() where id = (select younger from case_joined where ended is null); set constraints case_closed_by immediate`, "case_closed_by"},
	} {
		undo := errors.New("undo")
		err := w.env.DB(pgtest.Platform).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			for _, sql := range append(strings.Split(strings.TrimRight(c.sql, "; "), ";"), "set constraints all immediate") {
				if _, err := tx.Exec(ctx, sql); err != nil {
					return err
				}
			}
			return undo
		})
		if got := pg.Constraint(err); got != c.by {
			t.Errorf("%s: %q (%v), want %s", c.what, got, err, c.by)
		}
	}
	w.became(true)
	if c, _ := w.get(w.younger.ID); c.State != casefile.CaseOpen {
		t.Errorf("at the end the younger is %s", c.State)
	}
}
