// Package browsertest drives a real Chromium through the product's pages, for
// tests only: fill in, click, read, hold the page to axe-core, keep a picture.
//
// It must not know any page: selectors belong to the tests that use it.
package browsertest

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// axe-core is the accessibility engine the pages are held to. It is MPL-2.0, used
// unchanged and in tests only.
//
//go:embed testdata/axe-4.14.1.min.js
var axe string

// stepLimit bounds one step. Machines that run tests are slow and shared: a page that
// is judged beside five packages' tests takes ten times as long. One that really
// hangs still fails.
const stepLimit = 5 * time.Minute

// Browser is one Chromium, shared by the tabs of one test.
type Browser struct {
	ctx   context.Context
	shots string
}

// Start starts Chromium and stops it with the test. Pictures go to the folder
// named by LIANOU_SHOTS, or nowhere.
func Start(t testing.TB, more ...Option) *Browser {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1440, 900),
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("lang", "zh-CN"),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	for _, option := range more {
		opts = append(opts, option()...)
	}
	alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, stop := chromedp.NewContext(alloc)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // a browser that is killed leaves its socket's folder in /tmp
		stop()
		stopAlloc()
	})
	// The first run starts the browser and must carry no deadline: it would take
	// the browser down with it.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start chromium: %v", err)
	}
	return &Browser{ctx: ctx, shots: os.Getenv("LIANOU_SHOTS")}
}

// Tab is one window with its own cookies.
type Tab struct {
	t       testing.TB
	ctx     context.Context
	shots   string
	console *console
}

// Tab opens a window of its own browser context, so that two people's sessions do
// not meet.
func (b *Browser) Tab(t testing.TB) *Tab {
	t.Helper()
	ctx, stop := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(stop)
	tab := &Tab{t: t, ctx: ctx, shots: b.shots, console: &console{}}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	tab.console.listen(ctx)
	return tab
}

func run[T any](tab *Tab, doing string, a chromedp.Action[T]) T {
	tab.t.Helper()
	ctx, stop := context.WithTimeout(tab.ctx, stepLimit)
	defer stop()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		tab.Shot("failed-" + tab.t.Name())
		tab.t.Fatalf("%s: %v\npage says: %s", doing, err, tab.says())
	}
	return v
}

// says is the script for a failure message: the page's beginning and its end, where a
// conversation stands.
const says = `(() => { const text = document.body.innerText; return location.href + "\n" + (text.length > 2400 ? text.slice(0, 900) + "\n[...]\n" + text.slice(-1500) : text) })()`

// says reads what the page shows, for a failure message.
func (tab *Tab) says() string {
	ctx, stop := context.WithTimeout(tab.ctx, 2*time.Second)
	defer stop()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](says))
	if err != nil {
		return err.Error()
	}
	return text
}

// Phone makes the window a narrow phone; Desk makes it a desk's screen.
func (tab *Tab) Phone() { run(tab, "narrow the window", chromedp.EmulateViewport(390, 844)) }

// Desk widens the window again.
func (tab *Tab) Desk() { run(tab, "widen the window", chromedp.EmulateViewport(1440, 900)) }

// Laptop shows the page as on the small screen that many desks have.
func (tab *Tab) Laptop() { run(tab, "fit the window to a laptop", chromedp.EmulateViewport(1366, 768)) }

// Open goes to an address and waits for the page.
//
// The tab comes to the front: a page behind another loads no lazy pictures.
func (tab *Tab) Open(url string) {
	tab.t.Helper()
	run(tab, "open "+url, chromedp.Steps(toFront(), chromedp.Navigate(url)))
}

func toFront() chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, page.BringToFront, cdp.Empty{})
		return err
	})
}

// Click clicks what the selector names, once it is visible.
func (tab *Tab) Click(sel string) {
	tab.t.Helper()
	run(tab, "click "+sel, chromedp.Click(chromedp.CSS(sel), chromedp.NodeVisible))
}

// Go clicks something that leads to another page and waits until that has loaded.
func (tab *Tab) Go(sel string) {
	tab.t.Helper()
	ctx, stop := context.WithTimeout(tab.ctx, stepLimit)
	defer stop()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(sel), chromedp.NodeVisible)); err != nil {
		tab.t.Fatalf("go by %s: %v\npage says: %s", sel, err, tab.says())
	}
}

// Fill types into a field after emptying it.
func (tab *Tab) Fill(sel, text string) {
	tab.t.Helper()
	run(tab, "find "+sel, chromedp.WaitVisible(chromedp.CSS(sel)))
	run(tab, "empty "+sel, chromedp.Evaluate[string](fmt.Sprintf(`document.querySelector(%q).value = ""`, sel)))
	run(tab, "fill "+sel, chromedp.SendKeys(chromedp.CSS(sel), text))
}

// Choose picks an option of a select by its value and tells the page.
func (tab *Tab) Choose(sel, value string) {
	tab.t.Helper()
	js := fmt.Sprintf(`(()=>{const e=document.querySelector(%q);e.value=%q;e.dispatchEvent(new Event("change",{bubbles:true}));return e.value})()`, sel, value)
	if got := run(tab, "choose in "+sel, chromedp.Evaluate[string](js)); got != value {
		tab.t.Fatalf("%s has no option %q", sel, value)
	}
}

