package e2e

import (
	"regexp"
	"strings"
	"testing"

	"lianou/channels/browsertest"
)

var receiptShown = regexp.MustCompile(`\d{4} \d{4} \d{2}`)

// One family from the window to the bank card, with every hand that touches the
// case at a browser of its own.
func TestFromTheWindowToTheMoney(t *testing.T) {
	b := browsertest.Start(t)
	officer := at(t, b, "wangmiao.officer")
	officer.judge("queue-empty")
	receipt := atTheWindow(t, b)
	officer.arrives(receipt)
	officer.accepts(b)
	officer.adds()
	officer.visits(b)
	officer.proposes()
	officer.newCard()
	if err := city.Advance("8d"); err != nil {
		t.Fatal(err)
	}
	secondPeopleDecide(t, b, receipt)
	money(t, b, receipt)
	changed(t, b, receipt)
}

// closedCard is one the bank sends money back from.
const closedCard = "6217000010000030018"

// atTheWindow files the family's request and gives the receipt number.
func atTheWindow(t *testing.T, b *browsertest.Browser) string {
	clerk := at(t, b, "pingyuan.clerk")
	clerk.desk("/counter")
	clerk.judge("counter")
	clerk.live("371426", "371426104", "371426104200")
	told := family(t)
	told["account"] = closedCard
	clerk.put(told)
	// What fits shows itself while the form is being filled.
	clerk.Until("the judge names items", `document.querySelectorAll("#judged .items li").length > 3`)
	clerk.judge("counter-filled")
	// Not signed: the sentence says so and what was typed is still there.
	clerk.tick(`input[name=consent][value=process]`)
	clerk.Click("#request .btn.go")
	clerk.Wait("签")
	clerk.Until("the refusal is said", `document.querySelector("#say").innerText.length > 4`)
	if got := clerk.Eval(`document.querySelector('[name="applicant.name"]').value`); got != family(t)["applicant.name"] {
		t.Fatalf("after a refusal the form holds %q", got)
	}
	clerk.Shot("counter-refused")
	clerk.Draw("[data-sign] canvas")
	clerk.Wait("已签")
	clerk.tick(`input[name=consent][value=means_check]`)
	clerk.Click(".fill [name=story]")
	clerk.Press("\r", true)
	clerk.Wait("报上了")
	receipt := receiptShown.FindString(clerk.Text("main"))
	if receipt == "" {
		t.Fatalf("no receipt number: %s", clerk.Text("main"))
	}
	clerk.judge("receipt")
	return receipt
}

// arrives waits until the case stands in the open queue, without a reload.
func (p person) arrives(receipt string) {
	p.t.Helper()
	p.Wait(receipt)
	p.judge("queue")
	// The slash key leads to the search, the number to the case.
	p.Press("/", false)
	if got := p.Focused(); got != "q" {
		p.t.Fatalf("the slash key leads to %q", got)
	}
	p.Fill("input[name=q]", strings.ReplaceAll(receipt, " ", ""))
	p.GoByKey("\r", false)
	p.Go("tbody a")
	p.Until("the case is judged and shows it by itself", `document.querySelectorAll("#accept tbody tr").length > 30`)
}

