package workflow

import (
	"context"
	"slices"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/intake"
)

// Weigh is what an officer says after looking at a doubt: at two applications side
// by side, or at a name and its number.
type Weigh struct {
	Case    core.CaseID
	Doubt   int64
	Verdict casefile.Verdict
	Reason  string // what was looked at; always

	// What an application that is merged brings along. Replaced brings everything.
	Contact, Card, Facts bool
}

var (
	errVerdict = core.Invalid("verdict", "请选一样:并到一起、按新的办、另开一件,或者搁下。")
	errCard    = core.E(core.KindConflict, "card_in_use", "这件已经在发钱,这里不能换卡。要换,请用“登记新卡”,另一个人核对过才换。")
	errGranted = core.E(core.KindConflict, "case_granted", "这件已经批了,不能换成新的一份。请选“不是一件事,另开一件”。该停的钱,在这一页“变更或停发”。")
	errBoth    = core.Invalid("contact_and_card", "电话和卡不能一次都换。先用新的电话;卡请本人带来,再登记新卡。")
	errNotYet  = core.E(core.KindConflict, "not_assessed", "还在对照,请过一会儿再点。")
)

// Weigh ends a doubt. Until then the application in doubt shares nothing with the
// case, and nothing of the case is decided.
func (f *Flow) Weigh(ctx context.Context, actor casefile.Actor, in Weigh) error {
	on := target{name: casefile.ActWeigh, trace: "doubt.weighed", id: in.Case}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if err := checkText("reason", in.Reason, "请写一句看过什么、问过谁。"); err != nil {
			return err
		}
		d, err := a.doubt(ctx, in.Doubt)
		if err != nil {
			return err
		}
		if (in.Verdict == casefile.VerdictLooked) == (d.Kind.Beside() && d.Application != a.c.Application) {
			return errVerdict
		}
		if err := a.othersRecords(ctx, d); err != nil {
			return err
		}
		if err := a.weigh(ctx, d, in); err != nil {
			return err
		}
		if d.Kind == casefile.DoubtTwin {
			if err := intake.TwinLooked(ctx, a.tx, d.Application, actor.Staff); err != nil {
				return err
			}
		}
		d.Verdict, d.Reason, d.By = in.Verdict, trim(in.Reason), actor.Staff
		if err := f.Cases.EndDoubt(ctx, a.tx, d); err != nil {
			return err
		}
		a.detail["doubt"], a.detail["kind"], a.detail["verdict"], a.detail["receipt"] = d.ID, d.Kind, in.Verdict, d.Receipt
		citizen := ""
		if in.Verdict == casefile.VerdictMerged {
			citizen = "又报的一次,镇上核对过,并到一起办。"
		}
		if err := a.event(ctx, "doubt.weighed", citizen, verdictWord(in.Verdict)+",回执 "+string(d.Receipt)+":"+d.Reason); err != nil {
			return err
		}
		if err := a.reload(ctx); err != nil {
			return err
		}
		return f.settle(ctx, a.tx, a.c)
	})
}

var errOwnRecords = core.E(core.KindForbidden, "own_record", "两份入户记录有一份是您写的,请没写的同事看,或者请县里看。")

// othersRecords keeps who wrote one of two records of a visit from saying which counts.
func (a *act) othersRecords(ctx context.Context, d casefile.Doubt) error {
	if d.Kind != casefile.DoubtVisit {
		return nil
	}
	wrote, err := a.f.Cases.WroteVisit(ctx, a.tx, d)
	if err == nil && slices.Contains(wrote, a.actor.Staff) {
		return errOwnRecords
	}
	return err
}

func verdictWord(v casefile.Verdict) string {
	switch v {
	case casefile.VerdictMerged:
		return "核对:是一件事,并到一起"
	case casefile.VerdictReplaced:
		return "核对:原来那份不是本人报的,按新的办"
	case casefile.VerdictApart:
		return "核对:不是一件事,另开一件"
	case casefile.VerdictSetAside:
		return "核对:不是本人报的,搁下"
	}
	return "核对过"
}

// doubt finds an open doubt of the act's case.
func (a *act) doubt(ctx context.Context, id int64) (casefile.Doubt, error) {
	list, err := a.f.Cases.Doubts(ctx, a.tx, a.c.ID)
	if err != nil {
		return casefile.Doubt{}, err
	}
	i := slices.IndexFunc(list, func(d casefile.Doubt) bool { return d.ID == id && d.Verdict == "" })
	if i < 0 {
		return casefile.Doubt{}, casefile.ErrMovedOn
	}
	return list[i], nil
}

func (a *act) weigh(ctx context.Context, d casefile.Doubt, in Weigh) error {
	switch in.Verdict {
	case casefile.VerdictLooked:
		return nil
	case casefile.VerdictMerged:
		return a.merge(ctx, d, in)
	case casefile.VerdictReplaced:
		return a.replace(ctx, d)
	case casefile.VerdictApart:
		return a.split(ctx, d)
	case casefile.VerdictSetAside:
		return a.aside(ctx, d.Application)
	}
	return errVerdict
}

