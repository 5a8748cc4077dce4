package township

import (
	"strings"
	"testing"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
)

// TestWholeStanding: behind the two sentences of a finding stands every condition, of the item
// and of each member: its word, value, limit, law and the source of its fact; what the household
// has already stands apart, and never becomes an officer's reason. A grade is 一级 in each of
// them, also where the case keeps "1 级".
// Control: leave the members out of whole. Red by the grades as they were: "the condition is
// {… 残疾证是 1 级。 … 1 … 1 到 2 …}", "the officer is offered "您的孩子(31 岁)的残疾证是 1 级。"".
func TestWholeStanding(t *testing.T) {
	t.Parallel()
	age := 31
	v := casefile.View{Members: []casefile.Member{{Ref: "m1", Name: "周桂兰"}, {Ref: "m2", Name: "周小山"}}}
	v.Facts.Household.Members = []core.Member{{Ref: "m1", Relation: "applicant"}, {Ref: "m2", Relation: "child", Age: &age}}
	v.Facts.Provenance = map[string]core.Provenance{"members/m2/disability": {Said: "registry:disability"}}
	grade := casefile.Reason{Outcome: "eligible", Text: "您的孩子(31 岁)的残疾证是 1 级。", Member: "m2", Fact: "members/m2/disability", Value: "1", Limit: "1 到 2", Law: "国发〔2015〕52号"}
	none := casefile.Reason{Outcome: "not_eligible", Text: "您本人没有残疾证。", Member: "m1", Fact: "members/m1/disability"}
	f := casefile.Finding{Item: "MZ-08", Outcome: "eligible", Reasons: []casefile.Reason{grade, {Outcome: "already", Text: "你们已经在领护理补贴,不用再办。"}},
		Members: []casefile.Standing{{Member: "m1", Outcome: "not_eligible", Reasons: []casefile.Reason{none}}, {Member: "m2", Outcome: "eligible", Reasons: []casefile.Reason{grade}}}}
	v.Findings = []casefile.Finding{f}
	rows := tellerOf(v).whole(v, f)
	if len(rows) != 3 || rows[1].Who != "周桂兰" || rows[1].Word != "不符合" || rows[2].Who != "周小山(31 岁)" || rows[2].Word != "符合" {
		t.Fatalf("the standings are %+v", rows)
	}
	one := rows[2].Rows[0]
	if one.Value != "一级" || one.Limit != "一级到二级" || one.Text != "周小山(31 岁)的残疾证是一级。" || one.Law == "" || one.Source == "" || one.Word != "符合" {
		t.Errorf("the condition is %+v", one)
	}
	if source := rows[1].Rows[0].Source; source != "" {
		t.Errorf("a fact nobody told has the source %q", source)
	}
	if has := havings(f); len(has) != 1 || has[0].Outcome != "already" || len(rows[0].Rows) != 1 {
		t.Errorf("what the household has already: %+v", has)
	}
	if says := reasonFor(v, casefile.Claim{Item: "MZ-08"}); says != "您的孩子(31 岁)的残疾证是一级。" {
		t.Errorf("the officer is offered %q", says)
	}
}

// A status that follows from what is recorded is no word of the list that names another one, nor is
// what has to be had first; who is on the list, and what was judged before reasons had codes, reads
// the list as before. What comes to 0 says so, and whom alone it is for by name.
//
// Controls: conditions without the code ("reckoned: 民政局 …"); listed that says no ("listed"); alone
// with the household's words ("whom").
func TestAStatusThatIsReckonedNamesNoList(t *testing.T) {
	t.Parallel()
	age := 44
	v := casefile.View{Members: []casefile.Member{{Ref: "m1", Name: "周桂兰"}, {Ref: "m2", Name: "王大军"}, {Ref: "m3"}}}
	v.Facts.Household.Members = []core.Member{{Ref: "m1", Relation: "applicant"}, {Ref: "m2", Relation: "spouse", Age: &age}, {Ref: "m3", Relation: "child"}}
	v.Facts.Household.Statuses = &[]core.Status{"edge"}
	v.Facts.Provenance = map[string]core.Provenance{"statuses": {Said: "registry:civil"}}
	from := func(code, outcome string) string {
		return tellerOf(v).conditions(v, []casefile.Reason{{Code: code, Outcome: outcome, Text: "算。", Fact: "statuses"}})[0].Source
	}
	list := from("", "eligible")
	if list == "" || list == desk.Unlisted {
		t.Fatalf("before codes: %q", list)
	}
	for name, c := range map[string]struct{ code, outcome, want string }{
		"reckoned":    {"status.dibao", "eligible", desk.Unlisted},
		"listed":      {"status.edge", "eligible", list},
		"is none":     {"status.dibao", "not_eligible", list},
		"comes first": {"after MZ-01", "eligible", ""},
		"a condition": {"income_below_edge", "eligible", list},
	} {
		if got := from(c.code, c.outcome); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	for want, who := range map[string][]core.MemberRef{"只给王大军,不是全家(按单人户办)。": {"m2"}, "只给申请人的孩子,不是全家(按单人户办)。": {"m3"}, "": nil} {
		if got := tellerOf(v).alone(who); got != strings.Replace(want, "王大军", "王大军(44 岁)", 1) {
			t.Errorf("whom: %q, want %q", got, want)
		}
	}
}

// What only says which item comes first is no reason for the household, whatever fact it names;
// and the item that comes first is named as people call it, whichever it is.
// Control: let waits look for a reason without a fact; write 随低保 for every one.
func TestWhatComesFirstIsNamed(t *testing.T) {
	t.Parallel()
	first := casefile.Reason{Outcome: "eligible", Text: "先把特困(五保)办下来,这一项跟着就能办。", Fact: "statuses"}
	carried := casefile.Reason{Outcome: "eligible", Text: "按现在的情况算,家里有人符合特困人员。", Fact: "statuses"}
	f := casefile.Finding{Item: "GA-01", Outcome: "eligible", After: "MZ-02", Reasons: []casefile.Reason{first, carried}}
	p := casePage{View: casefile.View{Findings: []casefile.Finding{{Item: "MZ-02", Name: "特困人员救助供养", Outcome: "eligible"}, f}}}
	if says := reasonFor(p.View, casefile.Claim{Item: "GA-01"}); says != carried.Text {
		t.Errorf("the officer is offered %q", says)
	}
	for _, want := range []string{"随特困人员救助供养", "随特困(五保)"} {
		p.Fitting = nil
		if p.sortFindings(); p.Fitting[1].Word != want {
			t.Errorf("it is %q, want %q", p.Fitting[1].Word, want)
		}
		p.View.Claims = []casefile.Claim{{Item: "MZ-02", Everyday: "特困(五保)"}}
	}
}
