package workflow

import (
	"context"
	"fmt"
	"slices"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/wording"
)

// Told: a notice reached its person. The end of a claim that somebody knows of is
// the end of the claim.
func (f *Flow) Told(ctx context.Context, job jobs.Told) error {
	return f.DB.Tx(ctx, pg.Job(job.Region), func(ctx context.Context, tx *pg.Tx) error {
		n, err := notify.Get(ctx, tx, job.Notice)
		if err != nil || n.Case == 0 || n.State != notify.Confirmed {
			return err
		}
		if err := f.reached(ctx, tx, n); err != nil {
			return err
		}
		return f.toldBy(ctx, tx, n)
	})
}

// reached ends the task of a notice that came through while somebody was to go: nobody is
// sent for what is known, and nobody is late with it.
func (f *Flow) reached(ctx context.Context, tx *pg.Tx, n notify.View) error {
	c, err := f.Cases.Lock(ctx, tx, n.Case)
	if err != nil {
		return err
	}
	ended, err := f.Cases.Reached(ctx, tx, formatID(n.ID))
	if err != nil || !ended {
		return err
	}
	if err := f.Cases.MeetTelling(ctx, tx, c.ID, n.Claim); err != nil {
		return err
	}
	return f.Audit.Write(ctx, tx, entry("task.reached", c, map[string]any{"notice": n.ID}))
}

// toldBy closes every claim whose end a notice told.
func (f *Flow) toldBy(ctx context.Context, tx *pg.Tx, n notify.View) error {
	c, err := f.Cases.Lock(ctx, tx, n.Case)
	if err != nil {
		return err
	}
	if err := f.backHeard(ctx, tx, c, n); err != nil {
		return err
	}
	about, err := f.Cases.TellingsOf(ctx, tx, n.ID)
	if err != nil {
		return err
	}
	if len(about) == 0 && n.Claim != 0 {
		about = []casefile.Telling{{Claim: n.Claim, Kind: n.Kind}}
	}
	var trace []audit.Entry // none for a notice about the case as a whole: it ends nothing
	for _, t := range about {
		closed, err := f.told(ctx, tx, t, n)
		if err != nil {
			return err
		}
		if closed {
			trace = append(trace, entry("claim.closed", c, map[string]any{"claim": t.Claim, "notice": n.ID, "by": n.By}))
		}
	}
	if len(trace) == 0 {
		return nil
	}
	if err := f.settle(ctx, tx, c); err != nil {
		return err
	}
	if err := f.Cases.PublishStatus(ctx, tx, c.ID); err != nil {
		return err
	}
	return f.Audit.Write(ctx, tx, trace...)
}

// told closes the claim when what a notice told is its end: what was decided since is told by another.
func (f *Flow) told(ctx context.Context, tx *pg.Tx, t casefile.Telling, n notify.View) (bool, error) {
	c, claim, err := f.Cases.LockClaim(ctx, tx, t.Claim)
	if err != nil {
		return false, err
	}
	ends := claim.State == casefile.ClaimPaying && claim.Money == casefile.MoneyPaid && t.Kind == wording.KindPaid ||
		claim.State == casefile.ClaimRefused && t.Kind == wording.KindRefused ||
		claim.State == casefile.ClaimReferred && t.Kind == wording.KindReferred ||
		claim.State == casefile.ClaimDelivering && !claim.Delivered.IsZero() && t.Kind == wording.KindDelivered
	if ends && t.Kind == wording.KindDelivered { // of the delivery that stands: an earlier one did not arrive
		d, err := f.Cases.StandingDelivery(ctx, tx, claim)
		if err != nil {
			return false, err
		}
		ends = n.Key == deliveredKey(d)
	}
	if !ends && claim.State == casefile.ClaimPaying && t.Kind == wording.KindChanged {
		// Stopped before any of it was paid: that is the end, and they know.
		if ends, err = f.Payout.NothingLeft(ctx, tx, claim.ID); err != nil {
			return false, err
		}
	}
	if !ends {
		return false, nil
	}
	if at, err := f.Cases.DecidedAt(ctx, tx, claim.ID); err != nil || n.Created.Before(at) {
		return false, err
	}
	if err := f.Cases.Told(ctx, tx, claim); err != nil {
		return false, err
	}
	return true, f.Cases.AddEvent(ctx, tx, casefile.Event{Case: c.ID, Kind: "claim.told", Actor: casefile.JobActor(),
		Staff: claim.Name + ":结果已告诉本人"})
}

