package matching

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/policy"
)

func matcherOn(t testing.TB, on string) *Matcher {
	t.Helper()
	lib, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	day, err := core.ParseDate(on)
	if err != nil {
		t.Fatal(err)
	}
	book, err := lib.On(day)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Compile(book)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// factsOf builds a household from a base and changes to it. A change's key is a
// path such as "members.0.age"; a nil value takes the key away: not known.
func factsOf(t testing.TB, base string, changes ...map[string]any) core.Household {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal([]byte(bases[base]), &doc); err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		for path, v := range c {
			put(doc, strings.Split(path, "."), v)
		}
	}
	b, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	h, err := core.DecodeHousehold(b)
	if err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return h
}

func put(at any, path []string, v any) {
	switch node := at.(type) {
	case map[string]any:
		if len(path) > 1 {
			put(node[path[0]], path[1:], v)
		} else if v == nil {
			delete(node, path[0])
		} else {
			node[path[0]] = v
		}
	case []any:
		n, _ := strconv.Atoi(path[0])
		put(node[n], path[1:], v)
	}
}

// Two households of one person about whom everything is known.
var bases = map[string]string{
	"poor": `{"on":"2024-03-01","county":"371426","area":"rural","hukou":"local",
		"income_per_capita_month":390,"income_12m":9360,"financial_assets_per_capita":2000,"houses":1,"cars":0,"business_with_staff":false,
		"medical_12m":0,"education_12m":0,"rehab_12m":0,"rigid_12m":0,"house_grade":"B","owns_home":true,"renting":false,"legal_matter":"none",
		"floor_area_per_capita":30,"shocks":[],"statuses":[],"members":[` + person + `]}`,
	"rich": `{"on":"2024-03-01","county":"371426","area":"rural","hukou":"local",
		"income_per_capita_month":6000,"income_12m":72000,"financial_assets_per_capita":90000,"houses":1,"cars":1,"car_value":80000,"business_with_staff":false,
		"medical_12m":0,"education_12m":0,"rehab_12m":0,"rigid_12m":0,"house_grade":"A","owns_home":true,"renting":false,"legal_matter":"none",
		"floor_area_per_capita":30,"shocks":[],"statuses":[],"members":[` + person + `]}`,
}

const person = `{"ref":"m1","relation":"applicant","age":45,"sex":"female","disability":{},"adl_failed":0,"needs_long_term_care":false,
	"work_ability":"full","employment":"employed","unemployed_months":0,"school_stage":"none","orphan":false,"parents":["alive","alive"],
	"illness":"none","self_paid_medical_12m":0,"insurance":"resident","pension":"resident","veteran":false,"union_member":false,
	"lost_only_child":false,"supporter":"capable"}`

type set = map[string]any

func shockOf(kind, date, home string) []any {
	s := map[string]any{"kind": kind, "date": date}
	if home != "" {
		s["damaged_home"] = home
	}
	return []any{s}
}

