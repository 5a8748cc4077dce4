package workflow

import (
	"context"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/wording"
)

// TellFirst writes down by which way who is told of a case wants to be told first (F69), as they said it to
// a member of staff at a door that shows no more of a case than its household sees, and gives what to say to
// them. It orders the ways and takes none away. Errors: KindInvalid for a way that is none.
func (f *Flow) TellFirst(ctx context.Context, actor casefile.Actor, id core.CaseID, way core.ChannelName) (promise string, err error) {
	err = f.DB.Tx(ctx, pg.Regions(actor.Regions...), func(ctx context.Context, tx *pg.Tx) error {
		c, err := f.Cases.Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		person, err := f.Cases.OpenPerson(ctx, tx, c)
		if err != nil {
			return err
		}
		of := core.Contact{CitizenID: person.Citizen, Phone: person.Phone, Staff: actor.Staff, Way: way}
		if err := f.Outbox.WishAnew(ctx, tx, of); err != nil {
			return err
		}
		promise = wording.ToldFirst(way)
		if err := f.Cases.AddEvent(ctx, tx, casefile.Event{Case: c.ID, Kind: "contact.wished", Actor: actor, Staff: "问过怎么告诉:" + promise}); err != nil {
			return err
		}
		e := entry("contact.wished", c, map[string]any{"way": way})
		e.Actor = actor.Audit()
		return f.Audit.Write(ctx, tx, e)
	})
	return promise, err
}
