package workflow

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/staff"
	"lianou/core/wording"
)

// mostReason is how long what the household reads of a conference may be, in characters.
const mostReason = 200

// denyDays is how many working days one of the staff whom minutes call absent has to say that they
// were there (a sample figure).
const denyDays = 1

// Minutes are what a conference came to, as one of those who were there writes it down.
type Minutes struct {
	Case core.CaseID
	casefile.Resolution
}

// Minute writes down what was said, voted and resolved, and signs it first. It binds nobody until
// everybody of the staff who was there found it right and a second one has signed. Errors:
// casefile.ErrFewCame, ErrNoMajority, ErrKinMeets, ErrBarredMeets, ErrNotThere, ErrNobodySigns,
// ErrCountySigns, KindInvalid for what is left out.
func (f *Flow) Minute(ctx context.Context, actor casefile.Actor, in Minutes) error {
	on := target{name: casefile.ActMinutes, trace: "conference.minuted", id: in.Case}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		r := in.Resolution
		r.Minutes, r.Reasons = trim(r.Minutes), trim(r.Reasons)
		if err := checkText("minutes", r.Minutes, "请写下会议记录:谁说了什么、看了哪些材料。"); err != nil {
			return err
		}
		if err := checkShort("reasons", r.Reasons, "请写明为什么这样定,200 个字以内,本人看得到。", mostReason); err != nil {
			return err
		}
		if err := a.votes(r.Votes); err != nil {
			return err
		}
		if err := a.resolves(ctx, &r); err != nil {
			return err
		}
		if err := a.signable(ctx, r); err != nil {
			return err
		}
		open := *a.all.Conference
		open.DenyUntil = f.Routing.Days(a.tx.Today(), denyDays)
		c, err := f.Cases.Minute(ctx, a.tx, a.c, open, r, actor.Staff)
		if err != nil {
			return err
		}
		a.detail["conference"], a.detail["digest"], a.detail["outcome"] = c.ID, c.Digest, c.Outcome
		a.detail["for"], a.detail["against"], a.detail["abstained"] = c.Count(casefile.VoteFor), c.Count(casefile.VoteAgainst), c.Count(casefile.VoteAbstained)
		return a.event(ctx, "conference.minuted", "", fmt.Sprintf("一事一议:记录写好了,到会 %d 人,赞成 %d、反对 %d、弃权 %d,等到会的同事看过、签",
			len(c.Came()), c.Count(casefile.VoteFor), c.Count(casefile.VoteAgainst), c.Count(casefile.VoteAbstained)))
	})
}

// votes holds the form to a vote, or an absence, of everybody who was asked.
func (a *act) votes(votes map[int]casefile.Vote) error {
	for _, p := range a.all.Conference.People {
		if votes[p.Nth].Say() == "" {
			return casefile.ErrFewCame
		}
	}
	return nil
}

// signable refuses minutes under which none of those who came could put the second signature.
func (a *act) signable(ctx context.Context, r casefile.Resolution) error {
	others := slices.DeleteFunc(slices.Clone(a.all.Conference.People), func(p casefile.Attendee) bool {
		return p.Staff == a.actor.Staff || r.Votes[p.Nth] == casefile.VoteAbsent
	})
	roles, missing := []staff.Role{staff.Approver, staff.County}, casefile.ErrNobodySigns
	if r.Above {
		roles, missing = roles[1:], casefile.ErrCountySigns
	}
	signs, err := a.signs(ctx, others, roles...)
	if err == nil && !signs {
		err = missing
	}
	return err
}

