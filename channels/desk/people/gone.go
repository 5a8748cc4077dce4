package people

import (
	"context"
	"errors"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
)

// goneRow says that somebody died or left the city, with the event that says so.
type goneRow struct {
	registry.Departure
	Teller string
	May    bool     // who reads it may take the event back
	Row    eventRow // the event; none where it is beyond the scope
}

// Word is what became of them and when.
func (g goneRow) Word() string {
	if g.Kind == registry.EventDeath {
		return "已去世," + g.Day.SayWhole()
	}
	return "已搬出德州," + g.Day.SayWhole()
}

// Eve is the last day on which they were there.
func (g goneRow) Eve() core.Date { return g.Day - 1 }

// age is how old somebody is; of the dead, how old they were.
func (g *goneRow) age(birth, today core.Date) string {
	if g == nil || g.Kind != registry.EventDeath || birth.IsZero() {
		return ageOf(birth, today)
	}
	return "去世时 " + ageOf(birth, g.Day)
}

// gone gives who of some people died or left the city.
func (p *Room) gone(ctx context.Context, tx *pg.Tx, people ...registry.Person) (map[core.PersonID]*goneRow, error) {
	var ids []core.PersonID
	for _, one := range people {
		if one.Household == 0 {
			ids = append(ids, one.ID)
		}
	}
	left, err := p.d.Registry.Departures(ctx, tx, ids...)
	out := map[core.PersonID]*goneRow{}
	for id, d := range left {
		out[id] = &goneRow{Departure: d}
	}
	return out, err
}

// nameGone names who registered that somebody is gone.
func (p *Room) nameGone(ctx context.Context, g *goneRow) error {
	if g == nil {
		return nil
	}
	names, err := p.d.Staff.Names(ctx, staffOf(g.By))
	if g.Teller = tellerIn(names, g.By); err != nil {
		return err
	}
	row := []eventRow{g.Row}
	err = p.nameTellers(ctx, row)
	g.Row = row[0]
	return err
}

// toldOf reads by what it is told that somebody is gone, and who wants that taken back.
func (p *Room) toldOf(ctx context.Context, tx *pg.Tx, why registry.Purpose, at desk.At, g *goneRow, who registry.Person) error {
	if g == nil || !g.May {
		return nil
	}
	e, err := p.d.Life.Event(ctx, tx, why, g.Event)
	if errors.Is(err, registry.ErrNoEvent) { // beyond the scope
		return nil
	}
	if err != nil {
		return err
	}
	events := []registry.Event{e}
	if err := p.unsaidToKin(ctx, tx, at, []registry.Member{{Person: who}}, events); err != nil {
		return err
	}
	g.Row = eventRows(events, why.Actor, tx.Now())[0]
	return nil
}

// emptied fills in the page of a household of which nobody is left, with what happened in it:
// by mistake as by fate, so the way back stands there. Errors: ErrNoHousehold for one in
// which nothing ever happened.
func (p *Room) emptied(ctx context.Context, tx *pg.Tx, why registry.Purpose, at desk.At, page *householdPage) error {
	life := lifePage{Asked: page.Asked, Home: page.Home, MayUndo: page.MayTell}
	if err := p.lives(ctx, tx, why, at, &life); err != nil {
		return err
	}
	if len(life.Events) == 0 || !life.Empty {
		return registry.ErrNoHousehold
	}
	page.Life, page.Name = &life, life.Name
	home, err := p.d.Registry.Home(ctx, tx, page.Home)
	page.Place = p.d.Regions.FullName(lowest(registry.Person{Region: home.Region, Village: home.Village}))
	return err
}

// then fills in the page of a household of a day before, as it was known at a moment: who
// lived there and what was known of all of them.
func (p *Room) then(ctx context.Context, tx *pg.Tx, why registry.Purpose, page *householdPage) error {
	if _, err := p.d.Registry.Home(ctx, tx, page.Home); err != nil {
		return err
	}
	members, err := p.d.Registry.MembersAsOf(ctx, tx, why, page.Home, page.As.both())
	if errors.Is(err, registry.ErrNoHousehold) || err == nil && len(members) == 0 {
		page.As.Before = true
		return nil
	}
	if err != nil {
		return err
	}
	if err = p.mayShow(ctx, tx, why, members); err != nil {
		return err
	}
	page.MayAsk = false // what is corrected is what stands today
	page.Name, page.Members = calledAfter(members), memberRows(members, 0, page.As.On)
	page.Groups, err = p.groups(ctx, tx, why, view{page.Home, page.As, page.Asked, false}, members, registry.Person{})
	return err
}

// view is of which household somebody is shown the facts, as of when, for what, and whether
// they may write down what nobody has said.
type view struct {
	home  core.HouseholdID
	as    asOf
	asked asked
	may   bool
}

// groups lays what was known of a household and of one of its people.
func (p *Room) groups(ctx context.Context, tx *pg.Tx, why registry.Purpose, of view, members []registry.Member, who registry.Person) ([]factGroup, error) {
	d, err := p.d.Registry.Dossier(ctx, tx, why, of.home, of.as.both())
	if err != nil {
		return nil, err
	}
	told, err := p.d.Registry.Past(ctx, tx, why, of.home, of.as.both())
	if err != nil {
		return nil, err
	}
	groups := groupsOf(known{d.Household, d.Sources, factsByPath(d), told, members, of.as.Known, of.asked, of.may && !of.as.Past()}, who)
	groups[len(groups)-1].Note = incomesOf(d).apart() // the household's is the last
	return groups, nil
}

// view is which page a household is shown by.
func (page householdPage) view() desk.View {
	v := desk.View{Room: "people", Name: "household", Title: page.Name + "家"}
	switch {
	case page.As.Past():
		v.Name = "household-then"
	case page.Life != nil:
		v.Name = "household-empty"
	}
	return v
}
