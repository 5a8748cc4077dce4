package attack

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lianou/cmd/internal/standin"
)

// P25: only who knows the secret is heard, and only now. All bad vectors get the
// same 401, one entry, and no row.
// Controls: a tolerance on one side only; a body parsed before it is proved.
func TestWebhookProof(t *testing.T) {
	good := func() hook { return fresh(call("CA"+rand.Text(), "13705340009", "")) }
	right := func(h hook) string { return "v1," + signed(secret(), h) }
	for _, c := range []struct {
		name string
		bend func(h *hook)
		ok   bool
	}{
		{"right", func(*hook) {}, true},
		{"299 s old", func(h *hook) { h.at = h.at.Add(-297 * time.Second) }, true},
		{"299 s ahead", func(h *hook) { h.at = h.at.Add(297 * time.Second) }, true},
		{"two signatures, one right", func(h *hook) { h.signature = "v1,AAAA " + right(*h) }, true},
		{"301 s old", func(h *hook) { h.at = h.at.Add(-301 * time.Second) }, false},
		{"301 s ahead", func(h *hook) { h.at = h.at.Add(303 * time.Second) }, false},
		{"before time began", func(h *hook) { h.at = time.Unix(-1, 0) }, false},
		{"wrong secret", func(h *hook) { h.signature = "v1," + signed([]byte("somebody else's secret, as long"), *h) }, false},
		{"other scheme", func(h *hook) { h.signature = strings.Replace(right(*h), "v1,", "v1a,", 1) }, false},
		{"truncated", func(h *hook) { h.signature = right(*h)[:20] }, false},
		{"upper case", func(h *hook) { h.signature = "v1," + strings.ToUpper(right(*h)[3:]) }, false},
		{"lower case", func(h *hook) { h.signature = "v1," + strings.ToLower(right(*h)[3:]) }, false},
		{"no scheme", func(h *hook) { h.signature = right(*h)[3:] }, false},
		{"body one byte more", func(h *hook) { h.signature = right(*h); h.body += " " }, false},
		{"body one byte less", func(h *hook) { h.signature = right(*h); h.body = h.body[:len(h.body)-1] }, false},
		{"another id", func(h *hook) { h.signature = right(*h); h.id += "x" }, false},
		{"another time", func(h *hook) { h.signature = right(*h); h.at = h.at.Add(time.Second) }, false},
		{"no id", func(h *hook) { h.id = "" }, false},
		{"not signed, not even JSON", func(h *hook) { h.signature = "v1,"; h.body = "{" }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := good()
			c.bend(&h)
			before, traces := rows(t), refusals(t, "signature")
			a := deliver(t, h)
			if c.ok {
				if a.status != http.StatusNoContent {
					t.Fatalf("answer %d %s", a.status, a.body)
				}
				return
			}
			if p := a.problem(t); a.status != 401 || p.Code != "signature" {
				t.Errorf("answer %d %s", a.status, a.body)
			}
			noTrace(t, before)
			audited(t, "signature", traces)
		})
	}
}

// What is signed well and bad all the same.
func TestWebhookContent(t *testing.T) {
	first := fresh(call("CA"+rand.Text(), "13705340010", ""))
	if a := deliver(t, first); a.status != http.StatusNoContent {
		t.Fatalf("answer %d %s", a.status, a.body)
	}
	before := rows(t)
	if a := deliver(t, first); a.status != http.StatusNoContent {
		t.Errorf("a replay is a success: %d %s", a.status, a.body)
	}
	noTrace(t, before)
	for _, c := range []struct {
		name   string
		h      hook
		status int
		code   string
	}{
		{"the id with another body", hook{id: first.id, body: call("CA"+rand.Text(), "13705340011", ""), at: time.Now()}, 409, "delivery_reused"},
		{"unknown field", fresh(strings.Replace(call("CA1", "1", ""), "{", `{"act":"pay",`, 1)), 422, "invalid_body"},
		{"two values", fresh(call("CA1", "1", "") + "{}"), 422, "invalid_body"},
		{"NUL", fresh(`{"call_id":"a\u0000b"}`), 422, "invalid_body"},
		{"no call", fresh(`{}`), 422, "invalid_call_id"},
		{"too large", fresh(`{"call_id":"` + strings.Repeat("a", 70<<10) + `"}`), 413, "body_too_large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, traces := rows(t), refusals(t, c.code)
			a := deliver(t, c.h)
			if p := a.problem(t); a.status != c.status || p.Code != c.code {
				t.Errorf("answer %d %s, want %d %s", a.status, a.body, c.status, c.code)
			}
			noTrace(t, before)
			audited(t, c.code, traces)
		})
	}
}