// accepts accepts what fits by the keyboard; a visit by one and the same person is
// refused with a sentence first.
func (p person) accepts(b *browsertest.Browser) {
	p.t.Helper()
	p.judge("case-open")
	p.View("picture-case", 1280, 900)
	same := p.Eval(`document.querySelector("select[name=first]").value`)
	other := p.Eval(`document.querySelector("select[name=second]").value`)
	p.Choose("select[name=second]", same)
	p.Click("[data-key='ctrl+enter']")
	p.Until("the refusal is said", `document.querySelector("#say").innerText.includes("两")`)
	p.Shot("case-refused")
	p.Choose("select[name=second]", other)
	// The officer keeps three of them: what follows is the same for each.
	p.Eval(`[...document.querySelectorAll("#accept input[name=item]")].forEach((e, i) => { e.checked = i < 3 && e.checked }); ""`)
	// What nobody named is not filed without somebody's word.
	unnamed := `[...document.querySelectorAll("#accept input[name=item]")].find((e) => !e.closest("tr").innerText.includes("点名"))`
	p.Eval(unnamed + `.checked = true; ""`)
	p.Press("\r", true)
	p.Until("nothing is filed without somebody's word", `document.querySelector("#say").innerText.includes("谁答应的")`)
	p.Shot("case-nobody-agreed")
	p.Eval(unnamed + `.checked = false; ""`)
	p.Press("\r", true)
	p.Until("named items are not left out in silence", `document.querySelector("#say").innerText.includes("点名")`)
	p.Shot("case-left-out")
	p.Fill("input[name=left]", "问过家里,别的先不报")
	p.GoByKey("\r", true)
	p.Wait("办好了")
	p.judge("case-accepted")
}

// adds files one more item that fits, after the case was accepted; not before
// somebody says how the family agreed.
func (p person) adds() {
	p.t.Helper()
	claims := `[...document.querySelectorAll("tr[id^=claim]")].filter((r) => r.innerText.includes("已受理")).length`
	before := p.Eval(`String(` + claims + `)`)
	p.tick(`#accept input[name=item]`)
	p.Click(".adding .btn")
	if got := p.Eval(`String(document.querySelector("select[name=agreed]:invalid") !== null)`); got != "true" {
		p.t.Fatal("an item is added without the family's yes")
	}
	p.Choose(".adding select[name=agreed]", "door")
	p.Go(".adding .btn")
	p.Wait("办好了")
	p.Until("one claim more, with the yes on the timeline", claims+` === `+before+` + 1 && document.querySelector(".tl").innerText.includes("本人同意(当面)")`)
	p.judge("case-added")
}

// opens unfolds every picture of the case and sees each drawn.
func (p person) opens() {
	p.t.Helper()
	p.Eval(`document.querySelectorAll(".papers").forEach((e) => e.closest("details").open = true); ""`)
	p.Until("a photo and four signatures are drawn", `(() => {
		const all = [...document.querySelectorAll(".papers img")], left = all.find((i) => !i.complete || i.naturalWidth === 0)
		left?.scrollIntoView()
		return all.length === 5 && !left
	})()`)
	p.judge("case-papers")
}

// visits writes the visit down with a photo and three signatures; without the
// family's signature it is refused and nothing that was written is lost.
func (p person) visits(b *browsertest.Browser) {
	p.t.Helper()
	form := `form[action$="/record_visit"]`
	p.Fill(form+" [name=statement]", "两人入户。儿子卧床,五样不能自理。")
	p.Upload(form+" [name=photo]", photo(p.t))
	p.ticks(form)
	for _, who := range []string{"1", "2"} {
		p.Draw(form + " [data-sign]:nth-of-type(" + who + ") canvas")
	}
	p.Click(form + " .btn.go")
	p.Until("the refusal is said", `document.querySelector("#say").innerText.includes("签名")`)
	p.Draw(form + " [data-sign]:nth-of-type(3) canvas")
	p.judge("case-visit")
	p.Desk()
	p.Go(form + " .btn.go")
	p.Wait("办好了")
	p.judge("case-visited")
	p.Wait("等第二人确认")
	p.Until("what was ticked is said by the visit", `document.body.innerText.includes("入户核实") && !document.body.innerText.includes("本人说,待核")`)
	p.secondedBy(b, p.Eval(`location.pathname`))
	p.Open(city.Platform + p.Eval(`location.pathname`))
	p.opens()
}

