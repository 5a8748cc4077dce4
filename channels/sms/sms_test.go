package sms

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lianou/channels"
	"lianou/core"
	"lianou/core/notify"
	"lianou/core/wording"
)

var now = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

// centre is the text message service: it checks the signature over what arrived.
type centre struct {
	t       *testing.T
	mu      sync.Mutex
	seen    []map[string]any
	answer  string
	reports string
}

func (s *centre) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}
	canonical := "POST\n/\n\ncontent-type:" + r.Header.Get("Content-Type") + "\nhost:" + r.Host + "\nx-tc-action:" + strings.ToLower(r.Header.Get("X-TC-Action")) +
		"\n\ncontent-type;host;x-tc-action\n" + hexSum(body)
	text := "TC3-HMAC-SHA256\n" + r.Header.Get("X-TC-Timestamp") + "\n2026-11-23/sms/tc3_request\n" + hexSum([]byte(canonical))
	key := mac(mac(mac([]byte("TC3key"), "2026-11-23"), "sms"), "tc3_request")
	if !strings.HasSuffix(r.Header.Get("Authorization"), "Signature="+toHex(mac(key, text))) {
		_, _ = io.WriteString(w, `{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure"}}}`)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var in map[string]any
	if err := json.Unmarshal(body, &in); err != nil {
		s.t.Error(err)
	}
	if r.Header.Get("X-TC-Action") == "PullSmsSendStatus" {
		_, _ = io.WriteString(w, s.reports)
		s.reports = `{"Response":{"PullSmsSendStatusSet":[]}}`
		return
	}
	s.seen = append(s.seen, in)
	_, _ = io.WriteString(w, s.answer)
}

// sent gives the requests to send that arrived.
func (s *centre) sent() []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]map[string]any(nil), s.seen...)
}

// The far side signs by itself: with our own signer a slip would agree with itself.
func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return toHex(sum[:])
}

func toHex(b []byte) string {
	const digits = "0123456789abcdef"
	var out strings.Builder
	for _, c := range b {
		out.WriteByte(digits[c>>4])
		out.WriteByte(digits[c&15])
	}
	return out.String()
}

func open(t *testing.T, s *centre, change func(*Config), env channels.Env) *Channel {
	t.Helper()
	s.t = t
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	cfg := Config{BaseURL: server.URL, SecretID: "id", SecretKey: "key", AppID: "1400", Sign: "德州救助", PollEvery: Duration(10 * time.Millisecond),
		Templates: map[wording.Kind]Template{"": {"1", []string{"words"}}, wording.KindCode: {"2", []string{"code", "minutes"}}}}
	if change != nil {
		change(&cfg)
	}
	env.Now = func() time.Time { return now }
	if env.Log == nil {
		env.Log = slog.New(slog.DiscardHandler)
	}
	c, err := New(cfg, env)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func message(t *testing.T, n wording.Notice) notify.Message {
	t.Helper()
	phone, err := core.ParsePhone("13805340001")
	if err != nil {
		t.Fatal(err)
	}
	return notify.Message{Reference: "ref-1", Kind: n.Kind, Words: n.Words, Fields: n.Fields, Phone: phone}
}

func TestSend(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := &centre{answer: `{"Response":{"SendStatusSet":[{"SerialNo":"3714:1","Code":"Ok"}]}}`}
	c := open(t, s, nil, channels.Env{Log: slog.New(slog.NewTextHandler(&log, nil))})
	out, err := c.Send(t.Context(), message(t, wording.LoginCode("123456")))
	if err != nil || out != (notify.Outcome{Result: notify.Accepted, Provider: "3714:1"}) {
		t.Fatalf("%+v %v", out, err)
	}
	first := s.sent()[0]
	if first["TemplateId"] != "2" || first["PhoneNumberSet"].([]any)[0] != "+8613805340001" || first["TemplateParamSet"].([]any)[0] != "123456" || first["SessionContext"] != "ref-1" {
		t.Errorf("%v", first)
	}
	paid := wording.Paid(wording.Payment{Item: "最低生活保障", Month: 3, Amount: 36000}, "6217")
	if _, err := c.Send(t.Context(), message(t, paid)); err != nil || s.sent()[1]["TemplateId"] != "1" || s.sent()[1]["TemplateParamSet"].([]any)[0] != paid.Words {
		t.Errorf("%v %v", s.sent()[1], err)
	}
	if strings.Contains(log.String(), "13805340001") || !strings.Contains(log.String(), "138****0001") {
		t.Errorf("log: %s", log.String())
	}
}

func TestMeanings(t *testing.T) {
	t.Parallel()
	each := func(code string) string {
		return `{"Response":{"SendStatusSet":[{"SerialNo":"","Code":"` + code + `"}]}}`
	}
	whole := func(code string) string { return `{"Response":{"Error":{"Code":"` + code + `","Message":"m"}}}` }
	for answer, want := range map[string]notify.Result{
		each("LimitExceeded.PhoneNumberDailyLimit"):            notify.Later,
		each("FailedOperation.PhoneNumberInBlacklist"):         notify.Refused,
		each("InvalidParameterValue.IncorrectPhoneNumber"):     notify.Refused,
		whole("InternalError.Timeout"):                         notify.Later,
		whole("RequestLimitExceeded"):                          notify.Later,
		whole("AuthFailure.SecretIdNotFound"):                  notify.Later,
		whole("FailedOperation.TemplateIncorrectOrUnapproved"): notify.Refused,
		`{"Response":{}}`:                                      notify.Unknown,
		`<html>`:                                               notify.Unknown,
	} {
		s := &centre{answer: answer}
		c := open(t, s, nil, channels.Env{})
		out, _ := c.Send(t.Context(), message(t, wording.LoginCode("123456")))
		if out.Result != want || len(s.sent()) != 1 {
			t.Errorf("%s means %s after %d sends, want %s once", answer, out.Result, len(s.sent()), want)
		}
	}
}

// A lost answer may have told the person: Unknown, and no second send. Control:
// resty's retry.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	}))
	c := open(t, &centre{}, func(cfg *Config) { cfg.BaseURL = server.URL }, channels.Env{})
	out, err := c.Send(t.Context(), message(t, wording.LoginCode("123456")))
	if out.Result != notify.Unknown || asked.Load() != 1 || err == nil || strings.Contains(err.Error(), server.URL) {
		t.Errorf("%+v after %d, %v", out, asked.Load(), err)
	}
	server.Close()
	if out, _ := c.Send(t.Context(), message(t, wording.LoginCode("123456"))); out.Result != notify.Later {
		t.Errorf("nobody there: %+v", out)
	}
}

