package counter_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"lianou/channels/channeltest"
	"lianou/channels/desk/counter"
	"lianou/channels/desk/desktest"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/intake/calls"
)

// F93: whom nobody reached stands on the assistant's list with the way to the door, under
// a masked number; one word a visit, and each has its answer. Control: tasks() without
// visits(), "nobody to go to".
func TestAssistantGoesToTheDoor(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	exchange, ours := d.Calls(t)
	long := time.Now().Add(-2 * time.Hour)
	_, err := exchange.Heard(t.Context(), calls.Report{ID: "CA1", Exchange: "test", Caller: core.CallerPhone(channeltest.Phone), Began: long, Ended: long.Add(time.Minute)})
	must(t, err)
	for range calls.MostTries {
		must(t, ours.Take(t.Context(), "CA1", 7))
		_, err = ours.Missed(t.Context(), "CA1", 7, calls.Whereabouts{Region: channeltest.Town, Source: calls.SourceNumber, Who: "周桂兰", Detail: "村东头", Told: "说着就断了", Due: core.DateOf(time.Now()).AddDate(0, 0, 3)})
		must(t, err)
	}
	cases, err := casefile.New(casefile.Config{Ring: d.Keys.Platform.Ring, Shared: d.Keys.Platform.Shared, Audit: d.Audit})
	must(t, err)
	room := counter.New(counter.Deps{Desk: d.Shell, DB: d.DB, Blobs: d.Blobs, Audit: d.Audit, Cases: cases, Calls: ours, Bell: d.Bell, Regions: d.Regions})
	cookies := d.Sessions(t, room, "wangmiao.assistant1")
	handler, err := d.Shell.Handler(room)
	must(t, err)
	ask := func(target string, form url.Values) (int, string) {
		r := httptest.NewRequest(http.MethodGet, target, nil)
		if form != nil {
			r = httptest.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		r.AddCookie(cookies["wangmiao.assistant1"])
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	_, page := ask("/desk/counter/tasks", nil)
	found := regexp.MustCompile(`/desk/counter/visit/([0-9]+)/word`).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("nobody to go to: %s", page)
	}
	for _, want := range []string{"周桂兰", "平原县王庙镇", "村东头", "不一定是他", "说着就断了"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %s", want)
		}
	}
	if strings.Contains(page, channeltest.Phone) {
		t.Error("the number stands there in full before anybody asked for it")
	}
	at := "/desk/counter/visit/" + found[1]
	if code, said := ask(at+"/phone", url.Values{}); code != 200 || !strings.Contains(said, channeltest.Phone) {
		t.Errorf("the number: %d %s", code, said)
	}
	for _, step := range []struct {
		form url.Values
		code int
	}{
		{url.Values{"result": {"ended"}, "word": {"不去了"}}, 422}, // an agent's word
		{url.Values{"result": {"away"}, "word": {" "}}, 422},
		{url.Values{"result": {"away"}, "word": {"锁着门"}}, 303},
		{url.Values{"result": {"reached"}, "word": {"见到本人,想办低保"}}, 303},
		{url.Values{"result": {"reached"}, "word": {"又见到了"}}, 409},
	} {
		if code, said := ask(at+"/word", step.form); code != step.code {
			t.Errorf("%v: %d, want %d: %s", step.form, code, step.code, said)
		}
		if _, page := ask("/desk/counter/tasks", nil); step.form.Get("word") == "锁着门" && (!strings.Contains(page, "去过 1 次没见着") || !strings.Contains(page, "锁着门")) {
			t.Errorf("gone to once: %s", page)
		}
	}
	if _, page := ask("/desk/counter/tasks", nil); strings.Contains(page, "上门找人") {
		t.Error("who was reached is still to be gone to")
	}
}
