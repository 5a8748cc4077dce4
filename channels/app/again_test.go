package app

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// What was typed or chosen comes back on the page whose answer was not taken, and the
// sentence says what to write, with an example; who writes 没钱 has said 0.
//
// Control: question.refused that keeps nothing ("is gone"); typed that leaves money to
// Question.Filled ("没钱: 422").
func TestRefusedAnswerComesBack(t *testing.T) {
	t.Parallel()
	at := newDoor(t).serve(t).URL + "/c/app/help"
	v := func(x string) url.Values { return url.Values{"v": {x}} }
	says := map[string]url.Values{
		"members": {"rel": {"child", ""}, "age": {"33", ""}}, "round/disability": {"who": {"m2"}}, "financial_assets_per_capita": v("没钱"), "income_per_capita_month": v("一分没有。"),
		"members/m2/disability": {"kind": {"limb"}, "grade": {"1"}},
	}
	bad := map[string]struct {
		form       url.Values
		back, says string
	}{
		"members":                     {url.Values{"rel": {"child", "spouse"}, "age": {"33", "很大"}}, `name="age" inputmode="numeric" maxlength="3" autocomplete="off" value="很大"`, "比如 45"},
		"members/m2/disability":       {url.Values{"kind": {"limb"}, "grade": {""}}, `value="limb" selected`, "还没选几级"},
		"cars":                        {v("有"), `value="有"`, "几辆?请写数,比如:1。"},
		"financial_assets_per_capita": {v("不多"), `value="不多"`, "请写数,比如:3500"},
	}
	post := func(form url.Values) (int, string) {
		resp, err := http.PostForm(at, form)
		must(t, err)
		return resp.StatusCode, body(t, resp)
	}
	_, page := post(url.Values{"county": {"371426"}})
	for n := 0; len(bad) > 0; n++ {
		m := stepField.FindStringSubmatch(page)
		if m == nil || m[1] == "end" || n > 60 {
			t.Fatalf("never asked: %v", bad)
		}
		step, talk := m[1], html.UnescapeString(talkField.FindStringSubmatch(page)[1])
		sent := func(form url.Values) (int, string) {
			form.Set("step", step)
			form.Set("talk", talk)
			return post(form)
		}
		if x, ok := bad[step]; ok {
			delete(bad, step)
			status, page := sent(x.form)
			if status != 422 || !strings.Contains(page, x.says) {
				t.Errorf("%s: %d, does not say %q", step, status, x.says)
			}
			if !strings.Contains(page, x.back) {
				t.Errorf("%s: %q is gone", step, x.back)
			}
		}
		form, ok := says[step]
		if !ok {
			form = url.Values{"dunno": {"1"}}
		}
		status, next := sent(form)
		if status != 200 {
			t.Fatalf("%s answered %v: %d", step, form, status)
		}
		if step == "financial_assets_per_capita" && !strings.Contains(html.UnescapeString(talkField.FindStringSubmatch(next)[1]), `"step":"financial_assets_per_capita","answer":{"value":0}`) {
			t.Error("没钱 is not 0")
		}
		if step == "income_per_capita_month" && !strings.Contains(html.UnescapeString(talkField.FindStringSubmatch(next)[1]), `"step":"income_per_capita_month","answer":{"value":0}`) {
			t.Error("一分没有 is not 0")
		}
		page = next
	}
}
