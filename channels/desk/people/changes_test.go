package people_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/audit"
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
		"from": {core.DateOf(h.Shell.Now()).String()}, "reason": {"看了 11 月的鉴定书"}, "paper": {"平房鉴2020-118"}, "paper_on": {"2020-11-01"}}
	for field, bad := range map[string]string{"becomes": "E", "from": "2020-01-01", "reason": "", "fact": "no_such", "was": "A 级,安全"} {
		if code, _ := h.ask(t, "/desk/people/changes/ask/1", spoiled(form, field, bad)); code != 422 && code != 409 {
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

// P22: whom the list of requests names counts as shown, as on every other page; a request
// about a household names who it is called after.
//
// Red by changes as it was, without mayList: "the list to whoever was shown 2,000: 200".
func TestWhomTheListOfCorrectionsNamesIsCounted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "registry:housing", 30, `{"house_grade": "B"}`)
	form := url.Values{"for": {"check"}, "about": {"home"}, "fact": {"house_grade"}, "was": {"B 级,基本安全"}, "becomes": {"D"},
		"from": {core.DateOf(h.Shell.Now()).String()}, "reason": {"看了 11 月的鉴定书"}, "paper": {"平房鉴2020-118"}, "paper_on": {"2020-11-01"}}
	if code, body := h.ask(t, "/desk/people/changes/ask/1", form); code != 303 {
		t.Fatalf("ask: %d %s", code, text(body))
	}
	h.shown(t, audit.ShownPerDay, 2*time.Hour)
	if code, body := h.ask(t, "/desk/people/changes", nil); code != 429 || strings.Contains(body, "周桂兰") {
		t.Errorf("the list to whoever was shown 2,000: %d", code)
	}
	h.shown(t, audit.ShownPerDay-1, 2*time.Hour)
	for _, what := range []string{"to whoever was shown 1,999", "once more"} {
		if code, body := h.ask(t, "/desk/people/changes", nil); code != 200 || !strings.Contains(body, "周桂兰家") {
			t.Errorf("the list %s: %d", what, code)
		}
	}
	if code, _ := h.ask(t, "/desk/people/changes/ask/2?for=check", nil); code != 429 {
		t.Errorf("a form about the 2,001st: %d", code)
	}
}

// A request ends in four ways: whoever asked takes it back and nobody else can, a second
// person refuses with a reason, and what was written meanwhile stops a yes; each ends once.
// Who asks without end is stopped.
//
// Controls: accept without stands ("overtaken"); judgeChange that lets anybody withdraw
// past the database's change_own ("taken back by another"); mayAsk left out of propose
// ("not stopped").
func TestTheOtherEndsOfACorrection(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "registry:housing", 30, `{"house_grade": "B"}`)
	form := url.Values{"for": {"check"}, "about": {"home"}, "fact": {"house_grade"}, "was": {"B 级,基本安全"}, "becomes": {"D"},
		"from": {core.DateOf(h.Shell.Now()).String()}, "reason": {"看了 11 月的鉴定书"}, "paper": {"平房鉴2020-118"}, "paper_on": {"2020-11-01"}}
	officer := h.cookie
	asked := func() string {
		h.cookie = officer
		if code, body := h.ask(t, "/desk/people/changes/ask/1", form); code != 303 {
			t.Fatalf("ask: %d %s", code, text(body))
		}
		_, body := h.ask(t, "/desk/people/changes", nil)
		return judging.FindString(body)
	}
	said := func(way, reason string) url.Values { return url.Values{"say": {way}, "reason": {reason}} }
	to := asked()
	h.cookie = h.second
	if code, _ := h.ask(t, to, said("withdraw", "不该提")); code != 403 {
		t.Errorf("taken back by another: %d", code)
	}
	h.cookie = officer
	if code, _ := h.ask(t, to, said("withdraw", "")); code != 422 {
		t.Errorf("taken back without a reason: %d", code)
	}
	if code, _ := h.ask(t, to, said("withdraw", "看错了证件")); code != 303 {
		t.Errorf("taken back: %d", code)
	}
	to = asked()
	h.cookie = h.second
	if code, _ := h.ask(t, to, said("refuse", "鉴定书是邻居家的")); code != 303 {
		t.Errorf("refused: %d", code)
	}
	if code, _ := h.ask(t, to, said("accept", "改主意了")); code != 409 {
		t.Errorf("ended twice: %d", code)
	}
	if _, body := h.ask(t, mother+"?for=check", nil); !strings.Contains(text(body), "鉴定书是邻居家的") || !strings.Contains(text(body), "看错了证件") {
		t.Errorf("the page does not say how they ended: %s", text(body))
	}
	to = asked()
	h.learn(t, 1, 0, "registry:housing", 0, `{"house_grade": "C"}`)
	h.cookie = h.second
	if _, body := h.ask(t, "/desk/people/changes", nil); !strings.Contains(text(body), "提了以后又登记了新的,现在是 C 级") || strings.Contains(body, `value="accept"`) {
		t.Errorf("overtaken: %s", text(body))
	}
	if code, _ := h.ask(t, to, said("accept", "对过鉴定书")); code != 409 {
		t.Errorf("overtaken and accepted: %d", code)
	}
	h.cookie = officer
	stopped := 0
	for range 31 {
		if code, _ := h.ask(t, "/desk/people/changes/ask/1", form); code == 429 {
			stopped++
		}
	}
	if stopped == 0 {
		t.Error("who asks without end is not stopped")
	}
}
