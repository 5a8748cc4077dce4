package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/registry"
)

// ErrParent is the answer to approving an item that follows another which was not
// granted: it would give what only the other's grant entitles to.
var ErrParent = core.E(core.KindConflict, "parent_not_granted", "这一项要先有前面那一项才能批,前面那一项没批。请退回重提。")

// recognise writes down the status that an approval gives (低保, 特困 ...): in the
// case, so that what follows from it is judged on it, and in the register, so that
// the next request finds it. Both name the decision as their source.
func (a *act) recognise(ctx context.Context, d casefile.Decision) error {
	book, err := a.f.Books.On(a.tx.Today())
	if err != nil {
		return err
	}
	for i := range book.Statuses {
		if book.Statuses[i].GrantedBy == a.claim.Item {
			return a.hold(ctx, core.Status(book.Statuses[i].Key), "decision:"+formatID(d.ID))
		}
	}
	return nil
}

func (a *act) hold(ctx context.Context, status core.Status, source string) error {
	// 1. The case: a new version of the facts, judged.
	old, err := a.f.Cases.Facts(ctx, a.tx, a.c.ID, a.c.FactsVersion)
	if err != nil {
		return err
	}
	next := casefile.Facts{Household: old.Household, Provenance: maps.Clone(old.Provenance), Cause: "decision", By: a.actor.Staff}
	next.Household.Statuses = with(old.Household.Statuses, status)
	next.Provenance["statuses"] = core.Provenance{Said: source, By: "desk", At: a.tx.Now().UTC(), Staff: a.actor.Staff}
	if next, err = a.f.Cases.AddFacts(ctx, a.tx, a.c.ID, next); err != nil {
		return err
	}
	if err := a.f.judge(ctx, a.tx, a.c, next, nil); err != nil {
		return err
	}
	if a.c.Household == 0 {
		return nil
	}
	// 2. The register.
	why := registry.Purpose{Actor: a.actor.Audit(), Why: "claim.decided", Case: a.c.ID, Application: a.c.Application}
	known, _, err := a.f.Registry.Facts(ctx, a.tx, why, a.c.Household, a.tx.Today())
	if errors.Is(err, registry.ErrNoHousehold) {
		return nil // moved out of this area meanwhile
	}
	if err != nil {
		return err
	}
	facts, err := json.Marshal(map[string]any{"statuses": with(known.Statuses, status)})
	if err != nil {
		return err
	}
	return a.f.Registry.Learn(ctx, a.tx, why, a.c.Household, 0, registry.Sheet{Source: source, ValidFrom: a.tx.Today(), Confidence: 100, Facts: facts})
}

// with adds a status to those a household holds.
func with(held *[]core.Status, status core.Status) *[]core.Status {
	var list []core.Status
	if held != nil {
		list = slices.Clone(*held)
	}
	if !slices.Contains(list, status) {
		list = append(list, status)
	}
	return &list
}
