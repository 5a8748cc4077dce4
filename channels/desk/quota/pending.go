package quota

import (
	"context"

	"lianou/core"
	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/quota"
	"lianou/core/registry"
)

// pending sorts the households that somebody has to do with now.
func (k *Room) pending(ctx context.Context, tx *pg.Tx, why registry.Purpose, p *roundPage, rows []row, c *quota.Course) error {
	var undoing []row
	for i := range rows {
		one := &rows[i]
		if err := k.acute(ctx, tx, why, one, i < perPage); err != nil {
			return err
		}
		if i < perPage && (one.Outcome == quota.Offered || !one.Waits()) { // of so many open offers each is opened by itself
			if err := k.stands(ctx, tx, why, p, one, c); err != nil {
				return err
			}
		}
		switch {
		case one.Outcome == quota.Offered:
			p.Offers = append(p.Offers, *one)
		case one.Back():
			undoing = append(undoing, *one)
		case one.Waits():
			p.Asked = one
		default:
			p.Turn = one
		}
	}
	p.Undoing = undoing
	return nil
}

// acute reads of a household what became of telling it, and, where so many are not shown
// yet, which number is to be rung, masked.
func (k *Room) acute(ctx context.Context, tx *pg.Tx, why registry.Purpose, one *row, number bool) error {
	if one.Outcome == quota.Offered {
		told, err := notify.Get(ctx, tx, one.Offer.Notice)
		if err != nil {
			return err
		}
		one.Notice = told.State
	}
	if one.Waits() && one.Skip.Notice != 0 { // who has no place is told nothing
		told, err := notify.Get(ctx, tx, one.Skip.Notice)
		if err != nil {
			return err
		}
		one.Heard, one.Till = told.State, one.Skip.Till(told)
	}
	if !number {
		return nil
	}
	members, err := k.d.Registry.Members(ctx, tx, why, one.Household)
	if who := quota.ToRing(members); err == nil && !who.Phone.IsZero() {
		one.Phone, one.Rings = who.Phone, who.Name
	}
	one.Looked = true
	return err
}

// people are the members of staff whom the page names.
func (p *roundPage) people() []core.StaffID {
	ids := []core.StaffID{p.Opener, p.Ender, p.Leaver}
	p.each(func(r *row) {
		if r.Offer != nil {
			ids = append(ids, r.Offer.Maker, r.Offer.Ender)
			for _, t := range r.Offer.Tries {
				ids = append(ids, t.Staff)
			}
		}
		if r.Skip != nil {
			ids = append(ids, r.Skip.Asker, r.Skip.Second)
			for _, v := range r.Skip.Visits {
				ids = append(ids, v.Staff)
			}
		}
		for _, u := range r.Undone {
			ids = append(ids, u.By, u.Second)
		}
	})
	return ids
}

func (p *roundPage) name(names map[core.StaffID]string, me core.StaffID) {
	p.OpenedBy, p.EndedBy, p.LeavingBy = names[p.Opener], names[p.Ender], names[p.Leaver]
	p.each(func(r *row) {
		r.Names = names
		r.Mine = r.Skip != nil && r.Skip.Asker == me
		r.Went = r.Waits() && r.Skip.Went(me)
	})
}

// each walks all rows of the page.
func (p *roundPage) each(do func(*row)) {
	for i := range p.Rows {
		do(&p.Rows[i])
	}
	for i := range p.Offers {
		do(&p.Offers[i])
	}
	for i := range p.Undoing {
		do(&p.Undoing[i])
	}
	if p.Turn != nil {
		do(p.Turn)
	}
	if p.Asked != nil {
		do(p.Asked)
	}
}
