package desk

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/registry"
	"lianou/core/wording"
)

// Form is what the request template shows: the fields in the order staff ask for
// them, filled with what was typed so far.
type Form struct {
	Key        string
	Values     url.Values
	Places     Places
	Capacities []wording.Option
	Ways       []wording.Option // by which somebody may be told first
	Household  []Answer         // what settles most
	Rarely     []Answer         // folded away: few families need it
	Shock      []Answer
	Members    []MemberRow
}

// Heard lists the seconds that fields were heard in, so that a page opened again keeps
// them, and what was put in once is not put in again.
func (f Form) Heard() (names []string) {
	for name := range f.Values {
		if strings.HasPrefix(name, "heard.") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Answer is one field with its label, unit and closed answers.
type Answer struct {
	wording.Fact
	Name, Value string
	Date        bool
}

// MemberRow is one member's block; empty ones after the first stay folded.
type MemberRow struct {
	At, Title, Name, IDNumber string
	Open                      bool
	Answers, Rarely           []Answer
}

// Places is the three linked lists of where somebody lives.
type Places struct {
	Counties, Townships, Villages []wording.Option
	County, Township, Village     string
}

// Get gives what was typed into a field.
func (f Form) Get(name string) string { return f.Values.Get(name) }

// Has reports whether a tick of that value was set.
func (f Form) Has(name, value string) bool { return slices.Contains(f.Values[name], value) }

// The fields in the order a talk has them: what settles most items first.
var (
	householdAsked = []string{"area", "hukou", "income_per_capita_month", "income_12m", "financial_assets_per_capita", "houses", "cars",
		"business_with_staff", "rigid_12m", "medical_12m"}
	householdRarely = []string{"car_value", "education_12m", "rehab_12m", "house_grade", "owns_home", "renting", "floor_area_per_capita", "legal_matter"}
	shockAsked      = []string{"shocks.kind", "shocks.date", "shocks.loss", "shocks.damaged_home"}
	memberAsked     = []string{"relation", "age", "sex", "disability.kind", "disability.grade", "adl_failed", "needs_long_term_care", "illness", "self_paid_medical_12m",
		"work_ability", "employment"}
	memberRarely = []string{"unemployed_months", "school_stage", "insurance", "pension", "supporter", "orphan", "parents", "veteran", "union_member", "lost_only_child"}
)

// formRows is how many member blocks a fresh form shows.
const formRows = 6

// Asked lists the facts in the order staff ask for them: of the household, and of
// each member. Pages that show facts keep to it.
func Asked() (household, member []string) {
	household = slices.Concat(householdAsked, householdRarely, []string{"statuses", "shocks"}, shockAsked)
	return household, slices.Concat(memberAsked, []string{"disability"}, memberRarely)
}

// Confirmed lays out the fields by which people who were there confirm or correct
// what is known: of the household under h., of a member under the given prefix. An
// empty field says "as before". Recognised statuses are for those who grant them.
func Confirmed(at string) (household, member []Answer) {
	household = answers(nil, "h.", slices.Concat(householdAsked, householdRarely, shockAsked), wording.HouseholdFact)
	return household, answers(nil, at, slices.Concat(memberAsked, memberRarely), wording.MemberFact)
}

// NewForm lays out the form over what was typed.
func NewForm(v url.Values, places *registry.Regions) Form {
	f := Form{Key: v.Get("key"), Values: v, Places: PlacesOf(v, places), Capacities: Capacities(), Ways: ways()}
	f.Household = answers(v, "h.", householdAsked, wording.HouseholdFact)
	f.Rarely = answers(v, "h.", householdRarely, wording.HouseholdFact)
	f.Shock = answers(v, "h.", shockAsked, wording.HouseholdFact)
	for i := range formRows {
		f.Members = append(f.Members, memberRow(v, i))
	}
	return f
}

func memberRow(v url.Values, i int) MemberRow {
	at := "m" + strconv.Itoa(i) + "."
	row := MemberRow{At: at, Title: fmt.Sprintf("第 %d 口人", i+1), Name: v.Get(at + "name"), IDNumber: v.Get(at + "id_number")}
	if row.Name != "" {
		row.Title += " · " + row.Name
	}
	row.Open = i == 0 || row.Name != ""
	row.Answers = answers(v, at, memberAsked, wording.MemberFact)
	row.Rarely = answers(v, at, memberRarely, wording.MemberFact)
	return row
}

// answers lays out fields under a prefix. Where "asked, and there is none" is an
// answer of its own, it stands first.
func answers(v url.Values, at string, keys []string, named func(string) (wording.Fact, bool)) []Answer {
	var out []Answer
	for _, key := range keys {
		fact, _ := named(key)
		switch key {
		case "shocks.kind":
			fact.Options = append([]wording.Option{{Value: "none", Word: "没有出事"}}, fact.Options...)
		case "disability.kind":
			fact.Options = append([]wording.Option{{Value: "none", Word: "没有残疾证"}}, fact.Options...)
		}
		out = append(out, Answer{Fact: fact, Name: at + key, Value: v.Get(at + key), Date: key == "shocks.date"})
	}
	return out
}

// PlacesOf fills the linked lists for what is chosen so far. A township that is
// not in the chosen county falls away.
func PlacesOf(v url.Values, places *registry.Regions) Places {
	p := Places{County: v.Get("live.county"), Township: v.Get("live.township"), Village: v.Get("live.village")}
	if core.RegionCode(p.Township).County() != core.RegionCode(p.County) {
		p.Township = ""
	}
	if core.RegionCode(p.Village).Township() != core.RegionCode(p.Township) || p.Township == "" {
		p.Village = ""
	}
	p.Counties = options(places, core.DezhouCity)
	if p.County != "" {
		p.Townships = options(places, core.RegionCode(p.County))
	}
	if p.Township != "" {
		p.Villages = options(places, core.RegionCode(p.Township))
	}
	return p
}

func options(places *registry.Regions, of core.RegionCode) []wording.Option {
	var out []wording.Option
	for _, r := range places.Children(of) {
		out = append(out, wording.Option{Value: string(r.Code), Word: r.Name})
	}
	return out
}

func ways() (list []wording.Option) {
	for _, w := range wording.Ways() {
		list = append(list, wording.Option{Value: string(w.Value), Word: w.Asked})
	}
	return list
}

// Capacities are the ways somebody speaks for a household, in words.
func Capacities() []wording.Option {
	return []wording.Option{
		{Value: "self", Word: "本人"}, {Value: "member", Word: "一起住的家人"}, {Value: "guardian", Word: "监护人"},
		{Value: "entrusted", Word: "受托的人"}, {Value: "committee", Word: "村(居)委会"}, {Value: "official", Word: "主动发现"}}
}
