package insight

import (
	"encoding/json"
	"strings"
	"testing"
)

// A report shows no small number and none that tells one: beside the group of three the next
// smallest is hidden, in both columns; who left is hidden where who entered is; nobody is
// named a loser by a number that is not shown.
//
// Control: hide small numbers alone (covered by discreet.Alone): `{"Kind":"sex","Key":"male",
// "Of":900,"Before":217` stands in the JSON; show Left beside Entered; sizes out of the rows
// that are covered (`:4, stands in`).
func TestAReportHidesSmallGroups(t *testing.T) {
	t.Parallel()
	r := Run{Name: "A-10", Entered: 3, Left: 41,
		Bands: []BandMove{{Band: "red", Before: 2, After: 119}, {Band: "orange", Before: 131, After: 130}, {Band: "none", Before: 7000, After: 6884}},
		Shares: []Share{{"age", "0-17", 800, 311, 310}, {"age", "80+", 700, 400, 380},
			{"sex", "male", 900, 217, 210}, {"sex", "open", 4, 3, 2}, {"sex", "female", 990, 491, 478},
			{"area", "urban", 4, 0, 0}, {"area", "rural", 8000, 615, 612}, // none of the four is among the hardest: their number tells as much
			{"town", "371426104", 4000, 555, 500}, {"town", "371426103", 3000, 60, 4}, {"town", "371426102", 3000, 96, 207}}}
	s := r.Shown()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []string{":3,", ":41,", ":2,", ":2}", ":119", ":131", ":217", ":210", ":60,", ":4}", ":96", ":207", ":4,", ":8000"} {
		if strings.Contains(string(b), n) {
			t.Errorf("%s stands in %s", n, b)
		}
	}
	for _, n := range []string{":311", ":491", ":478", ":555", ":7000", `"Entered":null,"Left":null`} {
		if !strings.Contains(string(b), n) {
			t.Errorf("%s is not in %s", n, b)
		}
	}
	losers := s.Losers(10)
	if len(losers) != 4 || losers[0].Key != "80+" {
		t.Errorf("losers %+v", losers)
	}
}
