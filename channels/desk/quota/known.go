package quota

import (
	"context"
	"errors"
	"slices"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/quota"
	"lianou/core/registry"
	"lianou/core/wording"
)

// having is what a household has already of what is shared out, or is offered elsewhere.
type having struct {
	quota.Having
	Theirs bool // the other list is for who looks to open
}

// stands reads what stands in the way of giving a household a place: that it has one, and that
// nobody knows whether it fits.
func (k *Room) stands(ctx context.Context, tx *pg.Tx, why registry.Purpose, p *roundPage, one *row, c *quota.Course) error {
	has, err := k.d.Quota.Has(ctx, tx, p.Round, one.Entry, c)
	if err != nil {
		return err
	}
	one.Has = nil
	for _, h := range has {
		one.Has = append(one.Has, having{h, h.Round != 0 && k.d.Quota.Holds(p.who, h.Area)})
	}
	return k.lacks(ctx, tx, why, p.Round, one)
}

// lacks reads what is to be asked of a household of which it is not known whether it fits, and of
// any what was told for other people than live in it now.
func (k *Room) lacks(ctx context.Context, tx *pg.Tx, why registry.Purpose, r quota.Round, one *row) (err error) {
	if one.Fit, err = k.d.Quota.Known(ctx, tx, why, r, one.Entry); err != nil {
		return err
	}
	told := one.Fit.Turned
	if !one.Fit.Asked {
		if told, err = k.turned(ctx, tx, why, one.Household); err != nil {
			return err
		}
	}
	if len(one.Fit.Missing) == 0 && len(told) == 0 {
		return nil
	}
	members, err := k.d.Registry.Members(ctx, tx, why, one.Household)
	one.Lacks, one.Unasked = questions(one.Fit.Missing, members), desk.Unasked(told, members, tx.Today())
	return err
}

// turned reads what of a household counts everybody and was told before somebody came or left. The
// list knew that it fits; by what it stands where it stands may be another figure now.
func (k *Room) turned(ctx context.Context, tx *pg.Tx, why registry.Purpose, home core.HouseholdID) ([]registry.Fact, error) {
	d, err := k.d.Registry.Dossier(ctx, tx, why, home, registry.AsOf{On: tx.Today(), Known: tx.Now()})
	if errors.Is(err, registry.ErrNoHousehold) || errors.Is(err, registry.ErrBeyond) {
		return nil, nil // the row says elsewhere what became of them
	}
	return slices.DeleteFunc(d.Facts, func(f registry.Fact) bool { return len(f.Turned) == 0 }), err
}

// questions says paths of facts as people ask for them; of whom, where there are several.
func questions(paths []string, members []registry.Member) (out []string) {
	names := map[core.MemberRef]string{}
	for _, m := range members {
		names[m.Ref] = m.Person.Name
	}
	for _, path := range paths {
		words := wording.FactLabel(path)
		if rest, inside := strings.CutPrefix(path, "members/"); inside {
			ref, _, _ := strings.Cut(rest, "/")
			if name := names[core.MemberRef(ref)]; name != "" && len(names) > 1 {
				words = name + ":" + words
			}
		}
		if !slices.Contains(out, words) {
			out = append(out, words)
		}
	}
	return out
}

// Bars is why a place cannot be given to the row now, as the reason to pass it over; "" for
// nothing that bars.
func (r row) Bars() (why quota.Reason) {
	for _, h := range r.Has {
		switch {
		case h.Parted:
		case h.Open && why == "":
			why = quota.Elsewhere
		case !h.Open && !h.Cleared:
			why = quota.Had
		}
	}
	return why
}

// Parted reports whether somebody of theirs left a household that took one.
func (r row) Parted() bool {
	return slices.ContainsFunc(r.Has, func(h having) bool { return h.Parted })
}

// Parts are the parts of the index that were not asked in full at the cut-off.
func (r row) Parts() []string {
	if r.Fit.Asked {
		return r.Missing()[1:]
	}
	return r.Missing()
}
