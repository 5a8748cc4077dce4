package hotline

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lianou/channels"
	"lianou/core"
	"lianou/intake/calls"
)

// Jambonz is an exchange that posts the state of its calls and sends their sound by
// the listen verb.
type Jambonz struct {
	// Secrets sign the posts; two while one is being changed. Empty: none is taken.
	Secrets []string `json:"secrets"`
	// Login is what the listen verb gives as wsAuth. Empty: no sound is taken.
	Login Login `json:"login"`
	// Dir is where its sound lies until it is delivered. Required with Login.
	Dir string `json:"dir"`
	// DrainSeconds is how long running calls may go on after a stop. Defaults to none.
	DrainSeconds int `json:"drain_seconds"`
}

func (j Jambonz) check() error {
	for _, s := range j.Secrets {
		if len(s) < leastSecret {
			return errors.New("a signing secret of jambonz is shorter than 16 characters")
		}
	}
	if j.Login.on() && j.Dir == "" {
		return errors.New("the sound of jambonz needs a folder")
	}
	return j.Login.check()
}

// jambonz takes the state of a call.
func (c *Channel) jambonz(w http.ResponseWriter, r *http.Request) {
	raw, err := channels.ReadBody(r)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	at, ok := provenJambonz(c.cfg.Jambonz.Secrets, r.Header.Values("Jambonz-Signature"), raw)
	if age := c.env.Now().Sub(at); !ok || age > tolerance || age < -tolerance {
		channels.WriteProblem(w, r, errOrigin)
		return
	}
	report, err := parseJambonz(raw, at)
	if err == nil {
		err = c.take(r, report)
	}
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// provenJambonz checks `t=<unix>,v1=<hex>[,v1=...]` over the raw bytes and gives the
// time that was signed. Every secret is tried against every mark, each in constant time.
func provenJambonz(secrets, headers []string, raw []byte) (at time.Time, ok bool) {
	if len(headers) != 1 || len(headers[0]) > 2048 {
		return at, false
	}
	stamp, marks := "", [][]byte(nil)
	for part := range strings.SplitSeq(headers[0], ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch key {
		case "t":
			if stamp != "" {
				return at, false
			}
			stamp = value
		case "v1":
			if mark, err := hex.DecodeString(value); err == nil {
				marks = append(marks, mark)
			}
		}
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return at, false
	}
	for _, s := range secrets {
		mac := hmac.New(sha256.New, []byte(s))
		mac.Write([]byte(stamp + "."))
		mac.Write(raw)
		want := mac.Sum(nil)
		for _, mark := range marks {
			ok = hmac.Equal(mark, want) || ok
		}
	}
	return time.Unix(seconds, 0).UTC(), ok
}

type jambonzStatus struct {
	Call      text `json:"call_sid"`
	Parent    text `json:"parent_call_sid"`
	Direction text `json:"direction"`
	From      text `json:"from"`
	To        text `json:"to"`
	Status    text `json:"call_status"`
	Duration  text `json:"duration"`
}

// parseJambonz reads a state. It has no time of its own but the one it was signed at,
// which a proxy's repetition keeps and our own clock would not. A leg towards an agent,
// and a call that we made, say nothing of a citizen's call.
func parseJambonz(raw []byte, at time.Time) (calls.Report, error) {
	var s jambonzStatus
	if err := decodeOne(raw, &s); err != nil {
		return calls.Report{}, err
	}
	report := calls.Report{ID: callKey(string(s.Call)), Exchange: "jambonz", Caller: core.CallerPhone(string(s.From)), Called: calledNumber(string(s.To)),
		Delivery: delivery(string(s.Call)+"/"+string(s.Status), raw), Body: raw}
	switch s.Direction {
	case "inbound":
	case "outbound":
		return calls.Report{}, checkCall(report)
	default:
		return calls.Report{}, core.Invalid("direction", "")
	}
	switch s.Status {
	case "queued", "trying", "ringing", "early-media":
		report.Began = at
	case "in-progress":
		report.Answered = at
	case "completed": // and therefore answered, if the report of that was lost
		report.Ended, report.Answered = at, at.Add(-talked(s.Duration))
	case "failed", "no-answer", "busy":
		report.Ended = at
	default:
		return calls.Report{}, core.Invalid("call_status", "")
	}
	if s.Parent != "" {
		return calls.Report{}, checkCall(report)
	}
	return report, checkCall(report)
}

// talked is how long a call lasted, in whole seconds; 0 when that is not said.
func talked(seconds text) time.Duration {
	n, err := strconv.ParseFloat(string(seconds), 64)
	if err != nil || !(n > 0 && n <= 24*3600) {
		return 0
	}
	return time.Duration(n * float64(time.Second)).Truncate(time.Second)
}
