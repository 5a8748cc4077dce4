package matching_test

import (
	"encoding/json"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/matching"
	"lianou/core/policy"
)

// told is what one item says of a household, and how near it is.
func told(t *testing.T, item core.ItemCode, facts string) (said string, laws []string) {
	t.Helper()
	books, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	book, err := books.On(core.NewDate(2026, 9, 1))
	if err != nil {
		t.Fatal(err)
	}
	m, err := matching.Compile(book)
	if err != nil {
		t.Fatal(err)
	}
	var h core.Household
	if err := json.Unmarshal([]byte(facts), &h); err != nil {
		t.Fatal(err)
	}
	h.On = core.NewDate(2026, 9, 1)
	r := m.Explain(&h)
	f := r.Finding(item)
	for _, x := range f.Reasons {
		said, laws = said+x.Text, append(laws, x.Law)
	}
	for _, who := range f.Members {
		for _, x := range who.Reasons {
			said, laws = said+x.Text, append(laws, x.Law)
		}
	}
	return said + m.Nearest(&h, &r, matching.Wish{Item: item}).Text, laws
}

// TestLegalAidSaysWhatIsMissing: where nobody has a matter for the courts, legal aid says that
// and not that "this matter" goes by the income.
// Control: the sentence as it was ("这件事要看收入").
func TestLegalAidSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	const none = `{"county":"371426","area":"rural","legal_matter":"none","income_per_capita_month":90000,"members":[{"ref":"m","relation":"applicant","age":50}]}`
	said, _ := told(t, "SF-01", none)
	if strings.Contains(said, "这件事") || !strings.Contains(said, "没有要打官司的事") {
		t.Errorf("of no matter: %s", said)
	}
}

// TestEachItemCitesItsOwnLaw: that somebody lives in the country is asked by the law of what is
// given: heating by that of the disabled, a school's grant by that of schools.
// Control: one condition for all three ("ZJ-04 cites 农村危房改造有关规定").
func TestEachItemCitesItsOwnLaw(t *testing.T) {
	t.Parallel()
	const home = `{"county":"371426","area":"rural","members":[{"ref":"m","relation":"applicant","age":17,"school_stage":"vocational","disability":{"kind":"limb","grade":2}}]}`
	for _, item := range []core.ItemCode{"ZJ-04", "JT-04"} {
		said, laws := told(t, item, home)
		if all := strings.Join(laws, ";"); strings.Contains(all, "危房") || !strings.Contains(said, "家在农村") {
			t.Errorf("%s cites %s: %s", item, all, said)
		}
	}
	if _, laws := told(t, "ZJ-03", home); !strings.Contains(strings.Join(laws, ";"), "农村危房改造有关规定") {
		t.Errorf("ZJ-03 cites %v", laws)
	}
}
