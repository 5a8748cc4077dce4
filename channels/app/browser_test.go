package app

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	browsertest "lianou/channels/browsertest"
	"lianou/channels/channeltest"
)

// The whole way in a real browser under the pages' own policy: log in, step through
// the form, read who is told, sign with the finger, hold the number.
//
// Control: show that does not call told (`who is told, before it is sent: ""`).
func TestPagesInBrowser(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	tab := browsertest.Start(t).Tab(t)
	tab.Phone()
	tab.Open(s.URL + "/c/app/")
	tab.Wait("家里遇到难处")
	held(tab)
	tab.Shot("app-home")
	tab.Open(s.URL + "/c/app/apply")
	held(tab)
	fill(tab, "#phone", channeltest.Phone)
	tab.Shot("app-enter")
	tab.Go("main form .big")
	tab.Wait("登录码发到这个手机了")
	held(tab)
	fill(tab, "#code", d.phone.code())
	tab.Go("main form .big")
	tab.Wait("您是谁")
	held(tab)
	tab.Shot("app-form-1")

	picture := filepath.Join(t.TempDir(), "front.png")
	must(t, os.WriteFile(picture, photo(t), 0o600))
	fill(tab, `[name="form/applicant.name"]`, "张桂兰")
	fill(tab, `[name="form/applicant.id_number"]`, channeltest.ID)
	fill(tab, `[name="form/contact.phone"]`, channeltest.Phone)
	tab.Upload("#id_front", picture)
	tab.Click("#next")
	tab.Wait("住在哪里")
	held(tab)
	tab.Choose(`[name="form/live.region"]`, channeltest.Town)
	for _, title := range []string{"家里几口人", "收入和开销", "房子和财产", "遇到了什么难处", "钱打到哪张卡", "看一遍,签个名"} {
		tab.Click("#next")
		tab.Wait(title)
		held(tab)
		if title == "家里几口人" {
			tab.Shot("app-form-3")
		}
	}
	if told := tab.Eval(`[...document.querySelectorAll("[data-told]")].filter((p) => p.offsetParent).map((p) => p.innerText).join("|")`); told != "办得怎么样,告诉本人,发到 138****0001。" {
		t.Errorf("who is told, before it is sent: %q", told)
	}
	tab.Click(`[name="consent/process"]`)
	tab.Click(`[name="consent/means_check"]`)
	tab.Draw("canvas.pad")
	tab.Shot("app-form-sign")
	tab.Go(`#apply button[type=submit]`)
	tab.Wait("记下这个号")
	held(tab)
	tab.Shot("app-receipt")
	if n := d.count(t, `select count(*) from application where channel = 'app'`); n != 1 {
		t.Errorf("%d applications", n)
	}
	tab.Open(s.URL + "/c/app/mine")
	tab.Wait("我的求助")
	held(tab)
	for _, page := range []struct{ at, says string }{{"news", "消息"}, {"mine/4071882635", "没有办成"}} {
		tab.Open(s.URL + "/c/app/" + page.at)
		tab.Wait(page.says)
		held(tab)
	}
	tab.Open(s.URL + "/c/app/mine")
	tab.Go(".head .plain")
	tab.Wait("关掉大字")
	held(tab)
	tab.Shot("app-care")
}

func fill(tab *browsertest.Tab, sel, text string) {
	tab.Eval(fmt.Sprintf(`(()=>{const e=document.querySelector(%q);e.value=%q;return e.value})()`, sel, text))
}
