package e2e

import (
	"strings"
	"testing"

	"lianou/channels/browsertest"
)

// An agent types while the network is gone: the page says what is kept and what is not,
// and keeps trying; the browser breaks in the middle of it, and whoever comes back finds
// every word. Of two pages of one call one wins, and the other says so. On the machine
// nothing lies that can be read. Control: draft.js without the safe, "wait until the page
// says what is kept and what is not".
func TestAgentWithoutANetwork(t *testing.T) {
	b := browsertest.Start(t)
	p := at(t, b, "0318")
	ring(t, "13705342201")
	call := p.take("2201")

	kept := `document.querySelector("[data-draft-state]").innerText.includes("草稿已存")`
	p.Fill(`[name="applicant.name"]`, "牛三妹")
	p.Until("the draft is kept", kept)
	p.Offline(true)
	p.Fill(`[name="live.detail"]`, "村西头第三家")
	p.Until("the page says what is kept and what is not", said("以前填的存好了", "锁在这台电脑里"))
	p.Shot("agent-offline")
	p.Phone()
	p.View("agent-offline-phone", 390, 844)
	p.Desk()
	if lying := p.Eval(`Object.entries(localStorage).map(String).join()`); lying == "" || strings.Contains(lying, "牛三妹") || strings.Contains(lying, "draft.rev") {
		t.Errorf("on the machine lies %.80q", lying)
	}
	p.Offline(false)
	p.Until("what was typed without a network is kept", kept)
	if lying := p.Eval(`Object.keys(localStorage).join()`); lying != "" {
		t.Errorf("what the server has still lies on the machine: %s", lying)
	}

	p.Offline(true)
	p.Fill(`[name="story"]`, "地里的活干不动了,孩子还在上学")
	p.Until("it is locked up", `Object.keys(localStorage).length === 1 && `+said("锁在这台电脑里"))
	p.Crash()
	p = person{p.Beside(), t}
	p.Open(city.Platform + call)
	p.Until("what was typed without a network is back", `document.querySelector('[name="story"]')?.value === "地里的活干不动了,孩子还在上学" && `+said("找回来了"))
	p.Shot("agent-found")
	if where := p.Eval(`document.querySelector('[name="live.detail"]').value`); where != "村西头第三家" {
		t.Errorf("where they live is gone: %q", where)
	}

	other := person{p.Beside(), t}
	other.Open(city.Platform + call)
	other.Fill(`[name="live.detail"]`, "村东头")
	other.Until("the other page is kept", kept)
	p.Fill(`[name="live.detail"]`, "村南头")
	p.Until("one page wins and the other says so", said("另一个页面上改过"))
	p.Shot("agent-elsewhere")
	other.Quiet()
	other.over("answered")
}

// A form that is sent without a network says so and stays, and goes out when it is pressed
// again; a save that is under way when the form is sent leaves no draft behind, so that the
// next family's form of the call is empty. Control: draft.js without htmx:confirm, "a draft
// of a form that was sent stays".
func TestAgentSendsAsTheNetworkFails(t *testing.T) {
	b := browsertest.Start(t)
	p := at(t, b, "0317")
	ring(t, "13705342202")
	call := p.take("2202")
	// Every save takes a second and a half, so that the first is under way all the while.
	p.Eval(`(() => { const go = fetch; window.saving = 0;
		window.fetch = async (to, how) => {
			if (!String(to).endsWith("/draft")) return go(to, how);
			window.saving++;
			try { await new Promise((on) => setTimeout(on, 1500)); return await go(to, how); } finally { window.saving--; }
		}; return ""; })()`)
	p.Choose(`[name="live.county"]`, "371426")
	p.Until("the places are there", `!document.querySelector('[name="live.township"]').disabled`)
	p.Click(`[name=consent][value=process]`)
	p.Offline(true)
	p.Fill(`[name="applicant.name"]`, "牛四妹")
	p.Press("\r", true)
	p.Until("the page says that nothing was sent", said("没有报上", "不会报成两份"))
	p.View("agent-not-sent", 1440, 900)
	p.Desk()
	p.Offline(false)
	p.Fill(`[name="live.detail"]`, "村北头")
	p.Until("a save is under way", `window.saving > 0`)
	p.Press("\r", true)
	p.Wait("报上了")
	p.Until("no save is under way", `window.saving === 0`)
	p.Open(city.Platform + call)
	if left := p.Eval(`document.querySelector('[name="applicant.name"]').value + document.querySelector("form[data-draft]").dataset.rev`); left != "0" {
		t.Errorf("a draft of a form that was sent stays: %s", left)
	}
	if lying := p.Eval(`Object.keys(localStorage).join()`); lying != "" {
		t.Errorf("what was sent still lies on the machine: %s", lying)
	}
	p.over("applied")
}

// take opens the call whose number ends so, and gives its page.
func (p person) take(last4 string) string {
	p.t.Helper()
	p.Until("the call shows itself", `[...document.querySelectorAll(".queue a")].some((a) => a.innerText.includes("`+last4+`"))`)
	page := p.Eval(`[...document.querySelectorAll(".queue a")].find((a) => a.innerText.includes("` + last4 + `")).getAttribute("href")`)
	p.Open(city.Platform + page)
	p.Until("the form is there", `!!document.querySelector("form[data-draft]")`)
	return page
}

// over ends the open call, so that it stands in no other test's way.
func (p person) over(outcome string) {
	p.t.Helper()
	p.Choose(".ended [name=outcome]", outcome)
	p.Go(".ended .btn")
	p.Wait("这通办完了")
}

// said reports that the state of the draft names each of some words.
func said(words ...string) string {
	js := "true"
	for _, w := range words {
		js += ` && document.querySelector("[data-draft-state]").innerText.includes(` + quoted(w) + `)`
	}
	return js
}
