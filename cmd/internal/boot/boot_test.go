package boot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lianou/core"
)

func TestLoadDefaults(t *testing.T) {
	t.Parallel()
	cfg, err := Load([]string{"PATH=/bin", "LIANOU_TEST_DATABASE_URL=x"})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.GatewayAddr != "127.0.0.1:8345" || cfg.PlatformAddr != "127.0.0.1:8346" || cfg.StandinAddr != "127.0.0.1:8347" ||
		cfg.DataDir != "./var" || cfg.SIP.Addr != "127.0.0.1:5060" || !slices.Equal(cfg.SIP.Trunks, []string{"127.0.0.1"}) {
		t.Errorf("%+v", cfg)
	}
}

// A folder into which others than its owner may write speaks for nobody: the program does
// not start with it.
//
// Control, seen red: the code before ("0775: <nil>", "0777: <nil>").
func TestOpenBankFolderIsRefused(t *testing.T) {
	t.Parallel()
	send, take := t.TempDir(), t.TempDir()
	lines := []string{"LIANOU_DATABASE_URL=postgres://u:p4ssword@h/d", "LIANOU_BANK_RAIL=folder", "LIANOU_BANK_SEND_DIR=" + send, "LIANOU_BANK_TAKE_DIR=" + take}
	for mode, open := range map[os.FileMode]bool{0o755: false, 0o775: true, 0o777: true} {
		if err := os.Chmod(take, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(lines); (err != nil) != open || open && !strings.Contains(err.Error(), "LIANOU_BANK_TAKE_DIR") {
			t.Errorf("%#o: %v", mode, err)
		}
	}
}

// Each fault is one change to settings that are accepted, and is named.
func TestLoadNamesFaults(t *testing.T) {
	t.Parallel()
	good := []string{"LIANOU_DATABASE_URL=postgres://u:p4ssword@h/d", "LIANOU_RECORDING_SOURCES=a:1,b:2", "LIANOU_LOG_LEVEL=WARN", "LIANOU_STOP_TIMEOUT=5s",
		"LIANOU_VOICE_TRUNK=127.0.0.1:5070"}
	cfg, err := Load(good)
	if err != nil || !slices.Equal(cfg.Hotline.RecordingSources, []string{"a:1", "b:2"}) || cfg.LogLevel != slog.LevelWarn {
		t.Fatalf("the accepted case: %v %+v", err, cfg)
	}
	for line, name := range map[string]string{
		"LIANOU_DATABSE_URL=postgres://u:p4ssword@h/d": "LIANOU_DATABSE_URL",
		"LIANOU_STOP_TIMEOUT=p4ssword":                 "LIANOU_STOP_TIMEOUT",
		"LIANOU_DATABASE_POOL=-1":                      "LIANOU_DATABASE_POOL",
		"LIANOU_LIFELINE=perhaps":                      "LIANOU_LIFELINE",
		"LIANOU_DESK_URL=desk.example":                 "LIANOU_DESK_URL",
		"LIANOU_LOG_LEVEL=loud":                        "LIANOU_LOG_LEVEL",
		"LIANOU_BANK_RAIL=ftp":                         "neither http nor folder",
		"LIANOU_BANK_RAIL=http":                        "LIANOU_BANK_URL is not set",
		"LIANOU_BANK_RAIL=folder":                      "two different absolute paths",
		"LIANOU_BANK_SEND_DIR=/srv/send":               "with LIANOU_BANK_RAIL=folder only",
		"LIANOU_LOG_FORMAT=xml":                        "LIANOU_LOG_FORMAT",
		"LIANOU_GATEWAY_ADDR=8345":                     "LIANOU_GATEWAY_ADDR",
		"LIANOU_PUBLIC_URL=127.0.0.1":                  "LIANOU_PUBLIC_URL",
		"LIANOU_DATA_DIR=":                             "",
		"LIANOU_VOICE_TRUNK=192.0.2.7:5060":            "LIANOU_VOICE_TRUNK is not one of LIANOU_SIP_TRUNKS",
		"LIANOU_VOICE_TRUNK=trunk.example:5060":        "LIANOU_VOICE_TRUNK",
		"LIANOU_SIP_ADDR=off":                          "LIANOU_VOICE_TRUNK needs a telephone line",
		"LIANOU_VOICE_NUMBER=+8612345":                 "LIANOU_VOICE_NUMBER",
		"LIANOU_VOICE_PER_MINUTE=61":                   "LIANOU_VOICE_PER_MINUTE",
		"LIANOU_VOICE_MOST_CALLS=7":                    "LIANOU_VOICE_MOST_CALLS",
	} {
		_, err := Load(append(slices.Clone(good), line))
		if name == "" {
			if err != nil {
				t.Errorf("%s: %v, want the default", line, err)
			}
			continue
		}
		if core.KindOf(err) != core.KindInvalid || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "p4ssword") {
			t.Errorf("%s: %v", line, err)
		}
	}
}

