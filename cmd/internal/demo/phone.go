package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Phone is a citizen's phone as the stand-in plays it.
type Phone struct {
	base, person string
	client       *http.Client
	door, token  string // where the person logged in, "" before
	refresh      string // turns into a new token
}

// Phone gives a person's phone.
func (p *Player) Phone(person string) *Phone {
	return &Phone{base: p.city.Standin + "/phone/", person: person, client: &http.Client{Timeout: 30 * time.Second}}
}

// Inbox reads what the phone shows: texts, WeChat messages, the bank's lines.
func (p *Phone) Inbox(ctx context.Context) (string, error) {
	b, err := p.raw(ctx, p.person+"/inbox")
	return string(b), err
}

func (p *Phone) raw(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+path, nil)
	if err != nil {
		return nil, err
	}
	return p.ask(req)
}

// json sends and reads JSON; in or out may be nil.
func (p *Phone) json(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader // none with a GET: who answers before it is read may cut the answer short
	switch {
	case in != nil:
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	case method != http.MethodGet:
		body = strings.NewReader("{}")
	}
	req, err := http.NewRequestWithContext(ctx, method, p.base+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	return p.do(req, out)
}

func (p *Phone) do(req *http.Request, out any) error {
	b, err := p.ask(req)
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(b, out)
}

func (p *Phone) ask(req *http.Request) ([]byte, error) {
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 8<<20))
	if err == nil && resp.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %d: %.300s", req.Method, req.URL.Path, resp.StatusCode, body)
	}
	return body, err
}

// reads waits until the phone shows all that is wanted.
func (p *Phone) reads(ctx context.Context, want ...string) error {
	box, err := waitFor(ctx, "a message with "+strings.Join(want, ", "), func() (string, bool, error) {
		box, err := p.Inbox(ctx)
		for _, words := range want {
			if !strings.Contains(box, words) {
				return box, false, err
			}
		}
		return box, true, err
	})
	if err != nil {
		return fmt.Errorf("%w: the phone says: %s", err, box)
	}
	return nil
}

// letters are the texts of the letters on an application, the newest first.
func (p *Phone) letters(ctx context.Context, receipt string) (texts []string, err error) {
	var list []struct{ ID string }
	if err := p.api(ctx, "GET", "/applications/"+receipt+"/letters", nil, &list); err != nil {
		return nil, err
	}
	for _, one := range list {
		var letter json.RawMessage
		if err := p.api(ctx, "GET", "/applications/"+receipt+"/letters/"+one.ID, nil, &letter); err != nil {
			return nil, err
		}
		texts = append(texts, string(letter))
	}
	return texts, nil
}
