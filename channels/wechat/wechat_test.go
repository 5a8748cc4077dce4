package wechat

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/seal"
	"lianou/core/wording"
	"lianou/intake"
)

// The library's client is one for the process, so its log-ins go to one server; what
// differs between tests differs by the code that is sent.
func TestMain(m *testing.M) {
	s := httptest.NewServer(http.HandlerFunc(jscode2session))
	client, err := HTTPClient(s.URL)
	if err != nil {
		panic(err)
	}
	util.DefaultHTTPClient = client
	code := m.Run()
	s.Close()
	os.Exit(code)
}

func jscode2session(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	switch code := q.Get("js_code"); {
	case q.Get("secret") != "app-secret" || r.URL.Path != "/sns/jscode2session":
		_, _ = io.WriteString(w, `{"errcode":40125,"errmsg":"invalid appsecret"}`)
	case strings.HasPrefix(code, "err"):
		_, _ = fmt.Fprintf(w, `{"errcode":%s,"errmsg":"x"}`, strings.Trim(code[3:], "_"))
	case code == "broken":
		w.WriteHeader(500)
	default:
		_, _ = io.WriteString(w, `{"openid":"openid-`+code+`","session_key":"never-leaves"}`)
	}
}

// api is the rest of WeChat's API for one test.
type api struct {
	mu        sync.Mutex
	tokens    int // fetched
	good      string
	sent      []map[string]any
	answers   []string // of subscribe/send and custom/send, in turn
	chat      []string // texts that were delivered
	picture   []byte   // what media MEDIA1 is
	voice     []byte   // what media VOICE1 is
	slow      time.Duration
	mediaAway bool
	expires   int
	card      string // what the reader of cards answers, "" for 张桂兰's front
	asked     int    // how often it was asked
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	token := r.URL.Query().Get("access_token")
	switch {
	case r.URL.Path == "/cgi-bin/stable_token":
		a.tokens++
		a.good = fmt.Sprintf("token-%d", a.tokens)
		_, _ = fmt.Fprintf(w, `{"access_token":"%s","expires_in":%d}`, a.good, a.expires)
	case token != a.good:
		_, _ = io.WriteString(w, `{"errcode":40001,"errmsg":"invalid credential"}`)
	case r.URL.Path == "/cgi-bin/message/subscribe/send":
		var in map[string]any
		_ = json.NewDecoder(r.Body).Decode(&in)
		a.sent = append(a.sent, in)
		answer := `{"errcode":0,"errmsg":"ok","msgid":9007199254740993}`
		if len(a.answers) > 0 {
			answer, a.answers = a.answers[0], a.answers[1:]
		}
		_, _ = io.WriteString(w, answer)
	case r.URL.Path == "/cgi-bin/message/custom/send":
		var in struct {
			ToUser string `json:"touser"`
			Text   struct {
				Content string `json:"content"`
			} `json:"text"`
		}
		_ = json.NewDecoder(r.Body).Decode(&in)
		answer := `{"errcode":0,"errmsg":"ok"}`
		if a.slow > 0 { // WeChat is far away
			a.mu.Unlock()
			<-time.After(a.slow)
			a.mu.Lock()
		}
		if len(a.answers) > 0 {
			answer, a.answers = a.answers[0], a.answers[1:]
		}
		if strings.HasPrefix(answer, `{"errcode":0`) {
			a.chat = append(a.chat, in.Text.Content)
		}
		_, _ = io.WriteString(w, answer)
	case r.URL.Path == "/cgi-bin/media/get":
		if a.mediaAway {
			_, _ = io.WriteString(w, `{"errcode":-1,"errmsg":"system error"}`)
			return
		}
		if r.URL.Query().Get("media_id") == "VOICE1" {
			_, _ = w.Write(a.voice)
			return
		}
		if r.URL.Query().Get("media_id") != "MEDIA1" {
			_, _ = io.WriteString(w, `{"errcode":40007,"errmsg":"invalid media_id"}`)
			return
		}
		_, _ = w.Write(a.picture)
	case r.URL.Path == "/cv/ocr/idcard":
		if err := r.ParseMultipartForm(4 << 20); err != nil || r.MultipartForm.File["img"] == nil || r.URL.Query().Get("img_url") != "" {
			_, _ = io.WriteString(w, `{"errcode":101000}`)
			return
		}
		a.asked++
		_, _ = io.WriteString(w, cmp.Or(a.card, `{"errcode":"0","errmsg":"ok","type":"Front","name":"张桂兰","id":"`+channeltest.ID+`","addr":"王庙镇"}`))
	case r.URL.Path == "/wxa/business/getuserphonenumber":
		_, _ = io.WriteString(w, `{"errcode":0,"phone_info":{"phoneNumber":"+8613805340001","purePhoneNumber":"13805340001","countryCode":86,"watermark":{"timestamp":1,"appid":"wx1"}}}`)
	}
}

