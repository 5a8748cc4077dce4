package wechat

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"time"

	"lianou/channels"
	"lianou/core"
	"lianou/core/citizen"
)

// ocrMost is the largest picture WeChat reads, in bytes.
const ocrMost = 2 << 20

// card is what stands on an ID card, for the person to correct.
type card struct {
	Name     string `json:"name,omitempty"`
	IDNumber string `json:"id_number,omitempty"`
	Address  string `json:"address,omitempty"`
	Valid    string `json:"valid,omitempty"` // "20180105-20380105"
}

type paperAnswer struct {
	Kind   string          `json:"kind"`
	Digest core.BlobDigest `json:"digest"`
	MIME   string          `json:"mime"`
	Size   int64           `json:"size"`
	Card   *card           `json:"card,omitempty"` // absent when it could not be read: typing works as well
}

// postPapers keeps a photo or signature; a card is read as well. A card that cannot
// be read is kept all the same: there is always a way by hand (F27).
func (c *Channel) postPapers(w http.ResponseWriter, r *http.Request) {
	who, err := c.door.Who(channels.Bearer(r), true)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	kind, data, err := channels.ReadUpload(r)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	info, err := c.door.KeepOnce(r.Context(), who, channels.IdempotencyKey(r), kind, data)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	out := paperAnswer{Kind: kind, Digest: info.Digest, MIME: info.MIME, Size: info.Size}
	if kind == string(core.PaperIDFront) || kind == string(core.PaperIDBack) {
		out.Card = c.read(r.Context(), data)
		c.noticed(r.Context(), who, out.Card)
	}
	channels.WriteJSON(w, http.StatusCreated, out)
}

// noticed shows what was read beside the questions of an open interview. A card that was
// not kept there is typed: no reason to refuse the photo.
func (c *Channel) noticed(ctx context.Context, who citizen.Citizen, got *card) {
	if got == nil || got.Name == "" && got.IDNumber == "" {
		return
	}
	err := c.door.Noticed(ctx, who, channels.FromCard, map[string]string{"form/applicant.name": got.Name, "form/applicant.id_number": got.IDNumber})
	if err != nil {
		c.env.Log.WarnContext(ctx, "a card that was read is not shown in the interview", "error", err)
	}
}

// read asks WeChat what stands on the card, with the bytes and not an address.
func (c *Channel) read(ctx context.Context, picture []byte) *card {
	if len(picture) > ocrMost {
		return nil
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
	err := c.authorised(ctx, &out, func(token string) ([]byte, error) {
		resp, err := c.http.R().SetContext(ctx).SetQueryParam("access_token", token).
			SetMultipartField("img", "card", http.DetectContentType(picture), bytes.NewReader(picture)).Post(officialBase + "/cv/ocr/idcard")
		if err != nil {
			return nil, unsent(err)
		}
		return resp.Body(), nil
	})
	if err != nil || out.Code != 0 {
		c.env.Log.InfoContext(ctx, "card not read", "code", int(out.Code), "error", err)
		return nil
	}
	got := &card{Name: strings.TrimSpace(out.Name), Address: strings.TrimSpace(out.Address), Valid: out.ValidDate}
	// A misread number is worse than none: only one whose check digit fits is offered.
	if id, err := core.ParseID(out.ID, core.DateOf(c.env.Now())); err == nil {
		got.IDNumber = id.Reveal()
	}
	return got
}
