package township_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"lianou/channels/desk/desktest"
	"lianou/channels/desk/township"
)

// What a household says is wrong stands first in the queue of who may look at it anew, and on
// the page of its case with by whom, by when and at which door it was said.
//
// Control: leave AppealsOpen out of the queue ("the queue says nothing of it"); the list of people that
// the page had of its own ("the page names a number").
func TestWhatAHouseholdSaysIsWrongStandsInTheQueue(t *testing.T) {
	t.Parallel()
	d, cases, flow := desktest.Decided(t)
	room := township.New(township.Deps{Desk: d.Shell, DB: d.DB, Cases: cases, Flow: flow, Staff: d.Staff, Blobs: d.Blobs, Audit: d.Audit, Regions: d.Regions})
	handler, err := d.Shell.Handler(room)
	must(t, err)
	cookies := d.Sessions(t, room, "wangmiao.officer", "wangmiao.assistant1")
	cookie := cookies["wangmiao.officer"]
	ask := func(method, path, form string) string {
		r := httptest.NewRequest(method, "/desk/township"+path, strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(cookie)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Body.String()
	}
	if got := ask(http.MethodGet, "", ""); strings.Contains(got, "等重新看的") {
		t.Fatal("an appeal before there is one")
	}
	cookie = cookies["wangmiao.assistant1"] // who writes it down has no part in its answer
	ask(http.MethodPost, "/case/1/claim/1/appeal", url.Values{"reason": {"票据上周交到村里了"}}.Encode())
	cookie = cookies["wangmiao.officer"]
	if got := ask(http.MethodGet, "", ""); !strings.Contains(got, "本人说不对,等重新看的") || !strings.Contains(got, "重新看</p>") {
		t.Error("the queue says nothing of it")
	}
	page := ask(http.MethodGet, "/case/1", "")
	for _, want := range []string{"“票据上周交到村里了”", "经办登记", "前答复", "王庙镇"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of the case does not say %q", want)
		}
	}
	if regexp.MustCompile(`\d 号 (重新看|记)`).MatchString(page) || !regexp.MustCompile(`<p>\p{Han}{2,4} 重新看</p>`).MatchString(page) {
		t.Error("the page names a number, and not who looks anew")
	}
}
