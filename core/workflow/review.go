package workflow

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/wording"
)

// SweepReviews sets the next re-check of monthly money that has none ahead of it, tells of those that are
// near, and ends those of money that was stopped. What is late climbs by its deadline; it stops nothing.
//
// It is no part of Sweep: it looks at all monthly money of the city, which moves by the day, and a re-check
// that cannot be told of stops no clock.
func (f *Flow) SweepReviews(ctx context.Context) error {
	for {
		if n, err := f.sweepReviews(ctx); err != nil || n < sweepSize {
			return err
		}
	}
}

func (f *Flow) sweepReviews(ctx context.Context) (int, error) {
	over, err := f.endReviews(ctx)
	if err != nil {
		return over, err
	}
	n, err := f.setReviews(ctx)
	if err != nil {
		return n, err
	}
	m, err := f.tellReviews(ctx)
	return max(over, n, m), err
}

// endReviews ends what is no longer to be looked at.
func (f *Flow) endReviews(ctx context.Context) (n int, err error) {
	err = f.DB.Tx(ctx, sweepScope(), func(ctx context.Context, tx *pg.Tx) error {
		list, err := f.Cases.ReviewsOver(ctx, tx, sweepSize)
		if err != nil {
			return err
		}
		n = len(list)
		for _, r := range list {
			c, err := f.Cases.Lock(ctx, tx, r.Case)
			if err != nil {
				return err
			}
			if err := f.Cases.EndReviewOver(ctx, tx, r); err != nil {
				return err
			}
			if err := f.Audit.Write(ctx, tx, entry("review.over", c, map[string]any{"claim": r.Claim, "review": r.ID})); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// setReviews gives each its day by the law that is in force today and by what is known of the household.
func (f *Flow) setReviews(ctx context.Context) (n int, err error) {
	err = f.DB.Tx(ctx, sweepScope(), func(ctx context.Context, tx *pg.Tx) error {
		book, err := f.Books.On(tx.Today())
		if err != nil {
			return err
		}
		var items []core.ItemCode
		for i := range book.Items {
			if len(book.Items[i].Review) > 0 {
				items = append(items, book.Items[i].Code)
			}
		}
		list, err := f.Cases.Unreviewed(ctx, tx, items, sweepSize)
		if err != nil {
			return err
		}
		n = len(list)
		for _, one := range list {
			if err := f.setReview(ctx, tx, book, one); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

func (f *Flow) setReview(ctx context.Context, tx *pg.Tx, book *policy.Book, one casefile.ToReview) error {
	c, err := f.Cases.Lock(ctx, tx, one.Case)
	if err != nil {
		return err
	}
	item, ok := book.Item(one.Item)
	if !ok {
		return nil
	}
	var h core.Household
	if c.FactsVersion > 0 {
		facts, err := f.Cases.Facts(ctx, tx, c.ID, c.FactsVersion)
		if err != nil {
			return err
		}
		h = facts.Household
	}
	class := reviewClass(item.Review, h)
	codes := make([]string, 0, len(book.Packs))
	for _, p := range book.Packs {
		codes = append(codes, p.Code)
	}
	due := one.Since.AddDate(0, class.Months, 0)
	// Money that ran before re-checks were kept is not late the day that they are: everybody is told first, and
	// what has passed is spread over the months of its class, or a township would have a year's on one day.
	if soonest := tx.Today() + casefile.ReviewAhead; due < soonest {
		due = soonest + core.Date(int(one.Claim)%(30*class.Months))
	}
	r := casefile.Review{Claim: one.Claim, Nth: one.Nth, Class: class.Class, Who: class.Who, Months: class.Months, Packs: strings.Join(codes, " "), Since: one.Since, Due: due}
	fresh, err := f.Cases.AddReview(ctx, tx, r)
	if err != nil || !fresh {
		return err
	}
	return f.Audit.Write(ctx, tx, entry("review.set", c, map[string]any{"claim": one.Claim, "nth": one.Nth, "class": class.Class, "months": class.Months, "due": r.Due.String()}))
}

// reviewClass is how often the law of the day has a household looked at again. Who cannot work is a stable
// household; who can, and has no regular work, is looked at most often. What nobody knows of somebody of
// working age counts as able: being looked at more often takes nothing away.
func reviewClass(classes []policy.ReviewClass, h core.Household) policy.ReviewClass {
	able, unsteady := len(h.Members) == 0, len(h.Members) == 0
	for _, m := range h.Members {
		grown := m.Age == nil || *m.Age >= 16 && *m.Age < 60
		if !grown || m.WorkAbility != nil && *m.WorkAbility == "none" {
			continue
		}
		able = true
		if m.Employment == nil || !slices.Contains([]core.Employment{"employed", "student", "retired"}, *m.Employment) {
			unsteady = true
		}
	}
	switch {
	case !able:
		return classes[0]
	case len(classes) > 2 && !unsteady:
		return classes[1]
	}
	return classes[len(classes)-1]
}

// tellReviews tells of what is near: thirty days before, fifteen, and three (F71).
func (f *Flow) tellReviews(ctx context.Context) (n int, err error) {
	var bells []rung
	err = f.DB.Tx(ctx, sweepScope(), func(ctx context.Context, tx *pg.Tx) error {
		bells = bells[:0]
		list, err := f.Cases.ReviewsToTell(ctx, tx, sweepSize)
		if err != nil {
			return err
		}
		n = len(list)
		for _, r := range list {
			c, told, err := f.tellReview(ctx, tx, r)
			if err != nil {
				return err
			}
			if told {
				bells = append(bells, rung{c.Region, "review.due", c.ID})
			}
		}
		return nil
	})
	f.ringAll(ctx, err, bells)
	return n, err
}

func (f *Flow) tellReview(ctx context.Context, tx *pg.Tx, r casefile.Review) (casefile.Case, bool, error) {
	c, claim, err := f.Cases.LockClaim(ctx, tx, r.Claim)
	if err != nil {
		return c, false, err
	}
	days, err := f.Cases.TellReview(ctx, tx, r.ID)
	if err != nil || days == 0 {
		return c, false, err
	}
	// 1. Its clock runs from the first time it is told of; later ones find it running.
	if err := f.Cases.StartReview(ctx, tx, r); err != nil {
		return c, false, err
	}
	// 2. Whoever has the case in hand, and the household.
	line := fmt.Sprintf("%s该定期复核了,%s前(%s 类,%d 个月一次)", claim.Name, r.Due.Say(), r.Class, r.Months)
	err = f.Cases.AddEvent(ctx, tx, casefile.Event{Case: c.ID, Kind: "review.due", Actor: casefile.JobActor(), Citizen: claim.Everyday + "到了再看一遍的时候。没变的不用办,钱照发。", Staff: line})
	if err != nil {
		return c, false, err
	}
	if err := f.tell(ctx, tx, c, claim.ID, fmt.Sprintf("review/%d/%d", r.ID, days), wording.ReviewSoon(claim.Everyday, r.Due)); err != nil {
		return c, false, err
	}
	if err := f.Cases.PublishStatus(ctx, tx, c.ID); err != nil {
		return c, false, err
	}
	return c, true, f.Audit.Write(ctx, tx, entry("review.due", c, map[string]any{"claim": claim.ID, "review": r.ID, "days": days, "due": r.Due.String()}))
}

// ReviewBenefit is a person's word at the end of a periodic re-check.
type ReviewBenefit struct {
	Claim   core.ClaimID
	Outcome string        // casefile.ReviewSame, ReviewChange or ReviewStop
	Words   string        // what was looked at and how it stands
	Change  ChangeBenefit // what it comes to, but for ReviewSame
}

// ReviewBenefit ends a re-check: the money goes on, or a change or a stop is proposed, which waits for a
// second person as every one does. Errors: casefile.ErrMovedOn where none is due, ErrReviewSelf; those of ProposeChange.
func (f *Flow) ReviewBenefit(ctx context.Context, actor casefile.Actor, in ReviewBenefit) error {
	on := target{name: casefile.ActReviewBenefit, trace: "benefit.reviewed", claim: in.Claim}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if err := checkText("seen", in.Words, "请写看了什么、怎么样。"); err != nil {
			return err
		}
		r := *a.all.OpenReview(in.Claim)
		r.Outcome, r.Words, r.By = in.Outcome, trim(in.Words), actor.Staff
		says := "照原来的发"
		switch in.Outcome {
		case casefile.ReviewSame: // nobody vouches for ever for what they proposed
			if actor.Staff == a.claim.Proposer {
				return casefile.ErrReviewSelf
			}
		case casefile.ReviewChange, casefile.ReviewStop:
			if (in.Change.Amount == nil) != (in.Outcome == casefile.ReviewStop) {
				return casefile.ErrNoAmount
			}
			if err := casefile.Check(a.all, actor, casefile.ActChange, a.claim); err != nil {
				return err
			}
			c, err := a.proposeChange(ctx, in.Change)
			if err != nil {
				return err
			}
			r.Change, says = c.ID, "提了变更,等另一位同事定"
			a.also("benefit.change_proposed", map[string]any{"claim": a.claim.ID, "change": c.ID, "kind": c.Kind, "from": c.From, "fen": int64(c.Amount), "reason": c.Reason})
		default:
			return core.Invalid("outcome", "请选复核下来怎样。")
		}
		if err := f.Cases.EndReview(ctx, a.tx, a.c, r); err != nil {
			return err
		}
		a.detail["review"], a.detail["outcome"], a.detail["nth"] = r.ID, r.Outcome, r.Nth
		if in.Outcome != casefile.ReviewSame { // the household is told of a change when it is decided
			return a.event(ctx, "benefit.reviewed", "", a.claim.Name+"复核了:"+says)
		}
		if err := a.event(ctx, "benefit.reviewed", a.claim.Everyday+"再看过了,照原来的发。", a.claim.Name+"复核了:"+says); err != nil {
			return err
		}
		return f.tell(ctx, a.tx, a.c, a.claim.ID, fmt.Sprintf("reviewed/%d", r.ID), wording.ReviewedSame(a.claim.Everyday))
	})
}
