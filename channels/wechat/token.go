package wechat

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/go-resty/resty/v2"
	"golang.org/x/sync/singleflight"

	"lianou/core/bell"
)

// tokens keeps the one access token of the mini-program for all nodes (F24): in
// Redis, fetched by one node at a time. It asks for the stable token, which repeated
// questions do not invalidate, so that without Redis nodes merely ask more often.
type tokens struct {
	appID, secret string
	shared        *bell.Bell
	http          *resty.Client
	now           func() time.Time

	flight singleflight.Group
	mu     sync.Mutex
	own    string    // for a moment without Redis
	until  time.Time // of own
	dead   [32]byte  // digest of the last token WeChat refused
}

const (
	// spare is how long before its end a token is not used any more: WeChat issues the
	// next one five minutes early, and both work meanwhile.
	spare = 300 * time.Second
	// ownFor bounds the process's own copy, which no other node can drop.
	ownFor = 30 * time.Second
)

func (t *tokens) key() string { return "wechat:stable:" + t.appID }

func (t *tokens) get(ctx context.Context) (string, error) {
	if token, ok := t.known(ctx); ok {
		return token, nil
	}
	got, err, _ := t.flight.Do("token", func() (any, error) { return t.renew(context.WithoutCancel(ctx)) })
	if err != nil {
		return "", err
	}
	token, _ := got.(string)
	return token, nil
}

func (t *tokens) known(ctx context.Context) (string, bool) {
	raw, ok := t.shared.Get(ctx, t.key())
	t.mu.Lock()
	defer t.mu.Unlock()
	if ok && sha256.Sum256(raw) != t.dead {
		return string(raw), true
	}
	if t.own != "" && t.now().Before(t.until) {
		return t.own, true
	}
	return "", false
}

// renew fetches the token, or waits for the node that is fetching it.
func (t *tokens) renew(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 8*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for tries := 0; ; tries++ {
		release, held := t.shared.Lock(ctx, t.key(), 10*time.Second)
		if token, ok := t.known(ctx); ok {
			if held {
				release()
			}
			return token, nil
		}
		if held || tries >= 60 {
			defer release()
			return t.fetch(ctx)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return "", errAway.Wrap(ctx.Err())
		}
	}
}

func (t *tokens) fetch(ctx context.Context) (string, error) {
	resp, err := t.http.R().SetContext(ctx).SetBody(map[string]any{
		"grant_type": "client_credential", "appid": t.appID, "secret": t.secret, "force_refresh": false,
	}).Post(officialBase + "/cgi-bin/stable_token")
	if err != nil {
		return "", unsent(err)
	}
	var out struct {
		errcode
		Token   string `json:"access_token"`
		Expires int    `json:"expires_in"`
	}
	if resp.StatusCode() != http.StatusOK || json.Unmarshal(resp.Body(), &out) != nil {
		return "", errBody
	}
	if out.Code != 0 || out.Token == "" {
		return "", errAway.Wrap(fmt.Errorf("stable_token: errcode %d", out.Code))
	}
	// What has no time left is used now and not kept: a value without expiry would stay
	// for ever.
	if life := time.Duration(out.Expires)*time.Second - spare; life > 0 {
		t.shared.Set(ctx, t.key(), []byte(out.Token), life)
		t.mu.Lock()
		t.own, t.until = out.Token, t.now().Add(min(life, ownFor))
		t.mu.Unlock()
	}
	return out.Token, nil
}

// drop forgets a token that WeChat refused, everywhere, unless a newer one is there
// already.
func (t *tokens) drop(ctx context.Context, token string) {
	t.mu.Lock()
	t.dead = sha256.Sum256([]byte(token))
	if t.own == token {
		t.own = ""
	}
	t.mu.Unlock()
	if raw, ok := t.shared.Get(ctx, t.key()); ok && string(raw) == token {
		t.shared.Delete(ctx, t.key())
	}
}
