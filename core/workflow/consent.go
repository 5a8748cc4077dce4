package workflow

import (
	"context"
	"slices"

	"lianou/core"
	"lianou/core/casefile"
)

// agreement is a household's word on several items at once.
type agreement struct {
	word casefile.Consent // on those that it did not name itself; zero where it named all
}

// agreed holds items to somebody's word: what the household named in its own request was said
// there, for the rest somebody was asked. Errors: those of mayAgree.
func (a *act) agreed(ctx context.Context, items []core.ItemCode, word casefile.Consent) (agreement, error) {
	if !slices.ContainsFunc(items, func(i core.ItemCode) bool { return !slices.Contains(a.c.Asked, i) }) {
		return agreement{}, nil
	}
	if !word.How.Picked() {
		return agreement{}, casefile.ErrNobodyAgreed
	}
	err := a.heard(ctx, &word)
	return agreement{word}, err
}

// heard holds a word to who may give it, names them, and keeps it for the log.
func (a *act) heard(ctx context.Context, word *casefile.Consent) error {
	if err := a.mayAgree(ctx, word); err != nil {
		return err
	}
	a.detail["agreed"] = word.How
	if word.Ref != "" {
		a.detail["agreed_by"] = word.Ref
	}
	return nil
}

func (g agreement) household() string { return agreedTo(g.word) }

func (g agreement) staff() string {
	if g.word.How == "" {
		return ",都是申请时点名的"
	}
	return "," + g.word.Say()
}

const neverAsked = "没人问过您家,马上打 12345。"

// agreedTo tells a household whose word an item was filed on: whoever never gave it says so at once.
func agreedTo(word casefile.Consent) string {
	if word.How == "" {
		return ""
	}
	return "没点名的几项是问过以后报的:" + word.Say() + "。" + neverAsked
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

// mayAgree holds the word of the family to a member who is there and grown up, and the word of who acts
// for it to somebody who does, or to the guardian of a child that asks. Errors: casefile.ErrNobodyAgreed,
// ErrMinorAgrees, ErrAgeUnknown, ErrNobodyActs.
func (a *act) mayAgree(ctx context.Context, word *casefile.Consent) error {
	if (word.How == casefile.AgreedFamily) != (word.Ref != "") {
		return casefile.ErrNobodyAgreed
	}
	if word.How != casefile.AgreedFamily && word.How != casefile.AgreedActing {
		return nil
	}
	facts, err := a.f.Cases.Facts(ctx, a.tx, a.c.ID, a.c.FactsVersion)
	if err != nil {
		return err
	}
	people, err := a.f.Cases.MeansPeople(ctx, a.tx, a.c)
	if err != nil {
		return err
	}
	if word.How == casefile.AgreedActing {
		return a.mayAct(facts, people)
	}
	i := slices.IndexFunc(people, func(p casefile.MeansPerson) bool { return string(p.Ref) == word.Ref })
	switch relation := relationOf(facts, core.MemberRef(word.Ref)); {
	case i < 0 || relation == "" || relation == "applicant":
		return casefile.ErrNobodyAgreed
	case people[i].Minor:
		return casefile.ErrMinorAgrees
	case !people[i].Aged && (relation == "child" || relation == "grandchild"):
		return casefile.ErrAgeUnknown
	}
	word.Name = people[i].Name
	return nil
}

// mayAct: somebody stands who may act for the household, or a child asks.
func (a *act) mayAct(facts casefile.Facts, people []casefile.MeansPerson) error {
	if a.all.Agents > 0 || slices.ContainsFunc(people, func(p casefile.MeansPerson) bool { return p.Minor && relationOf(facts, p.Ref) == "applicant" }) {
		return nil
	}
	return casefile.ErrNobodyActs
}

// relationOf is what a member is to who asks; "" for nobody of the facts.
func relationOf(facts casefile.Facts, ref core.MemberRef) core.Relation {
	for _, m := range facts.Household.Members {
		if m.Ref == ref {
			return m.Relation
		}
	}
	return ""
}
