package browsertest

import (
	"fmt"

	"github.com/chromedp/chromedp"
)

// Narrow makes the window an old phone's.
func (tab *Tab) Narrow() { run(tab, "narrow the window", chromedp.EmulateViewport(320, 640)) }

// least is the smallest side of what a finger must hit, in CSS pixels.
const least = 44

// Tappable fails the test for everything on the page that is to be tapped and is smaller
// than a finger. A box beside its words is tapped by either.
func (tab *Tab) Tappable() {
	tab.t.Helper()
	const small = `(() => [...document.querySelectorAll("a[href],button,input:not([type=hidden]),select,textarea,summary")].map((e) => {
		const at = e.matches("input[type=checkbox],input[type=radio]") && e.closest("label") || e;
		const r = at.getBoundingClientRect();
		if (r.width === 0 || r.height === 0 || r.right <= 0 || r.bottom <= 0 && getComputedStyle(e).position === "absolute") return "";
		return r.width + .5 < %d || r.height + .5 < %d ? Math.round(r.width) + "x" + Math.round(r.height) + " " + e.outerHTML.slice(0, 90) : "";
	}).filter(Boolean).join(" | "))()`
	if bad := tab.Eval(fmt.Sprintf(small, least, least)); bad != "" {
		tab.t.Errorf("too small for a finger: %s", bad)
	}
}

// Await runs a script that promises a string, and waits for it.
func (tab *Tab) Await(js string) string {
	tab.t.Helper()
	return run(tab, "await", chromedp.Evaluate[string](js, chromedp.EvalAwaitPromise))
}
