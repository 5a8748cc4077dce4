package people_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// disputed has the officer write down that the income is another, in the words of the family.
func (h *house) disputed(t *testing.T) url.Values {
	t.Helper()
	h.learn(t, 1, 0, "visit:12", 20, declaredFacts)
	form := url.Values{"for": {"call"}, "of": {"0"}, "fact": {"income_per_capita_month"}, "was": {"390 元/月"}, "becomes": {"210"},
		"from": {core.DateOf(h.Shell.Now()).String()}, "reason": {"冬天没活,我一个月就两百来块。"}}
	if code, body := h.ask(t, theirContest, form); code != 303 {
		t.Fatalf("write it down: %d %s", code, text(body))
	}
	return form
}

// refuses sends a form and holds what comes back to a code and a sentence.
func (h *house) refuses(t *testing.T, what, to string, form url.Values, status int, want string) {
	t.Helper()
	if code, body := h.ask(t, to, form); code != status || !strings.Contains(text(body), want) {
		t.Errorf("%s: %d, want %d %s: %s", what, code, status, want, text(body))
	}
}

// Who wrote a family's objection down does not make it go away: the list offers no way and
// none is taken, and it waits for another one as before. What was taken back in the days when
// it could be is called that, and no answer that somebody checked.
//
// Red, as it was: "taken back by who wrote it: 303, want 403", "offered: 200, "本人有异议" (false)":
// the list was empty.
func TestAnObjectionIsNotTakenBackByWhoWroteIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.disputed(t)
	_, body := h.ask(t, "/desk/people/changes", nil)
	to := judging.FindString(body)
	h.refuses(t, "taken back by who wrote it", to, url.Values{"say": {"withdraw"}, "reason": {"他说不要了"}}, 403, "本人说不要了,也请另一位同事问过再写")
	h.says(t, "offered", "/desk/people/changes", nil, "本人有异议", "要由另一位同事核过答复本人", "!您可以撤回", "!为什么撤回")
	h.says(t, "on their page", "/desk/people/changes/ask/1?for=check", nil, "更正等人核", "!您可以撤回")
	must(t, h.Env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `alter table change_request disable trigger user; update change_request set origin = 'officer'; alter table change_request enable trigger user`)
		return err
	}))
	if code, body := h.ask(t, to, url.Values{"say": {"withdraw"}, "reason": {"不要了。"}}); code != 303 {
		t.Fatalf("a correction taken back: %d %s", code, text(body))
	}
	h.says(t, "a correction", mother+"?for=check", nil, "任丽华撤回的 · 撤回了:不要了。", "!任丽华核的")
	must(t, h.Env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `alter table change_request disable trigger user; update change_request set origin = 'citizen'; alter table change_request enable trigger user`)
		return err
	}))
	h.says(t, "an old one", motherAndSon+"?for=call", nil, "撤回了:不要了。", "任丽华撤回的", "!答复:", "!任丽华核的")
}

// A full stop is no answer to a family and no reason: not of who asks, not of who writes an
// objection down, not of who decides either way.
//
// Red, as it was: "a reason: 303, want 422", "their words: 303, want 422", "the answer 。: 303, want 422"; with words that fit any question: "the answer 不行: 303".
func TestAFullStopIsNoAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	form := h.disputed(t)
	h.learn(t, 1, 0, "registry:housing", 30, `{"house_grade": "B"}`)
	h.refuses(t, "a reason", "/desk/people/changes/ask/1", url.Values{"for": {"check"}, "about": {"home"}, "fact": {"house_grade"}, "was": {"B 级,基本安全"}, "becomes": {"D"},
		"from": {core.DateOf(h.Shell.Now()).String()}, "reason": {"。"}}, 422, "怎么说的")
	_, body := h.ask(t, "/desk/people/changes", nil)
	to := judging.FindString(body)
	h.cookie = h.second
	h.refuses(t, "their words", theirContest, spoiled(form, "reason", "..."), 422, "怎么说的")
	for _, say := range []string{"refuse", "accept"} {
		for _, word := range []string{"。", ".", "x", "123", "看", "不行", "同意。"} {
			h.refuses(t, "the answer "+word, to, url.Values{"say": {say}, "reason": {word}}, 422, "怎么说的")
		}
	}
	if code, body := h.ask(t, to, url.Values{"say": {"refuse"}, "reason": {"看过账"}}); code != 303 {
		t.Errorf("three words: %d %s", code, text(body))
	}
}
