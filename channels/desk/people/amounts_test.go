package people_test

import (
	"net/url"
	"testing"

	"lianou/core"
)

// A sum has a ceiling; one that is another by more than ten times is asked about, with both
// numbers in the sentence; a count out of bounds names the fact and its bounds; a day of long
// ago is called that where nothing stands, and what waits about such a fact has no zero day; who
// gives no verdict is not told of a button that they do not have.
//
// Red, as it was: "a hundred million: 303, want 422", "nine of six: 422 … 有一项填得不对",
// "long ago: 422 … 新的不能早于现在登记的那天起", "what waits: … 1970年1月1日起", "no verdict: 422 … 还是撤回".
func TestASumIsHeldToWhatStands(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "visit:12", 20, declaredFacts)
	const ask = "/desk/people/changes/ask/1"
	form := url.Values{"for": {"check"}, "about": {"home"}, "fact": {"income_per_capita_month"}, "was": {"390 元/月"}, "becomes": {"99999999"},
		"from": {core.DateOf(h.Shell.Now()).String()}, "reason": {"看了工资单"}}
	h.refuses(t, "a hundred million", ask, form, 422, "「平均每人月收入」最多写 1,000,000 元/月")
	form.Set("becomes", "5000")
	h.says(t, "ten times", ask, form, "现在登记的是 390 元/月,要改成 5,000 元/月")
	form.Set("sure", "1")
	if code, body := h.ask(t, ask, form); code != 303 {
		t.Errorf("looked at: %d %s", code, text(body))
	}
	told := url.Values{"for": {"check"}, "about": {"person"}, "fact": {"adl_failed"}, "was": {"没有登记"}, "becomes": {"9"}, "from": {core.DateOf(h.Shell.Now()).String()}, "reason": {"上门看的"}}
	h.refuses(t, "nine of six", ask, told, 422, "「吃饭穿衣等六样,几样要人帮」写 0 到 6 当中的一个整数")
	told.Set("becomes", "2")
	h.refuses(t, "long ago", ask, spoiled(told, "from", "1900-01-01"), 422, "最早写 1970年1月2日")
	if code, body := h.ask(t, ask, told); code != 303 {
		t.Errorf("two of six: %d %s", code, text(body))
	}
	h.says(t, "what waits", ask+"?for=check&about=person&fact=adl_failed", nil, "还没有登记过这一样", "!1970年")
	_, body := h.ask(t, "/desk/people/changes", nil)
	h.cookie = h.second
	h.refuses(t, "no verdict", judging.FindString(body), url.Values{"say": {""}, "reason": {"看过工资单"}}, 422, "先选一样:改,还是不改。")
}
