package people_test

import (
	"cmp"
	"net/url"
	"strings"
	"testing"

	"lianou/core"
)

const theirLife = "/desk/people/household/1/life"

// What happens in a family is told in two steps: the first tries it, says what it touches
// and keeps nothing; the second registers it. It is taken back the same way, and both stay.
//
// Controls: tell that forgets errRehearsed ("told before the yes"); untell without Undo
// ("not taken back"); untell without Because ("undo: 422"); untell that does not look whose event it is ("another household's").
func TestWhatHappensInAFamilyIsToldInTwoSteps(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opened(t, 1, "4071882635")
	if code, body := h.ask(t, theirLife+"?for=reported", nil); code != 200 || !strings.Contains(body, "还没有登记过变动") {
		t.Errorf("the empty list: %d", code)
	}
	today := core.DateOf(h.Shell.Now()).String()
	forms := map[string]url.Values{
		"birth":    {"name": {"王朵朵"}, "sex": {"female"}, "relation": {"grandchild"}},
		"death":    {"member": {"2"}, "words": {"邻居赵大娘说他昨天夜里走的"}},
		"move_out": {"member": {"2"}, "words": {"他姐姐说他全家落户济南了"}},
		"move":     {"village": {"any"}},
		"split":    {"member": {"2"}, "relation-2": {"applicant"}, "village": {"any"}},
	}
	village := h.Regions.Villages("371426104")[0]
	for kind, form := range forms {
		for k, v := range map[string]string{"for": "reported", "kind": kind, "day": today, "proof": cmp.Or(map[string]string{"death": "visit", "move_out": "visit"}[kind], "paper")} {
			form.Set(k, v)
		}
		if form.Get("village") != "" {
			form.Set("village", string(village.Code))
		}
		code, body := h.ask(t, theirLife, form)
		if page := text(body); code != 200 || !strings.Contains(page, "还没有登记") || !strings.Contains(page, "4071882635") {
			t.Errorf("%s: %d %s", kind, code, page)
		}
		for field, bad := range map[string]string{"day": "2099-01-01", "proof": "rumour", "for": ""} {
			if code, _ := h.ask(t, theirLife, spoiled(form, field, bad)); code != 422 {
				t.Errorf("%s, %s %q: %d", kind, field, bad, code)
			}
		}
	}
	if _, body := h.ask(t, theirLife+"?for=reported", nil); !strings.Contains(body, "还没有登记过变动") {
		t.Error("told before the yes")
	}
	if code, _ := h.ask(t, theirLife, spoiled(forms["death"], "member", "5")); code != 422 {
		t.Errorf("somebody of another household dies here: %d", code)
	}
	if code, body := h.ask(t, theirLife, spoiled(forms["death"], "sure", "1")); code != 303 {
		t.Fatalf("register: %d %s", code, text(body))
	}
	if _, body := h.ask(t, motherAndSon+"?for=check", nil); !strings.Contains(text(body), "周桂兰家 · 1 口人") {
		t.Error("nobody left")
	}
	_, body := h.ask(t, theirLife+"?for=reported", nil)
	if page := text(body); !strings.Contains(page, "去世") || !strings.Contains(page, "上门看过 “邻居赵大娘说他昨天夜里走的”") {
		t.Errorf("what happened is not there: %s", page)
	}
	_, rest, _ := strings.Cut(body, `name="event" value="`)
	event, _, _ := strings.Cut(rest, `"`)
	undo := url.Values{"for": {"reported"}, "event": {event}, "sure": {"1"}, "reason": {"他本人今天到窗口来了"}}
	if code, _ := h.ask(t, theirLife+"/undo", spoiled(undo, "event", "999")); code != 404 {
		t.Errorf("another household's: %d", code)
	}
	if code, _ := h.ask(t, theirLife+"/undo", spoiled(undo, "sure", "")); code != 422 {
		t.Errorf("undone without a yes: %d", code)
	}
	for _, reason := range []string{"", "登错了", "登记错了"} {
		if code, _ := h.ask(t, theirLife+"/undo", spoiled(undo, "reason", reason)); code != 422 {
			t.Errorf("undone because %q: %d", reason, code)
		}
	}
	if code, body := h.ask(t, theirLife+"/undo", undo); code != 303 {
		t.Errorf("undo: %d %s", code, text(body))
	}
	if code, _ := h.ask(t, theirLife+"/undo", undo); code != 409 {
		t.Errorf("undone twice: %d", code)
	}
	if _, body := h.ask(t, motherAndSon+"?for=check", nil); !strings.Contains(text(body), "周桂兰家 · 2 口人") {
		t.Error("not taken back")
	}
	if code, _ := h.ask(t, "/desk/people/household/2/life?for=check", nil); code != 404 {
		t.Errorf("another township's household: %d", code)
	}
	if n := h.entries(t, "event.entered", "有人反映"); n != 2 {
		t.Errorf("%d entries of events, want 2", n)
	}
}
