package book_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"lianou/channels/browsertest"
)

// tags and what is no text of a page; keyLike is a name as the files of the rules spell it.
var (
	tags    = regexp.MustCompile(`(?s)<(style|script)[^>]*>.*?</(style|script)>|<[^>]*>|[0-9a-f]{64}`)
	keyLike = regexp.MustCompile(`[a-z]{2,}[_.][a-z]|\{[a-z]+\}|[a-z]{4,}`)
)

// TestAnEditionIsReadByItself: whoever may open the room reads each published edition whole,
// by a link of the list: its dates, who signed, what it changed, items with their conditions
// as sentences, amounts and weights by name; a name of the files is nowhere.
//
// Red by formulas that left the words of a fact as the files spell them: "a name of the files:
// compulsory_b". Named: a list without the links.
func TestAnEditionIsReadByItself(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.takesBack()
	auditor := o.as("auditor")
	if _, list := o.ask(auditor, "/desk/book", nil); !strings.Contains(list, `href="/desk/book/edition/1"`) || !strings.Contains(list, `href="/desk/book/edition/2"`) {
		t.Error("the list does not lead to the editions")
	}
	for path, want := range map[string][]string{
		"/desk/book/edition/2": {"第 2 版政策", "现在按它办", "han起草", "lin核对", "比上一版改了什么", "480 元/月(样本) → 520 元/月", "平均每人每月收入 低于",
			"家里要够的条件", "已经认定是、或者算得上", "家里有一个人", "城镇", "德城区、陵城区", "打印", "H-1 的分量", "收入"},
		"/desk/book/edition/1": {"第 1 版政策", "随程序来的", "换过了", "换成", "各项标准"},
	} {
		status, page := o.ask(auditor, path, nil)
		for _, w := range want {
			if status != http.StatusOK || !strings.Contains(page, w) {
				t.Errorf("%s: %d, lacks %s", path, status, w)
			}
		}
		_, main, _ := strings.Cut(page, "<main")
		if key := keyLike.FindString(tags.ReplaceAllString("<main"+main, " ")); key != "" && key != "Ctrl" {
			t.Errorf("%s: a name of the files: %s", path, key)
		}
	}
	for _, path := range []string{"/desk/book/edition/3", "/desk/book/edition/0", "/desk/book/edition/x"} {
		if status, page := o.ask(auditor, path, nil); status != http.StatusNotFound || !strings.Contains(page, "没有这一版政策") {
			t.Errorf("%s: %d", path, status)
		}
	}
}

// The same in a browser: whole, without a finding of axe, and on paper all that is folded is
// there.
//
// Named: without the rule for details in print "what is folded is not opened on paper: 0 rules".
func TestAnEditionPage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.takesBack()
	tab := browsertest.Start(t).Tab(t)
	tab.Open(o.site.URL + "/desk/login")
	tab.Fill("input[name=login]", "auditor")
	tab.Fill("input[name=password]", password)
	tab.Go(".login .btn.go")
	tab.Open(o.site.URL + "/desk/book/edition/2")
	tab.Wait("比上一版改了什么")
	tab.Eval(`document.querySelectorAll("details.fold").forEach((d, i) => { d.open = i == 0 || i == 12 }); ""`)
	tab.Laptop()
	tab.Faultless()
	tab.Whole()
	tab.Shot("book-edition")
	if open := tab.Eval(`String([...document.styleSheets].flatMap(s => [...s.cssRules]).filter(r => r.media && r.media.mediaText == "print" && r.cssText.includes("details-content")).length)`); open != "1" {
		t.Errorf("what is folded is not opened on paper: %s rules", open)
	}
	tab.Phone()
	tab.Faultless()
	tab.Whole()
	tab.Shot("book-edition-phone")
	tab.Quiet()
}