type door struct {
	env     channels.Env
	api     *api
	server  *httptest.Server
	section string
	log     *bytes.Buffer
	gateway *pg.DB
	apps    func() []core.Application
	keys    *seal.Keys
	pg      *pgtest.Env
	blobs   string
	spool   string // a folder for pushes while the database is away; "" for none
}

func newDoor(t *testing.T) *door {
	t.Helper()
	db := pgtest.New(t)
	return newDoorOver(t, db, db.DB(pgtest.Gateway))
}

// newDoorOver is a door whose database is the gateway's pool that is given.
func newDoorOver(t *testing.T, db *pgtest.Env, gateway *pg.DB) *door {
	t.Helper()
	h := channeltest.NewHouse(t)
	d := &door{env: h.Env(), api: &api{expires: 7200}, log: &bytes.Buffer{}, keys: h.Keys, pg: db, blobs: h.BlobURL}
	keys := h.Keys.Gateway
	var err error
	d.env.Citizens, err = citizen.New(citizen.Config{}, citizen.Deps{DB: gateway, Ring: keys.Ring, Token: keys.Token, Audit: audit.NewTo(keys.Platform)})
	must(t, err)
	d.env.Cases, err = casefile.NewReader(gateway, keys.Shared, audit.NewTo(keys.Platform))
	must(t, err)
	d.env.Log = slog.New(slog.NewTextHandler(d.log, nil))
	twin := channeltest.NewTwin(h.Rules(t), time.Now)
	d.env.Intake, d.env.Conversations, d.gateway, d.apps = twin, twin, gateway, twin.Applications
	d.server = httptest.NewServer(d.api)
	t.Cleanup(d.server.Close)
	raw, err := json.Marshal(Config{AppID: "wx1", AppSecret: "app-secret", APIBase: d.server.URL, Templates: map[wording.Kind]Template{
		wording.KindPaid: {ID: "PAID", Page: "pages/case/index", Fields: map[string]string{"thing1": "item", "amount2": "amount", "time3": "@day", "character_string4": "last4", "thing5": "=有问题打12345。"}},
	}})
	must(t, err)
	d.section = string(raw)
	return d
}

