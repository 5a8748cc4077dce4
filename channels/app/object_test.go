package app

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"lianou/channels/channeltest"
)

var twelve = regexp.MustCompile(`[0-9]{4} [0-9]{4} [0-9]{4}`)

// Somebody who is not logged in opens 我有不同意见 beside a line of the public board and says what
// is not so, without a name; the same page again is the same number, another telephone's number
// is another, and both stand sealed. By the number anybody reads general words, and a slip reads
// none. A child's item, a line of another place and one that is over cannot be objected to, and
// the page says what else there is to do. Nobody else's site sends the form.
//
// Controls, named, not seen red: objection_put without the days ("it is kept after its last day"); without the
// children's items ("a child's"); objectPost without sameOrigin.
func TestAVillagerObjectsOnTheBoard(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	d.hangs(t)
	villager := func() *http.Client {
		jar, err := cookiejar.New(nil)
		must(t, err)
		return &http.Client{Transport: s.Client().Transport, Jar: jar}
	}
	ask := func(c *http.Client, method, path, origin string, form url.Values) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), method, s.URL+"/c/app"+path, strings.NewReader(form.Encode()))
		must(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", origin)
		resp, err := c.Do(r)
		must(t, err)
		defer resp.Body.Close()
		page, err := io.ReadAll(resp.Body)
		must(t, err)
		return resp.StatusCode, string(page)
	}
	at := "/board/" + channeltest.Town + "/object/"
	one, other := villager(), villager()
	status, page := ask(one, "GET", "/board/"+channeltest.Town, "", nil)
	if status != 200 || !strings.Contains(page, "我有不同意见") || !strings.Contains(page, at) {
		t.Fatalf("the board: %d %s", status, page)
	}
	notice := regexp.MustCompile(`/object/([0-9]+)"`).FindStringSubmatch(page)[1]
	status, page = ask(one, "GET", at+notice, "", nil)
	key := regexp.MustCompile(`name="key" value="([^"]+)"`).FindStringSubmatch(page)
	if status != 200 || key == nil || !strings.Contains(page, "张某某") || !strings.Contains(page, "可以不留") {
		t.Fatalf("the page: %d %s", status, page)
	}
	form := url.Values{"key": {key[1]}, "says": {"他家有辆面包车"}}
	if status, _ = ask(one, "POST", at+notice, "https://elsewhere.example", form); status != 403 {
		t.Errorf("another site's form: %d", status)
	}
	status, page = ask(one, "POST", at+notice, s.URL, form)
	number := twelve.FindString(page)
	if status != 200 || number == "" || !strings.Contains(page, "核实完以前,这一项不会定下来") {
		t.Fatalf("said: %d %s", status, page)
	}
	if _, page = ask(one, "POST", at+notice, s.URL, form); twelve.FindString(page) != number || d.count(t, `select count(*) from objection_sent`) != 1 {
		t.Error("the same page again is another opinion")
	}
	ask(other, "GET", at+notice, "", nil)
	if _, page = ask(other, "POST", at+notice, s.URL, form); twelve.FindString(page) == number || d.count(t, `select count(distinct sender) from objection_sent`) != 2 {
		t.Error("two devices are one sender")
	}
	for field, wrong := range map[string]url.Values{"says": {"key": {uuid.NewString()}, "says": {" "}}, "phone": {"key": {uuid.NewString()}, "says": {"有车"}, "phone": {"12"}, "name": {"李大壮"}}} {
		status, page = ask(one, "POST", at+notice, s.URL, wrong)
		if status != 422 || !strings.Contains(page, `data-field="`+field+`"`) || strings.Contains(page, "意见回执号</p>") || field == "phone" && !strings.Contains(page, "李大壮") {
			t.Errorf("%s: %d %s", field, status, page)
		}
	}
	if n := d.count(t, `select count(*) from objection_sent where position(convert_to('面包车', 'UTF8') in sealed) = 0 and door = 'app'`); n != 2 {
		t.Errorf("%d are sealed", n)
	}
	if n := d.count(t, `select count(*) from jobs_platform.river_job where kind = 'objection_sent'`); n != 2 {
		t.Errorf("%d jobs", n)
	}
	if n := d.count(t, `select count(*) from audit_entry where act = 'objection.sent' and actor_kind = 'channel' and case_id = 0`); n != 2 {
		t.Errorf("%d entries", n)
	}
	if status, page = ask(villager(), "POST", "/objection", s.URL, url.Values{"number": {number}}); status != 200 || !strings.Contains(page, "收到了,镇上在核实。") || strings.Contains(page, "张某某") || strings.Contains(page, "王庙") {
		t.Errorf("by its number: %d %s", status, page)
	}
	for _, bad := range []string{"", "1234", number[:13] + "x", strings.Repeat("9", 12)} {
		if status, page = ask(one, "POST", "/objection", s.URL, url.Values{"number": {bad}}); status != 422 || strings.Contains(page, "收到了") {
			t.Errorf("%q: %d", bad, status)
		}
	}
	d.notObjectedTo(t, func(path string, form url.Values) (int, string) { return ask(one, "POST", path, s.URL, form) }, notice)
}

