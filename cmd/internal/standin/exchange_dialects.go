package standin

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// dialectBodies writes what an exchange of another kind says of a call, from that
// kind's own description.
func (e *exchange) dialectBodies(c Call) (out []delivery) {
	add := func(target, body string) { out = append(out, e.newDelivery(c, target, body)) }
	switch c.Style {
	case "freeswitch":
		add("freeswitch", packCDR(e.callRecord(c), c.Encode))
	case "jambonz":
		for _, status := range []string{"trying", "ringing", "in-progress"} {
			add("jambonz", e.callState(c, status))
		}
		add("listen", e.listenHead(c))
		add("jambonz", e.callState(c, "completed"))
	case "cti":
		for _, event := range []string{"newCall", "answer", "hangup"} {
			add("cti", e.ctiForm(c, event))
		}
	}
	return out
}

// callRecord is mod_json_cdr's: every scalar outside callStats is a string, values of
// variables are URL-encoded, times are microseconds.
func (e *exchange) callRecord(c Call) string {
	micros := func(t time.Time) string { return strconv.FormatInt(t.UnixMicro(), 10) }
	path := DemoFreeSwitchFolder + "/" + c.ID + ".wav"
	record := map[string]any{
		"core-uuid": "4f1c9d0e-0000-4000-8000-000000000012", "switchname": "pbx12345",
		"channel_data": map[string]any{"state": "CS_REPORTING", "direction": "inbound", "state_number": "11", "flags": "0=1;1=1;3=1", "caps": "1=1;2=1;3=1"},
		"callStats":    map[string]any{"audio": map[string]any{"inbound": map[string]any{"raw_bytes": 172 * 50 * c.Seconds, "mos": 4.5}, "outbound": map[string]any{"raw_bytes": 0}}},
		"variables": map[string]string{"uuid": c.ID, "call_uuid": c.ID, "direction": "inbound", "sip_from_user": c.From, "sip_to_user": e.cfg.Called,
			"caller_id_name": url.PathEscape("来电"), "hangup_cause": "NORMAL_CLEARING", "hangup_cause_q850": "16", "sip_hangup_disposition": "recv_bye",
			"start_epoch": strconv.FormatInt(c.Began.Unix(), 10), "answer_epoch": strconv.FormatInt(c.Answered.Unix(), 10), "end_epoch": strconv.FormatInt(c.Ended.Unix(), 10),
			"duration": strconv.Itoa(c.Seconds + 4), "billsec": strconv.Itoa(c.Seconds), "read_codec": "PCMA", "record_seconds": strconv.Itoa(c.Seconds)},
		"app_log": map[string]any{"applications": []map[string]string{{"app_name": "answer", "app_data": "", "app_stamp": micros(c.Answered)},
			{"app_name": "record_session", "app_data": path, "app_stamp": micros(c.Answered)}}},
		"callflow": []map[string]any{{"dialplan": "XML", "profile_index": "1",
			"extension": map[string]any{"name": "hotline", "number": e.cfg.Called, "applications": []map[string]string{{"app_name": "record_session", "app_data": path}}},
			"caller_profile": map[string]string{"username": "trunk", "dialplan": "XML", "caller_id_name": c.From, "ani": c.From, "aniii": "", "caller_id_number": c.From,
				"network_addr": "127.0.0.1", "rdnis": "", "destination_number": e.cfg.Called, "uuid": c.ID, "source": "mod_sofia", "context": "public", "chan_name": "sofia/external/" + c.From},
			"times": map[string]string{"created_time": micros(c.Began), "profile_created_time": micros(c.Began), "progress_time": "0", "progress_media_time": "0",
				"answered_time": micros(c.Answered), "bridged_time": "0", "last_hold_time": "0", "hold_accum_time": "0", "hangup_time": micros(c.Ended), "resurrect_time": "0", "transfer_time": "0"}}}}
	raw, _ := json.Marshal(record)
	return string(raw)
}

// packCDR packs a record as `encode` of the module says.
func packCDR(record, encode string) string {
	switch encode {
	case "true":
		return "cdr=" + strings.ReplaceAll(url.QueryEscape(record), "+", "%20")
	case "base64":
		return "cdr=" + base64.StdEncoding.EncodeToString([]byte(record))
	}
	return record
}

