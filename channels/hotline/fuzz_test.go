package hotline

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"lianou/intake/calls"
)

// checkReport holds what no body may bring about: a call without a usable id, a number
// or a time that is none.
func checkReport(t *testing.T, r calls.Report, raw []byte) {
	t.Helper()
	if r.ID == "" {
		return // nothing is to be noted
	}
	if len(r.ID) > 200 || strings.ContainsFunc(r.ID, notPrinted) || len(r.Called) > 40 || strings.ContainsFunc(r.Called, notPrinted) || len(r.Delivery) != 64 {
		t.Fatalf("%q gives %q, %q", raw, r.ID, r.Called)
	}
	for _, at := range []int{r.Began.Year(), r.Answered.Year(), r.Ended.Year()} {
		if at != 1 && (at < 2000 || at > 2200) {
			t.Fatalf("%q gives the year %d", raw, at)
		}
	}
}

func FuzzFreeSWITCH(f *testing.F) {
	for _, m := range freeswitchEvents(aCall) {
		f.Add([]byte(m.body))
		f.Add([]byte("cdr=" + url.PathEscape(m.body)))
		f.Add([]byte("cdr=" + base64.StdEncoding.EncodeToString([]byte(m.body))))
	}
	f.Add([]byte(`{"variables":{"uuid":"a","lianou_recording":"/rec/../x"},"callflow":{}}`))
	cfg := FreeSwitch{Folder: "/rec", FolderURL: "http://pbx:80/r"}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, path, err := parseCDR(raw, now)
		if err != nil {
			return
		}
		checkReport(t, r, raw)
		address, err := cfg.address(path)
		if err != nil || address == "" || !strings.HasPrefix(path, "/") {
			return
		}
		u, err := url.Parse(address)
		if err != nil || u.Host != "pbx:80" || !strings.HasPrefix(u.Path, "/r/") || u.RawQuery != "" || u.Fragment != "" || u.Path != u.JoinPath().Path {
			t.Fatalf("%q leads to %q", path, address)
		}
	})
}

func FuzzJambonz(f *testing.F) {
	for _, m := range jambonzEvents(aCall) {
		f.Add([]byte(m.body), sentJambonz(m, now).Header.Get("Jambonz-Signature"))
	}
	f.Add([]byte(`{"call_sid":"a","direction":"inbound","call_status":"completed","duration":1e300}`), "t=1,v1=00")
	f.Fuzz(func(t *testing.T, raw []byte, header string) {
		if r, err := parseJambonz(raw, now); err == nil {
			checkReport(t, r, raw)
		}
		if _, ok := provenJambonz([]string{"a secret that no fuzzer knows"}, []string{header}, raw); ok {
			t.Fatalf("%q is proven by %q", raw, header)
		}
	})
}

func FuzzCTI(f *testing.F) {
	for _, m := range ctiEvents(aCall) {
		f.Add([]byte(m.body))
	}
	f.Add([]byte(`{"event":"hangup","direction":"in","callId":1,"cause":"busy","user":["A"]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if r, err := parseCTI(raw, now); err == nil {
			checkReport(t, r, raw)
		}
	})
}

func FuzzListenStart(f *testing.F) {
	f.Add([]byte(startFrame("a", `"sampleRate":16000,"mixType":"stereo"`)), []byte{1, 2, 3, 4, 5})
	f.Add([]byte(startFrame("a", `"sampleRate":64000`)), []byte{0})
	f.Fuzz(func(t *testing.T, raw, sound []byte) {
		s, err := parseListenStart(raw)
		if err != nil {
			return
		}
		if s.call == "" || strings.ContainsFunc(s.call, notPrinted) || s.times < 1 || s.times > 8 {
			t.Fatalf("%q gives %+v", raw, s)
		}
		m := mixer{start: s}
		left, right := m.split(sound)
		if len(left)*2*s.times > len(sound) || len(right) > len(left) {
			t.Fatalf("%d bytes give %d and %d samples", len(sound), len(left), len(right))
		}
	})
}