// ticks says of everything that somebody said that it was seen to be so.
func (p person) ticks(form string) {
	p.t.Helper()
	p.Eval(`document.querySelectorAll('` + form + ` details').forEach((d) => d.open = true); ""`)
	if n := p.Eval(`String(document.querySelectorAll('` + form + ` [name=same]').length)`); n == "0" {
		p.t.Fatal("nothing can be ticked as seen")
	}
	p.judge("case-confirms")
	p.Eval(`document.querySelectorAll('` + form + ` [name=same]').forEach((b) => b.click()); ""`)
}

// secondedBy has the other visitor read the record and stand behind it.
func (p person) secondedBy(b *browsertest.Browser, page string) {
	p.t.Helper()
	for _, login := range []string{"wangmiao.assistant1", "wangmiao.assistant2"} {
		other := at(p.t, b, login)
		other.Open(city.Platform + page)
		if form := `form[action$="/confirm_visit"]`; other.Eval(`String(!!document.querySelector('`+form+`'))`) == "true" {
			other.Wait("儿子卧床")
			other.judge("case-second")
			other.Go(form + " .btn.go")
			other.Wait("办好了")
			return
		}
	}
	p.t.Fatal("neither assistant may confirm the visit")
}

// newCard has the officer write down another card on the way.
func (p person) newCard() {
	p.t.Helper()
	p.proposesCard("6205340000005345325")
	p.judge("card-waits")
}

// proposesCard writes a new card down on the page of the case.
func (p person) proposesCard(account string) {
	p.t.Helper()
	form := `form[action$="/propose_card"]`
	p.Eval(`(()=>{for(let d=document.querySelector('` + form + `').closest("details");d;d=d.parentElement.closest("details"))d.open=true;return ""})()`)
	p.Fill(form+" [name=account]", account)
	p.judge("card-propose")
	p.Go(form + " .btn")
	p.Wait("等第二人核对")
}

// refusesCard shows the approver both cards, beside the decision too, and sends the
// new one back.
func (p person) refusesCard() {
	p.t.Helper()
	p.Wait("原来的卡")
	p.Wait("5325")
	p.judge("case-card")
	if p.Eval(`String(!!document.querySelector('form[action$="/decide"] input[name=card][type=checkbox][required]'))`) != "true" {
		p.t.Fatal("money can be approved without a word about the card that waits")
	}
	form := `form[action$="/reject_card"]`
	p.Eval(`(()=>{for(let d=document.querySelector('` + form + `').closest("details");d;d=d.parentElement.closest("details"))d.open=true;return ""})()`)
	p.Fill(form+" [name=reason]", "打电话问了,不是她家的卡")
	p.Go(form + " .btn")
	p.Wait("新卡退回")
}

// each does one act for every claim that offers it, as long as the page does.
func (p person) each(act string) int {
	p.t.Helper()
	for n := 0; ; n++ {
		sel := `form[action*="/claim/"][action$="/` + act + `"]`
		if p.Eval(`String(!!document.querySelector('`+sel+`'))`) != "true" {
			return n
		}
		p.Eval(`(()=>{const f=document.querySelector('` + sel + `');for(let d=f.closest("details");d;d=d.parentElement.closest("details"))d.open=true;if(f.elements.amount&&!f.elements.amount.value)f.elements.amount.value="500";return ""})()`)
		if n == 0 {
			p.judge("act-" + act)
		}
		p.Go(sel + " .btn:not([data-clear])")
		p.Wait("办好了")
	}
}

func (p person) proposes() {
	p.t.Helper()
	if n := p.each("propose"); n < 2 {
		p.t.Fatalf("proposed %d items", n)
	}
	if n := p.each("publish_notice"); n == 0 {
		p.t.Fatal("nothing was put on the board")
	}
	p.judge("case-noticed")
}

// find opens the case of a receipt as somebody of the staff.
func find(t *testing.T, b *browsertest.Browser, login, receipt string) person {
	t.Helper()
	p := at(t, b, login)
	p.desk("/township?q=" + strings.ReplaceAll(receipt, " ", ""))
	p.Go("tbody a")
	return p
}