// Each row is three cases that differ in one fact: with `set` the item is eligible;
// with key changed to bad it is not; with key (or hide) not known it is unknown.
var itemCases = []struct {
	item core.ItemCode
	base string
	set  set
	key  string
	bad  any
	hide string
}{
	{"MZ-01", "poor", nil, "income_per_capita_month", 480, ""},
	{"MZ-01", "poor", nil, "hukou", "other", ""},
	{"MZ-01", "poor", set{"hukou": "permit"}, "hukou", "other", ""},
	{"MZ-01", "poor", set{"financial_assets_per_capita": 11520}, "financial_assets_per_capita", 11520.01, ""},
	{"MZ-01", "poor", nil, "cars", 1, ""},
	{"MZ-01", "poor", nil, "houses", 2, ""},
	{"MZ-01", "poor", nil, "business_with_staff", true, ""},
	// Urban standard of a county 600, of a district 620.
	{"MZ-01", "poor", set{"area": "urban", "income_per_capita_month": 599.99}, "income_per_capita_month", 600, ""},
	{"MZ-01", "poor", set{"area": "urban", "county": "371402", "income_per_capita_month": 619.99}, "income_per_capita_month", 620, ""},
	// By one person: severe in an edge family; adult, severe, without a job.
	{"MZ-01", "poor", set{"income_per_capita_month": 600, "members.0.disability": set{"kind": "limb", "grade": 2}}, "members.0.disability", set{"kind": "limb", "grade": 3}, ""},
	{"MZ-01", "poor", set{"income_per_capita_month": 600, "members.0.disability": set{"kind": "mental", "grade": 3}}, "members.0.disability", set{"kind": "mental", "grade": 4}, ""},
	{"MZ-01", "poor", set{"income_per_capita_month": 600, "members.0.illness": "serious"}, "members.0.illness", "none", ""},
	{"MZ-01", "poor", set{"income_per_capita_month": 1000, "members.0.disability": set{"kind": "limb", "grade": 1}, "members.0.employment": "idle"}, "members.0.employment", "employed", ""},
	{"MZ-02", "poor", set{"members.0.age": 60, "members.0.supporter": "none"}, "members.0.supporter", "capable", ""},
	{"MZ-02", "poor", set{"members.0.age": 60, "members.0.supporter": "incapable"}, "members.0.age", 59, ""},
	{"MZ-02", "poor", set{"members.0.age": 15, "members.0.supporter": "none"}, "members.0.age", 16, ""},
	{"MZ-02", "poor", set{"members.0.supporter": "none", "members.0.disability": set{"kind": "mental", "grade": 3}}, "members.0.disability", set{"kind": "mental", "grade": 4}, ""},
	{"MZ-02", "poor", set{"members.0.supporter": "none", "members.0.disability": set{"kind": "visual", "grade": 1}}, "members.0.disability", set{"kind": "visual", "grade": 2}, ""},
	{"MZ-02", "poor", set{"members.0.supporter": "none", "members.0.disability": set{"kind": "limb", "grade": 2}}, "income_per_capita_month", 480, ""},
	{"MZ-03", "rich", set{"shocks": shockOf("fire", "2023-12-02", "")}, "shocks", shockOf("fire", "2023-12-01", ""), ""},
	{"MZ-03", "poor", set{"shocks": shockOf("job_loss", "2024-03-01", "")}, "shocks", shockOf("job_loss", "2024-03-02", ""), ""},
	{"MZ-04", "poor", set{"rigid_12m": 3744.01}, "rigid_12m", 3744, "income_12m"},
	{"MZ-04", "poor", set{"income_per_capita_month": 1000, "income_12m": 12000, "rigid_12m": 4801, "financial_assets_per_capita": 17280}, "financial_assets_per_capita", 17281, ""},
	{"MZ-04", "poor", set{"income_per_capita_month": 1349, "income_12m": 12000, "rigid_12m": 4801}, "income_per_capita_month", 1350, ""},
	{"MZ-05", "rich", set{"members.0.age": 17, "members.0.orphan": true}, "members.0.orphan", false, ""},
	{"MZ-05", "rich", set{"members.0.age": 17, "members.0.orphan": true}, "members.0.age", 18, ""},
	{"MZ-06", "rich", set{"members.0.age": 9, "members.0.parents": []string{"dead", "in_prison"}}, "members.0.parents", []string{"dead", "alive"}, ""},
	{"MZ-06", "rich", set{"members.0.age": 9, "members.0.parents": []string{"uncontactable_6m", "seriously_ill"}}, "members.0.parents", []string{"dead", "missing"}, ""},
	{"MZ-07", "poor", set{"members.0.disability": set{"kind": "hearing", "grade": 4}}, "members.0.disability", set{}, ""},
	{"MZ-07", "poor", set{"members.0.disability": set{"kind": "hearing", "grade": 4}}, "income_per_capita_month", 480, ""},
	{"MZ-08", "rich", set{"members.0.disability": set{"kind": "limb", "grade": 2}, "members.0.needs_long_term_care": true}, "members.0.disability", set{"kind": "limb", "grade": 3}, ""},
	{"MZ-08", "rich", set{"members.0.disability": set{"kind": "limb", "grade": 2}, "members.0.needs_long_term_care": true}, "members.0.needs_long_term_care", false, ""},
	{"MZ-09", "poor", set{"members.0.age": 60}, "members.0.age", 59, ""},
	{"MZ-09", "poor", set{"members.0.age": 60, "income_per_capita_month": 719.99}, "income_per_capita_month", 720, ""},
	{"MZ-10", "poor", set{"members.0.age": 80}, "members.0.age", 79, ""},
	{"MZ-10", "rich", set{"members.0.age": 90}, "members.0.age", 89, ""},
	{"MZ-10", "rich", set{"members.0.age": 90}, "hukou", "permit", ""},
	{"YB-01", "poor", nil, "members.0.insurance", "employee", ""},
	{"YB-01", "rich", set{"members.0.disability": set{"kind": "limb", "grade": 2}}, "members.0.disability", set{"kind": "limb", "grade": 3}, ""},
	{"YB-01", "poor", set{"income_per_capita_month": 600, "members.0.age": 17}, "members.0.age", 18, ""},
	{"YB-02", "poor", set{"income_per_capita_month": 700}, "income_per_capita_month", 720, ""},
	{"YB-02", "poor", set{"income_per_capita_month": 1000, "income_12m": 12000, "rigid_12m": 7200.01}, "rigid_12m", 7200, "income_12m"},
	{"YB-02", "rich", set{"statuses": []string{"rigid"}}, "statuses", []string{"poor_file"}, ""},
	{"YB-03", "poor", set{"income_per_capita_month": 959, "members.0.self_paid_medical_12m": 4050.01}, "members.0.self_paid_medical_12m", 4050, ""},
	{"YB-03", "poor", set{"income_per_capita_month": 720, "members.0.self_paid_medical_12m": 4050.01}, "income_per_capita_month", 719, ""},
	{"YB-03", "poor", set{"income_per_capita_month": 959, "members.0.self_paid_medical_12m": 4050.01}, "statuses", []string{"edge"}, ""},
	{"ZJ-01", "poor", set{"area": "urban", "floor_area_per_capita": 14.99}, "floor_area_per_capita", 15, ""},
	{"ZJ-01", "poor", set{"area": "urban", "floor_area_per_capita": 14.99}, "area", "rural", ""},
	{"ZJ-02", "poor", set{"area": "urban", "floor_area_per_capita": 12, "renting": true}, "renting", false, ""},
	{"ZJ-03", "poor", set{"house_grade": "C"}, "house_grade", "B", ""},
	{"ZJ-03", "poor", set{"house_grade": "D", "income_per_capita_month": 700}, "houses", 2, ""},
	{"ZJ-04", "poor", nil, "income_per_capita_month", 480, ""},
	{"ZJ-04", "rich", set{"members.0.disability": set{"kind": "speech", "grade": 4}}, "members.0.disability", set{}, ""},
	{"JT-01", "poor", set{"members.0.age": 5, "members.0.school_stage": "preschool"}, "members.0.age", 6, ""},
	{"JT-01", "rich", set{"members.0.age": 3, "members.0.school_stage": "preschool", "members.0.orphan": true}, "members.0.orphan", false, ""},
	{"JT-02", "poor", set{"members.0.age": 9, "members.0.school_stage": "compulsory_day"}, "members.0.school_stage", "none", ""},
	{"JT-02", "rich", set{"members.0.age": 9, "members.0.school_stage": "compulsory_boarding", "statuses": []string{"poor_file"}}, "statuses", []string{}, ""},
	{"JT-03", "poor", set{"members.0.age": 17, "members.0.school_stage": "senior"}, "members.0.school_stage", "vocational", ""},
	{"JT-04", "rich", set{"members.0.age": 17, "members.0.school_stage": "vocational"}, "area", "urban", ""},
	{"RS-01", "poor", set{"members.0.employment": "idle"}, "members.0.employment", "employed", ""},
	{"RS-01", "rich", set{"members.0.employment": "idle"}, "members.0.work_ability", "none", ""},
	{"RS-02", "poor", nil, "members.0.pension", "employee", ""},
	{"RS-02", "poor", set{"members.0.age": 59}, "members.0.age", 60, ""},
	{"CL-01", "rich", set{"members.0.age": 6, "members.0.disability": set{"kind": "hearing", "grade": 2}}, "members.0.age", 7, ""},
	{"CL-02", "rich", set{"members.0.disability": set{"kind": "limb", "grade": 4}}, "members.0.disability", set{}, ""},
	{"CL-03", "poor", set{"members.0.disability": set{"kind": "limb", "grade": 2}}, "members.0.disability", set{"kind": "limb", "grade": 3}, ""},
	{"YJ-01", "rich", set{"shocks": shockOf("disaster", "2023-03-01", "")}, "shocks", shockOf("disaster", "2023-02-28", ""), ""},
	{"YJ-01", "rich", set{"shocks": shockOf("disaster", "2023-07-01", "")}, "shocks", shockOf("fire", "2023-07-01", ""), ""},
	{"YJ-02", "rich", set{"shocks": shockOf("disaster", "2023-07-01", "general")}, "shocks", shockOf("disaster", "2023-07-01", "none"), ""},
	{"YJ-02", "rich", set{"shocks": shockOf("disaster", "2023-07-01", "collapsed")}, "houses", 2, ""},
	{"WJ-01", "rich", set{"members.0.age": 49, "members.0.lost_only_child": true}, "members.0.age", 48, ""},
	{"WJ-01", "rich", set{"members.0.age": 49, "members.0.lost_only_child": true}, "members.0.lost_only_child", false, ""},
	{"SF-01", "poor", set{"legal_matter": "maintenance"}, "legal_matter", "none", ""},
	{"SF-01", "rich", set{"legal_matter": "domestic_violence"}, "legal_matter", "maintenance", ""},
	{"SF-01", "poor", set{"legal_matter": "injury", "income_per_capita_month": 960}, "income_per_capita_month", 960.01, ""},
	{"FP-01", "rich", set{"statuses": []string{"poor_file"}, "members.0.school_stage": "tertiary_vocational"}, "members.0.school_stage", "tertiary", ""},
	{"FP-01", "poor", set{"statuses": []string{"poor_file"}, "members.0.school_stage": "vocational"}, "statuses", []string{"dibao"}, ""},
	{"TY-01", "rich", set{"members.0.veteran": true, "members.0.illness": "serious"}, "members.0.illness", "none", ""},
	{"TY-01", "rich", set{"members.0.veteran": true, "members.0.employment": "idle", "members.0.unemployed_months": 6}, "members.0.unemployed_months", 5, ""},
	{"TY-01", "poor", set{"members.0.veteran": true}, "members.0.veteran", false, ""},
	{"GA-01", "poor", nil, "income_per_capita_month", 480, ""},
	{"FG-01", "poor", nil, "income_per_capita_month", 480, ""},
	{"GH-01", "poor", set{"members.0.union_member": true}, "members.0.union_member", false, ""},
	{"GH-01", "poor", set{"members.0.union_member": true, "income_per_capita_month": 959, "rigid_12m": 1}, "rigid_12m", 0, "income_per_capita_month"},
	{"FL-01", "poor", set{"members.0.illness": "breast_cancer"}, "members.0.illness", "leukaemia", ""},
	{"FL-01", "poor", set{"members.0.illness": "cervical_cancer"}, "members.0.sex", "male", ""},
	{"TW-01", "poor", set{"members.0.age": 19, "members.0.school_stage": "tertiary"}, "members.0.school_stage", "vocational", ""},
	{"HS-01", "poor", set{"members.0.age": 18, "members.0.illness": "leukaemia"}, "members.0.age", 19, ""},
	{"HS-01", "poor", set{"members.0.age": 9, "members.0.illness": "leukaemia", "income_per_capita_month": 1349}, "income_per_capita_month", 1350, ""},
	{"CS-01", "rich", set{"shocks": shockOf("traffic", "2023-03-01", "")}, "shocks", shockOf("traffic", "2023-02-28", ""), ""},
	{"CS-01", "poor", nil, "income_per_capita_month", 720, ""},
}

