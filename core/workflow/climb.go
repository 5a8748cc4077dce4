package workflow

import (
	"cmp"
	"context"
	"slices"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/wording"
)

// climbDays is how many working days a late deadline waits at one rung before the next is
// told.
const climbDays = 2

// sweepDeadlines tells the next rung of each deadline that has passed.
func (f *Flow) sweepDeadlines(ctx context.Context) (int, error) {
	var bells []rung
	n := 0
	err := f.DB.Tx(ctx, sweepScope(), func(ctx context.Context, tx *pg.Tx) error {
		bells = bells[:0]
		late, err := f.Cases.Late(ctx, tx, sweepSize)
		if err != nil {
			return err
		}
		n = len(late)
		// Every sweep takes the cases in one order, and each before its deadlines as an act
		// does: none waits for another in a circle.
		slices.SortFunc(late, func(a, b casefile.Deadline) int { return cmp.Or(cmp.Compare(a.Case, b.Case), cmp.Compare(a.ID, b.ID)) })
		for _, d := range late {
			c, told, err := f.climb(ctx, tx, d)
			if err != nil {
				return err
			}
			if told {
				bells = append(bells, rung{c.Region, "deadline.late", c.ID})
			}
		}
		return nil
	})
	f.ringAll(ctx, err, bells)
	return n, err
}

// climb tells the next rung of one deadline; another sweep may have been faster.
func (f *Flow) climb(ctx context.Context, tx *pg.Tx, d casefile.Deadline) (casefile.Case, bool, error) {
	c, err := f.Cases.Lock(ctx, tx, d.Case)
	if err != nil {
		return c, false, err
	}
	// 1. Who, by name where somebody has it in hand.
	to, name, err := f.nextRung(ctx, tx, c, d)
	if err != nil {
		return c, false, err
	}
	told, err := f.Cases.Climb(ctx, tx, d, to, f.Routing.Days(tx.Today(), climbDays))
	if err != nil || !told {
		return c, false, err
	}
	// 2. The household reads that it is late, and who knows.
	line, err := f.lateLine(ctx, tx, c, d, to.Rung)
	if err != nil {
		return c, false, err
	}
	staff := deadlineWord(d.Kind) + "已过 " + d.Due.Say() + ",已报" + rungWord(to.Rung) + name
	err = f.Cases.AddEvent(ctx, tx, casefile.Event{Case: c.ID, Kind: "deadline.late", Actor: casefile.JobActor(), Citizen: line, Staff: staff})
	if err != nil {
		return c, false, err
	}
	if err := f.Cases.PublishStatus(ctx, tx, c.ID); err != nil {
		return c, false, err
	}
	return c, true, f.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "job", ID: "workflow"}, Act: "deadline.escalated", Case: c.ID, Region: c.Region,
		Purpose: "casework", Detail: map[string]any{"kind": d.Kind, "level": to.Rung, "claim": d.Claim, "to": to.To}})
}

// nextRung is who is told now: the case's own assistant and officer by name, else whoever
// has that part there. Where no assistant is, the township is the first.
func (f *Flow) nextRung(ctx context.Context, tx *pg.Tx, c casefile.Case, d casefile.Deadline) (to casefile.Climb, name string, err error) {
	to.Rung = d.Level + 1
	inHand := map[casefile.Rung]core.StaffID{casefile.RungAssistant: c.Assistant, casefile.RungTownship: c.Officer}[to.Rung]
	if inHand != 0 {
		if to.To, name, err = f.there(ctx, tx, c, inHand, to.Rung); err != nil || to.To != 0 {
			return to, name, err
		}
	}
	if to.Rung > casefile.RungAssistant {
		return to, "", nil
	}
	place := c.Region
	if c.Village != "" {
		place = c.Village
	}
	others, err := f.Staff.Assistants(ctx, tx, place)
	if err == nil && len(others) == 0 {
		d.Level = casefile.RungAssistant
		return f.nextRung(ctx, tx, c, d)
	}
	return to, "", err
}

// there names a member of staff who has a case in hand, if they are at work today for that
// place and may look at it.
func (f *Flow) there(ctx context.Context, tx *pg.Tx, c casefile.Case, id core.StaffID, on casefile.Rung) (core.StaffID, string, error) {
	role := map[casefile.Rung]staff.Role{casefile.RungAssistant: casefile.RoleAssistant, casefile.RungTownship: casefile.RoleOfficer}[on]
	list, err := f.Staff.Holding(ctx, tx, role, c.Region)
	i := slices.IndexFunc(list, func(p staff.Person) bool { return p.ID == id })
	if err != nil || i < 0 {
		return 0, "", err
	}
	kin, err := f.Cases.Conflicts(ctx, tx, c.ID)
	if err != nil || slices.ContainsFunc(kin, func(k casefile.Kin) bool { return k.Staff == id }) {
		return 0, "", err
	}
	return id, list[i].Name, nil
}

// lateLine is what the household reads of it.
func (f *Flow) lateLine(ctx context.Context, tx *pg.Tx, c casefile.Case, d casefile.Deadline, on casefile.Rung) (string, error) {
	late := wording.Late{What: casefile.LateOf(d.Kind, c), Due: d.Due, Told: f.rungName(c, on)}
	if d.Claim != 0 && (d.Kind == casefile.DeadlineDecide || d.Kind == casefile.DeadlineDeliver || d.Kind == casefile.DeadlineReview || d.Kind == casefile.DeadlineUnsolved) {
		claims, err := f.Cases.Claims(ctx, tx, c.ID)
		if err != nil {
			return "", err
		}
		for _, claim := range claims {
			if claim.ID == d.Claim {
				late.Item = claim.Everyday
			}
		}
	}
	return late.Say(), nil
}

// rungName is who was told, as a household knows them.
func (f *Flow) rungName(c casefile.Case, on casefile.Rung) string {
	switch on {
	case casefile.RungAssistant:
		return "村里的协理员"
	case casefile.RungTownship:
		return c.Town
	case casefile.RungCounty:
		if county := f.countyOf(c); county != "" && c.Region.County() != core.DezhouCity {
			return county
		}
	}
	return "德州市"
}

func deadlineWord(k casefile.DeadlineKind) string {
	switch k {
	case casefile.DeadlineAccept:
		return "受理期限"
	case casefile.DeadlineSurvey:
		return "调查期限"
	case casefile.DeadlineVisit:
		return "入户期限"
	case casefile.DeadlinePapers:
		return "补手续期限"
	case casefile.DeadlineSupplement:
		return "补材料期限"
	case casefile.DeadlineDeliver:
		return "交付期限"
	case casefile.DeadlineTell:
		return "当面告知的期限"
	case casefile.DeadlineCard:
		return "退回的钱核对卡的期限"
	case casefile.DeadlineReview:
		return "定期复核的期限"
	case casefile.DeadlineUnsolved:
		return "没有解决的答复期限"
	case casefile.DeadlineAsk:
		return "问钱到没到的期限"
	case casefile.DeadlineMatter:
		return "查对不上的钱的期限"
	case casefile.DeadlineLookup:
		return "查部门记录的期限"
	case casefile.DeadlineConference:
		return "一事一议的期限"
	}
	return "办结期限"
}

func rungWord(on casefile.Rung) string {
	return []string{"", "村协理员", "镇上", "县里", "市里"}[on]
}
