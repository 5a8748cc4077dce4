package e2e

import (
	"net/url"
	"testing"

	"lianou/channels/browsertest"
)

// handedBack is a case that goes back on a cited ground (退单): the county sends it to another
// township, that one hands it back too, the county says for good where it belongs, and there it
// is handled to its end. No clock begins anew.
func handedBack(t *testing.T, b *browsertest.Browser) ending {
	moved := asks(t, "moved", 13, "邵桂芝", "371424103", "6205340000005345614", url.Values{"live.detail": {"村西租的房"}, "story": {"去年搬了一次,两边都有房,不知道归哪管。"}, "item": {"MZ-07"}})
	receipt := moved.files(t, "linyi.clerk")
	_, page := caseOf(t, "deping", receipt)
	const first = `select extract(epoch from first_contact)::bigint + (accept_due - date '2000-01-01') from casefile where receipt = $1`
	began := count(t, first, receipt)
	deping := on(t, b, "deping.officer", page)
	deping.returns("")
	county := on(t, b, "linyi.county", page)
	county.sends("371424106", "")
	_, page = caseOf(t, "mengsi", receipt)
	mengsi := on(t, b, "mengsi.officer", page)
	mengsi.returns("退过一次了:这一次由县里定,定了不能再退。")
	county.Open(city.Platform + page)
	form := county.act("relocate")
	county.Wait("镇上退过两次了。县里定下来,就不能再退。")
	county.Choose(form+" [name=region]", "371424103")
	if county.Eval(`String(!!document.querySelector('`+form+` [name=reason]:invalid'))`) != "true" {
		t.Error("the county settles it without a reason")
	}
	county.holds("return-settled")
	county.sends("371424103", "户口和常住都在德平,租的房只是冬天住。")
	_, page = caseOf(t, "deping", receipt)
	deping.Open(city.Platform + page)
	deping.lacks("return", "the county has settled it")
	deping.Wait("定了,不能再退")
	if now := count(t, first, receipt); now != began {
		t.Errorf("a clock began anew: %d and %d", began, now)
	}
	goneToSee(t, "deping", page, "MZ-07")
	deping.Open(city.Platform + page)
	form = deping.act("propose")
	deping.Click(form + " [name=outcome][value=refuse]")
	deping.Fill(form+" [name=reason]", "残疾证没有办下来,2026 年查过残联。办下来可以再报。")
	deping.does("propose")
	approver := on(t, b, "deping.approver", page)
	approver.does("decide")
	moved.hears(t, "没批")
	return ending{receipt: receipt}
}

// returns hands the open case back on a ground, after the form has asked for one.
func (p person) returns(says string) {
	p.t.Helper()
	form := p.act("return")
	p.Wait("派来两个工作日内才能退")
	if says != "" {
		p.Wait(says)
	}
	if p.Eval(`String(!!document.querySelector('`+form+` [name=ground]:invalid'))`) != "true" {
		p.t.Error("a case goes back without a ground")
	}
	p.Choose(form+" [name=ground]", "elsewhere")
	p.Fill(form+" [name=reason]", "问过村里,这家常住在邻镇,户口也在那边。")
	p.holds("return-" + p.Eval(`location.pathname.split("/").pop()`))
	p.does("return")
}

// sends says where the open case belongs.
func (p person) sends(region, why string) {
	p.t.Helper()
	form := p.act("relocate")
	p.Wait("这家住在别的镇")
	p.Choose(form+" [name=region]", region)
	if why != "" {
		p.Fill(form+" [name=reason]", why)
	}
	p.does("relocate")
}
