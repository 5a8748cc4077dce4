package channels_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/intake"
)

// toy is a channel with every kind of endpoint.
type toy struct {
	cfg toyConfig
	env channels.Env
	run func(context.Context) error
}

type toyConfig struct {
	Secret string `json:"secret"`
}

func newToy(cfg toyConfig, env channels.Env) (*toy, error) {
	if cfg.Secret == "" {
		return nil, errors.New("secret is required")
	}
	return &toy{cfg: cfg, env: env}, nil
}

func (c *toy) Run(ctx context.Context) error {
	if c.run != nil {
		return c.run(ctx)
	}
	<-ctx.Done()
	return ctx.Err()
}

func (c *toy) Endpoints() []channels.Endpoint {
	return []channels.Endpoint{
		{Method: "POST", Path: "/forms", Parse: c.parse, Reply: c.reply},
		{Method: "POST", Path: "/other", Serve: func(w http.ResponseWriter, r *http.Request) {
			_, err := c.env.Intake.Submit(r.Context(), intake.Submission{Channel: "somebody-else", Form: intake.Form{Key: "impostor-1"}})
			channels.WriteProblem(w, r, err)
		}},
		{Method: "GET", Path: "/panic", Serve: func(http.ResponseWriter, *http.Request) { panic("371424196303150028") }},
		{Method: "GET", Path: "/slow", Deadline: 10 * time.Millisecond, Serve: func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			channels.WriteProblem(w, r, core.E(core.KindUnavailable, "slow", ""))
		}},
	}
}

func (c *toy) parse(r *http.Request) ([]intake.Submission, error) {
	if r.Header.Get("Authorization") != c.cfg.Secret {
		return nil, core.E(core.KindUnauthenticated, "signature", "")
	}
	raw, err := channels.ReadBody(r)
	if err != nil {
		return nil, err
	}
	f, err := intake.DecodeForm(raw)
	return []intake.Submission{{Form: f, Way: intake.WayOwnHand}}, err
}

func (c *toy) reply(w http.ResponseWriter, r *http.Request, receipts []intake.Receipt, err error) {
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	channels.WriteJSON(w, http.StatusCreated, receipts[0].Number)
}

const section = `{"secret":"s3cret"}`

func catalogue() channels.Catalogue { return channels.Catalogue{"toy": channels.Make(newToy)} }

func sections(s string) map[core.ChannelName]json.RawMessage {
	return map[core.ChannelName]json.RawMessage{"toy": json.RawMessage(s)}
}

func formBody(t *testing.T, env channels.Env) string {
	t.Helper()
	info := channeltest.Upload(t, env)
	raw, err := json.Marshal(channeltest.Form("toy-form-1", string(info)))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestConformance(t *testing.T) {
	t.Parallel()
	post := func(change func(string) string, header string) func(*testing.T, channels.Env) *http.Request {
		return func(t *testing.T, env channels.Env) *http.Request {
			r := httptest.NewRequest("POST", "/c/toy/forms", strings.NewReader(change(formBody(t, env))))
			r.Header.Set("Authorization", header)
			return r
		}
	}
	same := func(s string) string { return s }
	channeltest.Suite{
		Name: "toy", Factory: channels.Make(newToy), Section: section,
		Env:     func(t *testing.T) channels.Env { return channeltest.NewHouse(t).Env() },
		Forge:   func(r *http.Request) { r.Header.Set("Authorization", "s3creT") },
		Secrets: []string{channeltest.ID, channeltest.Phone},
		Cases: []channeltest.Case{
			{Name: "good", Request: post(same, "s3cret"), Status: 201, Applications: 1},
			{Name: "wrong check digit", Status: 422, Request: post(func(s string) string {
				return strings.Replace(s, channeltest.ID, "371424196303150029", 1)
			}, "s3cret")},
		},
	}.Run(t)
}

func TestTwinKeepsTheContract(t *testing.T) {
	t.Parallel()
	h := channeltest.NewHouse(t)
	digest := channeltest.Upload(t, h.Env())
	channeltest.Contract(t, channeltest.NewTwin(h.Rules(t), time.Now), func(key string) intake.Submission {
		return intake.Submission{Channel: "app", Way: intake.WayOwnHand, Form: channeltest.Form(key, string(digest))}
	})
}

func open(t *testing.T, cfg channels.Config, env channels.Env) *channels.Host {
	t.Helper()
	h, err := channels.Open(cfg, catalogue(), sections(section), env)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// recorder remembers who submitted.
type recorder struct{ channel core.ChannelName }

func (r *recorder) Submit(_ context.Context, s intake.Submission) (intake.Receipt, error) {
	r.channel = s.Channel
	return intake.Receipt{}, nil
}

func TestNoChannelSpeaksForAnother(t *testing.T) {
	t.Parallel()
	env, rec := channeltest.NewHouse(t).Env(), &recorder{}
	env.Intake = rec
	open(t, channels.Config{}, env).Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/c/toy/other", nil))
	if rec.channel != "toy" {
		t.Errorf("submitted as %q", rec.channel)
	}
}

func TestHostGuards(t *testing.T) {
	t.Parallel()
	env := channeltest.NewHouse(t).Env()
	var log strings.Builder
	env.Log = slog.New(slog.NewTextHandler(&log, nil))
	env.Intake = &recorder{}
	var audited []channels.Refusal
	allowed := true
	host := open(t, channels.Config{
		MaxBody: 100,
		Allow:   func(context.Context, string, int) bool { return allowed },
		Audit:   func(_ context.Context, r channels.Refusal) error { audited = append(audited, r); return nil },
	}, env)
	get := func(method, path, body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "s3cret")
		host.Handler().ServeHTTP(w, r)
		return w
	}
	if w := get("GET", "/c/toy/panic", ""); w.Code != 500 || strings.Contains(w.Body.String()+log.String(), "371424196303150028") {
		t.Errorf("panic: %d %s\n%s", w.Code, w.Body, log.String())
	}
	if w := get("GET", "/c/toy/slow", ""); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("deadline: %d", w.Code)
	}
	if len(audited) != 0 {
		t.Errorf("our own faults were audited as refusals: %+v", audited)
	}
	w := get("POST", "/c/toy/forms", strings.Repeat(" ", 101))
	var p channels.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != 413 || p.Code != "body_too_large" || p.Detail == "" ||
		w.Header().Get("Content-Type") != "application/problem+json; charset=utf-8" {
		t.Errorf("large: %d %s %+v", w.Code, w.Body, w.Header())
	}
	if w := get("POST", "/c/toy/forms", `{"who":1}`); w.Code != 422 {
		t.Errorf("unknown field: %d", w.Code)
	}
	want := []string{"body_too_large", "unknown_field"}
	if len(audited) != 2 || audited[0].Code != want[0] || audited[1].Code != want[1] || audited[0].Route != "POST /c/toy/forms" || audited[0].Channel != "toy" {
		t.Errorf("audited %+v", audited)
	}
	allowed = false
	if w := get("POST", "/c/toy/forms", "{}"); w.Code != 429 || w.Header().Get("Retry-After") == "" || len(audited) != 2 {
		t.Errorf("too many: %d, audited %d", w.Code, len(audited))
	}
}

