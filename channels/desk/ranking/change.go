package ranking

import (
	"context"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/staff"
)

// changeLink leads to the case where a change of an item is proposed.
type changeLink struct {
	Item string
	Case core.CaseID
}

// mayChange reports whether who reads the page has the room that the links lead to.
func mayChange(at desk.At) bool { return at.Has(staff.Officer, staff.Approver, staff.County) }

// changes are the cases in which what a lead lost is received, as far as the officer sees.
func (k *Room) changes(ctx context.Context, tx *pg.Tx, at desk.At, of string) ([]changeLink, error) {
	id, err := strconv.ParseInt(of, 10, 64)
	if err != nil || !mayChange(at) {
		return nil, nil
	}
	since, err := k.d.Watch.Since(ctx, tx, id)
	if core.KindOf(err) == core.KindNotFound && err != nil {
		return nil, nil // of another place
	}
	if err == nil {
		err = k.notKin(ctx, tx, at, since.Household)
	}
	if err != nil {
		return nil, err
	}
	living, err := k.d.Registry.Living(ctx, tx, []core.HouseholdID{since.Household})
	if err != nil {
		return nil, err
	}
	var people []core.PersonID
	for person := range living {
		people = append(people, person)
	}
	book, err := k.d.Books.On(tx.Today())
	if err != nil {
		return nil, err
	}
	var items []core.ItemCode
	for i := range book.Items {
		if since.Items.Has(book.Items[i].No) {
			items = append(items, book.Items[i].Code)
		}
	}
	list, err := casefile.ChangingOf(ctx, tx, since.Household, people, items)
	if err == nil && len(list) > 0 {
		err = k.d.Audit.Write(ctx, tx, audit.Entry{Actor: desk.ActorOf(at), Act: "household.read", Purpose: forLeads, Region: since.Region,
			Detail: map[string]any{"household": since.Household, "shown": []string{"received"}}})
	}
	var out []changeLink
	for _, c := range list {
		out = append(out, changeLink{book.Title(c.Item), c.Case})
	}
	return out, err
}
