package people_test

import (
	"net/url"
	"strings"
	"testing"

	"lianou/core"
)

// A child that is born to a mother of 59 is asked about on the last step, and registered by a
// tick and not without one; her grandchild is not, nor who comes and was born when she was 50, nor
// who is adopted.
//
// Controls: Birth without asksAge ("the last step"); asksAge that wants no tick ("without the tick:
// 303").
func TestAChildOfAMotherOfFiftyNineIsAskedAbout(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	form := url.Values{"for": {"reported"}, "kind": {"birth"}, "day": {(core.DateOf(h.Shell.Now()) - 3).String()}, "proof": {"village"}, "name": {"王朵朵"}, "sex": {"female"}, "relation": {"child"}}
	body := h.says(t, "the last step", theirLife, form, "周桂兰生王朵朵的时候 59 岁。确定是亲生的", "问过了,确定")
	if !strings.Contains(body, `name="certain" value="1" required`) {
		t.Error("nothing to tick")
	}
	h.says(t, "as a grandchild", theirLife, spoiled(form, "relation", "grandchild"), "!确定")
	h.refuses(t, "without the tick", theirLife, spoiled(form, "sure", "1"), 422, "先问清楚,打上钩")
	form.Set("certain", "1")
	if code, body := h.ask(t, theirLife, spoiled(form, "sure", "1")); code != 303 {
		t.Fatalf("certain: %d %s", code, text(body))
	}
	h.says(t, "a child of nine", theirLife, comes(h, "relation", "child", "came", "lives", "name", "李小新"), "!的时候 50 岁")
	h.says(t, "who is adopted", theirLife, comes(h, "relation", "child"), "收养登记证看过了", "!确定是亲生的")
}

// The question, on every size of screen.
func TestThePageOfAnUnlikelyParentFits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tab, at := h.desk(t)
	tab.Open(at + theirLife + "?for=reported&kind=birth")
	tab.Wait("孩子的姓名")
	tab.Fill("[name=name]", "王朵朵")
	tab.Eval(`document.querySelector("[name=relation]").value = "child"; document.querySelector("[name=day]").value = document.querySelector("[name=day]").max; ""`)
	tab.Click(`[name=sex][value=female]`)
	tab.Click(`[name=proof][value=paper]`)
	tab.Click("#main .btn.go")
	tab.Wait("确定是亲生的")
	fits(t, tab, "desk-life-unlikely")
	tab.View("desk-life-unlikely-1440", 1440, 900)
	tab.Quiet()
}
