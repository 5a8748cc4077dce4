package workflow

import (
	"context"
	"slices"

	"lianou/core"
	"lianou/core/casefile"
)

// agreement is what the timeline says of a household's word on several items.
type agreement struct {
	word casefile.Consent // on those that it did not name itself; zero where it named all
}

// agreement holds items to somebody's word: what the household named in its own request was said
// there, for the rest somebody was asked. Errors: casefile.ErrNobodyAgreed, ErrMinorAgrees.
func (a *act) agreement(ctx context.Context, items []core.ItemCode, word casefile.Consent) (agreement, error) {
	if !slices.ContainsFunc(items, func(i core.ItemCode) bool { return !slices.Contains(a.c.Asked, i) }) {
		return agreement{}, nil
	}
	if !word.How.Picked() {
		return agreement{}, casefile.ErrNobodyAgreed
	}
	a.detail["agreed"] = word.How
	return agreement{word}, a.mayAgree(ctx, word)
}

func (g agreement) household() string { return agreedTo(g.word) }

func (g agreement) staff() string {
	if g.word.How == "" {
		return ",都是申请时点名的"
	}
	return "," + g.word.Say()
}

// agreedTo tells a household whose word an item was filed on: whoever never gave it says so at once.
func agreedTo(word casefile.Consent) string {
	if word.How == "" {
		return ""
	}
	return "没点名的几项是问过以后报的:" + word.Say() + "。没人问过您家,马上打 12345。"
}

// wordOn is the word on one item, in force from now: an item that the household named was said in
// its request.
func (a *act) wordOn(item core.ItemCode, word casefile.Consent) casefile.Consent {
	if slices.Contains(a.c.Asked, item) {
		return casefile.Consent{How: casefile.AgreedApplying, At: a.c.FirstContact}
	}
	word.At = a.tx.Now()
	return word
}

// mayAgree holds the word of the family to a member who is there and grown up.
func (a *act) mayAgree(ctx context.Context, word casefile.Consent) error {
	if (word.How == casefile.AgreedFamily) != (word.Ref != "") {
		return casefile.ErrNobodyAgreed
	}
	if word.Ref == "" {
		return nil
	}
	facts, err := a.f.Cases.Facts(ctx, a.tx, a.c.ID, a.c.FactsVersion)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(facts.Household.Members, func(m core.Member) bool { return string(m.Ref) == word.Ref })
	if i < 0 || facts.Household.Members[i].Relation == "applicant" {
		return casefile.ErrNobodyAgreed
	}
	if age := facts.Household.Members[i].Age; age != nil && *age < adult {
		return casefile.ErrMinorAgrees
	}
	return nil
}

// adult is the age from which somebody speaks for their household (民法典第十七条).
const adult = 18
