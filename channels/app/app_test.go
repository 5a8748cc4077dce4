package app

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"html"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/jobs"
	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/wording"
	"lianou/intake"
	"lianou/intake/objections"
	"lianou/intake/papers"
	"lianou/intake/talks"
)

// handset is where text messages arrive.
type handset struct {
	mu    sync.Mutex
	words string
	fail  bool
}

func (h *handset) Send(_ context.Context, m notify.Message) (notify.Outcome, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fail {
		return notify.Outcome{Result: notify.Later}, nil
	}
	h.words = m.Words
	return notify.Outcome{Result: notify.Accepted}, nil
}

var sixDigits = regexp.MustCompile(`[0-9]{6}`)

func (h *handset) code() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return sixDigits.FindString(h.words)
}

// door is the app on a real database, in front of a real intake.
type door struct {
	queue *jobs.Inserter // the gateway's, where helpers are invited
	env   channels.Env
	db    *pgtest.Env
	house *channeltest.House
	phone *handset
}

func newDoor(t *testing.T) *door {
	t.Helper()
	d := &door{db: pgtest.New(t), house: channeltest.NewHouse(t), phone: &handset{}}
	db, keys := d.db.DB(pgtest.Gateway), d.house.Keys.Gateway
	log := audit.NewTo(keys.Platform)
	d.env = d.house.Env()
	var err error
	d.env.Citizens, err = citizen.New(citizen.Config{}, citizen.Deps{DB: db, Ring: keys.Ring, Token: keys.Token, Audit: log})
	must(t, err)
	d.env.Cases, err = casefile.NewReader(db, keys.Shared, log)
	must(t, err)
	d.env.Text, d.env.Wishes = d.phone, notify.NewWishes(db, notify.NewKeys(keys.Shared))
	queue, err := jobs.NewInserter(jobs.Gateway)
	must(t, err)
	inserter, err := jobs.NewInserter(jobs.Platform)
	must(t, err)
	d.env.Talks, err = talks.New(talks.Deps{DB: db, Ring: keys.Ring, Platform: keys.Platform, Opener: keys.Opener, Audit: log, Bell: d.house.Bell, Jobs: queue, Speech: inserter})
	must(t, err)
	d.env.Papers, err = papers.New(papers.Deps{DB: db, Platform: keys.Platform, Digest: keys.Shared, Blobs: d.house.Blobs, Audit: log, Jobs: inserter})
	must(t, err)
	d.env.Objections, err = objections.New(objections.Deps{DB: db, Platform: keys.Platform, Shared: keys.Shared, Audit: log, Jobs: inserter})
	must(t, err)
	in, err := intake.New(t.Context(), intake.Config{Dir: t.TempDir()}, intake.Deps{DB: db, Platform: keys.Platform, Digest: keys.Shared,
		Regions: d.house.Regions, Book: d.house.Book, Blobs: d.house.Blobs, Audit: log, Jobs: inserter, Log: d.env.Log})
	must(t, err)
	t.Cleanup(func() { _ = in.Close() })
	d.env.Intake, d.env.Conversations, d.env.Away = in, in, in.Away
	return d
}

func (d *door) serve(t *testing.T) *httptest.Server {
	t.Helper()
	host, err := channels.Open(channels.Config{}, channels.Catalogue{"app": channels.Make(New)},
		map[core.ChannelName]json.RawMessage{"app": json.RawMessage(`{}`)}, d.env)
	must(t, err)
	s := httptest.NewServer(d.described(t, host.Handler()))
	t.Cleanup(s.Close)
	return s
}

func (d *door) login(t *testing.T) citizen.Login {
	t.Helper()
	phone, err := core.ParsePhone(channeltest.Phone)
	must(t, err)
	code, err := d.env.Citizens.SendCode(t.Context(), phone, "test")
	must(t, err)
	l, err := d.env.Citizens.LoginPhone(t.Context(), phone, code, "test")
	must(t, err)
	return l
}

func (d *door) count(t *testing.T, sql string) int {
	t.Helper()
	var n int
	must(t, d.db.DB(pgtest.Owner).Read(t.Context(), pg.City("a test counts rows"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, sql).Scan(&n)
	}))
	return n
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func call(t *testing.T, s *httptest.Server, method, path, token, body string) (int, map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+"/c/app"+path, strings.NewReader(body))
	must(t, err)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w, err := s.Client().Do(r)
	must(t, err)
	defer w.Body.Close()
	raw, err := io.ReadAll(w.Body)
	must(t, err)
	var out map[string]any
	_ = json.Unmarshal(raw, &out) // a list stays nil
	return w.StatusCode, out
}

