package counter_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lianou/channels/desk/counter"
	"lianou/channels/desk/desktest"
)

// Whoever shows receipt and card at the window says by which way they want to be told first (F69), and the
// clerk reads out what comes of it; a wrong card and a way that is none write down nothing.
//
// Control: way without shown ("a wrong card: … 先打电话念给您听").
func TestSomebodyAtTheWindowSaysHowToBeTold(t *testing.T) {
	t.Parallel()
	d, cases, flow := desktest.Decided(t)
	room := counter.New(counter.Deps{Desk: d.Shell, DB: d.DB, Flow: flow, Cases: cases, Blobs: d.Blobs, Audit: d.Audit, Bell: d.Bell, Regions: d.Regions})
	cookie := d.Sessions(t, room, "pingyuan.clerk")["pingyuan.clerk"]
	handler, err := d.Shell.Handler(room)
	if err != nil {
		t.Fatal(err)
	}
	post := func(path, last4, way string) string {
		form := url.Values{"receipt": {desktest.DecidedReceipt}, "last4": {last4}, "way": {way}}
		r := httptest.NewRequest(http.MethodPost, "/desk/counter/"+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("HX-Request", "true")
		r.AddCookie(cookie)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Body.String()
	}
	if got := post("ask", desktest.DecidedLast4, ""); !strings.Contains(got, "先怎么告诉他") {
		t.Errorf("it is not offered: %s", got)
	}
	for what, got := range map[string]string{"a wrong card": post("way", "0021", "voice"), "a way that is none": post("way", desktest.DecidedLast4, "pigeon")} {
		if strings.Contains(got, "念给您听。") || strings.Contains(got, "pigeon") {
			t.Errorf("%s: %s", what, got)
		}
	}
	if got := post("way", desktest.DecidedLast4, "voice"); !strings.Contains(got, "先打电话念给您听。没收到,再用别的办法。") {
		t.Errorf("what the clerk reads out: %s", got)
	}
}
