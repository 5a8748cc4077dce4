package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const officialBase = "https://api.weixin.qq.com"

// HTTPClient is the client for WeChat's API at base ("" for the official one): five
// seconds, no redirects, no proxy of the environment. main sets it once as the
// library's util.DefaultHTTPClient, whose own has no time limit. Errors name the path
// and never the query, which holds the secret or a token; net/http adds the address
// around them, so callers must not pass its errors on.
func HTTPClient(base string) (*http.Client, error) {
	if base == "" {
		base = officialBase
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, errors.New("the base of WeChat's API is not an address")
	}
	inner := &http.Transport{Proxy: nil, MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute, TLSHandshakeTimeout: 3 * time.Second,
		ResponseHeaderTimeout: 5 * time.Second}
	return &http.Client{Timeout: 5 * time.Second, Transport: rewrite{u, inner},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, nil
}

// rewrite leads requests for the official host to base.
type rewrite struct {
	base  *url.URL
	inner http.RoundTripper
}

func (t rewrite) RoundTrip(r *http.Request) (*http.Response, error) {
	to := r.Clone(r.Context())
	to.URL.Scheme, to.URL.Host = t.base.Scheme, t.base.Host
	resp, err := t.inner.RoundTrip(to)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return nil, fmt.Errorf("wechat: %s: %w", r.URL.Path, err)
	}
	return resp, nil
}

// errcode is what every answer of WeChat may carry: a number, or, in one official
// sample, the same as a string.
type errcode struct {
	Code tolerant `json:"errcode"`
}

func (e errcode) code() int { return int(e.Code) }

type tolerant int

func (t *tolerant) UnmarshalJSON(b []byte) error {
	s := string(b)
	if unquoted, err := strconv.Unquote(s); err == nil {
		s = unquoted
	}
	n, err := strconv.Atoi(s)
	*t = tolerant(n)
	return err
}

// coded is an answer with an errcode.
type coded interface{ code() int }

// deadToken reports whether a code means that the token is no longer good.
func deadToken(code int) bool { return code == 40001 || code == 42001 || code == 40014 }

// post sends JSON with the shared token. A dead token is fetched anew, not forced,
// and the call repeated once: WeChat did nothing the first time.
func (c *Channel) post(ctx context.Context, path string, in any, out coded) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encode for wechat: %w", err)
	}
	return c.authorised(ctx, out, func(token string) ([]byte, error) {
		resp, err := c.http.R().SetContext(ctx).SetQueryParam("access_token", token).
			SetHeader("Content-Type", "application/json").SetBody(body).Post(officialBase + path)
		if err != nil {
			return nil, unsent(err)
		}
		if resp.StatusCode() != http.StatusOK {
			return nil, errAway.Wrap(statusError(resp.StatusCode()))
		}
		return resp.Body(), nil
	})
}

// statusError is an answer of a front door in place of WeChat's.
type statusError int

func (s statusError) Error() string { return "status " + strconv.Itoa(int(s)) }

// undone reports a status that says that nothing was done: whoever stands before WeChat
// did not pass the call on, or it failed there. A gateway that waited too long (504)
// cannot know.
func (s statusError) undone() bool {
	switch s {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable:
		return true
	}
	return false
}

// unsent drops the address, which holds the token, from a client's error.
func unsent(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return errAway.Wrap(err)
}

func (c *Channel) authorised(ctx context.Context, out coded, ask func(token string) ([]byte, error)) error {
	for try := 1; ; try++ {
		token, err := c.token.get(ctx)
		if err != nil {
			return err
		}
		raw, err := ask(token)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(raw, out); err != nil {
			return errBody
		}
		if !deadToken(out.code()) || try == 2 {
			return nil
		}
		c.token.drop(ctx, token)
	}
}

var errBody = errAway.Wrap(errors.New("answer does not parse"))
