package hotline

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"lianou/core/pg/pgtest"
)

var pbxLogin = Login{User: "pbx", Password: "a password of the exchange"}

const ctiToken = "0f3b7c52e9a14d6c8b21"

// told is a call as a test wants an exchange to tell of it: it rang at the line's time,
// was answered 9 s and ended 60 s later, and its recording is call.wav.
type told struct{ id, caller, called string }

var (
	aCall           = told{"CA1", "13805340001", "12345"}
	rang            = now.Add(-70 * time.Second)
	picked, hungUp  = rang.Add(9 * time.Second), rang.Add(60 * time.Second)
	recordingOfCall = "http://127.0.0.1:8347/exchange/recordings/call.wav"
)

// message is a body with the time it was sent at.
type message struct {
	body string
	at   time.Time
}

// dialect is how one kind of exchange speaks, and what may be asked of all.
type dialect struct {
	// events are four messages about one call, in the order of time. They differ in
	// what they know.
	events func(c told) []message
	// sent is a message with its proof, as of a moment.
	sent func(m message, at time.Time) *http.Request
	// spoil makes the proof wrong and changes nothing else.
	spoil func(r *http.Request)
	// extend adds a field nobody knows.
	extend func(body string) string

	ok     int  // status of what is taken
	dated  bool // the proof covers the time it was sent
	strict bool // the form is ours, and a field nobody knows is a mistake
	timed  bool // messages say when things happened, or are signed then
}

func dialects() map[string]dialect {
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	return map[string]dialect{
		"webhook": {webhookEvents, sentWebhook, header("webhook-signature", "v1,AAAA"), extendJSON, 204, true, true, true},
		"twilio":  {twilioEvents, sentTwilio, header("X-Twilio-Signature", "AAAA"), func(b string) string { return b + "&Extra=1" }, 204, false, false, true},
		"freeswitch": {freeswitchEvents, sentFreeSwitch, func(r *http.Request) { r.SetBasicAuth("pbx", "a password of nobody here") },
			extendJSON, 204, false, false, true},
		"jambonz": {jambonzEvents, sentJambonz, header("Jambonz-Signature", "t="+strconv.FormatInt(now.Unix(), 10)+",v1="+strings.Repeat("00", 32)),
			extendJSON, 204, true, false, true},
		"cti": {ctiEvents, sentCTI, func(r *http.Request) { r.URL.Path = "/c/hotline/cti/0f3b7c52e9a14d6c8b22" },
			func(b string) string { return b + "&xcid=1" }, 200, false, false, false},
	}
}

func extendJSON(b string) string { return strings.Replace(b, "{", `{"added_last_week":{"a":[1]},`, 1) }

func jsonOf(v any) string {
	raw, _ := json.Marshal(v)
	return string(raw)
}

type dict = map[string]any

func webhookEvents(c told) []message {
	say := func(more dict) message {
		more["call_id"], more["caller"], more["called"] = c.id, c.caller, c.called
		return message{jsonOf(more), hungUp}
	}
	return []message{say(dict{"began": rang}), say(dict{"answered": picked}), say(dict{"ended": hungUp}),
		say(dict{"began": rang, "answered": picked, "ended": hungUp, "recording": dict{"url": recordingOfCall, "seconds": 51}})}
}

func sentWebhook(m message, at time.Time) *http.Request {
	key, _ := standardwebhooks.NewWebhook(secretA)
	id := "msg_" + delivery("", []byte(m.body))[:16]
	signature, _ := key.Sign(id, at, []byte(m.body))
	r := httptest.NewRequest("POST", "/c/hotline/webhook", strings.NewReader(m.body))
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	r.Header.Set("webhook-signature", signature)
	return r
}