func photo(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))))
	return b.Bytes()
}

const finger = `[{"points":[{"x":1,"y":1,"time":1,"pressure":0.5},{"x":2,"y":1,"time":2,"pressure":0.5},{"x":3,"y":4,"time":3,"pressure":0.4},{"x":4,"y":4,"time":4,"pressure":0.4}]}]`

func upload(t *testing.T, s *httptest.Server, token, kind string, data []byte) (int, map[string]any) {
	t.Helper()
	return uploadUnder(t, s, token, "", kind, data)
}

func uploadUnder(t *testing.T, s *httptest.Server, token, key, kind string, data []byte) (int, map[string]any) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	must(t, m.WriteField("kind", kind))
	f, err := m.CreateFormFile("file", "photo.png")
	must(t, err)
	_, err = f.Write(data)
	must(t, err)
	must(t, m.Close())
	r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/c/app/papers", &b)
	must(t, err)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Authorization", "Bearer "+token)
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	w, err := s.Client().Do(r)
	must(t, err)
	defer w.Body.Close()
	var out map[string]any
	must(t, json.NewDecoder(w.Body).Decode(&out))
	return w.StatusCode, out
}

// The whole door by its API, up to the job that opens the case.
func TestAPIFromLoginToJob(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	status, asked := call(t, s, "POST", "/login/code", "", `{"phone":"`+channeltest.Phone+`"}`)
	ticket, _ := asked["ticket"].(string)
	if status != 202 || ticket == "" {
		t.Fatalf("code: %d %v", status, asked)
	}
	if status, out := call(t, s, "POST", "/login", "", `{"phone":"`+channeltest.Phone+`","code":"`+wrong(d.phone.code())+`","ticket":"`+ticket+`"}`); status != 401 || out["detail"] == "" {
		t.Errorf("wrong code: %d %v", status, out)
	}
	status, out := call(t, s, "POST", "/login", "", `{"phone":"`+channeltest.Phone+`","code":"`+d.phone.code()+`","ticket":"`+ticket+`"}`)
	token, _ := out["token"].(string)
	if status != 200 || token == "" {
		t.Fatalf("log in: %d %v", status, out)
	}
	status, front := upload(t, s, token, "id_front", photo(t))
	if status != 201 || front["mime"] != "image/png" {
		t.Fatalf("photo: %d %v", status, front)
	}
	_, strokes := upload(t, s, token, "strokes", []byte(finger))
	form := channeltest.Form("0192c3f0-form-1", strokes["digest"].(string))
	form.Papers = []intake.PaperForm{{Kind: "id_front", Digest: front["digest"].(string)}}
	body, err := json.Marshal(form)
	must(t, err)
	status, first := call(t, s, "POST", "/applications", token, string(body))
	if status != 201 || len(first["receipt"].(string)) != 10 || !strings.Contains(first["say"].(string), "王庙镇") {
		t.Fatalf("apply: %d %v", status, first)
	}
	if status, again := call(t, s, "POST", "/applications", token, string(body)); status != 200 || again["receipt"] != first["receipt"] || again["duplicate"] != true {
		t.Errorf("again: %d %v", status, again)
	}
	other := strings.Replace(string(body), "瘫", "病", 1)
	if status, p := call(t, s, "POST", "/applications", token, other); status != 409 || p["code"] != "key_reused" {
		t.Errorf("other body: %d %v", status, p)
	}
	for sql, want := range map[string]int{
		`select count(*) from application where channel = 'app' and citizen <> ''`:                      1,
		`select count(*) from jobs_platform.river_job where kind = 'open_case' and state = 'available'`: 1,
		`select count(*) from audit_entry where act = 'application.received'`:                           1,
	} {
		if n := d.count(t, sql); n != want {
			t.Errorf("%s = %d", sql, n)
		}
	}
	if status, _ := call(t, s, "GET", "/applications", token, ""); status != 200 {
		t.Errorf("list: %d", status)
	}
	if status, p := call(t, s, "GET", "/applications/"+first["receipt"].(string), token, ""); status != 404 {
		t.Errorf("before the case is open: %d %v", status, p)
	}
	if status, _ := call(t, s, "GET", "/applications", "", ""); status != 401 {
		t.Errorf("list without a token: %d", status)
	}
}

