package e2e

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"lianou/cmd/internal/demo"
)

// aChildIsBorn has an officer register a birth in a household of the register, and sees what
// the running city makes of it (F36): the family counts one more, the household is judged
// again, and its case lies before the officer until somebody has looked.
func aChildIsBorn(t *testing.T, officer *demo.Desk, at, household string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	judged := count(t, `select count(*) from audit_entry where act = 'household.judged'`)
	life := "/desk/people/household/" + household + "/life?for=reported"
	page, err := officer.Open(t.Context(), life+"&kind=birth")
	must(t, err)
	form, err := page.Form("/life")
	must(t, err)
	day := time.Now().In(time.FixedZone("", 8*3600)).Format("2006-01-02")
	page, err = officer.Send(t.Context(), form, url.Values{"name": {"刘小满"}, "sex": {"female"}, "relation": {"grandchild"}, "day": {day}, "proof": {"paper"}})
	must(t, err)
	if !strings.Contains(page.Text(), "生了刘小满") || !strings.Contains(page.Text(), "还没有登记") {
		t.Fatalf("the birth is not tried first: %s", page.Text())
	}
	form, err = page.Form("/life")
	must(t, err)
	_, err = officer.Send(t.Context(), form, nil)
	must(t, err)
	says := func(path, what string) {
		t.Helper()
		for {
			page, err := officer.Open(t.Context(), path)
			must(t, err)
			if strings.Contains(page.Text(), what) {
				return
			}
			must(t, breath(ctx))
		}
	}
	says(life, "生了孩子")
	says(at, "登记以后,家里有了变动")
	says("/desk/township", "先核对再办")
	if _, err := officer.Act(t.Context(), at, "/weigh", url.Values{"reason": {"问过家里,添了一口人"}}); err != nil {
		t.Fatal(err)
	}
	for count(t, `select count(*) from audit_entry where act = 'household.judged'`) == judged {
		must(t, breath(ctx))
	}
}
