package hotline

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"time"
	"unicode/utf8"

	"lianou/channels"
	"lianou/core"
	"lianou/intake/calls"
)

// CTI is an exchange that posts call events as Zammad's generic CTI takes them.
type CTI struct {
	// Token is the last part of the path that the events are posted to; that is all
	// the proof most exchanges can give. Empty: no such path.
	Token string `json:"token"`
	// Login is for exchanges that can do better: addresses stand in the logs of
	// everything on the way, headers do not. Empty: no such door.
	Login Login `json:"login"`
}

func (c CTI) check() error {
	if c.Token != "" && (len(c.Token) < leastSecret || url.PathEscape(c.Token) != c.Token) {
		return errors.New("the CTI token needs 16 characters or more that a path can hold")
	}
	return c.Login.check()
}

// ctiByToken takes an event by the token in its path. The host logs and counts routes,
// never paths, so the token is in no log of ours.
func (c *Channel) ctiByToken(w http.ResponseWriter, r *http.Request) {
	if same(r.PathValue("token"), c.cfg.CTI.Token) != 1 {
		channels.WriteProblem(w, r, errOrigin)
		return
	}
	c.ctiEvent(w, r)
}

// ctiByLogin takes an event by a log-in.
func (c *Channel) ctiByLogin(w http.ResponseWriter, r *http.Request) {
	if !c.cfg.CTI.Login.proven(r) {
		unproven(w, r)
		return
	}
	c.ctiEvent(w, r)
}

// ctiEvent answers with an empty object: exchanges look in the answer to a new call for
// what to do with it, and we let every call through.
func (c *Channel) ctiEvent(w http.ResponseWriter, r *http.Request) {
	raw, err := channels.ReadBody(r)
	var report calls.Report
	if err == nil {
		report, err = parseCTI(raw, c.env.Now())
	}
	if err == nil {
		err = c.takeUndated(r, report)
	}
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	channels.WriteJSON(w, http.StatusOK, struct{}{})
}

type ctiEvent struct {
	Event     text `json:"event"`
	From      text `json:"from"`
	To        text `json:"to"`
	Direction text `json:"direction"`
	CallID    text `json:"callId"`
	CallID2   text `json:"call_id"`
	Cause     text `json:"cause"`
}

// parseCTI reads an event, as a form or as JSON. Events have no time, so that of their
// arrival is taken; a call that hung up in the ordinary way had been answered, if the
// report of that was lost. Numbers of calls are the exchange's own, often short ones,
// and get a mark that keeps them apart from those of others.
func parseCTI(raw []byte, now time.Time) (calls.Report, error) {
	e, err := decodeCTI(raw)
	if err != nil {
		return calls.Report{}, err
	}
	id := e.CallID
	if id == "" {
		id = e.CallID2
	}
	if id == "" || e.CallID2 != "" && e.CallID2 != id {
		return calls.Report{}, core.Invalid("callId", "")
	}
	now = now.UTC().Truncate(time.Second)
	report := calls.Report{ID: callKey("cti-" + string(id)), Exchange: "cti", Caller: core.CallerPhone(string(e.From)), Called: calledNumber(string(e.To)),
		Delivery: delivery(string(id+"/"+e.Event), raw), Body: raw}
	switch e.Event {
	case "newCall":
		report.Began = now
	case "answer":
		report.Answered = now
	case "hangup":
		report.Ended = now
		if e.Cause == "normalClearing" {
			report.Answered = now
		}
	default:
		return calls.Report{}, core.Invalid("event", "")
	}
	switch e.Direction {
	case "in":
		return report, checkCall(report)
	case "out":
		return calls.Report{}, checkCall(report)
	}
	return calls.Report{}, core.Invalid("direction", "")
}

func decodeCTI(raw []byte) (e ctiEvent, err error) {
	if !utf8.Valid(raw) {
		return e, errBody
	}
	raw = bytes.TrimSpace(raw)
	if len(raw) > 0 && raw[0] == '{' {
		return e, decodeOne(raw, &e)
	}
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return e, errBody
	}
	for name, to := range map[string]*text{"event": &e.Event, "from": &e.From, "to": &e.To, "direction": &e.Direction,
		"callId": &e.CallID, "call_id": &e.CallID2, "cause": &e.Cause} {
		if len(form[name]) > 1 || !utf8.ValidString(form.Get(name)) {
			return e, errBody
		}
		*to = text(form.Get(name))
	}
	return e, nil
}