func twilioEvents(c told) []message {
	say := func(status string, more url.Values) message {
		v := url.Values{"AccountSid": {"AC1"}, "CallSid": {c.id}, "RecordingSid": {"RE1"}, "RecordingStatus": {status}}
		for k := range more {
			v.Set(k, more.Get(k))
		}
		return message{v.Encode(), hungUp}
	}
	from := url.Values{"From": {c.caller}, "To": {c.called}}
	began := url.Values{"RecordingStartTime": {picked.Format(time.RFC1123Z)}}
	whole := url.Values{"From": {c.caller}, "To": {c.called}, "RecordingStartTime": {picked.Format(time.RFC1123Z)},
		"RecordingDuration": {"51"}, "RecordingUrl": {strings.TrimSuffix(recordingOfCall, ".wav")}}
	return []message{say("in-progress", from), say("in-progress", began), say("failed", began), say("completed", whole)}
}

func sentTwilio(m message, _ time.Time) *http.Request {
	form, _ := url.ParseQuery(m.body)
	r := callback("12345", "https://mycompany.com/c/hotline/twilio", form)
	setBody(r, m.body)
	return r
}

// usec is how FreeSWITCH writes a time.
func usec(t time.Time) string {
	if t.IsZero() {
		return "0"
	}
	return strconv.FormatInt(t.UnixMicro(), 10)
}

func cdrOf(c told, leg dict) dict {
	flow := dict{"dialplan": "XML", "profile_index": "1",
		"extension":      dict{"name": "12345", "number": c.called, "applications": []dict{{"app_name": "answer", "app_data": ""}}},
		"caller_profile": dict{"username": "trunk", "caller_id_number": c.caller, "ani": c.caller, "destination_number": c.called, "uuid": leg["uuid"]},
		"times": dict{"created_time": usec(rang), "profile_created_time": usec(rang), "answered_time": usec(picked), "hangup_time": usec(hungUp),
			"bridged_time": usec(picked), "transfer_time": "0"}}
	vars := dict{"uuid": leg["uuid"], "call_uuid": c.id, "direction": leg["direction"], "hangup_cause": "NORMAL_CLEARING", "caller_id_name": "%E5%BC%A0"}
	for k, v := range leg {
		vars[k] = v
	}
	return dict{"core-uuid": "b2", "switchname": "pbx", "channel_data": dict{"state": "CS_REPORTING", "direction": leg["direction"], "caps": "1=1"},
		"callStats": dict{"audio": dict{"inbound": dict{"raw_bytes": 4128, "mos": 4.5}}}, "variables": vars,
		"app_log": dict{"applications": []dict{}}, "callflow": []dict{flow}}
}

func freeswitchEvents(c told) []message {
	say := func(d dict) message { return message{jsonOf(d), hungUp} }
	caller := cdrOf(c, dict{"uuid": c.id, "direction": "inbound"})
	older := cdrOf(c, dict{"uuid": c.id, "direction": "inbound"})
	older["callflow"] = older["callflow"].([]dict)[0]
	agent := cdrOf(told{c.id, "1001", "1002"}, dict{"uuid": c.id + "-b", "direction": "outbound", recordingVariable: "%2Frec%2Fcall.wav"})
	leg := agent["callflow"].([]dict)[0]["times"].(dict) // an agent's telephone that was hung up late
	leg["created_time"], leg["hangup_time"] = usec(picked.Add(-5*time.Second)), usec(hungUp.Add(5*time.Second))
	refused := cdrOf(told{c.id, "1001", "1003"}, dict{"uuid": c.id + "-c", "direction": "outbound"})
	return []message{say(refused), say(agent), say(older), say(caller)}
}

func sentFreeSwitch(m message, _ time.Time) *http.Request {
	r := httptest.NewRequest("POST", "/c/hotline/freeswitch?uuid=x", strings.NewReader(m.body))
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth(pbxLogin.User, pbxLogin.Password)
	return r
}

func jambonzEvents(c told) []message {
	say := func(status string, at time.Time, more dict) message {
		more["call_sid"], more["direction"], more["from"], more["to"] = c.id, "inbound", c.caller, c.called
		more["call_id"], more["account_sid"], more["call_status"], more["sip_status"] = "sip-1", "ac", status, 200
		return message{jsonOf(more), at}
	}
	return []message{say("trying", rang, dict{}), say("ringing", rang.Add(time.Second), dict{}), say("in-progress", picked, dict{}),
		say("completed", hungUp, dict{"duration": 51, "call_termination_by": "caller"})}
}

