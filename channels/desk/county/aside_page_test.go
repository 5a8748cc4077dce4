package county_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// Whoever rings the bank reads what is wrong with its return, and the answer that is there to be
// picked is of that: a first return that is wrong is no second one.
//
// Control: every return worded alike, as it was ("…: the page says «又来一份回单,和先前的对不上»").
func TestAReturnThatWasSetAsideSaysWhy(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.entitled(36000)
	id := o.batch()
	o.owner(fmt.Sprintf(`update payout_batch set state = 'approved', approved = now(), approved_by = %d`, o.ids["payer2"]),
		`update payout_batch set state = 'file_written', intended = now()`, `update payout_batch set state = 'sent', sent = now(), offered = 1`)
	asker, second := o.payer("payer1"), o.payer("payer2")
	for i, c := range []struct{ reason, says, stands string }{
		{"form: digest in record 3", "看不懂", "等银行重发"},
		{"no such batch", "批号不是我们的", "银行发错了"},
		{"batch is file_written", "还没有交给银行", "等银行重发"},
		{"number of lines differs", "笔数和发出去的不一样", "等银行重发"},
		{"total differs", "总额和发出去的不一样", "等银行重发"},
		{"line 1 differs", "不是发出去的那一笔", "等银行重发"},
		{"batch is refused", "银行先说整批退回", "以先前的为准"},
		{"batch is discarded", "已经作废", "一笔也没有付"},
		{"the bank booked the file", "后来又说记了账", "以回单为准"},
		{"batch is closed", "又来一份回单,和先前的对不上", "以先前的为准"},
	} {
		batch := fmt.Sprint(id)
		if c.reason == "no such batch" {
			batch = "null"
		}
		o.owner(fmt.Sprintf(`insert into bank_return (name, digest, batch, sealed, state, reason, received) values ('r%d.ret', repeat('%x', 64), %s, '\x00', 'set_aside', '%s', now())`, i, i, batch, c.reason))
		_, page := o.ask(asker, "/desk/county", nil)
		if !strings.Contains(page, c.says) || !strings.Contains(page, c.stands) || c.reason != "batch is closed" && strings.Contains(page, "又来一份回单,和先前的对不上") {
			t.Errorf("%s: the page does not say «%s» and «%s»", c.reason, c.says, c.stands)
		}
		ret := o.number(fmt.Sprintf(`select id from bank_return where name = 'r%d.ret'`, i))
		if status, said := o.ask(asker, fmt.Sprintf("/desk/county/inquiry/%d/propose", ret), url.Values{"outcome": {"stands"}, "evidence": {"问过李主任"}}); status >= 400 {
			t.Fatalf("%s: %d %s", c.reason, status, said)
		}
		proposed := o.number(fmt.Sprintf(`select (extract(epoch from proposed) * 1000000)::bigint from payout_inquiry where return = %d`, ret))
		if status, said := o.ask(second, fmt.Sprintf("/desk/county/inquiry/%d/confirm", ret), url.Values{"outcome": {"stands"}, "proposed": {fmt.Sprint(proposed)}}); status >= 400 {
			t.Fatalf("%s: %d %s", c.reason, status, said)
		}
	}
}
