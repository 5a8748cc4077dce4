package app

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"lianou/channels/channeltest"
)

var revisionField = regexp.MustCompile(`name="revision" value="([^"]*)"`)

var versionField = regexp.MustCompile(`name="version/process" value="([^"]+)"`)

// asks reads the open question of a page, "" for none.
func asks(page string) (step, revision string) {
	if m := stepField.FindStringSubmatch(page); m != nil {
		step = html.UnescapeString(m[1])
	}
	if m := revisionField.FindStringSubmatch(page); m != nil {
		revision = m[1]
	}
	return step, revision
}

// The interview's pages without script, as an old phone has them: a wrong answer says what
// to do and keeps what was typed, a page sent again shows what is asked now, and the last
// page hands in once, however often it is sent.
//
// Control: askPost that shows a page that has moved on as a fault; signPost under a fresh
// key; signed that takes the version in force for the one that was shown; unsigned not asked ("with
// nothing at all").
func TestAskWithoutScript(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	b := newBrowser(t, d.serve(t))
	if _, _, at := b.get("/ask"); at.Path != "/c/app/enter" {
		t.Fatalf("not logged in: %s", at)
	}
	b.enter(d)
	b.post("/ask", url.Values{"capacity": {"self"}})
	_, page, _ := b.get("/ask")
	v := func(x string) url.Values { return url.Values{"v": {x}} }
	says := map[string]url.Values{
		"form/story": v("三天没饭吃了"), "form/applicant.name": v("张桂兰"), "form/applicant.id_number": v(channeltest.ID), "form/live.region": v(channeltest.Town),
		"members": {"rel": {"child"}, "age": {"33"}}, "area": v("rural"),
	}
	wrong := map[string]url.Values{
		"form/applicant.name": v("😀😀"), "form/applicant.id_number": v("371424196303150029"), "form/live.region": v("371426999"), "members": {"rel": {""}, "age": {"9"}}, "area": {},
	}
	var old url.Values
	for n := 0; strings.Contains(page, `name="dunno"`); n++ {
		step, revision := asks(page)
		if n > 60 {
			t.Fatalf("asked without end: %s", step)
		}
		send := func(form url.Values) (int, string, *url.URL) {
			form.Set("step", step)
			form.Set("revision", revision)
			return b.post("/ask", form)
		}
		if bad, ok := wrong[step]; ok {
			delete(wrong, step)
			status, page, _ := send(bad)
			if now, _ := asks(page); status != 422 || now != step || !strings.Contains(page, `role="alert"`) || step == "form/applicant.name" && !strings.Contains(page, bad.Get("v")) {
				t.Errorf("%s answered %v: %d at %s", step, bad, status, now)
			}
		}
		form := says[step]
		if form == nil {
			form = url.Values{"dunno": {"1"}}
			if strings.Contains(page, `name="enough"`) && n > 20 {
				form = url.Values{"enough": {"1"}}
			}
		}
		status, next, _ := send(form)
		if now, _ := asks(next); status != 200 || now == step {
			t.Fatalf("%s answered %v: %d at %s", step, form, status, now)
		}
		if step == "form/story" && !strings.Contains(next, "听出来您很急") {
			t.Error("need was not heard")
		}
		if step == "form/urgent" {
			t.Error("asked whether it is urgent, which was said")
		}
		if old != nil {
			old.Set("dunno", "1") // another answer to a page that was gone back to
			if status, again, at := b.post("/ask", old); status != 200 || at.Path != "/c/app/ask" || strings.Contains(again, `role="alert" id="error"`) {
				t.Errorf("an old page: %d %s", status, at)
			}
		}
		old, page = form, next
	}
	if len(wrong) > 0 {
		t.Errorf("never asked: %v", wrong)
	}
	_, page, at := b.get("/ask/sign")
	_, revision := asks(page)
	key := hiddenKey.FindStringSubmatch(page)
	if at.Path != "/c/app/ask/sign" || key == nil {
		t.Fatalf("the last page: %s", at)
	}
	fields := map[string]string{"key": key[1], "revision": revision, "consent/process": "yes", "version/process": "2025-01"}
	if status, page, _ := b.send("/ask/sign", fields, map[string][]byte{"signed": photo(t)}); status != 409 || !strings.Contains(page, "再看一遍") || strings.Contains(page, `value="yes" checked`) {
		t.Errorf("a text that is no more: %d", status)
	}
	fields["version/process"] = versionField.FindStringSubmatch(page)[1]
	status, page, _ := b.send("/ask/sign", fields, nil)
	if _, page, _ := b.send("/ask/sign", map[string]string{"key": key[1], "revision": revision}, nil); !strings.Contains(page, "还差两样:勾上第一条,同意我们处理您填的信息;还有您的签名。核对收入和财产那一条也没勾") {
		t.Error("with nothing at all, one thing after the other is asked for")
	}
	if status != 422 || !strings.Contains(page, key[1]) || !strings.Contains(page, `name="consent/process" value="yes" checked`) {
		t.Errorf("without a name: %d", status)
	}
	status, page, first := b.send("/ask/sign", fields, map[string][]byte{"id_front": photo(t), "signed": photo(t)})
	if status != 200 || !strings.HasPrefix(first.Path, "/c/app/receipt/") {
		t.Fatalf("handed in: %d %s", status, first)
	}
	for _, kept := range regexp.MustCompile(`name="(kept/[a-z_]+)" value="([0-9a-f]{64})"`).FindAllStringSubmatch(page, -1) {
		fields[kept[1]] = kept[2]
	}
	for range 3 {
		if _, _, again := b.send("/ask/sign", fields, map[string][]byte{"id_front": photo(t), "signed": photo(t)}); again.Path != first.Path {
			t.Errorf("the same page again gave %s", again)
		}
	}
	if n := d.count(t, `select count(*) from application where urgent`); n != 1 {
		t.Errorf("%d urgent applications", n)
	}
}