func (e *exchange) callState(c Call, status string) string {
	state := map[string]any{"call_sid": c.ID, "direction": "inbound", "from": c.From, "to": e.cfg.Called, "call_id": "sip-" + c.ID, "sip_status": 200, "sip_reason": "OK",
		"call_status": status, "account_sid": "ac12345", "application_sid": "ap12345", "trace_id": "0"}
	if status == "completed" {
		state["duration"], state["call_termination_by"] = c.Seconds, "caller"
	}
	raw, _ := json.Marshal(state)
	return string(raw)
}

func (e *exchange) listenHead(c Call) string {
	raw, _ := json.Marshal(map[string]any{"callSid": c.ID, "direction": "inbound", "from": c.From, "to": e.cfg.Called, "callId": "sip-" + c.ID, "sipStatus": 200,
		"callStatus": "in-progress", "accountSid": "ac12345", "traceId": "0", "sampleRate": tapeRate, "mixType": "mono", "metadata": map[string]any{}})
	return string(raw)
}

func (e *exchange) ctiForm(c Call, event string) string {
	v := url.Values{"event": {event}, "from": {strings.TrimPrefix(c.From, "+")}, "to": {e.cfg.Called}, "direction": {"in"}, "callId": {c.ID}}
	switch event {
	case "newCall":
		v["user[]"] = []string{"坐席一", "坐席二"}
	case "answer":
		v.Set("answeringNumber", "8001")
	case "hangup":
		v.Set("cause", "normalClearing")
	}
	return v.Encode()
}

// target is where a delivery goes.
func (e *exchange) target(d delivery) string {
	switch d.Target {
	case "twilio":
		return e.cfg.Twilio
	case "freeswitch":
		return e.cfg.FreeSwitch + "?uuid=" + url.QueryEscape(d.Call)
	case "jambonz":
		return e.cfg.Jambonz
	case "cti":
		token := e.cfg.CTIToken
		if d.Fault == ModeForge {
			token = "somebody0elses0token0000"
		}
		return e.cfg.CTI + "/" + token
	}
	return e.cfg.Webhook
}

// signDialect proves a delivery as its kind does. FreeSWITCH and CTI sign no time, so
// nothing of theirs can be stale.
func (e *exchange) signDialect(req *http.Request, d delivery) {
	forged := d.Fault == ModeForge
	switch d.Target {
	case "freeswitch":
		req.Header.Set("User-Agent", "freeswitch-json/1.0")
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if strings.HasPrefix(d.Body, "{") {
			req.Header.Set("Content-Type", "application/json")
		}
		password := e.cfg.FreeSwitchPassword
		if forged {
			password = "somebody else's password"
		}
		req.SetBasicAuth(e.cfg.FreeSwitchUser, password)
	case "jambonz":
		req.Header.Set("Content-Type", "application/json")
		secret, at := e.cfg.JambonzSecret, e.now()
		if forged {
			secret = "somebody else's secret"
		}
		if d.Fault == ModeStale {
			at = at.Add(-staleBy)
		}
		stamp := strconv.FormatInt(at.Unix(), 10)
		h := hmac.New(sha256.New, []byte(secret))
		h.Write([]byte(stamp + "." + d.Body))
		req.Header.Set("Jambonz-Signature", "t="+stamp+",v1="+hex.EncodeToString(h.Sum(nil)))
	default:
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
}

// stream sends a call's sound as the listen verb does, quicker than it was spoken, and
// gives 200, or the status that the connection was refused with.
func (e *exchange) stream(ctx context.Context, d delivery) int {
	c, ok := e.find(d.Call)
	if !ok {
		return 0
	}
	req := &http.Request{Header: http.Header{}}
	password := e.cfg.ListenPassword
	if d.Fault == ModeForge {
		password = "somebody else's password"
	}
	req.SetBasicAuth(e.cfg.ListenUser, password)
	dialer := websocket.Dialer{Subprotocols: []string{"audio.jambonz.org"}, HandshakeTimeout: 10 * time.Second}
	conn, resp, err := dialer.DialContext(ctx, e.cfg.Listen, req.Header)
	if err != nil {
		if resp == nil {
			return 0
		}
		return resp.StatusCode
	}
	defer conn.Close()
	c.ALaw = false
	pcm := e.render(c.Ring)[len(wavHead(0, false)):]
	if conn.WriteMessage(websocket.TextMessage, []byte(d.Body)) != nil {
		return 0
	}
	const frame = 2 * tapeRate / 10
	for len(pcm) > 0 {
		n := min(frame, len(pcm))
		if conn.WriteMessage(websocket.BinaryMessage, pcm[:n]) != nil {
			return 0
		}
		pcm = pcm[n:]
	}
	_ = conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""))
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, _, err := conn.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		return 0
	}
	return http.StatusOK
}
