package people_test

import (
	"net/url"
	"strings"
	"testing"

	"lianou/core"
)

// What nobody has said of a person or their household has a place where the answer is written,
// or it is said who answers it: two people write it as they correct what is known. What the
// household said itself is corrected there too; it was told to be "simply told anew", and
// nowhere was.
//
// As it was, a list of words. Controls, seen red: openAt without elsewhere ("父母情况 办孩子的事时问"
// is not said); claims without unknowns ("the form: 409", "write it down: 409").
func TestWhatIsNotKnownIsWrittenDown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 1, "citizen", 30, `{"self_paid_medical_12m": 4200}`)
	body := h.says(t, "her page", mother+"?for=check", nil, "还不知道的", "父母情况 办孩子的事时问")
	for _, where := range []string{"about=person&amp;fact=adl_failed", "about=home&amp;fact=income_12m", "about=person&amp;fact=self_paid_medical_12m"} {
		if !strings.Contains(body, where) {
			t.Errorf("no place for %s", where)
		}
	}
	body = h.says(t, "the household", motherAndSon+"?for=check", nil, "先问这几样")
	if !strings.Contains(body, `href="/desk/people/changes/ask/1?for=check&amp;about=home&amp;fact=income_per_capita_month"`) || !strings.Contains(body, `href="/desk/people/changes/ask/1?for=check&amp;about=person&amp;fact=needs_long_term_care"`) {
		t.Error("what is asked first has no place to be written down")
	}
	const form = "/desk/people/changes/ask/1"
	h.says(t, "the form", form+"?for=check&about=person&fact=adl_failed", nil, "写下问到的", "还没有人说过这一样", "!起。")
	h.says(t, "the list", form+"?for=check", nil, "还不知道的", "吃饭穿衣等六样", "全家一年收入")
	told := url.Values{"for": {"check"}, "about": {"person"}, "fact": {"adl_failed"}, "was": {"没有登记"}, "becomes": {"2"}, "from": {core.DateOf(h.Shell.Now()).String()}, "reason": {"上门看的"}}
	for field, bad := range map[string]string{"becomes": "two", "fact": "statuses", "was": "1 样", "reason": ""} {
		if code, _ := h.ask(t, form, spoiled(told, field, bad)); code != 422 && code != 409 {
			t.Errorf("%s %q: %d", field, bad, code)
		}
	}
	if code, body := h.ask(t, form, told); code != 303 {
		t.Fatalf("write it down: %d %s", code, text(body))
	}
	h.says(t, "before a second one looked", mother+"?for=check", nil, "六样,几样要人帮 写下了,等人核")
	h.cookie = h.second
	_, body = h.ask(t, "/desk/people/changes", nil)
	if code, body := h.ask(t, judging.FindString(body), url.Values{"say": {"accept"}, "reason": {"一起去的,看到了"}}); code != 303 {
		t.Fatalf("accept: %d %s", code, text(body))
	}
	h.says(t, "afterwards", mother+"?for=check", nil, "吃饭穿衣等六样,几样要人帮 2 样", "两个人核对后更正")
}

// Nobody of seventy-seven is asked about school: what people of an age have nothing to do with
// stands apart from what is to be asked, and does not head what an item waits for. It can be
// written down all the same.
//
// As it was, "还不知道: 上学" of everybody and eight items waiting for it. Controls, seen red:
// idle that gives false ("is asked of her"); places that leaves out everything ("not said why").
func TestSchoolIsNotAskedOfTheOld(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "visit:12", 20, declaredFacts)
	body := h.says(t, "her page", mother+"?for=check", nil, "这个年纪一般用不上")
	_, rest, _ := strings.Cut(body, "还不知道的")
	if asked, _, _ := strings.Cut(rest, "这个年纪一般用不上"); strings.Contains(text(asked), "上学") || strings.Contains(text(asked), "孤儿") {
		t.Errorf("is asked of her: %s", text(asked))
	}
	body = h.says(t, "the household", motherAndSon+"?for=check", nil)
	_, rest, _ = strings.Cut(body, "先问这几样")
	if asked, _, _ := strings.Cut(rest, "</p>"); strings.Contains(text(asked), "上学") {
		t.Errorf("is asked first: %s", text(asked))
	}
	if item := findingIn(body, "JT-03"); !strings.Contains(item, "还不知道: 周桂兰:上学 这个年纪一般用不上") {
		t.Errorf("not said why it is open: %s", item)
	}
}