// A flood of forged messages at a route that takes very many, as WeChat's does, leaves a
// bounded number of entries: the audit log is nobody's to fill.
//
// Control: after without its look at Allow, "300 entries".
func TestForgersDoNotFillTheLog(t *testing.T) {
	t.Parallel()
	env, entries, seen := channeltest.NewHouse(t).Env(), 0, map[string]int{}
	host := open(t, channels.Config{
		Allow: func(_ context.Context, key string, perMinute int) bool {
			seen[key]++
			return !strings.HasPrefix(key, "refused ") || seen[key] <= perMinute
		},
		Audit: func(context.Context, channels.Refusal) error { entries++; return nil },
	}, env)
	for range 300 {
		w := httptest.NewRecorder()
		host.Handler().ServeHTTP(w, httptest.NewRequest("POST", "/c/toy/forms", strings.NewReader("{}")))
		if w.Code != http.StatusUnauthorized {
			t.Fatalf("forged: %d", w.Code)
		}
	}
	if entries == 0 || entries > 120 {
		t.Errorf("%d entries", entries)
	}
}

type shapeless struct{ e channels.Endpoint }

func (s shapeless) Endpoints() []channels.Endpoint { return []channels.Endpoint{s.e} }

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	env := channels.Env{Log: slog.New(slog.DiscardHandler)}
	serve := func(http.ResponseWriter, *http.Request) {}
	parse := func(*http.Request) ([]intake.Submission, error) { return nil, nil }
	reply := func(http.ResponseWriter, *http.Request, []intake.Receipt, error) {}
	for name, e := range map[string]channels.Endpoint{
		"both forms": {Method: "GET", Path: "/", Serve: serve, Parse: parse, Reply: reply},
		"no form":    {Method: "GET", Path: "/"},
		"half":       {Method: "GET", Path: "/", Parse: parse},
		"no method":  {Path: "/", Serve: serve},
		"no slash":   {Method: "GET", Path: "x", Serve: serve},
	} {
		cat := channels.Catalogue{"toy": func(json.RawMessage, channels.Env) (channels.Channel, error) { return shapeless{e}, nil }}
		if _, err := channels.Open(channels.Config{}, cat, sections("{}"), env); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
	for name, s := range map[string]string{
		"misspelt": `{"secret":"s","sekret":"t"}`, "required": `{}`, "two values": `{"secret":"s"}{}`,
	} {
		if _, err := channels.Open(channels.Config{}, catalogue(), sections(s), env); err == nil || !strings.Contains(err.Error(), "toy") {
			t.Errorf("%s: %v", name, err)
		}
	}
	unknown := map[core.ChannelName]json.RawMessage{"fax": json.RawMessage("{}")}
	if _, err := channels.Open(channels.Config{}, catalogue(), unknown, env); err == nil || !strings.Contains(err.Error(), "fax") {
		t.Errorf("no such channel: %v", err)
	}
}

func TestRunEndsTogether(t *testing.T) {
	t.Parallel()
	host := open(t, channels.Config{}, channeltest.NewHouse(t).Env())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := host.Run(ctx); err != nil {
		t.Errorf("a stop is no failure: %v", err)
	}
	ch, _ := host.Channel("toy")
	ch.(*toy).run = func(context.Context) error { return fmt.Errorf("line is dead") }
	if err := host.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "line is dead") {
		t.Errorf("a failed runner: %v", err)
	}
}

func TestInternalTextIsWithheld(t *testing.T) {
	t.Parallel()
	for _, err := range []error{errors.New("sqlstate 23505"), core.E(core.KindInternal, "ledger_unbalanced", "secret").Wrap(errors.New("x"))} {
		if p := channels.ProblemOf(err); p.Status != 500 || p.Code != "internal" || strings.Contains(p.Detail, "secret") || p.Detail == "" {
			t.Errorf("%+v", p)
		}
	}
}
