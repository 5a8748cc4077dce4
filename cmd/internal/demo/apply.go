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
	"regexp"

	"lianou/core"
	"lianou/core/registry/seed"
)

// LogInWeChat opens the mini-program with a code of WeChat's.
func (p *Phone) LogInWeChat(ctx context.Context) error {
	var login struct{ Code string }
	if err := p.json(ctx, "POST", p.person+"/login", nil, &login); err != nil {
		return fmt.Errorf("wx.login: %w", err)
	}
	return p.enter(ctx, "wechat", map[string]string{"code": login.Code})
}

var sixDigits = regexp.MustCompile(`[^0-9]([0-9]{6})[^0-9]`)

// LogInApp opens the app with the code that a text message brings.
func (p *Phone) LogInApp(ctx context.Context, number string) error {
	p.door = "app"
	var asked struct{ Ticket string }
	if err := p.api(ctx, "POST", "/login/code", map[string]string{"phone": number}, &asked); err != nil {
		return fmt.Errorf("ask for a code: %w", err)
	}
	code, err := waitFor(ctx, "the text message with the code", func() (string, bool, error) {
		box, err := p.Inbox(ctx)
		m := sixDigits.FindStringSubmatch(box)
		if m == nil {
			return "", false, err
		}
		return m[1], true, nil
	})
	if err != nil {
		return err
	}
	return p.enter(ctx, "app", map[string]string{"phone": number, "code": code, "ticket": asked.Ticket})
}

func (p *Phone) enter(ctx context.Context, door string, proof map[string]string) error {
	p.door = door
	if err := p.session(ctx, "/login", proof); err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	return nil
}

// Stay is what the app does when its session has grown old: a session holds for minutes, and
// days go by in a story.
func (p *Phone) Stay(ctx context.Context) error {
	if err := p.session(ctx, "/login/refresh", map[string]string{"refresh": p.refresh}); err != nil {
		return fmt.Errorf("stay logged in: %w", err)
	}
	return nil
}

func (p *Phone) session(ctx context.Context, path string, proof map[string]string) error {
	var got struct{ Token, Refresh string }
	p.token = ""
	if err := p.api(ctx, "POST", path, proof, &got); err != nil {
		return err
	}
	p.token, p.refresh = got.Token, got.Refresh
	return nil
}

// Apply does what the client on the phone does: photograph both sides of the card,
// sign, send the form. It gives the receipt's number.
func (p *Phone) Apply(ctx context.Context, s seed.Story) (string, error) {
	return p.apply(ctx, citizenForm(s))
}

func (p *Phone) apply(ctx context.Context, form map[string]any) (string, error) {
	var papers []map[string]string
	for _, side := range []string{"front", "back"} {
		picture, err := p.raw(ctx, "cards/"+p.person+"/"+side+".png")
		if err != nil {
			return "", err
		}
		kept, err := p.upload(ctx, "id_"+side, "image/png", picture)
		if err != nil {
			return "", fmt.Errorf("card: %w", err)
		}
		papers = append(papers, map[string]string{"kind": "id_" + side, "digest": kept})
	}
	strokes, err := p.upload(ctx, "strokes", "application/json", []byte(Scrawl(0)))
	if err != nil {
		return "", fmt.Errorf("strokes: %w", err)
	}
	form["papers"] = papers
	var asked struct{ Document string }
	if err := p.api(ctx, "GET", "/form", nil, &asked); err != nil {
		return "", fmt.Errorf("read what is signed: %w", err)
	}
	shown := sha256.Sum256([]byte(asked.Document))
	form["signature"] = map[string]string{"strokes": strokes, "document": hex.EncodeToString(shown[:])}
	var receipt struct{ Receipt string }
	if err := p.api(ctx, "POST", "/applications", form, &receipt); err != nil {
		return "", fmt.Errorf("send the form: %w", err)
	}
	return receipt.Receipt, nil
}

// Allow lets the mini-program send one message when money was paid.
func (p *Phone) Allow(ctx context.Context) error {
	templates := []string{"LIANOU-PAID-0001"}
	if err := p.json(ctx, "POST", p.person+"/grant", map[string]any{"tmplIds": templates}, nil); err != nil {
		return err
	}
	return p.api(ctx, "POST", "/subscriptions", map[string]any{"accepted": templates}, nil)
}

// Progress is what the door says of an application.
func (p *Phone) Progress(ctx context.Context, receipt string) (string, error) {
	var said json.RawMessage
	err := p.api(ctx, "GET", "/applications/"+receipt, nil, &said)
	return string(said), err
}

// citizenForm is the JSON the app and the mini-program send.
func citizenForm(s seed.Story) map[string]any {
	doc, _ := json.Marshal(s.Declared(core.NewDate(2026, 11, 23))) // facts of our own always encode
	var household map[string]any
	_ = json.Unmarshal(doc, &household)
	delete(household, "on")
	delete(household, "county")
	return formOf(s, household, "MZ-04")
}

// formOf is the form of a family that tells these facts and asks for one item.
func formOf(s seed.Story, household map[string]any, item string) map[string]any {
	who := s.Applicant()
	var people []map[string]string
	for _, m := range s.Members {
		people = append(people, map[string]string{"ref": string(m.Ref), "name": m.Name, "id_number": m.ID.Reveal()})
	}
	return map[string]any{
		"key": rand.Text(), "contact": map[string]string{"name": who.Name, "phone": who.Phone.Reveal(), "capacity": "self"},
		"applicant": map[string]string{"name": who.Name, "id_number": who.ID.Reveal()},
		"live":      map[string]string{"region": string(s.Region), "detail": s.Door},
		"household": household, "people": people, "items": []string{item}, "story": s.Title, "account": who.Account.Reveal(),
		"consents": []map[string]string{{"purpose": "process", "version": "2026-01", "how": "tick"}, {"purpose": "means_check", "version": "2026-01", "how": "signature"}},
	}
}

// api calls the gateway the way an app on the phone does, over its network.
func (p *Phone) api(ctx context.Context, method, path string, in, out any) error {
	return p.json(ctx, method, "api/c/"+p.door+path, in, out)
}

// upload sends one file and gives its digest.
func (p *Phone) upload(ctx context.Context, kind, mime string, data []byte) (string, error) {
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
	req, err := http.NewRequestWithContext(ctx, "POST", p.base+"api/c/"+p.door+"/papers", &b)
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	var kept struct{ Digest string }
	return kept.Digest, p.do(req, &kept)
}

// HandIn sends a photo that was asked for after applying, and gives what the door says.
func (p *Phone) HandIn(ctx context.Context, receipt, note string) (string, error) {
	picture, err := p.raw(ctx, "cards/"+p.person+"/front.png")
	if err != nil {
		return "", err
	}
	kept, err := p.upload(ctx, "other", "image/png", picture)
	if err != nil {
		return "", fmt.Errorf("the photo: %w", err)
	}
	var said struct{ Say string }
	in := map[string]any{"key": rand.Text(), "papers": []map[string]string{{"kind": "other", "digest": kept}}, "note": note}
	err = p.api(ctx, "POST", "/applications/"+receipt+"/papers", in, &said)
	return said.Say, err
}

// Money is what the door says of the money of one's applications.
func (p *Phone) Money(ctx context.Context) (string, error) {
	var said json.RawMessage
	err := p.api(ctx, "GET", "/payouts", nil, &said)
	return string(said), err
}
