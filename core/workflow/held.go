package workflow

import (
	"context"
	"slices"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/matching"
	"lianou/core/pg"
)

// held is what the household of a case has already by other cases, in the refs of this one:
// what runs or has just been granted is received, what waits for a decision is open. So
// nothing is proposed or filed a second time, and what is topped up counts as it is paid.
// Its own claims are not among it: they are what is judged.
func (f *Flow) held(ctx context.Context, tx *pg.Tx, c casefile.Case) (matching.Held, error) {
	list, err := f.Cases.Elsewhere(ctx, tx, c)
	if err != nil || len(list) == 0 {
		return matching.Held{}, err
	}
	people, err := f.Cases.People(ctx, tx, c.ID)
	if err != nil {
		return matching.Held{}, err
	}
	return Has(list, people, tx.Now()), nil
}

// Has sorts what people have by other cases into what is received and what is open, in
// the refs of a case or of a household.
func Has(list []casefile.Elsewhere, people []casefile.Member, now time.Time) (out matching.Held) {
	for _, e := range list {
		refs, ours := refsOf(e, people)
		if !ours {
			continue // it is for somebody who is not of this household
		}
		for _, ref := range refs {
			switch {
			case !e.Granted:
				out.Open = append(out.Open, matching.Filed{Item: e.Item, Member: ref})
			case e.Runs(now):
				out.Receiving = append(out.Receiving, matching.Receiving{Item: e.Item, Member: ref, Amount: e.Amount / core.Fen(len(refs)), Per: e.Period})
			}
		}
	}
	return out
}

// refsOf gives the members of this case whom an item is for: "" for the household as a whole.
func refsOf(e casefile.Elsewhere, people []casefile.Member) ([]core.MemberRef, bool) {
	if len(e.Persons) == 0 {
		return []core.MemberRef{""}, true
	}
	var refs []core.MemberRef
	for _, p := range people {
		if slices.Contains(e.Persons, p.Person) {
			refs = append(refs, p.Ref)
		}
	}
	return refs, len(refs) > 0
}
