package browsertest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/chromedp"
)

// console keeps what the browser complained about in one tab.
type console struct {
	mu    sync.Mutex
	lines []string
}

// listen collects errors and warnings: uncaught exceptions, forbidden scripts and
// styles, files that did not come. A page that answers 4xx on purpose is none.
func (c *console) listen(ctx context.Context) {
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			bad := m.IsException() || m.Type == "error" || m.Type == "warning" || m.Source == "security"
			if !bad || strings.Contains(m.Text, "responded with a status of 4") || strings.HasPrefix(m.Text, "htmx:sendAbort") || strings.HasPrefix(m.Text, "htmx:afterRequest") {
				continue // refused on purpose, or a question replaced by a newer one
			}
			c.mu.Lock()
			c.lines = append(c.lines, m.String())
			c.mu.Unlock()
		}
	}()
}

// Quiet fails the test when the browser has complained since the tab was opened:
// an exception, a breach of the content security policy, a file that is missing.
func (tab *Tab) Quiet() {
	tab.t.Helper()
	tab.console.mu.Lock()
	defer tab.console.mu.Unlock()
	for _, line := range tab.console.lines {
		tab.t.Errorf("the browser complains: %s", line)
	}
	tab.console.lines = nil
}

// Large doubles the size of the page's letters, as people with weak eyes do.
func (tab *Tab) Large(on bool) {
	tab.t.Helper()
	size := ""
	if on {
		size = "200%"
	}
	tab.Eval(fmt.Sprintf(`document.documentElement.style.fontSize = %q; ""`, size))
}

// Whole fails the test when the page scrolls sideways or cuts off a text: letters
// wider than a box that hides what overflows.
func (tab *Tab) Whole() {
	tab.t.Helper()
	const cut = `(() => {
		const wide = document.documentElement.scrollWidth > document.documentElement.clientWidth + 1;
		const lost = [...document.querySelectorAll("main *, header *")].filter((e) => {
			const s = getComputedStyle(e);
			return e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 2 && (s.overflowX === "hidden" || s.overflowX === "clip") && !e.matches("input,select,textarea,svg *");
		}).map((e) => e.outerHTML.slice(0, 120));
		return (wide ? "scrolls sideways; " : "") + lost.join(" | ");
	})()`
	if lost := tab.Eval(cut); lost != "" {
		tab.t.Errorf("content is lost: %s", lost)
	}
}

// Press sends keys to whatever has the focus; ctrl holds the control key.
func (tab *Tab) Press(keys string, ctrl bool) {
	tab.t.Helper()
	var opts []chromedp.KeyOption
	if ctrl {
		opts = append(opts, chromedp.KeyModifiers(chromedp.ModifierCtrl))
	}
	run(tab, "press "+keys, chromedp.KeyEvent(keys, opts...))
}

// GoByKey presses keys that lead to another page and waits for it.
func (tab *Tab) GoByKey(keys string, ctrl bool) {
	tab.t.Helper()
	var opts []chromedp.KeyOption
	if ctrl {
		opts = append(opts, chromedp.KeyModifiers(chromedp.ModifierCtrl))
	}
	ctx, stop := context.WithTimeout(tab.ctx, stepLimit)
	defer stop()
	if _, err := chromedp.RunResponse(ctx, chromedp.KeyEvent(keys, opts...)); err != nil {
		tab.t.Fatalf("go by key %q: %v\npage says: %s", keys, err, tab.says())
	}
}

// Focused names the element that has the focus, as "tag.class#id" or its text.
func (tab *Tab) Focused() string {
	tab.t.Helper()
	return tab.Eval(`(()=>{const e=document.activeElement;return (e.id&&"#"+e.id)||e.getAttribute("name")||(e.getAttribute("href")&&e.tagName+" "+e.getAttribute("href"))||e.tagName+" "+e.textContent.trim().slice(0,40)})()`)
}

// View keeps a picture of what the window shows, for documents; name is a path
// below the folder of pictures.
func (tab *Tab) View(name string, width, height int64) {
	if tab.shots == "" {
		return
	}
	run(tab, "size the window", chromedp.EmulateViewport(width, height))
	ctx, stop := context.WithTimeout(tab.ctx, stepLimit)
	defer stop()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = tab.keep(name, png)
	}
	if err != nil {
		tab.t.Logf("no picture of %s: %v", name, err)
	}
}

// pageChanged reports whether a question got no answer because its page gave way to
// another: the new one is to be asked. Chromium has four ways to say so.
func pageChanged(err error) bool {
	for _, words := range []string{"context", "navigated or closed", "was collected", "No frame"} {
		if strings.Contains(err.Error(), words) {
			return true
		}
	}
	return false
}

// notThere reports whether a question asked something of an element that is not there
// yet: a page that is still being read has its first elements before its last ones.
func notThere(err error) bool {
	return strings.Contains(err.Error(), "properties of null") || strings.Contains(err.Error(), "properties of undefined")
}

// Until waits until a script gives true, and says what was waited for.
func (tab *Tab) Until(what, js string) {
	tab.t.Helper()
	ctx, stop := context.WithTimeout(tab.ctx, stepLimit)
	defer stop()
	for {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool](js, chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(stepLimit)))
		switch {
		case err == nil:
			return
		case ctx.Err() == nil && pageChanged(err):
			continue
		case ctx.Err() == nil && notThere(err):
			select {
			case <-ctx.Done():
			case <-time.After(50 * time.Millisecond):
			}
			continue
		}
		tab.Shot("failed-" + tab.t.Name())
		tab.t.Fatalf("wait until %s: %v\npage says: %s", what, err, tab.says())
	}
}
