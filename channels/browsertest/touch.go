package browsertest

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Touchscreen makes the window a phone of that width that is touched, not clicked.
func (tab *Tab) Touchscreen(width int64) {
	tab.t.Helper()
	run(tab, "narrow the window", chromedp.EmulateViewport(width, 844))
	run(tab, "put in a touch screen", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true})
		return err
	}))
}

// say is a visible button's whole text, to name it as a person would.
func say(text string) string {
	raw, _ := json.Marshal(text) // a string always has a form
	return `[...document.querySelectorAll("button")].find(b => b.offsetParent && !b.disabled && b.innerText.trim() === ` + string(raw) + `)`
}

// TapOn touches the button that says exactly this, once it is there and may be touched.
func (tab *Tab) TapOn(text string) {
	tab.t.Helper()
	tab.Until("there is a button "+text, `!!`+say(text))
	tab.tap(text, say(text))
}

// Tap touches what the selector names.
func (tab *Tab) Tap(sel string) {
	tab.t.Helper()
	tab.Until("there is "+sel, fmt.Sprintf(`!!document.querySelector(%q)?.offsetParent`, sel))
	tab.tap(sel, fmt.Sprintf(`document.querySelector(%q)`, sel))
}

func (tab *Tab) tap(what, js string) {
	tab.t.Helper()
	box := tab.box(what, js)
	tab.touch(what, []float64{box[0] + box[2]/2, box[1] + box[3]/2})
}

// Write draws on a canvas with a finger: two strokes of a name.
func (tab *Tab) Write(sel string) {
	tab.t.Helper()
	b := tab.box(sel, fmt.Sprintf(`document.querySelector(%q)`, sel))
	for _, slope := range []float64{.6, -.6} {
		var at []float64
		for i := range 12 {
			along := float64(i) / 11
			at = append(at, b[0]+b[2]*(.2+.5*along), b[1]+b[3]*(.5+slope*(along-.5)))
		}
		tab.touch(sel, at)
	}
}

// box scrolls something to the middle and gives where it is: x, y, width, height.
func (tab *Tab) box(what, js string) []float64 {
	tab.t.Helper()
	return run(tab, "find "+what, chromedp.Evaluate[[]float64](`(() => { const e = `+js+`; e.scrollIntoView({block: "center"}); const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height] })()`))
}

// touch puts a finger on the first point, moves it over the others and takes it away.
func (tab *Tab) touch(what string, at []float64) {
	tab.t.Helper()
	run(tab, "touch "+what, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		kind := input.DispatchTouchEventTypeTouchStart
		for i := 0; i < len(at); i += 2 {
			if _, err := chromedp.Call(ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: []*input.TouchPoint{{X: at[i], Y: at[i+1]}}}); err != nil {
				return err
			}
			kind = input.DispatchTouchEventTypeTouchMove
		}
		_, err := chromedp.Call(ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}})
		return err
	}))
}

// Small lists what is to be touched and is smaller than so many pixels either way.
func (tab *Tab) Small(least int) string {
	tab.t.Helper()
	return tab.Eval(fmt.Sprintf(`[...document.querySelectorAll("button, input, textarea, a, picker")].filter(e => e.offsetParent)
		.filter(e => { const r = e.getBoundingClientRect(); return r.width < %d || r.height < %d }).map(e => e.outerHTML.slice(0, 120)).join(" | ")`, least, least))
}
