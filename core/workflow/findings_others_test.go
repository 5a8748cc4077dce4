package workflow

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/matching"
	"lianou/core/policy"
)

// What the real Book says of a household to one member of it holds nothing of another one, whatever that
// one is: neither a word of them, nor does an item about a person stand otherwise because of them.
//
// Controls: tellsOf without st.Member, NearOf not asked (both "MZ-01 of 1200 … 您的女儿"); mayRead true (36
// lines); own with the finding's outcome ("MZ-08 stands otherwise"); Near of a person told, as it was first
// ("MZ-06 stands otherwise": it says who is the nearest).
func TestNothingOfAnotherMemberIsTold(t *testing.T) {
	t.Parallel()
	books, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	book, err := books.On(core.NewDate(2026, 11, 1))
	if err != nil {
		t.Fatal(err)
	}
	m, err := matching.Compile(book)
	if err != nil {
		t.Fatal(err)
	}
	judged := func(income, hers string) ([]casefile.Finding, []casefile.OwnFinding) {
		var h core.Household
		facts := `{"on":"2026-11-01","county":"371424","area":"rural","hukou":"local","income_per_capita_month":` + income + `,"income_12m":40000,"financial_assets_per_capita":1000,"houses":1,"cars":0,"business_with_staff":false,
			"rigid_12m":1000,"house_grade":"B","owns_home":true,"renting":false,"legal_matter":"domestic_violence","shocks":[],"statuses":[],"members":[
			{"ref":"m1","relation":"applicant","age":45,"sex":"male","disability":{},"work_ability":"full","employment":"employed","illness":"none","school_stage":"none","insurance":"resident","pension":"resident","veteran":false,"union_member":false,"supporter":"capable","orphan":false},
			{"ref":"m2","relation":"child","sex":"female",` + hers + `}]}`
		if err := json.Unmarshal([]byte(facts), &h); err != nil {
			t.Fatal(err)
		}
		list := found(m, &h, matching.Held{})
		return list, casefile.Others(list, casefile.Asker{Ref: "m1"})
	}
	spelt := func(o casefile.OwnFinding) string {
		raw, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	told := 0
	for _, income := range []string{"500", "1200", "2000", "30000"} {
		_, plain := judged(income, `"age":9,"illness":"none","disability":{}`)
		for _, hers := range []string{
			`"age":9,"illness":"leukaemia","disability":{"kind":"mental","grade":1},"needs_long_term_care":true`,
			`"age":19,"illness":"breast_cancer","disability":{"kind":"limb","grade":2},"employment":"idle","work_ability":"none","supporter":"none"`,
			`"age":15,"orphan":false,"parents":["missing","prison"],"school_stage":"vocational","disability":{}`,
			`"age":66,"supporter":"none","veteran":true,"union_member":true,"lost_only_child":true`,
			`"age":19,"illness":"none","disability":{"kind":"limb","grade":2},"employment":"employed"`,
			`"age":null`,
		} {
			all, own := judged(income, hers)
			for _, o := range own {
				text := spelt(o)
				if strings.Contains(text, "您的女儿") || strings.Contains(text, "m2") || strings.Contains(text, "家里人") || o.Item == "SF-01" {
					t.Errorf("%s of %s, %s: %s", o.Item, income, hers, text)
				}
				f := all[slices.IndexFunc(all, func(f casefile.Finding) bool { return f.Item == o.Item })]
				if raw := spelt(casefile.OwnFinding{Finding: f}); strings.Contains(raw, "您的女儿") {
					told++
				}
				i := slices.IndexFunc(plain, func(p casefile.OwnFinding) bool { return p.Item == o.Item })
				if len(f.Members) > 0 && (i < 0 || spelt(plain[i]) != text && !byStatus(plain[i], o)) {
					t.Errorf("%s stands otherwise for the asker because of %s: %s", o.Item, hers, text)
				}
			}
		}
	}
	if told < 100 {
		t.Errorf("only %d findings told of her: this sees too little", told)
	}
}

// byStatus reports whether two findings of a person differ by what the household is alone, such as that it
// would be 低保 now, which it reads of itself anyway.
func byStatus(a, b casefile.OwnFinding) bool {
	of := func(o casefile.OwnFinding) bool {
		return slices.ContainsFunc(o.Reasons, func(r casefile.Reason) bool { return strings.HasPrefix(r.Code, "status.") })
	}
	return of(a) || of(b)
}
