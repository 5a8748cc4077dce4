package interview

import (
	"encoding/json"
	"testing"
)

// A line of the summary is found by what people call it, and its new value where they say
// one; a denial alone is no value.
//
// Control: newly that keeps what stands behind 不是; familyNewly that counts nobody.
func TestNamed(t *testing.T) {
	t.Parallel()
	iv := interviewer(t)
	c := iv.Begin(today(), "371426", Known{})
	for step, value := range map[string]string{
		"form/applicant.name": `"张桂兰"`, "houses": "0", "income_12m": "500000", "financial_assets_per_capita": "0", "hukou": `"local"`,
		"members": `[{"relation":"child","sex":"male"}]`, "form/account": "",
	} {
		g := Given{Step: step}
		if value != "" {
			g.Answer.Value = json.RawMessage(value)
		}
		c.Given = append(c.Given, g)
	}
	for _, x := range []struct{ said, ref, value string }{
		{"名字不对", "form/applicant.name", ""},
		{"房子不对", "houses", ""}, {"房子不是0", "houses", ""}, {"房子有两套,不是0", "houses", "2"}, {"房子没有", "houses", "0"},
		{"收入是三千", "income_12m", "3000"}, {"收入不是三千,是五千", "income_12m", "5000"}, {"收入没有三千", "income_12m", ""}, {"收入没有那么多", "income_12m", ""},
		{"存款两万", "financial_assets_per_capita", "20000"}, {"户口在外地", "hukou", ""}, {"银行卡不对", "form/account", ""},
		{"家里四口人,儿子儿媳孙子", "members", `[{"relation":"child","sex":"male"},{"relation":"other","sex":"female"},{"relation":"grandchild","sex":"male"}]`},
		{"家里五口人,儿子儿媳孙子", "members", ""}, {"还有孙子", "members", `[{"relation":"grandchild","sex":"male"}]`}, {"家里人不对", "members", ""},
		{"车有一辆", "", ""}, // nobody was asked
		{"我再想想", "", ""}, {"不同意", "", ""}, {"不对", "", ""},
	} {
		step, a, heard, ok := iv.Named(c, x.said)
		if ok != (x.ref != "") || step.Ref != x.ref || string(a.Value) != x.value || heard != (x.value != "") {
			t.Errorf("%q is %q with %q (%v), want %q with %q", x.said, step.Ref, a.Value, heard, x.ref, x.value)
		}
	}
}
