package standin

import (
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
	// A call made by hand is on the page, with its recording.
	tab.Click("#ring button")
	tab.Wait("打完了")
	tab.Open(base + "/exchange/")
	tab.Wait("还要送") // nobody delivers in this test
	tab.Accessible()
}
