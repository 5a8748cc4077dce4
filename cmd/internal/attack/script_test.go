package attack

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"lianou/channels/browsertest"
	"lianou/core/staff"
)

// payloads are texts that would run, or break a page, where they are shown badly.
// Each sets the same mark when it runs.
var payloads = []string{
	`<script>window.ran=1</script>`, `"><script>window.ran=1</script>`, `'><img src=x onerror=window.ran=1>`, `<img src=x onerror="window.ran=1">`,
	`<svg/onload=window.ran=1>`, `<svg><script>window.ran=1</script></svg>`, `</textarea><script>window.ran=1</script>`, `</title><script>window.ran=1</script>`,
	`</script><script>window.ran=1</script>`, `javascript:window.ran=1`, `<a href="javascript:window.ran=1">x</a>`, `<iframe srcdoc="<script>parent.ran=1</script>">`,
	`<body onload=window.ran=1>`, `<input autofocus onfocus=window.ran=1>`, `<details open ontoggle=window.ran=1>`, `<math><mtext></p><script>window.ran=1</script>`,
	`{{.}} {{template "x"}}`, `${window.ran=1}`, `<div hx-get="/desk/" hx-trigger="load">`, `<div hx-on:load="window.ran=1">`, `<style>*{display:none}</style>`,
	`<base href="http://evil.example/">`, `<meta http-equiv="refresh" content="0;url=http://evil.example/">`, `<form action="http://evil.example/"><button>`,
	"<scr\u0131pt>window.ran=1</script>", "\u202e<script>window.ran=1</script>", `&lt;script&gt;window.ran=1&lt;/script&gt;`, `'; drop table casefile; --`,
}

// intact is what a page must be after it was shown such texts: nothing ran, no
// element carries a handler, no script stands in the page, nothing leads away.
const intact = `(() => {
	const bad = [];
	if (window.ran !== undefined) bad.push("a script ran");
	for (const e of document.querySelectorAll("*")) for (const a of e.attributes)
		if (/^(on|hx-on)/i.test(a.name) || /^\s*javascript:/i.test(a.value) && /^(href|src|action)$/i.test(a.name)) bad.push(e.tagName + " " + a.name);
	for (const s of document.scripts) if (!s.src || new URL(s.src).origin !== location.origin) bad.push("a script in the page");
	if (document.querySelector('base, iframe, main style, img[src="x"], [action*="evil.example"], meta[http-equiv=refresh]')) bad.push("a foreign element");
	return bad.join("; ");
})()`

// P27: what people write cannot attack who reads it. Every free field of every door
// gets the whole list; every page that shows it is opened in a real browser.
// Control: template.HTML around the story.
func TestNothingStoredRuns(t *testing.T) {
	who := made(36).known(t)
	token := who.app(t)
	all := strings.Join(payloads, "\n")
	form := who.form(t, "app", token)
	form["story"] = all
	form["live"].(map[string]any)["detail"] = payloads[3] + payloads[4]
	receipt := accepted(t, "app", token, form)
	for _, p := range payloads {
		if a := apply(t, "app", token, with(with(form, "key", rand.Text()), "contact.name", p)); a.status != 422 {
			t.Errorf("%q is a name: %d", p, a.status)
		}
		if len(p) > 40 {
			break // one door's limit of requests is not to be met here
		}
	}
	id := "<svg/onload=window.ran=1>" + rand.Text()
	hook := strings.Replace(call(id, "13705340044", ""), `"12345"`, `"<img/src=x/onerror=window.ran=1>"`, 1)
	if a := deliver(t, fresh(hook)); a.status != http.StatusNoContent {
		t.Fatalf("the call: %d %s", a.status, a.body)
	}
	at := itoa(opened(t, receipt))
	b := browsertest.Start(t)
	officer, agent := desk(t, b, "wangmiao.officer"), desk(t, b, "0317")
	for path, tab := range map[string]*browsertest.Tab{
		"/desk/township/case/" + at: officer, "/desk/township?q=" + url.QueryEscape(payloads[1]): officer, "/desk/township/case/" + url.PathEscape(payloads[4]): officer,
		"/desk/agent": agent, "/desk/agent/call/" + url.PathEscape(id): agent, "/desk/login?next=" + url.QueryEscape("javascript:window.ran=1"): agent,
	} {
		tab.Open(city.Platform + path)
		if bad := tab.Eval(intact); bad != "" {
			t.Errorf("%s: %s", path, bad)
		}
		guarded(t, city.Platform+path)
	}
	officer.Open(city.Platform + "/desk/township/case/" + at)
	if !officer.Has(`<svg/onload=window.ran=1>`) {
		t.Error("the case does not show what was told: the test would prove nothing")
	}
	for _, path := range []string{"/c/app/", "/c/app/enter?to=" + url.QueryEscape("javascript:window.ran=1"), "/c/app/mine/" + url.PathEscape(payloads[4])} {
		officer.Open(city.Gateway + path)
		if bad := officer.Eval(intact); bad != "" {
			t.Errorf("%s: %s", path, bad)
		}
		guarded(t, city.Gateway+path)
	}
}

func desk(t *testing.T, b *browsertest.Browser, login string) *browsertest.Tab {
	t.Helper()
	tab := b.Tab(t)
	tab.Open(city.Platform + "/desk/login")
	tab.Fill("input[name=login]", login)
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	return tab
}

// guarded holds a page to its policy: no script or style from text, no framing, no
// guessing of types.
func guarded(t *testing.T, address string) {
	t.Helper()
	a := send(t, "GET", address, nil)
	csp := a.header.Get("Content-Security-Policy")
	if a.status/100 == 3 && csp == "" {
		return
	}
	if csp == "" || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") || a.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%s (%d): policy %q, sniffing %q", address, a.status, csp, a.header.Get("X-Content-Type-Options"))
	}
}
