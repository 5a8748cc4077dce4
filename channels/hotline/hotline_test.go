package hotline

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg/pgtest"
	"lianou/intake/calls"
)

var (
	secretA = "whsec_" + base64.StdEncoding.EncodeToString([]byte("the first secret of the exchange"))
	secretB = "whsec_" + base64.StdEncoding.EncodeToString([]byte("the second secret of the exchang"))
	now     = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
)

type line struct {
	t       *testing.T
	db      *pgtest.Env
	channel *Channel
	handler http.Handler
	log     *bytes.Buffer
	audited *[]channels.Refusal
	calls   *calls.Log
	now     time.Time // the channel's clock
	env     channels.Env
}

func newLine(t *testing.T, sources ...string) *line {
	t.Helper()
	h := channeltest.NewHouse(t)
	db := pgtest.New(t)
	inserter, err := jobs.NewInserter(jobs.Gateway)
	must(t, err)
	l := &line{t: t, db: db, log: &bytes.Buffer{}, audited: &[]channels.Refusal{}, now: now}
	l.calls, err = calls.New(calls.Deps{DB: db.DB(pgtest.Gateway), Bell: h.Bell, Audit: audit.NewTo(h.Keys.Gateway.Platform), Ring: h.Keys.Gateway.Ring,
		Platform: h.Keys.Gateway.Platform, Blind: h.Keys.Gateway.Shared, Jobs: inserter, Opener: h.Keys.Platform.Opener})
	must(t, err)
	env := h.Env()
	env.Calls, env.Now, env.Ring = l.calls, func() time.Time { return l.now }, h.Keys.Gateway.Ring
	l.env = env
	env.Log = slog.New(slog.NewTextHandler(l.log, nil))
	cfg := Config{Secrets: []string{secretA, secretB}, TwilioToken: "12345", PublicURL: "https://mycompany.com", RecordingSources: sources, MaxRecording: 1 << 20,
		FreeSwitch: FreeSwitch{Login: pbxLogin, Folder: "/rec", FolderURL: "http://127.0.0.1:8347/exchange/recordings"},
		Jambonz:    Jambonz{Secrets: []string{"the first secret of jambonz", "the second secret of jambonz"}},
		CTI:        CTI{Token: ctiToken, Login: pbxLogin}}
	raw, err := json.Marshal(cfg)
	must(t, err)
	host, err := channels.Open(channels.Config{Audit: func(_ context.Context, r channels.Refusal) error { *l.audited = append(*l.audited, r); return nil }},
		channels.Catalogue{"hotline": channels.Make(New)}, map[core.ChannelName]json.RawMessage{"hotline": raw}, env)
	must(t, err)
	l.handler = host.Handler()
	ch, _ := host.Channel("hotline")
	l.channel = ch.(*Channel)
	return l
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const goodBody = `{"call_id":"CA1","caller":"13805340001","called":"12345","began":"2026-11-23T09:58:00+08:00","answered":"2026-11-23T09:58:09+08:00","ended":"2026-11-23T09:59:00+08:00","recording":{"url":"http://127.0.0.1:8347/exchange/recordings/CA1.wav","seconds":51}}`

func signed(t testing.TB, secret, id string, stamp time.Time, body string) *http.Request {
	t.Helper()
	key, err := standardwebhooks.NewWebhook(secret)
	must(t, err)
	signature, err := key.Sign(id, stamp, []byte(body))
	must(t, err)
	r := httptest.NewRequest("POST", "/c/hotline/webhook", strings.NewReader(body))
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", strconv.FormatInt(stamp.Unix(), 10))
	r.Header.Set("webhook-signature", signature)
	return r
}

func (l *line) send(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	l.handler.ServeHTTP(w, r)
	return w
}

func (l *line) waiting() []calls.Call {
	l.t.Helper()
	list, err := l.calls.Waiting(l.t.Context(), 0)
	must(l.t, err)
	return list
}

// P25. Each refusal differs from the accepted message in one thing. Controls:
// Stripe's one-sided check of the time; parsing before verifying.
func TestWebhookProof(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	cases := map[string]struct {
		spoil func(*http.Request)
		ok    bool
	}{
		"as it is":              {func(*http.Request) {}, true},
		"299 s old":             {nil, true},
		"299 s ahead":           {nil, true},
		"301 s old":             {nil, false},
		"301 s ahead":           {nil, false},
		"no id":                 {func(r *http.Request) { r.Header.Del("webhook-id") }, false},
		"another id":            {func(r *http.Request) { r.Header.Set("webhook-id", "msg_other") }, false},
		"no signature":          {func(r *http.Request) { r.Header.Del("webhook-signature") }, false},
		"no timestamp":          {func(r *http.Request) { r.Header.Del("webhook-timestamp") }, false},
		"timestamp NaN":         {func(r *http.Request) { r.Header.Set("webhook-timestamp", "NaN") }, false},
		"timestamp 2^63":        {func(r *http.Request) { r.Header.Set("webhook-timestamp", "9223372036854775808") }, false},
		"another scheme":        {func(r *http.Request) { edit(r, func(s string) string { return "v2" + s[2:] }) }, false},
		"truncated":             {func(r *http.Request) { edit(r, func(s string) string { return s[:len(s)-2] }) }, false},
		"lower case":            {func(r *http.Request) { edit(r, strings.ToLower) }, false},
		"two, one right":        {func(r *http.Request) { edit(r, func(s string) string { return "v1,AAAA " + s }) }, true},
		"body and one byte":     {func(r *http.Request) { body(r, goodBody+" ") }, false},
		"second secret":         {nil, true},
		"a secret nobody knows": {nil, false},
	}
	n := 0
	for name, c := range cases {
		n++
		id, stamp, secret := "msg_"+strconv.Itoa(n), now, secretA
		switch name {
		case "299 s old":
			stamp = now.Add(-299 * time.Second)
		case "299 s ahead":
			stamp = now.Add(299 * time.Second)
		case "301 s old":
			stamp = now.Add(-301 * time.Second)
		case "301 s ahead":
			stamp = now.Add(301 * time.Second)
		case "second secret":
			secret = secretB
		case "a secret nobody knows":
			secret = "whsec_" + base64.StdEncoding.EncodeToString([]byte("a secret that nobody here knows."))
		}
		r := signed(t, secret, id, stamp, goodBody)
		if c.spoil != nil {
			c.spoil(r)
		}
		before := len(*l.audited)
		w := l.send(r)
		if c.ok && w.Code != 204 {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		if !c.ok && (w.Code != 401 || len(*l.audited) != before+1 || (*l.audited)[before].Code != "signature") {
			t.Errorf("%s: %d, audited %v", name, w.Code, (*l.audited)[before:])
		}
	}
	if list := l.waiting(); len(list) != 1 {
		t.Errorf("%d calls", len(list))
	}
	if strings.Contains(l.log.String(), "13805340001") {
		t.Error("the log holds a number")
	}
}

func edit(r *http.Request, f func(string) string) {
	r.Header.Set("webhook-signature", f(r.Header.Get("webhook-signature")))
}

func body(r *http.Request, s string) {
	*r = *r.Clone(r.Context())
	r.Body = http.NoBody
	fresh := httptest.NewRequest("POST", "/", strings.NewReader(s))
	r.Body, r.ContentLength = fresh.Body, fresh.ContentLength
}

// P4: the same webhook a hundred times at once is one call and one job.
func TestSameWebhookAHundredTimes(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if w := l.send(signed(t, secretA, "msg_1", now, goodBody)); w.Code != 204 {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	all.Wait()
	if list := l.waiting(); len(list) != 1 || list[0].Caller.Reveal() != "13805340001" || list[0].RecordingState != "pending" {
		t.Errorf("%+v", list)
	}
	var n int
	must(t, l.db.DB(pgtest.Gateway).Pool().QueryRow(t.Context(), `select count(*) from jobs_gateway.river_job`).Scan(&n))
	if n != 1 {
		t.Errorf("%d jobs", n)
	}
	other := strings.Replace(goodBody, "CA1\"", "CA2\"", 1)
	if w := l.send(signed(t, secretA, "msg_1", now, other)); w.Code != 409 || len(l.waiting()) != 1 {
		t.Errorf("the id with another body: %d", w.Code)
	}
}

func TestWebhookBodies(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	for name, b := range map[string]string{
		"unknown field": strings.Replace(goodBody, `"caller"`, `"admin":1,"caller"`, 1),
		"second value":  goodBody + "{}",
		"no call id":    strings.Replace(goodBody, `"CA1"`, `""`, 1),
		"spaces in id":  strings.Replace(goodBody, `"CA1"`, `"C 1"`, 1),
		"NUL":           strings.Replace(goodBody, `"CA1"`, `"C\u0000"`, 1),
		"user in URL":   strings.Replace(goodBody, "http://127", "http://u:p@127", 1),
		"year 9999":     strings.Replace(goodBody, "2026-11-23T09:58:00", "9999-11-23T09:58:00", 1),
	} {
		if w := l.send(signed(t, secretA, "msg_"+strconv.Itoa(len(name)), now, b)); w.Code != 422 || strings.Contains(w.Body.String(), "13805340001") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if list := l.waiting(); len(list) != 0 {
		t.Errorf("%d calls from bad bodies", len(list))
	}
	withheld := strings.Replace(goodBody, "13805340001", "anonymous", 1)
	if w := l.send(signed(t, secretA, "msg_withheld", now, withheld)); w.Code != 204 || len(l.waiting()) != 1 {
		t.Errorf("withheld number: %d", w.Code)
	}
	if w := l.send(httptest.NewRequest("GET", "/c/hotline/webhook", nil)); w.Code != 405 {
		t.Errorf("GET: %d", w.Code)
	}
	if w := l.send(signed(t, secretA, "msg_big", now, goodBody+strings.Repeat(" ", 10<<20))); w.Code != 413 {
		t.Errorf("10 MB: %d", w.Code)
	}
}

// The two vectors of protocols 4.2, made with Twilio's own library.
func TestTwilioVectors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ token, address, form, want string }{
		{"12345", "https://mycompany.com/myapp.php?foo=1&bar=2", "CallSid=CA1234567890ABCDE&Caller=%2B12349013030&Digits=1234&From=%2B12349013030&To=%2B18005551212", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="},
		{"secret", "https://gw.example.cn/hooks/recording", "CallSid=CA1&RecordingDuration=42&RecordingSid=RE1&RecordingStatus=completed", "k3M2SGQOhPtpkL5oVD6g8/PsTUw="},
	} {
		form, err := url.ParseQuery(c.form)
		must(t, err)
		if got := sign(c.token, c.address, form); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

func callback(token, address string, form url.Values) *http.Request {
	r := httptest.NewRequest("POST", "/c/hotline/twilio", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", sign(token, address, form))
	return r
}

func TestTwilioCallback(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	form := url.Values{"AccountSid": {"AC1"}, "CallSid": {"CA7"}, "RecordingSid": {"RE7"}, "RecordingStatus": {"completed"}, "From": {"+8613805340001"}, "To": {"12345"},
		"RecordingStartTime": {"Mon, 23 Nov 2026 01:58:09 +0000"}, "RecordingDuration": {"51"}, "RecordingUrl": {"http://127.0.0.1:8347/exchange/recordings/CA7"}}
	const address = "https://mycompany.com/c/hotline/twilio"
	for name, r := range map[string]*http.Request{
		"as it is":              callback("12345", address, form),
		"with the default port": callback("12345", "https://mycompany.com:443/c/hotline/twilio", form),
	} {
		if w := l.send(r); w.Code != 204 {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	forged := callback("12345", address, form)
	forged.Header.Set("X-Twilio-Signature", "A"+forged.Header.Get("X-Twilio-Signature")[1:])
	for name, r := range map[string]*http.Request{
		"forged":        forged,
		"another token": callback("54321", address, form),
		"another path":  callback("12345", "https://mycompany.com/c/hotline/webhook", form),
		"another host":  callback("12345", "https://evil.example/c/hotline/twilio", form),
	} {
		if w := l.send(r); w.Code != 401 {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	list := l.waiting()
	if len(list) != 1 || list[0].Caller.Reveal() != "13805340001" || list[0].Ended.Sub(list[0].Answered) != 51*time.Second {
		t.Fatalf("%+v", list)
	}
	if u, _, err := l.calls.RecordingURL(t.Context(), "CA7"); err != nil || !strings.HasSuffix(u, "/CA7.wav") {
		t.Errorf("%q %v", u, err)
	}
	form.Set("RecordingStatus", "failed")
	form.Set("CallSid", "CA8")
	w := l.send(callback("12345", address, form))
	if call, err := l.calls.Get(t.Context(), "CA8"); w.Code != 204 || err != nil || call.RecordingState != "lost" {
		t.Errorf("failed recording: %d %s %v", w.Code, call.RecordingState, err)
	}
	form.Set("RecordingStatus", "eaten")
	if w := l.send(callback("12345", address, form)); w.Code != 422 {
		t.Errorf("unknown status: %d", w.Code)
	}
}

// wav is half a second of silence, 8 kHz mono A-law.
func wav() []byte {
	var b bytes.Buffer
	le := func(v uint32, n int) {
		for range n {
			b.WriteByte(byte(v))
			v >>= 8
		}
	}
	data := bytes.Repeat([]byte{0xd5}, 4000)
	b.WriteString("RIFF")
	le(uint32(36+len(data)), 4)
	b.WriteString("WAVEfmt ")
	le(16, 4)
	le(6, 2)
	le(1, 2)
	le(8000, 4)
	le(8000, 4)
	le(1, 2)
	le(8, 2)
	b.WriteString("data")
	le(uint32(len(data)), 4)
	b.Write(data)
	return b.Bytes()
}

// exchange serves recordings, good and bad.
func exchange(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	serve := func(kind string, data []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write(data)
		}
	}
	mux.HandleFunc("/good.wav", serve("audio/x-wav", wav()))
	mux.HandleFunc("/playlist.wav", serve("audio/wav", []byte("#EXTM3U\nfile:///etc/passwd\n")))
	mux.HandleFunc("/large.wav", serve("audio/wav", append(wav(), make([]byte, 2<<20)...)))
	mux.HandleFunc("/missing.wav", http.NotFound)
	inside := httptest.NewServer(serve("audio/wav", wav()))
	t.Cleanup(inside.Close)
	mux.HandleFunc("/redirect.wav", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, inside.URL, http.StatusFound) })
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// P26. Control: leave CheckRedirect out, and the redirect's target is stored.
func TestFetch(t *testing.T) {
	t.Parallel()
	s := exchange(t)
	l := newLine(t, strings.TrimPrefix(s.URL, "http://"))
	unlisted := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(unlisted.Close)
	for name, want := range map[string]struct {
		url   string
		state string
		kind  core.Kind
	}{
		"good":     {s.URL + "/good.wav", "stored", 0},
		"playlist": {s.URL + "/playlist.wav", "pending", core.KindUnsupported},
		"large":    {s.URL + "/large.wav", "lost", core.KindTooLarge},
		"missing":  {s.URL + "/missing.wav", "pending", core.KindUnavailable},
		"redirect": {s.URL + "/redirect.wav", "pending", core.KindUnavailable},
		"unlisted": {unlisted.URL + "/good.wav", "lost", core.KindForbidden},
		"file":     {"file:///etc/passwd", "lost", core.KindForbidden},
		"metadata": {"http://169.254.169.254/latest/good.wav", "lost", core.KindForbidden},
	} {
		_, err := l.calls.Heard(t.Context(), calls.Report{ID: name, Exchange: "test", Began: now, RecordingURL: want.url})
		must(t, err)
		for range 2 { // a job may run twice
			err = l.channel.fetch(t.Context(), jobs.Job[calls.FetchRecording]{Args: calls.FetchRecording{Call: name}, Attempt: 1})
			if (err == nil) != (want.kind == 0) || (err != nil && core.KindOf(err) != want.kind) {
				t.Errorf("%s: %v", name, err)
			}
		}
		c, err := l.calls.Get(t.Context(), name)
		must(t, err)
		if c.RecordingState != want.state || (c.Recording != "") != (want.state == "stored") {
			t.Errorf("%s: %s", name, c.RecordingState)
		}
	}
	_ = l.channel.fetch(t.Context(), jobs.Job[calls.FetchRecording]{Args: calls.FetchRecording{Call: "missing"}, Attempt: giveUp})
	if c, _ := l.calls.Get(t.Context(), "missing"); c.RecordingState != "lost" {
		t.Errorf("after %d attempts: %s", giveUp, c.RecordingState)
	}
}

// A listed name that resolves inside is refused when it is dialled.
func TestGuardAtDialling(t *testing.T) {
	t.Parallel()
	s := exchange(t)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(s.URL, "http://"))
	must(t, err)
	l := newLine(t, "localhost:"+port)
	if _, _, err := l.channel.download(t.Context(), "http://localhost:"+port+"/good.wav"); core.KindOf(err) != core.KindForbidden {
		t.Errorf("a name that leads inside: %v", err)
	}
	g, err := newGuard([]string{"127.0.0.1:8347"})
	must(t, err)
	for address, ok := range map[string]bool{
		"127.0.0.1:8347": true, "[::ffff:127.0.0.1]:8347": true, "127.0.0.1:22": false, "[::1]:8347": false, "10.0.0.1:80": false,
		"169.254.169.254:80": false, "100.64.0.1:80": false, "0.0.0.0:80": false, "[fd00::1]:80": false, "[64:ff9b::7f00:1]:80": false,
		"[2002:7f00:1::]:80": false, "192.168.1.1:80": false, "224.0.0.1:80": false, "8.8.8.8:443": true, "junk": false,
	} {
		if err := g.control("tcp", address, nil); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := newGuard([]string{"example.com"}); err == nil {
		t.Error("a source without a port was accepted")
	}
}

// A proxy would dial for us, past the guard.
func TestNoProxy(t *testing.T) {
	t.Parallel()
	g, err := newGuard(nil)
	must(t, err)
	if tr, ok := g.client().Transport.(*http.Transport); !ok || tr.Proxy != nil || !tr.DisableCompression {
		t.Error("the client asks the environment for a proxy or unpacks what it gets")
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	section, err := json.Marshal(l.channel.cfg)
	must(t, err)
	channeltest.Suite{
		Name: "hotline", Factory: channels.Make(New), Section: string(section),
		Env: func(t *testing.T) channels.Env {
			env := channeltest.NewHouse(t).Env()
			env.Calls, env.Now = l.calls, func() time.Time { return now }
			return env
		},
		Secrets: []string{channeltest.Phone},
		Cases: []channeltest.Case{
			{Name: "good", Status: 204, Request: func(t *testing.T, _ channels.Env) *http.Request { return signed(t, secretA, "msg_1", now, goodBody) }},
			{Name: "wrong secret", Status: 401, Request: func(t *testing.T, _ channels.Env) *http.Request {
				r := signed(t, secretA, "msg_2", now, goodBody)
				edit(r, func(s string) string { return "v1,AAAA" })
				return r
			}},
		},
	}.Run(t)
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	h := channeltest.NewHouse(t)
	env := h.Env()
	env.Calls = &calls.Log{}
	for name, c := range map[string]Config{
		"secret not base64":  {Secrets: []string{"whsec_*****************************"}},
		"short secret":       {Secrets: []string{"whsec_QUJD"}},
		"token without URL":  {TwilioToken: "t"},
		"source not address": {RecordingSources: []string{"x"}},
	} {
		if _, err := New(c, env); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
	if c, err := New(Config{}, env); err != nil || len(c.Endpoints()) != 0 {
		t.Errorf("no secrets: %v", err)
	}
}

func FuzzParseCall(f *testing.F) {
	f.Add([]byte(goodBody))
	f.Add([]byte(`{"call_id":"a"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := parseCall(raw)
		if err == nil && (r.ID == "" || strings.ContainsAny(r.ID, "\x00 \n")) {
			t.Fatalf("%q", raw)
		}
	})
}

func FuzzTwilioForm(f *testing.F) {
	f.Add("CallSid=CA1&RecordingStatus=completed&RecordingUrl=http://x/y", "sig")
	f.Fuzz(func(t *testing.T, raw, signature string) {
		form, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		c := &Channel{cfg: Config{TwilioToken: "12345"}, public: []string{"https://x"}}
		r := httptest.NewRequest("POST", "/c/hotline/twilio", nil)
		r.Header.Set("X-Twilio-Signature", signature)
		if c.provenForm(r, form) && signature != sign("12345", "https://x/c/hotline/twilio", form) {
			t.Fatal("proven without the signature")
		}
		if report, err := parseForm(form); err == nil && report.ID == "" {
			t.Fatal(fmt.Sprint(form))
		}
	})
}

// The workers run under the real queue: a webhook's recording ends in the blob store.
func TestRecordingComesByJob(t *testing.T) {
	t.Parallel()
	s := exchange(t)
	l := newLine(t, strings.TrimPrefix(s.URL, "http://"))
	list := jobs.NewWorkers()
	l.channel.Register(list)
	client, err := jobs.New(jobs.Config{DB: l.db.DB(pgtest.Gateway), Schema: jobs.Gateway, Workers: list, Periodic: l.channel.Periodic(), Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	must(t, client.Start(t.Context()))
	t.Cleanup(func() { _ = client.Stop(context.Background()) })
	body := strings.Replace(goodBody, "http://127.0.0.1:8347/exchange/recordings/CA1.wav", s.URL+"/good.wav", 1)
	if w := l.send(signed(t, secretA, "msg_1", now, body)); w.Code != 204 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	deadline, tick := time.After(30*time.Second), time.NewTicker(50*time.Millisecond)
	defer tick.Stop()
	for l.waiting()[0].RecordingState != "stored" {
		select {
		case <-deadline:
			t.Fatal("the recording never came")
		case <-tick.C:
		}
	}
}
