package county_test

import (
	"strings"
	"testing"

	"lianou/channels/browsertest"
	"lianou/core/payout"
)

// A run is narrowed on the page to a county, an item and a month (issue 6: monthly and one-off runs per
// item, period and county): the page offers what is due and how many there are of each, the batch holds
// those and says what it took, and the rest stays due, with the day by which it has to be on the card.
//
// Controls: create that takes no item ("2 lines of 46000 fen"); choicesOf that counts no lines ("低保(0 笔)").
func TestARunIsNarrowedOnThePage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.entitled(36000)
	o.due(10000, payout.Entitlement{Item: "MZ-08", ItemName: "残疾人护理补贴"})
	o.due(11000, payout.Entitlement{Item: "MZ-08", ItemName: "残疾人护理补贴", Period: "202602"})
	o.due(12000, payout.Entitlement{Item: "MZ-08", ItemName: "残疾人护理补贴", Region: "371424103"})
	tab := browsertest.Start(t).Tab(t)
	tab.Open(o.site.URL + "/desk/login")
	tab.Fill("input[name=login]", "payer1")
	tab.Fill("input[name=password]", password)
	tab.Go(".login .btn.go")
	tab.Open(o.site.URL + "/desk/county")
	tab.Wait("哪天前要到卡上")
	offered := tab.Eval(`[...document.querySelectorAll("select[name=county] option, select[name=item] option, select[name=period] option")].map((o) => o.innerText.replace(/^德州市/, "")).join("|")`)
	if want := "全市|临邑县(1 笔)|平原县(3 笔)|各项|最低生活保障(1 笔)|残疾人护理补贴(3 笔)|各月|2026 年 2 月(1 笔)|2026 年 3 月(3 笔)"; offered != want {
		t.Errorf("offered %s, want %s", offered, want)
	}
	days := tab.Eval(`[...document.querySelectorAll("#unpaid tbody tr")].map((r) => r.innerText.replace(/\s+/g, " ")).join("|")`)
	for _, row := range []string{"最低生活保障 2026 年 3 月 360 元 样本 1 笔", "残疾人护理补贴 2026 年 2 月 110 元 样本 1 笔", "残疾人护理补贴 2026 年 3 月 220 元 样本 2 笔"} {
		if _, by, found := strings.Cut(days, row); !found || !strings.Contains(strings.Split(by, "|")[0], "日前") {
			t.Errorf("%s has no day: %s", row, days)
		}
	}
	tab.Accessible()
	tab.Choose("select[name=county]", "371426")
	tab.Choose("select[name=item]", "MZ-08")
	tab.Choose("select[name=period]", "202603")
	tab.Click(`form[action="/desk/county/batch"] .btn.go`)
	tab.Wait("做好了一批")
	if n, sum := o.number(`select lines from payout_batch`), o.number(`select total from payout_batch`); n != 1 || sum != 10000 {
		t.Errorf("%d lines of %d fen", n, sum)
	}
	tab.Wait("平原县 · 残疾人护理补贴 · 2026 年 3 月")
	if left := o.number(`select count(*) from payout_entitlement where state = 'due'`); left != 3 {
		t.Errorf("%d stay due", left)
	}
	tab.Accessible()
	tab.Shot("county-narrowed")
	tab.Quiet()
}
