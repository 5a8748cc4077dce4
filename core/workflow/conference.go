package workflow

import (
	"context"
	"fmt"
	"slices"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/policy"
	"lianou/core/staff"
)

// conferenceDays is how many working days there are to hold a conference and sign what it came
// to, and latestDays how many a meeting may still be away where those have passed (sample figures).
const (
	conferenceDays = 10
	latestDays     = 3
)

// Confer calls a conference over a case (一事一议).
type Confer struct {
	Case   core.CaseID
	Ground casefile.ConferenceGround
	Why    string
	On     core.Date
	Place  string              // at most 60 characters
	People []casefile.Attendee // staff by account, others by name and function; at least three, two of them staff
}

// Conference takes a hard case to a meeting of several bodies. It grants nothing by itself, and it
// has a day that climbs. Errors: KindInvalid for what is left out, casefile.ErrKinMeets.
func (f *Flow) Conference(ctx context.Context, actor casefile.Actor, in Confer) error {
	on := target{name: casefile.ActConference, trace: "conference.called", id: in.Case}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		// 1. On a ground, by people who may be there.
		if in.Ground.Say() == "" {
			return core.Invalid("ground", "请选为什么要一事一议。")
		}
		if err := checkText("why", in.Why, "请写明为什么要一事一议。"); err != nil {
			return err
		}
		people, err := a.guests(ctx, nil, in.People)
		if err != nil {
			return err
		}
		// 2. Within its days, which no second call starts anew.
		due, err := a.conferenceBy(ctx)
		if err != nil {
			return err
		}
		meeting := casefile.Conference{Ground: in.Ground, Why: trim(in.Why), By: actor.Staff, On: in.On, Place: trim(in.Place), People: people}
		if err := a.meets(meeting, due); err != nil {
			return err
		}
		id, err := f.Cases.CallConference(ctx, a.tx, a.c, meeting)
		if err != nil {
			return err
		}
		if err := f.Cases.Move(ctx, a.tx, a.c, casefile.CaseConference); err != nil {
			return err
		}
		if err := a.hardToLookInto(ctx); err != nil {
			return err
		}
		// Why is sealed with the case, and stands neither in the timeline nor in the log.
		a.detail["conference"], a.detail["ground"], a.detail["people"] = id, in.Ground, len(people)
		return a.event(ctx, "conference.called", "您家的情况要几家一起商量,"+in.On.Say()+"开会。",
			fmt.Sprintf("提请一事一议。%s在%s开,请 %d 人", in.On.Say(), trim(in.Place), len(people)))
	})
}

// hardToLookInto gives the open claims the days of what is hard to find out (调查难度较大).
func (a *act) hardToLookInto(ctx context.Context) error {
	for _, c := range a.all.Claims {
		if c.State == casefile.ClaimAgreed || c.State == casefile.ClaimReviewed {
			if err := a.reclock(ctx, c, stand{County: c.Decides == policy.ByCounty, Special: true}); err != nil {
				return err
			}
		}
	}
	return nil
}

// conferenceBy starts the clock of a conference, or has it go on with the days that the one
// before left.
func (a *act) conferenceBy(ctx context.Context) (core.Date, error) {
	d, err := a.f.Cases.DeadlineOf(ctx, a.tx, a.c.ID, 0, casefile.DeadlineConference)
	if err != nil {
		return 0, err
	}
	switch {
	case d.ID == 0:
		d = casefile.Deadline{Case: a.c.ID, Kind: casefile.DeadlineConference, Level: casefile.RungAssistant,
			Due: a.f.Routing.Days(a.tx.Today(), conferenceDays), Law: fmt.Sprintf("%d 个工作日内开会、定下来,%s", conferenceDays, sampleLaw)}
	case !d.Met.IsZero():
		d = a.rested(d)
		d.Cause = casefile.CalledAgain
	}
	return d.Due, a.f.Cases.Resume(ctx, a.tx, d)
}

