package people

import (
	"context"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/matching"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/workflow"
)

// havingRow is one item that the household receives or has asked for.
type havingRow struct {
	Name   string
	Who    []string
	Amount core.Fen // 0 for what is no money or is not told
	Per    string
	Word   string
	Tone   string
	Clash  string // why it may not stand beside another one, "" as a rule
}

// has is what the household and its members have by their cases, as far as the officer's
// scope sees.
func (p *Room) has(ctx context.Context, tx *pg.Tx, home core.HouseholdID, members []registry.Member) (matching.Held, error) {
	people := make([]core.PersonID, 0, len(members))
	refs := make([]casefile.Member, 0, len(members))
	for _, m := range members {
		people, refs = append(people, m.Person.ID), append(refs, casefile.Member{Ref: m.Ref, Person: m.Person.ID})
	}
	list, err := p.d.Cases.Has(ctx, tx, home, people)
	return workflow.Has(list, refs, tx.Now()), err
}

// have lists what is received, with its money, and what waits for a decision.
func (page *householdPage) have(t teller, r matching.Result, held matching.Held) {
	page.Swaps = r.Swaps
	for _, one := range held.Receiving {
		row := havingRow{Name: t.title(one.Item), Amount: one.Amount, Per: one.Per, Word: "在领", Tone: "leaf", Who: t.whom(one.Member)}
		for _, c := range r.Clashes {
			if c.Item == one.Item {
				row.Clash = c.Why
			}
		}
		page.Having = append(page.Having, row)
	}
	for _, one := range held.Open {
		page.Having = append(page.Having, havingRow{Name: t.title(one.Item), Word: "在办", Tone: "blue", Who: t.whom(one.Member)})
	}
}

// whom names the member whom something is for, nobody where it is for the household.
func (t teller) whom(ref core.MemberRef) []string {
	if ref == "" {
		return nil
	}
	return t.members([]core.MemberRef{ref})
}

func birthsOf(members []registry.Member) map[core.MemberRef]core.Date {
	out := map[core.MemberRef]core.Date{}
	for _, m := range members {
		if !m.Person.Birth.IsZero() {
			out[m.Ref] = m.Person.Birth
		}
	}
	return out
}
