package attack

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"lianou/cmd/internal/standin"
)

// callback sends the form callback, signed well.
func callback(t *testing.T, form url.Values) answer {
	t.Helper()
	address := city.Gateway + "/c/hotline/twilio"
	mac := hmac.New(sha1.New, []byte(standin.DemoTwilioToken))
	mac.Write([]byte(address))
	for _, k := range slices.Sorted(maps.Keys(form)) {
		mac.Write([]byte(k + form.Get(k)))
	}
	return send(t, "POST", address, []byte(form.Encode()), "Content-Type", "application/x-www-form-urlencoded",
		"X-Twilio-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

func sid() string { return "CA" + rand.Text() }

// What the form callback may not say, though it is signed well.
// Control: parseForm without its list of statuses.
func TestFormCallbackContent(t *testing.T) {
	good := url.Values{"CallSid": {sid()}, "From": {"13705340041"}, "To": {"12345"}, "RecordingStatus": {"in-progress"}}
	if a := callback(t, good); a.status != http.StatusNoContent {
		t.Fatalf("the good one: %d %s", a.status, a.body)
	}
	before := rows(t)
	if a := callback(t, good); a.status != http.StatusNoContent {
		t.Errorf("a replay is a success: %d %s", a.status, a.body)
	}
	noTrace(t, before)
	for _, c := range []struct {
		name, field, value string
		status             int
		code               string
	}{
		{"no call", "CallSid", "", 422, "invalid_call_id"},
		{"NUL", "CallSid", "CA\x00", 422, "invalid_call_id"},
		{"unknown status", "RecordingStatus", "paid", 422, "invalid_RecordingStatus"},
		{"no time", "RecordingStartTime", "yesterday", 422, "invalid_RecordingStartTime"},
		{"too large", "From", strings.Repeat("1", 70<<10), 413, "body_too_large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bad := maps.Clone(good)
			bad.Set("CallSid", sid())
			bad.Set(c.field, c.value)
			before, traces := rows(t), allRefusals(t)
			a := callback(t, bad)
			if p := a.problem(t); a.status != c.status || p.Code != c.code {
				t.Errorf("answer %d %s, want %d %s", a.status, a.body, c.status, c.code)
			}
			refused(t, before, traces, "")
		})
	}
}

// A recording that lies inside is not asked for when the form callback names it
// either.
// Control: a guard that lets every address pass, which the listener hears.
func TestFormCallbackInside(t *testing.T) {
	var heard atomic.Int64
	trap := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { heard.Add(1) }))
	t.Cleanup(trap.Close)
	traces := refusals(t, "recording_source")
	id := sid()
	a := callback(t, url.Values{"CallSid": {id}, "From": {"13705340042"}, "To": {"12345"}, "RecordingStatus": {"completed"}, "RecordingUrl": {trap.URL + "/tape"}})
	if a.status != http.StatusNoContent {
		t.Fatalf("the call: %d %s", a.status, a.body)
	}
	until(t, "the recording to be given up", func() bool {
		return number(t, `select count(*) from call where id = $1 and recording_state = 'lost'`, id) == 1
	})
	audited(t, "recording_source", traces)
	if heard.Load() != 0 {
		t.Errorf("the listener inside was asked %d times", heard.Load())
	}
}
