package people_test

import (
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"

	"lianou/channels/browsertest"
	"lianou/core"
	"lianou/core/staff"
)

// desk opens a browser in which the officer is logged in.
func (h *house) desk(t *testing.T) (tab *browsertest.Tab, at string) {
	t.Helper()
	return h.deskOf(t, officer)
}

func (h *house) deskOf(t *testing.T, login string) (tab *browsertest.Tab, at string) {
	t.Helper()
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	tab = browsertest.Start(t).Tab(t)
	tab.Laptop()
	tab.Open(site.URL + "/desk/login")
	tab.Fill("input[name=login]", login)
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	return tab, site.URL
}

// fits holds a page to what every page is held to: a laptop, a narrow phone, letters of
// twice the size, and a finger.
func fits(t *testing.T, tab *browsertest.Tab, name string) {
	t.Helper()
	tab.Laptop()
	tab.Faultless()
	tab.Legible()
	tab.Shot(name)
	tab.View(name+"-view", 1366, 768)
	tab.Large(true)
	tab.Whole()
	tab.Large(false)
	tab.Touchscreen(360)
	tab.Faultless()
	tab.Whole()
	tab.Legible()
	tab.Shot(name + "-phone")
	tab.Laptop()
}

const down, enter = "\u0301", "\r"

// The search is done by keys alone: the purpose once in a sitting, the box by /, arrows
// through the people, Enter opens. The address never says who was looked for, and in
// another window of the day the purpose is still chosen.
//
// Controls: people.js without keydown ("the arrow does not walk"); the form as GET (the
// address says 桂兰).
func TestThePeopleAreFoundByKeysAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tab, at := h.desk(t)
	tab.Open(at + "/desk/people")
	fits(t, tab, "desk-people-empty")
	tab.Click(`[name=for][value=check]`)
	tab.Press("/", false)
	if got := tab.Focused(); got != "q" {
		t.Errorf("/ leads to %s", got)
	}
	tab.Eval(`document.querySelector("[name=q]").select(); ""`) // the key that led here is typed too where keys are only sent
	tab.Press("东街村 19671020", false)
	tab.Press(enter, false)
	tab.Wait("查到 1 个人")
	tab.Press("/", false)
	tab.Eval(`document.querySelector("[name=q]").select(); ""`)
	tab.Press("王小军", false)
	tab.Press(enter, false)
	tab.Until("the son is found", `document.querySelector(".hits")?.innerText.includes("王小军")`)
	fits(t, tab, "desk-people-search")
	tab.Eval(`document.querySelector("[name=q]").focus(); ""`)
	tab.Press(down, false)
	if got := tab.Focused(); got != "A /desk/people/2?for=check" {
		t.Errorf("the arrow does not walk: %s", got)
	}
	tab.GoByKey(enter, false)
	tab.Wait("一起生活的 2 口人")
	if where := tab.Eval(`location.href`); where != at+"/desk/people/2?for=check" {
		t.Errorf("the address says %s", where)
	}
	tab.Open(at + "/desk/people")
	if got := tab.Eval(`document.querySelector("[data-look]").elements.for.value`); got != "check" {
		t.Errorf("the purpose is asked for again: %q", got)
	}
	tab.Fill("input[name=q]", "没有这个人吧")
	tab.Press(enter, false)
	tab.Wait("没有查到")
	tab.Fill("input[name=q]", "王小军")
	tab.Press(enter, false)
	tab.Wait("查到 1 个人")
	tab.Fill("input[name=q]", "x!")
	tab.Press(enter, false)
	tab.Wait("请用姓名")
	// Control: people.js without afterRequest ("查到 1 个人" under the refusal).
	if left := tab.Eval(`document.getElementById("found").textContent`); left != "" {
		t.Errorf("under a refusal stands what was found before: %q", left)
	}
	tab.Quiet()
}

