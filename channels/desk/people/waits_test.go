package people_test

import (
	"net/url"
	"strings"
	"testing"

	"lianou/core"
)

// Where a correction of a fact waits, another one is not offered: the page of the person, of
// everybody of the household, the list of what can be corrected and the form say what waits,
// who asked, since when and who decides; a second one that is sent all the same is refused.
// Once it is decided, it is offered again.
//
// Red, as it was: "who asked: offered", "a colleague: not said: 更正等人核", "the form: offered",
// "a second one: 303".
func TestACorrectionThatWaitsIsSaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "registry:housing", 30, `{"house_grade": "B", "houses": 1}`)
	const ask, offer = "/desk/people/changes/ask/1", "fact=house_grade"
	form := url.Values{"for": {"check"}, "about": {"home"}, "fact": {"house_grade"}, "was": {"B 级,基本安全"}, "becomes": {"D"},
		"from": {core.DateOf(h.Shell.Now()).String()}, "reason": {"看了 11 月的鉴定书"}, "paper": {"平房鉴2020-118"}, "paper_on": {"2020-11-01"}}
	if code, body := h.ask(t, ask, form); code != 303 {
		t.Fatalf("ask: %d %s", code, text(body))
	}
	says := func(what, path, offered string, want ...string) {
		t.Helper()
		code, body := h.ask(t, path, nil)
		if code != 200 || strings.Contains(body, offered) {
			t.Errorf("%s: offered (%d)", what, code)
		}
		for _, w := range want {
			if !strings.Contains(text(body), w) {
				t.Errorf("%s: not said: %s", what, w)
			}
		}
	}
	_, body := h.ask(t, mother+"?for=check", nil)
	if !strings.Contains(body, "fact=houses") {
		t.Error("what does not wait is not offered")
	}
	says("who asked", mother+"?for=check", offer, "更正等人核 要改成 D 级,整栋危险", "您 ", "提的。由本镇另一位同事(经办、审批都行)定,您可以撤回")
	says("their son", "/desk/people/2?for=check", offer, "更正等人核 要改成 D 级,整栋危险")
	h.cookie = h.second
	says("a colleague", mother+"?for=check", offer, "更正等人核 要改成 D 级,整栋危险", "由提的人以外的同事(经办、审批都行)定,您就可以")
	says("the list", ask+"?for=check", offer, "更正等人核 要改成 D 级,整栋危险")
	says("the form", ask+"?for=check&about=home&fact=house_grade", `name="becomes"`, "更正等人核 要改成 D 级,整栋危险", "现在登记的: B 级,基本安全")
	if code, body := h.ask(t, ask, spoiled(form, "becomes", "C")); code != 409 || !strings.Contains(text(body), "已经有一条更正在等人核") {
		t.Errorf("a second one: %d %s", code, text(body))
	}
	_, body = h.ask(t, "/desk/people/changes", nil)
	if code, body := h.ask(t, judging.FindString(body), url.Values{"say": {"refuse"}, "reason": {"鉴定书是邻居家的"}}); code != 303 {
		t.Fatalf("refuse: %d %s", code, text(body))
	}
	if _, body := h.ask(t, mother+"?for=check", nil); !strings.Contains(body, offer) || strings.Contains(text(body), "更正等人核") {
		t.Error("decided, and not offered again")
	}
}

// What waits beside a fact and in place of the form, on every size of screen.
func TestThePagesOfWhatWaitsFit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "registry:housing", 30, `{"house_grade": "B", "houses": 1}`)
	form := url.Values{"for": {"check"}, "about": {"home"}, "fact": {"house_grade"}, "was": {"B 级,基本安全"}, "becomes": {"D"},
		"from": {core.DateOf(h.Shell.Now()).String()}, "reason": {"看了 11 月的鉴定书"}, "paper": {"平房鉴2020-118"}, "paper_on": {"2020-11-01"}}
	if code, body := h.ask(t, "/desk/people/changes/ask/1", form); code != 303 {
		t.Fatalf("ask: %d %s", code, text(body))
	}
	tab, at := h.deskOf(t, approver)
	tab.Open(at + mother + "?for=check")
	fits(t, tab, "desk-person-waits")
	tab.Open(at + "/desk/people/changes/ask/1?for=check&about=home&fact=house_grade")
	fits(t, tab, "desk-change-waits")
	tab.Quiet()
}
