package app

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/intake/interview"
)

// asked is somebody who is led through the interview by its API.
type asked struct {
	t     *testing.T
	s     *httptest.Server
	token string
	now   map[string]any
}

func (a *asked) do(method, path string, body any) (int, map[string]any) {
	a.t.Helper()
	raw := ""
	if body != nil {
		b, err := json.Marshal(body)
		must(a.t, err)
		raw = string(b)
	}
	status, out := call(a.t, a.s, method, path, a.token, raw)
	if status < 300 && out["step"] != nil {
		a.now = out
	}
	return status, out
}

func (a *asked) revision() int64 { return int64(a.now["revision"].(float64)) }

func (a *asked) step(key string) string {
	s, _ := a.now["step"].(map[string]any)[key].(string)
	return s
}

func (a *asked) answer(reply map[string]any) (int, map[string]any) {
	a.t.Helper()
	return a.do("POST", "/interview/answers", map[string]any{"step": a.step("ref"), "revision": a.revision(), "answer": reply})
}

// begin opens an interview of one's own.
func (d *door) begin(t *testing.T, s *httptest.Server) *asked {
	t.Helper()
	a := &asked{t: t, s: s, token: d.login(t).Token}
	if status, out := a.do("POST", "/interview", map[string]any{"capacity": "self"}); status != 201 && status != 200 {
		t.Fatalf("begin: %d %v", status, out)
	}
	return a
}

func value(v any) map[string]any { return map[string]any{"value": v} }

// guilan is what 张桂兰 of the fixtures answers; the rest she does not know.
func guilan() map[string]map[string]any {
	return map[string]map[string]any{
		"form/story": value("儿子瘫在床上,没有钱看病,想问问低保。"), "form/applicant.name": value("张桂兰"), "form/applicant.id_number": value(channeltest.ID),
		"form/live.region": value(channeltest.Town), "members": value([]map[string]any{{"relation": "child", "age": 33}}), "area": value("rural"),
		"hukou": {"said": "就在德州"}, "income_per_capita_month": {"said": "三百九"}, "round/disability": {"members": []string{"m2"}},
		"members/m2/disability": value(map[string]any{"kind": "limb", "grade": 1}), "statuses": {"none": true}, "shocks": {"none": true}, "form/urgent": value(false),
		"form/live.detail": value("村东头第三家"),
	}
}

// lead answers until the end and gives the steps that were asked.
func (a *asked) lead(says map[string]map[string]any) (steps []string) {
	a.t.Helper()
	for a.step("kind") != "end" {
		ref := a.step("ref")
		if steps = append(steps, ref); len(steps) > 120 {
			a.t.Fatalf("asked without end: %v", steps)
		}
		reply, ok := says[ref]
		if !ok {
			reply = map[string]any{"dunno": true}
		}
		if status, out := a.answer(reply); status != 200 {
			a.t.Fatalf("%s answered %v: %d %v", ref, reply, status, out)
		}
	}
	return steps
}

// confirm is the confirmation of the summary.
func (a *asked) confirm(key string) map[string]any {
	a.t.Helper()
	_, strokes := upload(a.t, a.s, a.token, "strokes", []byte(finger))
	return map[string]any{"key": key, "revision": a.revision(), "consents": []map[string]string{{"purpose": "process", "version": "2026-01"}, {"purpose": "means_check", "version": "2026-01"}},
		"signature": map[string]any{"strokes": strokes["digest"], "document": channeltest.Signed()}}
}

// The interview by its API: from nothing to a receipt, and the same confirmation again is
// the same receipt, though the interview is closed.
//
// Control: FileInterview without filedBefore; BeginInterview without the account's phone.
func TestInterviewToReceipt(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	a := &asked{t: t, s: s, token: d.login(t).Token}
	if status, p := a.do("GET", "/interview", nil); status != 404 || p["code"] != "interview_none" || p["detail"] == "" {
		t.Errorf("before it began: %d %v", status, p)
	}
	if status, _ := a.do("POST", "/interview", map[string]any{"capacity": "self"}); status != 201 {
		t.Fatalf("begin: %d", status)
	}
	if status, _ := a.do("POST", "/interview", map[string]any{}); status != 200 {
		t.Errorf("begin again: %d", status)
	}
	early := a.confirm("0192c3f0-early-1")
	if status, p := a.do("POST", "/interview/application", early); status != 409 || p["code"] != "interview_not_done" {
		t.Errorf("confirmed before the end: %d %v", status, p)
	}
	steps := a.lead(guilan())
	for _, ref := range steps {
		if ref == "form/contact.phone" || ref == "members/m1/age" || ref == "form/contact.capacity" {
			t.Errorf("asked %s, which is known", ref)
		}
	}
	sum := a.now["summary"].(map[string]any)
	shown := fmt.Sprint(sum)
	for _, want := range []string{"张桂兰", "王庙镇", channeltest.Phone, "登录用的手机号", "最低生活保障", "重度残疾人护理补贴", "means_check"} {
		if !strings.Contains(shown, want) {
			t.Errorf("the summary does not say %s", want)
		}
	}
	body := a.confirm(uuid.NewString())
	status, first := a.do("POST", "/interview/application", body)
	if status != 201 || len(first["receipt"].(string)) != 10 {
		t.Fatalf("confirm: %d %v", status, first)
	}
	for range 3 {
		if status, again := a.do("POST", "/interview/application", body); status != 200 || again["receipt"] != first["receipt"] {
			t.Errorf("confirmed again: %d %v", status, again)
		}
	}
	if status, _ := a.do("GET", "/interview", nil); status != 404 {
		t.Errorf("an interview that was filed is open: %d", status)
	}
	for sql, want := range map[string]int{
		`select count(*) from application where channel = 'app' and citizen <> ''`: 1, `select count(*) from talk where state = 'filed'`: 1,
	} {
		if n := d.count(t, sql); n != want {
			t.Errorf("%s = %d", sql, n)
		}
	}
}

