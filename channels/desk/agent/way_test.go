package agent_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lianou/channels/desk/agent"
	"lianou/channels/desk/desktest"
)

// A caller says by which way they want to be told first (F69): with the pair, or as a caller whom the agent
// confirmed; the agent reads out what comes of it.
//
// Control: way that looks up the receipt alone ("without the pair: … 先发短信").
func TestACallerSaysHowToBeTold(t *testing.T) {
	t.Parallel()
	d, cases, flow := desktest.Decided(t)
	room := agent.New(agent.Deps{Desk: d.Shell, Flow: flow, Regions: d.Regions, Staff: d.Staff, DB: d.DB, Cases: cases, Audit: d.Audit, Bell: d.Bell})
	cookie := d.Sessions(t, room, "0317")["0317"]
	handler, err := d.Shell.Handler(room)
	must(t, err)
	post := func(path, last4, way string) string {
		form := url.Values{"receipt": {desktest.DecidedReceipt}, "last4": {last4}, "way": {way}}
		r := httptest.NewRequest(http.MethodPost, "/desk/agent/"+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("HX-Request", "true")
		r.AddCookie(cookie)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Body.String()
	}
	if got := post("find", desktest.DecidedLast4, ""); !strings.Contains(got, "先怎么告诉他") {
		t.Errorf("it is not offered: %s", got)
	}
	if got := post("way", "", "sms"); strings.Contains(got, "先发短信") {
		t.Errorf("without the pair: %s", got)
	}
	if got := post("way", desktest.DecidedLast4, "sms"); !strings.Contains(got, "有了结果,先发短信。没收到,再用别的办法。") {
		t.Errorf("what the agent reads out: %s", got)
	}
	if got := post("way", desktest.DecidedLast4, ""); !strings.Contains(got, "用上次收到的办法告诉您") {
		t.Errorf("taken back: %s", got)
	}
}