func sentJambonz(m message, at time.Time) *http.Request {
	r := httptest.NewRequest("POST", "/c/hotline/jambonz", strings.NewReader(m.body))
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte("the second secret of jambonz"))
	mac.Write([]byte(stamp + "." + m.body))
	r.Header.Set("Jambonz-Signature", "t="+stamp+",v1="+strings.Repeat("ab", 32)+",v1="+hex.EncodeToString(mac.Sum(nil)))
	return r
}

func ctiEvents(c told) []message {
	say := func(event string, more url.Values) message {
		v := url.Values{"event": {event}, "from": {c.caller}, "to": {c.called}, "direction": {"in"}, "callId": {c.id}, "user[]": {"Alice", "Bob"}}
		for k := range more {
			v[k] = more[k]
		}
		return message{v.Encode(), hungUp}
	}
	return []message{say("newCall", nil), say("newCall", url.Values{"user[]": {"Carol"}}), say("answer", url.Values{"answeringNumber": {"21"}}),
		say("hangup", url.Values{"cause": {"normalClearing"}})}
}

func sentCTI(m message, _ time.Time) *http.Request {
	r := httptest.NewRequest("POST", "/c/hotline/cti/"+ctiToken, strings.NewReader(m.body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func setBody(r *http.Request, s string) {
	fresh := httptest.NewRequest("POST", "/", strings.NewReader(s))
	r.Body, r.ContentLength = fresh.Body, fresh.ContentLength
}

// rows gives every call as the record has it, without what is sealed with a fresh key.
func (l *line) rows() map[string]string {
	l.t.Helper()
	const sql = `select id, concat_ws('|', exchange, encode(caller_blind, 'hex'), called, began at time zone 'UTC', answered at time zone 'UTC', ended at time zone 'UTC',
		recording_url is not null, recording_state, wish, partial, end_guessed) from call`
	rows, err := l.db.DB(pgtest.Gateway).Pool().Query(l.t.Context(), sql)
	must(l.t, err)
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var id, row string
		must(l.t, rows.Scan(&id, &row))
		out[id] = row
	}
	must(l.t, rows.Err())
	return out
}

// P25, F11, F12: the same cases for every dialect. A message is the last of four, which
// knows most. Controls: believe a proof that was not checked (wrong proof); take the
// body's first megabyte (huge); count a bad number as a bad body (bad number).
func TestEveryDialect(t *testing.T) {
	t.Parallel()
	for name, d := range dialects() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLine(t, "127.0.0.1:8347")
			last := func(c told) message { e := d.events(c); return e[len(e)-1] }
			stale := 401
			if !d.dated {
				stale = d.ok
			}
			unknown := d.ok
			if d.strict {
				unknown = 422
			}
			n := 0
			for _, c := range []struct {
				name   string
				call   told
				make   func(m message) *http.Request
				status int
			}{
				{"good", aCall, func(m message) *http.Request { return d.sent(m, now) }, d.ok},
				{"late", aCall, func(m message) *http.Request { l.now = now.AddDate(0, 0, 2); return d.sent(m, l.now) }, d.ok},
				{"299 s old", aCall, func(m message) *http.Request { return d.sent(m, now.Add(-299*time.Second)) }, d.ok},
				{"stale", aCall, func(m message) *http.Request { return d.sent(m, now.Add(-301*time.Second)) }, stale},
				{"from the future", aCall, func(m message) *http.Request { return d.sent(m, now.Add(301*time.Second)) }, stale},
				{"wrong proof", aCall, func(m message) *http.Request { r := d.sent(m, now); d.spoil(r); return r }, 401},
				{"no proof", aCall, func(m message) *http.Request {
					r := d.sent(m, now)
					r.Header = http.Header{}
					r.URL.Path = strings.TrimSuffix(r.URL.Path, "/"+ctiToken)
					return r
				}, 401},
				{"huge", aCall, func(m message) *http.Request { m.body += strings.Repeat(" ", 2<<20); return d.sent(m, now) }, 413},
				{"empty", aCall, func(message) *http.Request { return d.sent(message{"", now}, now) }, 422},
				{"a list", aCall, func(message) *http.Request { return d.sent(message{"[]", now}, now) }, 422},
				{"an empty object", aCall, func(message) *http.Request { return d.sent(message{"{}", now}, now) }, 422},
				{"cut off", aCall, func(m message) *http.Request { m.body = m.body[:len(m.body)/3]; return d.sent(m, now) }, 422},
				{"unknown field", aCall, func(m message) *http.Request { m.body = d.extend(m.body); return d.sent(m, now) }, unknown},
				{"withheld number", told{"CA1", "anonymous", "12345"}, func(m message) *http.Request { return d.sent(m, now) }, d.ok},
				{"bad number", told{"CA1", "+1 (555) 0100#7", "12345"}, func(m message) *http.Request { return d.sent(m, now) }, d.ok},
				{"control characters", told{"CA\r\n1\x00", "13805340001", "12345"}, func(m message) *http.Request { return d.sent(m, now) }, 422},
				{"no id", told{"", "13805340001", "12345"}, func(m message) *http.Request { return d.sent(m, now) }, 422},
				{"long id", told{strings.Repeat("9", 201), "13805340001", "12345"}, func(m message) *http.Request { return d.sent(m, now) }, 422},
				{"control characters in the called number", told{"CA1", "13805340001", "12\x0045"}, func(m message) *http.Request { return d.sent(m, now) }, 422},
			} {
				n++
				l.now = now
				if c.call.id == "CA1" {
					c.call.id += "-" + strconv.Itoa(n)
				}
				before, audited := len(l.rows()), len(*l.audited)
				r := c.make(last(c.call))
				if strings.HasPrefix(r.URL.Path, "/c/hotline/cti") && c.name == "no proof" {
					r.URL.Path = "/c/hotline/cti"
				}
				w := l.send(r)
				if w.Code != c.status {
					t.Errorf("%s: %d %s, want %d", c.name, w.Code, w.Body, c.status)
				}
				if got := len(l.rows()) - before; (c.status == d.ok) != (got == 1) || got > 1 {
					t.Errorf("%s: %d calls more", c.name, got)
				}
				if c.status == 401 && (len(*l.audited) != audited+1 || (*l.audited)[audited].Code != "signature") {
					t.Errorf("%s: audited %v", c.name, (*l.audited)[audited:])
				}
			}
			for _, secret := range []string{"13805340001", ctiToken, pbxLogin.Password} {
				if strings.Contains(l.log.String(), secret) || strings.Contains(fmt.Sprint(*l.audited), secret) {
					t.Errorf("a log holds %q", secret)
				}
			}
		})
	}
}

