package quota_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lianou/channels/browsertest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/staff"
)

// TestATownshipSeesWhomToAsk: the officers of a household's township, and no others, see whom
// they have to ring or to visit for a round of the county, write down what came of it and nothing
// else, and each look leaves its entry.
//
// Controls: Errands without goes, and in the scope of the city ("another township's officer is
// shown 1"); near by mine alone, as acts were ("try by its officer: 404"); Errands without what waits
// untold ("is shown 0, want 1, and no 请上门告诉他家"); the page without rows of nobody ("1 look of another left 0 entries").
func TestATownshipSeesWhomToAsk(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	to := h.begun(t)
	ours, other := h.officers(t)
	day := h.today(t)
	h.does(t, county, to+"/offer", url.Values{"n": {"1"}, "by": {day.AddDate(0, 0, 20).String()}})
	if code, _ := h.ask(t, ours, "/desk/quota", nil); code != http.StatusSeeOther {
		t.Errorf("an officer at the door of the room: %d", code)
	}
	shows := func(who, want string, n int) {
		t.Helper()
		code, body := h.ask(t, who, "/desk/quota/town", nil)
		if got := strings.Count(body, `id="phone-`); code != 200 || got != n || !strings.Contains(body, want) {
			t.Errorf("%s is shown %d, want %d, and no %s: %d", who, got, n, want, code)
		}
	}
	shows(ours, "问他家要不要", 1)
	shows(other, "现在没有要去问的人家", 0)
	try := url.Values{"n": {"1"}, "how": {"call"}, "words": {"没人接"}}
	for _, c := range []struct {
		who, path string
		form      url.Values
		want      int
	}{
		{ours, to, nil, 403},
		{county, "/desk/quota/town", nil, 403},
		{ours, to + "/answer", url.Values{"n": {"1"}, "answer": {"accepted"}, "words": {"要"}}, 403},
		{other, to + "/try", try, 409},
		{other, to + "/phone", url.Values{"n": {"1"}, "reason": {"看看"}}, 404},
		{ours, to + "/try", try, 303},
		{ours, to + "/phone", url.Values{"n": {"1"}, "reason": {"问他家要不要"}}, 200},
		{county, to + "/answer", url.Values{"n": {"1"}, "answer": {"declined"}, "words": {"邻居说不去"}}, 303},
	} {
		form := c.form
		if form != nil {
			form = h.seen(t, form)
		}
		if code, body := h.ask(t, c.who, c.path, form); code != c.want {
			t.Errorf("%s %s: %d, want %d: %.300s", c.who, c.path, code, c.want, body)
		}
	}
	shows(ours, "现在没有要去问的人家", 0) // it is not known yet whether they were told
	h.lost(t)
	shows(ours, "请上门告诉他家", 1)
	visit := url.Values{"n": {"1"}, "met": {"yes"}, "words": {"他说是不去了"}}
	if code, _ := h.ask(t, other, to+"/visit", h.seen(t, visit)); code != 409 {
		t.Errorf("visited by another township's: %d", code)
	}
	h.does(t, ours, to+"/visit", visit)
	shows(ours, "现在没有要去问的人家", 0)
	var looks int
	must(t, h.Env.DB(pgtest.Check).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from audit_entry where act = 'household.listed' and actor_id = (select id::text from staff_account where login = $1)`, other).Scan(&looks)
	}))
	if looks != 1 {
		t.Errorf("1 look of another left %d entries", looks)
	}
}

// officers gives an officer of the township of household 1 and an approver of another township
// of the county, both logged in.
func (h *house) officers(t *testing.T) (ours, other string) {
	t.Helper()
	must(t, h.Env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `with e as (select region from quota_entry where round = 1 and n = 1)
			update staff_account set regions = case login when 'wangmiao.officer' then array[e.region] else array(select min(region) from household where region like '371426%' and region <> e.region) end
			from e where login in ('wangmiao.officer', 'wangmiao.approver')`
		_, err := tx.Exec(ctx, sql)
		return err
	}))
	for _, who := range []string{"wangmiao.officer", "wangmiao.approver"} {
		h.again(t, who)
	}
	return "wangmiao.officer", "wangmiao.approver"
}

// lost has no notice reach whom it is for.
func (h *house) lost(t *testing.T) {
	t.Helper()
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update notice set state = 'untold', updated = $1, ended = $1 where state = 'queued'`, tx.Now())
		return err
	}))
}

// TestTheTownPageIsReadable with a screen reader, by a finger, narrow and in large letters.
func TestTheTownPageIsReadable(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	to := h.begun(t)
	ours, _ := h.officers(t)
	day := h.today(t)
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	tab := browsertest.Start(t).Tab(t)
	tab.Laptop()
	tab.Open(site.URL + "/desk/login")
	tab.Fill("input[name=login]", ours)
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	see := func(name string) {
		tab.Open(site.URL + "/desk/quota/town")
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
	see("desk-quota-town-none")
	h.does(t, county, to+"/offer", url.Values{"n": {"1"}, "by": {day.AddDate(0, 0, 20).String()}})
	h.lost(t)
	see("desk-quota-town")
	h.does(t, county, to+"/answer", url.Values{"n": {"1"}, "answer": {"declined"}, "words": {"邻居说不去"}})
	h.lost(t)
	see("desk-quota-town-visit")
}
