package wechat

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"lianou/channels"
	"lianou/core"
	"lianou/core/idcard"
)

// ocrMost is the largest picture WeChat reads, in bytes.
const ocrMost = 2 << 20

type paperAnswer struct {
	Kind   string               `json:"kind"`
	Digest core.BlobDigest      `json:"digest"`
	MIME   string               `json:"mime"`
	Size   int64                `json:"size"`
	Card   *channels.CardAnswer `json:"card,omitempty"` // absent when it could not be read: typing works as well
}

// postPapers keeps a photo or signature; a card is read as well. A card that cannot
// be read is kept all the same: there is always a way by hand (F27).
func (c *Channel) postPapers(w http.ResponseWriter, r *http.Request) {
	who, err := c.door.Who(channels.Bearer(r), true)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	up, err := channels.ReadUpload(r)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	info, err := c.door.KeepOnce(r.Context(), who, channels.IdempotencyKey(r), up.Kind, up.Data)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	channels.WriteJSON(w, http.StatusCreated, paperAnswer{Kind: up.Kind, Digest: info.Digest, MIME: info.MIME, Size: info.Size,
		Card: c.door.Card(r.Context(), c.cards, who, up)})
}

// reads lists who reads cards at this door: WeChat, unless the section says that no
// picture of a card may leave the house, and then this machine.
func (c *Channel) reads() idcard.Reader {
	var list idcard.Several
	if !c.cfg.NoOCR {
		list = append(list, ocr{c})
	}
	if c.env.Cards != nil {
		list = append(list, c.env.Cards)
	}
	return list
}

// ocr is WeChat's reading of ID cards, by upload: a picture is never put at an address.
type ocr struct{ c *Channel }

var _ idcard.Reader = ocr{}

// Read asks WeChat what stands on the card.
func (o ocr) Read(ctx context.Context, p idcard.Picture) (idcard.Card, error) {
	c := o.c
	picture, err := p.JPEG()
	if err != nil || len(picture) > ocrMost {
		return idcard.Card{}, idcard.ErrUnread
	}
	ctx, cancel := context.WithTimeout(ctx, 6*time.Second)
	defer cancel()
	var out struct {
		errcode
		Type      string `json:"type"`
		Name      string `json:"name"`
		ID        string `json:"id"`
		Address   string `json:"addr"`
		ValidDate string `json:"valid_date"`
	}
	err = c.authorised(ctx, &out, func(token string) ([]byte, error) {
		resp, err := c.http.R().SetContext(ctx).SetQueryParam("access_token", token).
			SetMultipartField("img", "card.jpg", "image/jpeg", bytes.NewReader(picture)).Post(officialBase + "/cv/ocr/idcard")
		if err != nil {
			return nil, unsent(err)
		}
		return resp.Body(), nil
	})
	switch {
	case err != nil:
		return idcard.Card{}, err
	case out.Code == 101000 || out.Code == 101001: // not to be read; no card
		return idcard.Card{}, idcard.ErrUnread
	case out.Code != 0:
		return idcard.Card{}, errAway.Wrap(fmt.Errorf("card not read: code %d", int(out.Code)))
	}
	got := idcard.Card{Name: strings.TrimSpace(out.Name), Address: strings.TrimSpace(out.Address), Valid: out.ValidDate,
		Side: map[string]idcard.Side{"Front": idcard.Front, "Back": idcard.Back}[out.Type]}
	// A misread number is worse than none: only one whose check digit fits is offered.
	if id, err := core.ParseID(out.ID, core.DateOf(c.env.Now())); err == nil {
		got.ID = id
	}
	return got, nil
}
