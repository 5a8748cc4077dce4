package demo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// phone is a citizen's phone as the stand-in plays it.
type phone struct {
	base   string
	client *http.Client
}

func newPhone(standin string) (*phone, error) {
	return &phone{standin + "/phone/", &http.Client{Timeout: 20 * time.Second}}, nil
}

// inbox reads what the phone shows: texts, WeChat messages, the bank's lines.
func (p *phone) inbox(ctx context.Context, person string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+person+"/inbox", nil)
	if err != nil {
		return "", err
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("the phone answered %d", resp.StatusCode)
	}
	return string(body), err
}
