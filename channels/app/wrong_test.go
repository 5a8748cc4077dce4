package app

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// F81 in the app: whoever is logged in says that the decision on an item of their own is
// wrong, by JSON and on the page, once under its key, and reads what comes of it. A stranger
// and an item that is not decided are refused, and nothing of it stands in the clear.
//
// Control: Appeal without Decided ("an item that is not decided: 201"); Decided asked before Kept
// ("the same key: 409").
func TestSomebodySaysThatADecisionIsWrong(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	own := d.login(t)
	a := d.asking(t, own.Citizen.ID)
	d.sql(t, `update case_status set items = '[{"item": "MZ-02", "name": "临时救助", "status": "refused", "detail": "没有票据"}, {"item": "MZ-01", "name": "低保", "status": "reviewing"}]'`)
	at := "/applications/" + string(a.Receipt)
	body := func(key, item string) string {
		return `{"key":"` + key + `","item":"` + item + `","says":"票据上周交到村里了"}`
	}
	key := uuid.NewString()
	if status, out := call(t, s, "POST", at+"/appeals", own.Token, body(key, "MZ-01")); status != 409 {
		t.Errorf("an item that is not decided: %d %v", status, out)
	}
	if status, out := call(t, s, "POST", at+"/appeals", own.Token, body(key, "MZ-02")); status != 201 || !strings.Contains(out["say"].(string), "换没经手过的人重新看") {
		t.Fatalf("said: %d %v", status, out)
	}
	// Meanwhile the platform has filed it, and the item says so.
	d.sql(t, `update case_status set items = jsonb_set(items, '{0,again}', '"您说不对,换了人在重新看。"')`)
	if status, out := call(t, s, "POST", at+"/appeals", own.Token, body(key, "MZ-02")); status != 200 {
		t.Errorf("the same key: %d %v", status, out)
	}
	if status, _ := call(t, s, "POST", at+"/appeals", own.Token, body(uuid.NewString(), "MZ-02")); status != 409 {
		t.Errorf("another key while it is looked at: %d", status)
	}
	d.sql(t, `update case_status set items = items #- '{0,again}'`)
	if status, _ := call(t, s, "POST", at+"/appeals", d.other(t), body(uuid.NewString(), "MZ-02")); status != 404 {
		t.Errorf("a stranger: %d", status)
	}
	if n := d.count(t, `select count(*) from supplement where count = 0 and position(convert_to('票据', 'UTF8') in sealed) = 0`); n != 1 {
		t.Errorf("%d are kept", n)
	}
	page := s.Client()
	page.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	get := func(method, path, form string) (int, string, string) {
		r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(form))
		must(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", s.URL)
		r.AddCookie(&http.Cookie{Name: tokenCookie, Value: own.Token})
		return fetched(t, page, r)
	}
	if _, got, _ := get("GET", "/c/app/mine/"+string(a.Receipt), ""); strings.Count(got, "我觉得不对") != 1 {
		t.Error("the page does not offer it for the one item that is decided")
	}
	form := url.Values{"key": {uuid.NewString()}, "item": {"MZ-02"}, "says": {"再说一句"}}.Encode()
	status, got, to := get("POST", "/c/app/mine/"+string(a.Receipt)+"/wrong", form)
	if status != 303 {
		t.Fatalf("said on the page: %d %s", status, got)
	}
	if _, got, _ := get("GET", to, ""); !strings.Contains(got, "您说不对,收到了。") {
		t.Error("the page gives no receipt")
	}
}

func fetched(t *testing.T, c *http.Client, r *http.Request) (int, string, string) {
	t.Helper()
	resp, err := c.Do(r)
	must(t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp.StatusCode, string(raw), resp.Header.Get("Location")
}
