package app

import (
	"strings"
	"testing"

	"lianou/channels/browsertest"
	"lianou/channels/channeltest"
)

// Somebody says by which way they want to be told first (F69): the page keeps it, shows it
// when they come back, and says that the others follow; a way that is none changes nothing.
//
// Control: showNews without Way (`comes back: "" is ticked, want voice`).
func TestByWhichWayToBeToldFirst(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	tab := browsertest.Start(t).Tab(t)
	tab.Phone()
	tab.Open(s.URL + "/c/app/news")
	fill(tab, "#phone", channeltest.Phone)
	tab.Go("main form .big")
	tab.Wait("登录码发到这个手机了")
	fill(tab, "#code", d.phone.code())
	tab.Go("main form .big")
	tab.Wait("先用哪种办法告诉您")
	if now := tab.Eval(`document.querySelector("[name=way]:checked").value`); now != "" {
		t.Errorf("of whom nothing is known %q is ticked", now)
	}
	held(tab)
	tab.Click(`[name=way][value=voice]`)
	tab.Go("main form .big")
	tab.Wait("先打电话念给您听。没收到,再用别的办法")
	held(tab)
	tab.View("app-way", 360, 800)
	tab.Open(s.URL + "/c/app/news")
	if now := tab.Eval(`document.querySelector("[name=way]:checked").value`); now != "voice" {
		t.Errorf("comes back: %q is ticked, want voice", now)
	}
	tab.Eval(`(document.querySelector("[name=way]:checked").value = "pigeon", "")`)
	tab.Go("main form .big")
	tab.Wait("请选一种告诉您的办法")
	held(tab)
	if n := d.count(t, `select count(*) from contact_wish where channel = 'voice'`); n != 1 {
		t.Errorf("%d wishes, want 1", n)
	}
	if n := d.count(t, `select count(*) from contact_wish`); n != 1 {
		t.Errorf("%d wishes in all, want 1", n)
	}
	if text := tab.Text("main"); strings.Contains(text, "pigeon") {
		t.Error("the page says back what is none")
	}
	tab.Quiet()
}
