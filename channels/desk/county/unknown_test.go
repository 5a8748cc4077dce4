package county_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"lianou/channels/browsertest"
)

// Who pays reads of a batch whose outcome nobody knows that it is unknown, that nothing is
// sent again, and what to do; the open page takes the bank's word up by itself.
//
// Controls, seen red: unsure that gives nothing ("the list does not say «还没有收条»"); a
// digest without the word ("no news of the bank's word: 204").
func TestPayersReadWhatIsUnknown(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.entitled(36000)
	id := o.batch()
	o.owner(fmt.Sprintf(`update payout_batch set state = 'approved', approved = now(), approved_by = %d`, o.ids["payer2"]),
		`update payout_batch set state = 'file_written', intended = now()`, `update payout_batch set offered = 1`)
	c := o.payer("payer2")
	says := func(when string, want ...string) (seen string) {
		t.Helper()
		_, list := o.ask(c, "/desk/county", nil)
		_, one := o.ask(c, fmt.Sprintf("/desk/county/batch/%d", id), nil)
		for _, w := range append(want, "不要另做一批") {
			if !strings.Contains(list, w) || !strings.Contains(one, w) {
				t.Errorf("%s: the list does not say «%s»", when, w)
			}
		}
		return regexp.MustCompile(`seen=([0-9a-f]+)`).FindStringSubmatch(list)[1]
	}
	seen := says("no word", "等银行收条", "还没有收条", "问到以前不会再发", "LN000000000001")
	o.owner(`insert into payout_word (batch, offer, word, at) values (1, 1, 'differs', now())`)
	if status, _ := o.ask(c, "/desk/county/batches?seen="+seen, nil); status != http.StatusOK {
		t.Errorf("no news of the bank's word: %d", status)
	}
	says("other bytes", "银行那边内容不一样", "一分钱也不会再发")
	tab := browsertest.Start(t).Tab(t)
	tab.Open(o.site.URL + "/desk/login")
	tab.Fill("input[name=login]", "payer2")
	tab.Fill("input[name=password]", password)
	tab.Go(".login .btn.go")
	tab.Desk()
	tab.Accessible()
	tab.Shot("county-unknown")
	tab.Phone()
	tab.Accessible()
	tab.Shot("county-unknown-phone")
}
