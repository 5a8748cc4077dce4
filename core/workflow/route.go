package workflow

import (
	"context"
	"fmt"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/routing"
	"lianou/core/wording"
)

// Route gives a case to an officer and a village assistant of the township where
// the household lives, and starts the clock of acceptance.
func (f *Flow) Route(ctx context.Context, job Route) error {
	var c casefile.Case
	moved := false
	err := f.DB.Tx(ctx, pg.Job(job.Region), func(ctx context.Context, tx *pg.Tx) (err error) {
		c, err = f.Cases.ByApplication(ctx, tx, job.Application)
		if core.KindOf(err) == core.KindNotFound {
			return nil // sent on before this ran; the job of that move has it
		}
		if err != nil {
			return err
		}
		if c, err = f.Cases.Lock(ctx, tx, c.ID); err != nil {
			return err
		}
		if !c.Routed.IsZero() || c.State != casefile.CaseOpen && c.State != casefile.CaseReturned {
			return nil // routed by an earlier run, or a person was faster
		}
		moved = true
		// 1. Only the county is known: its centre sorts by hand, nobody guesses (F51).
		if routing.Sorting(c.Region) {
			return f.toSorting(ctx, tx, c)
		}
		// 2. Who has least in hand, and until when it must be accepted.
		to, err := f.Routing.Pick(ctx, tx, c)
		if err != nil {
			return err
		}
		if err := f.Cases.Route(ctx, tx, c, to.Routing); err != nil {
			return err
		}
		if c.AcceptDue.IsZero() {
			due := casefile.Deadline{Case: c.ID, Kind: casefile.DeadlineAccept, Due: to.AcceptDue}
			if err := f.Cases.SetDeadline(ctx, tx, due); err != nil {
				return err
			}
		}
		if err := f.Cases.MoveApplication(ctx, tx, c.Application, casefile.ApplicationRouted); err != nil {
			return err
		}
		// 3. The household is told where its request is and under which number.
		err = f.Cases.AddEvent(ctx, tx, casefile.Event{Case: c.ID, Kind: "case.routed", Actor: casefile.JobActor(),
			Citizen: "派到了" + c.Town + "。", Staff: "派到" + c.Town + "(按居住地)" + pastWord(to.OfficerBy)})
		if err != nil {
			return err
		}
		if err := f.lines(ctx, tx, c, to); err != nil {
			return err
		}
		if err := f.tell(ctx, tx, c, 0, receivedKey(c), wording.Received(c.Receipt, c.Town)); err != nil {
			return err
		}
		if err := f.Cases.PublishStatus(ctx, tx, c.ID); err != nil {
			return err
		}
		return f.Audit.Write(ctx, tx, entry("case.routed", c, map[string]any{"officer": to.Officer, "assistant": to.Assistant}))
	})
	if err == nil && moved {
		f.ring(ctx, c.Region, "case.routed", c.ID)
	}
	return err
}

// receivedKey makes one notice for each place a case comes to: the household hears
// where it is now, and a notice of another township is out of this one's sight.
func receivedKey(c casefile.Case) string {
	if c.Moves == 0 {
		return fmt.Sprintf("received/%d", c.ID)
	}
	return fmt.Sprintf("received/%d/%d", c.ID, c.Moves)
}

func (f *Flow) toSorting(ctx context.Context, tx *pg.Tx, c casefile.Case) error {
	if err := f.Cases.Await(ctx, tx, c, f.Routing.Days(tx.Today(), routing.AcceptDays)); err != nil {
		return err
	}
	events, err := f.Cases.Events(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, e := range events {
		if e.Kind == "case.unsorted" {
			return nil
		}
	}
	err = f.Cases.AddEvent(ctx, tx, casefile.Event{Case: c.ID, Kind: "case.unsorted", Actor: casefile.JobActor(),
		Citizen: "我们在问清您住哪个镇。", Staff: "只知道到县,请问清住处后分到镇"})
	if err != nil {
		return err
	}
	if err := f.Cases.PublishStatus(ctx, tx, c.ID); err != nil {
		return err
	}
	return f.Audit.Write(ctx, tx, entry("case.unsorted", c, nil))
}

// tell enqueues one notice to the person who spoke to us. The key makes it once.
func (f *Flow) tell(ctx context.Context, tx *pg.Tx, c casefile.Case, claim core.ClaimID, key string, words wording.Notice) error {
	_, err := f.enqueue(ctx, tx, c, notify.Notice{Claim: claim, Key: key, Text: words})
	return err
}

// tellSender tells the sender of one application, at the contact of that one.
func (f *Flow) tellSender(ctx context.Context, tx *pg.Tx, c casefile.Case, id core.ApplicationID, words wording.Notice) error {
	who, err := f.Cases.Speaker(ctx, tx, c, id)
	if err != nil {
		return err
	}
	_, err = f.Outbox.Enqueue(ctx, tx, noticeTo(who, c, notify.Notice{Key: string(words.Kind) + "/application/" + string(id), Application: id, Text: words}))
	return err
}

// noticeTo fills in the case of a notice, and the contact that it goes to.
func noticeTo(who casefile.Sealed, c casefile.Case, n notify.Notice) notify.Notice {
	n.Region, n.Case, n.Citizen, n.Phone = c.Region, c.ID, who.Citizen, who.Phone
	return n
}

// enqueue fills in whom a notice of a case is for and gives its id.
func (f *Flow) enqueue(ctx context.Context, tx *pg.Tx, c casefile.Case, n notify.Notice) (int64, error) {
	person, err := f.Cases.OpenPerson(ctx, tx, c)
	if err != nil {
		return 0, err
	}
	n.Application = c.Application
	return f.Outbox.Enqueue(ctx, tx, noticeTo(person, c, n))
}
