package browsertest

import (
	"context"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// cutNetwork is the older command, which tells the page as well; the newer one by rules
// is not in every Chromium that people have.
var cutNetwork = cdp.Command[network.OverrideNetworkStateParams, cdp.Empty]{Method: "Network.emulateNetworkConditions"}

// Offline cuts the window's network, or mends it, as when somebody pulls the cable.
func (tab *Tab) Offline(cut bool) {
	tab.t.Helper()
	run(tab, "cut the network", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, cutNetwork, network.OverrideNetworkStateParams{Offline: cut, DownloadThroughput: -1, UploadThroughput: -1})
		return err
	}))
}

// crashing bounds the wait for an answer that a process which is killed does not give.
const crashing = 3 * time.Second

// Crash kills the process that shows the window's page, as a fault of the browser does.
// The window is of no use afterwards; Beside opens the next one.
func (tab *Tab) Crash() {
	ctx, stop := context.WithTimeout(tab.ctx, crashing)
	defer stop()
	_, _ = chromedp.Run(ctx, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, page.Crash, cdp.Empty{})
		return err
	}))
}

// Beside opens another window of the same person: the same cookies and storage.
func (tab *Tab) Beside() *Tab {
	tab.t.Helper()
	ctx, stop := chromedp.NewContext(tab.ctx)
	tab.t.Cleanup(stop)
	next := &Tab{t: tab.t, ctx: ctx, shots: tab.shots, console: &console{}}
	if err := chromedp.Do(ctx); err != nil {
		tab.t.Fatalf("open a window: %v", err)
	}
	next.console.listen(ctx)
	return next
}
