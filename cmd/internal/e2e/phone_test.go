package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"lianou/channels/browsertest"
	"lianou/core"
)

// newcomer makes the outside world know somebody: a phone, an identity, a card.
func newcomer(t *testing.T, key string) {
	t.Helper()
	const first = "37142419630412031"
	body, err := json.Marshal(map[string]string{"key": key, "name": "孟大河", "id": first + string(core.IDCheckDigit(first)), "phone": "13705348031",
		"account": "", "about": "一个没有样本答案的人"})
	must(t, err)
	resp, err := http.Post(city.Standin+"/admin/people", "application/json", strings.NewReader(string(body)))
	must(t, err)
	resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("the stand-in answered %d", resp.StatusCode)
	}
}

// The mini-program as somebody clicks through it: what to ask for stands there in
// the words people use, none is needed, and what is ticked reaches the township.
// Control: a form that leaves out items.
func TestPhoneByHand(t *testing.T) {
	newcomer(t, "hand")
	p := person{browsertest.Start(t).Tab(t), t}
	p.Open(city.Standin + "/phone?person=hand")
	p.Click("[data-go=login]")
	for _, side := range []string{"front", "back"} {
		sel := "[data-side=" + side + "]"
		p.Until("the card's side may be photographed", `!document.querySelector("[data-step=cards]").hidden`)
		p.Click(sel)
		p.Until("the picture is kept", `document.querySelector("`+sel+`").classList.contains("ok")`)
	}
	p.Click("[data-go=form]")
	p.Until("what can be asked for is offered", `document.querySelectorAll("#wanted input").length === 41`)
	p.Click("#wants summary")
	p.tick(`#wanted input[value="MZ-04"]`)
	p.tick(`#wanted input[value="YB-02"]`)
	p.Accessible()
	p.Shot("phone-wants")
	p.Eval(`(() => { const f = document.querySelector("form[data-step=form]").elements; f.county.value = "371424"; f.county.onchange(); f.town.value = "371424106"; return ""; })()`)
	p.Fill("[name=detail]", "31号")
	p.Fill("[name=story]", "看病花光了积蓄。")
	p.Eval(`document.querySelector("[data-path=area]").value = "rural"; document.querySelector("[data-path='members.0.age']").value = "63"`)
	p.Click("form[data-step=form] > .big")
	p.Wait("想办:临时救助(花费大)、")
	p.tick("#agree")
	p.Draw("#sign")
	p.Accessible()
	p.Shot("phone-sign")
	p.Click("[data-go=submit]")
	p.Until("the receipt is shown", `document.querySelector("#receipt").innerText.length === 12`)
	p.Shot("phone-receipt")
	officer, at := caseOf(t, "mengsi", strings.ReplaceAll(p.Text("#receipt"), " ", ""))
	page, err := officer.Open(t.Context(), at)
	must(t, err)
	if n := strings.Count(page.Body, "申请时点名"); n != 2 || !strings.Contains(page.Text(), "支出型临时救助 申请时点名") {
		t.Errorf("%d items are marked as asked for, want the two that were ticked", n)
	}
	p.Quiet()
}