// TestEveryItemThreeWays is the table above. Control: any change of a bound, an
// operator or a connective in policies/ turns a row red.
func TestEveryItemThreeWays(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	seen := map[core.ItemCode]bool{"MZ-11": true, "MZ-12": true}
	for i, c := range itemCases {
		seen[c.item] = true
		hide := c.hide
		if hide == "" {
			hide = c.key
		}
		for _, want := range []struct {
			outcome Outcome
			change  set
		}{{Eligible, nil}, {NotEligible, set{c.key: c.bad}}, {Unknown, set{hide: nil}}} {
			h := factsOf(t, c.base, c.set, want.change)
			r := m.Explain(&h)
			f := r.Finding(c.item)
			if f.Outcome != want.outcome {
				t.Errorf("row %d %s, %s %v %v: %s, want %s; %v", i, c.item, c.base, c.set, want.change, f.Outcome, want.outcome, texts(f))
			}
		}
	}
	for _, it := range m.Book().Items {
		if !seen[it.Code] {
			t.Errorf("%s has no row", it.Code)
		}
	}
}

func texts(f *Finding) []string {
	var out []string
	for _, r := range f.Reasons {
		out = append(out, r.Outcome.String()+": "+r.Text)
	}
	return out
}

// What has no key in the schema is for people: always open, never no.
func TestTriggersWithoutKeyAreUnknown(t *testing.T) {
	t.Parallel()
	m := matcherOn(t, "2024-03-01")
	for _, base := range []string{"poor", "rich"} {
		h := factsOf(t, base)
		r := m.Explain(&h)
		for _, code := range []core.ItemCode{"MZ-11", "MZ-12"} {
			if f := r.Finding(code); f.Outcome != Unknown || len(f.Missing) != 1 {
				t.Errorf("%s %s: %s, missing %v", base, code, f.Outcome, f.Missing)
			}
		}
	}
}

