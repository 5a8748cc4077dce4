package quota

import (
	"context"
	"net/http"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/quota"
	"lianou/core/registry"
	"lianou/core/staff"
)

// townHome is the page of who rings and visits for rounds of others.
const townHome = "/desk/quota/town"

// townPage is what the officers of a township have to do for rounds of their county or the
// city.
type townPage struct {
	Said   string
	Rounds []townRound
}

// townRound are the households of one round that somebody has to ring or to visit.
type townRound struct {
	quota.Round
	Rows []row
}

// town lists whom somebody of a township has to ring or to visit.
func (k *Room) town(w http.ResponseWriter, r *http.Request, at desk.At) error {
	said := desk.Said(w, r)
	var p townPage
	err := k.in(r, at, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		p = townPage{Said: said}
		list, err := k.d.Quota.Errands(ctx, tx, at.Staff)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			_, err := k.rows(ctx, tx, why, nil, nil) // the look at nothing stands in the log as well
			return err
		}
		for _, e := range list {
			rows, err := k.rows(ctx, tx, why, e.Entries, &e.Course)
			if err != nil {
				return err
			}
			for i := range rows {
				if v := rows[i].Head.Village; v != "" { // whoever goes there needs to know where
					rows[i].Where = k.d.Registry.Regions().FullName(v)
				}
				if err := k.acute(ctx, tx, why, &rows[i], i < perPage); err != nil {
					return err
				}
				if i < perPage && rows[i].Outcome == quota.Offered {
					if err := k.lacks(ctx, tx, why, e.Round, &rows[i]); err != nil {
						return err
					}
				}
			}
			p.Rounds = append(p.Rounds, townRound{e.Round, rows})
		}
		return nil
	})
	if err != nil {
		return err
	}
	names, err := k.d.Staff.Names(r.Context(), p.people()...)
	if err != nil {
		return err
	}
	for i := range p.Rounds {
		for j := range p.Rounds[i].Rows {
			p.Rounds[i].Rows[j].Names = names
		}
	}
	return at.Page.Show(w, at, desk.View{Room: "quota", Name: "town", Title: "名额:要去问的"}, p)
}

// people are the members of staff whom the page names.
func (p *townPage) people() (ids []core.StaffID) {
	for i := range p.Rounds {
		one := roundPage{Rows: p.Rounds[i].Rows}
		ids = append(ids, one.people()...)
	}
	return ids
}

// back is the page from which somebody acts on a household of a round.
func back(at desk.At, id int64) string {
	if at.Has(staff.County, staff.City) {
		return home(id)
	}
	return townHome
}
