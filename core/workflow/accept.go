package workflow

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/policy"
	"lianou/core/wording"
)

// Accept is the one click: the case is taken on, every item the household agrees
// to is filed, and two people are sent.
type Accept struct {
	Case     core.CaseID
	Items    []core.ItemCode  // the household agreed to these; at least one
	Agreed   casefile.Consent // by whose word, of those that it did not name itself; its time is now
	Visitors [2]core.StaffID  // two different people, or both 0 to plan the visit later
	VisitOn  core.Date        // required with Visitors
	Part     string           // "上午" or "下午"
	Left     string           // why an item that the household named is not filed; required with one
}

// Accept takes a case on.
func (f *Flow) Accept(ctx context.Context, actor casefile.Actor, in Accept) error {
	on := target{name: casefile.ActAccept, trace: "case.accepted", id: in.Case}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if len(in.Items) == 0 {
			return core.Invalid("items", "请至少勾一项家里同意办的事。")
		}
		book, err := f.Books.On(a.tx.Today())
		if err != nil {
			return err
		}
		said, err := a.agreed(ctx, in.Items, in.Agreed)
		if err != nil {
			return err
		}
		// 1. File what was agreed; what was not wanted falls away.
		last, err := a.agree(ctx, book, in.Items, in.Agreed)
		if err != nil {
			return err
		}
		if err := a.leave(ctx, book, in); err != nil {
			return err
		}
		// 2. The civil clock begins.
		if err := a.start(ctx, last); err != nil {
			return err
		}
		if err := a.survey(ctx, book, in.Items); err != nil {
			return err
		}
		a.detail["items"], a.detail["due"] = in.Items, last.String()
		err = a.event(ctx, "case.accepted", fmt.Sprintf("%s受理了,从今天算期限。%s", a.c.Town, said.household()), fmt.Sprintf("受理 %d 项%s", len(in.Items), said.staff()))
		if err != nil {
			return err
		}
		// 3. Two people go and see.
		if in.Visitors == [2]core.StaffID{} {
			words := wording.Accepted(a.c.Town, a.tx.Today(), last)
			return f.tell(ctx, a.tx, a.c, 0, fmt.Sprintf("accepted/%d", a.c.ID), words)
		}
		return a.plan(ctx, PlanVisit{Case: a.c.ID, Visitors: in.Visitors, On: in.VisitOn, Part: in.Part})
	})
}

// leave says to the household which of the items it named are not filed, and why in an
// officer's words: what somebody asked for by name is answered, never dropped in silence.
func (a *act) leave(ctx context.Context, book *policy.Book, in Accept) error {
	var names []string
	for _, item := range a.c.Asked {
		if !slices.Contains(in.Items, item) {
			names = append(names, book.Title(item))
		}
	}
	if len(names) == 0 {
		return nil
	}
	why := trim(in.Left)
	if err := checkText("left", why, "申请时点名的"+strings.Join(names, "、")+"没有打钩。写一句为什么不报,会告诉本人;要报就打上钩。"); err != nil {
		return err
	}
	a.detail["left"] = names
	said := "这次没有报:" + strings.Join(names, "、") + "。" + strings.TrimRight(why, "。") + "。还想报,打 12345 或者找镇上,随时能加。"
	return a.event(ctx, "case.items_left", said, said)
}

// start moves the case to accepted and sets its deadlines.
func (a *act) start(ctx context.Context, decideBy core.Date) error {
	if err := a.f.Cases.Accept(ctx, a.tx, a.c, a.actor.Staff, decideBy); err != nil {
		return err
	}
	if a.c.Officer != a.actor.Staff { // taken off a colleague's hands
		if err := a.f.released(ctx, a.tx, a.c, a.c.Officer); err != nil {
			return err
		}
	}
	for _, kind := range []casefile.DeadlineKind{casefile.DeadlineAccept, casefile.DeadlineSupplement} {
		if err := a.f.Cases.Meet(ctx, a.tx, a.c.ID, 0, kind); err != nil {
			return err
		}
	}
	return a.reload(ctx)
}

// agree files the items and gives the latest day by which one must be decided.
func (a *act) agree(ctx context.Context, book *policy.Book, items []core.ItemCode, word casefile.Consent) (core.Date, error) {
	if err := a.missing(ctx, book, items); err != nil {
		return 0, err
	}
	claims, err := a.f.Cases.Claims(ctx, a.tx, a.c.ID)
	if err != nil {
		return 0, err
	}
	var last core.Date
	for _, c := range claims {
		if !slices.Contains(items, c.Item) {
			if c.State == casefile.ClaimProposed {
				err = a.f.Cases.MoveClaim(ctx, a.tx, c, casefile.ClaimWithdrawn)
			}
		} else if c.State == casefile.ClaimProposed {
			var due core.Date
			due, err = a.take(ctx, book, c, a.wordOn(c.Item, word))
			last = max(last, due)
		}
		if err != nil {
			return 0, err
		}
	}
	if last.IsZero() {
		last = a.f.Routing.Days(a.tx.Today(), routineDays)
	}
	return last, nil
}

// take files one claim by the household's word under the law of today and sets its deadline, which it gives.
func (a *act) take(ctx context.Context, book *policy.Book, c casefile.Claim, word casefile.Consent) (core.Date, error) {
	in, law, err := a.filed(ctx, book, c.Item)
	if err != nil {
		return 0, err
	}
	in.Consent = word
	if err := a.f.Cases.Agree(ctx, a.tx, c, in); err != nil {
		return 0, err
	}
	// What the household let fall and asks for again is asked for today: its terms are of this
	// day, and what its clock had told stays told.
	return in.Due, a.f.Cases.Resume(ctx, a.tx, casefile.Deadline{Case: a.c.ID, Claim: c.ID, Kind: casefile.DeadlineDecide, Due: in.Due, Law: law, Cause: casefile.DecideAnew})
}

// missing proposes the items that nobody proposed before, from the newest
// findings: an officer may add any item the household asks for.
func (a *act) missing(ctx context.Context, book *policy.Book, items []core.ItemCode) error {
	findings, err := a.f.Cases.Findings(ctx, a.tx, a.c.ID, a.c.FactsVersion)
	if err != nil {
		return err
	}
	for _, item := range items {
		i := slices.IndexFunc(findings, func(f casefile.Finding) bool { return f.Item == item })
		if i < 0 {
			return core.Invalid("items", "没有这一项,请刷新后再选。")
		}
		if claim, ok := newClaim(book, findings[i]); ok {
			if err := a.f.Cases.AddClaim(ctx, a.tx, a.c.ID, claim); err != nil {
				return err
			}
		}
	}
	return nil
}
