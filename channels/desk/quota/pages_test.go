package quota_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"lianou/channels/browsertest"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/quota"
	"lianou/core/staff"
)

// TestPagesAreReadable with a screen reader, by a finger, narrow and in large letters.
func TestPagesAreReadable(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	to := h.opened(t)
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	tab := browsertest.Start(t).Tab(t)
	tab.Laptop()
	login := func() {
		tab.Open(site.URL + "/desk/login")
		tab.Fill("input[name=login]", first)
		tab.Fill("input[name=password]", staff.DemoPassword)
		tab.Go(".login .btn.go")
	}
	login()
	see := func(path, name string) {
		tab.Open(site.URL + path)
		tab.Faultless()
		tab.Legible()
		tab.View(name, 1366, 768)
		tab.Large(true)
		tab.Whole()
		tab.Large(false)
		tab.Touchscreen(360)
		tab.Faultless()
		tab.Whole()
		tab.Legible()
		tab.Shot(name + "-phone")
		tab.Laptop()
	}
	see("/desk/quota", "desk-quota-rounds")
	see(to, "desk-quota-drawing")
	h.draws(t)
	see(to, "desk-quota-preview")
	h.does(t, first, to+"/withdraw", url.Values{"why": {"平原县龙门街道的资料那天还没导完"}})
	see(to, "desk-quota-leaving")
	h.does(t, first, to+"/stay", url.Values{})
	_, body := h.ask(t, first, to, nil)
	h.does(t, first, to+"/freeze", url.Values{"digest": {digest.FindStringSubmatch(body)[1]}, "read": {"1"}})
	see(to+"/public", "desk-quota-public")
	day := h.today(t)
	by := day.AddDate(0, 0, 20).String()
	for _, c := range []struct {
		who, act string
		form     url.Values
	}{
		{county, "/offer", url.Values{"n": {"1"}, "by": {by}}},
		{county, "/answer", url.Values{"n": {"1"}, "answer": {"declined"}, "words": {"身体不行,不去了"}}},
		{second, "/second", url.Values{"n": {"1"}, "holds": {"yes"}}},
		{county, "/skip", url.Values{"n": {"2"}, "reason": {"away"}, "words": {"在济南住院,村里说下周回来"}}},
		{second, "/second", url.Values{"n": {"2"}, "holds": {"yes"}}},
		{county, "/offer", url.Values{"n": {"3"}, "by": {by}}},
		{county, "/try", url.Values{"n": {"3"}, "how": {"call"}, "words": {"没人接"}}},
	} {
		if h.told(t); c.act == "/second" {
			h.pass(t)
		}
		if code, body := h.ask(t, c.who, to+c.act, h.seen(t, c.form)); code != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", c.act, code, body)
		}
	}
	login()
	see(to, "desk-quota")
	if code, body := h.ask(t, county, to+"/answer", h.seen(t, url.Values{"n": {"3"}, "answer": {"declined"}, "words": {"住闺女家去了,不要了"}})); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, body)
	}
	see(to, "desk-quota-declined")
	see(to+"/why?a=1&b=2", "desk-quota-why")
	h.unreached(t, to)
	h.does(t, county, to+"/undo", url.Values{"n": {"1"}, "why": {"记错户了,是隔壁那家不去"}})
	login()
	see(to, "desk-quota-unreached")
}

// unreached writes of household 3 that nobody was reached, as one person's word.
func (h *house) unreached(t *testing.T, to string) {
	t.Helper()
	h.does(t, county, to+"/undo", url.Values{"n": {"3"}, "why": {"他闺女说的不算"}})
	h.workday(t)
	h.does(t, county, to+"/try", url.Values{"n": {"3"}, "how": {"call"}, "words": {"没人接"}})
	h.Env.Advance(quota.TriesApart)
	h.again(t, second)
	h.does(t, second, to+"/try", url.Values{"n": {"3"}, "how": {"visit"}, "words": {"锁着门,邻居说去闺女家了"}})
	h.workday(t)
	h.does(t, county, to+"/try", url.Values{"n": {"3"}, "how": {"call"}, "words": {"关机"}})
	h.does(t, county, to+"/answer", url.Values{"n": {"3"}, "answer": {"unreached"}, "words": {"三回都没找着人"}})
}

// workday moves on to nine in the morning of the next working day, when all log in.
func (h *house) workday(t *testing.T) {
	t.Helper()
	now := time.Time{}
	must(t, h.DB.Read(t.Context(), pg.NoScope(), func(_ context.Context, tx *pg.Tx) error { now = tx.Now().In(core.China); return nil }))
	next := time.Date(now.Year(), now.Month(), now.Day()+1, 9, 0, 0, 0, core.China)
	for !h.Book.Calendar().Working(core.DateOf(next)) {
		next = next.AddDate(0, 0, 1)
	}
	h.Env.Advance(next.Sub(now))
	for _, who := range []string{first, second, county} {
		h.again(t, who)
	}
}
