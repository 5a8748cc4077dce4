package app

import (
	"testing"

	"lianou/channels/browsertest"
	"lianou/channels/channeltest"
)

// Who reports for somebody else says what they are called, and reads before it is signed that they are
// told and at which number (features.md F70). For themselves nothing is asked.
//
// Controls: assemble without the name ("without a name: 家里几口人" in the browser, where its field is not
// required either); the line without its name ("告诉家里人,发到").
func TestWhoSpeaksForAnotherIsNamed(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	tab := browsertest.Start(t).Tab(t)
	tab.Phone()
	tab.Open(s.URL + "/c/app/apply")
	fill(tab, "#phone", channeltest.Phone)
	tab.Go("main form .big")
	tab.Wait("登录码发到这个手机了")
	fill(tab, "#code", d.phone.code())
	tab.Go("main form .big")
	tab.Wait("您是谁")
	asked := `String(document.querySelector("[data-others]").offsetParent !== null)`
	if tab.Eval(asked) != "false" {
		t.Error("who reports for themselves is asked who they are")
	}
	tab.Click(`[name="form/contact.capacity"][value=member]`)
	if tab.Eval(asked) != "true" {
		t.Error("who reports for another is not asked who they are")
	}
	held(tab)
	tab.View("app-whom", 360, 800)
	fill(tab, `[name="form/applicant.name"]`, "张桂兰")
	fill(tab, `[name="form/applicant.id_number"]`, channeltest.ID)
	fill(tab, `[name="form/contact.phone"]`, channeltest.Phone)
	tab.Click("#next")
	if now := tab.Eval(`[...document.querySelectorAll(".step h2")].filter((h) => h.offsetParent).map((h) => h.innerText).join()`); now != "您是谁" {
		t.Errorf("without a name: %s", now)
	}
	fill(tab, `[name="contact.name"]`, "王小明")
	tab.Click("#next")
	tab.Wait("住在哪里")
	tab.Choose(`[name="form/live.region"]`, channeltest.Town)
	for _, title := range []string{"家里几口人", "收入和开销", "房子和财产", "遇到了什么难处", "钱打到哪张卡", "看一遍,签个名"} {
		tab.Click("#next")
		tab.Wait(title)
	}
	const want = "办得怎么样,告诉家里人王小明,发到 138****0001。消息只发给这个号。"
	if told := tab.Eval(`[...document.querySelectorAll("[data-told]")].filter((p) => p.offsetParent).map((p) => p.innerText).join("|")`); told != want {
		t.Errorf("who is told: %q", told)
	}
	held(tab)
	// Whatever a page did not ask is asked when it comes in, and nothing that was filled in is lost.
	tab.Click(`[name="consent/process"]`)
	tab.Click(`[name="consent/means_check"]`)
	tab.Draw("canvas.pad")
	tab.Eval(`(document.querySelector('[name="contact.name"]').required = false, document.querySelector('[name="contact.name"]').value = "", "")`)
	tab.Go(`#apply button[type=submit]`)
	tab.Wait("请写上您自己怎么称呼")
	held(tab)
	if now := tab.Eval(`String(document.querySelector('[name="contact.name"]').offsetParent !== null)`); now != "true" {
		t.Error("the page that comes back does not stand where the name is missing")
	}
	if n := d.count(t, `select count(*) from application`); n != 0 {
		t.Errorf("%d applications", n)
	}
	fill(tab, `[name="contact.name"]`, "王小明")
	tab.Quiet()
}
