package app

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// F82 in the app: whoever is logged in says that an item of their own is not solved, by JSON and on the
// page, once under its key, and reads what comes of it. A stranger, an item that was not decided, and a
// second one while one is open are answered in words; nothing of it stands in the clear.
//
// Controls: Reopens asked before Kept ("the same key: 409"); every item a door may say something of ("what
// may be said: [MZ-02 MZ-01 MZ-03] …"). Named, not seen red: Reopens that looks at its
// own item alone.
func TestSomebodySaysThatItIsNotSolved(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	own := d.login(t)
	a := d.asking(t, own.Citizen.ID)
	d.sql(t, `update case_status set items = '[{"item": "MZ-02", "name": "临时救助", "status": "money_paid"}, {"item": "MZ-01", "name": "低保", "status": "reviewing"}, {"item": "MZ-03", "name": "取暖费", "status": "refused"}]'`)
	at := "/applications/" + string(a.Receipt)
	body := func(key, item, says string) string {
		return `{"key":"` + key + `","item":"` + item + `","says":"` + says + `"}`
	}
	key := uuid.NewString()
	may := func(want string) {
		t.Helper()
		_, out := call(t, s, "GET", at, own.Token, "")
		if got := fmt.Sprint(out["appeals"], out["reopens"]); got != want {
			t.Errorf("what may be said: %s, want %s", got, want)
		}
	}
	may("[MZ-02 MZ-03] [MZ-02 MZ-03]")
	if status, out := call(t, s, "POST", at+"/unsolved", own.Token, body(key, "MZ-01", "卡上没有钱")); status != 409 {
		t.Errorf("an item that was not decided: %d %v", status, out)
	}
	if status, out := call(t, s, "POST", at+"/unsolved", own.Token, body(uuid.NewString(), "MZ-02", "")); status != 422 || !strings.Contains(out["detail"].(string), "还差什么") {
		t.Errorf("nothing said: %d %v", status, out)
	}
	if status, out := call(t, s, "POST", at+"/unsolved", own.Token, body(key, "MZ-02", "卡上没有钱")); status != 201 || !strings.Contains(out["say"].(string), "哪一级办、哪天前答复") {
		t.Fatalf("said: %d %v", status, out)
	}
	// Meanwhile the platform has filed it, and the item says so.
	d.sql(t, `update case_status set items = jsonb_set(items, '{0,unsolved}', '"您说没有解决,镇上在办。"')`)
	may("[MZ-02 MZ-03] <nil>")
	if status, out := call(t, s, "POST", at+"/unsolved", own.Token, body(key, "MZ-02", "卡上没有钱")); status != 200 {
		t.Errorf("the same key: %d %v", status, out)
	}
	for _, item := range []string{"MZ-02", "MZ-03"} {
		if status, _ := call(t, s, "POST", at+"/unsolved", own.Token, body(uuid.NewString(), item, "还是没有")); status != 409 {
			t.Errorf("another key for %s while one is open: %d", item, status)
		}
	}
	if status, out := call(t, s, "GET", at, own.Token, ""); status != 200 || !strings.Contains(out["items"].([]any)[0].(map[string]any)["unsolved"].(string), "镇上在办") {
		t.Errorf("read: %d %v", status, out)
	}
	if status, _ := call(t, s, "POST", at+"/unsolved", d.other(t), body(uuid.NewString(), "MZ-02", "x")); status != 404 {
		t.Errorf("a stranger: %d", status)
	}
	if n := d.count(t, `select count(*) from supplement where count = 0 and position(convert_to('没有钱', 'UTF8') in sealed) = 0`); n != 1 {
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
	mine := "/c/app/mine/" + string(a.Receipt)
	if _, got, _ := get("GET", mine, ""); strings.Contains(got, ">没有解决</summary>") || !strings.Contains(got, "镇上在办") {
		t.Error("it is offered while one is open, or the page does not say who has it")
	}
	d.sql(t, `update case_status set items = items #- '{0,unsolved}'`)
	if _, got, _ := get("GET", mine, ""); strings.Count(got, ">没有解决</summary>") != 2 {
		t.Error("the page does not offer it for the two items that were decided")
	}
	status, got, to := get("POST", mine+"/unsolved", url.Values{"key": {uuid.NewString()}, "item": {"MZ-02"}, "says": {"卡上还是没有"}}.Encode())
	if status != 303 {
		t.Fatalf("said on the page: %d %s", status, got)
	}
	if _, got, _ := get("GET", to, ""); !strings.Contains(got, "您说没有解决,收到了。") {
		t.Error("the page gives no receipt")
	}
}
