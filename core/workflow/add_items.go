package workflow

import (
	"context"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/policy"
)

// AddItems files further items of a case in one act: what the household may be
// due and nobody had filed, or what it asks for by name.
type AddItems struct {
	Case   core.CaseID
	Items  []core.ItemCode
	Agreed casefile.Consent // who of the household said yes, and how; its time is now
}

// ErrFiled is the answer to adding only what is on its way already.
var ErrFiled = core.E(core.KindConflict, "already_filed", "这几项都已经在办了。")

// AddItems files them: proposed while the case is open, agreed at once after it
// was accepted. It is also the way in for what an emergency left behind, which
// accepted the case for one item. Whoever asks may file, whatever the finding
// (domain.md 1.3); without the household's yes nothing is filed.
func (f *Flow) AddItems(ctx context.Context, actor casefile.Actor, in AddItems) error {
	on := target{name: casefile.ActAddItem, trace: "claim.added", id: in.Case}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if len(in.Items) == 0 {
			return core.Invalid("items", "请至少勾一项本人同意办的事。")
		}
		// Before the case is accepted the items are on the list alone: whoever accepts it asks.
		filed := !a.c.Accepted.IsZero()
		if filed && !in.Agreed.How.Picked() {
			return casefile.ErrNobodyAgreed
		}
		if filed {
			if err := a.heard(ctx, &in.Agreed); err != nil {
				return err
			}
			in.Agreed.At = a.tx.Now()
		}
		book, err := f.Books.On(a.tx.Today())
		if err != nil {
			return err
		}
		// 1. A claim for each, where there was none.
		if err := a.missing(ctx, book, in.Items); err != nil {
			return err
		}
		// 2. Those that wait for a yes have it now.
		names, err := a.wanted(ctx, book, in.Items, in.Agreed)
		if err != nil {
			return err
		}
		if len(names) == 0 {
			return ErrFiled
		}
		a.detail["items"] = in.Items
		list := strings.Join(names, "、")
		if !filed {
			return a.event(ctx, "claim.added", "要看的事里加了"+list+"。", "加到要受理的单子上:"+list)
		}
		return a.event(ctx, "claim.added", "加办了"+list+"。"+in.Agreed.Say()+"。"+neverAsked, in.Agreed.Say()+",加办:"+list)
	})
}

// wanted takes the claims of these items on and names them; those that are on
// their way already stay as they are.
func (a *act) wanted(ctx context.Context, book *policy.Book, items []core.ItemCode, word casefile.Consent) ([]string, error) {
	claims, err := a.f.Cases.Claims(ctx, a.tx, a.c.ID)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, c := range claims {
		fresh := !slices.ContainsFunc(a.all.Claims, func(old casefile.Claim) bool { return old.ID == c.ID })
		if !slices.Contains(items, c.Item) || !fresh && c.State != casefile.ClaimProposed && c.State != casefile.ClaimWithdrawn {
			continue
		}
		if c.State == casefile.ClaimProposed && !fresh && a.c.Accepted.IsZero() {
			continue // on the list for the acceptance already
		}
		if c.State == casefile.ClaimWithdrawn { // not wanted at first
			if err := a.f.Cases.MoveClaim(ctx, a.tx, c, casefile.ClaimProposed); err != nil {
				return nil, err
			}
			c.State = casefile.ClaimProposed
		}
		if !a.c.Accepted.IsZero() {
			if _, err := a.take(ctx, book, c, word); err != nil {
				return nil, err
			}
		}
		names = append(names, c.Name)
	}
	return names, nil
}
