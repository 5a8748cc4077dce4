package hotline

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"lianou/channels"
	"lianou/core"
	"lianou/intake/calls"
)

// FreeSwitch is an exchange that posts its call records by mod_json_cdr.
type FreeSwitch struct {
	// Login is `cred` of its profile. Empty: no records are taken.
	Login Login `json:"login"`
	// Folder is where it writes recordings, as it names them, and FolderURL where the
	// same folder is served from. A path or an address outside is not followed. Empty:
	// only whole addresses in the prescribed variable are.
	Folder    string `json:"folder"`
	FolderURL string `json:"folder_url"`
}

func (f FreeSwitch) check() error {
	if err := f.Login.check(); err != nil {
		return err
	}
	if (f.Folder == "") != (f.FolderURL == "") {
		return errors.New("recordings of FreeSWITCH need their folder and its address, both")
	}
	if f.Folder == "" {
		return nil
	}
	if u, err := url.Parse(f.FolderURL); err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || (u.Scheme != "http" && u.Scheme != "https") || !strings.HasPrefix(f.Folder, "/") {
		return errors.New("recordings of FreeSWITCH need an absolute folder and an http address")
	}
	return nil
}

// recordingVariable is what a dialplan sets to the file it records into: FreeSWITCH
// itself has no variable for it.
const recordingVariable = "lianou_recording"

// freeswitch takes a call record. mod_json_cdr signs nothing and numbers nothing: who
// knows the password is believed, and the same record again is known by its bytes.
func (c *Channel) freeswitch(w http.ResponseWriter, r *http.Request) {
	if !c.cfg.FreeSwitch.Login.proven(r) {
		unproven(w, r)
		return
	}
	raw, err := channels.ReadBody(r)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	report, path, err := parseCDR(raw, c.env.Now())
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	refused := false
	if path != "" {
		report.RecordingURL, err = c.cfg.FreeSwitch.address(path)
		if refused = err != nil; refused {
			report.Sound = calls.SoundPending // until it is refused, below, with its line in the log
		}
	}
	if err := c.take(r, report); err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	if refused && report.ID != "" {
		if err := c.env.Calls.Refused(r.Context(), report.ID); err != nil {
			channels.WriteProblem(w, r, err)
			return
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

// address is where a recording's file can be fetched. The caller of a call never
// chooses it, but a dialplan may build it from what the caller sent.
func (f FreeSwitch) address(path string) (string, error) {
	whole := strings.HasPrefix(path, "http://") || strings.HasPrefix(path, "https://")
	if whole && f.Folder == "" {
		return recordingURL(path)
	}
	folder := f.Folder
	if whole {
		folder = f.FolderURL
	}
	rest, inside := strings.CutPrefix(path, strings.TrimRight(folder, "/")+"/")
	if plain, err := url.PathUnescape(rest); whole {
		inside = inside && err == nil && !strings.ContainsAny(rest, "?#")
		rest = plain
	}
	if f.Folder == "" || !inside || len(path) > maxURL || strings.ContainsRune(rest, '\\') || strings.ContainsFunc(rest, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", errPath
	}
	parts := strings.Split(rest, "/")
	for i, p := range parts {
		if p == "" || p == "." || p == ".." {
			return "", errPath
		}
		parts[i] = url.PathEscape(p)
	}
	return recordingURL(strings.TrimRight(f.FolderURL, "/") + "/" + strings.Join(parts, "/"))
}

// cdr is the part of a call record that we use. All its scalars are strings.
type cdr struct {
	Channel   struct{ Direction text } `json:"channel_data"`
	Variables map[string]text          `json:"variables"`
	AppLog    struct {
		Applications []cdrApp `json:"applications"`
	} `json:"app_log"`
	Callflow cdrFlows `json:"callflow"`
}

type cdrApp struct {
	Name text `json:"app_name"`
	Data text `json:"app_data"`
}

// cdrFlow is one stretch of a call: it gets another when it is transferred.
type cdrFlow struct {
	Extension struct {
		Applications []cdrApp `json:"applications"`
	} `json:"extension"`
	Profile struct {
		Caller text `json:"caller_id_number"`
		ANI    text `json:"ani"`
		Called text `json:"destination_number"`
		UUID   text `json:"uuid"`
	} `json:"caller_profile"`
	Times struct {
		Created  text `json:"created_time"`
		Profile  text `json:"profile_created_time"`
		Answered text `json:"answered_time"`
		HungUp   text `json:"hangup_time"`
	} `json:"times"`
}

type cdrFlows []cdrFlow

// UnmarshalJSON takes an array, and the single object that older builds write.
func (f *cdrFlows) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '[' {
		return json.Unmarshal(raw, (*[]cdrFlow)(f))
	}
	var one cdrFlow
	if err := json.Unmarshal(raw, &one); err != nil {
		return err
	}
	*f = cdrFlows{one}
	return nil
}

// unpackCDR finds the JSON in a body. What the header says of it is not asked: with
// disable-100-continue curl's own Content-Type stands over whatever is sent.
func unpackCDR(raw []byte) ([]byte, error) {
	raw = bytes.TrimSpace(raw)
	rest, form := bytes.CutPrefix(raw, []byte("cdr="))
	if !form {
		return raw, nil
	}
	if len(rest) > 0 && rest[0] == '{' {
		return rest, nil
	}
	// Not QueryUnescape: FreeSWITCH escapes a plus, and base64 is full of bare ones.
	plain, err := url.PathUnescape(string(rest))
	if err != nil {
		return nil, errBody
	}
	if strings.HasPrefix(strings.TrimSpace(plain), "{") {
		return []byte(plain), nil
	}
	out, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(plain), ""))
	if err != nil {
		return nil, errBody
	}
	return out, nil
}

