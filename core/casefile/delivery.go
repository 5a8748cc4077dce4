package casefile

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Delivery is one handing over of what a claim gives in kind (交付): a thing, or something
// done for the household.
type Delivery struct {
	ID        int64
	Claim     core.ClaimID
	Service   bool   // something done, and not a thing
	What      string // at most 40 characters
	Amount    string // how much, with its unit: "2 袋"; at most 20 characters
	On        core.Date
	Place     string         // in words; at most 60 characters
	Member    core.MemberRef // of the household, who took it; "" for somebody in their place
	Receiver  string         // their name
	Relation  string         // of somebody in their place to the household
	Signature core.BlobDigest
	Unable    string // why they could not sign; "" with a signature
	Witness   string
	Photos    []core.BlobDigest

	By          core.StaffID
	At          time.Time // set by Deliver
	SecondedBy  core.StaffID
	Seconded    time.Time // a second person made sure, where nobody signed
	SecondedHow string
	Undone      time.Time // taken back: the household says that it did not arrive
	UndoneBy    core.StaffID
	UndoneWhy   string
}

// Waits reports whether nobody signed and the second person's word is still to come.
func (d Delivery) Waits() bool {
	return d.ID != 0 && d.Signature == "" && d.Seconded.IsZero() && d.Undone.IsZero()
}

// Proven reports whether the delivery counts.
func (d Delivery) Proven() bool { return d.ID != 0 && d.Undone.IsZero() && !d.Waits() }

// ErrNoProof is the answer to a delivery that nobody signed and nobody else saw.
var ErrNoProof = core.E(core.KindInvalid, "invalid_proof", "要收的人签名。签不了的,写明为什么,拍一张照片,再写一位见证人。")

// ErrReceiver is the answer to a delivery to nobody.
var ErrReceiver = core.E(core.KindInvalid, "invalid_receiver", "请选是家里谁收的。别人代收的,选“别人代收”,写他的名字和他是这家什么人。")

// ErrDeliveryDay is the answer to a day on which nothing can have been delivered.
var ErrDeliveryDay = core.E(core.KindInvalid, "delivery_day", "交付的日子不能早于批准那天,也不能晚于今天。")

// ErrOldStrokes is the answer to a signature that was used before.
var ErrOldStrokes = core.E(core.KindInvalid, "invalid_strokes", "这个签名用过了。请收的人当面再签一次。")

// ErrApproverDelivers is the answer to whoever approved a thing and would hand it over.
var ErrApproverDelivers = core.E(core.KindForbidden, "same_person", "这一项是您批的,要由别的同事去交付、确认。")

// Deliver writes a delivery down. The claim must wait for it; it ends by Delivered, and only
// by what is proven. Errors: ErrNoProof, ErrReceiver, ErrDeliveryDay, ErrOldStrokes,
// ErrApproverDelivers, ErrMovedOn.
func (s *Store) Deliver(ctx context.Context, tx *pg.Tx, c Claim, d Delivery) (Delivery, error) {
	switch {
	case c.State != ClaimDelivering || !c.Delivered.IsZero():
		return d, ErrMovedOn
	case (d.Member == "") == (d.Relation == "") || d.Receiver == "":
		return d, ErrReceiver
	case d.Signature == "" && (d.Unable == "" || d.Witness == "" || d.Witness == d.Receiver || len(d.Photos) == 0):
		return d, ErrNoProof
	}
	d.Claim, d.At = c.ID, tx.Now()
	err := tx.QueryRow(ctx, `insert into delivery (claim_id, case_id, region, service, what, amount, on_day, place, member, receiver, relation,
			signature, unable, witness, photos, by_staff, at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) returning id`,
		c.ID, c.Case, c.Region, d.Service, d.What, d.Amount, day(d.On), d.Place, d.Member, d.Receiver, d.Relation,
		d.Signature, d.Unable, d.Witness, texts(d.Photos), d.By, d.At).Scan(&d.ID)
	return d, deliveryFault(err, "write a delivery")
}

func deliveryFault(err error, what string) error {
	switch pg.Constraint(err) {
	case "delivery_day":
		return ErrDeliveryDay
	case "delivery_strokes":
		return ErrOldStrokes
	case "delivery_people":
		return ErrApproverDelivers
	case "delivery_proof":
		return ErrNoProof
	case "delivery_receiver":
		return ErrReceiver
	case "delivery_open", "delivery_claim", "delivery_stays":
		return ErrMovedOn
	}
	return pg.Fail(err, what)
}

// SecondDelivery is a second person's word that what nobody could sign for arrived; how says
// how they made sure.
func (s *Store) SecondDelivery(ctx context.Context, tx *pg.Tx, d Delivery, by core.StaffID, how string) error {
	tag, err := tx.Exec(ctx, `update delivery set seconded_by = $2, seconded = $3, seconded_how = $4 where id = $1 and seconded is null and undone is null`,
		d.ID, by, tx.Now(), how)
	if err == nil && tag.RowsAffected() == 0 {
		return ErrMovedOn
	}
	return deliveryFault(err, "second a delivery")
}

