package people_test

import (
	"net/url"
	"strings"
	"testing"

	"lianou/core"
)

// A page whose transaction lost a race and was run again says everything once.
//
// Controls: household, life, contest, changes or person without its page begun anew (the
// page of it "says it twice").
func TestAPageThatWasReadAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "registry:housing", 30, `{"house_grade": "B"}`)
	form := url.Values{"for": {"check"}, "about": {"home"}, "fact": {"house_grade"}, "was": {"B 级,基本安全"}, "becomes": {"D"},
		"from": {core.DateOf(h.Shell.Now()).String()}, "reason": {"看了 11 月的鉴定书"}, "paper": {"平房鉴2020-118"}, "paper_on": {"2020-11-01"}}
	if code, body := h.ask(t, "/desk/people/changes/ask/1", form); code != 303 {
		t.Fatalf("ask: %d %s", code, text(body))
	}
	born := url.Values{"for": {"reported"}, "kind": {"birth"}, "day": {core.DateOf(h.Shell.Now()).String()}, "proof": {"paper"}, "name": {"王朵朵"}, "sex": {"female"},
		"relation": {"grandchild"}, "sure": {"1"}}
	if code, body := h.ask(t, theirLife, born); code != 303 {
		t.Fatalf("tell: %d %s", code, text(body))
	}
	for _, c := range []struct{ path, once string }{
		{motherAndSon + "?for=visit", `<article class="finding"`}, {theirLife + "?for=check", "看过证件、证明原件"}, {theirContest + "?for=check", "能不能干活"},
		{"/desk/people/changes", "看了 11 月的鉴定书"}, {mother + "?for=check", "B 级,基本安全 → D 级"},
	} {
		_, body := h.ask(t, c.path, nil)
		want := strings.Count(body, c.once)
		h.Env.LoseRace()
		code, body := h.ask(t, c.path, nil)
		if got := strings.Count(body, c.once); code != 200 || want == 0 || got != want {
			t.Errorf("%s: %d, says %d times %s, want %d", c.path, code, got, c.once, want)
		}
	}
}
