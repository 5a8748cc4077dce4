package hotline

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"lianou/core/pg/pgtest"
)

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

// P26. Neither a path nor a whole address leads out of the folder; its call is kept and has
// no sound. Controls: path.Join instead of looking at the parts, and ".." is fetched from
// elsewhere; whole addresses as they are.
func TestFreeSwitchPaths(t *testing.T) {
	t.Parallel()
	l := newLine(t, "127.0.0.1:8347")
	for path, want := range map[string]string{
		"/rec/a.wav": "http://127.0.0.1:8347/exchange/recordings/a.wav", "/rec/a b?c#d%41.wav": "http://127.0.0.1:8347/exchange/recordings/a%20b%3Fc%23d%2541.wav",
		"/etc/passwd": "", "/record/a.wav": "", "/rec/../etc/passwd": "", "/rec/a/../../b": "", "/rec/./a": "", "/rec//a": "", "/rec/": "", "/rec": "",
		"/rec/a\x00.wav": "", "/rec/a\r\nHost: x": "", `/rec/..\a`: "", "rec/a.wav": "", "file:///etc/passwd": "", "http://u:p@127.0.0.1:8347/a": "",
		"http://127.0.0.1:8347/exchange/recordings/a%20b.wav": "http://127.0.0.1:8347/exchange/recordings/a%20b.wav",
		"http://127.0.0.1:8347/a.wav":                         "", "http://127.0.0.1:8347/exchange/recordings/../a.wav": "",
		"http://127.0.0.1:8347/exchange/recordings/%2e%2e/a.wav": "", "http://127.0.0.1:8347/exchange/recordings/a%2f..%2fb.wav": "",
		"http://127.0.0.1:8347/exchange/recordings/a.wav?x=1": "", "http://127.0.0.1:8347/exchange/recordingsx/a.wav": "",
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
