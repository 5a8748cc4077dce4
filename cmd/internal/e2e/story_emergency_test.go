package e2e

import (
	"net/url"
	"testing"

	"lianou/channels/browsertest"
)

// emergency is a house that burnt in the night: first in the queue, the money first and the
// papers later (先救后补), by two people of the township and two of the payers, each at a
// browser of their own.
func emergency(t *testing.T, b *browsertest.Browser) ending {
	burnt := asks(t, "burnt", 11, "蔡守田", "371426104", "6205340000007118043", url.Values{"urgent": {"true"}, "live.village": {"371426104205"}, "live.detail": {"村东头第二家"},
		"story": {"夜里灶屋起了火,粮食、被褥、衣裳都烧了。今晚不知道住哪,没有吃的。"}, "item": {"MZ-03"},
		"h.hukou": {"local"}, "h.shocks.kind": {"fire"}, "h.shocks.date": {cityDay(t, 0)}, "h.shocks.loss": {"26000"}})
	receipt := burnt.files(t, "pingyuan.clerk")
	_, page := caseOf(t, "wangmiao", receipt)
	officer := at(t, b, "wangmiao.officer")
	officer.rushes(receipt, page)
	approver := on(t, b, "wangmiao.approver", page)
	approver.act("decide")
	approver.Wait("今晚没有吃住")
	approver.holds("emergency-decide")
	approver.figure("decide", "header", 1440, 760)
	approver.does("decide")
	if approver.Has("入户 · ") || approver.Has("公示 · ") {
		t.Error("the money waited for a visit or a notice")
	}
	paysRushed(t, b)
	burnt.hears(t, "已打到尾号 8043")
	officer.papersLater(b, page)
	return ending{receipt: receipt, payments: 1}
}

// rushes finds the emergency first in the queue and proposes to pay it at once: its own page
// then has no decision, which is another's.
func (p person) rushes(receipt, page string) {
	p.t.Helper()
	p.desk("/township")
	p.Until("the emergency is first in the queue", `(() => { const first = document.querySelector("table.pick tbody tr").innerText; return first.includes("`+spoken(receipt)+`") && first.includes("急难") })()`)
	p.holds("emergency-queue")
	p.figure("queue", "header", 1440, 520)
	p.Go("table.pick tbody a.name")
	p.Until("it leads to the case", `location.pathname === "`+page+`"`)
	form := p.act("emergency")
	p.Fill(form+" [name=amount]", "1500")
	p.Fill(form+" [name=reason]", "夜里失火,粮食被褥烧光,今晚没有吃住。")
	p.holds("emergency-propose")
	p.figure("emergency", "header", 1440, 1230)
	p.does("emergency")
	p.lacks("decide", "who proposed it")
	p.Wait("等另一位同事定")
}

// paysRushed waits for the batch that the city makes of emergency money by itself: one payer
// takes it over, another releases it.
func paysRushed(t *testing.T, b *browsertest.Browser) {
	t.Helper()
	first := at(t, b, "payer1")
	first.shows("a batch that the city made", city.Platform+"/desk/county", `document.querySelector("#batches tbody tr")?.innerText.includes("看明细,接下")`)
	first.Go("#batches tbody a.btn.go")
	first.Go(`form[action$="/take"] .btn`)
	first.Until("it is theirs, and another's to release", `!document.querySelector('form[action$="/take"]') && !document.querySelector('form[action$="/approve"]')`)
	second := at(t, b, "payer2")
	second.desk("/county")
	second.approves()
}

// papersLater makes the papers good within their ten days: two go and see, the record is
// written and signed on a telephone, and the other one stands by it.
func (p person) papersLater(b *browsertest.Browser, page string) {
	p.t.Helper()
	p.Open(city.Platform + page)
	p.Wait("补齐材料")
	p.holds("emergency-papers")
	p.does("plan_visit")
	p.recordsVisit("emergency-visit", "屋里烧黑了,粮食、被褥都没了。人先住在弟弟家。")
	p.Wait("等第二人确认")
	for _, login := range []string{"wangmiao.assistant1", "wangmiao.assistant2"} {
		if other := on(p.t, b, login, page); other.Eval(`String(!!document.querySelector('form[action$="/confirm_visit"]'))`) == "true" {
			other.does("confirm_visit")
			break
		}
	}
	p.Open(city.Platform + page)
	p.Wait("已结束")
}

// recordsVisit writes a visit down on a telephone at the door, with a photo and what was seen
// of everything that was said; three sign with a finger.
func (p person) recordsVisit(name, seen string) {
	p.t.Helper()
	p.Phone()
	form := p.act("record_visit")
	p.Fill(form+" [name=statement]", seen)
	p.Eval(`document.querySelectorAll('` + form + ` [name=same]').forEach((b) => b.click()); ""`)
	p.Upload(form+" [name=photo]", photo(p.t))
	for _, who := range []string{"1", "2", "3"} {
		p.Draw(form + " [data-sign]:nth-of-type(" + who + ") canvas")
	}
	p.holds(name + "-phone")
	p.figure("visit", "[aria-label=现在能办的]", 390, 1000)
	p.figure("sign", form+" [data-sign]:nth-of-type(2)", 390, 680)
	p.does("record_visit")
	p.Desk()
}