// resolves checks what was resolved: help is with one item that nobody has decided, with a sum
// where it is money, and up to a day. Beyond what a township may decide, the county signs.
func (a *act) resolves(ctx context.Context, r *casefile.Resolution) error {
	if r.Outcome == casefile.ConferNot || r.Outcome == casefile.ConferLook {
		r.Claim, r.Amount, r.Period, r.Until = 0, 0, "", 0
		return nil
	}
	if r.Outcome != casefile.ConferHelp {
		return core.Invalid("outcome", "请选会上怎么定的。")
	}
	claim := a.all.Claim(r.Claim)
	if claim.ID == 0 || !claim.Conferrable() {
		return core.Invalid("claim", "请选帮哪一项,还没有定的才能选。")
	}
	if r.Amount < 0 || r.Amount > core.MaxAmount || claim.Cash && r.Amount == 0 {
		return casefile.ErrNoAmount
	}
	if r.Until < a.tx.Today() || r.Until > a.tx.Today().AddDate(1, 0, 0) {
		return core.Invalid("until", "请写最晚哪天批,从今天到一年以内。")
	}
	of := *a
	of.claim = claim
	limit, known, err := of.ceiling(ctx)
	if err != nil {
		return err
	}
	r.Above = known && r.Amount > limit
	r.Period, err = of.period(ctx)
	return err
}

// period is how often the claim's item is given: as the newest finding says, else the Book.
func (a *act) period(ctx context.Context) (string, error) {
	findings, err := a.f.Cases.Findings(ctx, a.tx, a.c.ID, a.c.FactsVersion)
	if err != nil {
		return "", err
	}
	for _, f := range findings {
		if f.Item == a.claim.Item && f.Benefit.Per != "" {
			return f.Benefit.Per, nil
		}
	}
	item, err := a.item()
	if err != nil || item == nil {
		return "", err
	}
	return cashPer(item), nil
}

// FindRight is the word of one of the staff who was asked, in a session of their own, that minutes of
// a digest are right about them: what the writer put down as their vote, or that they were absent,
// counts by that. Errors: casefile.ErrMinutesMoved, ErrBarredMeets, ErrKinMeets.
func (f *Flow) FindRight(ctx context.Context, actor casefile.Actor, id core.CaseID, digest string) error {
	return f.readMinutes(ctx, actor, id, digest, true)
}

// DenyAbsence is the word of one whom minutes of a digest call absent that they were there: nobody
// signs those minutes. Errors as FindRight's, and casefile.ErrNotThere for who is not called absent.
func (f *Flow) DenyAbsence(ctx context.Context, actor casefile.Actor, id core.CaseID, digest string) error {
	return f.readMinutes(ctx, actor, id, digest, false)
}

func (f *Flow) readMinutes(ctx context.Context, actor casefile.Actor, id core.CaseID, digest string, right bool) error {
	on := target{name: casefile.ActConferenceRead, trace: "conference.read", id: id}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		c := *a.all.Conference
		if err := f.Cases.FindRight(ctx, a.tx, c, digest, actor.Staff, right); err != nil {
			return err
		}
		a.detail["conference"], a.detail["digest"] = c.ID, digest
		said := "看过记录,和会上一样"
		switch {
		case !right:
			a.trace = "conference.absence_denied"
			said = "说自己到会了,记录写的是没到会。要重写"
		case !c.Was(actor.Staff):
			said = "看过记录,没到会,对"
		}
		return a.event(ctx, cmp.Or(a.trace, on.trace), "", "一事一议:"+said)
	})
}

// EndConference is the second signature, by another of those who were there, under the minutes
// that they were shown. The household is told, and the case goes back to the township. Errors:
// casefile.ErrMinutesMoved, ErrNotThere, ErrSignedTwice, ErrUnread, ErrDenied, ErrAbsentSilent,
// ErrResolvedGone, ErrKinMeets, ErrBarredMeets.
func (f *Flow) EndConference(ctx context.Context, actor casefile.Actor, id core.CaseID, digest string) error {
	on := target{name: casefile.ActConferenceIn, trace: "conference.ended", id: id}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		c, err := f.Cases.ConferenceWords(ctx, a.tx, a.c, *a.all.Conference)
		if err != nil {
			return err
		}
		if err := f.Cases.Conclude(ctx, a.tx, c, digest, actor.Staff); err != nil {
			return err
		}
		a.detail["conference"], a.detail["digest"], a.detail["outcome"], a.detail["first"] = c.ID, digest, c.Outcome, c.First
		words := wording.Conferred{Outcome: string(c.Outcome), Until: c.Until, Reason: c.Reasons}
		said := map[casefile.ConferenceOutcome]string{casefile.ConferNot: "不另外帮", casefile.ConferLook: "再看情况"}[c.Outcome]
		if c.Outcome == casefile.ConferHelp {
			if said, err = a.helped(ctx, c, &words); err != nil {
				return err
			}
		}
		return a.conferred(ctx, c, words, "一事一议定了:"+said)
	})
}

