package workflow

import (
	"context"
	"fmt"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/wording"
)

// backDays is how many working days a household has, once it was told that somebody wrote down that
// it does not want its appeal any more, to say that it is not so (a sample figure, as of quotas).
const backDays = 3

// sayBack is the first person's word that the household does not want an appeal any more. The
// household is told, for nobody else would know that it is not so.
func (a *act) sayBack(ctx context.Context, p casefile.Appeal, why string) error {
	notice, err := a.f.enqueue(ctx, a.tx, a.c, notify.Notice{Claim: a.claim.ID, Key: fmt.Sprintf("%s%d/%d", backKey, p.ID, a.tx.Now().UnixMicro()), Text: wording.BackSaid(a.claim.Everyday)})
	if err != nil {
		return err
	}
	if err := a.f.Cases.SayBack(ctx, a.tx, p, a.actor.Staff, why, notice); err != nil {
		return err
	}
	a.trace = "appeal.back_said"
	a.detail["appeal"], a.detail["notice"] = p.ID, notice
	return a.event(ctx, "appeal.back_said", a.claim.Everyday+"记下了您不要重新看了。还要另一位同志问过您才算。不是您的意思,打 12345 说一声。",
		a.claim.Name+":家里说不要重新看了,"+why+"。已通知本人,送到后过 3 个工作日,另一位没经手过的同志问过本人才算")
}

// backKey begins the key of every notice of sayBack.
const backKey = "appeal_back/"

// takeBack ends an appeal as the second person, and keeps both names.
func (a *act) takeBack(ctx context.Context, p casefile.Appeal) error {
	a.detail["appeal"], a.detail["said_by"], a.detail["back_by"] = p.ID, p.BackBy, a.actor.Staff
	return a.f.Cases.WithdrawAppeal(ctx, a.tx, p, a.actor.Staff)
}

// backHeard: the household knows what was written down of it. Its days run from then.
func (f *Flow) backHeard(ctx context.Context, tx *pg.Tx, c casefile.Case, n notify.View) error {
	if n.State != notify.Confirmed || n.Ended == nil || !strings.HasPrefix(n.Key, backKey) {
		return nil
	}
	p, found, err := f.Cases.BackOf(ctx, tx, c.ID, n.ID)
	if err != nil || !found || !p.BackFrom.IsZero() {
		return err
	}
	// Three working days after it, and never fewer than the database counts.
	told := core.DateOf(*n.Ended)
	from := max(f.Routing.Days(told, backDays), told.AddDate(0, 0, backDays)).AddDate(0, 0, 1)
	if err := f.Cases.BackHeard(ctx, tx, p, from); err != nil {
		return err
	}
	return f.Audit.Write(ctx, tx, entry("appeal.back_heard", c, map[string]any{"appeal": p.ID, "notice": n.ID, "from": from.String()}))
}

// backTeller refuses that who wrote down that an appeal is not wanted any more is who says that the
// household knows of it: all of it would be one person's word.
func (f *Flow) backTeller(ctx context.Context, tx *pg.Tx, t casefile.CallTask, by core.StaffID) error {
	notice, ok := parseID(t.Notice)
	if !ok {
		return nil
	}
	p, found, err := f.Cases.BackOf(ctx, tx, t.Case, notice)
	if err == nil && found && p.BackBy == by {
		return casefile.ErrSamePerson
	}
	return err
}

// hears takes in what a household says while its appeal is open: that it is wanted still, or what
// there is to say to a stop.
func (a *act) hears(ctx context.Context, p casefile.Appeal, in Appeal) (string, error) {
	if err := a.f.Cases.AddWord(ctx, a.tx, a.c, p, casefile.AppealWord{Says: trim(in.Says), Door: in.Door, TakenBy: a.actor.Staff, Sent: in.sent}); err != nil {
		return "", err
	}
	a.trace = "appeal.heard"
	a.detail["appeal"], a.detail["door"], a.detail["back_by"], a.detail["stop"] = p.ID, in.Door, p.BackBy, p.Stop
	said := "本人又说了话,请一起看"
	if p.BackBy != 0 {
		said = "本人说还要重新看,先前记的“不要了”不算"
	}
	return wording.GoesOn(a.claim.Everyday), a.event(ctx, "appeal.heard", a.claim.Everyday+"您说的记下了。接着重新看。", a.claim.Name+":"+said+"("+in.Door.Say()+")")
}
