package quota_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lianou/channels/browsertest"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/staff"
)

// TestWhatWasToldForOthersIsMarkedAtAPlace: who gives a place, or writes down an answer, reads what
// of the household was told for other people than live in it now and who came since, of one of
// whom the list knew that it fits as of one of whom it did not; of a household in which nobody
// came or left nothing is said, and the place may be given as before.
//
// Controls, seen red: lacks that ends where nothing is missing ("of whom it was known"); Known
// without Turned ("of whom it was not").
func TestWhatWasToldForOthersIsMarkedAtAPlace(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	to := h.begun(t)
	home := h.several(t)
	h.super(t, fmt.Sprintf(`update quota_entry set household = -household where household = %[1]d; update quota_entry set household = %[1]d, fits = true, claim = null where n = 1`, home))
	const mark = "是家里人变动以前登记的,没有核对过:"
	if _, body := h.ask(t, county, to, nil); strings.Contains(body, mark) {
		t.Error("before anybody came: it is marked")
	}
	h.super(t, fmt.Sprintf(`update membership set since = (now() at time zone 'Asia/Shanghai')::date - 1 where household = %[1]d and until is null and person = (select max(person) from membership where household = %[1]d and until is null and relation <> 'applicant')`, home))
	says := func(what string) {
		t.Helper()
		_, body := h.ask(t, county, to, nil)
		_, rest, found := strings.Cut(body, mark)
		sentence, _, _ := strings.Cut(rest, "</p>")
		if !found || !strings.HasPrefix(sentence, h.today(t).AddDate(0, 0, -1).Say()+"多了") || !strings.HasSuffix(sentence, "要重新问。") || !strings.Contains(body, fmt.Sprintf("/desk/people/household/%d?for=check", home)) {
			t.Errorf("%s: %v %q", what, found, sentence)
		}
	}
	says("of whom it was known")
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	tab := browsertest.Start(t).Tab(t)
	tab.Laptop()
	tab.Open(site.URL + "/desk/login")
	tab.Fill("input[name=login]", county)
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	tab.Open(site.URL + to)
	tab.Faultless()
	tab.View("desk-quota-turned-1440", 1440, 900)
	tab.Touchscreen(360)
	tab.Faultless()
	tab.Whole()
	tab.Legible()
	tab.Shot("desk-quota-turned-phone")
	h.does(t, county, to+"/offer", url.Values{"n": {"1"}, "by": {h.today(t).AddDate(0, 0, 7).String()}})
	says("whose answer is awaited")
	h.super(t, `delete from quota_offer; update quota_entry set fits = false where n = 1`)
	says("of whom it was not")
}

// several is a household of the list in which several live and somebody told an income.
func (h *house) several(t *testing.T) (home core.HouseholdID) {
	t.Helper()
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select e.household from quota_entry e where e.round = 1
			and (select count(*) from membership m where m.household = e.household and m.until is null) > 1
			and exists (select from household_sheet s where s.household = e.household and s.facts ? 'income_per_capita_month') order by e.n limit 1`).Scan(&home)
	}))
	return home
}