// What is known of somebody, with its history open, on every size of screen; on a narrow phone
// it is short, and what is folded there opens by a key.
//
// Red by the page as it was, 8,756 px long in its picture.
func TestThePageOfAPersonFits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "registry:means", 500, `{"income_per_capita_month": 610, "income_12m": 14640}`)
	h.learn(t, 1, 0, "visit:12", 20, `{"income_per_capita_month": 390, "financial_assets_per_capita": 2000}`)
	h.learn(t, 1, 2, "citizen", 300, `{"self_paid_medical_12m": 4200}`)
	tab, at := h.desk(t)
	tab.Open(at + mother + "?for=check")
	tab.Eval(`document.querySelectorAll(".more").forEach(d => d.open = true); ""`)
	fits(t, tab, "desk-person-history")
	tab.Eval(`document.querySelectorAll(".more").forEach(d => d.open = false); ""`)
	tab.Open(at + "/desk/people/2?for=check")
	fits(t, tab, "desk-person-facts")
	tab.Touchscreen(360)
	if tall, _ := strconv.Atoi(tab.Eval(`String(document.documentElement.scrollHeight)`)); tall == 0 || tall > 4500 {
		t.Errorf("on a narrow phone it is %d px long", tall)
	}
	tab.Eval(`document.querySelector(".fold summary").focus(); ""`)
	tab.Press(enter, false)
	tab.Until("what is folded opens by a key", `document.querySelector(".fold").open && document.querySelector(".fold").innerText.includes("大病")`)
	tab.Faultless()
	tab.Whole()
	tab.Laptop()
	tab.Click("aside summary")
	tab.Fill(`aside [name=reason]`, "对一下户口本")
	tab.Click("aside details[open] .btn")
	tab.Until("the number is shown", `document.getElementById("n-id").innerText.length === 18 && !document.getElementById("n-id").innerText.includes("*")`)
	tab.Open(at + "/desk/people/2")
	tab.Wait("为什么要看")
	fits(t, tab, "desk-person-why")
	tab.Click(`[value=visit]`)
	tab.Go(".btn.go")
	tab.Wait("为了:上门前看")
	tab.Eval(`document.querySelector("[name=on]").value = "2026-10-25"; ""`)
	tab.Go(".asof .btn")
	tab.Wait("这是 2026年10月25日的情况")
	tab.Quiet()
}

// A household beside all items, with nothing and with everything open, on every size of
// screen.
func TestThePageOfAHouseholdFits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "visit:12", 20, declaredFacts)
	tab, at := h.desk(t)
	tab.Open(at + motherAndSon + "?for=visit")
	fits(t, tab, "desk-household-findings")
	tab.Eval(`document.querySelectorAll("details").forEach(d => d.open = true); ""`)
	fits(t, tab, "desk-household-open")
	tab.Go("aside a.open")
	tab.Wait("为了:上门前看")
	tab.Quiet()
}

// A contest and what happens in a family, from the household's page and back, on every
// size of screen.
func TestThePagesOfAContestAndOfALifeFit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "visit:12", 20, declaredFacts)
	h.opened(t, 1, "4071882635", "MZ-01")
	tab, at := h.desk(t)
	tab.Open(at + motherAndSon + "?for=call")
	tab.Go(`a[href*="/contest/"]`)
	tab.Wait("照原话记")
	tab.Faultless()
	tab.Go(`a[href*="of=0"][href$="income_per_capita_month"]`)
	tab.Fill("[name=becomes]", "210")
	tab.Fill("[name=reason]", "冬天没活,我一个月就两百来块。")
	tab.Eval(`document.querySelector("[name=from]").value = document.querySelector("[name=from]").max; ""`)
	fits(t, tab, "desk-contest-form")
	tab.Click(".btn.go")
	tab.Wait("异议记下了")
	tab.Wait("冬天没活")
	tab.Open(at + "/desk/people/changes")
	tab.Wait("本人有异议")
	fits(t, tab, "desk-changes")
	h.cookie = h.second
	_, body := h.ask(t, "/desk/people/changes", nil)
	h.ask(t, judging.FindString(body), url.Values{"say": {"refuse"}, "reason": {"合作社的工资单是 390 元。"}})
	tab.Open(at + "/desk/township")
	tab.Wait("要答复本人的")
	fits(t, tab, "desk-township-asks")
	tab.Open(at + "/desk/people/changes")
	tab.Wait("已经告诉了")
	fits(t, tab, "desk-untold")
	tab.Open(at + theirLife + "?for=reported")
	tab.Faultless()
	tab.Go(`a[href$="kind=split"]`)
	tab.Wait("谁分出去")
	fits(t, tab, "desk-life-split")
	tab.Open(at + theirLife + "?for=reported&kind=death")
	tab.Click(`[name=member][value="2"]`)
	tab.Click(`[name=proof][value=visit]`)
	tab.Fill("[name=words]", "邻居赵大娘说他昨天夜里走的")
	fits(t, tab, "desk-life-death-said")
	tab.Click(`[name=proof][value=cremation]`)
	tab.Fill("[name=number]", "德火字 20261107 号")
	fits(t, tab, "desk-life-death-paper")
	tab.Eval(`document.querySelector("[name=day]").value = document.querySelector("[name=day]").max; ""`)
	tab.Click(".btn.go")
	tab.Wait("还没有登记")
	tab.Wait("火化证明,编号")
	fits(t, tab, "desk-life-sure")
	tab.Eval(`document.querySelector(".btn.go").click(); ""`) // the page was just measured at three widths: a pointer may miss what still moves
	tab.Wait("登记了")
	tab.Click(".more summary")
	tab.Click("[name=sure]")
	tab.Fill("[name=reason]", "是他弟弟去世,登成他了")
	tab.Faultless()
	tab.Click(".more[open] .btn")
	tab.Wait("恢复到登记以前")
	tab.Quiet()
}

