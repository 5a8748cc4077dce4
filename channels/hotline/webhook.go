package hotline

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"lianou/channels"
	"lianou/core"
	"lianou/intake/calls"
)

// tolerance is how far a message's time may be from ours, either way.
const tolerance = 300 * time.Second

// callBody is what the exchange posts about a call, finished or still running.
type callBody struct {
	CallID    string     `json:"call_id"`
	Caller    string     `json:"caller"`
	Called    string     `json:"called"`
	Began     *time.Time `json:"began"`
	Answered  *time.Time `json:"answered"`
	Ended     *time.Time `json:"ended"`
	Recording *struct {
		URL     string `json:"url"`
		Seconds int    `json:"seconds"`
	} `json:"recording"`
}

// webhook proves the sender, then parses, then keeps, then answers.
func (c *Channel) webhook(w http.ResponseWriter, r *http.Request) {
	raw, err := channels.ReadBody(r)
	if err == nil {
		err = c.proven(raw, r.Header)
	}
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	report, err := parseCall(raw)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	report.Delivery, report.Body = r.Header.Get(standardwebhooks.HeaderWebhookID), raw
	c.hear(w, r, report)
}

func (c *Channel) hear(w http.ResponseWriter, r *http.Request, report calls.Report) {
	if _, err := c.env.Calls.Heard(r.Context(), report); err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// proven checks signature and age over the raw bytes. Every live secret is tried,
// each in constant time.
func (c *Channel) proven(raw []byte, h http.Header) error {
	id, stamp := h.Get(standardwebhooks.HeaderWebhookID), h.Get(standardwebhooks.HeaderWebhookTimestamp)
	if id == "" || len(id) > 256 || len(h.Get(standardwebhooks.HeaderWebhookSignature)) > 2048 || !utf8.ValidString(id) {
		return errOrigin
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return errOrigin
	}
	if age := c.env.Now().Sub(time.Unix(seconds, 0)); age > tolerance || age < -tolerance {
		return errOrigin
	}
	good := false
	for _, key := range c.keys {
		good = key.VerifyIgnoringTimestamp(raw, h) == nil || good
	}
	if !good {
		return errOrigin
	}
	return nil
}

func parseCall(raw []byte) (calls.Report, error) {
	if !utf8.Valid(raw) || bytes.IndexByte(raw, 0) >= 0 || bytes.Contains(raw, []byte(`\u0000`)) {
		return calls.Report{}, errBody
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var b callBody
	if err := d.Decode(&b); err != nil {
		return calls.Report{}, errBody // the decoder's text may quote the number
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return calls.Report{}, errBody
	}
	r := calls.Report{ID: callKey(b.CallID), Exchange: "webhook", Called: b.Called, Began: at(b.Began), Answered: at(b.Answered), Ended: at(b.Ended)}
	if b.Recording != nil {
		var err error
		if r.RecordingURL, err = recordingURL(b.Recording.URL); err != nil {
			return calls.Report{}, err
		}
	}
	r.Caller = core.CallerPhone(b.Caller)
	return r, checkCall(r)
}

func at(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func checkCall(r calls.Report) error {
	if err := checkSaid(r.ID, r.Called); err != nil {
		return err
	}
	for _, t := range []time.Time{r.Began, r.Answered, r.Ended} {
		if !t.IsZero() && (t.Year() < 2000 || t.Year() > 2200) {
			return core.Invalid("began", "")
		}
	}
	return nil
}

func checkSaid(id, called string) error {
	switch {
	case id == "" || len(id) > 200 || strings.ContainsFunc(id, notPrinted):
		return core.Invalid("call_id", "")
	case len(called) > 40 || strings.ContainsFunc(called, notPrinted):
		return core.Invalid("called", "")
	}
	return nil
}

func notPrinted(r rune) bool { return r <= ' ' || r > '~' }
