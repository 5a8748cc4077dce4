package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"lianou/channels/browsertest"
)

// what the caller says in the recording; the speech engine's stand-in knows it.
const saidByCaller = "喂你好,我是平原县王庙镇的,我叫孙桂英。身份证号是371426195106180023。家里就我和儿子,儿子一级残疾,吃饭都得人喂。想问问低保咋办。"

// A call is heard, its text proposes, and the agent files with the keys alone: nothing on
// this page needs a hand on the mouse, and the ID number goes in by a press and not by
// itself. The case stands in the township's queue with what was asked for.
// Controls: keys.js without data-key for the first call; heard.js that puts every slot,
// "the number went in by itself".
func TestAgentByKeyboardAlone(t *testing.T) {
	b := browsertest.Start(t)
	p := at(t, b, "0318")
	body, err := json.Marshal(map[string]any{"from": "13705348077", "say": saidByCaller, "seconds": 12})
	must(t, err)
	resp, err := http.Post(city.Standin+"/exchange/calls", "application/json", strings.NewReader(string(body)))
	must(t, err)
	resp.Body.Close()
	p.Until("the call shows itself", `!!document.querySelector(".queue a")`)
	p.GoByKey("1", false)
	p.Until("the text is there", `!!document.querySelector('[data-slot="applicant.id_number"]')`)
	p.Until("what was heard well stands in the form", `document.querySelector('[name="applicant.name"]').value === "孙桂英" && document.querySelector('[name="live.township"]')?.value === "371426104"`)
	if number := p.Eval(`document.querySelector('[name="applicant.id_number"]').value`); number != "" {
		t.Errorf("the number went in by itself: %s", number)
	}
	p.judge("agent-heard")
	p.Until("the recording is there", `document.querySelector("audio")?.readyState >= 1`)
	p.Press(" ", false)
	p.Until("the recording plays", `document.querySelector("audio")?.paused === false`)
	p.Press(" ", false)
	p.to(`[data-slot="applicant.id_number"] [data-from]`)
	p.Press("\r", false)
	p.Until("the seconds of the number play", `document.querySelector("audio")?.currentTime > 1`)
	p.to(`[data-slot="applicant.id_number"] [data-put]`)
	p.Press("\r", false)
	p.Until("the number is in", `document.querySelector('[name="applicant.id_number"]').value === "371426195106180023"`)
	p.to(`[data-slot="item"][data-value="MZ-01"] [data-put]`)
	p.Press("\r", false)
	p.to(`[name="m0.relation"]`)
	p.Press("本", false)
	p.to(`[name="m0.age"]`)
	p.Press("75", false)
	p.to(`[name="h.area"]`)
	p.Press("\ue015", false) // down, to the first answer
	p.Until("the judge names items", `document.querySelectorAll("#judged .items li").length > 3`)
	p.Until("what was asked for is ticked", `document.getElementById("itemMZ-01")?.checked`)
	for _, item := range []string{"MZ-04", "YB-02"} {
		p.to("#item" + item)
		p.Press(" ", false)
	}
	p.Until("three are asked for", `["MZ-01", "MZ-04", "YB-02"].every(c => document.getElementById("item" + c).checked)`)
	p.to(`[name=consent][value=process]`)
	p.Press(" ", false)
	p.Until("the draft is kept", `document.querySelector("[data-draft-state]").innerText.includes("草稿已存")`)
	p.View("picture-agent-heard", 1440, 900)
	p.Desk()
	p.Press("\r", true)
	p.Wait("报上了")
	receipt := strings.ReplaceAll(receiptShown.FindString(p.Text("main")), " ", "")
	officer, page := caseOf(t, "wangmiao", receipt)
	got, err := officer.Open(t.Context(), page)
	must(t, err)
	if n := strings.Count(got.Body, "申请时点名"); n < 3 || !strings.Contains(got.Body, "孙桂英") {
		t.Errorf("%d items are asked for in the case", n)
	}
	p.Go("main .btn.go") // the call is still open, and not left on the list
	p.Choose(".ended [name=outcome]", "applied")
	p.Go(".ended .btn")
	p.Wait("这通办完了")
	p.Quiet()
}

// to moves the focus by tabs alone.
func (p person) to(sel string) {
	p.t.Helper()
	for range 400 {
		if p.Eval(`String(document.activeElement?.matches(`+quoted(sel)+`) ?? false)`) == "true" {
			return
		}
		if p.Eval(`(() => { const d = document.activeElement?.closest("details:not([open])"), w = document.querySelector(`+quoted(sel)+`)?.closest("details"); return String(!!d && d === w); })()`) == "true" {
			p.Press("\r", false) // open what is folded
		}
		p.Press("\t", false)
	}
	p.t.Fatalf("no way by tabs to %s; the focus is at %s", sel, p.Focused())
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(b)
}