// From 2026 the province takes every child with a certificate (dated rules).
func TestRulesOfTheDay(t *testing.T) {
	t.Parallel()
	change := set{"members.0.age": 7, "members.0.disability": set{"kind": "hearing", "grade": 2}}
	for on, want := range map[string]Outcome{"2025-12-31": NotEligible, "2026-01-01": Eligible} {
		m := matcherOn(t, on)
		h := factsOf(t, "rich", change, set{"on": on})
		if got := m.Explain(&h); got.Finding("CL-01").Outcome != want {
			t.Errorf("CL-01 on %s: %s, want %s", on, got.Finding("CL-01").Outcome, want)
		}
	}
	// Under seven a diagnosis is enough, and only the clinic's paper tells it: nobody
	// without a certificate is out.
	small := set{"members.0.age": 4, "members.0.disability": set{}}
	for on, want := range map[string]Outcome{"2025-12-31": NotEligible, "2026-01-01": Unknown} {
		m := matcherOn(t, on)
		h := factsOf(t, "rich", small, set{"on": on})
		if got := m.Explain(&h); got.Finding("CL-01").Outcome != want {
			t.Errorf("CL-01 without a certificate on %s: %s, want %s", on, got.Finding("CL-01").Outcome, want)
		}
	}
	// The standard of 2016 was 285 in the country.
	m := matcherOn(t, "2016-07-01")
	h := factsOf(t, "poor", set{"on": "2016-07-01"})
	if got := m.Explain(&h); got.Finding("MZ-01").Outcome != NotEligible {
		t.Errorf("390 yuan in 2016: %s", got.Finding("MZ-01").Outcome)
	}
}

// A child recognised as tekun keeps it to 18 since August 2020, and to 16 before.
// Control: leaving the second row of tekun.keep_age at 16 turns it red.
func TestTekunChildKeepsItByTheLawOfTheDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		on     string
		age    int
		status []any
		want   Outcome
	}{
		{"2020-07-31", 15, []any{"tekun"}, Eligible},
		{"2020-07-31", 17, []any{"tekun"}, NotEligible},
		{"2020-08-01", 17, []any{"tekun"}, Eligible},
		{"2024-03-01", 17, []any{"tekun"}, Eligible},
		{"2024-03-01", 17, []any{}, NotEligible},
		{"2024-03-01", 18, []any{"tekun"}, NotEligible},
	} {
		h := factsOf(t, "poor", set{"on": c.on, "income_per_capita_month": 100, "members.0.age": c.age, "members.0.supporter": "none", "statuses": c.status})
		result := matcherOn(t, c.on).Explain(&h)
		if got := result.Finding("MZ-02"); got.Outcome != c.want {
			t.Errorf("%s, aged %d, %v: %s, want %s: %v", c.on, c.age, c.status, got.Outcome, c.want, texts(got))
		}
	}
}