func wrong(code string) string {
	return code[:5] + string('0'+(code[5]-'0'+1)%10)
}

func TestBadInputGetsItsOwnAnswer(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	token := d.login(t).Token
	raw, err := json.Marshal(channeltest.Form("0192c3f0-form-1", string(channeltest.Upload(t, d.env))))
	must(t, err)
	good := string(raw)
	for name, c := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"unknown field":     {strings.Replace(good, `"key"`, `"role":"admin","key"`, 1), 422, "unknown_field"},
		"wrong check digit": {strings.Replace(good, channeltest.ID, "371424196303150029", 1), 422, "invalid_id_number"},
		"no such township":  {strings.Replace(good, channeltest.Town, "371426999", 1), 422, "invalid_live.region"},
		"no signature":      {good[:strings.Index(good, `,"signature"`)] + "}", 422, "invalid_signature"},
		"too large":         {good + strings.Repeat(" ", intake.MaxForm), 413, "body_too_large"},
	} {
		status, p := call(t, s, "POST", "/applications", token, c.body)
		if status != c.status || p["code"] != c.code || p["detail"] == "" {
			t.Errorf("%s: %d %v", name, status, p)
		}
	}
	for name, c := range map[string]struct {
		kind   string
		data   []byte
		status int
	}{
		"a page that says it is a photo": {"id_front", []byte("<html>GIF89a</html>"), 415},
		"half a photo":                   {"id_front", photo(t)[:40], 422},
		"unknown kind":                   {"selfie", photo(t), 422},
		"a tap":                          {"strokes", []byte(`[{"points":[{"x":1,"y":1}]}]`), 422},
		"13 MB":                          {"other", make([]byte, 13<<20), 413},
	} {
		if status, p := upload(t, s, token, c.kind, c.data); status != c.status {
			t.Errorf("%s: %d %v", name, status, p)
		}
	}
	if n := d.count(t, `select count(*) from application`); n != 0 {
		t.Errorf("%d applications from bad input", n)
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	token := d.login(t).Token
	post := func(change func(string) string) func(*testing.T, channels.Env) *http.Request {
		return func(t *testing.T, env channels.Env) *http.Request {
			raw, err := json.Marshal(channeltest.Form("0192c3f0-form-1", string(channeltest.Upload(t, env))))
			must(t, err)
			r := httptest.NewRequest("POST", "/c/app/applications", strings.NewReader(change(string(raw))))
			r.Header.Set("Authorization", "Bearer "+token)
			return r
		}
	}
	channeltest.Suite{
		Name: "app", Factory: channels.Make(New), Section: `{"secure":false}`,
		Env: func(*testing.T) channels.Env { return d.env },
		Forge: func(r *http.Request) {
			h := r.Header.Get("Authorization")
			at := len(h) - 20
			flipped := byte('A')
			if h[at] == 'A' {
				flipped = 'B'
			}
			r.Header.Set("Authorization", h[:at]+string(flipped)+h[at+1:])
		},
		Secrets: []string{channeltest.ID, channeltest.Phone, "张桂兰"},
		Cases: []channeltest.Case{
			{Name: "good", Request: post(func(s string) string { return s }), Status: 201, Again: 200, Applications: 1},
			{Name: "wrong check digit", Request: post(func(s string) string {
				return strings.Replace(s, channeltest.ID, "371424196303150029", 1)
			}), Status: 422},
			{Name: "unknown field", Request: post(func(s string) string { return strings.Replace(s, `"key"`, `"x":1,"key"`, 1) }), Status: 422},
		},
	}.Run(t)
}

func TestIntakeKeepsTheContract(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	digest := channeltest.Upload(t, d.env)
	channeltest.Contract(t, d.env.Intake, func(key string) intake.Submission {
		return intake.Submission{Channel: "app", Way: intake.WayOwnHand, Form: channeltest.Form(key, string(digest))}
	})
}

