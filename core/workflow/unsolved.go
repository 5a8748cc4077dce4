package workflow

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/staff"
	"lianou/core/wording"
)

// Unsolved is that somebody says that a matter is not solved though its household was told how it
// ended (没有解决, F82): what is still missing, and no word against the decision.
type Unsolved struct {
	Claim core.ClaimID
	Says  string
	Door  casefile.Door

	Also func(context.Context, *pg.Tx) error // in the transaction that writes it down; nil for nothing

	sent int64 // as what it was handed in, 0 for none
}

// Unsolved takes one in that a member of staff wrote down for who stands or rings there, and gives what
// to say to them. Errors: casefile.ErrUnsolvedOpen.
func (f *Flow) Unsolved(ctx context.Context, actor casefile.Actor, in Unsolved) (promise string, err error) {
	on := target{name: casefile.ActUnsolved, trace: "claim.unsolved", claim: in.Claim}
	err = f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if promise, err = a.unsolved(ctx, in); err != nil {
			return err
		}
		return a.beside(ctx, in.Also)
	})
	return promise, err
}

// UnsolvedFor is Unsolved at a door that shows no more of a case than its household sees.
func (f *Flow) UnsolvedFor(ctx context.Context, actor casefile.Actor, in AppealFor) (promise string, err error) {
	var claim core.ClaimID
	err = f.DB.Read(ctx, pg.Regions(actor.Regions...), func(ctx context.Context, tx *pg.Tx) error {
		claim, err = f.Cases.ClaimFor(ctx, tx, in.Case, in.Item)
		return err
	})
	if err != nil {
		return "", err
	}
	return f.Unsolved(ctx, actor, Unsolved{Claim: claim, Says: in.Says, Door: in.Door, Also: in.Also})
}

// unsolved writes one down and gives it to its unit. The case is open again there, and what was granted
// goes on. Nothing starts anew: the days are those from the first time that it was said (F55).
func (a *act) unsolved(ctx context.Context, in Unsolved) (string, error) {
	if err := checkText("says", in.Says, "请写明还差什么、哪里没办好。"); err != nil {
		return "", err
	}
	u := a.all.NextUnsolved(a.claim)
	u.Says, u.Door, u.TakenBy, u.Sent = trim(in.Says), in.Door, a.actor.Staff, in.sent
	// 1. By when, and who has it by name.
	var err error
	if u.Due, u.Law, err = a.unsolvedBy(ctx, u.Unit); err != nil {
		return "", err
	}
	if u, err = a.f.Cases.AddUnsolved(ctx, a.tx, a.c, u); err != nil {
		return "", err
	}
	if u, err = a.raiseUnsolved(ctx, u); err != nil {
		return "", err
	}
	who, err := a.answers(ctx, u)
	if err != nil {
		return "", err
	}
	if u.Who = who.ID; u.Who != 0 {
		if err := a.f.Cases.GiveUnsolved(ctx, a.tx, u, u.Who); err != nil {
			return "", err
		}
	}
	// 2. A case that was over is open again; the one whose it is stays so.
	if a.c.State == casefile.CaseSettled {
		if err := a.f.Cases.Reopen(ctx, a.tx, a.c); err != nil {
			return "", err
		}
	}
	a.detail["unsolved"], a.detail["nth"], a.detail["unit"], a.detail["door"], a.detail["who"], a.detail["due"] = u.ID, u.Nth, u.Unit, u.Door, u.Who, u.Due.String()
	a.detail["beyond"] = u.Beyond
	return wording.UnsolvedTaken(a.claim.Everyday, a.unitName(u.Unit), u.Due, a.tx.Today()), a.unsolvedSaid(ctx, u, who.Name)
}

func (a *act) unsolvedSaid(ctx context.Context, u casefile.Unsolved, name string) error {
	unit := a.unitName(u.Unit)
	line := a.claim.Everyday + "您说没有解决,记下了。由" + unit + name + "办。" + wording.UnsolvedBy(u.Due, a.tx.Today())
	if u.Beyond {
		line = a.claim.Everyday + "您说还是没有解决,记下了。市里答复过,这句留在市里,由" + unit + name + "接着看。" + wording.UnsolvedBy(u.Due, a.tx.Today())
	}
	desk := fmt.Sprintf("%s:本人说没有解决,第 %d 次(%s),在%s", a.claim.Name, u.Nth, u.Door.Say(), u.Unit.Say())
	if name != "" {
		desk += ",交给" + name
	}
	return a.event(ctx, "claim.unsolved", line, desk)
}

// unitName names a unit as a household knows it.
func (a *act) unitName(u casefile.Unit) string { return a.f.rungName(a.c, u.Rung()) }

// raiseUnsolved takes one up to the first unit of which somebody can answer it.
func (a *act) raiseUnsolved(ctx context.Context, u casefile.Unsolved) (casefile.Unsolved, error) {
	for u.Unit != casefile.UnitCity {
		raised, err := a.f.Cases.RaiseUnsolved(ctx, a.tx, u)
		if err != nil || !raised {
			return u, err
		}
		u.Unit, u.Who = u.Unit.Above(), 0
	}
	return u, nil
}

