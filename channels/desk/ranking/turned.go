package ranking

import (
	"context"
	"net/http"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/registry"
)

var errNoHome = core.E(core.KindNotFound, "not_found", "没有这一户。")

// told answers, of one household of the order whose why somebody opens, what of it was told for
// other people than live in it now. Kin read nothing of it; another place's household is answered
// like one that never was.
func (k *Room) told(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := strconv.ParseInt(r.PathValue("household"), 10, 64)
	if err != nil || id <= 0 {
		return errNoHome
	}
	home, says := core.HouseholdID(id), ""
	err = k.in(r, at, forOrder, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) (err error) {
		says = ""
		kin, err := k.kin(ctx, tx, at, []core.HouseholdID{home})
		if err != nil || kin[home] {
			return err
		}
		if err = k.d.Audit.MayShow(ctx, tx, audit.Shown(why.Actor, "household", 1, func(int) int64 { return id })); err != nil {
			return err
		}
		says, err = k.unasked(ctx, tx, why, home)
		if unlessGone(err) == nil && err != nil {
			return errNoHome
		}
		return err
	})
	if err != nil {
		return err
	}
	return at.Page.Part(w, "ranking", "told", says)
}

// unasked says of what is known of a household today what was told for other people than live in
// it now, "" for nothing. The index and the lead go by it unmarked: who reads why the household
// is here reads it beside. One household is read, never the list.
func (k *Room) unasked(ctx context.Context, tx *pg.Tx, why registry.Purpose, home core.HouseholdID) (string, error) {
	d, err := k.d.Registry.Dossier(ctx, tx, why, home, registry.AsOf{On: tx.Today(), Known: tx.Now()})
	if err != nil {
		return "", err
	}
	members, err := k.d.Registry.Members(ctx, tx, why, home)
	return desk.Unasked(d.Facts, members, tx.Today()), err
}
