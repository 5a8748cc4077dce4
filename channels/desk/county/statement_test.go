package county_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"lianou/channels/browsertest"
	"lianou/core"
	"lianou/core/payout"
	"lianou/core/pg"
)

// answered has the bank pay a batch of these amounts, but for those of 500 元, which came
// back, and gives the lines as the bank's statement has them.
func (o *office) answered(amounts ...core.Fen) []payout.StatementLine {
	o.t.Helper()
	for _, a := range amounts {
		o.entitled(a)
	}
	id := o.batch()
	o.owner(fmt.Sprintf(`update payout_batch set state = 'approved', approved = now(), approved_by = %d`, o.ids["payer2"]),
		`update payout_line set state = case amount when 50000 then 'returned' else 'paid' end, code = case amount when 50000 then '1002' else '0000' end, answered = now()`,
		`update payout_entitlement e set state = l.state, paid = case l.state when 'paid' then now() end from payout_line l where l.entitlement = e.id`,
		`update payout_batch set state = 'file_written', intended = now()`, `update payout_batch set state = 'sent', sent = now()`,
		`update payout_batch set state = 'answered', answered = now(), returned = (select coalesce(sum(amount) filter (where state = 'returned'), 0) from payout_line), paid = (select coalesce(sum(amount) filter (where state = 'paid'), 0) from payout_line)`)
	var out []payout.StatementLine
	o.must(o.db.Read(o.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		v, err := o.payout.BatchView(ctx, tx, id)
		for _, l := range v.Items {
			out = append(out, payout.StatementLine{Line: l.Name, Amount: l.Amount, Last4: l.Last4, Day: core.DateOf(time.Now()), Kind: payout.PaidOut})
			if l.State == "returned" {
				out[len(out)-1].Kind = payout.CameBack
			}
		}
		return err
	}))
	return out
}

// printed is the bank's file of today.
func (o *office) printed(number string, lines ...payout.StatementLine) []byte {
	o.t.Helper()
	day := core.DateOf(time.Now())
	payer, err := core.ParseBankAccount("622848000001")
	o.must(err)
	s := payout.Statement{Number: number, Account: payer.Last4(), From: day, To: day, Lines: lines}
	for _, l := range lines {
		if l.Kind == payout.PaidOut {
			s.Paid += l.Amount
		} else {
			s.Back += l.Amount
		}
	}
	raw, err := s.Bytes()
	o.must(err)
	return raw
}

// brings sends a file by the page's form.
func (o *office) brings(c *http.Client, raw []byte) (int, string) {
	o.t.Helper()
	return o.hands(c, "/desk/county/statement", raw)
}

func (o *office) hands(c *http.Client, to string, raw []byte) (int, string) {
	o.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", "对账单.sta")
	o.must(err)
	_, err = part.Write(raw)
	o.must(err)
	o.must(w.Close())
	resp, err := c.Post(o.site.URL+to, w.FormDataContentType(), &body)
	o.must(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	o.must(err)
	return resp.StatusCode, string(b)
}

var confirmVoid = regexp.MustCompile(`/void/confirm"[^>]*><input type="hidden" name="shown" value="(\d+)"`)

func has(t *testing.T, when, page string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(page, w) {
			t.Errorf("%s: the page lacks «%s»", when, w)
		}
	}
}

var confirmWord = regexp.MustCompile(`action="(/desk/county/statement/word/\d+/confirm)"[^>]*><input type="hidden" name="proposed" value="(\d+)"`)

