package standin

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"lianou/core"
)

func TestPagesAreDrawn(t *testing.T) {
	t.Parallel()
	s, base, _ := world(t, nil)
	_ = s.Break(Fault{Service: Bank, Mode: ModeLose, Times: -1})
	_, _ = s.PlayCall(Ring{From: "13900000002", Seconds: 1})
	s.Grant("a", "LIANOU-PAID-0001")
	for path, want := range map[string]string{
		"/phone": "周桂兰", "/phone?person=c": "陈立国的手机", "/admin": "回单不来", "/exchange/": "13900000002",
		"/standin/static/phone.js": "wx.login", "/standin/static/tokens.css": "--leaf",
	} {
		req := request(t, "GET", base+path, "")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != 200 || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d, without %q", path, resp.StatusCode, want)
		}
		if policy := resp.Header.Get("Content-Security-Policy"); strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") && strings.Contains(policy, "unsafe") || policy == "" && !strings.Contains(path, "static") {
			t.Errorf("%s: policy %q", path, policy)
		}
	}
	if code, _ := ask(t, request(t, "GET", base+"/standin/static/nothing", "")); code != 404 {
		t.Errorf("unknown asset: %d", code)
	}
}

// The exchange has each caller's own words at hand, and none for who has no story.
func TestCallersHaveTheirOwnWords(t *testing.T) {
	t.Parallel()
	s, base, _ := world(t, nil)
	s.people.add(Person{Key: "x", Name: "无故事", Phone: "13900000099"})
	_, page := ask(t, request(t, "GET", base+"/exchange/", ""))
	for _, want := range []string{`data-say="我是平原县王庙镇的周桂兰,`, `data-say="我是临邑县孟寺镇的陈立国,`, `value="13900000099" data-say=""`,
		`>我是临邑县德平镇的张秀英,儿媳妇病了,看病花了三万八,积蓄都花光了,想问问能不能帮一帮。</textarea>`} {
		if !strings.Contains(page, want) {
			t.Errorf("without %s", want)
		}
	}
}

func TestPhoneActs(t *testing.T) {
	t.Parallel()
	s, base, _ := world(t, nil)
	_, body := ask(t, request(t, "POST", base+"/phone/a/login", `{}`))
	code, _ := decode(t, body)["code"].(string)
	q := url.Values{"appid": {DemoAppID}, "secret": {DemoAppSecret}, "grant_type": {"authorization_code"}, "js_code": {code}}
	if m := wx(t, "GET", base+"/sns/jscode2session?"+q.Encode(), ""); m["openid"] != s.OpenID("a") {
		t.Errorf("the phone's code: %v", m)
	}
	for body, want := range map[string]string{
		`{"tmplIds":["LIANOU-PAID-0001","LIANOU-STEP-0001"]}`: "requestSubscribeMessage:ok",
		`{"tmplIds":[]}`:                   "requestSubscribeMessage:fail:invalid tmplIds",
		`{"tmplIds":["1","2","3","4"]}`:    "requestSubscribeMessage:fail:invalid tmplIds",
		`{"tmplIds":["unknown-template"]}`: "requestSubscribeMessage:fail:No template data return",
	} {
		if _, got := ask(t, request(t, "POST", base+"/phone/a/grant", body)); decode(t, got)["errMsg"] != want {
			t.Errorf("%s: %s", body, got)
		}
	}
	_, box := ask(t, request(t, "GET", base+"/phone/a/inbox", ""))
	grants, _ := decode(t, box)["grants"].(map[string]any)
	if grants["LIANOU-PAID-0001"] != 1.0 {
		t.Errorf("inbox: %s", box)
	}
	if code, _ := ask(t, request(t, "POST", base+"/phone/nobody/login", `{}`)); code != 404 {
		t.Errorf("nobody's phone: %d", code)
	}
	if code, picture := ask(t, request(t, "GET", base+"/phone/cards/a/back.png", "")); code != 200 || !strings.HasPrefix(picture, "\x89PNG") {
		t.Errorf("card: %d", code)
	}
	if code, _ := ask(t, request(t, "GET", base+"/phone/cards/a/side.png", "")); code != 404 {
		t.Errorf("a third side: %d", code)
	}
}

