package township

import (
	"strconv"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/workflow"
)

// deputy is what the form sends in place of a member's ref for somebody in their place.
const deputy = "-"

// deliver files what somebody brought to a household, with the receiver's signature or what
// stands in its place.
func (t *Room) deliver(d doing) error {
	on, err := core.ParseDate(d.get("on"))
	if err != nil {
		return casefile.ErrDeliveryDay
	}
	in := workflow.Deliver{Claim: d.claim, Service: d.get("kind") == "service", What: d.get("what"), Amount: d.get("many"), On: on, Place: d.get("place"),
		Member: core.MemberRef(d.get("member")), Receiver: d.get("receiver"), Relation: d.get("relation"), Unable: d.get("unable"), Witness: d.get("witness"), Sure: d.get("sure") != ""}
	switch in.Member {
	case "":
		return casefile.ErrReceiver
	case deputy:
		in.Member = ""
	}
	if in.Signature, err = t.strokes(d, "receiver"); err != nil {
		return err
	}
	if in.Photos, err = t.photos(d); err != nil {
		return err
	}
	return t.d.Flow.Deliver(d.r.Context(), d.actor, in)
}

// record is the delivery that the page showed; workflow refuses when another one has taken
// its place since.
func (d doing) record() int64 {
	n, _ := strconv.ParseInt(d.get("record"), 10, 64) // nothing and nonsense are no record
	return n
}

func (t *Room) secondDelivery(d doing) error {
	return t.d.Flow.SecondDelivery(d.r.Context(), d.actor, d.claim, d.record(), d.get("how"))
}

func (t *Room) takeBack(d doing) error {
	return t.d.Flow.TakeBack(d.r.Context(), d.actor, d.claim, d.record(), d.get("reason"))
}

// goods is what is given first in place of money, "" for money.
func (d doing) goods() (string, error) {
	if money := d.inMoney(); money == nil || *money {
		return "", nil
	}
	if d.get("goods") == "" {
		return "", core.Invalid("goods", "请写明先给什么、多少,例如「面粉 2 袋」。")
	}
	return d.get("goods"), nil
}

// Handed is the delivery of a claim that was not taken back, nil when there is none.
func (p casePage) Handed(id core.ClaimID) *casefile.Delivery {
	for _, d := range p.View.Deliveries {
		if d.Claim == id && d.Undone.IsZero() {
			return &d
		}
	}
	return nil
}

// receiver says who took a delivery.
func receiver(d casefile.Delivery) string {
	if d.Relation != "" {
		return d.Receiver + "(" + d.Relation + ")代收"
	}
	return d.Receiver
}
