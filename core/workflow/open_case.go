package workflow

import (
	"context"
	"fmt"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/mandate"
	"lianou/core/pg"
	"lianou/core/wording"
	"lianou/intake"
	"lianou/intake/begun"
)

// OpenCase makes the case of one application that lies in the handover. Running it
// again finds the case and changes nothing.
func (f *Flow) OpenCase(ctx context.Context, job jobs.OpenCase) error {
	var opened casefile.Opened
	err := f.DB.Tx(ctx, pg.Job(job.Region), func(ctx context.Context, tx *pg.Tx) error {
		// 1. Open what the gateway sealed.
		app, said, err := f.take(ctx, tx, job.Application)
		if err != nil {
			return fmt.Errorf("open case of application %s: %w", job.Application, err)
		}
		if err := begun.Finish(ctx, tx, &app); err != nil {
			return err
		}
		// 2. Find the household in the register, as far as this township reaches.
		known, err := f.recognise(ctx, tx, &app)
		if err != nil {
			return err
		}
		twin, err := intake.IsTwin(ctx, tx, app.ID)
		if err != nil {
			return err
		}
		stale, err := f.mandates.Stale(ctx, tx, app.Contact.CitizenID, app.Applicant.Name)
		if err != nil {
			return err
		}
		// 3. One case for each household, one row for each application.
		where := f.Routing.Place(app.Live)
		opened, err = f.Cases.Open(ctx, tx, casefile.NewCase{Application: app, Region: where.Region, Village: where.Village,
			Town: where.Town, VillageName: where.VillageName, Household: known.household, Person: known.applicant(&app),
			Persons: known.persons, Extra: known.extra, Named: known.misnamed, Twin: twin, Relative: known.relative,
			Guardian: mandate.WantsGuardian(&app), Stale: stale})
		if err != nil || !opened.Fresh {
			return err
		}
		if err := f.opened(ctx, tx, opened, &app, known); err != nil || said == app.Receipt {
			return err
		}
		// 6. Who was told a number that is somebody else's hears the right one.
		return f.renumbered(ctx, tx, opened, &app, said)
	})
	if err == nil && opened.Linked {
		f.ring(ctx, job.Region, "case.linked", opened.Case)
	}
	return err
}

// opened does what belongs to a new row: kin, timeline, next step, trace.
func (f *Flow) opened(ctx context.Context, tx *pg.Tx, opened casefile.Opened, app *core.Application, known recognised) error {
	c, err := f.Cases.Get(ctx, tx, opened.Case)
	if err != nil {
		return err
	}
	if err := f.mandates.Claim(ctx, tx, c.ID, c.Region, app); err != nil {
		return err
	}
	if err := f.Outbox.Wish(ctx, tx, app.Contact); err != nil {
		return err
	}
	if !opened.Linked {
		// 4. Who of the staff is kin and may do nothing here (F60).
		if err := f.conflicts(ctx, tx, c, known); err != nil {
			return err
		}
		err := f.Cases.AddEvent(ctx, tx, casefile.Event{Case: c.ID, Kind: "case.opened", Actor: casefile.JobActor(),
			Citizen: doorWord(app.Channel) + "收到了您的申请。", Staff: registeredAt(app)})
		if err != nil {
			return err
		}
		// 5. Next: is this person who they say, and have they asked in another township.
		if err := f.jobs.Insert(ctx, tx, CheckIdentity{Application: app.ID, Try: 1, Region: c.Region}); err != nil {
			return err
		}
		if err := f.jobs.Insert(ctx, tx, LookBeyond{Application: app.ID, Region: c.Region}); err != nil {
			return err
		}
	}
	if !opened.Contested {
		if err := f.ownMeans(ctx, tx, c, app); err != nil {
			return err
		}
	}
	if opened.Linked && !opened.Contested {
		if err := f.joined(ctx, tx, c, app); err != nil {
			return err
		}
	}
	if opened.Contested {
		// Its sender hears of it, and nobody else: that it came proves nothing.
		err := f.tellSender(ctx, tx, c, app.ID, wording.Received(app.Receipt, ""))
		if err != nil {
			return err
		}
	}
	if err := f.Cases.PublishStatus(ctx, tx, c.ID); err != nil {
		return err
	}
	act := "case.opened"
	switch {
	case opened.Contested:
		act = "application.contested"
	case opened.Linked:
		act = "application.linked"
	}
	e := entry(act, c, openedDetail(app, known.household))
	e.Application = app.ID
	return f.Audit.Write(ctx, tx, e)
}

func openedDetail(app *core.Application, household core.HouseholdID) map[string]any {
	return map[string]any{"receipt": app.Receipt, "household": household, "members": len(app.Household.Members), "items": app.Items, "urgent": app.Urgent}
}

// registeredAt says by which door an application came, by which it began, and how they want to be told.
func registeredAt(app *core.Application) string {
	words := doorWord(app.Channel) + "登记"
	if app.Call != nil && app.Contact.Staff == 0 {
		words = doorWord("hotline") + "说起,本人在" + doorWord(app.Channel) + "接着填完登记"
	}
	if way := wording.WishedFirst(app.Contact.Way); way != "" {
		words += ";" + way
	}
	return words
}

// doorWord names the door as people do.
func doorWord(channel core.ChannelName) string {
	switch channel {
	case "hotline":
		return "电话 12345"
	case "wechat":
		return "微信"
	case "app":
		return "网上"
	case "counter":
		return "窗口"
	}
	return "工作人员"
}
