package workflow

import (
	"context"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/wording"
)

// deliverDays and the two after it are how many working days there are to hand over what is no
// money: in the ordinary way, in an emergency, and where it did not arrive. They are sample
// figures: the Book says by when is decided, and not by when it is there.
const (
	deliverDays = 10
	rushDays    = 1
	againDays   = 3
)

// toDeliver has an approved claim wait for its handing over, which has a day of its own: one
// that nobody makes climbs like all that is late (F57, F104).
func (a *act) toDeliver(ctx context.Context, claim casefile.Claim) error {
	if err := a.f.Cases.MoveClaim(ctx, a.tx, claim, casefile.ClaimDelivering); err != nil {
		return err
	}
	days := deliverDays
	if claim.Emergency {
		days = rushDays
	}
	return a.f.Cases.SetDeadline(ctx, a.tx, a.deliverBy(claim, days))
}

func (a *act) deliverBy(claim casefile.Claim, days int) casefile.Deadline {
	return casefile.Deadline{Case: a.c.ID, Claim: claim.ID, Kind: casefile.DeadlineDeliver, Due: a.f.Routing.Days(a.tx.Today(), days)}
}

// Deliver is what comes back from the handing over of a thing or a service.
type Deliver struct {
	Claim     core.ClaimID
	Service   bool   // something done for them, and not a thing
	What      string // at most 40 characters
	Amount    string // how much, with its unit; at most 20 characters
	On        core.Date
	Place     string         // in words; at most 60 characters
	Member    core.MemberRef // of the household, who took it; "" for somebody in their place
	Receiver  string         // the name of somebody in their place
	Relation  string         // of them to the household
	Signature core.BlobDigest
	Unable    string // why they could not sign; then a photo and a witness are wanted
	Witness   string
	Photos    []core.BlobDigest
	Sure      bool // the page said that the household will be told, and they said yes
}

// Deliver records that a thing or a service was handed over, with its proof. What the receiver
// signed for counts at once and the household is told; what nobody could sign for waits for a
// second person. Errors: those of casefile.Store.Deliver, KindInvalid for what is left out.
func (f *Flow) Deliver(ctx context.Context, actor casefile.Actor, in Deliver) error {
	on := target{name: casefile.ActDeliver, trace: "claim.delivered", claim: in.Claim}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		d, err := a.delivery(ctx, in)
		if err != nil {
			return err
		}
		if d, err = f.Cases.Deliver(ctx, a.tx, a.claim, d); err != nil {
			return err
		}
		a.detail["delivery"], a.detail["what"], a.detail["signature"], a.detail["photos"] = d.ID, d.What+","+d.Amount, d.Signature, d.Photos
		if d.Waits() {
			return a.event(ctx, "delivery.recorded", "", a.claim.Name+":已交付"+d.What+"("+d.Amount+"),收的人签不了字,等另一位同事确认")
		}
		return a.delivered(ctx, d)
	})
}

// delivery checks what a form says, and names the member who took it.
func (a *act) delivery(ctx context.Context, in Deliver) (casefile.Delivery, error) {
	d := casefile.Delivery{Service: in.Service, What: trim(in.What), Amount: trim(in.Amount), On: in.On, Place: trim(in.Place), Member: in.Member,
		Receiver: trim(in.Receiver), Relation: trim(in.Relation), Signature: in.Signature, Unable: trim(in.Unable), Witness: trim(in.Witness),
		Photos: in.Photos, By: a.actor.Staff}
	if d.Signature != "" && d.Unable != "" {
		return d, core.Invalid("unable", "已经签了名,就不要写签不了的原因。不是本人签的,请点“重签”擦掉。")
	}
	for _, one := range []struct {
		field, text, say string
		most             int
		may              bool // be left out
	}{
		{"what", d.What, "请写明交的是什么,40 个字以内。", 40, false},
		{"amount", d.Amount, "请写明多少,带单位,例如「2 袋」,20 个字以内。", 20, false},
		{"place", d.Place, "请写明在哪交的,60 个字以内。", 60, false},
		{"receiver", d.Receiver, "收的人的名字写得太长了。", 40, true},
		{"relation", d.Relation, "是这家什么人,40 个字以内。", 40, true},
		{"unable", d.Unable, "签不了的原因,60 个字以内。", 60, true},
		{"witness", d.Witness, "见证人的名字写得太长了。", 40, true},
	} {
		if err := checkShort(one.field, one.text, one.say, one.most); err != nil && !(one.may && one.text == "") {
			return d, err
		}
	}
	if err := a.receives(ctx, &d); err != nil {
		return d, err
	}
	if len(d.Photos) > maxPhotos {
		return d, core.E(core.KindTooLarge, "delivery_too_large", "照片太多了,最多 30 张。")
	}
	if d.On.IsZero() || d.On > a.tx.Today() { // the database knows the day of the decision
		return d, casefile.ErrDeliveryDay
	}
	if !in.Sure {
		return d, core.Invalid("sure", "请先勾上“已经当面交清”,再点。")
	}
	return d, nil
}