// An interview that was lost on its way, sent again a hundred times, gives one answer; an
// answer to what is no longer asked brings what is.
//
// Control: act without Took.
func TestAnswersOnce(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	a := d.begin(t, d.serve(t))
	first := map[string]any{"step": a.step("ref"), "revision": a.revision(), "answer": map[string]any{"said": "儿子瘫在床上"}}
	at := a.revision()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 25 {
				raw, _ := json.Marshal(first)
				if status, out := call(t, a.s, "POST", "/interview/answers", a.token, string(raw)); status != 200 || out["asked"] != 2.0 {
					t.Errorf("again: %d %v", status, out)
				}
			}
		})
	}
	all.Wait()
	a.do("GET", "/interview", nil)
	if a.revision() != at+1 || a.now["asked"] != 2.0 {
		t.Errorf("revision %d after %d, asked %v", a.revision(), at, a.now["asked"])
	}
	other := map[string]any{"step": "form/story", "revision": at, "answer": map[string]any{"said": "别的话"}}
	status, p := a.do("POST", "/interview/answers", other)
	now, _ := p["interview"].(map[string]any)
	if status != 409 || p["code"] != "interview_moved_on" || now == nil || now["revision"] != float64(a.revision()) {
		t.Errorf("another answer to an old page: %d %v", status, p)
	}
	back := map[string]any{"revision": a.revision()}
	for range 3 {
		if status, out := a.do("POST", "/interview/back", back); status != 200 || out["asked"] != 1.0 {
			t.Errorf("back: %d %v", status, out)
		}
	}
}

