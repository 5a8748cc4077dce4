package hotline

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"lianou/channels"
	"lianou/channels/hotline/phone"
	"lianou/core"
	"lianou/intake/calls"
)

// Login is a name and a password that an exchange proves itself with (RFC 7617).
type Login struct {
	User     string `json:"user"`
	Password string `json:"password"`
}

func (l Login) on() bool { return l.User != "" || l.Password != "" }

// leastSecret is how long a shared secret must be: nothing shorter stands against
// guessing at 6,000 tries a minute.
const leastSecret = 16

func (l Login) check() error {
	if l.on() && (l.User == "" || len(l.Password) < leastSecret) {
		return errors.New("an exchange's log-in needs a name and a password of 16 characters or more")
	}
	return nil
}

// proven compares both parts in constant time, whatever is wrong.
func (l Login) proven(r *http.Request) bool {
	user, password, given := r.BasicAuth()
	return same(user, l.User)&same(password, l.Password) == 1 && given && l.on()
}

// same compares secrets without telling how far they agree or how long they are.
func same(a, b string) int {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:])
}

// unproven answers one whose log-in is wrong or missing; clients that were told to
// wait for a challenge get theirs.
func unproven(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("WWW-Authenticate", `Basic realm="lianou", charset="UTF-8"`)
	channels.WriteProblem(w, r, errOrigin)
}

// delivery names a message by what it is about and its bytes, for dialects that do not
// number their messages.
func delivery(about string, body []byte) string {
	sum := sha256.New()
	sum.Write([]byte(about + "\n"))
	sum.Write(body)
	return hex.EncodeToString(sum.Sum(nil))
}

// text is a scalar of JSON that dialects write as a string or as a number; what is
// neither says nothing.
type text string

// UnmarshalJSON takes whatever stands there.
func (t *text) UnmarshalJSON(raw []byte) error {
	var s string
	switch {
	case len(raw) > 0 && raw[0] == '"':
		if err := json.Unmarshal(raw, &s); err != nil {
			return err
		}
	case len(raw) > 0 && (raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9'):
		s = string(raw)
	}
	*t = text(s)
	return nil
}

// decodeOne reads exactly one JSON value. Fields that we do not know are the
// dialect's to add. The decoder's own words may quote a number and are dropped.
func decodeOne(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if err := d.Decode(into); err != nil {
		return errBody
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errBody
	}
	return nil
}

// calledNumber is the number that was rung, without the SIP address around it: our own,
// with whatever an exchange counts to it.
func calledNumber(s string) string {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "sips:"), "sip:")
	user, _, _ := strings.Cut(s, "@")
	return user
}

// callKey names a call in the record: by the exchange's id, or by a digest of one that
// could not stand in an address of the desk. What is no id at all is left to checkCall.
func callKey(id string) string {
	if id == "" || len(id) > 200 || strings.ContainsFunc(id, notPrinted) {
		return id
	}
	return phone.KeyOf(id)
}

// earliest of the times that are known.
func earliest(list ...time.Time) (first time.Time) {
	for _, t := range list {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}

// take keeps a report and answers. A report of nothing, about a call that is not one
// to us, is taken and forgotten.
func (c *Channel) take(r *http.Request, report calls.Report) error {
	if report.ID == "" {
		return nil
	}
	if err := checkCall(report); err != nil {
		return err
	}
	_, err := c.env.Calls.Heard(r.Context(), report)
	return err
}

// takeUndated is take for a dialect that tells no times.
func (c *Channel) takeUndated(r *http.Request, report calls.Report) error {
	if report.ID == "" {
		return nil
	}
	if err := checkCall(report); err != nil {
		return err
	}
	return c.env.Calls.HeardUndated(r.Context(), report)
}

var errPath = core.E(core.KindForbidden, "recording_path", "")
