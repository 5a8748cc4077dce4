package hotline

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
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
