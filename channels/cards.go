package channels

import (
	"context"
	"time"

	"lianou/core"
	"lianou/core/bell"
	"lianou/core/blob"
	"lianou/core/citizen"
	"lianou/core/idcard"
)

// CardAnswer is what was read from a photo of an ID card, for the person to look at and
// put right. It fills empty fields and replaces nothing.
type CardAnswer struct {
	Side     idcard.Side `json:"side,omitempty" enum:"front,back"`
	Name     string      `json:"name,omitempty"`
	IDNumber string      `json:"id_number,omitempty" doc:"Only one whose check digit fits"`
	Address  string      `json:"address,omitempty"`
	Valid    string      `json:"valid,omitempty" doc:"20180105-20380105 or 20180105-长期"`
	Note     string      `json:"note,omitempty" doc:"What to tell the person: the other side, another number, an old card. Never a refusal"`
}

// readings is how many photos of one account are read in a day: each is paid for, or takes
// seconds of this machine. More are kept, and typed.
const readings = 40

// ReadCard reads a photo of a card that an account uploaded. idcard.ErrUnread when there is
// nothing to read, another error when no reader answers: the photo is kept all the same, and
// the person types (F27).
func (d *CitizenDoor) ReadCard(ctx context.Context, citizen string, r idcard.Reader, data []byte) (idcard.Card, error) {
	if r == nil {
		return idcard.Card{}, idcard.ErrUnread
	}
	if ok, _ := d.env.Shared.Allow(ctx, "card:"+citizen, bell.Rate{Count: readings, Per: 24 * time.Hour}); !ok {
		return idcard.Card{}, idcard.ErrUnread
	}
	done, err := d.imageTurn(ctx)
	if err != nil {
		return idcard.Card{}, err
	}
	img, err := blob.OpenImage(data)
	var small idcard.Picture
	if err == nil {
		small = idcard.NewPicture(img)
	}
	done() // reading takes a second, and needs no large picture
	if err != nil {
		return idcard.Card{}, err
	}
	return r.Read(ctx, small)
}

// Card reads an uploaded card for the person who sent it, nil for what is no card or could
// not be read. What it shows stands beside the questions of an open interview.
func (d *CitizenDoor) Card(ctx context.Context, r idcard.Reader, who citizen.Citizen, up Upload) *CardAnswer {
	wanted, is := map[string]idcard.Side{string(core.PaperIDFront): idcard.Front, string(core.PaperIDBack): idcard.Back}[up.Kind]
	if !is {
		return nil
	}
	card, err := d.ReadCard(ctx, who.ID, r, up.Data)
	if err != nil {
		if core.KindOf(err) != core.KindInvalid {
			d.env.Log.InfoContext(ctx, "card not read", "error", err)
		}
		return nil
	}
	today := core.DateOf(d.env.Now())
	stated, err := core.ParseID(up.Stated, today)
	if err != nil {
		stated = d.stated(ctx, who)
	}
	if card.Side == idcard.Front {
		d.noticed(ctx, who, card)
	}
	return &CardAnswer{Side: card.Side, Name: card.Name, IDNumber: card.ID.Reveal(), Address: card.Address, Valid: card.Valid, Note: card.Note(wanted, stated, today)}
}

// noticed shows what was read beside the questions of an open interview. A card that was
// not kept there is typed: no reason to refuse the photo.
func (d *CitizenDoor) noticed(ctx context.Context, who citizen.Citizen, card idcard.Card) {
	err := d.Noticed(ctx, who, FromCard, map[string]string{"form/applicant.name": card.Name, "form/applicant.id_number": card.ID.Reveal()})
	if err != nil {
		d.env.Log.WarnContext(ctx, "a card that was read is not shown in the interview", "error", err)
	}
}

// stated is the number that the person gave in an open interview, zero for none.
func (d *CitizenDoor) stated(ctx context.Context, who citizen.Citizen) core.IDNumber {
	if d.env.Talks == nil {
		return core.IDNumber{}
	}
	t, err := d.open(ctx, who)
	if err != nil {
		return core.IDNumber{}
	}
	return d.in.Stated(&t.Talking)
}

// Stated is the applicant's number as the person gave it, zero where it is not known or
// was itself read from a photo.
func (x *Interviews) Stated(t *Talking) core.IDNumber {
	const key = "form/applicant.id_number"
	if t.Talk.Known.Sources[key].Said == FromCard {
		return core.IDNumber{}
	}
	id, err := core.ParseID(x.Interviewer.Fields(t.Talk)[key], t.Talk.On)
	if err != nil {
		return core.IDNumber{}
	}
	return id
}