// The answers a story's family would give are facts the product's own decoder
// takes, once the day and the county are put back.
func TestSampleAnswers(t *testing.T) {
	t.Parallel()
	for _, p := range DemoPersons() {
		var form struct {
			Household map[string]json.RawMessage `json:"household"`
			Applicant struct {
				IDNumber string `json:"id_number"`
			} `json:"applicant"`
		}
		if err := json.Unmarshal(p.Form, &form); err != nil {
			t.Fatal(err)
		}
		form.Household["on"], form.Household["county"] = json.RawMessage(`"2026-11-23"`), json.RawMessage(`"371426"`)
		raw, _ := json.Marshal(form.Household)
		if h, err := core.DecodeHousehold(raw); err != nil || len(h.Members) < 2 || form.Applicant.IDNumber != p.ID {
			t.Errorf("%s: %v", p.Key, err)
		}
	}
}

// The page reaches the gateway as wx.request does, and only its channels.
func TestPhoneProxy(t *testing.T) {
	t.Parallel()
	var seen *http.Request
	city := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r
		w.WriteHeader(http.StatusCreated)
	}))
	t.Cleanup(city.Close)
	_, base, _ := world(t, func(c *Config) { c.Gateway = city.URL })
	req := request(t, "POST", base+"/phone/api/c/wechat/applications?x=1", `{}`)
	req.Header.Set("Cookie", "staff=1")
	req.Header.Set("Authorization", "Bearer t")
	if code, _ := ask(t, req); code != http.StatusCreated || seen.URL.String() != "/c/wechat/applications?x=1" {
		t.Fatalf("proxied: %d", code)
	}
	if seen.Header.Get("Cookie") != "" || seen.Header.Get("Authorization") != "Bearer t" || !strings.Contains(seen.Referer(), DemoAppID) || "http://"+seen.Host != city.URL {
		t.Errorf("headers: %v", seen.Header)
	}
	if code, _ := ask(t, request(t, "GET", base+"/phone/api/metrics", "")); code != 404 {
		t.Errorf("outside the channels: %d", code)
	}
	city.Close()
	if code, body := ask(t, request(t, "GET", base+"/phone/api/c/wechat/me", "")); code != 502 || !strings.Contains(body, "现在网络忙") {
		t.Errorf("gateway away: %d %s", code, body)
	}
}

func TestAdmin(t *testing.T) {
	t.Parallel()
	s, base, _ := world(t, nil)
	form := request(t, "POST", base+"/admin/faults", "service=bank&mode=late&seconds=30&times=2")
	form.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if code, _ := ask(t, form); code != http.StatusSeeOther {
		t.Errorf("form: %d", code)
	}
	if code, body := ask(t, request(t, "POST", base+"/admin/faults", `{"service":"sms","mode":"error","code":"InternalError","times":3}`)); code != 201 {
		t.Errorf("json: %d %s", code, body)
	}
	got := s.faults.list()
	if len(got) != 2 || got[0].Delay != 30*time.Second || got[0].Times != 2 || got[1].Code != "InternalError" {
		t.Errorf("switched on: %+v", got)
	}
	for name, body := range map[string]string{"unknown service": `{"service":"x","mode":"cut"}`, "unknown field": `{"service":"sms","mod":"cut"}`, "not JSON": `{`} {
		if code, _ := ask(t, request(t, "POST", base+"/admin/faults", body)); code != 422 && code != 400 {
			t.Errorf("%s: %d", name, code)
		}
	}
	if code, _ := ask(t, request(t, "POST", base+"/admin/mend", `{"service":"bank"}`)); code != 204 || len(s.faults.list()) != 1 {
		t.Errorf("mend: %d", code)
	}
	evil := request(t, "POST", base+"/admin/faults", `{"service":"sms","mode":"cut"}`)
	evil.Header.Set("Origin", "https://example.org")
	evil.Header.Set("Sec-Fetch-Site", "cross-site")
	if code, _ := ask(t, evil); code != 403 {
		t.Errorf("from another web page: %d", code)
	}
	if code, _ := ask(t, request(t, "POST", base+"/admin/people", `{"key":"z","name":"样本","id":"37240119500101001X"}`)); code != 201 || s.OpenID("z") == "" {
		t.Errorf("a new person: %d", code)
	}
}

func TestRunNamesATakenPort(t *testing.T) {
	t.Parallel()
	_, base, _ := world(t, nil)
	s, err := New(Config{Addr: strings.TrimPrefix(base, "http://")})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "listen for the stand-ins") {
		t.Errorf("a taken port: %v", err)
	}
}