// What does not fit is refused in clear words and leaves the interview as it was.
//
// Control: Interviews.Take without fits; set with json.Unmarshal.
func TestInterviewBadInput(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	a := &asked{t: t, s: s, token: d.login(t).Token}
	if status, p := a.do("POST", "/interview", map[string]any{"capacity": "official"}); status != 422 || d.count(t, `select count(*) from talk`) != 0 {
		t.Errorf("an official: %d %v", status, p)
	}
	a.do("POST", "/interview", nil)
	a.do("POST", "/interview", map[string]any{"capacity": "self"})
	says := guilan()
	family := make([]map[string]any, 40)
	for i := range family {
		family[i] = map[string]any{"relation": "child"}
	}
	bad := map[string][]map[string]any{
		"form/story":               {value(nil), value(3), value(strings.Repeat("话", 2001)), {"dunno": true, "said": "两样"}, {}, {"members": []string{"m1"}}, {"none": true}, {"x": 1}},
		"form/applicant.name":      {value("😀"), value("<b>张</b>"), value(strings.Repeat("张", 41)), value(""), {"said": "123"}},
		"form/applicant.id_number": {value("371424196303150029"), value(371424196303150028), {"said": "三七一四"}},
		"form/live.region":         {value("371426999"), value("110101"), value("371400"), {"said": "月亮上"}},
		"members":                  {value(family), value("child"), value([]map[string]any{{"relation": "cousin"}}), value([]map[string]any{{"relation": "child", "role": "admin"}}), {"said": "嗯嗯"}},
		"area":                     {value("moon"), value(true), {"said": "火星"}},
		"round/disability":         {value(true), {"members": []string{"m9"}}, {"said": "二大爷"}},
	}
	for a.step("kind") != "end" {
		ref := a.step("ref")
		for _, reply := range bad[ref] {
			before := a.revision()
			status, p := a.answer(reply)
			if status != 422 || p["detail"] == "" {
				t.Errorf("%s answered %.80v: %d %v", ref, reply, status, p)
			}
			if a.do("GET", "/interview", nil); a.revision() != before || a.step("ref") != ref {
				t.Fatalf("%s answered %.80v went on to %s", ref, reply, a.step("ref"))
			}
		}
		delete(bad, ref)
		if reply, ok := says[ref]; ok {
			a.answer(reply)
		} else {
			a.answer(map[string]any{"dunno": true})
		}
	}
	if len(bad) > 0 {
		t.Errorf("never asked: %v", bad)
	}
	for name, x := range map[string]struct {
		path, body string
		status     int
	}{
		"forged step":     {"/interview/answers", fmt.Sprintf(`{"step":"members/m1/ref","revision":%d,"answer":{"value":"m7"}}`, a.revision()), 409},
		"capacity":        {"/interview/answers", fmt.Sprintf(`{"step":"form/contact.capacity","revision":%d,"answer":{"value":"nobody"}}`, a.revision()), 422},
		"family twice":    {"/interview/answers", fmt.Sprintf(`{"step":"members","revision":%d,"answer":{"value":[{"relation":"x"}]}}`, a.revision()), 422},
		"unknown field":   {"/interview/back", fmt.Sprintf(`{"revision":%d,"x":1}`, a.revision()), 422},
		"two values":      {"/interview/back", fmt.Sprintf(`{"revision":%d}{}`, a.revision()), 422},
		"no consent":      {"/interview/application", fmt.Sprintf(`{"key":"0192c3f0-none-1","revision":%d,"consents":[],"signature":{"strokes":%q,"document":%q}}`, a.revision(), strings.Repeat("0", 64), channeltest.Signed()), 422},
		"no key":          {"/interview/application", fmt.Sprintf(`{"key":"","revision":%d,"consents":[]}`, a.revision()), 422},
		"oversize answer": {"/interview/answers", `{"step":"form/story","revision":1,"answer":{"said":"` + strings.Repeat("话", 20_000) + `"}}`, 413},
		"forged revision": {"/interview/enough", `{"revision":-1}`, 409},
	} {
		status, p := call(t, s, "POST", x.path, a.token, x.body)
		if status != x.status || p["detail"] == "" {
			t.Errorf("%s: %d %v", name, status, p)
		}
	}
	if status, _ := call(t, s, "GET", "/interview", "", ""); status != 401 {
		t.Errorf("without a token: %d", status)
	}
	if n := d.count(t, `select count(*) from application`); n != 0 {
		t.Errorf("%d applications", n)
	}
}

// Under the summary what was said is put right: a field, a fact, what was known of the
// account. Nothing is asked twice for it.
//
// Control: Correct that appends.
func TestPutRightAtTheEnd(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	a := d.begin(t, d.serve(t))
	a.lead(guilan())
	asked := a.now["asked"]
	put := func(ref string, reply map[string]any) (int, map[string]any) {
		return a.do("POST", "/interview/answers", map[string]any{"step": ref, "revision": a.revision(), "answer": reply})
	}
	if status, out := call(t, a.s, "GET", "/interview?step=form/contact.phone", a.token, ""); status != 200 || out["step"].(map[string]any)["ref"] != "form/contact.phone" || !strings.Contains(fmt.Sprint(out["step"]), channeltest.Phone) {
		t.Errorf("the question again: %d %v", status, out["step"])
	}
	if status, p := put("form/contact.phone", value("1380534")); status != 422 {
		t.Errorf("half a number: %d %v", status, p)
	}
	if status, p := put("form/contact.phone", value("13905341234")); status != 200 || strings.Contains(fmt.Sprint(p), channeltest.Phone) {
		t.Errorf("another number: %d %v", status, p)
	}
	if status, p := put("form/applicant.name", value("张桂兰儿")); status != 200 || p["asked"].(float64) != asked.(float64)+1 {
		t.Errorf("another name: %d, asked %v after %v", status, p["asked"], asked)
	}
	if status, p := put("income_per_capita_month", value(99999)); status != 200 || strings.Contains(fmt.Sprint(p["summary"]), "最低生活保障") {
		t.Errorf("another income: %d", status)
	}
	if status, p := put("members/m1/relation", value("child")); status != 409 {
		t.Errorf("what was not said: %d %v", status, p)
	}
}

