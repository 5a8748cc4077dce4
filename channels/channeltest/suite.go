package channeltest

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"lianou/channels"
	"lianou/core"
)

// Suite is what a channel's test fills in.
type Suite struct {
	Name    core.ChannelName
	Factory channels.Factory
	Section string // a working section of the configuration, JSON
	// Env is what the channel needs; Intake, Log and Name are the suite's own.
	Env   func(t *testing.T) channels.Env
	Cases []Case
	// Wrap is what the program puts around the host: the desk's sessions. Defaults to
	// nothing.
	Wrap func(http.Handler) http.Handler
	// Large is how many bytes too many no body of the channel can hold. Defaults to
	// 10 MB.
	Large int64
	// Forge spoils the proof of origin of an accepted request and nothing else.
	Forge func(r *http.Request)
	// Secrets are the personal numbers of the fixtures; none may appear in a log.
	Secrets []string
}

// Case is one request and what becomes of it.
type Case struct {
	Name         string
	Request      func(t *testing.T, env channels.Env) *http.Request
	Status       int
	Again        int // status of the second delivery; defaults to Status
	Applications int // made by the first delivery
}

// Run runs the suite.
func (s Suite) Run(t *testing.T) {
	t.Helper()
	for _, c := range s.Cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Run("twice", func(t *testing.T) { s.twice(t, c) })
			if c.Applications == 0 {
				return
			}
			t.Run("forged", func(t *testing.T) { s.forged(t, c) })
			t.Run("at once", func(t *testing.T) { s.atOnce(t, c) })
			t.Run("intake fails", func(t *testing.T) { s.intakeFails(t, c) })
			t.Run("too large", func(t *testing.T) { s.large(t, c) })
		})
	}
	t.Run("unknown setting", s.unknownSetting)
}

// stand is one opened channel.
type stand struct {
	handler http.Handler
	env     channels.Env
	twin    *Twin
	log     *buffer
	secrets []string
}

func (s Suite) open(t *testing.T) *stand {
	t.Helper()
	st := &stand{env: s.Env(t), log: &buffer{}, secrets: s.Secrets}
	st.twin = twinOf(t, st.env)
	st.env.Intake = st.twin
	st.env.Log = slog.New(slog.NewTextHandler(st.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	host, err := channels.Open(channels.Config{}, channels.Catalogue{s.Name: s.Factory},
		map[core.ChannelName]json.RawMessage{s.Name: json.RawMessage(s.Section)}, st.env)
	if err != nil {
		t.Fatal(err)
	}
	st.handler = host.Handler()
	if s.Wrap != nil {
		st.handler = s.Wrap(st.handler)
	}
	t.Cleanup(func() { st.quiet(t) })
	return st
}

func twinOf(t testing.TB, env channels.Env) *Twin {
	t.Helper()
	return NewTwin((&House{Regions: env.Regions, Book: env.Book, Blobs: env.Blobs}).Rules(t), env.Now)
}

func (st *stand) send(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	st.handler.ServeHTTP(w, r)
	return w
}

// quiet searches everything that was logged.
func (st *stand) quiet(t *testing.T) {
	t.Helper()
	for _, secret := range st.secrets {
		if strings.Contains(st.log.String(), secret) {
			t.Errorf("the log holds a personal number")
		}
	}
}

func (s Suite) twice(t *testing.T, c Case) {
	st := s.open(t)
	again := c.Again
	if again == 0 {
		again = c.Status
	}
	req := c.Request(t, st.env)
	for i, want := range []int{c.Status, again} {
		w := st.send(copyOf(t, req))
		if w.Code != want {
			t.Errorf("delivery %d: status %d, want %d: %.400s", i+1, w.Code, want, w.Body)
		}
		if n := len(st.twin.Applications()); n != c.Applications {
			t.Errorf("delivery %d: %d applications, want %d", i+1, n, c.Applications)
		}
	}
}

func (s Suite) forged(t *testing.T, c Case) {
	st := s.open(t)
	r := c.Request(t, st.env)
	s.Forge(r)
	w := st.send(r)
	if n := len(st.twin.Applications()); (w.Code != http.StatusUnauthorized && w.Code != http.StatusForbidden) || n != 0 {
		t.Errorf("forged: status %d and %d applications", w.Code, n)
	}
}

func (s Suite) atOnce(t *testing.T, c Case) {
	st := s.open(t)
	r := c.Request(t, st.env)
	var all sync.WaitGroup
	for range 8 {
		one := copyOf(t, r)
		all.Go(func() {
			if w := st.send(one); w.Code >= 300 {
				t.Errorf("status %d: %.400s", w.Code, w.Body)
			}
		})
	}
	all.Wait()
	if n := len(st.twin.Applications()); n != c.Applications {
		t.Errorf("%d applications, want %d", n, c.Applications)
	}
}

// intakeFails: the answer must make the platform come back.
func (s Suite) intakeFails(t *testing.T, c Case) {
	st := s.open(t)
	r := c.Request(t, st.env)
	second := copyOf(t, r)
	st.twin.Fail(core.E(core.KindUnavailable, "busy", "现在人多,请过一会儿再提交。"))
	if w := st.send(r); w.Code < 500 {
		t.Errorf("intake away: status %d", w.Code)
	}
	st.twin.Fail(nil)
	if w := st.send(second); w.Code != c.Status || len(st.twin.Applications()) != c.Applications {
		t.Errorf("after the failure: status %d, %d applications", w.Code, len(st.twin.Applications()))
	}
}

func (s Suite) large(t *testing.T, c Case) {
	st := s.open(t)
	r := c.Request(t, st.env)
	if r.Body == nil || r.Method == http.MethodGet {
		t.Fatal("the case has no body to make larger")
	}
	head, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	more := s.Large
	if more == 0 {
		more = 10 << 20
	}
	r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(head), io.LimitReader(spaces{}, more)))
	r.ContentLength = -1
	w := st.send(r)
	if w.Code < 400 || w.Code >= 500 || len(st.twin.Applications()) != 0 {
		t.Errorf("too large: status %d and %d applications", w.Code, len(st.twin.Applications()))
	}
}

// unknownSetting adds one setting to the section that was just seen to work.
func (s Suite) unknownSetting(t *testing.T) {
	env := s.Env(t)
	env.Name, env.Intake, env.Log = s.Name, twinOf(t, env), slog.New(slog.DiscardHandler)
	if _, err := s.Factory(json.RawMessage(s.Section), env); err != nil {
		t.Fatalf("working section: %v", err)
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal([]byte(s.Section), &keys); err != nil {
		t.Fatal(err)
	}
	keys["no_such_setting"] = json.RawMessage("1")
	raw, err := json.Marshal(keys)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Factory(raw, env); err == nil {
		t.Error("an unknown setting was accepted")
	}
}

func copyOf(t *testing.T, r *http.Request) *http.Request {
	t.Helper()
	c := r.Clone(r.Context())
	if r.Body == nil {
		return c
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	r.Body, c.Body = io.NopCloser(bytes.NewReader(raw)), io.NopCloser(bytes.NewReader(raw))
	return c
}

type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
