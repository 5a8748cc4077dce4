package people

import (
	"context"
	"maps"
	"slices"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/twins"
	"lianou/core/staff"
)

// unionRow is one time that two rows were found to be one person: who said so, when and why.
type unionRow struct {
	Pair int64
	Name string // of whom, where a page is about several
	At   time.Time
	Said []unionWord // empty where it was said in another township
	Else string      // where the other row stands, for whom that may be told; "" in the same township
	Open bool        // whoever looks may open the pair, and undo it there
	// Parting tells that somebody asks for it to be undone and another has to agree; Asked who,
	// when and why, nil where that was said in another township.
	Parting bool
	Asked   *unionWord
}

type unionWord struct {
	Who, Reason string
	At          time.Time
	staff       core.StaffID
}

// unions lists where people found two rows to be one person, of people by their ids, with the
// name to say of each.
func (p *Room) unions(ctx context.Context, tx *pg.Tx, at desk.At, people map[core.PersonID]string) ([]unionRow, error) {
	list, err := p.d.Twins.Unions(ctx, tx, slices.Collect(maps.Keys(people)))
	var out []unionRow
	for _, u := range list {
		row := unionRow{Pair: u.ID, Name: people[u.Person], At: u.Found, Else: p.otherPlace(at, u.Pair), Open: at.Has(staff.Officer, staff.Approver, staff.County)}
		for _, w := range u.Words {
			row.Said = append(row.Said, unionWord{Reason: w.Reason, At: w.At, staff: w.Staff})
		}
		if row.Parting = u.Waits == twins.WaitsApart; u.Asked != nil {
			row.Asked = &unionWord{Reason: u.Asked.Reason, At: u.Asked.At, staff: u.Asked.Staff}
		}
		out = append(out, row)
	}
	return out, err
}

// otherPlace names the township of the other row to who may see the people of that one too: to
// others it would tell where somebody lived whom they have no business with.
func (p *Room) otherPlace(at desk.At, u twins.Pair) string {
	if u.OtherTown == u.Town || !at.Staff.Covers(u.OtherTown) {
		return ""
	}
	return p.d.Regions.FullName(u.OtherTown)
}

// unionsIn lists them of the members of a household.
func (p *Room) unionsIn(ctx context.Context, tx *pg.Tx, at desk.At, list []registry.Member) ([]unionRow, error) {
	people := map[core.PersonID]string{}
	for _, m := range list {
		people[m.Person.ID] = m.Person.Name
	}
	return p.unions(ctx, tx, at, people)
}

func (p *Room) nameUnions(ctx context.Context, rows []unionRow) error {
	var ids []core.StaffID
	for _, row := range rows {
		for _, w := range row.Said {
			ids = append(ids, w.staff)
		}
		if row.Asked != nil {
			ids = append(ids, row.Asked.staff)
		}
	}
	slices.Sort(ids)
	names, err := p.d.Staff.Names(ctx, slices.Compact(ids)...)
	for _, row := range rows {
		for i, w := range row.Said {
			row.Said[i].Who = names[w.staff]
		}
		if row.Asked != nil {
			row.Asked.Who = names[row.Asked.staff]
		}
	}
	return err
}