// Every route is described, and nothing else is.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	c, err := New(Config{}, d.env)
	must(t, err)
	var doc struct {
		OpenAPI string                               `json:"openapi"`
		Paths   map[string]map[string]map[string]any `json:"paths"`
	}
	must(t, json.Unmarshal(c.openapi, &doc))
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("version %s", doc.OpenAPI)
	}
	n := 0
	for _, r := range c.routes() {
		op := doc.Paths[r.endpoint.Path][strings.ToLower(r.endpoint.Method)]
		if op == nil || op["operationId"] == "" {
			t.Errorf("%s %s is not described", r.endpoint.Method, r.endpoint.Path)
		}
		n++
	}
	for _, path := range doc.Paths {
		n -= len(path)
	}
	if n != 0 {
		t.Errorf("%d operations too few", n)
	}
	if !bytes.Contains(c.openapi, []byte(`"household"`)) || !bytes.Contains(c.openapi, []byte("application/problem+json")) {
		t.Error("the form or the problems are missing")
	}
}

// browser walks the pages without script, as an old phone would.
type browser struct {
	t *testing.T
	s *httptest.Server
	c *http.Client
}

func newBrowser(t *testing.T, s *httptest.Server) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	return &browser{t, s, &http.Client{Jar: jar, Timeout: 20 * time.Second}}
}

func (b *browser) get(path string) (int, string, *url.URL) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), "GET", b.s.URL+"/c/app"+path, nil)
	must(b.t, err)
	return b.do(r)
}

