package workflow

import (
	"context"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/wording"
	"lianou/intake/objections"
)

// filingScope: a case may have moved since its notice was hung up.
const filingScope = "what somebody said of a notice goes to where its case is"

// ObjectionSent files what somebody said of a notice through the app or the mini-program.
func (f *Flow) ObjectionSent(ctx context.Context, job jobs.ObjectionSent) error {
	var c casefile.Case
	err := f.DB.Tx(ctx, pg.City(filingScope), func(ctx context.Context, tx *pg.Tx) error {
		c = casefile.Case{}
		in, err := objections.Take(ctx, tx, f.Opener, job.Objection)
		if err != nil || in.Taken {
			return err
		}
		claim, err := f.Cases.ClaimOfNotice(ctx, tx, in.Notice)
		if err != nil {
			return err
		}
		a := &act{f: f, tx: tx, actor: casefile.JobActor(), detail: map[string]any{}}
		if err := a.lock(ctx, target{claim: claim}); err != nil {
			return err
		}
		filed, err := a.object(ctx, casefile.ObjectionSaid{Notice: in.Notice, Says: in.Says, Name: in.Name, Phone: in.Phone, Door: casefile.Door(in.Door),
			Sender: in.Sender, Account: in.Account, Receipt: in.Receipt})
		if err != nil {
			return err
		}
		if err := objections.Taken(ctx, tx, in.ID, filed.ID); err != nil {
			return err
		}
		if filed.First { // of the others the household sees nothing, not even when
			if err := f.Cases.PublishStatus(ctx, tx, a.c.ID); err != nil {
				return err
			}
		}
		c = a.c
		return f.Audit.Write(ctx, tx, entry(a.filedAs("objection.filed"), a.c, a.detail))
	})
	if err == nil && c.ID != 0 {
		f.ring(ctx, c.Region, "objection.filed", c.ID)
	}
	return err
}

func (a *act) filedAs(trace string) string {
	if a.trace != "" {
		return a.trace
	}
	return trace
}

// ObjectAt is what somebody says of a notice to one of the staff, by the number on it.
type ObjectAt struct {
	Notice int64
	Says   string
	Name   string // "" for none
	Phone  string // "" for none: then the number alone tells what came of it
	Door   casefile.Door
	Key    string                              // of the page on which it is written down
	Also   func(context.Context, *pg.Tx) error // in the transaction that writes it down; nil for nothing
}

// ObjectAt takes one in for who rings or stands at the window, and gives what to read out to
// them. Who took it shows no more of the case than the board does. Errors:
// casefile.ErrNoticeOver, casefile.ErrConflictOfInterest, KindInvalid with the field.
func (f *Flow) ObjectAt(ctx context.Context, actor casefile.Actor, in ObjectAt) (promise string, err error) {
	said := objections.Saying{Key: in.Key, Says: in.Says, Name: in.Name, Phone: in.Phone}
	if err := said.Check(); err != nil {
		return "", err
	}
	var claim core.ClaimID
	err = f.DB.Read(ctx, pg.Regions(actor.Regions...), func(ctx context.Context, tx *pg.Tx) error {
		n, err := f.Cases.HangingNotice(ctx, tx, in.Notice)
		claim = n.Claim
		return err
	})
	if err != nil {
		return "", err
	}
	phone, _ := core.ParsePhone(said.Phone) // Check held it; "" is none
	shared := f.Cases.Shared()
	page := in.Key + "/" + formatID(in.Notice) // one of the same key about another notice is another
	form := objections.Sender(shared, "form", page)
	key := objections.Key(shared, strings.Join([]string{page, said.Says, said.Name, said.Phone}, "\x00")) // what was corrected is said anew
	number := objections.Number(shared, form, key, 0)
	sender := form
	if said.Phone != "" {
		sender = objections.Sender(shared, "phone", said.Phone)
	}
	on := target{name: casefile.ActObject, trace: "objection.filed", claim: claim}
	var state string
	err = f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		mark := objections.Mark(shared, number)
		_, err := a.object(ctx, casefile.ObjectionSaid{Notice: in.Notice, Says: said.Says, Name: said.Name, Phone: phone, Door: in.Door, TakenBy: actor.Staff,
			Sender: sender, Receipt: mark})
		if err == nil {
			err = a.beside(ctx, in.Also)
		}
		if err == nil {
			state, err = f.Cases.ObjectionSays(ctx, a.tx, mark)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	return wording.ObjectionTaken(objections.Spoken(number), state, said.Phone != ""), nil
}

// object files one, or adds it to what the same sender said of the notice. The household reads
// once that somebody has a different opinion, never who, how often or where.
func (a *act) object(ctx context.Context, in casefile.ObjectionSaid) (casefile.ObjectionFiled, error) {
	filed, err := a.f.Cases.AddObjection(ctx, a.tx, a.c, a.claim, in)
	if err != nil {
		return filed, err
	}
	a.detail["objection"], a.detail["door"], a.detail["notice"], a.detail["claim"] = filed.ID, in.Door, in.Notice, a.claim.ID
	if !filed.New {
		a.trace, a.detail["again"] = "objection.added", filed.Again
		return filed, nil
	}
	if !filed.First {
		return filed, a.event(ctx, "objection.filed", "", a.claim.Name+":又收到一条不同意见("+in.Door.Say()+")")
	}
	if err := a.reclock(ctx, a.claim, stand{County: a.claim.Decides == policy.ByCounty, Special: true}); err != nil {
		return filed, err
	}
	return filed, a.event(ctx, "objection.filed", "公示时有人提了意见,镇上在核实。", a.claim.Name+":收到不同意见("+in.Door.Say()+"),核实后再定")
}
