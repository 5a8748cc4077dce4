package e2e

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lianou/channels/browsertest"
)

// What the refusal says, what the household says to it, and what somebody new found.
const (
	saysNo    = "问过村里,没听说进水。屋里没有看到受损的东西。"
	saysWrong = "那天看的是前屋。水是从后屋管子里出来的,被褥和粮食都在后屋。"
	foundAnew = "去后屋看了:墙湿到一米,被褥、粮食泡了。水管所的修理单也看了。"
)

// appealed is a request from somebody's own telephone that is refused: they read the letter
// there, say on its page what is wrong, and two who had no part in it look anew and grant it.
//
// Control: Anew that holds nobody off: who refused looks at it again themselves ("who proposed
// the refusal: propose is offered").
func appealed(t *testing.T, b *browsertest.Browser) ending {
	flooded := asks(t, "flooded", 14, "孟庆林", "371424103", "6205340000005345622", nil)
	phone := person{b.Tab(t), t}
	receipt := phone.appliesByApp(flooded)
	_, page := caseOf(t, "deping", receipt)
	goneToSee(t, "deping", page, "MZ-03")
	officer, err := desk(t.Context(), "deping.officer")
	must(t, err)
	must(t, send(t.Context(), officer, page, "/propose", url.Values{"outcome": {"refuse"}, "reason": {saysNo}}))
	approver := on(t, b, "deping.approver", page)
	approver.act("decide")
	approver.Wait(saysNo)
	approver.does("decide")
	hires(t, "deping.officer", "deping.officer2", "程秋生")
	phone.saysItIsWrong(receipt)
	lookedAtAnew(t, b, page)
	phone.shows("who looked anew, and what came of it", city.Gateway+"/c/app/mine/"+receipt, `["重新看过了:程秋生看的", "改了"].every((w) => document.body.innerText.includes(w))`)
	phone.holds("appeal-heard")
	phone.figure("heard", "ol.steps", 390, 600)
	must(t, hands(t).Pay(t.Context()))
	flooded.hears(t, "已打到尾号 5622")
	phone.shows("the money that was refused first", city.Gateway+"/c/app/money", `document.body.innerText.includes("到账,打到尾号 5622 的卡上")`)
	return ending{receipt: receipt, payments: 1}
}

// lookedAtAnew has somebody who had no part in the refusal look, and the county decide: those
// who refused have no button.
func lookedAtAnew(t *testing.T, b *browsertest.Browser, page string) {
	t.Helper()
	anew := at(t, b, "deping.officer2")
	anew.desk("/township")
	anew.Until("it is theirs now", `document.querySelector("[data-live]").innerText.includes("孟庆林") && document.querySelector(".chip.blue").innerText.includes("1")`)
	anew.holds("appeal-queue")
	on(t, b, "deping.officer", page).lacks("propose", "who proposed the refusal")
	anew.Open(city.Platform + page)
	anew.Wait(saysWrong)
	anew.Wait("程秋生 重新看")
	form := anew.act("propose")
	anew.Fill(form+" [name=amount]", "900")
	anew.Fill(form+" [name=reason]", foundAnew)
	anew.holds("appeal-anew")
	anew.figure("anew", "header", 1440, 720)
	anew.does("propose")
	on(t, b, "deping.approver", page).lacks("decide", "who refused")
	county := on(t, b, "linyi.county", page)
	county.act("decide")
	county.Wait(foundAnew)
	county.holds("appeal-decide")
	county.figure("county", "header", 1440, 720)
	county.does("decide")
}

// appliesByApp logs in with the code that comes by text and sends the form of the app.
func (p person) appliesByApp(a asker) string {
	p.t.Helper()
	p.Phone()
	p.Open(city.Gateway + "/c/app/apply")
	p.Fill("#phone", a.form.Get("contact.phone"))
	p.Go("main form .big")
	p.Fill("#code", p.codeOf(a))
	p.Go("main form .big")
	p.Wait("您是谁")
	for field, value := range map[string]string{"form/applicant.name": a.name, "form/applicant.id_number": a.form.Get("applicant.id_number"), "form/contact.phone": a.form.Get("contact.phone"),
		"form/live.detail": "村南头", "form/account": a.card, "form/story": "后屋水管爆了,被褥和粮食都泡了。"} {
		p.Eval(`(()=>{const e=document.querySelector('[name="` + field + `"]');e.value="` + value + `";e.dispatchEvent(new Event("input",{bubbles:true}));return ""})()`)
	}
	front := filepath.Join(p.t.TempDir(), "front.png")
	must(p.t, os.WriteFile(front, outside(p.t, "/phone/cards/"+a.key+"/front.png"), 0o600))
	p.Upload("#id_front", front)
	for _, title := range []string{"住在哪里", "家里几口人", "收入和开销", "房子和财产", "遇到了什么难处", "钱打到哪张卡", "看一遍,签个名"} {
		p.Click("#next")
		p.Wait(title)
		switch title {
		case "住在哪里":
			p.Choose(`[name="form/live.region"]`, "371424103")
		case "遇到了什么难处":
			p.tick(`[name=items][value="MZ-03"]`)
		}
	}
	p.tick(`[name="consent/process"]`)
	p.tick(`[name="consent/means_check"]`)
	p.Draw("canvas.pad")
	p.Go(`#apply button[type=submit]`)
	p.Wait("记下这个号")
	return strings.ReplaceAll(receiptShown.FindString(p.Text("main")), " ", "")
}

// codeOf waits for the text message with the code.
func (p person) codeOf(a asker) string {
	p.t.Helper()
	for {
		if code := sixDigits.Find(outside(p.t, "/phone/"+a.key+"/inbox")); code != nil {
			return string(code)
		}
		must(p.t, breath(p.t.Context()))
	}
}

// outside reads what the world outside answers.
func outside(t *testing.T, path string) []byte {
	t.Helper()
	resp, err := http.Get(city.Standin + path)
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d", path, resp.StatusCode)
	}
	return body
}

// saysItIsWrong reads the letter on the telephone and says on the page of the case what is
// wrong with what it decided.
func (p person) saysItIsWrong(receipt string) {
	p.t.Helper()
	at := city.Gateway + "/c/app/mine/" + receipt
	p.Open(at)
	p.Wait("决定书")
	p.Go(`main a[href*="/letter/"]`)
	for _, says := range []string{saysNo, "60 天", "行政复议", "12345"} {
		p.Wait(says)
	}
	p.holds("appeal-letter")
	p.Open(at)
	p.Click("main details summary")
	p.Fill("main details[open] textarea", saysWrong)
	p.holds("appeal-said")
	p.figure("appeal", "header", 390, 1040)
	p.Go("main details[open] .big")
	p.shows("who looks at it anew", at, `document.body.innerText.includes("现在由程秋生重新看")`)
	p.holds("appeal-taken")
}
