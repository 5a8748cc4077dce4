package book_test

import (
	"net/url"
	"strings"
	"testing"
)

// TestWhatFallsBehindIsAnsweredAtBothSignatures: a standard that is no longer the multiple declared
// of it stands on the draft's page for its author and for who signs second, each with a tick of
// their own, without which nothing is signed; the edition prints what is declared and that it does
// not hold. By a newcomer, who raised 低保 past 特困 and was told of nothing.
//
// Controls: the page without the template ("who signs reads nothing of it"), without the tick
// ("lin has no tick"); acts that always answer ("han signs in silence"); Printed without it ("the edition").
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
		t.Errorf("who signs reads nothing of it: %s", sentence(page, "不到声明的倍数"))
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