func (d *door) open(t *testing.T) (*Channel, http.Handler) {
	t.Helper()
	host, err := channels.Open(channels.Config{}, channels.Catalogue{"wechat": channels.Make(New)},
		map[core.ChannelName]json.RawMessage{"wechat": json.RawMessage(d.section)}, d.env)
	must(t, err)
	ch, _ := host.Channel("wechat")
	return ch.(*Channel), host.Handler()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func call(h http.Handler, method, path, token, body string) (int, map[string]any) {
	r := httptest.NewRequest(method, "/c/wechat"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var out map[string]any
	_ = json.Unmarshal(w.Body.Bytes(), &out)
	return w.Code, out
}

func login(t *testing.T, h http.Handler, code string) string {
	t.Helper()
	status, out := call(h, "POST", "/login", "", `{"code":"`+code+`"}`)
	token, _ := out["token"].(string)
	if status != 200 || token == "" {
		t.Fatalf("log in: %d %v", status, out)
	}
	return token
}

func TestLogin(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	_, h := d.open(t)
	login(t, h, "0a1B_-c")
	for code, want := range map[string]int{
		"err40029": 401, "err40163": 401, "err40226": 403, "err45011": 429, "err-1": 503, "err40013": 503, "broken": 503,
		"ok&secret=zzz": 401, "": 401, strings.Repeat("a", 129): 401,
	} {
		status, out := call(h, "POST", "/login", "", `{"code":"`+code+`"}`)
		if status != want || out["detail"] == "" {
			t.Errorf("%q: %d %v", code, status, out)
		}
	}
	if strings.Contains(d.log.String(), "app-secret") || strings.Contains(d.log.String(), "never-leaves") {
		t.Error("the log holds a secret")
	}
}

// Every session of an account bears one mark, and no other account's; it is neither the openid nor
// the account's id.
//
// Controls: a mark drawn at each answer (`4a97 renewed and a056 again`); one for everybody (`another's is 9af2`).
func TestSessionsOfAnAccountBearItsMark(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	_, h := d.open(t)
	status, first := call(h, "POST", "/login", "", `{"code":"0a1B_-c"}`)
	refresh, _ := first["refresh"].(string)
	mark, _ := first["account"].(string)
	if status != 200 || len(mark) != 16 {
		t.Fatalf("log in: %d %v", status, first)
	}
	_, renewed := call(h, "POST", "/login/refresh", "", `{"refresh":"`+refresh+`"}`)
	_, again := call(h, "POST", "/login", "", `{"code":"0a1B_-c"}`)
	if renewed["account"] != mark || again["account"] != mark {
		t.Errorf("%v renewed and %v again, want %s", renewed["account"], again["account"], mark)
	}
	who, err := d.env.Citizens.LoginWeChat(t.Context(), "o-somebody-else", "")
	must(t, err)
	_, other := call(h, "POST", "/login/refresh", "", `{"refresh":"`+who.Refresh+`"}`)
	if other["account"] == mark || other["account"] == "" || strings.Contains(who.Citizen.ID, other["account"].(string)) {
		t.Errorf("another's is %v, of %s", other["account"], who.Citizen.ID)
	}
}

func photo(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))))
	return b.Bytes()
}

func upload(t *testing.T, h http.Handler, token, kind string, data []byte) (int, map[string]any) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	must(t, m.WriteField("kind", kind))
	f, err := m.CreateFormFile("file", "p.png")
	must(t, err)
	_, err = f.Write(data)
	must(t, err)
	must(t, m.Close())
	r := httptest.NewRequest("POST", "/c/wechat/papers", &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var out map[string]any
	_ = json.Unmarshal(w.Body.Bytes(), &out)
	return w.Code, out
}

func TestCardIsReadForThePerson(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	_, h := d.open(t)
	token := login(t, h, "card")
	status, out := upload(t, h, token, "id_front", photo(t))
	read, _ := out["card"].(map[string]any)
	if status != 201 || read["name"] != "张桂兰" || read["id_number"] != channeltest.ID {
		t.Errorf("%d %v", status, out)
	}
	d.server.Close() // WeChat away: the photo is kept, the person types
	if status, out := upload(t, h, token, "id_back", photo(t)); status != 201 || out["card"] != nil || out["digest"] == "" {
		t.Errorf("reader away: %d %v", status, out)
	}
	if strings.Contains(d.log.String(), channeltest.ID) || strings.Contains(d.log.String(), "token-") {
		t.Errorf("log: %s", d.log)
	}
}

// F95: a first number is welcome as long as it opens nothing; once something was applied
// for, whoever holds the unlocked telephone needs the person's name and number. Asking again
// for the number that is there changes nothing.
//
// Control: postPhone without MayBind ("a finder's number: 204").
func TestPhone(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	kept := map[string][]intake.Receipt{}
	d.env.Kept = func(_ context.Context, who string) ([]intake.Receipt, error) { return kept[who], nil }
	_, h := d.open(t)
	token := login(t, h, "phone")
	who, err := d.env.Citizens.Verify(token)
	must(t, err)
	kept[who.ID] = []intake.Receipt{{Number: "1234567897"}}
	if status, out := call(h, "POST", "/phone", token, `{"code":"abc"}`); status != 403 || out["code"] != "phone_real_name" {
		t.Errorf("a finder's number: %d %v", status, out)
	}
	delete(kept, who.ID)
	if status, out := call(h, "POST", "/phone", token, `{"code":"abc"}`); status != 204 {
		t.Fatalf("%d %v", status, out)
	}
	kept[who.ID] = []intake.Receipt{{Number: "1234567897"}}
	if status, out := call(h, "POST", "/phone", token, `{"code":"abc"}`); status != 204 {
		t.Errorf("the same again: %d %v", status, out)
	}
	if p, err := d.env.Citizens.Phone(t.Context(), who.ID); err != nil || p.Reveal() != channeltest.Phone {
		t.Errorf("%v %v", p, err)
	}
}

