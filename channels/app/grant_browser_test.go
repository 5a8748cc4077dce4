package app

import (
	"strings"
	"testing"

	browsertest "lianou/channels/browsertest"
	"lianou/channels/channeltest"
	"lianou/core"
)

// An old man asks his neighbour to do it for him: he reads her a code, she takes it up,
// files for him and sees how it goes; he ends it, and she sees nothing more. On a
// telephone, in care mode on 320 px.
//
// Control seen red: the code in the letters of the text ("not in large letters"), and on one line ("the page scrolls sideways").
func TestAnOldManIsHelpedInBrowser(t *testing.T) {
	t.Parallel()
	d := helping(t)
	s := d.serve(t)
	chrome := browsertest.Start(t)
	tab := chrome.Tab(t)
	look := func(name string) {
		t.Helper()
		tab.Faultless()
		tab.Shot(name)
		tab.Narrow()
		tab.Legible()
		tab.Tappable()
		tab.Phone()
	}
	enter := func(number string) {
		t.Helper()
		tab.Phone()
		tab.Open(s.URL + "/c/app/mine")
		fill(tab, "#phone", number)
		tab.Go("main form .big")
		tab.Wait("登录码发到这个手机了")
		fill(tab, "#code", d.phone.code())
		tab.Go("main form .big")
		tab.Wait("我的账号")
	}
	enter(channeltest.Phone)
	tab.Go(".head .plain")
	tab.Wait("关掉大字")
	tab.Open(s.URL + "/c/app/invite")
	look("app-invite-form")
	fill(tab, "#name", "张桂兰")
	fill(tab, "#id_number", channeltest.ID)
	tab.Click(`input[name="kind"][value="entrusted"]`)
	tab.Go("main .form .big")
	tab.Wait("念给帮您的人")
	look("app-invite")
	code := strings.TrimSpace(tab.Text(".code"))
	if len(code) != 9 || tab.Eval(`String(parseFloat(getComputedStyle(document.querySelector(".code")).fontSize) >= 32)`) != "true" {
		t.Errorf("the code %q is not in large letters, in groups", code)
	}
	// She rings the wrong number first: the code is taken back, and another one read out.
	tab.Open(s.URL + "/c/app/acting")
	tab.Wait("代办码等着人接")
	look("app-helpers-waiting")
	tab.Go(".list .plain")
	tab.Wait("谁拿着这个码都没用了")
	look("app-helperend-waiting")
	tab.Go("main .form .big")
	tab.Wait("办好了")
	tab.Open(s.URL + "/c/app/invite")
	fill(tab, "#name", "张桂兰")
	fill(tab, "#id_number", channeltest.ID)
	tab.Click(`input[name="kind"][value="entrusted"]`)
	tab.Go("main .form .big")
	tab.Wait("念给帮您的人")
	was := code
	code = strings.TrimSpace(tab.Text(".code"))
	neighbour := newBrowser(t, s)
	neighbour.enterBy(d, "13905349999")
	tab.Open(s.URL + "/c/app/accept")
	look("app-accept-form")
	fill(tab, "#code", code)
	fill(tab, "#name", "张桂芳")
	tab.Go("main .form .big")
	tab.Wait("对不上")
	look("app-accept-wrong")
	if _, page, _ := neighbour.post("/accept", map[string][]string{"code": {was}, "name": {"张桂兰"}}); !strings.Contains(page, "对不上") {
		t.Error("a code that was taken back opens")
	}
	_, page, _ := neighbour.post("/accept", map[string][]string{"code": {code}, "name": {"张桂兰"}})
	if !strings.Contains(page, "替 张桂兰 办") || strings.Contains(page, channeltest.ID) {
		t.Error("she does not read what she takes on")
	}
	fill(tab, "#code", code)
	fill(tab, "#name", "张桂兰")
	tab.Go("main .form .big")
	tab.Wait("替 张桂兰 办")
	look("app-accept")
	if _, page, _ = neighbour.post("/accept", map[string][]string{"code": {code}, "name": {"张桂兰"}, "agent": {"李秀英"}, "sure": {"1"}}); !strings.Contains(page, "您可以替张桂兰办") {
		t.Error("not taken up")
	}
	helper := d.as(t, "13905349999")
	receipt := d.file(t, filing{account: helper.Citizen.ID, name: "张桂兰", number: channeltest.ID, as: core.CapacityEntrusted})
	if status, _, _ := neighbour.get("/mine/" + string(receipt)); status != 200 {
		t.Errorf("she sees how it goes: %d", status)
	}
	tab.Open(s.URL + "/c/app/acting")
	tab.Wait("李秀英 替 张桂兰 办")
	look("app-helpers")
	tab.Go(".list .plain")
	tab.Wait("要收回吗")
	look("app-helperend")
	tab.Go("main .form .big")
	tab.Wait("从现在起就不能再替着办")
	if status, page, _ := neighbour.get("/mine/" + string(receipt)); status < 400 && !strings.Contains(page, "收回") {
		t.Errorf("she still sees it: %d", status)
	}
}
