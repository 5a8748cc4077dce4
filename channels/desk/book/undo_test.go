package book_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"lianou/channels/browsertest"
)

// TestAStepIsTakenBackAtTheDesk: the author takes one step back on the draft's page, with a
// reason and a tick; the page says so, and nobody else has the button.
//
// Named: the code before has no such route.
func TestAStepIsTakenBackAtTheDesk(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	han, lin := o.as("han"), o.as("lin")
	const at = "/desk/book/draft/1"
	o.ask(han, "/desk/book/begin", url.Values{"why": {"提高"}})
	o.ask(han, at+"/amount", lower)
	o.ask(han, at+"/weights", weighing)
	for path, want := range map[string]string{at: "收回第 1 步", at + "?": "收回第 2 步"} {
		if _, page := o.ask(han, path, nil); !strings.Contains(page, want) {
			t.Errorf("the author's page lacks %q", want)
		}
	}
	if _, page := o.ask(lin, at, nil); strings.Contains(page, at+"/undo") {
		t.Error("another has the button")
	}
	form := url.Values{"step": {"1"}, "why": {"写错了"}}
	if status, page := o.ask(han, at+"/undo", form); status != http.StatusUnprocessableEntity || !strings.Contains(page, "请先勾上") {
		t.Errorf("without the tick: %d", status)
	}
	form.Set("sure", "1")
	if status, _ := o.ask(lin, at+"/undo", form); status != http.StatusForbidden {
		t.Errorf("by another: %d", status)
	}
	status, page := o.ask(han, at+"/undo", form)
	for _, want := range []string{"第 1 步收回了", "收回了</span>", "收回第 1 步", "写错了", "1 步</span>", "只改困难指数的权重"} {
		if status != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("%d, the page lacks %q", status, want)
		}
	}
	if strings.Contains(page, `name="step" value="1"`) {
		t.Error("it can be taken back again")
	}
	tab := browsertest.Start(t).Tab(t)
	tab.Open(o.site.URL + "/desk/login")
	tab.Fill("input[name=login]", "han")
	tab.Fill("input[name=password]", password)
	tab.Go(".login .btn.go")
	tab.Open(o.site.URL + at)
	tab.Wait("收回了")
	tab.Eval(`document.querySelectorAll("details.more").forEach(d => { d.open = true }); ""`)
	tab.Phone()
	tab.Faultless()
	tab.Whole()
	tab.Shot("book-undo-phone")
	tab.Click("form[action$=undo] .tick")
	tab.Fill("form[action$=undo] input[name=why]", "都不改了")
	tab.Go("form[action$=undo] .btn.stop")
	tab.Wait("第 2 步收回了")
	tab.Quiet()
}