func paid() notify.Message {
	n := wording.Paid(wording.Payment{Item: "最低生活保障", Month: 3, Amount: 36000, Sample: true}, "6217")
	return notify.Message{Reference: "r", Kind: n.Kind, Words: n.Words, Fields: n.Fields, Day: core.NewDate(2026, 3, 20)}
}

// F25 and F23: each errcode has its outcome, and our count of grants follows WeChat's.
func TestSend(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	c, h := d.open(t)
	token := login(t, h, "send")
	who, err := d.env.Citizens.Verify(token)
	must(t, err)
	m := paid()
	m.Citizen = who.ID
	if out, err := c.Send(t.Context(), m); err != nil || out.Result != notify.Refused || out.Code != "no_grant" || len(d.api.sent) != 0 {
		t.Fatalf("without a grant: %+v %v", out, err)
	}
	grant := func() {
		if status, out := call(h, "POST", "/subscriptions", token, `{"accepted":["PAID"]}`); status != 204 {
			t.Fatalf("grant: %d %v", status, out)
		}
	}
	left := func(want float64) {
		t.Helper()
		status, out := call(h, "GET", "/subscriptions", token, "")
		list, _ := out["templates"].([]any)
		if status != 200 || len(list) == 0 {
			t.Fatalf("templates: %d %v", status, out)
		}
		for _, one := range list {
			if tpl := one.(map[string]any); tpl["id"] == "PAID" && tpl["left"] != want {
				t.Errorf("%v left of PAID, want %v", tpl["left"], want)
			}
		}
	}
	left(0)
	grant()
	left(1)
	out, err := c.Send(t.Context(), m)
	left(0)
	if err != nil || out.Result != notify.Accepted || out.Provider != "9007199254740993" {
		t.Fatalf("%+v %v", out, err)
	}
	data, _ := d.api.sent[0]["data"].(map[string]any)
	amount, _ := data["amount2"].(map[string]any)
	item, _ := data["thing1"].(map[string]any)
	if d.api.sent[0]["touser"] != "openid-send" || amount["value"] != "360" || item["value"] != "最低生活保障(样本)" {
		t.Errorf("%v", d.api.sent[0])
	}
	for _, x := range []struct {
		code int
		want notify.Result
		left bool // a grant is left afterwards
	}{
		{-1, notify.Later, true}, {45009, notify.Later, true}, {40003, notify.Refused, true}, {45015, notify.Refused, true},
		{47003, notify.Refused, true}, {48001, notify.Refused, true}, {43101, notify.Refused, false},
	} {
		must(t, d.env.Citizens.GrantsRefused(t.Context(), who.ID, "PAID"))
		grant()
		d.api.answers = []string{fmt.Sprintf(`{"errcode":%d,"errmsg":"x"}`, x.code)}
		out, err := c.Send(t.Context(), m)
		if err != nil || out.Result != x.want {
			t.Errorf("%d: %+v %v", x.code, out, err)
		}
		if left := d.env.Citizens.UseGrant(t.Context(), who.ID, "PAID") == nil; left != x.left {
			t.Errorf("%d: grant left %v", x.code, left)
		}
	}
	// A dead token: fetched anew, asked once more, sent once.
	grant()
	d.api.answers = []string{`{"errcode":42001,"errmsg":"expired"}`, `{"errcode":0,"errmsg":"ok","msgid":1}`}
	before := d.api.tokens
	if out, err := c.Send(t.Context(), m); err != nil || out.Result != notify.Accepted || d.api.tokens != before+1 {
		t.Errorf("dead token: %+v %v, %d fetched", out, err, d.api.tokens-before)
	}
	d.server.Close()
	grant()
	if out, _ := c.Send(t.Context(), m); out.Result != notify.Later {
		t.Errorf("nobody there: %+v", out)
	}
	if status, _ := call(h, "POST", "/subscriptions", token, `{"accepted":["FOREIGN"]}`); status != 422 {
		t.Errorf("a template of somebody else: %d", status)
	}
	if out, _ := c.Send(t.Context(), notify.Message{Kind: wording.KindVisit, Citizen: who.ID}); out.Code != "no_template" {
		t.Errorf("%+v", out)
	}
}

