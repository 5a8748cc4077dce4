package county_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"lianou/channels/browsertest"
	"lianou/core/pg"
)

// A batch that was stopped on its way, because somebody in it has another card since, is
// shown with what to do: one payer writes down what the bank said, another confirms it, and
// the money is due again. Within the first hour nobody is sent to the telephone.
//
// Controls, seen red: Unsettled without its hour ("within the hour: a form"); MayConfirm
// that is true for the proposer ("payer1 confirms alone").
func TestTwoPayersDissolveAHeldBatch(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.entitled(36000)
	id := o.batch()
	var now string
	o.must(o.db.Read(t.Context(), pg.NoScope(), func(_ context.Context, tx *pg.Tx) error { now = tx.Now().Format(time.RFC3339); return nil }))
	o.owner(fmt.Sprintf(`update payout_batch set state = 'approved', approved = '%s', approved_by = %d`, now, o.ids["payer2"]),
		fmt.Sprintf(`update payout_batch set state = 'file_written', intended = '%s'`, now), `update payout_batch set offered = 1`)
	one, two := o.payer("payer1"), o.payer("payer2")
	form := fmt.Sprintf("/desk/county/batch/%d/said", id)
	page := func(c *http.Client) string { _, s := o.ask(c, "/desk/county", nil); return s }
	if strings.Contains(page(one), form) {
		t.Error("within the hour: a form")
	}
	o.env.Advance(2 * time.Hour)
	if s := page(one); !strings.Contains(s, "一个多小时了,还没有收条") || !strings.Contains(s, "银行收到了") || strings.Contains(s, `value="dissolve"`) {
		t.Error("after an hour the page does not say what to ask")
	}
	o.owner(`insert into payout_word (batch, offer, word, at) values (1, 1, 'absent', now())`, `update payout_batch set held = now()`)
	if s := page(one); !strings.Contains(s, "停住了,等两个人") || !strings.Contains(s, `value="dissolve"`) || strings.Contains(s, "再交一次") {
		t.Error("the page does not say that the batch is stopped")
	}
	tab := browsertest.Start(t).Tab(t)
	tab.Open(o.site.URL + "/desk/login")
	tab.Fill("input[name=login]", "payer2")
	tab.Fill("input[name=password]", password)
	tab.Go(".login .btn.go")
	tab.Desk()
	tab.Accessible()
	tab.Shot("county-held")
	tab.Phone()
	tab.Accessible()
	// What one wrote down before the bank's own word came fits no more: it is written anew.
	// As it was, the page showed a button that always failed, and no form (red: "no way on").
	o.owner(fmt.Sprintf(`insert into payout_said (batch, offer, word, evidence, proposed_by, proposed) values (%d, 1, 'absent', '问了张经理', %d, now())`, id, o.ids["payer2"]))
	if s := page(one); strings.Contains(s, form+"/confirm") || !strings.Contains(s, "这一条办不成了") || !strings.Contains(s, `value="dissolve"`) {
		t.Error("no way on")
	}
	if status, s := o.ask(one, form, url.Values{"word": {"dissolve"}, "evidence": {"问了张经理,3 月 5 日"}}); status != http.StatusOK || strings.Contains(s, form+"/confirm") || !strings.Contains(s, "要另一个人来确认") {
		t.Errorf("payer1 confirms alone: %d", status)
	}
	s := page(two)
	proposed := regexp.MustCompile(`name="proposed" value="(\d+)"`).FindStringSubmatch(s)
	if proposed == nil || !strings.Contains(s, "payer1 问过:问了张经理") {
		t.Fatal("payer2 is not shown what to confirm")
	}
	if status, s := o.ask(two, form+"/confirm", url.Values{"word": {"dissolve"}, "proposed": {proposed[1]}}); status != http.StatusOK || !strings.Contains(s, "停住后作废") || !strings.Contains(s, "等着发 <b class=\"num\">1</b> 笔") {
		t.Errorf("dissolved: %d", status)
	}
}