// The page of somebody who died, and of the household in which nobody is left, today and on a
// day before, on every size of screen.
func TestThePagesOfWhoIsGoneFit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	home, person := h.byHimself(t)
	day := h.happened(t, home, "death", 2, "member", person[len("/desk/people/"):])
	tab, at := h.desk(t)
	tab.Open(at + person + "?for=check")
	tab.Wait("已去世")
	fits(t, tab, "desk-person-gone")
	tab.Open(at + home + "?for=check&on=" + (day - 1).String())
	tab.Wait("那天一起生活的 1 口人")
	fits(t, tab, "desk-household-then")
	tab.Open(at + home + "?for=check")
	tab.Wait("这一家没有人了")
	fits(t, tab, "desk-household-empty")
	tab.Click(".more summary")
	tab.Click("[name=sure]")
	tab.Fill("[name=reason]", "他本人今天到窗口来了")
	tab.Click(".more[open] .btn")
	tab.Wait("恢复到登记以前")
	tab.Quiet()
}

// What takes people of two households, told by the county: every form, what a slip is
// answered, and what an adoption would touch, on every size of screen.
// Controls: whose child it becomes without its label ("select-name"); a page without
// villages.js ("only the villages of the town stand in the choice" is never so).
func TestThePagesOfTwoHouseholdsFit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.openedIn(t, "371424103", 2, "4071882643", "MZ-01")
	h.openedIn(t, "371424106", 3, "4071882651", "MZ-04")
	tab, at := h.deskOf(t, county)
	tab.Open(at + zhangs + "?for=reported")
	tab.Wait("由镇上登记")
	fits(t, tab, "desk-life-county")
	for _, kind := range []struct{ value, says string }{{"move_town", "住到哪个乡镇"}, {"divorce", "在新家里是"}, {"marriage", "婚后住在哪一家"}, {"move_in", "谁搬回来"}, {"adoption", "收养谁"}} {
		tab.Open(at + zhangs + "?for=reported&kind=" + kind.value)
		tab.Wait(kind.says)
		fits(t, tab, "desk-life-"+kind.value)
		if kind.value == "move_town" {
			tab.Eval(`{const s = document.querySelector("[name=town]"); s.value = "371424106"; s.dispatchEvent(new Event("change", {bubbles: true}))}; ""`)
			tab.Until("only the villages of the town stand in the choice", `(v => v.required && v.options.length > 1 && [...v.options].every(o => !o.value || o.value.startsWith("371424106")))(document.querySelector("[name=village]"))`)
		}
	}
	tab.Open(at + zhangs + "?for=reported&kind=divorce")
	tab.Eval(`{const f = document.forms[document.forms.length - 1], set = (n, v) => { f.elements[n].value = v; f.elements[n].dispatchEvent(new Event("change", {bubbles: true})); };
		set("relation-3", "applicant"); set("town", "371424103"); set("village", "371424103200"); set("day", f.elements.day.max)}; ""`)
	tab.Click(`[name=proof][value=paper]`)
	tab.Click("#main .btn.go")
	tab.Wait("留下的人,以后在这一家里是")
	fits(t, tab, "desk-life-stays")
	tab.Open(at + zhangs + "?for=reported&kind=adoption")
	tab.Fill("[name=name]", "陈家明")
	tab.Fill("[name=other]", child17+string(core.IDCheckDigit(child17)))
	tab.Eval(`document.querySelector("[name=relation]").value = "grandchild"; ""`)
	tab.Eval(`document.querySelector("[name=day]").value = document.querySelector("[name=day]").max; ""`)
	tab.Click(`[name=proof][value=paper]`)
	tab.Click("#main .btn.go")
	tab.Wait("没有找到")
	fits(t, tab, "desk-life-slip")
	tab.Fill("[name=name]", "陈佳明")
	tab.Click("#main .btn.go")
	tab.Wait("还没有登记")
	tab.Wait("4071882651")
	fits(t, tab, "desk-life-two")
	tab.Click("[name=seen]")
	tab.Eval(`document.querySelector("#main .btn.go").click(); ""`) // just measured at three widths: a pointer may miss what still moves
	tab.Wait("登记了")
	tab.Wait("看过证件、证明原件")
	fits(t, tab, "desk-life-adopted")
	tab.Quiet()
}