// F13: all 24 orders of four messages, each sent twice while the clock goes on, end in
// one and the same row. Where messages say no time, theirs is that of their arrival and
// the row is the same but for it. Controls: let the arrival's time stand for the signed
// one of jambonz; merge repetitions (cti); take a leg's end for the call's; let a failed
// recording undo one that has an address (twilio).
func TestEveryDialectConverges(t *testing.T) {
	t.Parallel()
	for name, d := range dialects() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLine(t, "127.0.0.1:8347")
			seen := map[string][]string{}
			for i, order := range orders(4) {
				c := told{"call" + strconv.Itoa(100+i), aCall.caller, aCall.called}
				events := d.events(c)
				l.now = now
				var once string
				id := c.id
				if name == "cti" {
					id = "cti-" + id
				}
				for range 2 {
					for _, k := range order {
						l.now = l.now.Add(time.Second)
						if w := l.send(d.sent(events[k], events[k].at)); w.Code != d.ok {
							t.Fatalf("order %v, event %d: %d %s", order, k, w.Code, w.Body)
						}
					}
					row := l.rows()[id]
					if row == "" || once != "" && row != once {
						t.Errorf("order %v: %q, and again: %q", order, once, row)
					}
					once = row
				}
			}
			rows := l.rows()
			for id, row := range rows {
				if !d.timed {
					parts := strings.Split(row, "|")
					for _, i := range []int{3, 4, 5} {
						parts[i] = strconv.FormatBool(parts[i] != "")
					}
					row = strings.Join(parts, "|")
				}
				seen[row] = append(seen[row], id)
			}
			if len(rows) != 24 || len(seen) != 1 {
				t.Errorf("%d calls, %d states: %v", len(rows), len(seen), seen)
			}
			for row := range seen {
				if !strings.Contains(row, "|12345|") || strings.Count(row, "2026-11-23")+strings.Count(row, "true|true|true") < 1 {
					t.Errorf("the state is %s", row)
				}
			}
			for _, call := range l.waiting() {
				if call.State() != "ended" || call.Answered.IsZero() || call.Caller.Reveal() != aCall.caller {
					t.Errorf("%s: %s, answered %v", call.ID, call.State(), call.Answered)
				}
				if d.timed && name != "twilio" && (!call.Began.Equal(rang) || !call.Answered.Equal(picked) || !call.Ended.Equal(hungUp)) {
					t.Errorf("%s: %v %v %v", call.ID, call.Began, call.Answered, call.Ended)
				}
			}
		})
	}
}

