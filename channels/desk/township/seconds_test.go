package township

import (
	"testing"

	"lianou/core"
	"lianou/core/casefile"
)

// A fact points at its seconds of the case's own call, and of no other: the player on
// the page plays that one. Control: no look at CallID, "another call's seconds".
func TestFactPointsAtItsSeconds(t *testing.T) {
	t.Parallel()
	v := casefile.View{CallID: "CA1", Recording: "abc"}
	v.Facts.Provenance = map[string]core.Provenance{
		"income_12m": {Said: "citizen", CallID: "CA1", FromMS: 94000, ToMS: 101000},
		"cars":       {Said: "citizen", CallID: "CA2", FromMS: 5000, ToMS: 6000},
		"houses":     {Said: "citizen", CallID: "CA1"},
		"area":       {Said: "citizen", CallID: "CA1", Unrecorded: true},
	}
	said := map[string]string{"income_12m": "18,000 元", "cars": "0", "houses": "1", "area": "农村"}
	if f := row(v, said, "income_12m"); f.From != 94000 || f.To != 101000 || f.Clock() != "1:34" {
		t.Errorf("seconds of the income: %+v", f)
	}
	if f := row(v, said, "cars"); f.To != 0 {
		t.Errorf("another call's seconds: %+v", f)
	}
	if f := row(v, said, "houses"); f.To != 0 || f.Unrecorded {
		t.Errorf("written without listening: %+v", f)
	}
	if f := row(v, said, "area"); f.To != 0 || !f.Unrecorded {
		t.Errorf("heard, not recorded: %+v", f)
	}
}
