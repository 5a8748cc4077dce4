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

// F81 at the window: the receipt and the card that somebody shows open what they may say is
// wrong, and the clerk reads out what comes of it.
//
// Control: appeal without shown ("a wrong card: … 换没经手过的人重新看").
func TestSomebodyAtTheWindowSaysThatADecisionIsWrong(t *testing.T) {
	t.Parallel()
	d, cases, flow := desktest.Decided(t)
	room := counter.New(counter.Deps{Desk: d.Shell, DB: d.DB, Flow: flow, Cases: cases, Blobs: d.Blobs, Audit: d.Audit, Bell: d.Bell, Regions: d.Regions})
	cookie := d.Sessions(t, room, "pingyuan.clerk")["pingyuan.clerk"]
	handler, err := d.Shell.Handler(room)
	if err != nil {
		t.Fatal(err)
	}
	post := func(path, last4 string) string {
		form := url.Values{"receipt": {desktest.DecidedReceipt}, "last4": {last4}, "item": {"MZ-02"}, "says": {"票据上周交到村里了"}}
		r := httptest.NewRequest(http.MethodPost, "/desk/counter/"+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("HX-Request", "true")
		r.AddCookie(cookie)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Body.String()
	}
	if got := post("ask", desktest.DecidedLast4); !strings.Contains(got, "临时救助哪里不对") || !strings.Contains(got, "没有票据") {
		t.Fatalf("what may be said is wrong: %s", got)
	}
	if got := post("appeal", "0021"); strings.Contains(got, "换没经手过的人") {
		t.Errorf("a wrong card: %s", got)
	}
	if got := post("appeal", desktest.DecidedLast4); !strings.Contains(got, "收到了。换没经手过的人重新看。") {
		t.Errorf("what the clerk reads out: %s", got)
	}
	if got := post("appeal", desktest.DecidedLast4); strings.Contains(got, "收到了。换") {
		t.Errorf("the same twice: %s", got)
	}
}