func orders(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var out [][]int
	for _, p := range orders(n - 1) {
		for i := 0; i <= len(p); i++ {
			out = append(out, append(append(append([]int{}, p[:i]...), n-1), p[i:]...))
		}
	}
	return out
}

// The three encodings of mod_json_cdr, and curl's own Content-Type over bare JSON.
func TestFreeSwitchEncodings(t *testing.T) {
	t.Parallel()
	l := newLine(t, "127.0.0.1:8347")
	record := func(id string) string {
		d := cdrOf(told{id, "+8613805340001", "12345"}, dict{"uuid": id, "direction": "inbound"})
		d["app_log"] = dict{"applications": []dict{{"app_name": "record_session", "app_data": "/rec/2026/张+1.wav +3600", "app_stamp": "1"}}}
		return jsonOf(d)
	}
	for id, body := range map[string]string{
		"plain":      record("plain"),
		"curl-form":  "\n" + record("curl-form") + "\n",
		"urlencoded": "cdr=" + strings.ReplaceAll(url.QueryEscape(record("urlencoded")), "+", "%20"),
		"base64":     "cdr=" + base64.StdEncoding.EncodeToString([]byte(record("base64"))),
	} {
		r := sentFreeSwitch(message{body, now}, now)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if w := l.send(r); w.Code != 204 {
			t.Errorf("%s: %d %s", id, w.Code, w.Body)
			continue
		}
		address, _, err := l.calls.RecordingURL(t.Context(), id)
		if err != nil || address != "http://127.0.0.1:8347/exchange/recordings/2026/%E5%BC%A0+1.wav" {
			t.Errorf("%s: %q %v", id, address, err)
		}
	}
	for _, call := range l.waiting() {
		if call.Caller.Reveal() != "13805340001" || !call.Answered.Equal(picked) || !call.Ended.Equal(hungUp) {
			t.Errorf("%+v", call)
		}
	}
}

