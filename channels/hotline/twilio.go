package hotline

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"
	"unicode/utf8"

	"lianou/channels"
	"lianou/core"
	"lianou/intake/calls"
)

// twilio takes the form callback about a recording. Its signature covers no time
// and no id; a replay merges into the same record and changes nothing.
func (c *Channel) twilio(w http.ResponseWriter, r *http.Request) {
	raw, err := channels.ReadBody(r)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	form, err := url.ParseQuery(string(raw))
	if err != nil || !c.provenForm(r, form) {
		channels.WriteProblem(w, r, errOrigin)
		return
	}
	report, err := parseForm(form)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	c.hear(w, r, report)
}

// provenForm checks X-Twilio-Signature against every spelling of our address.
func (c *Channel) provenForm(r *http.Request, form url.Values) bool {
	got := []byte(r.Header.Get("X-Twilio-Signature"))
	good := 0
	for _, base := range c.public {
		want := []byte(sign(c.cfg.TwilioToken, base+r.URL.RequestURI(), form))
		good |= subtle.ConstantTimeCompare(got, want)
	}
	return good == 1
}

// sign is Twilio's scheme: base64 of HMAC-SHA1 over the address and, in byte order
// of the keys, each key with its first value.
func sign(token, address string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(address))
	for _, k := range slices.Sorted(maps.Keys(form)) {
		mac.Write([]byte(k + form.Get(k)))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// parseForm reads the fields we use; the scheme adds others freely.
func parseForm(form url.Values) (report calls.Report, err error) {
	for _, k := range []string{"CallSid", "From", "To", "RecordingUrl", "RecordingStatus", "RecordingStartTime"} {
		if v := form.Get(k); len(form[k]) > 1 || !utf8.ValidString(v) || len(v) > maxURL {
			return calls.Report{}, errBody
		}
	}
	status := form.Get("RecordingStatus")
	if !slices.Contains([]string{"in-progress", "completed", "absent", "failed"}, status) {
		return calls.Report{}, core.Invalid("RecordingStatus", "")
	}
	report = calls.Report{ID: callKey(form.Get("CallSid")), Exchange: "twilio", Called: form.Get("To"), Caller: core.CallerPhone(form.Get("From"))}
	if s := form.Get("RecordingStartTime"); s != "" {
		started, err := time.Parse(time.RFC1123Z, s)
		if err != nil {
			return calls.Report{}, core.Invalid("RecordingStartTime", "")
		}
		report.Answered = started.UTC()
	}
	if status == "absent" || status == "failed" { // an address that another message gives is tried all the same
		report.Sound = calls.SoundLost
	}
	if status == "completed" {
		report.Ended = ended(report.Answered, form.Get("RecordingDuration"))
		if u := form.Get("RecordingUrl"); u != "" {
			if report.RecordingURL, err = recordingURL(u + ".wav"); err != nil {
				return calls.Report{}, err
			}
		}
	}
	return report, checkCall(report)
}

// ended is when the recording stopped; unknown when either part is.
func ended(answered time.Time, seconds string) time.Time {
	d, err := time.ParseDuration(seconds + "s")
	if answered.IsZero() || err != nil || d < 0 || d > 24*time.Hour {
		return time.Time{}
	}
	return answered.Add(d)
}
