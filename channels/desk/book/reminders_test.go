package book_test

import (
	"net/url"
	"strings"
	"testing"

	"lianou/channels/browsertest"
)

// TestWhatFallsBehindIsAnsweredAtBothSignatures: a standard that is no longer the multiple declared
// of it stands on the draft's page for its author and for who signs second, each with a tick of
// their own, without which nothing is signed; the edition prints what is declared and that it does
// not hold. By a newcomer, who raised 低保 past 特困 and was told of nothing.
//
// Controls: the page without the reminder ("who signs reads nothing of it", "lin has no tick"); sign
// that always answers ("han signs in silence").
func TestWhatFallsBehindIsAnsweredAtBothSignatures(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	han, lin := o.as("han"), o.as("lin")
	o.ask(han, "/desk/book/begin", url.Values{"why": {"提高低保"}})
	raise := url.Values{"param": {"dibao.standard"}, "area": {"rural"}, "value": {"700"}, "from": {"2099-01-01"}, "source": {"德民发〔2099〕1号"}, "why": {"会议"}, "sure": {"1"}}
	o.ask(han, draftAt+"/amount", raise)
	const short = "不到低保标准(每人每月) 700 元/月的 1.3 倍(910 元/月),少 286 元/月,从 2099-01-01 起。依据:"
	_, page := o.ask(han, draftAt, nil)
	if !strings.Contains(page, short) || !strings.Contains(page, `name="apart"`) {
		t.Errorf("who signs reads nothing of it: %s", sentence(page, "有标准和别处对不上"))
	}
	seen := digest.FindStringSubmatch(page)[1]
	form := url.Values{"digest": {seen}, "from": {"2099-01-01"}, "read": {"1"}}
	if _, page := o.ask(han, draftAt+"/sign", form); !strings.Contains(page, "勾上「看过了,就这样定」") {
		t.Error("han signs in silence")
	}
	form.Set("apart", "1")
	o.ask(han, draftAt+"/sign", form)
	if _, page := o.ask(lin, draftAt, nil); !strings.Contains(page, short) || !strings.Contains(page, `name="apart"`) {
		t.Error("lin has no tick")
	}
	tab := browsertest.Start(t).Tab(t)
	tab.Open(o.site.URL + "/desk/login")
	tab.Fill("input[name=login]", "mei") // of the city, who may publish it too
	tab.Fill("input[name=password]", password)
	tab.Go(".login .btn.go")
	tab.Laptop()
	tab.Open(o.site.URL + draftAt)
	tab.Faultless()
	tab.View("book-apart", 1440, 900)
	tab.Touchscreen(360)
	tab.Faultless()
	tab.Whole()
	tab.Shot("book-apart-phone")
	form.Del("apart")
	if _, page := o.ask(lin, draftAt+"/publish", form); !strings.Contains(page, "勾上「看过了,就这样定」") {
		t.Error("lin publishes in silence")
	}
	form.Set("apart", "1")
	o.ask(lin, draftAt+"/publish", form)
	_, page = o.ask(lin, "/desk/book/edition/2", nil)
	if !strings.Contains(page, "农村的特困基本生活标准(每人每月)不低于低保标准(每人每月)的 1.3 倍") || !strings.Contains(page, "少 286 元/月") {
		t.Errorf("the edition: %s", sentence(page, "标准之间的倍数"))
	}
}
