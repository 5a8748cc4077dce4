package casefile

import (
	"slices"
	"testing"

	"lianou/core"
	"lianou/core/policy"
)

// What another member of the household is, has or does is not told to who asks "why not me": reasons of
// theirs are left out, an item about a person stands as it does for the asker, and what would have to be
// otherwise is told only where it tells of nobody else. Who is alone reads all that is theirs.
//
// Controls: mayRead true ("a reason of another member: … 您的女儿(9 岁)得了白血病"); the finding's outcome in
// place of the asker's own ("an item that fits another: eligible"); Near without its look at NearOf ("near
// by another member: …"); fitsAnother false ("beside an item that fits another: …"); swap and clash shown;
// the first member where the asker is not clear; a yes with Others ("what made a yes is not told: …").
func TestOthersAreNotTold(t *testing.T) {
	t.Parallel()
	house := Reason{Code: "savings_low", Outcome: "not_eligible", Text: "平均每人存款 15,000 元。", Fact: "financial_assets_per_capita"}
	mine := Reason{Code: "severe", Outcome: "not_eligible", Text: "您本人没有一级或二级残疾证。", Member: "m1", Fact: "members/m1/disability"}
	hers := Reason{Code: "leukaemia", Outcome: "not_eligible", Text: "您的女儿(9 岁)得了白血病。", Member: "m2", Fact: "members/m2/illness"}
	tekun := Reason{Code: "status.tekun", Outcome: "not_eligible", Text: "按现在的情况算,家里有人符合特困人员。", Fact: "statuses"}
	dropped := Reason{Outcome: "dropped", Text: "同一个人低保和特困只能享受一样。"}
	me := Asker{Ref: "m1"}
	fitsHer := Finding{Item: "HS-01", Outcome: "eligible", Reasons: []Reason{{Outcome: "already", Text: "你们已经在领白血病孩子救助,不用再办。"}},
		Members: []Standing{{"m1", "not_eligible", []Reason{mine}}, {"m2", "eligible", []Reason{hers}}}}
	for _, c := range []struct {
		name    string
		who     Asker
		list    []Finding
		texts   []string // of the last finding shown
		outcome string   // "" for nothing shown
		near    string
		others  bool
	}{
		{"of the household and one's own", me, []Finding{{Item: "MZ-01", Outcome: "not_eligible", Reasons: []Reason{house, mine}}}, []string{house.Text, mine.Text}, "not_eligible", "", false},
		{"a reason of another member", me, []Finding{{Item: "MZ-01", Outcome: "not_eligible", Reasons: []Reason{house, mine, hers}}}, []string{house.Text, mine.Text}, "not_eligible", "", true},
		{"what made a yes is not told", me, []Finding{{Item: "MZ-01", Outcome: "eligible", Reasons: []Reason{{Outcome: "eligible", Text: "户口在德州。"}, {Outcome: "eligible", Text: hers.Text, Member: "m2"}}}}, []string{"户口在德州。"}, "eligible", "", false},
		{"a condition of the household that tells of one of it", me, []Finding{{Item: "MZ-04", Outcome: "not_eligible", Reasons: []Reason{house, tekun}}}, []string{house.Text}, "not_eligible", "", true},
		{"an item that fits another", me, []Finding{fitsHer}, []string{mine.Text}, "not_eligible", "", true},
		{"one's own yes", Asker{Ref: "m2"}, []Finding{fitsHer}, []string{hers.Text}, "eligible", "", true},
		{"who one is is not clear", Asker{}, []Finding{fitsHer}, nil, "", "", false},
		{"who one is is not clear, of the household", Asker{}, []Finding{{Item: "MZ-01", Outcome: "not_eligible", Reasons: []Reason{house, mine}}}, []string{house.Text}, "not_eligible", "", true},
		{"judged before members were kept", me, []Finding{{Item: "MZ-08", Outcome: "eligible", Reasons: []Reason{hers}}}, nil, "", "", false},
		{"a law suit", me, []Finding{{Item: "SF-01", Outcome: "eligible", Reasons: []Reason{house}}}, nil, "", "", false},
		{"a law suit, alone", Asker{"m1", true}, []Finding{{Item: "SF-01", Outcome: "eligible", Reasons: []Reason{house}}}, nil, "", "", false},
		{"alone", Asker{"m1", true}, []Finding{{Item: "MZ-01", Outcome: "not_eligible", Reasons: []Reason{house, mine, tekun, dropped}, Near: "就差一样。"}},
			[]string{house.Text, mine.Text, tekun.Text, dropped.Text}, "not_eligible", "就差一样。", false},
		{"beside an item of the household", me, []Finding{{Item: "ZJ-01", Outcome: "eligible", Reasons: []Reason{dropped}}}, []string{dropped.Text}, "eligible", "", false},
		{"beside an item that fits another", me, []Finding{fitsHer, {Item: "MZ-01", Outcome: "eligible", Reasons: []Reason{dropped}}}, nil, "eligible", "", false},
		{"what they receive that goes with nothing", me, []Finding{{Item: "MZ-01", Outcome: "eligible", Reasons: []Reason{{Outcome: "swap", Text: "你们在领特困。"}, {Outcome: "clash", Text: "特困人员不再领。"}}}}, nil, "eligible", "", false},
		{"near by the household", me, []Finding{{Item: "MZ-01", Outcome: "not_eligible", Reasons: []Reason{house}, Near: "存款多 3,480 元。", NearOf: []core.MemberRef{"", "m1"}}}, []string{house.Text}, "not_eligible", "存款多 3,480 元。", false},
		{"near by another member", me, []Finding{{Item: "MZ-01", Outcome: "not_eligible", Reasons: []Reason{house}, Near: "您的女儿有残疾证就行。", NearOf: []core.MemberRef{"", "m2"}}}, []string{house.Text}, "not_eligible", "", false},
		{"near by somebody", me, []Finding{{Item: "MZ-01", Outcome: "not_eligible", Reasons: []Reason{house}, Near: "这一项给特困以外的人。", NearOf: []core.MemberRef{NearSomebody}}}, []string{house.Text}, "not_eligible", "", false},
		{"near, by whom was not kept", me, []Finding{{Item: "MZ-01", Outcome: "not_eligible", Reasons: []Reason{house}, Near: "就差一样。"}}, []string{house.Text}, "not_eligible", "", false},
		{"near of a person, one's own too: nobody else is nearer", me, []Finding{{Item: "FP-01", Outcome: "not_eligible", Near: "您本人去上中职。", NearOf: []core.MemberRef{"m1"},
			Members: []Standing{{"m1", "not_eligible", []Reason{mine}}, {"m2", "not_eligible", []Reason{hers}}}}}, []string{mine.Text}, "not_eligible", "", true},
	} {
		var got OwnFinding
		if shown := Others(c.list, c.who); len(shown) > 0 && shown[len(shown)-1].Item == c.list[len(c.list)-1].Item {
			got = shown[len(shown)-1]
		}
		var texts []string
		for _, r := range got.Reasons {
			texts = append(texts, r.Text)
		}
		if !slices.Equal(texts, c.texts) || got.Outcome != c.outcome || got.Near != c.near || got.Others != c.others {
			t.Errorf("%s: %s %q near %q, others %t", c.name, got.Outcome, texts, got.Near, got.Others)
		}
		if got.Members != nil || got.Missing != nil || got.Benefit.For != nil || got.NearOf != nil {
			t.Errorf("%s: more than reasons goes out: %+v", c.name, got)
		}
	}
}

