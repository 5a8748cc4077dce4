package people_test

import (
	"net/url"
	"strings"
	"testing"

	"lianou/core"
)

// Where what a household earns in a year and what each has a month contradict one another, its
// page and the page of each of its people say so with both sums; where they agree, or only
// somebody came since, nothing is said. A correction after which they contradict is asked about
// on a page that names what is asked, nothing of it is lost on the way back, and it is kept
// where it is meant so.
//
// Controls: asked that passes over what waits ("beside what waits: 303"); doubts without the
// incomes ("asked about: 303"); groups without the note ("her page: 200"); judge without it ("the
// household: 200"); a request without what was asked ("whoever decides does not read what was asked").
func TestTwoIncomesThatContradictAreSaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "visit:12", 20, declaredFacts)
	h.says(t, "they agree", motherAndSon+"?for=check", nil, "!对不上")
	form := url.Values{"for": {"check"}, "about": {"home"}, "fact": {"income_per_capita_month"}, "was": {"390 元/月"}, "becomes": {"900"},
		"from": {core.DateOf(h.Shell.Now()).String()}, "reason": {"看了工资单"}}
	const ask = "/desk/people/changes/ask/1"
	apart := "全家一年 9,360 元,2 口人,平均每人每月是 390 元;“平均每人月收入”写的是 900 元。请问清楚改哪一个。"
	h.says(t, "asked about", ask, form, "两处收入对不上,确认无误?", apart, "没错,就这样提交", "!改得很多")
	h.says(t, "nothing came of it", "/desk/people/changes", nil, "没有等着核的更正")
	body := h.says(t, "back at the form", ask, spoiled(form, "again", "1"), "现在登记的: 390 元/月", "看了工资单")
	if !strings.Contains(body, `name="becomes" value="900"`) {
		t.Error("typed in vain")
	}
	h.says(t, "both", ask, spoiled(form, "becomes", "5000"), "这几处请再看一遍", "差了十倍以上", "写的是 5,000 元")
	form.Set("sure", "1")
	h.refuses(t, "no room for what was asked", ask, spoiled(form, "reason", strings.Repeat("看了工资单", 195)), 422, "写短一点")
	if code, body := h.ask(t, ask, form); code != 303 {
		t.Fatalf("it is meant so: %d %s", code, text(body))
	}
	year := url.Values{"for": {"check"}, "about": {"home"}, "fact": {"income_12m"}, "was": {"9,360 元"}, "becomes": {"21600"},
		"from": {core.DateOf(h.Shell.Now()).String()}, "reason": {"看了工资单"}}
	h.says(t, "beside what waits", ask, spoiled(year, "becomes", "9400"), "写的是 900 元")
	_, body = h.ask(t, "/desk/people/changes", nil)
	if said := text(body); !strings.Contains(said, "系统问过:"+apart) || !strings.Contains(said, "提的人说没错") {
		t.Errorf("whoever decides does not read what was asked: %s", said)
	}
	h.cookie = h.second
	if code, body := h.ask(t, judging.FindString(body), url.Values{"say": {"accept"}, "reason": {"问过村里"}}); code != 303 {
		t.Fatalf("accept: %d %s", code, text(body))
	}
	h.says(t, "the household", motherAndSon+"?for=check", nil, "两处收入对不上", apart, "改全家一年收入")
	h.says(t, "her page", mother+"?for=check", nil, apart)
	if code, body := h.ask(t, ask, year); code != 303 {
		t.Fatalf("what makes them agree is asked about: %d %s", code, text(body))
	}
}

// What contradicts, and the question about a correction, on every size of screen.
func TestThePagesOfTwoIncomesFit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "visit:12", 20, strings.Replace(declaredFacts, "390", "900", 1))
	tab, at := h.desk(t)
	tab.Open(at + motherAndSon + "?for=check")
	tab.Wait("两处收入对不上")
	fits(t, tab, "desk-household-incomes")
	tab.View("desk-household-incomes-1440", 1440, 900)
	tab.Open(at + mother + "?for=check")
	tab.Wait("请问清楚改哪一个")
	fits(t, tab, "desk-person-incomes")
	tab.Open(at + "/desk/people/changes/ask/1?for=check&about=home&fact=income_12m")
	tab.Fill("input[name=becomes]", "180000")
	tab.Fill("textarea[name=reason]", "看了合作社的工资单")
	tab.Click("#main .btn.go")
	tab.Wait("这几处请再看一遍")
	fits(t, tab, "desk-ask-sure")
	tab.View("desk-ask-sure-1440", 1440, 900)
	tab.Click("button[name=again]")
	tab.Wait("从哪天起")
	tab.Quiet()
}
