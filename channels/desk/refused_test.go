package desk

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"lianou/core/staff"
)

// However many are refused to one account in a minute, thirty stand in the log and one for the
// others; another account, and another minute, have their own.
//
// Control, named: count that never says refusedOver.
func TestALoopOfRefusalsFillsNoLog(t *testing.T) {
	t.Parallel()
	var c refusals
	now := time.Date(2026, 11, 30, 12, 0, 5, 0, time.UTC)
	written := map[verdict]int{}
	for range 1000 {
		written[c.count(refusedOf{1, "kin"}, now)]++
	}
	if written[refusedOnce] != maxRefused || written[refusedLast] != 1 {
		t.Errorf("of a thousand in a minute: %v", written)
	}
	if c.count(refusedOf{2, "kin"}, now) != refusedOnce || c.count(refusedOf{1, "kin"}, now.Add(time.Minute)) != refusedOnce {
		t.Error("another account, or another minute, is held to the first one's")
	}
}

// An entry names rows by their numbers and the act by its word; what stands in an address and is
// neither, such as somebody's number, is in no entry.
//
// Control, named: isRow that takes every number.
func TestAnEntryOfARefusalHoldsNothingOfAPerson(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ pattern, address, subject, purpose string }{
		{"POST /desk/township/case/{case}/claim/{claim}/{act}", "/desk/township/case/17/claim/5/decide", "case:17 claim:5", "POST /desk/township/case/{case}/claim/{claim}/decide"},
		{"POST /desk/township/case/{case}/{act}", "/desk/township/case/37142619630315002/x%20y", "", "POST /desk/township/case/{case}/{act}"},
		{"POST /desk/people/{person}/reveal", "/desk/people/13905340001/reveal", "", "POST /desk/people/{person}/reveal"},
	} {
		mux := http.NewServeMux()
		mux.HandleFunc(c.pattern, func(_ http.ResponseWriter, r *http.Request) {
			e := refusal(r, staff.Person{ID: 3}, "kin")
			if e.Act != "refusal.kin" || e.Subject != c.subject || e.Purpose != c.purpose || e.Actor.ID != "3" || (e.Case != 0) != (c.subject != "") {
				t.Errorf("%s: %+v", c.address, e)
			}
		})
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodPost, c.address, nil))
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d", c.address, w.Code)
		}
	}
	if isRow("0") || isRow("-3") || isRow("371426196303") || !isRow("9999999999") {
		t.Error("what is the number of a row")
	}
}
