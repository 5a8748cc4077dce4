package people_test

import (
	"net/url"
	"strings"
	"testing"

	"lianou/core"
)

// Who is born is a child, a grandchild or a kinsman of the one the household is called after,
// by who is in it, and was born within the year; a later registration is the police's, and the
// page says so. The last step says what will be registered of the child, and by what; from it
// one goes back to the form with all that was typed.
//
// Red by the form as it was: "is offered as a spouse: 200", "born on 1926-03-01: 200", "the
// last step: 女孩,是本人周桂兰的孙子女 (false)", "typed in vain".
func TestABirthIsWhatABirthCanBe(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	today := core.DateOf(h.Shell.Now())
	form := url.Values{"for": {"reported"}, "kind": {"birth"}, "day": {(today - 3).String()}, "proof": {"village"}, "name": {"王朵朵"}, "sex": {"female"}, "relation": {"grandchild"}}
	body := h.says(t, "the form", theirLife+"?for=reported&kind=birth", nil, "子女", "孙子女", "到派出所", "!配偶", "!祖父母", "!儿媳")
	if !strings.Contains(body, `min="`+today.AddDate(-1, 0, 0).String()+`"`) {
		t.Error("the calendar offers any day")
	}
	for _, relation := range []string{"spouse", "parent", "grandparent", "applicant", ""} {
		if code, body := h.ask(t, theirLife, spoiled(form, "relation", relation)); code != 422 {
			t.Errorf("is offered as a %s: %d %s", relation, code, text(body))
		}
	}
	for _, day := range []string{"1926-03-01", (today.AddDate(-1, 0, 0) - 1).String()} {
		if code, body := h.ask(t, theirLife, spoiled(form, "day", day)); code != 422 || !strings.Contains(text(body), "补登户口") || !strings.Contains(text(body), "派出所") {
			t.Errorf("born on %s: %d %s", day, code, text(body))
		}
	}
	h.says(t, "the last step", theirLife, form, "周桂兰家生了王朵朵", "女孩,是本人周桂兰的孙子女", "凭:村里证明", "回去改")
	body = h.says(t, "back at the form", theirLife, spoiled(form, "again", "1"), "孩子的姓名", "!还没有登记。")
	for _, kept := range []string{`name="name" value="王朵朵"`, `value="female" required checked`, `value="grandchild" selected`, `name="day" value="` + (today - 3).String(), `value="village" required checked`} {
		if !strings.Contains(body, kept) {
			t.Errorf("typed in vain: %s", kept)
		}
	}
	h.says(t, "nothing came of it", theirLife+"?for=reported", nil, "还没有登记过变动")
}

// Who was typed in by an officer has the officer's word beside their age and their kin, with its
// day and its proof, and no record of the police that nobody read.
//
// As it was: "公安户籍 2026-11 的记录" three times. Control: core/registry TestWhoSaysHowOldSomebodyIs.
func TestWhoWasTypedInIsNoRecordOfThePolice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	today := core.DateOf(h.Shell.Now())
	form := url.Values{"for": {"reported"}, "kind": {"birth"}, "day": {(today - 3).String()}, "proof": {"village"}, "name": {"王朵朵"}, "sex": {"female"}, "relation": {"grandchild"}, "sure": {"1"}}
	if code, body := h.ask(t, theirLife, form); code != 303 {
		t.Fatalf("register: %d %s", code, text(body))
	}
	_, body := h.ask(t, motherAndSon+"?for=check", nil)
	_, rest, _ := strings.Cut(body, `aria-label="这一家"`)
	rest, _, _ = strings.Cut(rest, "<b>王朵朵</b>")
	link := rest[strings.LastIndex(rest, `href="`)+len(`href="`):]
	page := text(h.says(t, "her page", link[:strings.Index(link, "?")]+"?for=check", nil, "年龄 0 岁 工作人员 "+today.String()+" 登记的,村里证明", "和申请人的关系 孙子女 工作人员 "+today.String()+" 登记的,村里证明"))
	if hers, _, _ := strings.Cut(page, "全家"); strings.Contains(hers, "公安户籍") {
		t.Errorf("a record of the police: %s", hers)
	}
	h.says(t, "her grandmother's", mother+"?for=check", nil, "年龄 59 岁 公安户籍")
}