// What the screener was told travels in the page over the log-in and is not asked again;
// what is no screener's is refused, and names in it are nobody's.
//
// Control: plant that takes steps of the form.
func TestFromScreenerToInterview(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	b := newBrowser(t, d.serve(t))
	talk := `{"version":"2026-01","on":"2026-03-01","county":"371426","known":{},"given":[` +
		`{"step":"members","answer":{"value":[{"relation":"child","age":33}]},"from":{"said":"","by":"","at":"0001-01-01T00:00:00Z"}},` +
		`{"step":"form/applicant.name","answer":{"value":"<b>"},"from":{"said":"","by":"","at":"0001-01-01T00:00:00Z"}},` +
		`{"step":"area","answer":{"value":"rural"},"from":{"said":"","by":"","at":"0001-01-01T00:00:00Z"}},` +
		`{"step":"hukou","answer":{"value":"moon"},"from":{"said":"","by":"","at":"0001-01-01T00:00:00Z"}},` +
		`{"step":"enough","answer":{},"from":{"said":"","by":"","at":"0001-01-01T00:00:00Z"}}]}`
	for name, bad := range map[string]string{"none": "", "no JSON": "{", "a name": strings.Replace(talk, `"known":{}`, `"known":{"fields":{"form/applicant.name":"x"}}`, 1)} {
		if status, _, _ := b.post("/ask/from", url.Values{"talk": {bad}}); status != 422 {
			t.Errorf("%s: %d", name, status)
		}
	}
	_, page, at := b.post("/ask/from", url.Values{"talk": {talk}})
	if at.Path != "/c/app/ask/from" || !strings.Contains(page, "刚才答的都还在") || d.count(t, `select count(*) from talk`) != 0 {
		t.Fatalf("before the log-in: %s", at)
	}
	travels := html.UnescapeString(talkField.FindStringSubmatch(page)[1])
	_, page, _ = b.post("/enter", url.Values{"phone": {channeltest.Phone}, "talk": {travels}})
	_, page, at = b.post("/enter", url.Values{"phone": {channeltest.Phone}, "code": {d.phone.code()}, "ticket": {hidden(t, page, "ticket")}, "talk": {travels}})
	if at.Path != "/c/app/ask" {
		t.Fatalf("after the log-in: %s", at)
	}
	var asked []string
	for n := 0; strings.Contains(page, `name="dunno"`) && n < 60; n++ {
		step, revision := asks(page)
		asked = append(asked, step)
		form := url.Values{"dunno": {"1"}}
		if step == "form/contact.capacity" {
			form = url.Values{"v": {"self"}}
		}
		form.Set("step", step)
		form.Set("revision", revision)
		_, page, _ = b.post("/ask", form)
	}
	list := " " + strings.Join(asked, " ") + " "
	if strings.Contains(list, " members ") || strings.Contains(list, " area ") || !strings.Contains(list, " form/applicant.name ") || !strings.Contains(list, " form/contact.capacity ") {
		t.Errorf("asked %v", asked)
	}
	if !strings.Contains(page, "33 岁") || !strings.Contains(page, "还差姓名") {
		t.Error("the summary has lost what the screener was told")
	}
}
