package book_test

import (
	"strings"
	"testing"

	"lianou/channels/browsertest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/watch"
)

// TestWhoSignedHearsThatTheCityWasLookedAt: after an edition was published its page and that of all
// editions say that nobody was looked at yet, how far the first look at everybody is with its pace and
// what is left, and when it ended with what it found and who may look; those who signed it are told
// that it is theirs. A look at some townships, or one from before, is none. By a newcomer, who heard nothing.
//
// Controls: After of any scan ("before: the list has no 发布以后还没有看过全市"); of any number of townships
// ("of one township: …"); the list without the part ("before: the list has no …"); Mine of everybody
// ("the auditor signed it").
func TestWhoSignedHearsThatTheCityWasLookedAt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.into(300)
	into, err := jobs.NewInserter(jobs.Platform)
	o.must(err)
	towns := o.reg.Regions().Expand(core.DezhouCity)
	look := func(towns []core.RegionCode, most int) {
		t.Helper()
		id, err := o.watch.Unfinished(t.Context())
		o.must(err)
		if id == 0 {
			id, err = o.watch.Begin(t.Context(), into, watch.Request{Towns: towns, Reason: "test", By: audit.Actor{Kind: "operator"}})
			o.must(err)
		}
		for more := true; more && most > 0; most-- {
			more, err = o.watch.Next(t.Context(), id)
			o.must(err)
		}
	}
	look(towns, 1000)
	o.env.Advance(1e9)
	o.takesBack()
	o.env.Advance(1e9)
	han, auditor := o.as("han"), o.as("auditor")
	says := func(when string, want ...string) {
		t.Helper()
		for path, c := range map[string]string{"the list": "/desk/book", "the edition": "/desk/book/edition/2", "the part": "/desk/book/edition/2/scan"} {
			_, page := o.ask(han, c, nil)
			for _, w := range append(want, "按第 2 版看全市") {
				if !strings.Contains(page, w) {
					t.Errorf("%s: %s has no %s", when, path, w)
				}
			}
		}
	}
	says("before", "发布以后还没有看过全市", "您签的")
	look(towns[:1], 10)
	says("of one township", "发布以后还没有看过全市")
	look(towns, 20)
	// Ten minutes, so that a machine which takes seconds for a page does not change the pace.
	o.env.Advance(600e9)
	says("meanwhile", "看完了 <span class=\"num\">20</span> 个", "一分钟 2 个左右。还要", "every 5s")
	if _, page := o.ask(auditor, "/desk/book", nil); strings.Contains(page, "您签的") {
		t.Error("the auditor signed it")
	}
	tab := browsertest.Start(t).Tab(t)
	tab.Open(o.site.URL + "/desk/login")
	tab.Fill("input[name=login]", "lin")
	tab.Fill("input[name=password]", password)
	tab.Go(".login .btn.go")
	see := func(name, path string) {
		t.Helper()
		tab.Laptop()
		tab.Open(o.site.URL + path)
		tab.Faultless()
		tab.View(name, 1440, 900)
		tab.Touchscreen(360)
		tab.Faultless()
		tab.Whole()
		tab.Shot(name + "-phone")
	}
	see("book-looking", "/desk/book")
	look(towns, 1000)
	says("at the end", "看完,全市", "新够条件的", "可能要补发的", "在「排序」的线索里看")
	see("book-looked", "/desk/book")
	see("book-edition-looked", "/desk/book/edition/2")
}
