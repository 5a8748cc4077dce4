package ranking

import (
	"context"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
)

// unasked says of what is known of a household today what was told for other people than live in
// it now, "" for nothing. The index and the lead go by it unmarked: who reads why the household
// is here reads it beside. One household is read, never the list.
func (k *Room) unasked(ctx context.Context, tx *pg.Tx, why registry.Purpose, home core.HouseholdID) (string, error) {
	d, err := k.d.Registry.Dossier(ctx, tx, why, home, registry.AsOf{On: tx.Today(), Known: tx.Now()})
	if err != nil {
		return "", unlessGone(err)
	}
	members, err := k.d.Registry.Members(ctx, tx, why, home)
	return desk.Unasked(d.Facts, members, tx.Today()), err
}
