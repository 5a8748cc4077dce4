package app

import (
	"net/http"

	"lianou/channels"
	"lianou/core"
	"lianou/core/citizen"
	"lianou/core/idcard"
)

// cardRead is what one photo of the card gave, as it stands on the long page.
type cardRead struct {
	Side  string // the name of its field
	Lines []cardLine
	Note  string
	Got   bool // the side with the emblem was read
	None  bool // nothing could be read
}

// cardLine is one thing that was read. It stands in its empty field to be looked at, or
// beside what the person typed.
type cardLine struct {
	Field, Ask, Value string
	Filled            bool
}

// cardSides are the two sides in their order on the page.
var cardSides = [2]core.PaperKind{core.PaperIDFront, core.PaperIDBack}

// readCards keeps the photos that the page brought and shows what is on them. It hands
// nothing in, and what somebody typed stays as they typed it. What cannot be read is typed:
// only a photo that cannot be kept is an error.
func (c *Channel) readCards(r *http.Request, who citizen.Citizen, v *applyView, files map[string][]byte) error {
	if _, err := c.papers(r, who, v.Kept, files); err != nil {
		return at("id_front", err) // shown where the photos are
	}
	sent := false
	for _, kind := range cardSides {
		data, ok := files[string(kind)]
		if !ok {
			continue
		}
		sent = true
		up := channels.Upload{Kind: string(kind), Data: data, Stated: v.Value("form/applicant.id_number")}
		v.Read = append(v.Read, v.showCard(string(kind), c.door.Card(r.Context(), c.env.Cards, who, up)))
	}
	switch {
	case sent:
		return nil
	case v.Kept[string(core.PaperIDFront)] != "" || v.Kept[string(core.PaperIDBack)] != "":
		return core.Invalid("id_front", "照片已经收到。想再读一次,要再拍一张,也可以直接打字填。")
	}
	return core.Invalid("id_front", "还没有拍身份证。先拍一张,或者直接打字填。")
}

// showCard fills the empty fields from a card and lists what was read.
func (v *applyView) showCard(side string, card *channels.CardAnswer) cardRead {
	out := cardRead{Side: side}
	if card == nil {
		out.None = true
		return out
	}
	out.Note = card.Note
	for _, one := range []cardLine{
		{Field: "form/applicant.name", Ask: "姓名", Value: card.Name},
		{Field: "form/applicant.id_number", Ask: "身份证号", Value: card.IDNumber},
	} {
		if one.Value == "" {
			continue
		}
		if v.Value(one.Field) == "" {
			v.Values[one.Field], one.Filled = one.Value, true
		}
		out.Lines = append(out.Lines, one)
	}
	out.Got = card.Side == idcard.Back && card.Valid != "" && card.Note == ""
	out.None = len(out.Lines) == 0 && out.Note == "" && card.Valid == ""
	return out
}

// CardSaid is what was read of the card for one field, to stand beside it; nil for nothing.
func (v applyView) CardSaid(field string) *cardLine {
	for _, card := range v.Read {
		for i := range card.Lines {
			if card.Lines[i].Field == field {
				return &card.Lines[i]
			}
		}
	}
	return nil
}
