package standin

import (
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	svix "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// heard is a webhook as the receiver got it.
type heard struct {
	path, id, body, twilio string
	good                   error
	at                     string
}

// receiver is the city's side: it verifies with the reference library and
// answers what the test says.
type receiver struct {
	mu     sync.Mutex
	got    []heard
	answer int
	more   chan struct{}
}

func (rc *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	hook, err := svix.NewWebhook(DemoWebhookSecret())
	if err == nil {
		err = hook.VerifyIgnoringTimestamp(body, r.Header)
	}
	rc.mu.Lock()
	rc.got = append(rc.got, heard{r.URL.Path, r.Header.Get("webhook-id"), string(body), r.Header.Get("X-Twilio-Signature"), err, r.Header.Get("webhook-timestamp")})
	w.WriteHeader(rc.answer)
	rc.mu.Unlock()
	rc.more <- struct{}{}
}

func (rc *receiver) say(status int) {
	rc.mu.Lock()
	defer rc.mu.Unlock()
	rc.answer = status
}

// wait gives the first n webhooks.
func (rc *receiver) wait(t *testing.T, n int) []heard {
	t.Helper()
	for {
		rc.mu.Lock()
		got := append([]heard(nil), rc.got...)
		rc.mu.Unlock()
		if len(got) >= n {
			return got
		}
		select {
		case <-rc.more:
		case <-time.After(10 * time.Second):
			t.Fatalf("%d webhooks came, want %d", len(got), n)
		}
	}
}

// ringing is a world whose exchange reports to a receiver.
func ringing(t *testing.T) (*Server, string, *hands, *receiver) {
	t.Helper()
	rc := &receiver{answer: 200, more: make(chan struct{}, 100)}
	city := httptest.NewServer(rc)
	t.Cleanup(city.Close)
	s, base, clock := world(t, func(c *Config) { c.Gateway = city.URL })
	go s.Deliver(t.Context())
	return s, base, clock, rc
}

func TestCallIsReported(t *testing.T) {
	t.Parallel()
	_, base, _, rc := ringing(t)
	code, body := ask(t, request(t, "POST", base+"/exchange/calls", `{"from":"13900000002","seconds":3,"style":"both","live":true}`))
	if code != http.StatusCreated {
		t.Fatalf("call: %d %s", code, body)
	}
	var call Call
	_ = json.Unmarshal([]byte(body), &call)
	got := rc.wait(t, 4)
	var live, done struct {
		CallID    string `json:"call_id"`
		Caller    string `json:"caller"`
		Called    string `json:"called"`
		Ended     string `json:"ended"`
		Recording struct {
			URL     string `json:"url"`
			Seconds int    `json:"seconds"`
		} `json:"recording"`
	}
	_ = json.Unmarshal([]byte(got[0].body), &live)
	_ = json.Unmarshal([]byte(got[1].body), &done)
	if got[0].good != nil || got[1].good != nil || got[0].id == got[1].id || got[0].path != "/c/hotline/calls" {
		t.Errorf("signatures: %v, %v at %s", got[0].good, got[1].good, got[0].path)
	}
	if live.Ended != "" || done.CallID != call.ID || done.Caller != "13900000002" || done.Called != "12345" || done.Recording.Seconds != 3 ||
		done.Recording.URL != "http://127.0.0.1:8347/exchange/recordings/"+call.ID+".wav" {
		t.Errorf("reports: %+v, %+v", live, done)
	}
	form, _ := url.ParseQuery(got[3].body)
	if form.Get("RecordingStatus") != "completed" || form.Get("CallSid") != call.ID || form.Get("RecordingDuration") != "3" || got[3].twilio == "" {
		t.Errorf("form callback: %v", form)
	}
}

// The two examples of the X-Twilio-Signature description.
func TestTwilioSignature(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ token, address, form, want string }{
		{"12345", "https://mycompany.com/myapp.php?foo=1&bar=2", "CallSid=CA1234567890ABCDE&Caller=%2B12349013030&Digits=1234&From=%2B12349013030&To=%2B18005551212", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="},
		{"secret", "https://gw.example.cn/hooks/recording", "RecordingStatus=completed&CallSid=CA1&RecordingDuration=42&RecordingSid=RE1", "k3M2SGQOhPtpkL5oVD6g8/PsTUw="},
	} {
		if got := twilioSign(c.token, c.address, c.form); got != c.want {
			t.Errorf("%s: %s, want %s", c.address, got, c.want)
		}
	}
}

// A city that is away gets the call later, under the same id, signed anew.
// Control: dropping a delivery after its first failure hangs here.
func TestWebhookIsRetried(t *testing.T) {
	t.Parallel()
	s, _, clock, rc := ringing(t)
	rc.say(503)
	call, err := s.PlayCall(Ring{From: "13900000002", Seconds: 1})
	if err != nil {
		t.Fatal(err)
	}
	attempted(t, s, call.ID, 1)
	rc.say(200)
	clock.move(2 * time.Second)
	got := rc.wait(t, 2)
	if got[0].id != got[1].id || got[0].body != got[1].body || got[0].at == got[1].at || got[1].good != nil {
		t.Errorf("retry: %+v", got)
	}
	if c := attempted(t, s, call.ID, 2); !c.Done || c.Attempts[0].Status != 503 || c.Attempts[1].Status != 200 {
		t.Errorf("attempts: %+v", c.Attempts)
	}
}

// attempted waits until n attempts at a call's webhooks are on record.
func attempted(t *testing.T, s *Server, id string, n int) Call {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); runtime.Gosched() {
		if c, _ := s.CallByID(id); len(c.Attempts) >= n {
			return c
		}
	}
	t.Fatalf("not %d attempts", n)
	return Call{}
}