// Every item of the Book that asks for a law suit is left out of the page, and what asks whether somebody
// is 特困, has died or lives in the street is known to tell of one person.
//
// Controls: Withheld false ("SF-01 asks legal_matter and is shown"); TellsOfSomebody without its codes
// ("tekun_recognised tells of one person").
func TestEveryItemOfALawSuitIsWithheld(t *testing.T) {
	t.Parallel()
	books, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	book, err := books.On(core.NewDate(2026, 11, 1))
	if err != nil {
		t.Fatal(err)
	}
	asks := func(n *policy.Node, fact policy.FactID) (found bool) {
		var walk func(n *policy.Node)
		walk = func(n *policy.Node) {
			if n == nil {
				return
			}
			found = found || n.Kind == policy.NodeTest && n.Test.Fact == fact
			for _, kid := range n.Kids {
				walk(kid)
			}
		}
		walk(n)
		return found
	}
	seen := 0
	for _, it := range book.Items {
		if asks(it.When, policy.LegalMatter) || asks(it.Person, policy.LegalMatter) {
			if seen++; !Withheld(it.Code) {
				t.Errorf("%s asks legal_matter and is shown", it.Code)
			}
		}
	}
	if seen == 0 {
		t.Error("no item asks legal_matter: this sees nothing")
	}
	for _, x := range book.Tests {
		if of := x.Fact; slices.Contains([]policy.FactID{policy.LegalMatter, policy.RecognisedTekun, policy.LivingRough, policy.DeathInFamily}, of) && !TellsOfSomebody(x.Name, of.Of().Path) {
			t.Errorf("%s tells of one person", x.Name)
		}
	}
}