func TestNothingToSendWith(t *testing.T) {
	t.Parallel()
	s := &centre{}
	c := open(t, s, func(cfg *Config) { delete(cfg.Templates, "") }, channels.Env{})
	if out, _ := c.Send(t.Context(), message(t, wording.Notice{Kind: wording.KindPaid})); out.Result != notify.Refused || out.Code != "no_template" {
		t.Errorf("%+v", out)
	}
	m := message(t, wording.LoginCode("123456"))
	m.Phone, _ = core.ParsePhone("0534-2612345")
	if out, _ := c.Send(t.Context(), m); out.Result != notify.Refused || out.Code != "no_mobile" || len(s.sent()) != 0 {
		t.Errorf("%+v", out)
	}
}

func TestReports(t *testing.T) {
	t.Parallel()
	s := &centre{reports: `{"Response":{"PullSmsSendStatusSet":[{"SerialNo":"1","ReportStatus":"SUCCESS"},{"SerialNo":"2","ReportStatus":"FAIL","Description":"UNDELIV"},{"SerialNo":"code","ReportStatus":"SUCCESS"}]}}`}
	heard := make(chan notify.Outcome, 10)
	failures := 2
	c := open(t, s, nil, channels.Env{Reported: func(_ context.Context, _ core.ChannelName, provider string, out notify.Outcome) error {
		switch {
		case provider == "code":
			return core.E(core.KindNotFound, "not_found", "")
		case failures > 0:
			failures--
			return core.E(core.KindUnavailable, "database_unavailable", "")
		}
		heard <- out
		return nil
	}})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- c.Run(ctx) }()
	got := map[string]notify.Outcome{}
	for len(got) < 2 {
		out := <-heard
		got[out.Provider] = out
	}
	stop()
	if err := <-ended; err != nil || got["1"].Result != notify.Delivered || got["2"].Result != notify.Refused || got["2"].Code != "UNDELIV" {
		t.Errorf("%+v %v", got, err)
	}
}

func TestConfigRoundTrips(t *testing.T) {
	t.Parallel()
	raw := `{"secret_id":"i","secret_key":"k","app_id":"1","sign":"s","templates":{"":{"id":"1","params":["words"]}},"poll_every":"7s"}`
	ch, err := channels.Make(New)(json.RawMessage(raw), channels.Env{Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	c := ch.(*Channel)
	if c.cfg.PollEvery != Duration(7*time.Second) || len(c.Endpoints()) != 0 {
		t.Errorf("%+v", c.cfg.PollEvery)
	}
	for name, bad := range map[string]string{
		"unknown": strings.Replace(raw, "poll_every", "pol_every", 1), "no secret": strings.Replace(raw, `"secret_key":"k",`, "", 1),
	} {
		if _, err := channels.Make(New)(json.RawMessage(bad), channels.Env{}); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
}