// Upload hands files to a file field.
func (tab *Tab) Upload(sel string, files ...string) {
	tab.t.Helper()
	run(tab, "upload to "+sel, chromedp.SetUploadFiles(chromedp.CSS(sel), files))
}

// Draw signs on a canvas. A page that moves under the pen (an answer of the server
// came in above it) takes the line for a scroll: whoever sees the box still empty
// signs again.
func (tab *Tab) Draw(sel string) {
	tab.t.Helper()
	run(tab, "scroll to "+sel, chromedp.Query(chromedp.CSS(sel)))
	place := fmt.Sprintf(`(async()=>{const e=document.querySelector(%q);e.scrollIntoView({block:"center"});
		const frame=()=>new Promise(requestAnimationFrame);let was="";
		for(let still=0;still<3;){await frame();const r=e.getBoundingClientRect(),now=[r.x,r.y,r.width,r.height];still=now+""===was?still+1:0;was=now+"";if(still===3)return now}})()`, sel)
	drawn := fmt.Sprintf(`(()=>{const c=document.querySelector(%q),blank=document.createElement("canvas");blank.width=c.width;blank.height=c.height;return c.toDataURL()!==blank.toDataURL()})()`, sel)
	for range 3 {
		box := run(tab, "find "+sel, chromedp.Evaluate[[]float64](place, chromedp.EvalAwaitPromise))
		x, y, w, h := box[0], box[1], box[2], box[3]
		run(tab, "sign", chromedp.DragAndDropXY(x+w*.2, y+h*.3, x+w*.7, y+h*.7, 12))
		run(tab, "sign", chromedp.DragAndDropXY(x+w*.7, y+h*.3, x+w*.3, y+h*.8, 12))
		if run(tab, "look at the signature", chromedp.Evaluate[bool](drawn)) {
			return
		}
	}
	tab.t.Fatalf("nothing can be drawn on %s", sel)
}

// Text reads an element's visible text once it is there.
func (tab *Tab) Text(sel string) string {
	tab.t.Helper()
	return strings.TrimSpace(run(tab, "read "+sel, chromedp.Text(chromedp.CSS(sel))))
}

// Wait waits until the page shows a text anywhere.
func (tab *Tab) Wait(text string) {
	tab.t.Helper()
	js := fmt.Sprintf(`document.body.innerText.includes(%q)`, text)
	tab.Until("the page says "+text, js)
}

// Has reports whether the page shows a text now.
func (tab *Tab) Has(text string) bool {
	tab.t.Helper()
	return run(tab, "look for "+text, chromedp.Evaluate[bool](fmt.Sprintf(`document.body.innerText.includes(%q)`, text)))
}

// Eval runs a script that gives a string.
func (tab *Tab) Eval(js string) string {
	tab.t.Helper()
	return run(tab, "evaluate", chromedp.Evaluate[string](js))
}

// Shot keeps a picture of the whole page as <name>.png, when pictures are wanted.
func (tab *Tab) Shot(name string) {
	if tab.shots == "" {
		return
	}
	ctx, stop := context.WithTimeout(tab.ctx, stepLimit)
	defer stop()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = tab.keep(name, png)
	}
	if err != nil {
		tab.t.Logf("no picture of %s: %v", name, err)
	}
}

func (tab *Tab) keep(name string, png []byte) error {
	if err := os.MkdirAll(tab.shots, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(tab.shots, strings.ReplaceAll(name, "/", "-")+".png"), png, 0o644)
}

// Fault is one finding of axe-core.
type Fault struct {
	ID     string   `json:"id"`
	Impact string   `json:"impact"`
	Help   string   `json:"help"`
	Where  []string `json:"where"`
}

// Accessible fails the test when axe-core finds a serious or critical fault, or a
// page that scrolls sideways.
func (tab *Tab) Accessible() { tab.t.Helper(); tab.axe("serious") }

// Faultless is Accessible for findings of any impact: what is merely in the wrong place is
// lost to who steers by landmarks.
func (tab *Tab) Faultless() { tab.t.Helper(); tab.axe("") }

func (tab *Tab) axe(least string) {
	tab.t.Helper()
	if !run(tab, "look for axe", chromedp.Evaluate[bool](`typeof window.axe === "object"`)) {
		run(tab, "load axe", chromedp.Evaluate[json.RawMessage](axe+";null"))
	}
	const ask = `axe.run({resultTypes:["violations"]}).then(r=>r.violations.map(v=>({id:v.id,impact:v.impact,help:v.help,where:v.nodes.slice(0,5).map(n=>n.html.slice(0,160))})))`
	for _, f := range run(tab, "run axe", chromedp.Evaluate[[]Fault](ask, chromedp.EvalAwaitPromise)) {
		if least == "" || f.Impact == "serious" || f.Impact == "critical" {
			tab.t.Errorf("axe %s (%s): %s\n  %s", f.ID, f.Impact, f.Help, strings.Join(f.Where, "\n  "))
		}
	}
	const wide = `document.documentElement.scrollWidth > document.documentElement.clientWidth + 1`
	if run(tab, "measure", chromedp.Evaluate[bool](wide)) {
		tab.t.Error("the page scrolls sideways")
	}
}
