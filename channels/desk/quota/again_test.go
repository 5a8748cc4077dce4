package quota_test

import (
	"net/http"
	"net/url"
	"testing"
)

// A page whose transaction lost a race and was run again says everything once.
//
// Controls: round, or public, without its page begun anew (the page "is another one").
func TestAPageThatWasReadAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	to := h.opened(t)
	h.draws(t)
	_, body := h.ask(t, first, to, nil)
	day := h.today(t)
	by := day.AddDate(0, 0, 7).String()
	for _, c := range []struct {
		act  string
		form url.Values
	}{{"/freeze", url.Values{"digest": {digest.FindStringSubmatch(body)[1]}, "read": {"1"}}}, {"/offer", url.Values{"n": {"1"}, "by": {by}}}} {
		if code, body := h.ask(t, first, to+c.act, c.form); code != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", c.act, code, body)
		}
	}
	for _, path := range []string{to, to + "/public"} {
		_, want := h.ask(t, county, path, nil)
		h.Env.LoseRace()
		if code, got := h.ask(t, county, path, nil); code != http.StatusOK || got != want {
			t.Errorf("%s: %d, read again it is another one: %s\nwas %s", path, code, got, want)
		}
	}
}