// meets holds a meeting to a place and to the days that are left for it.
func (a *act) meets(c casefile.Conference, due core.Date) error {
	if err := checkShort("place", c.Place, "请写明在哪开会,60 个字以内。", 60); err != nil {
		return err
	}
	last := max(due, a.f.Routing.Days(a.tx.Today(), latestDays))
	if c.On < a.tx.Today() || c.On > last {
		return core.Invalid("on", "开会的日子最早今天,最晚"+last.Say()+"。")
	}
	return nil
}

// guests names the staff among those who are asked, and holds the whole list to three people, of
// whom one can write and another sign. Stand are those who were asked before.
func (a *act) guests(ctx context.Context, stand, more []casefile.Attendee) ([]casefile.Attendee, error) {
	people := make([]casefile.Attendee, 0, len(more))
	for _, p := range more {
		if p.Staff != 0 {
			who, err := a.f.Staff.Person(ctx, a.tx, p.Staff)
			if err != nil {
				return nil, err
			}
			if !who.Covers(a.c.Region) || !who.Has(staff.Officer, staff.Approver, staff.County) {
				return nil, core.Invalid("people", "名单里的同事,要是这个镇的经办、审批或者县里的。")
			}
			p.Name, p.Function = who.Name, who.Roles[0].Chinese()
		}
		p.Name, p.Function, p.Vote = trim(p.Name), trim(p.Function), ""
		if err := checkShort("people", p.Name, "外来的人要写名字,40 个字以内。", 40); err != nil {
			return nil, err
		}
		if err := checkShort("people", p.Function, "外来的人要写哪个单位、什么职务,40 个字以内。", 40); err != nil {
			return nil, err
		}
		people = append(people, p)
	}
	all := append(slices.Clone(stand), people...)
	colleagues := 0
	for _, p := range all {
		if p.Staff != 0 {
			colleagues++
		}
	}
	if len(all) < 3 || len(all) > 31 || colleagues < 2 {
		return nil, core.Invalid("people", "请三个人以上,其中至少两位是系统里的同事:会议记录要两个人各自登录来签。")
	}
	signs, err := a.signs(ctx, all, staff.Approver, staff.County)
	if err == nil && !signs {
		err = casefile.ErrNobodySigns
	}
	return people, err
}

// signs reports whether one of some people holds one of the roles that may sign, here and today.
func (a *act) signs(ctx context.Context, people []casefile.Attendee, roles ...staff.Role) (bool, error) {
	for _, p := range people {
		if p.Staff == 0 {
			continue
		}
		who, err := a.f.Staff.Person(ctx, a.tx, p.Staff)
		switch {
		case core.KindOf(err) == core.KindNotFound: // their account was closed meanwhile
		case err != nil:
			return false, err
		case who.Has(roles...) && who.Covers(a.c.Region):
			return true, nil
		}
	}
	return false, nil
}

// Invite asks more people to the conference of a case, or gives it another day or place.
type Invite struct {
	Case  core.CaseID
	On    core.Date
	Place string
	More  []casefile.Attendee
}

// Invite changes when and where a conference is, and who is asked to it; its clock runs on.
func (f *Flow) Invite(ctx context.Context, actor casefile.Actor, in Invite) error {
	on := target{name: casefile.ActInvite, trace: "conference.invited", id: in.Case}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		open := *a.all.Conference
		more, err := a.guests(ctx, open.People, in.More)
		if err != nil {
			return err
		}
		d, err := f.Cases.DeadlineOf(ctx, a.tx, a.c.ID, 0, casefile.DeadlineConference)
		if err != nil {
			return err
		}
		open.On, open.Place = in.On, trim(in.Place)
		if err := a.meets(open, d.Due); err != nil {
			return err
		}
		if err := f.Cases.Invite(ctx, a.tx, a.c, open, more); err != nil {
			return err
		}
		a.detail["conference"], a.detail["on"], a.detail["people"] = open.ID, open.On.String(), len(open.People)+len(more)
		return a.event(ctx, "conference.invited", "", fmt.Sprintf("一事一议:%s在%s开,请 %d 人", open.On.Say(), open.Place, len(open.People)+len(more)))
	})
}