// secondPeopleDecide lets the township's approver and the county's decide, each
// what is theirs, and reads a decision's letter.
func secondPeopleDecide(t *testing.T, b *browsertest.Browser, receipt string) {
	total := 0
	for _, login := range []string{"wangmiao.approver", "pingyuan.county"} {
		p := find(t, b, login, receipt)
		if login == "wangmiao.approver" {
			p.refusesCard()
		}
		total += p.each("decide")
		if login == "pingyuan.county" {
			continue
		}
		p.judge("case-decided")
		p.Eval(`document.querySelector(".tl").closest(".sheet").scrollIntoView(); ""`)
		p.View("picture-timeline", 1280, 900)
		p.Go(`a[href*="/decision/"]`)
		p.Wait("告知书")
		p.Wait("行政复议")
		p.judge("letter")
		p.onPaper("letter-print")
	}
	if total < 2 {
		t.Fatalf("%d items were decided", total)
	}
}

// money makes a batch, has a second person approve it, and sees the bank answer.
func money(t *testing.T, b *browsertest.Browser, receipt string) {
	maker := at(t, b, "payer1")
	maker.judge("county-due")
	maker.Go(`form[action$="/batch"] .btn`)
	maker.Wait("做好了一批")
	if maker.Eval(`String(!!document.querySelector('form[action$="/approve"]'))`) == "true" {
		t.Fatal("who made the batch may approve it")
	}
	second := at(t, b, "payer2")
	second.judge("county-draft")
	second.discards()
	maker.desk("/county")
	maker.Go(`form[action$="/batch"] .btn`)
	second.desk("/county")
	if second.Eval(`String(!!document.querySelector('form[action$="/approve"]'))`) == "true" {
		t.Fatal("a batch can be approved without a look at its lines")
	}
	second.approves()
	second.judge("county-returned")
	// The card was closed: the family brings another to its township, a payer confirms.
	officer := find(t, b, "wangmiao.officer", receipt)
	officer.proposesCard(family(t)["account"])
	second.desk("/county")
	second.judge("county-confirm")
	if second.Eval(`String(!!document.querySelector('form[action$="/confirm"]'))`) == "true" {
		t.Fatal("a card can be put in force without a look at the number to ring")
	}
	second.Click(`form[action$="/phone"] .btn`)
	second.Until("the number to ring, and the card to confirm", `!!document.querySelector('form[action$="/confirm"]')`)
	second.Go(`form[action$="/confirm"] .btn`)
	second.Wait("确认了")
	maker.desk("/county")
	maker.Go(`form[action$="/batch"] .btn`)
	second.desk("/county")
	second.approves()
	second.Until("all of it is on the card", `document.body.innerText.includes("没有等着换卡的")`)
	second.judge("county-answered")
	second.Desk()
	second.View("picture-payouts", 1280, 800)
}

// approves reads the lines of the draft another made, approves it and sees the bank
// answer.
func (p person) approves() {
	p.t.Helper()
	p.Go(`a.btn[href*="/county/batch/"]`)
	p.Wait("对得上")
	p.Wait("样本")
	p.judge("county-batch")
	p.Go(`form[action$="/approve"] .btn`)
	p.Wait("核准了")
	p.Until("the bank has answered", `["银行已答复", "结清", "退回"].some((w) => document.querySelector("#batches tbody tr").innerText.includes(w))`)
	p.desk("/county")
}

// discards discards the draft with a reason; its money waits again.
func (p person) discards() {
	p.t.Helper()
	p.Click("#batches details.more > summary")
	p.Fill(`form[action$="/discard"] [name=reason]`, "有一户的卡要先核")
	p.Go(`form[action$="/discard"] .btn`)
	p.Wait("作废了")
	p.Until("the reason stands, the money waits", `document.querySelector("#batches").innerText.includes("有一户的卡要先核") && !!document.querySelector('form[action$="/batch"]')`)
	p.judge("county-discarded")
}