// helped fills in with what a conference helps, and says it as colleagues do.
func (a *act) helped(ctx context.Context, c casefile.Conference, words *wording.Conferred) (string, error) {
	of := *a
	of.claim = a.all.Claim(c.Claim)
	sample, err := of.restsOnSample(ctx)
	if err != nil {
		return "", err
	}
	words.Item, words.Amount, words.Period, words.Sample = of.claim.Everyday, c.Amount, c.Period, sample
	a.detail["claim"], a.detail["fen"], a.detail["until"] = c.Claim, int64(c.Amount), c.Until.String()
	said := "可以办" + of.claim.Name
	if c.Amount > 0 {
		said += "," + wording.AtMost(c.Amount, c.Period, sample)
	}
	return said + "," + c.Until.Say() + "前定", nil
}

// CallOff ends a conference that will not be held, with the county's reasons. One that was minuted
// already is called off by two: the county asks, and another agrees, whose own why is not looked at.
// Saw is the OffStamp of the word that the page showed. Errors: casefile.ErrOffMoved.
func (f *Flow) CallOff(ctx context.Context, actor casefile.Actor, id core.CaseID, why, saw string) error {
	on := target{name: casefile.ActConferenceOff, trace: "conference.called_off", id: id}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		c, err := f.Cases.ConferenceWords(ctx, a.tx, a.c, *a.all.Conference)
		if err != nil {
			return err
		}
		if saw != c.OffStamp() { // else what one wrote would be agreement to another's words
			return casefile.ErrOffMoved
		}
		a.detail["conference"], a.detail["first"] = c.ID, c.OffFirst
		if why = trim(why); c.OffFirst != 0 {
			why = c.OffWhy
		}
		if err := checkShort("why", why, "请写明为什么不开了,200 个字以内,本人看得到。", mostReason); err != nil {
			return err
		}
		if c.Outcome != "" && c.OffFirst == 0 {
			if err := f.Cases.AskOff(ctx, a.tx, a.c, c, why, actor.Staff); err != nil {
				return err
			}
			return a.event(ctx, "conference.off_asked", "", "一事一议:提了撤会,等另一位同事定")
		}
		if err := f.Cases.CallOff(ctx, a.tx, a.c, c, why, actor.Staff); err != nil {
			return err
		}
		return a.conferred(ctx, c, wording.Conferred{Outcome: "off", Reason: why}, "一事一议撤掉了")
	})
}

// conferred brings the case back to the township, tells the household, and ends a case of which
// all has ended meanwhile.
func (a *act) conferred(ctx context.Context, c casefile.Conference, words wording.Conferred, staff string) error {
	if err := a.f.Cases.Move(ctx, a.tx, a.c, casefile.CaseVisiting); err != nil {
		return err
	}
	if err := a.f.Cases.Meet(ctx, a.tx, a.c.ID, 0, casefile.DeadlineConference); err != nil {
		return err
	}
	words.Town, words.County = a.c.Town, a.county()
	notice := wording.ConferenceKept(words)
	if err := a.event(ctx, "conference.ended", notice.Words, staff); err != nil {
		return err
	}
	if err := a.f.tell(ctx, a.tx, a.c, 0, "conference/"+formatID(c.ID), notice); err != nil {
		return err
	}
	if err := a.reload(ctx); err != nil {
		return err
	}
	return a.f.settle(ctx, a.tx, a.c)
}
