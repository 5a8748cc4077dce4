package people_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// regexpMinute finds who did something at what minute.
var regexpMinute = regexp.MustCompile(`\S+ \d+月\d+日 \d\d:\d\d(登记|撤销)`)

// The bound on telling events says what is true of them, and keeps nobody from taking back what
// they told by mistake.
//
// Red by one bound for all that officers ask: "请等同事核过一些再提", "undo: 429".
func TestTheBoundOnEventsKeepsNobodyFromMendingThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	home, person := h.byHimself(t)
	h.happened(t, home, "death", 2, "member", person[len("/desk/people/"):])
	code, body := 0, ""
	for range 60 {
		code, body = h.ask(t, home+"/life", url.Values{"for": {"reported"}})
	}
	if code != 429 || !strings.Contains(text(body), "这一小时登记的变动太多了") || strings.Contains(text(body), "核过") {
		t.Errorf("the bound: %d %s", code, text(body))
	}
	to, form := undoOf(h.says(t, "the events", home+"/life?for=check", nil))
	if code, body := h.ask(t, to, form); code != 303 {
		t.Errorf("undo: %d %s", code, text(body))
	}
}

// What happened says who registered it, and when; what was undone by whom, and an undo what it
// took back.
//
// Red by the list as it was: no name, "撤销了一条:孙老根".
func TestAnEventSaysWhoRegisteredItAndWhatWasUndone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	home, person := h.byHimself(t)
	h.happened(t, home, "death", 2, "member", person[len("/desk/people/"):])
	first := h.says(t, "registered", home+"/life?for=check", nil)
	stamp := regexpMinute.FindAllString(text(first), -1)
	if len(stamp) != 1 || !strings.HasPrefix(stamp[0], "任丽华 ") || !strings.HasSuffix(stamp[0], "登记") {
		t.Errorf("who registered it: %q in %s", stamp, text(first))
	}
	to, form := undoOf(first)
	h.cookie = h.second
	if code, body := h.ask(t, to, form); code != 303 {
		t.Fatalf("asked for: %d %s", code, text(body))
	}
	h.cookie = h.wide
	if code, body := h.ask(t, to, form); code != 303 {
		t.Fatalf("undo: %d %s", code, text(body))
	}
	page := text(h.says(t, "undone", home+"/life?for=check", nil, "撤销了「去世」:孙老根", "!撤销了一条"))
	stamp = regexpMinute.FindAllString(page, -1)
	if len(stamp) != 3 || !strings.HasSuffix(stamp[0], "撤销") || strings.HasPrefix(stamp[0], "任丽华") || !strings.HasPrefix(stamp[1], "任丽华") || stamp[2] != stamp[0] {
		t.Errorf("who undid it: %q in %s", stamp, page)
	}
}
