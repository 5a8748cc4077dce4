package e2e

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"lianou/channels/browsertest"
	"lianou/cmd/internal/rig"
)

// telephoned is a family that rings 12345 from a telephone that is not ours and cannot say in which
// township it lives. The agent writes down what is heard, where it is heard; the city says where it
// goes; the township grants it, and money comes. Then a stranger with nothing but the receipt walks
// back from the bank's line to the seconds of that call.
//
// Control: heard.js that keeps no place of the recording ("wait until the seconds of the call").
func telephoned(t *testing.T, b *browsertest.Browser) ending {
	house := asks(t, "rings", 15, "房兰英", "371424103", "6205340000005345630", nil)
	agent := at(t, b, "0317")
	call := agent.isRung(house)
	receipt := agent.writesDown(house)
	agent.Choose(".ended [name=outcome]", "applied")
	agent.Go(".ended .btn")
	agent.Wait("这通办完了")
	at(t, b, "city").sendsTo(receipt, "371424103")
	_, page := caseOf(t, "deping", receipt)
	granted(t, "deping", page, "MZ-03", "800")
	house.hears(t, "已打到尾号 5630")
	at(t, b, "auditor").tracesBack(receipt, call)
	return ending{receipt: receipt, payments: 1}
}

// isRung has the household call over SIP while the agent's page is open, and opens the call there.
func (p person) isRung(a asker) string {
	p.t.Helper()
	call := fmt.Sprintf("story-%d@e2e", time.Now().UnixNano())
	done := make(chan error, 1)
	ring := rig.Ring{Line: city.Telephone, CallID: call, From: a.form.Get("contact.phone"), Speaks: 8 * time.Second, Dir: p.t.TempDir()}
	go func() {
		ctx, cancel := context.WithTimeout(p.t.Context(), patience)
		defer cancel()
		done <- rig.Call(ctx, ring)
	}()
	at := `.queue a[href="/desk/agent/call/` + url.PathEscape(call) + `"]`
	p.Until("the call comes by itself", `!!document.querySelector('`+at+`')`)
	must(p.t, <-done)
	p.desk("/agent/call/" + url.PathEscape(call)) // the list is drawn anew as the call ends, under whoever clicks
	p.Until("the recording is there", `document.querySelector("audio")?.readyState >= 1 && document.querySelector("audio").duration > 6`)
	return call
}

// writesDown fills the form while the recording plays: what a field says was heard where it stood.
func (p person) writesDown(a asker) string {
	p.t.Helper()
	p.live("371424", "", "")
	told := map[string]string{}
	for field, values := range a.form {
		if !strings.HasPrefix(field, "live.") && !strings.HasPrefix(field, "consent") && !strings.HasPrefix(field, "sign") {
			told[field] = values[0]
		}
	}
	p.put(told)
	p.Eval(`document.querySelector("audio").currentTime = 5; ""`)
	p.Until("the recording stands at its fifth second", `document.querySelector("audio").currentTime >= 5 && !document.querySelector("audio").seeking`)
	for _, field := range []string{"h.medical_12m", "h.income_per_capita_month", "m0.age", "h.area"} {
		p.Eval(`document.querySelector('[name="` + field + `"]').dispatchEvent(new Event("change", {bubbles: true})); ""`)
	}
	p.Until("the judge names items", `document.querySelectorAll("#judged .items li").length > 3`)
	p.tick(`input[name=item][value="MZ-03"]`)
	p.tick(`input[name=consent][value=process]`)
	p.tick(`input[name=consent][value=means_check]`)
	p.holds("telephone-agent")
	p.Click("#request .btn.go")
	p.Wait("报上了")
	receipt := strings.ReplaceAll(receiptShown.FindString(p.Text("main")), " ", "")
	p.Go("main .btn.go")
	return receipt
}

// sendsTo finds a case that no township has among those of the city, and says where it goes.
func (p person) sendsTo(receipt, town string) {
	p.t.Helper()
	row := `[...document.querySelectorAll("[aria-label=没处落的件] tr")].find((r) => r.innerText.includes("` + spoken(receipt) + `"))`
	p.lost(receipt, `!!`+row)
	p.Eval(row + `.querySelector("input[name=case]").click(); ""`)
	p.Choose("[aria-label=没处落的件] [name=region]", town)
	p.holds("telephone-city")
	p.Go("[aria-label=没处落的件] .btn.go")
	p.lost(receipt, `!`+row)
}

// lost opens the city's page until its list of cases that no township has is as it should be: the
// list comes after the page, and a case by a job.
func (p person) lost(receipt, js string) {
	p.t.Helper()
	for late := time.Now().Add(patience); ; must(p.t, breath(p.t.Context())) {
		p.desk("/city")
		p.Until("the list is there", `document.querySelector("[aria-label=没处落的件] .hd")?.innerText.includes("没处落的件")`)
		if p.Eval(`String(`+js+`)`) == "true" {
			return
		}
		if time.Now().After(late) {
			p.t.Fatalf("%s: %s", receipt, p.Text("[aria-label=没处落的件]"))
		}
	}
}

// granted takes a case through the township's hands, without a browser, and has its money paid.
func granted(t *testing.T, town, page, item, yuan string) {
	t.Helper()
	goneToSee(t, town, page, item)
	officer, err := desk(t.Context(), town+".officer")
	must(t, err)
	must(t, send(t.Context(), officer, page, "/propose", url.Values{"outcome": {"approve"}, "amount": {yuan}, "reason": {"两人看过,药费单在,这个月过不去。"}}))
	approver, err := desk(t.Context(), town+".approver")
	must(t, err)
	must(t, send(t.Context(), approver, page, "/decide", url.Values{"outcome": {"approved"}}))
	must(t, hands(t).Pay(t.Context()))
}

// tracesBack types the receipt that is on the family's paper, opens its money and walks it back to
// the seconds that somebody spoke.
func (p person) tracesBack(receipt, call string) {
	p.t.Helper()
	p.desk("/audit")
	p.Fill("[name=what]", receipt)
	p.Go("form[action$='/audit/find'] .btn")
	p.Wait("发过的钱")
	p.holds("telephone-timeline")
	p.Go("table.pick th a")
	p.Wait("一步不断")
	p.Until("the seconds of the call", `/第 \d+–\d+ 秒/.test(document.querySelector("main").innerText)`)
	p.holds("telephone-trail")
	if n := count(p.t, `select count(*) from call where id = $1 and recording <> '' and done is not null`, call); n != 1 {
		p.t.Error("it is not the call that was made")
	}
	const looked = `select count(*) from audit_entry a join casefile f on f.id = a.case_id where f.receipt = $1 and a.act in ('payment.walked', 'case.read') and a.actor_kind = 'staff' and a.actor_id = (select id from staff_account where login = 'auditor')::text`
	if n := count(p.t, looked, receipt); n < 7 {
		p.t.Errorf("the auditor looked at seven hops and left %d entries", n)
	}
}
