package county_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Money that may be the same again is let go by two people on the page: one says what they looked at,
// another confirms those very words; nobody both, nobody without a word, nobody words that were written
// anew, and no other room's people.
//
// Controls: the form of whoever wrote it down shown to them ("payer1 may let it go alone"); LetGo that
// compares no words ("other words: 303").
func TestTwoLetHeldMoneyGo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.entitled(36000)
	o.entitled(20000)
	o.owner(`insert into payout_overlap (entitlement, other, region, kind, why, law, found) select max(id), min(id), min(region), 'exclude', '同一个人低保和特困只能享受一样。', '样本口径', now() from payout_entitlement`)
	id := o.number(`select id from payout_overlap`)
	first, second := o.payer("payer1"), o.payer("payer2")
	say, confirm := fmt.Sprintf("/desk/county/held/%d/say", id), fmt.Sprintf("/desk/county/held/%d/confirm", id)
	const words = "两家不是一个人,看了户口本"
	page := func(who *http.Client) string { _, text := o.ask(who, "/desk/county", nil); return text }
	if got := page(first); !strings.Contains(got, "可能发重,先留住的") || !strings.Contains(got, "低保和特困只能享受一样") || strings.Contains(got, confirm) {
		t.Errorf("what is held reads %.600s", got)
	}
	for name, c := range map[string]struct {
		to    string
		says  string
		wants int
	}{"nobody's word": {say, " ", 422}, "confirmed before a word": {confirm, words, 409}} {
		if status, _ := o.ask(first, c.to, url.Values{"says": {c.says}}); status != c.wants {
			t.Errorf("%s: %d", name, status)
		}
	}
	if status, said := o.ask(first, say, url.Values{"says": {words}}); status >= 400 {
		t.Fatalf("%d %s", status, said)
	}
	if strings.Contains(page(first), confirm) {
		t.Error("payer1 may let it go alone")
	}
	if got := page(second); !strings.Contains(got, words) || !strings.Contains(got, confirm) {
		t.Error("payer2 has no button")
	}
	for name, c := range map[string]struct {
		who  *http.Client
		says string
	}{"who wrote it": {first, words}, "other words": {second, "两家是一个人"}} {
		if status, _ := o.ask(c.who, confirm, url.Values{"says": {c.says}}); status < 400 {
			t.Errorf("%s: %d", name, status)
		}
	}
	if n := o.number(`select count(*) from payout_overlap where confirmed is not null`); n != 0 {
		t.Errorf("%d were let go", n)
	}
	if status, said := o.ask(second, confirm, url.Values{"says": {words}}); status >= 400 {
		t.Fatalf("%d %s", status, said)
	}
	if status, _ := o.ask(second, confirm, url.Values{"says": {words}}); status != http.StatusConflict {
		t.Errorf("let go twice: %d", status)
	}
	if got := page(second); strings.Contains(got, "可能发重,先留住的") {
		t.Error("it stands there still")
	}
	if n := o.number(`select count(*) from payout_overlap where confirmed is not null and looked_by <> confirmed_by`); n != 1 {
		t.Errorf("%d were let go by two", n)
	}
}