// Delivered writes on the claim that it was handed over. The database refuses it without a
// delivery that is proven.
func (s *Store) Delivered(ctx context.Context, tx *pg.Tx, c Claim, d Delivery) error {
	if c.State != ClaimDelivering || !c.Delivered.IsZero() {
		return ErrMovedOn
	}
	_, err := tx.Exec(ctx, `update claim set delivered = $2, result = $3, updated = $2 where id = $1`, c.ID, tx.Now(), d.What+","+d.Amount)
	return pg.Fail(err, "write the delivery of a claim")
}

// TakeBack undoes a delivery that the household says did not arrive; its claim waits to be
// delivered again, whether they were told already or not.
func (s *Store) TakeBack(ctx context.Context, tx *pg.Tx, c Claim, d Delivery) error {
	tag, err := tx.Exec(ctx, `update delivery set undone = $2, undone_by = $3, undone_why = $4 where id = $1 and undone is null`,
		d.ID, tx.Now(), d.UndoneBy, d.UndoneWhy)
	if err == nil && tag.RowsAffected() == 0 {
		return ErrMovedOn
	}
	if err != nil {
		return deliveryFault(err, "take a delivery back")
	}
	if c.State != ClaimDelivering {
		if err := c.allow(ClaimDelivering); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `update claim set state = 'delivering', delivered = null, told = null, result = '', updated = $2 where id = $1`, c.ID, tx.Now())
	if err != nil || c.State == ClaimDelivering {
		return pg.Fail(err, "have a claim delivered again")
	}
	return s.stepped(ctx, tx, c.step(ClaimDelivering), nil)
}

// StandingDelivery is the delivery of a claim that was not taken back; the zero Delivery when
// there is none.
func (s *Store) StandingDelivery(ctx context.Context, tx *pg.Tx, c Claim) (Delivery, error) {
	d, err := scanDelivery(tx.QueryRow(ctx, `select `+deliveryColumns+` from delivery where claim_id = $1 and undone is null`, c.ID))
	if errors.Is(err, pgx.ErrNoRows) {
		return Delivery{}, nil
	}
	return d, pg.Fail(err, "read a delivery")
}

const deliveryColumns = `id, claim_id, service, what, amount, on_day, place, member, receiver, relation, signature, unable, witness, photos,
	by_staff, at, coalesce(seconded_by, 0), seconded, seconded_how, undone, coalesce(undone_by, 0), undone_why`

func scanDelivery(r row) (d Delivery, err error) {
	var on time.Time
	var seconded, undone *time.Time
	err = r.Scan(&d.ID, &d.Claim, &d.Service, &d.What, &d.Amount, &on, &d.Place, &d.Member, &d.Receiver, &d.Relation, &d.Signature, &d.Unable, &d.Witness, &d.Photos,
		&d.By, &d.At, &d.SecondedBy, &seconded, &d.SecondedHow, &undone, &d.UndoneBy, &d.UndoneWhy)
	d.On, d.Seconded, d.Undone = dayOf(&on), timeOf(seconded), timeOf(undone)
	return d, err
}

// deliveries reads what was handed over in a case, oldest first, with what was taken back.
func (s *Store) deliveries(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]Delivery, error) {
	rows, err := tx.Query(ctx, `select `+deliveryColumns+` from delivery where case_id = $1 order by id`, id)
	if err != nil {
		return nil, pg.Fail(err, "read deliveries")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (Delivery, error) { return scanDelivery(r) })
	return list, pg.Fail(err, "read deliveries")
}

func (s *Store) situationDelivered(ctx context.Context, tx *pg.Tx, out *Situation) error {
	list, err := s.deliveries(ctx, tx, out.Case.ID)
	out.Handed = make(map[core.ClaimID]Delivery, len(list))
	for _, d := range list {
		if d.Undone.IsZero() {
			out.Handed[d.Claim] = d
		}
	}
	return err
}

var errDeliveryUnseconded = errNotNow("delivery_unseconded", "没有签名,等另一位同事问过、确认。")

// mayDeliver: once, until it is taken back.
func mayDeliver(s Situation, c Claim, _ Actor) error {
	if !c.Delivered.IsZero() || s.Handed[c.ID].ID != 0 {
		return ErrMovedOn
	}
	return nil
}

// maySecondDelivery: what one writes down and nobody signed for counts once somebody else of
// the staff made sure.
func maySecondDelivery(s Situation, c Claim, a Actor) error {
	d := s.Handed[c.ID]
	switch {
	case !d.Waits():
		return ErrMovedOn
	case a.Staff == d.By:
		return errDeliveryUnseconded
	}
	return nil
}

func mayTakeBack(s Situation, c Claim, _ Actor) error {
	if s.Handed[c.ID].ID == 0 {
		return ErrMovedOn
	}
	return nil
}