// F24: eight nodes, one expiry, one fetch. Control: leave the lock out.
func TestOneTokenForAllNodes(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	var nodes []*Channel
	for range 8 {
		c, _ := d.open(t)
		nodes = append(nodes, c)
	}
	var all sync.WaitGroup
	for _, c := range nodes {
		for range 4 {
			all.Go(func() {
				if got, err := c.token.get(context.Background()); err != nil || got != "token-1" {
					t.Errorf("%q %v", got, err)
				}
			})
		}
	}
	all.Wait()
	if d.api.tokens != 1 {
		t.Errorf("%d tokens were fetched", d.api.tokens)
	}
	// One node finds it dead; the others follow, and again one fetch.
	nodes[0].token.drop(t.Context(), "token-1")
	for _, c := range nodes[:4] {
		if got, err := c.token.get(t.Context()); err != nil || got != "token-2" {
			t.Errorf("%q %v", got, err)
		}
	}
	if d.api.tokens != 2 {
		t.Errorf("%d tokens were fetched", d.api.tokens)
	}
}

// What has no time left is not kept: Redis would keep it for ever.
func TestShortTokenIsNotKept(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.api.expires = 300
	c, _ := d.open(t)
	for range 2 {
		if _, err := c.token.get(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := d.env.Shared.Get(t.Context(), c.token.key()); ok || d.api.tokens != 2 {
		t.Errorf("kept %v, fetched %d", ok, d.api.tokens)
	}
}

func TestFieldRules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		key, value string
		ok         bool
	}{
		{"thing1", "最低生活保障", true}, {"thing1", strings.Repeat("长", 20), true}, {"thing1", strings.Repeat("长", 21), false}, {"thing1", "", false},
		{"amount2", "360", true}, {"amount2", "1,234.50元", true}, {"amount2", "三百", false}, {"phrase2", "已受理", true}, {"phrase2", "已受理了没有呢", false}, {"phrase2", "ok", false},
		{"time3", "2026年11月23日", true}, {"time3", "15:01", true}, {"time3", "2026年11月23日 15:01", true}, {"time3", "明天", false},
		{"character_string4", "6217", true}, {"character_string4", "尾号6217", false}, {"name5", "张桂兰", true}, {"number6", "12", true}, {"thing", "x", false}, {"nothing1", "x", false},
	} {
		if fits(c.key, c.value) != c.ok {
			t.Errorf("%s %q: %v", c.key, c.value, !c.ok)
		}
	}
	if got := shorten("thing1", strings.Repeat("长", 30)); !fits("thing1", got) {
		t.Errorf("%q", got)
	}
	if (Template{ID: "x", Fields: map[string]string{"phrase1": "=太长了的固定词语"}}).check() == nil || (Template{ID: "x", Fields: map[string]string{"foo": "a"}}).check() == nil {
		t.Error("a template that WeChat would refuse was accepted")
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	_, h := d.open(t)
	token := login(t, h, "suite")
	channeltest.Suite{
		Name: "wechat", Factory: channels.Make(New), Section: d.section,
		Env: func(*testing.T) channels.Env { return d.env },
		Forge: func(r *http.Request) {
			a := r.Header.Get("Authorization")
			at, flipped := len(a)-20, byte('A')
			if a[at] == 'A' {
				flipped = 'B'
			}
			r.Header.Set("Authorization", a[:at]+string(flipped)+a[at+1:])
		},
		Secrets: []string{channeltest.ID, channeltest.Phone},
		Cases: []channeltest.Case{{Name: "good", Status: 201, Again: 200, Applications: 1, Request: func(t *testing.T, env channels.Env) *http.Request {
			raw, err := json.Marshal(channeltest.Form("0192c3f0-form-1", string(channeltest.Upload(t, env))))
			must(t, err)
			r := httptest.NewRequest("POST", "/c/wechat/applications", bytes.NewReader(raw))
			r.Header.Set("Authorization", "Bearer "+token)
			return r
		}}},
	}.Run(t)
}

func FuzzErrcode(f *testing.F) {
	f.Add([]byte(`{"errcode":"0"}`))
	f.Add([]byte(`{"errcode":40001}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var e errcode
		if err := json.Unmarshal(raw, &e); err == nil {
			_ = meaning(e.code())
		}
	})
}