func (b *browser) post(path string, form url.Values) (int, string, *url.URL) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), "POST", b.s.URL+"/c/app"+path, strings.NewReader(form.Encode()))
	must(b.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

func (b *browser) do(r *http.Request) (int, string, *url.URL) {
	b.t.Helper()
	w, err := b.c.Do(r)
	must(b.t, err)
	defer w.Body.Close()
	raw, err := io.ReadAll(w.Body)
	must(b.t, err)
	if strings.HasPrefix(w.Header.Get("Content-Type"), "text/html") && !strings.Contains(w.Header.Get("Content-Security-Policy"), "default-src 'self'") {
		b.t.Errorf("%s has no policy", r.URL.Path)
	}
	return w.StatusCode, string(raw), w.Request.URL
}

var hiddenKey = regexp.MustCompile(`name="key" value="([^"]+)"`)

func (b *browser) apply(fields map[string]string, files map[string][]byte) (int, string, *url.URL) {
	b.t.Helper()
	return b.send("/apply", fields, files)
}

// send sends a page with files.
func (b *browser) send(path string, fields map[string]string, files map[string][]byte) (int, string, *url.URL) {
	b.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for k, v := range fields {
		must(b.t, m.WriteField(k, v))
	}
	for k, data := range files {
		f, err := m.CreateFormFile(k, "p.png")
		must(b.t, err)
		_, err = f.Write(data)
		must(b.t, err)
	}
	must(b.t, m.Close())
	r, err := http.NewRequestWithContext(b.t.Context(), "POST", b.s.URL+"/c/app"+path, &body)
	must(b.t, err)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return b.do(r)
}

func (b *browser) enter(d *door) {
	b.t.Helper()
	_, page, _ := b.post("/enter", url.Values{"phone": {channeltest.Phone}, "to": {"/c/app/apply"}})
	status, page, at := b.post("/enter", url.Values{"phone": {channeltest.Phone}, "code": {d.phone.code()}, "ticket": {hidden(b.t, page, "ticket")}, "to": {"/c/app/apply"}})
	if status != 200 || at.Path != "/c/app/apply" || !strings.Contains(page, "求助登记") {
		b.t.Fatalf("log in led to %d %s", status, at)
	}
}

func TestPagesWithoutScript(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	b := newBrowser(t, d.serve(t))
	if status, page, at := b.get("/apply"); status != 200 || at.Path != "/c/app/enter" || !strings.Contains(page, "tel:12345") || strings.Contains(page, "不打电话要密码和登录码") {
		t.Fatalf("not logged in: %d %s", status, at)
	}
	if status, page, _ := b.post("/enter", url.Values{"phone": {"0534-2612345"}}); status != 422 || !strings.Contains(page, `role="alert"`) {
		t.Errorf("a landline: %d", status)
	}
	b.enter(d)
	_, page, _ := b.get("/apply")
	for _, part := range []string{`value="self" checked`, `name="form/contact.phone" value="` + channeltest.Phone + `"`, "不打电话要密码和登录码"} {
		if !strings.Contains(page, part) {
			t.Errorf("a fresh form without %s", part)
		}
	}
	key := hiddenKey.FindStringSubmatch(page)
	if key == nil {
		t.Fatal("no key on the page")
	}
	fields := map[string]string{
		"key": key[1], "form/applicant.name": "张桂兰", "form/applicant.id_number": channeltest.ID, "form/contact.phone": channeltest.Phone,
		"form/live.region": channeltest.Town, "area": "rural", "income_12m": "9,360", "houses": "1", "owns_home": "true",
		"people/m2/name": "张小军", "members/m2/age": "33", "members/m2/relation": "child", "form/story": "儿子瘫在床上。",
		"consent/process": "yes", "consent/means_check": "yes",
	}
	files := map[string][]byte{"id_front": photo(t), "signed": photo(t)}
	// First with a mistake: the page comes back, all filled in, the photos kept.
	fields["form/applicant.id_number"] = "371424196303150029"
	status, page, _ := b.apply(fields, files)
	if status != 422 || !strings.Contains(page, "儿子瘫在床上。") || !strings.Contains(page, "kept/signed") || !strings.Contains(page, key[1]) {
		t.Fatalf("with a mistake: %d", status)
	}
	fields["form/applicant.id_number"] = channeltest.ID
	for _, kept := range regexp.MustCompile(`name="(kept/[a-z_]+)" value="([0-9a-f]{64})"`).FindAllStringSubmatch(page, -1) {
		fields[kept[1]] = kept[2]
	}
	status, page, at := b.apply(fields, nil)
	if status != 200 || !strings.HasPrefix(at.Path, "/c/app/receipt/") || !strings.Contains(page, intake.Spoken(core.Receipt(at.Path[len("/c/app/receipt/"):]))) {
		t.Fatalf("apply: %d %s", status, at)
	}
	if _, _, second := b.apply(fields, nil); second.Path != at.Path {
		t.Errorf("the same page again gave %s", second)
	}
	if n := d.count(t, `select count(*) from application`); n != 1 {
		t.Errorf("%d applications", n)
	}
	for _, path := range []string{"/", "/mine", "/news"} {
		if status, page, _ := b.get(path); status != 200 || !strings.Contains(page, "tel:12345") || strings.Contains(page, "<script>") || strings.Contains(page, "style=") {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, _, _ := b.get("/receipt/1234567890"); status != 422 {
		t.Errorf("a receipt with a wrong check digit: %d", status)
	}
}

// elsewhere lays down the state of an application that was made at a window.
func (d *door) elsewhere(t *testing.T, receipt, last4 string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.db.Superuser())
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	_, err = conn.Exec(t.Context(), `set session_replication_role = replica`)
	must(t, err)
	key := hex.EncodeToString(d.house.Keys.Gateway.Shared.Blind("case.status", receipt+":"+last4))
	_, err = conn.Exec(t.Context(), `insert into case_status (application, case_id, region, receipt, phone_key, status, next, items, timeline, updated)
		values (gen_random_uuid(), 1, '371426104', $1, $2, 'received', '3月4日前,镇上会联系您。',
			'[{"name":"低保","status":"approved","amount":"180 元/月"}]', '[{"at":"2026-03-01T08:00:00Z","says":"窗口收到了。"}]', now())`, receipt, key)
	must(t, err)
}

// stated lays down the states of many applications of one account.
func (d *door) stated(t *testing.T, citizen string, n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.db.Superuser())
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	_, err = conn.Exec(t.Context(), `set session_replication_role = replica`)
	must(t, err)
	_, err = conn.Exec(t.Context(), `insert into case_status (application, case_id, region, receipt, citizen, status, updated)
		select gen_random_uuid(), 1, '371426104', lpad(i::text, 10, '7'), $1, 'received', now() - make_interval(mins => i) from generate_series(1, $2) i`, citizen, n)
	must(t, err)
}

// Whoever applied at a window finds it by the pair on the receipt and the card; half a
// pair and a number that is none are answered alike, and guessing ends.
// Control: ByPair that asks for the receipt alone shows it to every guess.
func TestLookUpByReceipt(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	const receipt = "7319052645"
	d.elsewhere(t, receipt, "002X")
	b := newBrowser(t, d.serve(t))
	if _, _, at := b.post("/mine", url.Values{"receipt": {receipt}, "last4": {"002X"}}); at.Path != "/c/app/enter" {
		t.Fatalf("without a log-in: %s", at)
	}
	b.enter(d)
	for name, pair := range map[string][2]string{"other card": {receipt, "0021"}, "no such receipt": {"7319052659", "002X"}, "a wrong digit": {"7319052644", "002X"}, "nothing": {"", ""}} {
		status, page, _ := b.post("/mine", url.Values{"receipt": {pair[0]}, "last4": {pair[1]}})
		if status != 422 || !strings.Contains(page, wording.WrongPair()) || strings.Contains(page, "窗口收到了") {
			t.Errorf("%s: %d", name, status)
		}
	}
	status, page, _ := b.post("/mine", url.Values{"receipt": {"7319 0526 45"}, "last4": {"002x"}})
	for _, part := range []string{"已收到", "3月4日前", "窗口收到了。", "7319 0526 45"} {
		if status != 200 || !strings.Contains(page, part) {
			t.Fatalf("the right pair: %d, without %q", status, part)
		}
	}
	if strings.Contains(page, "180 元") {
		t.Error("the items of a household were shown")
	}
	if n := d.count(t, `select count(*) from audit_entry where act = 'status.found'`); n != 1 {
		t.Errorf("%d entries of one look", n)
	}
	for range 5 {
		b.post("/mine", url.Values{"receipt": {""}})
	}
	if status, page, _ = b.post("/mine", url.Values{"receipt": {receipt}, "last4": {"002X"}}); status != 429 || strings.Contains(page, "窗口收到了") {
		t.Errorf("the eleventh try of an hour: %d", status)
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	b := newBrowser(t, d.serve(t))
	b.enter(d)
	r, err := http.NewRequestWithContext(t.Context(), "POST", b.s.URL+"/c/app/leave", nil)
	must(t, err)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if status, _, _ := b.do(r); status != 403 {
		t.Errorf("another site's form: %d", status)
	}
	if status, _, at := b.get("/mine"); status != 200 || at.Path != "/c/app/mine" {
		t.Errorf("logged out by another site: %s", at)
	}
}

// A page tapped twice after its five minutes sends the same cookies twice, and the browser
// drops the answer to the first: the second is answered as well, and the next after it.
//
// Control: Refresh that takes the second for a copy, "tap 1 led to /c/app/enter".
func TestTappedTwice(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	b := newBrowser(t, d.serve(t))
	b.enter(d)
	at, err := url.Parse(b.s.URL + "/c/app/")
	must(t, err)
	var refresh string
	for _, cookie := range b.c.Jar.Cookies(at) {
		if cookie.Name == refreshCookie {
			refresh = cookie.Value
		}
	}
	for i := range 2 {
		r, err := http.NewRequestWithContext(t.Context(), "GET", b.s.URL+"/c/app/mine", nil)
		must(t, err)
		r.AddCookie(&http.Cookie{Name: refreshCookie, Value: refresh})
		resp, err := http.DefaultTransport.RoundTrip(r)
		must(t, err)
		must(t, resp.Body.Close())
		if resp.StatusCode != http.StatusOK {
			t.Errorf("tap %d led to %s", i, resp.Header.Get("Location"))
		}
		b.c.Jar.SetCookies(at, resp.Cookies())
	}
	if _, _, led := b.get("/mine"); led.Path != "/c/app/mine" {
		t.Errorf("then to %s", led.Path)
	}
}

func TestHomeward(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		"/c/app/mine": "/c/app/mine", "/c/app/": "/c/app/", "": "/c/app/", "https://evil.example/": "/c/app/", "//evil.example": "/c/app/",
		"/c/app//evil.example": "/c/app/", "/c/app/../../desk": "/c/app/", "/c/app/enter": "/c/app/", "/c/app/\\evil": "/c/app/",
	} {
		if got := homeward(to); got != want {
			t.Errorf("%q leads to %q", to, got)
		}
	}
}

func TestCareMode(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	b := newBrowser(t, d.serve(t))
	if _, page, _ := b.post("/care", url.Values{"to": {"/c/app/"}}); !strings.Contains(page, `<body class="care">`) {
		t.Error("care mode is not on")
	}
	if _, page, _ := b.post("/care", url.Values{"to": {"/c/app/"}}); strings.Contains(page, `<body class="care">`) {
		t.Error("care mode is not off")
	}
}

func TestCodeThatCannotBeSent(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.phone.fail = true
	s := d.serve(t)
	if status, p := call(t, s, "POST", "/login/code", "", `{"phone":"`+channeltest.Phone+`"}`); status != 503 || p["code"] != "code_not_sent" {
		t.Errorf("%d %v", status, p)
	}
}

// hidden is the value of a hidden field of a page.
func hidden(t testing.TB, page, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no field %s in the page", name)
	}
	return html.UnescapeString(m[1])
}
