package people_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"lianou/core"
)

var judging = regexp.MustCompile(`/desk/people/changes/judge/[0-9]+`)

// A verified fact is corrected by two people: one asks with a reason, the same one may
// not say yes, a second one does; the page of the person tells it all.
//
// Controls: change.ErrTwoPeople's check left out of the database ("own request"); Accept
// left out of accept ("still B").
func TestAVerifiedFactIsCorrectedByTwo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "registry:housing", 30, `{"house_grade": "B"}`)
	if _, body := h.ask(t, mother+"?for=check", nil); !strings.Contains(body, "fact=house_grade") {
		t.Error("a verified fact has no way to be corrected")
	}
	if code, body := h.ask(t, "/desk/people/changes", nil); code != 200 || !strings.Contains(body, "没有等着核的更正") {
		t.Errorf("the empty list: %d", code)
	}
	form := url.Values{"for": {"check"}, "about": {"home"}, "fact": {"house_grade"}, "was": {"B 级,基本安全"}, "becomes": {"D"},
		"from": {core.DateOf(h.Shell.Now()).String()}, "reason": {"看了 11 月的鉴定书"}}
	for field, bad := range map[string]string{"becomes": "E", "from": "2020-01-01", "reason": "", "fact": "no_such", "was": "A 级,安全"} {
		spoiled := url.Values{}
		for k, v := range form {
			spoiled[k] = v
		}
		spoiled.Set(field, bad)
		if code, _ := h.ask(t, "/desk/people/changes/ask/1", spoiled); code != 422 && code != 409 {
			t.Errorf("%s %q: %d", field, bad, code)
		}
	}
	if code, body := h.ask(t, "/desk/people/changes/ask/1", form); code != 303 {
		t.Fatalf("ask: %d %s", code, text(body))
	}
	_, body := h.ask(t, "/desk/people/changes", nil)
	to := judging.FindString(body)
	if !strings.Contains(body, "要由另一位同事来定") || to == "" {
		t.Fatalf("the list does not say whose it is: %s", text(body))
	}
	verdict := url.Values{"say": {"accept"}, "reason": {"对过鉴定书"}}
	if code, _ := h.ask(t, to, verdict); code != 403 {
		t.Errorf("own request accepted: %d", code)
	}
	h.cookie = h.second
	if code, body := h.ask(t, to, verdict); code != 303 {
		t.Errorf("accept: %d %s", code, text(body))
	}
	if code, _ := h.ask(t, to, verdict); code != 409 {
		t.Errorf("accepted twice: %d", code)
	}
	_, body = h.ask(t, mother+"?for=check", nil)
	if page := text(body); !strings.Contains(page, "房屋鉴定 D 级,整栋危险") || !strings.Contains(page, "B 级,基本安全 → D 级,整栋危险") {
		t.Errorf("still B: %s", page)
	}
	if code, _ := h.ask(t, "/desk/people/changes/ask/5?for=check", nil); code != 404 {
		t.Errorf("another township's person: %d", code)
	}
	if h.entries(t, "change.listed", "") != 2 || h.entries(t, "change.proposed", "核对情况") != 1 || h.entries(t, "change.accepted", "") != 1 {
		t.Error("the log does not tell it")
	}
}
