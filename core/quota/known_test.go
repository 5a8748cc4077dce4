package quota_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/quota"
	"lianou/core/registry"
)

// TestWhoIsNotKnownToFitIsOfferedByWhoKnowsThat: of whom the list did not know whether it fits it is
// said by today's facts what is missing, and a place is offered only by who has seen that; it keeps
// its turn, and who turns out to fit is offered one as any other.
//
// Controls: Offer that does not ask ("nothing is known: <nil>, want invalid_sure"); Known that never
// Fits ("asked since, and fits: invalid_sure, want <nil>"); without Against ("asked since, and does not fit: nothing is said of it").
func TestWhoIsNotKnownToFitIsOfferedByWhoKnowsThat(t *testing.T) {
	t.Parallel()
	w := peopled(t)
	fits, open, not := w.each(t)
	for what, c := range map[string]struct {
		home core.HouseholdID
		want error
		says func(quota.Known) bool
	}{
		"nothing is known":              {open, quota.ErrUnsure, func(k quota.Known) bool { return len(k.Missing) > 0 && !k.Fits }},
		"asked since, and fits":         {fits, nil, func(k quota.Known) bool { return k.Fits && len(k.Missing) == 0 }},
		"asked since, and does not fit": {not, quota.ErrUnsure, func(k quota.Known) bool { return len(k.Against) > 0 && len(k.Missing) == 0 }},
		"nobody lives there any more":   {99999999, quota.ErrUnsure, func(k quota.Known) bool { return k.Nobody }},
	} {
		id := w.frozen(t, 1, 2)
		w.root(t, `update quota_entry set household = $2, fits = false where round = $1 and n = 1`, id, int64(c.home))
		w.root(t, `update quota_round set item = 'RS-01' where id = $1`, id)
		if k := w.known(t, id); !k.Asked || !c.says(k) {
			t.Errorf("%s: nothing is said of it: %+v", what, k)
		}
		give := quota.Offering{N: 1, By: w.today(t) + 5}
		if err := w.quota.Offer(t.Context(), w.han, id, give); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
		if c.want != nil {
			if next := w.course(t, id).Offers; len(next) > 0 {
				t.Errorf("%s: offered all the same", what)
			}
			give.Sure = true
			must(t, w.quota.Offer(t.Context(), w.han, id, give))
		}
		if o := w.course(t, id).Offers; len(o) != 1 || o[0].Unsure != (c.want != nil) {
			t.Errorf("%s: it is kept that it was not known: %+v", what, o)
		}
	}
}

// each is a household that fits a post, one of which that is not known, and one that does not fit.
func (w *world) each(t *testing.T) (fits, open, not core.HouseholdID) {
	t.Helper()
	var list quota.List
	w.see(t, func(ctx context.Context, tx *pg.Tx) (err error) {
		list, err = w.quota.Draw(ctx, tx, quota.Round{Item: "RS-01", Area: "371426", Cutoff: tx.Now()})
		return err
	})
	for _, e := range list.Entries {
		if e.Fits && fits == 0 {
			fits = e.Household
		}
		if !e.Fits && open == 0 {
			open = e.Household
		}
	}
	for _, r := range w.ranked(t, w.reg.Regions().Expand("371426")) {
		if !slices.ContainsFunc(list.Entries, func(e quota.Entry) bool { return e.Household == r.Household }) {
			return fits, open, r.Household
		}
	}
	t.Fatal("everybody fits")
	return fits, open, not
}

func (w *world) known(t *testing.T, id int64) (k quota.Known) {
	t.Helper()
	must(t, w.db.Tx(t.Context(), w.han.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		r, err := w.quota.Round(ctx, tx, w.han, id)
		must(t, err)
		list, err := w.quota.Entries(ctx, tx, id, 1, 1)
		must(t, err)
		k, err = w.quota.Known(ctx, tx, registry.Purpose{Actor: audit.Actor{Kind: "staff", ID: "1"}, Why: "quota"}, r, list[0])
		return err
	}))
	return k
}