// merge makes the application one of the case's own, with what the officer took
// over.
func (a *act) merge(ctx context.Context, d casefile.Doubt, in Weigh) error {
	switch {
	case in.Contact && in.Card: // whoever gets both would hear of the card alone
		return errBoth
	case in.Card && a.granted(func(c casefile.Claim) bool { return c.Cash }):
		return errCard
	}
	app, _, err := a.f.take(ctx, a.tx, d.Application)
	if err != nil {
		return err
	}
	if err := a.f.Cases.MoveApplication(ctx, a.tx, d.Application, casefile.ApplicationLinked); err != nil {
		return err
	}
	if in.Contact {
		if err := a.speak(ctx, d.Application); err != nil {
			return err
		}
	}
	if in.Card && app.Account != nil {
		if err := a.otherCard(ctx, &app); err != nil {
			return err
		}
	}
	if in.Facts {
		return a.f.joined(ctx, a.tx, a.c, &app)
	}
	return a.asked(ctx, &app)
}

// otherCard proposes the card that an application names: whose request it is was
// one officer's word, and a card is two people's.
func (a *act) otherCard(ctx context.Context, app *core.Application) error {
	detail, err := a.proposeCard(ctx, ProposeCard{Case: a.c.ID, Account: *app.Account, Holder: app.Applicant.Name, How: "核对两份申请,用后一份上写的卡"})
	a.also("card.proposed", detail)
	return err
}

// asked takes over what an application asks for and leaves its facts aside.
func (a *act) asked(ctx context.Context, app *core.Application) error {
	if err := a.f.Cases.Ask(ctx, a.tx, a.c.ID, app.Urgent, app.Items...); err != nil {
		return err
	}
	book, err := a.f.Books.On(a.tx.Today())
	if err != nil {
		return err
	}
	items := wanted(app.Items, app.Urgent)
	if err := a.missing(ctx, book, items); err != nil {
		return err
	}
	for _, item := range items {
		if err := a.f.Cases.Revive(ctx, a.tx, a.c.ID, item); err != nil {
			return err
		}
	}
	return a.f.remark(ctx, a.tx, a.c, app, remarks{})
}

// split gives the application a case of its own, which takes the usual way: its
// people's kin keep away, and the log has its birth. One that has a case, which rests
// because the register found two rows to be one person, gets that one back.
func (a *act) split(ctx context.Context, d casefile.Doubt) error {
	if own, err := a.f.Cases.JoinedAs(ctx, a.tx, d.Application); err != nil || len(own) > 0 {
		if err != nil {
			return err
		}
		return a.f.part(ctx, a.tx, parting{link: own[0], by: a.actor.Staff, over: d.ID})
	}
	app, _, err := a.f.take(ctx, a.tx, d.Application)
	if err != nil {
		return err
	}
	known, err := a.f.recognise(ctx, a.tx, &app)
	if err != nil {
		return err
	}
	where := a.f.Routing.Place(app.Live)
	id, err := a.f.Cases.Split(ctx, a.tx, casefile.NewCase{Application: app, Region: a.c.Region, Village: where.Village, Town: where.Town,
		VillageName: where.VillageName})
	if err != nil {
		return err
	}
	own, err := a.f.Cases.Get(ctx, a.tx, id)
	if err != nil {
		return err
	}
	if err := a.f.conflicts(ctx, a.tx, own, known); err != nil {
		return err
	}
	err = a.f.Cases.AddEvent(ctx, a.tx, casefile.Event{Case: id, Kind: "case.opened", Actor: a.actor,
		Citizen: doorWord(app.Channel) + "收到了您的申请。", Staff: "和回执 " + string(a.c.Receipt) + " 核对过,不是一件事,另开"})
	if err != nil {
		return err
	}
	if err := a.f.Cases.PublishStatus(ctx, a.tx, id); err != nil {
		return err
	}
	a.more = append(a.more, audit.Entry{Actor: a.actor.Audit(), Act: "case.opened", Case: id, Application: app.ID, Region: own.Region,
		Purpose: "casework", Detail: openedDetail(&app, own.Household)})
	if err := a.f.jobs.Insert(ctx, a.tx, LookBeyond{Application: app.ID, Region: a.c.Region}); err != nil {
		return err
	}
	return a.f.jobs.Insert(ctx, a.tx, CheckIdentity{Application: app.ID, Try: 1, Region: a.c.Region})
}

// granted reports whether something of the case was granted that is of the kind: it
// stands behind money that is on its way or runs on, told of or not.
func (a *act) granted(kind func(casefile.Claim) bool) bool {
	return slices.ContainsFunc(a.all.Claims, func(c casefile.Claim) bool { return c.Granted() && kind(c) })
}