// The methods and paths around the webhook: nothing but POST does anything, and a
// signature for one path is none for another.
func TestWebhookElsewhere(t *testing.T) {
	h := fresh(call("CA"+rand.Text(), "13705340012", ""))
	stamp, sig := strconv.FormatInt(h.at.Unix(), 10), "v1,"+signed(secret(), h)
	head := []string{"webhook-id", h.id, "webhook-timestamp", stamp, "webhook-signature", sig}
	before := rows(t)
	for _, c := range []struct {
		method, path string
		status       int
	}{{"GET", "/c/hotline/webhook", 405}, {"PUT", "/c/hotline/webhook", 405}, {"POST", "/c/hotline/webhook/x", 404}, {"POST", "/c/hotline/twilio", 401}} {
		a := send(t, c.method, city.Gateway+c.path, []byte(h.body), head...)
		if a.status != c.status {
			t.Errorf("%s %s: %d %s", c.method, c.path, a.status, a.body)
		}
		a.problem(t)
	}
	for name, bad := range map[string]string{"NaN": "NaN", "2^63": "9223372036854775808", "2^62": "4611686018427387904", "empty": "", "decimal": stamp + ".5", "spaces": " " + stamp + " 1"} {
		a := send(t, "POST", city.Gateway+"/c/hotline/webhook", []byte(h.body), "webhook-id", h.id, "webhook-timestamp", bad, "webhook-signature", sig)
		if a.status != 401 {
			t.Errorf("timestamp %s: %d", name, a.status)
		}
	}
	noTrace(t, before)
}

// The form callback: address and every field are signed.
func TestFormCallbackProof(t *testing.T) {
	form := url.Values{"CallSid": {"CA" + rand.Text()}, "From": {"13705340013"}, "To": {"12345"}, "RecordingStatus": {"in-progress"}}
	sign := func(address string, v url.Values) string {
		mac := hmac.New(sha1.New, []byte(standin.DemoTwilioToken))
		mac.Write([]byte(address))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			mac.Write([]byte(k + v.Get(k)))
		}
		return base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	address := city.Gateway + "/c/hotline/twilio"
	post := func(to string, v url.Values, sig string) answer {
		return send(t, "POST", to, []byte(v.Encode()), "Content-Type", "application/x-www-form-urlencoded", "X-Twilio-Signature", sig)
	}
	other := maps.Clone(form)
	other.Set("From", "13705340014")
	more := maps.Clone(form)
	more.Set("RecordingUrl", "http://127.0.0.1/")
	before := rows(t)
	for name, a := range map[string]answer{
		"no signature": post(address, form, ""), "another field": post(address, other, sign(address, form)), "a field more": post(address, more, sign(address, form)),
		"another path":     post(address, form, sign(city.Gateway+"/c/hotline/webhook", form)),
		"another query":    post(address+"?a=1", form, sign(address, form)),
		"case":             post(address, form, strings.ToLower(sign(address, form))),
		"a host of theirs": post(address, form, sign("http://evil.example/c/hotline/twilio", form)),
	} {
		if p := a.problem(t); a.status != 401 || p.Code != "signature" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	noTrace(t, before)
	if a := post(address, form, sign(address, form)); a.status != http.StatusNoContent {
		t.Errorf("the right one: %d %s", a.status, a.body)
	}
}