// P26. A path never leads out of the folder; its call is kept and has no sound. Control:
// path.Join instead of looking at the parts, and ".." is fetched from elsewhere.
func TestFreeSwitchPaths(t *testing.T) {
	t.Parallel()
	l := newLine(t, "127.0.0.1:8347")
	for path, want := range map[string]string{
		"/rec/a.wav": "http://127.0.0.1:8347/exchange/recordings/a.wav", "/rec/a b?c#d%41.wav": "http://127.0.0.1:8347/exchange/recordings/a%20b%3Fc%23d%2541.wav",
		"/etc/passwd": "", "/record/a.wav": "", "/rec/../etc/passwd": "", "/rec/a/../../b": "", "/rec/./a": "", "/rec//a": "", "/rec/": "", "/rec": "",
		"/rec/a\x00.wav": "", "/rec/a\r\nHost: x": "", `/rec/..\a`: "", "rec/a.wav": "", "file:///etc/passwd": "", "http://u:p@127.0.0.1:8347/a": "",
		"http://127.0.0.1:8347/a.wav": "http://127.0.0.1:8347/a.wav",
	} {
		id := "p" + delivery(path, nil)[:12]
		d := cdrOf(told{id, "13805340001", "12345"}, dict{"uuid": id, "direction": "inbound", recordingVariable: url.PathEscape(path)})
		if w := l.send(sentFreeSwitch(message{jsonOf(d), now}, now)); w.Code != 204 {
			t.Errorf("%q: %d %s", path, w.Code, w.Body)
		}
		address, _, _ := l.calls.RecordingURL(t.Context(), id)
		call, err := l.calls.Get(t.Context(), id)
		if state := map[bool]string{true: "pending", false: "lost"}[want != ""]; err != nil || address != want || call.RecordingState != state {
			t.Errorf("%q: %q, %s, %v", path, address, call.RecordingState, err)
		}
	}
}

// The vector of protocols 4.3, made with jambonz' own library.
func TestJambonzVector(t *testing.T) {
	t.Parallel()
	const mark, raw = "86fe8e6adb2c1d7f1187a917539b5bf9927d7317c23af40b40742b25ba1fc963", `{"call_sid":"c1","call_status":"completed"}`
	for header, want := range map[string]bool{
		"t=1714036504,v1=" + mark:                       true,
		"t=1714036504,v1=00,v1=" + mark + ",v0=1":       true,
		"v1=" + mark + ", t=1714036504":                 true,
		"t=1714036504,v1=" + strings.ToUpper(mark):      true,
		"t=1714036505,v1=" + mark:                       false,
		"t=1714036504,t=1714036504,v1=" + mark:          false,
		"t=1714036504,v1=" + mark[:62]:                  false,
		"t=1714036504,v0=" + mark:                       false,
		"t=,v1=" + mark:                                 false,
		"t=1714036504":                                  false,
		"":                                              false,
		"t=1714036504,v1=" + strings.Repeat("0,", 2000): false,
	} {
		if at, ok := provenJambonz([]string{"other", "whsec"}, []string{header}, []byte(raw)); ok != want || ok && at.Unix() != 1714036504 {
			t.Errorf("%.60s: %v", header, ok)
		}
	}
	if _, ok := provenJambonz([]string{""}, nil, []byte(raw)); ok {
		t.Error("proven without a header")
	}
}

// What is no citizen's call is taken and leaves nothing.
func TestOurOwnCallsLeaveNothing(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	made := cdrOf(told{"out", "12345", "13805340001"}, dict{"uuid": "out", "direction": "outbound", recordingVariable: "%2Frec%2Fx.wav"})
	for name, r := range map[string]*http.Request{
		"freeswitch": sentFreeSwitch(message{jsonOf(made), now}, now),
		"jambonz":    sentJambonz(message{`{"call_sid":"o","direction":"outbound","from":"12345","to":"13805340001","call_status":"in-progress"}`, now}, now),
		"jambonz, a leg to an agent": sentJambonz(message{
			`{"call_sid":"o","parent_call_sid":"p","direction":"inbound","from":"1","to":"2","call_status":"in-progress"}`, now}, now),
		"cti":      sentCTI(message{"event=newCall&direction=out&callId=1&from=12345&to=13805340001", now}, now),
		"cti JSON": sentCTI(message{`{"event":"newCall","direction":"out","call_id":7,"from":"12345","to":"13805340001","user":["A"]}`, now}, now),
	} {
		if w := l.send(r); w.Code >= 300 || len(l.rows()) != 0 {
			t.Errorf("%s: %d, %v", name, w.Code, l.rows())
		}
	}
}