// A refusal on paper says all that wording.md asks of it: the item, the reason with
// its number and line, who decided, how and until when to ask again, what else may
// fit. The page of the refused case leads there; paper shows the letter alone.
// Control: leave Else out of the letter.
func TestRefusedCaseAndItsLetter(t *testing.T) {
	d := aCase(t)
	p := at(t, browsertest.Start(t), "wangmiao.approver")
	p.desk(strings.TrimPrefix(d.page, "/desk"))
	p.judge("case-refused-decided")
	p.desk(strings.TrimPrefix(d.letter, "/desk"))
	for _, says := range []string{"不予确认", "原因:", "15,000 元", "11,520 元", "王庙镇", "60 天", "行政复议", "6 个月", "还可能合适", "12345"} {
		if !p.Has(says) {
			t.Errorf("the letter does not say %q", says)
		}
	}
	p.judge("letter-refused")
	p.Desk()
	p.View("picture-letter", 1000, 1000)
	p.onPaper("letter-refused-print")
	// By the keyboard: past the bar, back to the case, then the one button.
	p.desk(strings.TrimPrefix(d.letter, "/desk"))
	p.Press("\t", false)
	p.Press("\r", false)
	p.Press("\t", false)
	p.Press("\t", false)
	if got := p.Focused(); !strings.Contains(got, "打印") {
		t.Errorf("the third stop is %q", got)
	}
	if outline := p.Eval(`getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).outlineWidth`); !strings.HasPrefix(outline, "solid") {
		t.Errorf("the focus is not to be seen: %s", outline)
	}
}

// onPaper keeps a picture of a page as the printer gets it.
func (p person) onPaper(name string) {
	p.t.Helper()
	p.Eval(`document.querySelector('link[media=print]').media = "all"; ""`)
	p.Until("nothing of the desk is on the paper", `getComputedStyle(document.querySelector(".top")).display === "none"`)
	p.Shot(name)
}

// The pages that say that something went wrong: each names what, and leads back.
func TestErrorPages(t *testing.T) {
	p := at(t, browsertest.Start(t), "pingyuan.county")
	for _, c := range []struct{ path, says string }{{"/township/case/999999999", "没有找到"}, {"/nothing", "没有这一页"}, {"/county", "不归您办"}} {
		p.desk(c.path)
		p.Wait(c.says)
		p.judge("error-" + strings.Trim(strings.ReplaceAll(c.path, "/", "-"), "-"))
	}
	p.desk("/township")
	p.judge("county-queue")
}

// changed has monthly money changed from the month after the one that was paid: the
// officer proposes, a second person decides, and the page says so.
func changed(t *testing.T, b *browsertest.Browser, receipt string) {
	officer := find(t, b, "wangmiao.officer", receipt)
	form := `form[action*="/claim/"][action$="/change_benefit"]`
	officer.Eval(`(()=>{const f=document.querySelector('` + form + `');for(let d=f.closest("details");d;d=d.parentElement.closest("details"))d.open=true;
		f.elements.from.selectedIndex=1;f.elements.amount.value="77";f.elements.reason.value="家里人口少了一个,重新核过。";return ""})()`)
	officer.Eval(`document.querySelector('` + form + `').scrollIntoView(); ""`)
	officer.judge("act-change_benefit")
	officer.Go(form + " .btn")
	officer.Wait("办好了")
	if officer.Eval(`String(!!document.querySelector('form[action$="/decide_change"]'))`) == "true" {
		t.Fatal("who proposed the change may decide it")
	}
	second := find(t, b, "wangmiao.approver", receipt)
	second.judge("act-decide_change")
	second.Go(`form[action$="/decide_change"] .btn`)
	second.Wait("已生效")
	second.Eval(`document.querySelector('main').scrollTo(0, 1e6); window.scrollTo(0, document.body.scrollHeight); ""`)
	second.judge("case-changed")
}
