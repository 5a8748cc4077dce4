package people_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/pg"
)

// A case is no reason to read the household where somebody lived before: their page of a day
// before the split shows it for another purpose and not for the case of the household of now.
// Red by the old code: `the mother's household for her son's case: 200`.
func TestACaseIsNoReasonForAHouseholdOfBefore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	split := h.happened(t, motherAndSon, "split", 10, "member", "2", "relation-2", "applicant", "village", string(h.Regions.Villages("371426104")[0].Code))
	var home core.HouseholdID
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select household from membership where person = 2 and until is null`).Scan(&home)
	}))
	forCase := "/desk/people/2?for=case&case=" + strconv.FormatInt(int64(h.opened(t, home, "4071882635")), 10)
	if code, _ := h.ask(t, forCase, nil); code != 200 {
		t.Fatalf("his household of today: %d", code)
	}
	then := "&on=" + (split - 1).String()
	if code, body := h.ask(t, forCase+then, nil); code != 422 || !strings.Contains(body, "不是这件事的这一家") || strings.Contains(body, "周桂兰") {
		t.Errorf("the mother's household for her son's case: %d", code)
	}
	if code, body := h.ask(t, "/desk/people/2?for=check"+then, nil); code != 200 || !strings.Contains(body, "周桂兰") {
		t.Errorf("the mother's household to check: %d", code)
	}
}
