package demo

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"

	"lianou/core"
	"lianou/core/registry/seed"
)

// sickChild is story (c): in the mini-program, with one bank return mended.
func (p *player) sickChild(ctx context.Context) error {
	story, _ := seed.StoryOf("c")
	receipt, err := p.miniProgram(ctx, story)
	if err != nil {
		return err
	}
	p.say("小程序里拍证件、填表、手指签名,只点名要临时救助,回执 " + receipt)
	if err := p.work(ctx, township{"mengsi", "linyi"}, receipt); err != nil {
		return err
	}
	if err := p.pay(ctx); err != nil {
		return err
	}
	// The father's card was closed: the bank sends every line of it back.
	for range 20 {
		maker, err := p.logIn(ctx, "payer1")
		if err != nil {
			return err
		}
		page, err := maker.Open(ctx, "/desk/county")
		if err != nil {
			return err
		}
		if !strings.Contains(strings.Join(page.Actions(), " "), "/propose") {
			break
		}
		if err := p.mend(ctx, story.Fixed.Reveal()); err != nil {
			return err
		}
	}
	if err := p.pay(ctx); err != nil {
		return err
	}
	return p.told(ctx, "c", story.Fixed.Last4(), "微信收到:钱打到尾号 "+story.Fixed.Last4()+" 的新卡,还有没开口要过的低保")
}

// miniProgram does what the client on the phone does: log in with a code of
// WeChat's, photograph the card, sign, send the form, allow a message.
func (p *player) miniProgram(ctx context.Context, s seed.Story) (string, error) {
	ph, err := newPhone(p.city.Standin)
	if err != nil {
		return "", err
	}
	var login struct{ Code string }
	if err := ph.json(ctx, "POST", "c/login", nil, &login); err != nil {
		return "", fmt.Errorf("wx.login: %w", err)
	}
	var session struct{ Token string }
	if err := ph.api(ctx, "POST", "/login", map[string]string{"code": login.Code}, &session); err != nil {
		return "", fmt.Errorf("log in: %w", err)
	}
	ph.token = session.Token
	var papers []map[string]string
	for _, side := range []string{"front", "back"} {
		picture, err := ph.raw(ctx, "cards/c/"+side+".png")
		if err != nil {
			return "", err
		}
		kept, err := ph.upload(ctx, "id_"+side, "image/png", picture)
		if err != nil {
			return "", fmt.Errorf("card: %w", err)
		}
		papers = append(papers, map[string]string{"kind": "id_" + side, "digest": kept})
	}
	strokes, err := ph.upload(ctx, "strokes", "application/json", []byte(scrawl))
	if err != nil {
		return "", fmt.Errorf("strokes: %w", err)
	}
	form := citizenForm(s)
	form["papers"] = papers
	var asked struct{ Document string }
	if err := ph.api(ctx, "GET", "/form", nil, &asked); err != nil {
		return "", fmt.Errorf("read what is signed: %w", err)
	}
	shown := sha256.Sum256([]byte(asked.Document))
	form["signature"] = map[string]string{"strokes": strokes, "document": hex.EncodeToString(shown[:])}
	var receipt struct{ Receipt string }
	if err := ph.api(ctx, "POST", "/applications", form, &receipt); err != nil {
		return "", fmt.Errorf("send the form: %w", err)
	}
	templates := []string{"LIANOU-PAID-0001"}
	if err := ph.json(ctx, "POST", "c/grant", map[string]any{"tmplIds": templates}, nil); err != nil {
		return "", err
	}
	err = ph.api(ctx, "POST", "/subscriptions", map[string]any{"accepted": templates}, nil)
	return receipt.Receipt, err
}

// citizenForm is the JSON the app and the mini-program send.
func citizenForm(s seed.Story) map[string]any {
	who := s.Applicant()
	doc, _ := json.Marshal(s.Declared(core.NewDate(2026, 11, 23))) // facts of our own always encode
	var household map[string]any
	_ = json.Unmarshal(doc, &household)
	delete(household, "on")
	delete(household, "county")
	var people []map[string]string
	for _, m := range s.Members {
		people = append(people, map[string]string{"ref": string(m.Ref), "name": m.Name, "id_number": m.ID.Reveal()})
	}
	return map[string]any{
		"key": rand.Text(), "contact": map[string]string{"name": who.Name, "phone": who.Phone.Reveal(), "capacity": "self"},
		"applicant": map[string]string{"name": who.Name, "id_number": who.ID.Reveal()},
		"live":      map[string]string{"region": string(s.Region), "detail": s.Door},
		"household": household, "people": people, "items": []string{"MZ-04"}, "story": s.Title, "account": who.Account.Reveal(),
		"consents": []map[string]string{{"purpose": "process", "version": "2026-01", "how": "tick"}, {"purpose": "means_check", "version": "2026-01", "how": "signature"}},
	}
}

// api calls the gateway the way the mini-program does, over the phone's network.
func (p *phone) api(ctx context.Context, method, path string, in, out any) error {
	return p.json(ctx, method, "api/c/wechat"+path, in, out)
}

// upload sends one file and gives its digest.
func (p *phone) upload(ctx context.Context, kind, mime string, data []byte) (string, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.WriteField("kind", kind); err != nil {
		return "", err
	}
	head := textproto.MIMEHeader{"Content-Type": {mime}}
	head.Set("Content-Disposition", `form-data; name="file"; filename="file"`)
	part, err := w.CreatePart(head)
	if err != nil {
		return "", err
	}
	if _, err := part.Write(data); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, "POST", p.base+"api/c/wechat/papers", &b)
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	var kept struct{ Digest string }
	return kept.Digest, p.do(req, &kept)
}
