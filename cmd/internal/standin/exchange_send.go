package standin

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// delivery is one webhook waiting to be taken.
type delivery struct {
	ID     string    `json:"id"` // webhook-id: the same at every attempt
	Call   string    `json:"call"`
	Target string    `json:"target"`
	Body   string    `json:"body"`
	Fault  Mode      `json:"fault,omitempty"`
	Tries  int       `json:"tries"`
	Due    time.Time `json:"due"`
	Until  time.Time `json:"until"`
}

const giveUp = 24 * time.Hour

// enqueue writes a call's webhooks in the order they will be sent. The caller
// holds mu.
func (e *exchange) enqueue(c Call, fault Mode) {
	out := e.dialectBodies(c)
	if c.Style == "standard" || c.Style == "both" {
		if c.Live {
			out = append(out, e.newDelivery(c, "standard", e.jsonBody(c, false)))
		}
		out = append(out, e.newDelivery(c, "standard", e.jsonBody(c, true)))
	}
	if c.Style == "twilio" || c.Style == "both" {
		if c.Live {
			out = append(out, e.newDelivery(c, "twilio", e.formBody(c, "in-progress")))
		}
		out = append(out, e.newDelivery(c, "twilio", e.formBody(c, "completed")))
	}
	switch fault {
	case ModeTwice:
		out = append(out, out...)
	case ModeDisorder:
		slices.Reverse(out)
	case ModeForge, ModeStale:
		for i := range out {
			out[i].Fault = fault
		}
	}
	e.st.Queue = append(e.st.Queue, out...)
}

func (e *exchange) newDelivery(c Call, target, body string) delivery {
	return delivery{ID: "msg_" + rand.Text(), Call: c.ID, Target: target, Body: body, Due: e.now(), Until: e.now().Add(giveUp)}
}

// jsonBody is the exchange's own report of a call, finished or still running.
func (e *exchange) jsonBody(c Call, finished bool) string {
	m := map[string]any{"call_id": c.ID, "caller": c.From, "called": e.cfg.Called,
		"began": c.Began.Format(time.RFC3339), "answered": c.Answered.Format(time.RFC3339)}
	if finished {
		m["ended"] = c.Ended.Format(time.RFC3339)
		m["recording"] = map[string]any{"url": e.url + "/exchange/recordings/" + c.ID + ".wav", "seconds": c.Seconds}
	}
	raw, _ := json.Marshal(m)
	return string(raw)
}

// formBody is the Twilio-style recording callback; From and To come with it, as
// with the Record verb's action.
func (e *exchange) formBody(c Call, status string) string {
	v := url.Values{"AccountSid": {"AC" + strings.Repeat("37", 16)}, "CallSid": {c.ID}, "RecordingSid": {"RE" + c.ID[2:]},
		"RecordingStatus": {status}, "RecordingChannels": {"1"}, "RecordingSource": {"RecordVerb"}, "RecordingTrack": {"both"},
		"RecordingStartTime": {c.Answered.UTC().Format(time.RFC1123Z)}, "From": {c.From}, "To": {e.cfg.Called}}
	if status == "completed" {
		v.Set("RecordingUrl", e.url+"/exchange/recordings/"+c.ID)
		v.Set("RecordingDuration", strconv.Itoa(c.Seconds))
	}
	return v.Encode()
}

// deliver sends what is due, oldest first, until ctx ends. A receiver that is
// away gets each webhook later, signed anew.
func (e *exchange) deliver(ctx context.Context) {
	client := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		for d, ok := e.next(); ok && ctx.Err() == nil; d, ok = e.next() {
			e.settle(d, e.attempt(ctx, client, d))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-e.wake:
		}
	}
}

// next takes the oldest due delivery out of the queue.
func (e *exchange) next() (delivery, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	for i, d := range e.st.Queue {
		if !d.Due.After(now) {
			e.st.Queue = slices.Delete(e.st.Queue, i, i+1)
			return d, true
		}
	}
	return delivery{}, false
}

// settle notes an attempt and queues the next one unless this was the last.
func (e *exchange) settle(d delivery, status int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	d.Tries++
	again := (status < 200 || status > 299) && status != http.StatusGone && e.now().Before(d.Until) &&
		d.Fault != ModeForge && d.Fault != ModeStale // an impostor does not come back with a right signature
	if again {
		d.Due = e.now().Add(e.cfg.Retries[min(d.Tries, len(e.cfg.Retries))-1])
		e.st.Queue = append(e.st.Queue, d)
	}
	for i := range e.st.Calls {
		if c := &e.st.Calls[i]; c.ID == d.Call {
			c.Attempts = append(slices.Clone(c.Attempts), Attempt{e.now(), d.Target, status, d.Fault})
			c.Done = !slices.ContainsFunc(e.st.Queue, func(q delivery) bool { return q.Call == c.ID })
		}
	}
	e.changed()
}

// attempt sends one webhook and gives the status, 0 when there was no answer.
func (e *exchange) attempt(ctx context.Context, client *http.Client, d delivery) int {
	if d.Target == "listen" {
		return e.stream(ctx, d)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.target(d), strings.NewReader(d.Body))
	if err != nil {
		return 0
	}
	if err := e.sign(req, d); err != nil {
		return 0
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// staleBy is one second more than any receiver may accept.
const staleBy = 301 * time.Second

func (e *exchange) sign(req *http.Request, d delivery) error {
	if d.Target != "standard" && d.Target != "twilio" {
		e.signDialect(req, d)
		return nil
	}
	key, err := whsecKey(e.cfg.Secret)
	if err != nil {
		return err
	}
	token, at := e.cfg.TwilioToken, e.now()
	switch d.Fault {
	case ModeForge:
		key, token = []byte("somebody else's key"), "somebody else's token"
	case ModeStale:
		at = at.Add(-staleBy)
	}
	if d.Target == "twilio" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("X-Twilio-Signature", twilioSign(token, req.URL.String(), d.Body))
		return nil
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("webhook-id", d.ID)
	req.Header.Set("webhook-timestamp", stamp)
	req.Header.Set("webhook-signature", "v1,"+whsecSign(key, d.ID, stamp, d.Body))
	return nil
}

// whsecKey decodes a Standard Webhooks secret.
func whsecKey(secret string) ([]byte, error) {
	b64, ok := strings.CutPrefix(secret, "whsec_")
	key, err := base64.StdEncoding.DecodeString(b64)
	if !ok || err != nil || len(key) < 24 || len(key) > 64 {
		return nil, fmt.Errorf("call exchange secret must be whsec_ and base64 of 24 to 64 bytes")
	}
	return key, nil
}

func whsecSign(key []byte, id, stamp, body string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(id + "." + stamp + "." + body))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// twilioSign signs the address and the form's first values, keys in byte order.
func twilioSign(token, address, form string) string {
	values, _ := url.ParseQuery(form)
	var b bytes.Buffer
	b.WriteString(address)
	for _, k := range slices.Sorted(maps.Keys(values)) {
		b.WriteString(k + values.Get(k))
	}
	h := hmac.New(sha1.New, []byte(token))
	h.Write(b.Bytes())
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// Deliver sends the call exchange's webhooks until ctx ends, for a Server whose
// Handler is mounted without Run.
func (s *Server) Deliver(ctx context.Context) { s.exchange.deliver(ctx) }
