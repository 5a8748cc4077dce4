package county_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Money that came back a second time has no button for its card until somebody has written
// down why; and then not for whoever wrote it.
//
// Control: MayConfirm without AgainBy.
func TestPayersStopAtTheSecondReturn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.entitled(36000)
	o.batch()
	o.owner(fmt.Sprintf(`update payout_batch set state = 'approved', approved = now(), approved_by = %d`, o.ids["payer2"]))
	o.returned()
	// The same money, an earlier time.
	o.owner(`alter table payout_line disable trigger user`,
		`insert into payout_line (batch, seq, entitlement, region, attempt, amount, holder, account, last4, item, item_name, period, state, code, answered)
			select batch, seq + 1, entitlement, region, 2, amount, holder, account, last4, item, item_name, period, state, code, answered from payout_line`,
		`alter table payout_line enable trigger user`)
	first, second := o.payer("payer1"), o.payer("payer2")
	_, page := o.ask(first, "/desk/county", nil)
	has(t, "came back twice", page, "退回 2 次了", "/desk/county/fix/1/again")
	if strings.Contains(page, "/phone") {
		t.Error("the card can be mended at once")
	}
	_, page = o.ask(first, "/desk/county/fix/1/again", url.Values{"says": {"银行说换了号段,新卡当面试过"}})
	has(t, "written down", page, "记下了", "payer1 查过:银行说换了号段")
	if strings.Contains(page, "/phone") {
		t.Error("offered to whoever wrote it")
	}
	if _, page = o.ask(second, "/desk/county", nil); !strings.Contains(page, "/desk/county/fix/1/phone") {
		t.Error("not offered to the second person")
	}
	if status, _ := o.ask(second, "/desk/county/fix/1/again", url.Values{"says": {"再写一次"}}); status != http.StatusConflict {
		t.Errorf("written twice: %d", status)
	}
}
