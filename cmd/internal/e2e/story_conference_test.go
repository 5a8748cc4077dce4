package e2e

import (
	"fmt"
	"net/url"
	"testing"

	"lianou/channels/browsertest"
)

// conference is somebody who fits by the rules but for their savings, which an operation waits
// for: several bodies sit down over it (一事一议), and the decision rests on what they resolved.
func conference(t *testing.T, b *browsertest.Browser) ending {
	over := asks(t, "over", 12, "邢玉珍", "371424106", "6205340000007119058", url.Values{"live.village": {"371424106203"}, "live.detail": {"27号"},
		"story": {"我透析两年了,一年花两万六。存折上的钱是下个月动手术要用的,不敢动。"}, "item": {"MZ-04"},
		"h.hukou": {"local"}, "h.financial_assets_per_capita": {"17900"}, "h.income_12m": {"39600"}, "h.rigid_12m": {"26000"}, "h.shocks.kind": {"none"}})
	receipt := over.files(t, "linyi.clerk")
	_, page := caseOf(t, "mengsi", receipt)
	goneToSee(t, "mengsi", page, "MZ-04")
	officer := on(t, b, "mengsi.officer", page)
	officer.confers()
	officer.minutes()
	readAndSigned(t, b, page)
	over.hears(t, "可以帮您办")
	officer.restsOnIt(page)
	if err := city.Advance("8d"); err != nil {
		t.Fatal(err)
	}
	approver := on(t, b, "mengsi.approver", page)
	approver.does("decide")
	approver.Until("what was resolved stands beside the decision", `["可以帮", "最多 1,800 元", "摘要", "确认同意"].every((w) => document.body.innerText.includes(w))`)
	approver.holds("conference-decided")
	approver.figure("conference", "[aria-label=一事一议]", 1440, 560)
	approver.figure("notice", "[aria-label=一事一议] + *", 1440, 480)
	must(t, hands(t).Pay(t.Context()))
	over.hears(t, "已打到尾号 9058")
	return ending{receipt: receipt, payments: 1}
}

// confers calls the conference for today: colleagues of the township and the county, and two
// from elsewhere whom somebody asked whether they are kin.
func (p person) confers() {
	p.t.Helper()
	form := p.act("conference")
	p.Fill(form+" [name=reason]", "存款超线六百二十元,是手术要用的。")
	p.Fill(form+" [name=place]", "孟寺镇政府二楼")
	p.Eval(`document.querySelector('` + form + ` [name=on]').value = "` + cityDay(p.t, 0) + `"; ""`)
	p.Eval(`[...document.querySelectorAll('` + form + ` [name=people]')].filter((e) => /经办|乡镇审批|县级审批/.test(e.closest("label").innerText)).forEach((e) => e.checked = true); ""`)
	p.Fill(form+" .grid [name=outside]", "王大夫")
	p.Fill(form+" .grid [name=function]", "临邑县卫健局")
	p.Fill(form+" .grid + .grid [name=outside]", "刘会计")
	p.Fill(form+" .grid + .grid [name=function]", "临邑县医保局")
	p.Click(form + " [name=unrelated]")
	p.holds("conference-call")
	p.does("conference")
	p.Until("five are asked, two of them from elsewhere", `["请了 5 人", "王大夫", "临邑县医保局"].every((w) => document.querySelector("[aria-label=一事一议]").innerText.includes(w))`)
}

// minutes writes down who said what and how each voted.
func (p person) minutes() {
	p.t.Helper()
	form := p.act("conference_minutes")
	for i, vote := range []string{"for", "for", "for", "for", "against"} {
		p.Choose(fmt.Sprintf("%s [name=vote%d]", form, i+1), vote)
	}
	p.Fill(form+" [name=minutes]", "看了病历、票据和手术通知。王大夫说手术不能等;刘会计说医保报完还差一截。")
	p.Eval(`(()=>{const s=document.querySelector('` + form + ` [name=help]');s.selectedIndex=1;document.querySelector('` + form + ` [name=until]').value="` + cityDay(p.t, 30) + `";return ""})()`)
	p.Fill(form+" [name=amount]", "1800")
	p.Fill(form+" [name=reasons]", "存款多出的六百二十元,下个月手术要用")
	p.holds("conference-minutes")
	p.does("conference_minutes")
}

// readAndSigned has those who were there find the minutes right in sessions of their own, and
// the county sign them, which it cannot before.
func readAndSigned(t *testing.T, b *browsertest.Browser, page string) {
	t.Helper()
	county := on(t, b, "linyi.county", page)
	county.Wait("还有到会的同事没看过记录")
	county.lacks("conference_end", "somebody has not read the minutes")
	approver := on(t, b, "mengsi.approver", "/desk/township")
	approver.Wait("会议记录,等您核对的")
	approver.Open(city.Platform + page)
	approver.act("conference_read")
	approver.Wait("记录写您的表决:赞成")
	approver.does("conference_read")
	county.Open(city.Platform + page)
	county.act("conference_end")
	county.holds("conference-sign")
	county.does("conference_end")
	county.Until("it stands on the page, signed by two", `["可以帮", "反对", "摘要"].every((w) => document.querySelector("[aria-label=一事一议]").innerText.includes(w))`)
}

// restsOnIt proposes more than was resolved, which is refused in words, and then what was.
func (p person) restsOnIt(page string) {
	p.t.Helper()
	p.Open(city.Platform + page)
	form := p.act("propose")
	p.Wait("一事一议定的")
	p.Fill(form+" [name=amount]", "2000")
	p.Fill(form+" [name=reason]", "一事一议定的:存款多出的钱手术要用。")
	p.Click(form + " p.gap .btn")
	p.Until("more than was resolved is refused", `document.querySelector("#say").innerText.includes("比一事一议定的多")`)
	p.Shot("conference-too-much")
	p.Fill(form+" [name=amount]", "1800")
	p.does("propose")
	p.does("publish_notice")
}