// parseCDR gives what a record says, and where the recording's file is. A record of a
// leg towards an agent adds its recording to the caller's call and nothing else; a call
// that we made ourselves is none of a citizen's, and its report is empty.
func parseCDR(raw []byte, now time.Time) (report calls.Report, path string, err error) {
	body, err := unpackCDR(raw)
	if err != nil {
		return report, "", err
	}
	var c cdr
	if err := decodeOne(body, &c); err != nil {
		return report, "", err
	}
	first := c.first()
	uuid := cmp.Or(c.variable("uuid"), string(first.Profile.UUID))
	if uuid == "" {
		return report, "", core.Invalid("uuid", "")
	}
	id := cmp.Or(c.variable("call_uuid"), uuid)
	report = calls.Report{ID: callKey(id), Exchange: "freeswitch", Delivery: delivery(uuid, body), Body: body, Began: c.began()}
	path = c.recording()
	if cmp.Or(string(c.Channel.Direction), c.variable("direction")) == "outbound" {
		if path == "" || id == uuid {
			return calls.Report{}, "", nil
		}
		return report, path, checkCall(report)
	}
	report.Caller = core.CallerPhone(cmp.Or(string(first.Profile.Caller), string(first.Profile.ANI), c.variable("caller_id_number"), c.variable("sip_from_user")))
	report.Called = cmp.Or(string(first.Profile.Called), c.variable("destination_number"), c.variable("sip_to_user"))
	report.Answered = c.answered()
	report.Ended = cmp.Or(c.ended(), now.UTC()) // a record is written when its call is over
	if c.variable("RECORD_DISCARDED") == "true" {
		path, report.Sound = "", calls.SoundLost
	}
	return report, path, checkCall(report)
}

// first is the stretch in which the call came in: it has the number that was dialled,
// where later ones have the agent's.
func (c *cdr) first() cdrFlow {
	if len(c.Callflow) == 0 {
		return cdrFlow{}
	}
	return slices.MinFunc(c.Callflow, func(a, b cdrFlow) int {
		return micros(a.Times.Profile).Compare(micros(b.Times.Profile))
	})
}

// variable decodes a variable. One that is not encoded, as with encode-values=false,
// is itself.
func (c *cdr) variable(name string) string {
	v := string(c.Variables[name])
	if plain, err := url.PathUnescape(v); err == nil {
		return plain
	}
	return v
}

func (c *cdr) began() time.Time {
	return cmp.Or(c.over(earliest, func(f cdrFlow) text { return f.Times.Created }), c.epoch("start_epoch"))
}

func (c *cdr) answered() time.Time {
	return cmp.Or(c.over(earliest, func(f cdrFlow) text { return f.Times.Answered }), c.epoch("answer_epoch"))
}

func (c *cdr) ended() time.Time {
	latest := func(list ...time.Time) time.Time { return slices.MaxFunc(list, time.Time.Compare) }
	return cmp.Or(c.over(latest, func(f cdrFlow) text { return f.Times.HungUp }), c.epoch("end_epoch"))
}

func (c *cdr) over(choose func(...time.Time) time.Time, of func(cdrFlow) text) time.Time {
	if len(c.Callflow) == 0 {
		return time.Time{}
	}
	var list []time.Time
	for _, f := range c.Callflow {
		list = append(list, micros(of(f)))
	}
	return choose(list...)
}

// micros reads microseconds since 1970; 0 is never.
func micros(t text) time.Time {
	n, err := strconv.ParseInt(string(t), 10, 64)
	if err != nil || n <= 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

func (c *cdr) epoch(name string) time.Time {
	n, err := strconv.ParseInt(c.variable(name), 10, 64)
	if err != nil || n <= 0 || n > 1<<40 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

// recording is the file the call was recorded into: the prescribed variable, else what
// the last record_session was told.
func (c *cdr) recording() string {
	if path := c.variable(recordingVariable); path != "" {
		return path
	}
	lists := [][]cdrApp{c.AppLog.Applications}
	for _, f := range c.Callflow {
		lists = append(lists, f.Extension.Applications)
	}
	for _, list := range lists {
		for _, app := range slices.Backward(list) {
			if app.Name == "record_session" && app.Data != "" {
				path, _, _ := strings.Cut(string(app.Data), " +") // a limit may follow
				return path
			}
		}
	}
	return ""
}
