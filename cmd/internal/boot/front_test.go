package boot

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Who asks is who the nearest hop that is not ours says it is.
// Control: read the first entry of the header, or the header of everybody.
func TestProxiesNameTheClient(t *testing.T) {
	t.Parallel()
	var proxies Proxies
	if err := proxies.UnmarshalText([]byte("10.0.0.0/8, 127.0.0.1,fd00::1")); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		from      string
		forwarded []string
		want      string
	}{
		"nobody vouches":         {"203.0.113.7:5", []string{"198.51.100.1"}, "203.0.113.7:5"},
		"one proxy":              {"127.0.0.1:5", []string{"203.0.113.7"}, "203.0.113.7:5"},
		"a forged first entry":   {"127.0.0.1:5", []string{"198.51.100.1, 203.0.113.7"}, "203.0.113.7:5"},
		"two proxies":            {"127.0.0.1:5", []string{"203.0.113.7, 10.1.2.3"}, "203.0.113.7:5"},
		"two header lines":       {"127.0.0.1:5", []string{"198.51.100.1", "203.0.113.7"}, "203.0.113.7:5"},
		"no header":              {"127.0.0.1:5", nil, "127.0.0.1:5"},
		"no address":             {"127.0.0.1:5", []string{"203.0.113.7, <script>"}, "127.0.0.1:5"},
		"version 6":              {"[fd00::1]:5", []string{"2001:db8::9"}, "[2001:db8::9]:5"},
		"four dressed up as six": {"[::ffff:127.0.0.1]:5", []string{"::ffff:203.0.113.7"}, "203.0.113.7:5"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.from
		for _, line := range c.forwarded {
			r.Header.Add("X-Forwarded-For", line)
		}
		var got string
		Front(proxies, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr })).ServeHTTP(httptest.NewRecorder(), r)
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	for _, bad := range []string{"everybody", "10.0.0.0/99", "10.0.0.1,,x"} {
		if err := proxies.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// Anybody's upload to a page that takes none stays off the disk.
// Control: a Front that leaves a GET its body.
func TestFrontBoundsBodies(t *testing.T) {
	t.Parallel()
	read := 0
	h := Front(nil, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		read = len(b)
		if err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
	}))
	ask := func(method string, body io.Reader, size int64) int {
		r := httptest.NewRequest(method, "/desk/login", body)
		r.ContentLength = size
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	for _, size := range []int64{1, -1} { // -1: in chunks
		if code := ask(http.MethodGet, strings.NewReader("x"), size); code != http.StatusOK || read != 0 {
			t.Errorf("GET with a body of %d: %d, %d read", size, code, read)
		}
	}
	if code := ask(http.MethodPost, io.LimitReader(zeros{}, maxBody+1), maxBody+1); code != http.StatusRequestEntityTooLarge || read > maxBody {
		t.Errorf("POST past the limit: %d, %d read", code, read)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// A desk that other machines reach needs TLS before it: what is loopback is decided
// here. Control: take "" or 0.0.0.0 for this machine.
func TestLoopback(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]bool{"127.0.0.1:8346": true, "127.9.9.9:1": true, "[::1]:8346": true, "localhost:8346": true,
		"0.0.0.0:8346": false, ":8346": false, "[::]:8346": false, "10.0.0.5:8346": false, "desk.example:443": false, "127.0.0.1": false} {
		if got := Loopback(addr); got != want {
			t.Errorf("%s: %v", addr, got)
		}
	}
}
