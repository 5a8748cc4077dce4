package workflow

import (
	"context"
	"fmt"
	"strings"

	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/wording"
)

// Settled: the bank says that a line is on the card. The household is told item,
// month, amount and the tail of the card.
func (f *Flow) Settled(ctx context.Context, job payout.Settled) error {
	var c casefile.Case
	err := f.DB.Tx(ctx, pg.Job(job.Region), func(ctx context.Context, tx *pg.Tx) error {
		var claim casefile.Claim
		var err error
		if c, claim, err = f.Cases.LockClaim(ctx, tx, job.Claim); err != nil {
			return err
		}
		line, err := f.Payout.LineByID(ctx, tx, job.Line)
		if err != nil {
			return err
		}
		// 1. The first month moves the claim; later months only tell.
		if claim.State == casefile.ClaimPaying && claim.Money != casefile.MoneyPaid {
			if err := f.Cases.SetMoney(ctx, tx, claim, casefile.MoneyPaid); err != nil {
				return err
			}
		}
		// 2. Say so, once for each line, together with what came with it.
		return f.answered(ctx, tx, c, line, answer{kind: wording.KindPaid, event: "payment.settled",
			citizen: fmt.Sprintf("%s %d 月的钱到账了,%s。", claim.Everyday, line.Period.Month(), wording.Money(line.Amount, line.Sample)),
			staff:   fmt.Sprintf("%s %d 月已到账 %s", claim.Name, line.Period.Month(), wording.Money(line.Amount, line.Sample))})
	})
	if err == nil {
		f.ring(ctx, job.Region, "payment.settled", c.ID)
	}
	return err
}

// Returned: the bank sent a line back. The money is safe; the household is asked
// to have the card looked at.
func (f *Flow) Returned(ctx context.Context, job payout.Returned) error {
	var c casefile.Case
	err := f.DB.Tx(ctx, pg.Job(job.Region), func(ctx context.Context, tx *pg.Tx) error {
		var claim casefile.Claim
		var err error
		if c, claim, err = f.Cases.LockClaim(ctx, tx, job.Claim); err != nil {
			return err
		}
		line, err := f.Payout.LineByID(ctx, tx, job.Line)
		if err != nil {
			return err
		}
		// A repeated job may come after the line was mended and paid.
		if claim.State == casefile.ClaimPaying && claim.Money != casefile.MoneyPaid {
			if err := f.Cases.SetMoney(ctx, tx, claim, casefile.MoneyReturned); err != nil {
				return err
			}
		}
		if err := f.cardBy(ctx, tx, claim); err != nil {
			return err
		}
		return f.answered(ctx, tx, c, line, answer{kind: wording.KindReturned, event: "payment.returned",
			citizen: fmt.Sprintf("%s %d 月的钱没发成功,卡要核对。钱还在。", claim.Everyday, line.Period.Month()),
			staff:   fmt.Sprintf("%s %d 月银行退回:%s", claim.Name, line.Period.Month(), wording.FixTask(line.Code)+strings.Join(wording.FixSteps(line.Code), ""))})
	})
	if err == nil {
		f.ring(ctx, job.Region, "payment.returned", c.ID)
	}
	return err
}

// cardDays is how many working days there are to find out why the bank sent money back and
// to have the card mended (a sample figure).
const cardDays = 5

// cardBy starts the clock of money that came back, while any of it waits for a card. The
// officers and the payers act, so the township is told first.
func (f *Flow) cardBy(ctx context.Context, tx *pg.Tx, claim casefile.Claim) error {
	waits, err := f.Payout.Waits(ctx, tx, claim.ID)
	if err != nil || !waits {
		return err
	}
	return f.Cases.Resume(ctx, tx, casefile.Deadline{Case: claim.Case, Claim: claim.ID, Kind: casefile.DeadlineCard,
		Due: f.Routing.Days(tx.Today(), cardDays), Level: casefile.RungAssistant, Cause: casefile.CameBackAgain})
}

// mended ends the clock of money of a claim when none of it waits for a card any more.
func (a *act) mended(ctx context.Context) error {
	waits, err := a.f.Payout.Waits(ctx, a.tx, a.claim.ID)
	if err != nil || waits {
		return err
	}
	return a.f.Cases.Meet(ctx, a.tx, a.c.ID, a.claim.ID, casefile.DeadlineCard)
}

// answer is what one answer of the bank means to the timeline and the household.
type answer struct {
	kind           wording.Kind
	event          string
	citizen, staff string
}

// answered writes timeline, telling, status and trace of one answer of the bank,
// once: what stands in the timeline already is not told again.
func (f *Flow) answered(ctx context.Context, tx *pg.Tx, c casefile.Case, line payout.Line, a answer) error {
	kindOnce := fmt.Sprintf("%s/%d", a.event, line.ID)
	events, err := f.Cases.Events(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, e := range events {
		if e.Kind == kindOnce {
			return nil
		}
	}
	err = f.Cases.AddEvent(ctx, tx, casefile.Event{Case: c.ID, Kind: kindOnce, Actor: casefile.Actor{Kind: "outside", Name: "银行"},
		Citizen: a.citizen, Staff: a.staff})
	if err != nil {
		return err
	}
	if err := f.toTell(ctx, tx, c, casefile.Telling{Claim: line.Claim, Kind: a.kind, Source: line.ID}); err != nil {
		return err
	}
	if err := f.Cases.PublishStatus(ctx, tx, c.ID); err != nil {
		return err
	}
	return f.Audit.Write(ctx, tx, entry("claim.paid", c, map[string]any{"claim": line.Claim, "line": line.ID, "answer": a.event, "code": line.Code}))
}
