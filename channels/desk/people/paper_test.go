package people_test

import (
	"net/url"
	"strings"
	"testing"

	"lianou/core"
)

// An objection that was written down for the wrong family is called that by another officer, who
// is asked before; nobody waits to be told, nothing changes, and it stays on the page of the
// household, with who said so and why.
//
// Controls: judgeChange without mistaken ("422"); mistake deaf to sure ("not asked"); ended asked of
// every verdict but a withdrawal ("told that the family waits").
func TestAnObjectionOfNobodyIsTakenOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "visit:12", 20, declaredFacts)
	h.disputes(t)
	h.says(t, "who wrote it", "/desk/people/changes", nil, "这是本人的异议", "!记错了,本人没有提过")
	h.cookie = h.second
	body := h.says(t, "another", "/desk/people/changes", nil, "记错了,本人没有提过", "不告诉谁,留在那一家的页上")
	form := url.Values{"say": {"mistaken"}, "reason": {"问了记的同事,是隔壁那家的。"}}
	h.refuses(t, "without words", judging.FindString(body), spoiled(form, "reason", "同意"), 422, "写清楚问了谁")
	h.says(t, "asked", judging.FindString(body), form, "记错了,本人没有提过,确认无误?", "不答复本人,登记不变", "没错,就这样提交")
	h.says(t, "not kept yet", "/desk/people/changes", nil, "本人的异议 1 件")
	if code, _ := h.ask(t, judging.FindString(body), spoiled(form, "again", "1")); code != 303 {
		t.Errorf("back to the list: %d", code)
	}
	form.Set("sure", "1")
	if code, body := h.ask(t, judging.FindString(body), form); code != 303 {
		t.Fatalf("a mistake: %d %s", code, text(body))
	}
	h.says(t, "nobody waits", "/desk/people/changes", nil, "没有等着核的更正", "!要答复本人的", "!等着听结果")
	h.says(t, "the household", motherAndSon+"?for=check", nil, "记错了,本人没有提过", "记错了,没有告诉谁:问了记的同事,是隔壁那家的。")
	if n := h.entries(t, "change.mistaken", ""); n != 1 {
		t.Errorf("%d entries", n)
	}
}

// Whoever asks for a grade of disability names the certificate, and it is theirs; the second
// reads its end and day. What somebody asks for without it at hand is named by the second.
//
// Control: change deaf to the paper ("named: 422").
func TestACertificateIsNamedByWhoAsks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	form := url.Values{"for": {"check"}, "about": {"person"}, "fact": {"disability"}, "was": {"没有登记"}, "becomes": {"limb:2"},
		"from": {core.DateOf(h.Shell.Now()).String()}, "reason": {"看了残疾证"}}
	const ask = "/desk/people/changes/ask/1"
	page := h.says(t, "the form", ask+"?for=check&about=person&fact=disability", nil, "证件、文书的编号", "残疾人证号照着写:20 位", "发证、出具的那天")
	_, was, _ := strings.Cut(page, `name="was" value="`)
	was, _, _ = strings.Cut(was, `"`)
	form.Set("was", was)
	h.refuses(t, "not named", ask, form, 422, "写上证件或者文书上的编号和日期")
	h.refuses(t, "no day", ask, spoiled(form, "paper", "37142619671020002X42"), 422, "日期也要写")
	form.Set("paper_on", "2020-03-04")
	h.refuses(t, "half of it", ask, spoiled(form, "paper", "3714261967"), 422, "残疾人证号是 20 位")
	h.refuses(t, "of nobody here", ask, spoiled(form, "paper", child17+string(core.IDCheckDigit(child17))+"42"), 422, "不是这个人的身份证号")
	if code, body := h.ask(t, ask, spoiled(spoiled(spoiled(form, "self", "1"), "paper", ""), "paper_on", "")); code != 303 {
		t.Fatalf("at the person's wish, without it at hand: %d %s", code, text(body))
	}
	h.cookie = h.second
	body := h.says(t, "the second", "/desk/people/changes", nil, "要改的话:证件、文书的编号", "凭什么:残疾证")
	verdict := url.Values{"say": {"accept"}, "reason": {"看过残疾证"}, "paper": {herCard() + "42"}, "paper_on": {"2020-03-04"}}
	h.refuses(t, "named by nobody", judging.FindString(body), spoiled(spoiled(verdict, "paper", ""), "paper_on", ""), 422, "先写上证件或者文书的编号和日期")
	h.refuses(t, "another grade", judging.FindString(body), spoiled(verdict, "paper", herCard()+"41"), 422, "和选的不一样")
	if code, body := h.ask(t, judging.FindString(body), verdict); code != 303 {
		t.Fatalf("named by the second: %d %s", code, text(body))
	}
	page = h.says(t, "the person", mother+"?for=check", nil, "肢体二级", "证件 残疾人证,尾号")
	if strings.Contains(page, herCard()) {
		t.Error("the page shows a whole identity number")
	}
}

// What names a paper and what asks before a mistake, on every size of screen.
func TestThePagesOfAPaperFit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "visit:12", 20, declaredFacts)
	h.learn(t, 1, 0, "registry:housing", 30, `{"house_grade": "B"}`)
	h.disputes(t)
	tab, at := h.deskOf(t, officer)
	tab.Open(at + "/desk/people/changes/ask/1?for=check&about=home&fact=house_grade")
	tab.Wait("证件、文书的编号")
	fits(t, tab, "desk-change-paper")
	tab.Eval(`document.querySelector("[name=becomes]").value = "D"; document.querySelector("[name=paper_on]").value = "2020-11-01"; ""`)
	tab.Fill("[name=paper]", "平房鉴2020-118")
	tab.Fill("[name=reason]", "看了住建局的鉴定书")
	tab.Click("#main .btn.go")
	tab.Wait("更正请求提交了")
	tab.Quiet()
	tab, at = h.deskOf(t, approver)
	tab.Open(at + "/desk/people/changes")
	tab.Wait("平房鉴2020-118")
	fits(t, tab, "desk-changes-paper")
	tab.Fill("article [name=reason]", "问了记的同事,是隔壁那家的。")
	tab.Click(`[value=mistaken]`)
	tab.Wait("确认无误")
	fits(t, tab, "desk-change-mistaken")
	tab.Quiet()
}

// herCard is the mother's identity number, with which her certificate begins.
func herCard() string { return herNumber + string(core.IDCheckDigit(herNumber)) }
