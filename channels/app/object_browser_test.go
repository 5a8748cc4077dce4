package app

import (
	"testing"

	browsertest "lianou/channels/browsertest"
	"lianou/channels/channeltest"
)

// The pages on which a villager objects, in a real browser: no fault of axe, whole at 320 px with
// letters twice as large, at 360 and at 1366 px; what was written comes back after a mistake, and
// the number leads to what came of it.
//
// Control (named): a label without its field.
func TestObjectingInBrowser(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	d.hangs(t)
	tab := browsertest.Start(t).Tab(t)
	tab.Phone()
	tab.Open(s.URL + "/c/app/board/" + channeltest.Town)
	tab.Wait("我有不同意见")
	held(tab)
	tab.View("app-object-board", 360, 800)
	tab.View("app-object-board-wide", 1366, 768)
	tab.Phone()
	tab.Go(`main a[href*="/object/"]`)
	tab.Wait("哪里不对")
	held(tab)
	tab.View("app-object", 360, 800)
	tab.View("app-object-wide", 1366, 768)
	tab.Phone()
	fill(tab, "#says", "他家有辆面包车")
	fill(tab, "#phone", "12")
	tab.Go("main form .big")
	tab.Wait("手机号不对")
	held(tab)
	tab.View("app-object-wrong", 360, 800)
	tab.Phone()
	if kept := tab.Eval(`document.querySelector("#says").value`); kept != "他家有辆面包车" {
		t.Errorf("what was written: %q", kept)
	}
	fill(tab, "#phone", "")
	tab.Go("main form .big")
	tab.Wait("意见回执号")
	held(tab)
	tab.View("app-objected", 360, 800)
	number := tab.Eval(`document.querySelector(".receipt").textContent`)
	tab.Go(`main a[href$="/objection"]`)
	tab.Wait("查我提的意见")
	held(tab)
	fill(tab, "#number", number)
	tab.Go("main form .big")
	tab.Wait("镇上在核实")
	held(tab)
	tab.View("app-objection", 360, 800)
	tab.View("app-objection-wide", 1366, 768)
	if n := d.count(t, `select count(*) from objection_sent`); n != 1 {
		t.Errorf("%d were kept", n)
	}
}