// Who speaks for their mother is asked about her, and a forgotten interview leaves no row.
func TestForAnotherAndForgotten(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	a := &asked{t: t, s: d.serve(t), token: d.login(t).Token}
	a.do("POST", "/interview", map[string]any{"capacity": "member"})
	for a.step("ref") != "form/applicant.name" {
		if status, out := a.answer(map[string]any{"said": "李小军"}); status != 200 {
			t.Fatalf("%d %v", status, out)
		}
	}
	if a.step("ask") != "要帮的人叫什么名字?" {
		t.Errorf("asked %q", a.step("ask"))
	}
	if status, _ := a.do("DELETE", "/interview", nil); status != 204 || d.count(t, `select count(*) from talk`) != 0 {
		t.Errorf("forgotten: %d", status)
	}
	old := map[string]any{"step": a.step("ref"), "revision": a.revision(), "answer": value("张桂兰")}
	a.do("POST", "/interview", map[string]any{"capacity": "member"})
	for range 2 {
		a.answer(map[string]any{"dunno": true})
	}
	if status, _ := a.do("POST", "/interview/answers", old); status != 409 {
		t.Errorf("an answer of the interview before: %d", status)
	}
}

// Whatever is answered, the interview ends in a summary, asks nothing twice, and every
// answer sent again is the same.
func TestRandomAnswersEnd(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	a := d.begin(t, d.serve(t))
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 7))
		asked := map[string]bool{}
		for n := 0; a.step("kind") != "end"; n++ {
			ref := a.step("ref")
			if asked[ref] || n > 200 {
				t.Fatalf("seed %d: %s after %d questions", seed, ref, n)
			}
			asked[ref] = true
			act := map[string]any{"step": ref, "revision": a.revision(), "answer": drawn(rng, a.now["step"].(map[string]any))}
			status, one := a.do("POST", "/interview/answers", act)
			if status != 200 {
				t.Fatalf("seed %d: %v: %d %v", seed, act, status, one)
			}
			if _, two := a.do("POST", "/interview/answers", act); two["revision"] != one["revision"] || fmt.Sprint(two["step"]) != fmt.Sprint(one["step"]) {
				t.Fatalf("seed %d: %v again: %v", seed, act, two)
			}
		}
		if a.now["summary"] == nil || a.now["left"] != 0.0 {
			t.Errorf("seed %d: ends with %v left", seed, a.now["left"])
		}
		a.do("DELETE", "/interview", nil)
		a.do("POST", "/interview", map[string]any{"capacity": "self"})
	}
}

// drawn is an answer that fits a step.
func drawn(rng *rand.Rand, step map[string]any) map[string]any {
	if rng.IntN(5) == 0 {
		return map[string]any{"dunno": true}
	}
	option := func() any {
		list := step["options"].([]any)
		return list[rng.IntN(len(list))].(map[string]any)["value"]
	}
	if about, ok := step["about"].([]any); ok {
		if rng.IntN(2) == 0 {
			return map[string]any{"none": true}
		}
		return map[string]any{"members": []any{about[rng.IntN(len(about))].(map[string]any)["ref"]}}
	}
	switch interview.Type(step["type"].(string)) {
	case interview.TypeChoice:
		return value(option())
	case interview.TypeMoney:
		return value(float64(rng.IntN(20000)) / 2)
	case interview.TypeNumber:
		return value(rng.IntN(12))
	case interview.TypeYesNo:
		return value(rng.IntN(2) == 0)
	case interview.TypeRegion:
		return value(channeltest.Town)
	case interview.TypeID:
		return value(channeltest.ID)
	case interview.TypePhone:
		return value(channeltest.Phone)
	case interview.TypeFamily:
		list := make([]map[string]any, rng.IntN(12))
		for i := range list {
			list[i] = map[string]any{"relation": []string{"child", "spouse", "parent", "other"}[rng.IntN(4)], "age": rng.IntN(90)}
		}
		return value(list)
	case interview.TypeMany:
		return value([]any{option()})
	case interview.TypeShocks:
		return value([]any{map[string]any{"kind": option(), "date": core.DateOf(time.Now()).AddDate(0, 0, -rng.IntN(200)).String()}})
	case interview.TypeDisability:
		return value(map[string]any{"kind": option(), "grade": 1 + rng.IntN(4)})
	case interview.TypeParents:
		return value([]any{option(), option()})
	case interview.TypeText:
		return value("张桂兰")
	}
	return map[string]any{"dunno": true}
}

// The tag says whether anything is new.
func TestInterviewTag(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	a := d.begin(t, d.serve(t))
	get := func(tag string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), "GET", a.s.URL+"/c/app/interview", nil)
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+a.token)
		r.Header.Set("If-None-Match", tag)
		w, err := a.s.Client().Do(r)
		must(t, err)
		must(t, w.Body.Close())
		return w
	}
	tag := get("").Header.Get("ETag")
	if tag != fmt.Sprintf(`"%d"`, a.revision()) || get(tag).StatusCode != 304 || get(`"1", W/`+tag).StatusCode != 304 || get(`"1"`).StatusCode != 200 {
		t.Errorf("tag %s", tag)
	}
	a.answer(map[string]any{"dunno": true})
	if get(tag).StatusCode != 200 {
		t.Error("an old tag is still good")
	}
}