// notObjectedTo tries what is not on the board, and what is no longer.
func (d *door) notObjectedTo(t *testing.T, post func(string, url.Values) (int, string), notice string) {
	t.Helper()
	form := func() url.Values { return url.Values{"key": {uuid.NewString()}, "says": {"有车"}} }
	childs := d.count(t, `select n.id from public_notice n join claim k on k.id = n.claim_id where k.item = 'MZ-05'`)
	before := d.count(t, `select count(*) from objection_sent`)
	for what, path := range map[string]string{"a child's": fmt.Sprint("/board/", channeltest.Town, "/object/", childs), "none": "/board/" + channeltest.Town + "/object/999999", "no number": "/board/" + channeltest.Town + "/object/x", "no place": "/board/zz/object/" + notice} {
		if status, page := post(path, form()); status < 400 || status >= 500 || strings.Contains(page, "收到了。") {
			t.Errorf("%s: %d", what, status)
		}
	}
	d.db.Advance(24 * time.Hour * 8)
	if status, page := post("/board/"+channeltest.Town+"/object/"+notice, form()); status != 409 || !strings.Contains(page, "12345") || !strings.Contains(page, "核查") {
		t.Errorf("it is kept after its last day: %d %s", status, page)
	}
	if n := d.count(t, `select count(*) from objection_sent`); n != before {
		t.Errorf("%d were kept of what does not hang", n-before)
	}
}

// The same by JSON, for the mini-program: the board, an opinion once for its key, what came of it.
//
// Control: ServeObject without oneKey, named.
func TestAnOpinionByJSON(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	d.hangs(t)
	notice := d.count(t, `select n.id from public_notice n where n.claim_id = 101`)
	if status, _ := call(t, s, "GET", "/boards/"+channeltest.Town, "", ""); status != 200 {
		t.Errorf("the board: %d", status)
	}
	path, body := fmt.Sprint("/notices/", notice, "/objections"), `{"key":"`+uuid.NewString()+`","says":"他家有辆面包车","phone":"13905340077"}`
	status, first := call(t, s, "POST", path, "", body)
	if status != 201 || len(first["number"].(string)) != 12 {
		t.Fatalf("said: %d %v", status, first)
	}
	if status, again := call(t, s, "POST", path, "", body); status != 200 || again["number"] != first["number"] {
		t.Errorf("the same key: %d %v", status, again)
	}
	if status, out := call(t, s, "POST", path, "", strings.Replace(body, "面包车", "楼房", 1)); status != 409 {
		t.Errorf("the same key with other words: %d %v", status, out)
	}
	if status, out := call(t, s, "POST", "/objections/find", "", `{"number":"`+first["number"].(string)+`"}`); status != 200 || !strings.Contains(fmt.Sprint(out["say"]), "镇上在核实") {
		t.Errorf("what came of it: %d %v", status, out)
	}
	if status, _ := call(t, s, "POST", "/notices/0/objections", "", `{"key":"k","says":"x"}`); status != 409 {
		t.Errorf("nothing hangs there: %d", status)
	}
}

// Without a log-in two forms behind one address are two senders, who are two opinions. A script on the line
// fills the bound of the line and that of the notice, and shuts out nobody who is logged in.
//
// Controls, not tried: FormSpeaker without the key ("1 senders"); Object that counts everybody by the line
// ("logged in, behind the script: 429"); objection_put without p_account ("… of a full notice").
func TestAScriptOnTheLineShutsOutNobodyWhoIsLoggedIn(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	d.hangs(t)
	path := fmt.Sprint("/notices/", d.count(t, `select n.id from public_notice n where n.claim_id = 101`), "/objections")
	token := d.login(t).Token
	say := func(token string) int {
		status, _ := call(t, s, "POST", path, token, `{"key":"`+uuid.NewString()+`","says":"他家有辆面包车"}`)
		return status
	}
	say("")
	say("")
	if n := d.count(t, `select count(distinct sender) from objection_sent`); n != 2 {
		t.Errorf("%d senders", n)
	}
	last := 0
	for range 119 {
		last = say("")
	}
	if last != 429 {
		t.Errorf("the line has no bound: %d", last)
	}
	if got := say(token); got != 201 {
		t.Errorf("logged in, behind the script: %d", got)
	}
	d.super(t, `insert into objection_sent (notice_id, region, door, sender, key, digest, receipt, wrapped, sealed, at)
		select notice_id, region, 'app', sha256(n::text::bytea), sha256('k'), sha256('x'), sha256(n::text::bytea), 'w', 's', lianou_now() from generate_series(1, 600) n, (select * from objection_sent limit 1) o`)
	if got := say(token); got != 201 {
		t.Errorf("logged in, of a full notice: %d", got)
	}
	if n := d.count(t, `select count(*) from objection_sent where account`); n != 2 {
		t.Errorf("%d with an account", n)
	}
	for range 30 {
		last = say(token)
	}
	if last != 429 {
		t.Errorf("an account has no bound: %d", last)
	}
}

// A board hangs also where what was answered cannot be counted.
//
// Control, not tried: board that is refused with the tally (503).
func TestABoardDoesWithoutItsTally(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	d.hangs(t)
	d.super(t, `drop function objection_tally(text)`)
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/c/app/board/"+channeltest.Town, nil)
	must(t, err)
	resp, err := s.Client().Do(r)
	must(t, err)
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	must(t, err)
	if resp.StatusCode != 200 || !strings.Contains(string(page), "张某某") || strings.Contains(string(page), "核实完") {
		t.Errorf("%d %s", resp.StatusCode, page)
	}
}