// answers is who of a unit has it by name: in a township the officer of the case, else who answered none
// of its claim before and has fewest of these in hand in the places of whoever gives it; nobody who may
// not answer it. The zero Person where nobody is there.
func (a *act) answers(ctx context.Context, u casefile.Unsolved) (staff.Person, error) {
	role := map[casefile.Unit]staff.Role{casefile.UnitTownship: casefile.RoleOfficer, casefile.UnitCounty: casefile.RoleCounty, casefile.UnitCity: casefile.RoleCity}[u.Unit]
	list, err := a.f.Staff.Holding(ctx, a.tx, role, a.c.Region)
	if err != nil {
		return staff.Person{}, err
	}
	barred := append(a.all.UnsolvedBarred(u), a.all.Kin...)
	list = slices.DeleteFunc(list, func(p staff.Person) bool { return slices.Contains(barred, p.ID) })
	if len(list) == 0 {
		return staff.Person{}, nil
	}
	before := a.all.UnsolvedBefore(u.Claim)
	if fresh := slices.DeleteFunc(slices.Clone(list), func(p staff.Person) bool { return slices.Contains(before, p.ID) }); len(fresh) > 0 {
		list = fresh
	}
	if i := slices.IndexFunc(list, func(p staff.Person) bool { return p.ID == a.c.Officer }); i >= 0 && u.Unit == casefile.UnitTownship {
		return list[i], nil
	}
	ids := make([]core.StaffID, 0, len(list))
	for _, p := range list {
		ids = append(ids, p.ID)
	}
	has, err := a.f.Cases.UnsolvedLoads(ctx, a.tx, ids)
	return slices.MinFunc(list, func(p, q staff.Person) int { return cmp.Compare(has[p.ID], has[q.ID]) }), err
}

// unsolvedBy starts the clock of what is not solved, or has it go on. The law pack of the day says how
// many working days there are to each unit's answer, all from the first time that it was said; the days
// between an answer and the next word were nobody's.
func (a *act) unsolvedBy(ctx context.Context, unit casefile.Unit) (core.Date, string, error) {
	book, err := a.f.Books.On(a.tx.Today())
	if err != nil {
		return 0, "", err
	}
	n, law := unsolvedDays(book.Unsolved, unit)
	d, err := a.f.Cases.DeadlineOf(ctx, a.tx, a.c.ID, a.claim.ID, casefile.DeadlineUnsolved)
	if err != nil {
		return 0, "", err
	}
	first := a.tx.Today()
	for _, u := range a.all.Unsolved {
		if u.Claim == a.claim.ID && u.Nth == 1 {
			first = core.DateOf(u.At)
		}
	}
	if !d.Met.IsZero() {
		d.Rest += a.f.Routing.Between(core.DateOf(d.Met), a.tx.Today())
	}
	d.Case, d.Claim, d.Kind, d.Law = a.c.ID, a.claim.ID, casefile.DeadlineUnsolved, law
	d.Cause = casefile.UnsolvedAgain
	d.Level = max(d.Level, unit.Rung()-1) // whoever is below it is not the one who is late
	d.Due = a.f.Routing.Days(first, n+d.Rest)
	return d.Due, d.Law, a.f.Cases.Resume(ctx, a.tx, d)
}

// unsolvedDays is how many working days a unit has from the first time on, and what says so. A figure
// without a law is a sample, and said to be one.
func unsolvedDays(t policy.UnsolvedDays, unit casefile.Unit) (int, string) {
	n := map[casefile.Unit]int{casefile.UnitTownship: t.Township, casefile.UnitCounty: t.County, casefile.UnitCity: t.City}[unit]
	law := cmp.Or(t.Law, sampleLaw)
	if n == 0 { // a Book without packs
		n, law = routineDays, sampleLaw
	}
	return n, fmt.Sprintf("头一次说没有解决起,到%s答复 %d 个工作日。%s", unit.Say(), n, law)
}

// AnswerUnsolved is a unit's word on what is not solved.
type AnswerUnsolved struct {
	Claim  core.ClaimID
	Saw    int64 // which one the page showed
	Solved bool  // what was done about it; else why it stays
	Words  string
}

// AnswerUnsolved ends one and has the household told by the usual ladder: what was done, or why it stays
// as it is and how to appeal. Errors: casefile.ErrMovedOn for another one than the page showed.
func (f *Flow) AnswerUnsolved(ctx context.Context, actor casefile.Actor, in AnswerUnsolved) error {
	on := target{name: casefile.ActUnsolvedAnswer, trace: "unsolved.answered", claim: in.Claim}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		u, _ := a.all.OpenUnsolved()
		if u.ID != in.Saw {
			return casefile.ErrMovedOn
		}
		if err := checkText("reason", in.Words, "请写明办了什么,或者为什么还是这样,本人看得到。"); err != nil {
			return err
		}
		u.Answer, u.By, u.State = trim(in.Words), actor.Staff, casefile.UnsolvedStands
		what := "还是这样"
		if in.Solved {
			u.State, what = casefile.UnsolvedSolved, "办了"
		}
		if err := f.Cases.AnswerUnsolved(ctx, a.tx, a.c, u); err != nil {
			return err
		}
		unit := a.unitName(u.Unit)
		a.detail["unsolved"], a.detail["nth"], a.detail["unit"], a.detail["outcome"] = u.ID, u.Nth, u.Unit, u.State
		err := a.event(ctx, "unsolved.answered", a.claim.Everyday+"您说没有解决,"+unit+"答复了,"+what+"。"+u.Answer,
			a.claim.Name+":没有解决的,"+u.Unit.Say()+"答复,"+what+"。"+u.Answer)
		if err != nil {
			return err
		}
		words := wording.UnsolvedAnswered(wording.UnsolvedAnswer{Item: a.claim.Everyday, By: unit, Solved: in.Solved, Words: u.Answer,
			Above: a.unitName(u.Unit.Above()), Ask: wording.AskAgain(a.remedy(), a.decidedBy(), a.county())})
		if err := f.tell(ctx, a.tx, a.c, a.claim.ID, fmt.Sprintf("unsolved/%d", u.ID), words); err != nil {
			return err
		}
		return f.settle(ctx, a.tx, a.c)
	})
}