// settle ends a case whose claims have all ended. What was matched and nobody asked
// for holds no case open; what was asked for does, until it is filed or dropped. One
// that was paid first stays open until its papers are in.
func (f *Flow) settle(ctx context.Context, tx *pg.Tx, c casefile.Case) error {
	if c.State != casefile.CaseAccepted && c.State != casefile.CaseVisiting {
		return nil
	}
	claims, err := f.Cases.Claims(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	told, may := ended(claims, c.Asked)
	if !told {
		return nil
	}
	deadlines, err := f.Cases.Deadlines(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, d := range deadlines {
		if d.Kind == casefile.DeadlinePapers && d.Met.IsZero() {
			return nil
		}
	}
	if waits, err := f.Cases.VisitWaits(ctx, tx, c.ID); err != nil || waits {
		return err // one person's word about a household closes nothing
	}
	appeals, err := f.Cases.Appeals(ctx, tx, c.ID)
	if err != nil || slices.ContainsFunc(appeals, casefile.Appeal.Open) {
		return err // nor while somebody waits for an answer
	}
	if open, err := f.Cases.UnsolvedOpen(ctx, tx, c.ID); err != nil || open {
		return err // nor while the household says that it is not solved
	}
	doubts, err := f.Cases.Doubts(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, d := range doubts {
		if d.Verdict == "" {
			return nil // what lies beside a case must not be closed away with it
		}
	}
	none := !slices.ContainsFunc(claims, func(claim casefile.Claim) bool { return claim.State == casefile.ClaimClosed })
	to := casefile.CaseSettled
	if none {
		to = casefile.CaseWithdrawn
	}
	if err := f.Cases.Close(ctx, tx, c, to); err != nil {
		return err
	}
	if err := f.released(ctx, tx, c, c.Officer, c.Assistant); err != nil {
		return err
	}
	if err := f.Cases.MeetAll(ctx, tx, c.ID); err != nil {
		return err
	}
	over := casefile.Event{Case: c.ID, Kind: "case.settled", Actor: casefile.JobActor(), Citizen: "这件事办完了。", Staff: "办结"}
	if slices.ContainsFunc(claims, casefile.Claim.Runs) {
		over.Citizen, over.Staff = "都办好了,以后每月发。", "办结,每月发着"
	}
	if none {
		over.Kind, over.Citizen, over.Staff = "case.withdrawn", "按您的意思都不办了。想再办,随时打 12345。", "报的都不办了,撤回"
	}
	if len(may) > 0 { // the household goes with what else may fit
		over.Citizen += "您家可能还能办" + may[0].Everyday + "。想办打 12345。"
		over.Staff += fmt.Sprintf(";看来还能办、没有报的 %d 项,例如%s", len(may), may[0].Name)
	}
	return f.Cases.AddEvent(ctx, tx, over)
}

// ended reports whether all that a household asked for has come to an end, and what
// was matched beside it and nobody asked for.
func ended(claims []casefile.Claim, asked []core.ItemCode) (over bool, may []casefile.Claim) {
	for _, claim := range claims {
		switch {
		case claim.State == casefile.ClaimProposed && !slices.Contains(asked, claim.Item):
			may = append(may, claim)
		case !claim.State.Done():
			return false, nil
		default:
			over = true
		}
	}
	return over, may
}

// Untold: no message reached the person. Somebody of the village goes or phones.
func (f *Flow) Untold(ctx context.Context, job jobs.Untold) error {
	var id core.CaseID
	err := f.DB.Tx(ctx, pg.Job(job.Region), func(ctx context.Context, tx *pg.Tx) error {
		n, err := notify.Get(ctx, tx, job.Notice)
		if err != nil || n.Case == 0 || n.State == notify.Confirmed {
			return err
		}
		c, err := f.Cases.Lock(ctx, tx, n.Case) // first, as every act does
		if err != nil {
			return err
		}
		id = n.Case
		due := f.Routing.Days(tx.Today(), untoldDays)
		err = f.Cases.AddTask(ctx, tx, casefile.CallTask{Case: n.Case, Claim: n.Claim, Notice: formatID(n.ID),
			Says: wording.CallTask(n.Words), Due: due})
		if err != nil {
			return err
		}
		if err := f.Cases.Resume(ctx, tx, casefile.Deadline{Case: c.ID, Claim: n.Claim, Kind: casefile.DeadlineTell, Due: due, Cause: casefile.ToldAnew}); err != nil {
			return err
		}
		return f.Audit.Write(ctx, tx, entry("task.made", c, map[string]any{"notice": n.ID}))
	})
	if err == nil && id != 0 {
		f.ring(ctx, job.Region, "task.made", id)
	}
	return err
}

// untoldDays is how many working days there are to reach somebody in person.
const untoldDays = 2

// SaidInPerson records a try of a member of staff to tell the household. Who reached somebody ends
// the task, and it is how an untold notice ends; a way made in vain is written down, and the task
// stays. Errors: KindInvalid for what a try lacks, KindConflict past casefile.MostSpoken and
// casefile.ErrTold.
func (f *Flow) SaidInPerson(ctx context.Context, actor casefile.Actor, task int64, in casefile.Spoken) error {
	if err := in.Check(); err != nil {
		return err
	}
	return f.DB.Tx(ctx, pg.Regions(actor.Regions...), func(ctx context.Context, tx *pg.Tx) error {
		of, err := f.Cases.CaseOfTask(ctx, tx, task)
		if err != nil {
			return err
		}
		c, err := f.Cases.Lock(ctx, tx, of)
		if err != nil {
			return err
		}
		t, err := f.Cases.LockTask(ctx, tx, task)
		if err != nil {
			return err
		}
		if err := f.mayTell(ctx, tx, c, t, actor); err != nil {
			return err
		}
		if !t.Done.IsZero() {
			if t.By == actor.Staff && in.Met != casefile.MetNobody {
				return nil // sent twice
			}
			return casefile.ErrTold
		}
		in.At, in.By = tx.Now(), actor.Staff
		if err := f.Cases.AddSpoken(ctx, tx, c, t.ID, in); err != nil {
			return err
		}
		act := "notice.said"
		if in.Met == casefile.MetNobody {
			act = "notice.vain"
		} else if err := f.said(ctx, tx, t, in); err != nil {
			return err
		}
		return f.Audit.Write(ctx, tx, audit.Entry{Actor: actor.Audit(), Act: act, Case: c.ID, Application: c.Application,
			Region: c.Region, Purpose: "casework", Detail: map[string]any{"task": t.ID, "way": in.Way, "met": in.Met}})
	})
}

func (f *Flow) mayTell(ctx context.Context, tx *pg.Tx, c casefile.Case, t casefile.CallTask, actor casefile.Actor) error {
	if !actor.Covers(c.Region) || !actor.Has(casefile.RoleAssistant, casefile.RoleOfficer, casefile.RoleClerk) {
		return casefile.ErrNotYours
	}
	if err := f.Cases.NoConflict(ctx, tx, c.ID, actor.Staff); err != nil {
		return err
	}
	return f.backTeller(ctx, tx, t, actor.Staff)
}

// said ends the task of a household that was reached.
func (f *Flow) said(ctx context.Context, tx *pg.Tx, t casefile.CallTask, in casefile.Spoken) error {
	if err := f.Cases.EndTask(ctx, tx, t.ID, in.By, in); err != nil {
		return err
	}
	if err := f.Cases.MeetTelling(ctx, tx, t.Case, t.Claim); err != nil {
		return err
	}
	return f.saidNotice(ctx, tx, t)
}

func (f *Flow) saidNotice(ctx context.Context, tx *pg.Tx, t casefile.CallTask) error {
	id, ok := parseID(t.Notice)
	if !ok {
		return nil
	}
	if err := notify.SaidInPerson(ctx, tx, id); err != nil {
		return err
	}
	n, err := notify.Get(ctx, tx, id)
	if err != nil || n.Case == 0 {
		return err
	}
	return f.toldBy(ctx, tx, n)
}
