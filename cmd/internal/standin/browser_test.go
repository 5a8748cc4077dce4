package standin

import (
	"fmt"
	"strings"
	"testing"

	"lianou/channels/browsertest"
)

// The pages in a real browser, held to axe-core.
func TestPagesInBrowser(t *testing.T) {
	t.Parallel()
	s, base, _ := world(t, nil)
	_ = s.Break(Fault{Service: Bank, Mode: ModeLose, Times: -1})
	tab := browsertest.Start(t).Tab(t)
	tab.Desk()
	for _, page := range []struct{ path, want, shot string }{
		{"/phone?person=c", "陈立国,要我们帮什么?", "standin-phone"}, {"/admin", "现在开着的", "standin-admin"}, {"/exchange/", "打一个 12345", "standin-exchange"},
	} {
		tab.Open(base + page.path)
		tab.Wait(page.want)
		tab.Accessible()
		tab.Shot(page.shot)
	}
	// Another caller brings other words; typed ones stay.
	words := `document.querySelector("#ring textarea").value`
	choose := func(key int) {
		tab.Eval(fmt.Sprintf(`(()=>{const s=document.querySelector("#ring select");s.selectedIndex=%d;s.dispatchEvent(new Event("change"));return ""})()`, key))
	}
	choose(2)
	if said := tab.Eval(words); !strings.Contains(said, "陈立国") {
		t.Errorf("the third caller says %s", said)
	}
	tab.Eval(`document.querySelector("#ring textarea").value="我自己说"`)
	choose(0)
	if said := tab.Eval(words); said != "我自己说" {
		t.Errorf("typed words became %s", said)
	}
	// A call made by hand is on the page, with its recording.
	tab.Click("#ring button")
	tab.Wait("打完了")
	tab.Open(base + "/exchange/")
	tab.Wait("还要送") // nobody delivers in this test
	tab.Accessible()
}