// receives puts the name of a member to their ref; nobody takes a thing by two names.
func (a *act) receives(ctx context.Context, d *casefile.Delivery) error {
	if d.Member == "" {
		return nil
	}
	if d.Receiver != "" || d.Relation != "" {
		return casefile.ErrReceiver
	}
	people, err := a.f.Cases.People(ctx, a.tx, a.c.ID)
	if err != nil {
		return err
	}
	for _, m := range people {
		if m.Ref == d.Member {
			d.Receiver = m.Name
			return nil
		}
	}
	return casefile.ErrReceiver
}

// delivered ends the wait for a delivery that is proven: the household is told, and what it can
// do where it did not get it. The claim ends when they know.
func (a *act) delivered(ctx context.Context, d casefile.Delivery) error {
	if err := a.f.Cases.Delivered(ctx, a.tx, a.claim, d); err != nil {
		return err
	}
	if err := a.f.Cases.Meet(ctx, a.tx, a.c.ID, a.claim.ID, casefile.DeadlineDeliver); err != nil {
		return err
	}
	done := "已经送到"
	if d.Service {
		done = "已经办到"
	}
	to := d.Receiver
	if d.Relation != "" {
		to += "(" + d.Relation + ")代收"
	}
	err := a.event(ctx, "claim.delivered", a.claim.Everyday+done+":"+d.What+","+d.Amount+"。"+d.On.Say()+"在"+d.Place+"交给"+to+"。没有收到,请打 "+wording.Hotline+"。",
		a.claim.Name+":"+done+","+d.What+"("+d.Amount+"),"+d.On.Say()+"交给"+to)
	if err != nil {
		return err
	}
	words := wording.Delivered(wording.Handed{Item: a.claim.Everyday, What: d.What, Amount: d.Amount, On: d.On, Service: d.Service, Deputy: d.Relation != ""})
	return a.f.tell(ctx, a.tx, a.c, a.claim.ID, deliveredKey(d), words)
}

func deliveredKey(d casefile.Delivery) string { return "delivered/" + formatID(d.ID) }

// ErrDeliveryChanged is the answer to a word about a delivery that another one has taken the
// place of.
var ErrDeliveryChanged = core.E(core.KindConflict, "record_changed", "交付的记录换过了。请刷新,看过新的再点。")

// SecondDelivery is a second person's word on one delivery that nobody could sign for.
// Errors: ErrDeliveryChanged, casefile.ErrApproverDelivers.
func (f *Flow) SecondDelivery(ctx context.Context, actor casefile.Actor, claim core.ClaimID, record int64, how string) error {
	on := target{name: casefile.ActSecondDelivery, trace: "delivery.seconded", claim: claim}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		d := a.all.Handed[claim]
		if d.ID != record {
			return ErrDeliveryChanged
		}
		if err := checkShort("how", trim(how), "请写一句怎么核实的,例如「上门问过本人」,200 个字以内。", 200); err != nil {
			return err
		}
		if err := f.Cases.SecondDelivery(ctx, a.tx, d, actor.Staff, trim(how)); err != nil {
			return err
		}
		a.detail["delivery"], a.detail["recorded_by"], a.detail["how"] = d.ID, d.By, trim(how)
		if err := a.event(ctx, "delivery.seconded", "", a.claim.Name+":第二人确认交到了,"+trim(how)); err != nil {
			return err
		}
		return a.delivered(ctx, d)
	})
}

// TakeBack puts a claim back to be delivered because the household says that it did not get it,
// or because the record was a mistake. Whoever wrote it down, and why, stays.
func (f *Flow) TakeBack(ctx context.Context, actor casefile.Actor, claim core.ClaimID, record int64, why string) error {
	on := target{name: casefile.ActTakeBack, trace: "delivery.undone", claim: claim}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		d := a.all.Handed[claim]
		if d.ID != record {
			return ErrDeliveryChanged
		}
		if err := checkShort("reason", trim(why), "请写明谁说没收到、怎么说的,300 个字以内。", 300); err != nil {
			return err
		}
		d.UndoneBy, d.UndoneWhy = actor.Staff, trim(why)
		if err := f.Cases.TakeBack(ctx, a.tx, a.claim, d); err != nil {
			return err
		}
		if a.c.State == casefile.CaseSettled {
			if err := f.Cases.Reopen(ctx, a.tx, a.c); err != nil {
				return err
			}
		}
		due := a.deliverBy(a.claim, againDays)
		due.Cause = casefile.NotArrived
		if err := a.f.Cases.Resume(ctx, a.tx, due); err != nil {
			return err
		}
		a.detail["delivery"], a.detail["recorded_by"], a.detail["why"] = d.ID, d.By, d.UndoneWhy
		again := "" // of what they were never told
		if !d.Waits() {
			again = a.claim.Everyday + "先前写的送到了,不算数。镇上去查、重新办," + a.f.Routing.Days(a.tx.Today(), againDays).Say() + "前办好。"
		}
		return a.event(ctx, "delivery.undone", again, a.claim.Name+":家里说没收到,要查清、重新交付。"+d.UndoneWhy)
	})
}
