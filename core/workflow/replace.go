package workflow

import (
	"context"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/wording"
)

// replace puts the application in the first one's place and the first one aside.
func (a *act) replace(ctx context.Context, d casefile.Doubt) error {
	if a.granted(func(casefile.Claim) bool { return true }) {
		return errGranted
	}
	app, _, err := a.f.take(ctx, a.tx, d.Application)
	if err != nil {
		return err
	}
	known, err := a.f.recognise(ctx, a.tx, &app)
	if err != nil {
		return err
	}
	before, err := a.f.Cases.Speaking(ctx, a.tx, a.c)
	if err != nil {
		return err
	}
	if err := a.f.Cases.MoveApplication(ctx, a.tx, d.Application, casefile.ApplicationLinked); err != nil {
		return err
	}
	if err := a.ownMeansBack(ctx); err != nil {
		return err
	}
	if err := a.f.Cases.Replace(ctx, a.tx, a.c, casefile.NewCase{Application: app, Household: known.household, Person: known.applicant(&app),
		Persons: known.persons, Extra: known.extra}); err != nil {
		return err
	}
	if err := a.f.conflicts(ctx, a.tx, a.c, known); err != nil {
		return err
	}
	if err := a.asideAll(ctx, before); err != nil {
		return err
	}
	if err := a.anew(ctx); err != nil {
		return err
	}
	if err := a.reload(ctx); err != nil {
		return err
	}
	if err := a.f.ownMeans(ctx, a.tx, a.c, &app); err != nil {
		return err
	}
	if app.Account != nil {
		if err := a.otherCard(ctx, &app); err != nil {
			return err
		}
	}
	if err := a.f.jobs.Insert(ctx, a.tx, CheckIdentity{Application: app.ID, Try: 1, Region: a.c.Region}); err != nil {
		return err
	}
	if err := a.f.jobs.Insert(ctx, a.tx, LookBeyond{Application: app.ID, Region: a.c.Region}); err != nil {
		return err
	}
	return a.judgeAnew(ctx, &app)
}

// aside takes an application out of the case and tells its sender the way that a
// real person has.
func (a *act) aside(ctx context.Context, id core.ApplicationID) error {
	if err := a.f.Cases.MoveApplication(ctx, a.tx, id, casefile.ApplicationSetAside); err != nil {
		return err
	}
	if err := a.f.Cases.StatusAlone(ctx, a.tx, id, wording.StatusAskOne, wording.BringPapers); err != nil {
		return err
	}
	return a.f.tellSender(ctx, a.tx, a.c, id, wording.AskOne("本人带身份证到镇上核对", "走不开就打 "+wording.Hotline, a.f.Routing.Days(a.tx.Today(), routineDays)))
}

// asideAll takes out the application that was false, with all that its sender sent.
func (a *act) asideAll(ctx context.Context, id core.ApplicationID) error {
	same, err := a.f.Cases.SameSender(ctx, a.tx, a.c, id)
	if err != nil {
		return err
	}
	for _, other := range append(same, id) {
		if err := a.aside(ctx, other); err != nil {
			return err
		}
	}
	return nil
}

// anew takes back what was proposed, hung out and shown of a false household: what
// was seen there says nothing of the true one.
func (a *act) anew(ctx context.Context) error {
	if err := a.f.Cases.DropCard(ctx, a.tx, a.c.ID, a.actor.Staff); err != nil {
		return err
	}
	for _, claim := range a.all.Claims {
		switch claim.State {
		case casefile.ClaimReviewed, casefile.ClaimNoticed, casefile.ClaimObjected:
		default:
			continue
		}
		if _, err := a.f.Cases.EndNotice(ctx, a.tx, claim.ID); err != nil {
			return err
		}
		if err := a.f.Cases.MoveClaim(ctx, a.tx, claim, casefile.ClaimAgreed); err != nil {
			return err
		}
		if err := a.event(ctx, "claim.sent_back", "", claim.Name+":按新的一份重新入户、重新提"); err != nil {
			return err
		}
	}
	return nil
}

// judgeAnew freezes what an application says and judges by it.
func (a *act) judgeAnew(ctx context.Context, app *core.Application) error {
	if a.c.FactsVersion == 0 {
		return errNotYet
	}
	facts, err := a.f.gather(ctx, a.tx, a.c, app)
	if err != nil {
		return err
	}
	if facts, err = a.f.Cases.AddFacts(ctx, a.tx, a.c.ID, facts); err != nil {
		return err
	}
	return a.f.judge(ctx, a.tx, a.c, facts, wanted(app.Items, app.Urgent))
}
