package book_test

import (
	"net/url"
	"strings"
	"testing"
)

// TestWhatGivesNothingIsSaidAtEveryTurn: a formula of 0 is asked about before it is written down,
// stands red where it is signed and where it is published, and on real households it is 0 yuan a
// month and less, not 有少有多. By a newcomer, to whom none of it was said. A question is headed
// by what it asks about: a sentence is no sum.
//
// Red, the old code: "asked: 这一步改好了" and no 什么也不给; with Worse that took 0 for untold:
// "a family that gets less is 有少有多"; with give of more than 0 alone: no "每月 0 元"; heads without
// ErrSaid: "a sentence is asked about as a sum"; without the formula: "asked: …".
func TestWhatGivesNothingIsSaidAtEveryTurn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.into(2000)
	han, lin := o.as("han"), o.as("lin")
	o.ask(han, "/desk/book/begin", url.Values{"why": {"改算法"}})
	zero := url.Values{"what": {"item MZ-01 2016-07-01"}, "field": {"benefit.formula"}, "value": {"0"}, "why": {"会议"}}
	if _, page := o.ask(han, draftAt+"/words", zero); !strings.Contains(page, "算出来差得很多,确认无误") || !strings.Contains(page, "→ 0 元,什么也不给") {
		t.Error("asked: 这一步改好了")
	}
	said := url.Values{"what": {"item MZ-01 2016-07-01"}, "field": {"benefit.text"}, "value": {"每人每月给 500 元。"}, "why": {"会议"}}
	if _, page := o.ask(han, draftAt+"/words", said); !strings.Contains(page, "句子里的数对不上,确认无误") || strings.Contains(page, "改得很多") {
		t.Error("a sentence is asked about as a sum")
	}
	zero.Set("sure", "1")
	o.ask(han, draftAt+"/words", zero)
	const red = `<p class="say bad gap">MZ-01 最低生活保障:按草案里的算法,够条件的也是 0 元,什么也不给`
	_, page := o.ask(han, draftAt, nil)
	if !strings.Contains(page, red) {
		t.Error("who signs is not told")
	}
	seen := digest.FindStringSubmatch(page)[1]
	_, page = o.ask(han, draftAt+"/preview", url.Values{})
	shown := families(page)
	if !strings.Contains(shown, "每月 0 元") || strings.Contains(shown, "有少有多") || !strings.Contains(shown, "会少") {
		t.Errorf("a family that gets less is 有少有多: %v; 每月 0 元: %v", strings.Contains(shown, "有少有多"), strings.Contains(shown, "每月 0 元"))
	}
	o.ask(han, draftAt+"/sign", url.Values{"digest": {seen}, "apart": {"1"}})
	if _, page := o.ask(lin, draftAt, nil); !strings.Contains(page, red) || !strings.Contains(page, "我看过了") {
		t.Error("who publishes is not told")
	}
}