// A secret is told by its type; this finds settings whose name says secret and
// whose type does not.
func TestPrintMasks(t *testing.T) {
	t.Parallel()
	var environ []string
	for _, s := range Settings(&Config{}) {
		for _, word := range []string{"SECRET", "TOKEN", "PASSWORD", "_KEY", "DATABASE_URL", "REDIS_URL"} {
			if strings.HasSuffix(s.Name, word) {
				environ = append(environ, s.Name+"="+secretOf(s.Name))
				break
			}
		}
		if s.Help == "" {
			t.Errorf("%s has no help", s.Name)
		}
	}
	cfg, err := Load(environ)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Print(&out, cfg); err != nil {
		t.Fatal(err)
	}
	NewLog(&out, cfg, "test").Info("settings", "cfg", *cfg)
	fmt.Fprintf(&out, "%v %+v", *cfg, cfg)
	if strings.Contains(out.String(), "hunter2") {
		t.Errorf("printed:\n%s", out.String())
	}
	if n := strings.Count(out.String(), "=******"); n != len(environ) || n < 9 {
		t.Errorf("%d masked of %d", n, len(environ))
	}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// parts records the order of starts and stops.
type parts struct{ said []string }

func (p *parts) make(name string, start error, failed <-chan error) Part {
	return Part{Name: name, Failed: failed,
		Start: func(context.Context) error { p.said = append(p.said, "+"+name); return start },
		Stop:  func(context.Context) error { p.said = append(p.said, "-"+name); return nil }}
}

func TestRunOrder(t *testing.T) {
	t.Parallel()
	fault := errors.New("fault")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	dead := make(chan error, 1)
	dead <- fault
	for name, c := range map[string]struct {
		ctx    context.Context
		second error
		failed chan error
		want   string
		err    error
	}{
		"stopped from outside":     {ended, nil, nil, "+a +b +c -c -b -a", nil},
		"the second does not rise": {t.Context(), fault, nil, "+a +b -a", fault},
		"one ends by itself":       {t.Context(), nil, dead, "+a +b +c -c -b -a", fault},
	} {
		var p parts
		err := Run(c.ctx, quiet(), time.Second, p.make("a", nil, nil), p.make("b", c.second, c.failed), p.make("c", nil, nil))
		if got := strings.Join(p.said, " "); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

func TestLifelineEndsContext(t *testing.T) {
	t.Parallel()
	read, write := io.Pipe()
	ctx, cancel := Context(t.Context(), true, read)
	defer cancel()
	if ctx.Err() != nil {
		t.Fatal("over before it began")
	}
	write.Close()
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("the end of the lifeline was not seen")
	}
}

func TestOperatorPages(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	well := true
	Operator(mux, NewMetrics(), Check{Name: "the database", Ask: func(context.Context) error {
		if well {
			return nil
		}
		return errors.New("password of somebody")
	}})
	get := func(path, from, forwarded string) (int, string) {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.RemoteAddr = from
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	for _, c := range []struct {
		path, from, forwarded string
		code                  int
		has                   string
	}{
		{"/healthz", "203.0.113.7:1", "", 200, "ok"},
		{"/readyz", "203.0.113.7:1", "", 200, "ready"},
		{"/metrics", "127.0.0.1:1", "", 200, "go_goroutines"},
		{"/metrics", "[::1]:1", "", 200, "go_goroutines"},
		{"/metrics", "203.0.113.7:1", "", 404, ""},
		{"/metrics", "127.0.0.1:1", "203.0.113.7", 404, ""},
	} {
		if code, body := get(c.path, c.from, c.forwarded); code != c.code || !strings.Contains(body, c.has) {
			t.Errorf("%+v: %d %.60s", c, code, body)
		}
	}
	well = false
	if code, body := get("/readyz", "203.0.113.7:1", ""); code != 503 || !strings.Contains(body, "the database is away") || strings.Contains(body, "password") {
		t.Errorf("away: %d %s", code, body)
	}
}

func TestHTTPPart(t *testing.T) {
	t.Parallel()
	part := HTTP("LIANOU_GATEWAY_ADDR", "127.0.0.1:0", http.NotFoundHandler(), quiet())
	if err := part.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := part.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	taken, err := Listen(t.Context(), "X", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, err = Listen(t.Context(), "LIANOU_GATEWAY_ADDR", taken.Addr().String())
	if core.KindOf(err) != core.KindConflict || !strings.Contains(Plain(err).Error(), "LIANOU_GATEWAY_ADDR") {
		t.Errorf("taken: %v", err)
	}
}

// secretOf is a secret that a setting takes: one of them has its length.
func secretOf(name string) string {
	if name == "LIANOU_WECHAT_PUSH_KEY" {
		return strings.Repeat("hunter2", 7)[:43]
	}
	return "hunter2"
}
