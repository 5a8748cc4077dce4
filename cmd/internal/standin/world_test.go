package standin

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"lianou/core"
)

// hands is a clock that only the test moves.
type hands struct {
	mu sync.Mutex
	at time.Time
}

func newHands() *hands { return &hands{at: time.Date(2026, 11, 23, 10, 0, 0, 0, china)} }

func (h *hands) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *hands) move(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

// world starts a Server on a loopback port of its own.
func world(t *testing.T, change func(*Config)) (*Server, string, *hands) {
	t.Helper()
	clock := newHands()
	cfg := Config{Now: clock.now, Log: slog.New(slog.DiscardHandler), Hang: 200 * time.Millisecond}
	if change != nil {
		change(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	return s, srv.URL, clock
}

// ask makes one request and gives status and body; a cut connection is status 0.
func ask(t *testing.T, req *http.Request) (int, string) {
	t.Helper()
	// Without keep-alive: Go's client repeats a GET by itself when a kept connection
	// is closed, and would use up a fault unseen.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = resp.Body.Close() }()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

func request(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(body, "{") {
		req.Header.Set("Content-Type", "application/json")
	}
	return req
}

// wx calls WeChat and gives the decoded answer.
func wx(t *testing.T, method, url, body string) map[string]any {
	t.Helper()
	status, got := ask(t, request(t, method, url, body))
	out := map[string]any{}
	if status != http.StatusOK || json.Unmarshal([]byte(got), &out) != nil {
		t.Fatalf("%s %s: status %d, body %q", method, url, status, got)
	}
	return out
}

// errcode reads a numeric errcode; 0 when there is none.
func errcode(m map[string]any) int {
	f, _ := m["errcode"].(float64)
	return int(f)
}

// stable fetches a stable token.
func stable(t *testing.T, base string) string {
	t.Helper()
	m := wx(t, "POST", base+"/cgi-bin/stable_token", `{"grant_type":"client_credential","appid":"`+DemoAppID+`","secret":"`+DemoAppSecret+`"}`)
	v, _ := m["access_token"].(string)
	if v == "" {
		t.Fatalf("no token: %v", m)
	}
	return v
}

func TestConfigRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]Config{
		"public address": {Addr: "0.0.0.0:8347"},
		"no port":        {Addr: "127.0.0.1"},
		"bad secret":     {Exchange: ExchangeConfig{Secret: "whsec_short"}},
		"bad webhook":    {Exchange: ExchangeConfig{Webhook: "nowhere"}},
	} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := New(Config{}); err != nil {
		t.Errorf("the zero configuration: %v", err)
	}
}

func TestFaultsOfTransport(t *testing.T) {
	t.Parallel()
	s, base, _ := world(t, nil)
	login := func(code string) string {
		return base + "/sns/jscode2session?grant_type=authorization_code&appid=" + DemoAppID + "&secret=" + DemoAppSecret + "&js_code=" + code
	}
	for _, c := range []struct {
		mode   Mode
		status int
	}{{ModeTimeout, 0}, {ModeCut, 0}, {ModeStatus, 502}} {
		if err := s.Break(Fault{Service: WeChat, Mode: c.mode}); err != nil {
			t.Fatal(err)
		}
		code := s.LoginCode("a")
		if status, _ := ask(t, request(t, "GET", login(code), "")); status != c.status {
			t.Errorf("%s: status %d, want %d", c.mode, status, c.status)
		}
		// The switch was for one call, and the call before it did nothing.
		if m := wx(t, "GET", login(code), ""); m["openid"] != s.OpenID("a") {
			t.Errorf("after %s: %v", c.mode, m)
		}
	}
	// Cut after: the code is used up although no answer came.
	_ = s.Break(Fault{Service: WeChat, Mode: ModeCutDone})
	code := s.LoginCode("a")
	if status, _ := ask(t, request(t, "GET", login(code), "")); status != 0 {
		t.Errorf("cut_after: status %d", status)
	}
	if m := wx(t, "GET", login(code), ""); errcode(m) != 40029 {
		t.Errorf("after cut_after: %v", m)
	}
}

func TestFaultSwitchboard(t *testing.T) {
	t.Parallel()
	s, base, _ := world(t, nil)
	for _, bad := range []Fault{{Service: "moon", Mode: ModeCut}, {Service: WeChat, Mode: ModeContrary}, {Service: WeChat, Mode: ModeError}} {
		if s.Break(bad) == nil {
			t.Errorf("%+v: accepted", bad)
		}
	}
	_ = s.Break(Fault{Service: WeChat, Call: "/cgi-bin/token", Mode: ModeError, Code: "-1", Times: -1})
	token := base + "/cgi-bin/token?grant_type=client_credential&appid=" + DemoAppID + "&secret=" + DemoAppSecret
	for range 3 {
		if m := wx(t, "GET", token, ""); errcode(m) != -1 {
			t.Errorf("broken token: %v", m)
		}
	}
	stable(t, base) // another call of the same service is not touched
	s.Mend(WeChat)
	if m := wx(t, "GET", token, ""); m["access_token"] == nil {
		t.Errorf("mended token: %v", m)
	}
}

func TestStateSurvivesRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, base, _ := world(t, func(c *Config) { c.DataDir = dir })
	tok := stable(t, base)
	s.Grant("a", "LIANOU-PAID-0001")
	if err := s.save(); err != nil {
		t.Fatal(err)
	}
	s2, base2, _ := world(t, func(c *Config) { c.DataDir = dir })
	if again := stable(t, base2); again != tok {
		t.Error("the token was forgotten")
	}
	if n := s2.Grants("a", "LIANOU-PAID-0001"); n != 1 {
		t.Errorf("grants after a restart: %d", n)
	}
}

func demoID(area, birth, seq string) string {
	first := area + birth + seq
	return first + string(core.IDCheckDigit(first))
}

// Serve ends with its context, keeps the state, and leaves no connection behind.
func TestServeStops(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := New(Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	base := "http://" + l.Addr().String()
	if code, body := ask(t, request(t, "GET", base+"/healthz", "")); code != 200 || body != "ok\n" {
		t.Errorf("health: %d %q", code, body)
	}
	tok := stable(t, base)
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	_, again, _ := world(t, func(c *Config) { c.DataDir, c.Now = dir, nil })
	if stable(t, again) != tok {
		t.Error("the state was not kept at the end")
	}
}