func TestWebhookFaults(t *testing.T) {
	t.Parallel()
	s, _, clock, rc := ringing(t)
	ring := func(mode Mode) {
		t.Helper()
		if err := s.Break(Fault{Service: Exchange, Mode: mode}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.PlayCall(Ring{From: "13900000002", Seconds: 1, Live: true}); err != nil {
			t.Fatal(err)
		}
	}
	ring(ModeTwice)
	got := rc.wait(t, 4)
	if got[0].id != got[2].id || got[0].body != got[2].body {
		t.Error("twice: not the same webhook")
	}
	ring(ModeDisorder)
	if got = rc.wait(t, 6); !strings.Contains(got[4].body, "ended") || strings.Contains(got[5].body, "ended") {
		t.Error("disorder: the end did not come first")
	}
	ring(ModeForge)
	if got = rc.wait(t, 8); got[6].good == nil {
		t.Error("forge: the signature is right")
	}
	ring(ModeStale)
	if got = rc.wait(t, 10); got[8].good != nil || got[8].at != stamp(clock.now().Add(-staleBy)) {
		t.Errorf("stale: signed %s, %v", got[8].at, got[8].good)
	}
}

func stamp(at time.Time) string {
	raw, _ := json.Marshal(at.Unix())
	return string(raw)
}

func TestCallRefusals(t *testing.T) {
	t.Parallel()
	_, base, _, _ := ringing(t)
	for name, body := range map[string]string{
		"unknown field": `{"from":"13900000002","seconds":3,"x":1}`,
		"no number":     `{"seconds":3}`,
		"letters":       `{"from":"someone","seconds":3}`,
		"no length":     `{"from":"13900000002"}`,
		"too long":      `{"from":"13900000002","seconds":601}`,
		"unknown style": `{"from":"13900000002","seconds":3,"style":"fax"}`,
	} {
		if code, _ := ask(t, request(t, "POST", base+"/exchange/calls", body)); code != 400 && code != 422 {
			t.Errorf("%s: %d", name, code)
		}
	}
	req := request(t, "POST", base+"/exchange/calls", `{"from":"13900000002","seconds":3}`)
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	if code, _ := ask(t, req); code != 403 {
		t.Errorf("from another web page: %d", code)
	}
}

func TestRecording(t *testing.T) {
	t.Parallel()
	s, base, _, _ := ringing(t)
	for _, c := range []struct {
		alaw     bool
		tag      uint16
		head, to int
	}{{false, 1, 44, 44 + 32000}, {true, 6, 58, 58 + 16000}} {
		call, _ := s.PlayCall(Ring{From: "13900000002", Seconds: 2, ALaw: c.alaw})
		code, body := ask(t, request(t, "GET", base+"/exchange/recordings/"+call.ID+".wav", ""))
		if code != 200 || len(body) != c.to || !strings.HasPrefix(body, "RIFF") || body[8:16] != "WAVEfmt " {
			t.Fatalf("recording: %d, %d bytes", code, len(body))
		}
		if tag := binary.LittleEndian.Uint16([]byte(body[20:])); tag != c.tag {
			t.Errorf("format tag %d, want %d", tag, c.tag)
		}
		if size := binary.LittleEndian.Uint32([]byte(body[4:])); int(size) != len(body)-8 {
			t.Errorf("RIFF size %d of %d", size, len(body))
		}
		if size := binary.LittleEndian.Uint32([]byte(body[c.head-4:])); int(size) != len(body)-c.head {
			t.Errorf("data size %d of %d", size, len(body))
		}
		req := request(t, "GET", base+"/exchange/recordings/"+call.ID+".wav", "")
		req.Header.Set("Range", "bytes=0-3")
		if code, part := ask(t, req); code != http.StatusPartialContent || part != "RIFF" {
			t.Errorf("range: %d %q", code, part)
		}
	}
}

func TestRecordingFaults(t *testing.T) {
	t.Parallel()
	s, base, _, _ := ringing(t)
	get := func(mode Mode) (int, string) {
		_ = s.Break(Fault{Service: Exchange, Mode: mode})
		call, _ := s.PlayCall(Ring{From: "13900000002", Seconds: 1})
		req := request(t, "GET", base+"/exchange/recordings/"+call.ID+".wav", "")
		if mode == ModeHuge {
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				return 0, ""
			}
			defer func() { _ = resp.Body.Close() }()
			b, _ := io.ReadAll(io.LimitReader(resp.Body, 20<<20))
			return resp.StatusCode, string(b)
		}
		return ask(t, req)
	}
	if code, _ := get(ModeMissing); code != 404 {
		t.Errorf("missing: %d", code)
	}
	if code, _ := get(ModeInside); code != 302 {
		t.Errorf("inside: %d", code)
	}
	if code, body := get(ModeHuge); code != 200 || len(body) != 20<<20 {
		t.Errorf("huge: %d, %d bytes", code, len(body))
	}
	if code, body := get(ModeJunk); code != 200 || !strings.HasPrefix(body, "<!doctype") {
		t.Errorf("junk: %d", code)
	}
}

// The A-law values of the G.711 tables at the ends and at the segment borders.
func TestALaw(t *testing.T) {
	t.Parallel()
	for in, want := range map[int16]byte{0: 0xD5, -1: 0x55, 8: 0xD5, 16: 0xD4, 32767: 0xAA, -32768: 0x2A, 256: 0xC5, 512: 0xF5} {
		if got := alaw(in); got != want {
			t.Errorf("alaw(%d) = %#x, want %#x", in, got, want)
		}
	}
}
