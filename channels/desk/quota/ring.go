package quota

import (
	"context"
	"net/http"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/quota"
	"lianou/core/registry"
)

// errNoPhone is of a household of whom no number is known; errNothing of one about which
// nobody has to ring.
var (
	errNoPhone = core.E(core.KindNotFound, "quota_no_phone", "他家没有登记电话。请上门。")
	errNothing = core.E(core.KindConflict, "quota_nothing_to_ask", "他家现在没有要打电话问的事。请刷新再看。")
)

// phone shows the number of a household that is to be rung, in full: a reveal as every other,
// with its reason, its limit and its entry, and only while there is something to ask.
func (k *Room) phone(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	n, err := entryOf(r, "n")
	if err != nil {
		return err
	}
	if err := k.stranger(r, at, id, n); err != nil {
		return err
	}
	plain := ""
	err = k.in(r, at, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		e, err := k.d.Quota.Asks(ctx, tx, at.Staff, id, n)
		if err != nil {
			return err
		}
		if e == 0 {
			return errNothing
		}
		members, err := k.d.Registry.Members(ctx, tx, why, e)
		if err != nil {
			return err
		}
		who := quota.ToRing(members)
		if who.Phone.IsZero() {
			return errNoPhone
		}
		plain, err = k.d.Registry.Reveal(ctx, tx, why, registry.Look{Person: who.ID, Field: registry.FieldPhone, Reason: r.FormValue("reason")})
		return err
	})
	if err != nil {
		return err
	}
	return at.Page.Part(w, "quota", "revealed", plain)
}
