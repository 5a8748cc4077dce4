package e2e

import (
	"strings"
	"testing"

	"lianou/channels/browsertest"
)

// What was begun in the chat goes on in the mini-program's form: it is offered, asked from
// where it stood, shown whole, and signed as one application (F6).
//
// Control: login of phone.js without its look at the interview.
func TestPhoneResumesTheChat(t *testing.T) {
	newcomer(t, "goeson")
	p := person{browsertest.Start(t).Tab(t), t}
	p.Open(city.Standin + "/phone?person=goeson")
	p.Click("#tab-chat")
	p.Fill("#type input", "俺想问问低保")
	p.Click("#type button")
	p.Wait("您是替谁报的")
	p.Fill("#type input", "我自己")
	p.Click("#type button")
	p.Wait("遇到了什么难处") // what an item was called is no story
	p.Fill("#type input", "房子漏雨,没有钱修")
	p.Click("#type button")
	p.Wait("您叫什么名字")
	p.Click("#tab-mini")
	p.Click("[data-go=login]")
	p.Wait("接着上次的说")
	p.Wait("您叫什么名字?")
	p.Accessible()
	p.Shot("phone-resume")
	p.Click("[data-go=resume]")
	const open = `document.querySelector("#ask-at").innerText`
	for n := 0; ; n++ {
		p.Until("a question or the end", `!document.querySelector("[data-step=ask]").hidden || !document.querySelector("[data-step=asked]").hidden`)
		if p.Eval(`String(document.querySelector("[data-step=asked]").hidden)`) == "false" {
			break
		}
		if n > 60 {
			t.Fatal("asked without end")
		}
		at, heard := p.Eval(open), p.Eval(`document.querySelector("#ask-q").innerText`)
		if strings.Contains(heard, "替谁报") {
			t.Error("asked again for whom")
		}
		said := ""
		for _, x := range talker {
			if strings.Contains(heard, x.hears) {
				said = x.says
			}
		}
		if said == "" {
			p.Click("[data-go=dunno]")
		} else {
			p.Fill("[name=said]", said)
			p.Click("form[data-step=ask] > .big")
		}
		p.Until("what comes after "+heard, `!document.querySelector("[data-step=asked]").hidden || `+open+` !== `+quote(at))
	}
	p.Wait("孟二河")
	p.Accessible()
	p.Click("[data-go=cards]")
	for _, side := range []string{"front", "back"} {
		sel := "[data-side=" + side + "]"
		p.Until("the card's side may be photographed", `!document.querySelector("[data-step=cards]").hidden`)
		p.Click(sel)
		p.Until("the picture is kept", `document.querySelector("`+sel+`").classList.contains("ok")`)
	}
	p.Click("[data-go=form]")
	p.Wait("您叫什么名字? 孟二河")
	p.tick("#agree")
	p.Draw("#sign")
	p.Click("[data-go=submit]")
	p.Until("the receipt is shown", `document.querySelector("#receipt").innerText.length === 12`)
	officer, at := caseOf(t, "mengsi", strings.ReplaceAll(p.Text("#receipt"), " ", ""))
	page, err := officer.Open(t.Context(), at)
	must(t, err)
	if !strings.Contains(page.Text(), "孟二河") {
		t.Error("the township does not read who it is")
	}
}
