package township

import (
	"net/http"
	"net/url"
	"testing"

	"lianou/core"
)

// An emergency is money unless the form says that things are brought, and then it says which.
//
// Control: goods that does not look at the form: `money, and a word left in the field: "面粉", <nil>`.
func TestGoodsOfAnEmergency(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		form  url.Values
		goods string
		wrong bool
	}{
		"an item that is money only":          {url.Values{}, "", false},
		"money, and a word left in the field": {url.Values{"give": {"money"}, "goods": {"面粉"}}, "", false},
		"flour":                               {url.Values{"give": {"other"}, "goods": {" 面粉 2 袋 "}}, "面粉 2 袋", false},
		"things, and none is named":           {url.Values{"give": {"other"}}, "", true},
	} {
		got, err := doing{r: &http.Request{Form: one.form}}.goods()
		if got != one.goods || (err != nil) != one.wrong || one.wrong && core.KindOf(err) != core.KindInvalid {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