// Who pays reads what of the bank's statement is in the books, to the fen, and of each
// difference what it is and what to do; one writes down what the bank said, another
// confirms; then it is off the list and stands in the statement's account. The same file
// again changes nothing.
//
// Controls, seen red: MayConfirm for whoever wrote («要另一个人来确认» missing); sums without
// what two people settled («其中 12.50 元» missing); the list of Foreign alone («回单说到账了»
// missing).
func TestPayersReconcile(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	lines := o.answered(36000, 41050, 50000, 61000)
	lines[1].Amount++                                                                                               // a fen
	lines[3] = payout.StatementLine{Line: "", Amount: 1250, Last4: "9999", Day: lines[0].Day, Kind: payout.PaidOut} // of ours it has three, and one of nobody
	raw := o.printed("DZ1", lines...)
	first, second := o.payer("payer1"), o.payer("payer2")
	if status, page := o.brings(first, raw[:60]); status != http.StatusUnprocessableEntity && status != http.StatusBadRequest || !strings.Contains(page, "看不懂这份对账单") {
		t.Errorf("half a file: %d", status)
	}
	_, page := o.brings(first, raw)
	has(t, "brought", page, "收下了这份对账单", "payer1 交来", "等另一个人确认", "还不算数")
	if strings.Contains(page, "没对上 ") || strings.Contains(page, "/desk/county/brought/1/confirm") {
		t.Error("it counts on one person's word, or they may confirm it alone")
	}
	const confirm = "/desk/county/brought/1/confirm"
	if status, _ := o.hands(first, confirm, raw); status != http.StatusForbidden {
		t.Errorf("confirmed alone: %d", status)
	}
	for name, other := range map[string][]byte{"another file": append(bytes.Clone(raw), '\n'), "no file": nil} {
		if status, page := o.hands(second, confirm, other); status != http.StatusUnprocessableEntity || !strings.Contains(page, "和同事交的那份不一样") {
			t.Errorf("confirmed by %s: %d", name, status)
		}
	}
	_, waits := o.ask(second, "/desk/county/statement", nil)
	has(t, "to the second", waits, "银行给您的同一份文件", "请另一个人也来撤")
	_, page = o.hands(second, confirm, raw)
	has(t, "confirmed", page, "payer1 交来,payer2 确认", "没对上 423.01 元", "360 元", "500 元", "没对上 <b class=\"num\">3</b>",
		"金额不一样:我们发的是 410.50 元,银行记的是 410.51 元", "没写我们的笔号", "是不是手续费", "回单说到账了,这几天的对账单上没有", "先看后一天的对账单")
	if _, page = o.brings(second, raw); !strings.Contains(page, "已经有了,没有再记一次") {
		t.Error("the same file again is another")
	}
	form := url.Values{"statement": {"1"}, "seq": {"4"}, "ours": {"0"}, "says": {"问了张经理,是 3 月手续费"}}
	_, page = o.ask(first, "/desk/county/statement/word", form)
	has(t, "written down", page, "记下了", "是 3 月手续费", "要另一个人来确认")
	_, page = o.ask(second, "/desk/county/statement", nil)
	m := confirmWord.FindStringSubmatch(page)
	if m == nil {
		t.Fatal("the second person cannot confirm")
	}
	at, proposed := strings.TrimPrefix(m[1], "/desk"), url.Values{"proposed": {m[2]}}
	if status, _ := o.ask(first, "/desk"+at, proposed); status != http.StatusForbidden {
		t.Errorf("alone: %d", status)
	}
	if status, _ := o.ask(second, "/desk"+at, url.Values{"proposed": {"1"}}); status != http.StatusConflict {
		t.Errorf("what was not shown: %d", status)
	}
	_, page = o.ask(second, "/desk"+at, proposed)
	has(t, "settled", page, "确认了", "没对上 <b class=\"num\">2</b>", "没对上 410.51 元", "其中 12.50 元 两个人核过")
	if strings.Contains(page, "手续费") {
		t.Error("it is on the list still")
	}
	if status, _ := o.ask(first, "/desk/county/statement/word", form); status != http.StatusConflict {
		t.Errorf("settled twice: %d", status)
	}
	_, page = o.ask(first, "/desk/county/brought/1/void", url.Values{"why": {"银行说没出过这份"}})
	has(t, "is none", page, "payer1", "说这份不对", "银行说没出过这份", "要另一个人来确认")
	tab := browsertest.Start(t).Tab(t)
	tab.Open(o.site.URL + "/desk/login")
	tab.Fill("input[name=login]", "payer2")
	tab.Fill("input[name=password]", password)
	tab.Go(".login .btn.go")
	tab.Go(`a.btn[href="/desk/county/statement"]`)
	tab.Wait("没对上的")
	tab.Desk()
	tab.Accessible()
	tab.Shot("county-statement")
	tab.Phone()
	tab.Accessible()
	tab.Shot("county-statement-phone")
	tab.Quiet()
	_, page = o.ask(second, "/desk/county/statement", nil)
	out := confirmVoid.FindStringSubmatch(page)
	if out == nil {
		t.Fatal("the second person cannot take it out")
	}
	if _, page = o.ask(second, "/desk/county/brought/1/void/confirm", url.Values{"shown": {out[1]}}); !strings.Contains(page, "撤下来了") || !strings.Contains(page, "银行说没出过这份") {
		t.Error("it is still there, or nothing says that it was")
	}
}
