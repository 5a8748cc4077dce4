package quota_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lianou/channels/browsertest"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/quota"
	"lianou/core/staff"
)

// TestOnePersonInTwoHouseholdsIsSaid: who is to freeze a list reads first in which of its households
// one person stands, or may, and is led to the pair; so does whoever looks at the list afterwards,
// and of whose turn it is when the other took a place, the page says which one.
//
// Controls: the page without double ("before it is frozen the page has no 第 1 户和第 2 户里有同一个人", and so on);
// double of the open list alone ("frozen: …"); double without Unmerged and TwoTaken ("undone: …"); has without its other household ("… has no 里面有同一个人的另一户").
func TestOnePersonInTwoHouseholdsIsSaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	to := h.opened(t)
	h.draws(t)
	const of = `(select min(m.person) from quota_entry e join membership m using (household) where m.until is null and e.n = `
	h.super(t, `insert into person_alias (region, gone, kept, decider, second, at) select '371426104', `+of+`2), `+of+`1), 1, 2, lianou_now();
		insert into person_pair (pair, region, person, other, other_region, total, found) select 7, '371426104', `+of+`3), `+of+`4), '371426104', 90, lianou_now()`)
	says := func(when, body string, want ...string) {
		t.Helper()
		for _, words := range want {
			if !strings.Contains(body, words) {
				t.Errorf("%s the page has no %s", when, words)
			}
		}
	}
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	tab := browsertest.Start(t).Tab(t)
	tab.Laptop()
	tab.Open(site.URL + "/desk/login")
	tab.Fill("input[name=login]", first)
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	see := func(name string) {
		t.Helper()
		tab.Laptop()
		tab.Open(site.URL + to)
		tab.Faultless()
		tab.Legible()
		tab.View(name, 1440, 900)
		tab.Touchscreen(360)
		tab.Faultless()
		tab.Whole()
		tab.Shot(name + "-phone")
	}
	_, body := h.ask(t, first, to, nil)
	says("before it is frozen", body, "第 1 户和第 2 户里有同一个人", "第 3 户和第 4 户里可能有同一个人", "和第 2 户里有同一个人。两户只给一份")
	_, theirs := h.ask(t, county, to, nil)
	says("of the county", theirs, `href="/desk/twins/7"`)
	see("quota-double")
	h.does(t, first, to+"/freeze", url.Values{"digest": {digest.FindStringSubmatch(body)[1]}, "read": {"1"}})
	h.does(t, first, to+"/offer", url.Values{"n": {"1"}, "by": {h.today(t).AddDate(0, 0, 7).String()}, "sure": {"1"}})
	h.does(t, first, to+"/answer", h.seen(t, url.Values{"n": {"1"}, "answer": {"accepted"}, "words": {"要"}}))
	_, body = h.ask(t, first, to, nil)
	says("frozen:", body, "和第 2 户里有同一个人。两户只给一份", "里面有同一个人的另一户", "请提出跳过,另一个人核对")
	if strings.Contains(body, "给第 2 户</button>") {
		t.Error("frozen: the second is offered a place by the page")
	}
	see("quota-double-turn")
	h.super(t, `update person_alias set ended = lianou_now(), ender = 2, end_asker = 1`) // both take one, and are one person after that
	h.does(t, first, to+"/offer", url.Values{"n": {"2"}, "by": {h.today(t).AddDate(0, 0, 7).String()}, "sure": {"1"}})
	h.does(t, first, to+"/answer", h.seen(t, url.Values{"n": {"2"}, "answer": {"accepted"}, "words": {"要"}}))
	h.super(t, `insert into person_alias (region, gone, kept, decider, second, at) select '371426104', `+of+`2), `+of+`1), 1, 2, lianou_now();
		create or replace function quota_unmerged(of bigint) returns table (n integer) language sql as 'select 3'`) // what it finds: core/quota
	_, body = h.ask(t, first, to, nil)
	says("undone:", body, "请重新看:第 3 户是因为两条登记合成一个人", "可能给了两份:第 1 户和第 2 户里有同一个人,两户都要了")
	see("quota-anew")
}

// TestOnePersonIsSaidBeforeTheCutOff: who looks at the order before the cut-off reads in which of its
// households one person may stand, while looking at the pair still moves somebody, and is led there.
// By a newcomer, to whom it was said of the list alone.
//
// Control: doubles of drawn lists alone ("before the cut-off the page has no …").
func TestOnePersonIsSaidBeforeTheCutOff(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	cutoff := quota.Earliest(h.now(t)).In(core.China)
	if code, body := h.ask(t, county, "/desk/quota/open", asked(cutoff)); code != http.StatusSeeOther {
		t.Fatalf("open a round: %d %s", code, body)
	}
	var list quota.List
	must(t, h.DB.Tx(t.Context(), pg.City("a test looks at the order"), func(ctx context.Context, tx *pg.Tx) error {
		rounds, err := h.rounds.Rounds(ctx, tx, staff.Person{Roles: []staff.Role{staff.City}, Regions: h.Regions.Expand(core.DezhouCity)})
		if err == nil {
			list, err = h.rounds.Draw(ctx, tx, rounds[0])
		}
		return err
	}))
	of := func(n int) string {
		return fmt.Sprintf("(select min(person) from membership where until is null and household = %d)", list.Entries[n-1].Household)
	}
	h.super(t, `insert into person_pair (pair, region, person, other, other_region, total, found) select 7, '371426104', `+of(2)+`, `+of(3)+`, '371426104', 90, lianou_now()`)
	_, body := h.ask(t, county, "/desk/quota/round/1", nil)
	for _, words := range []string{"第 2 户和第 3 户里可能有同一个人", "现在还没截止", `href="/desk/twins/7"`, "现在截止的话"} {
		if !strings.Contains(body, words) {
			t.Errorf("before the cut-off the page has no %s", words)
		}
	}
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	tab := browsertest.Start(t).Tab(t)
	tab.Laptop()
	tab.Open(site.URL + "/desk/login")
	tab.Fill("input[name=login]", county)
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	tab.Open(site.URL + "/desk/quota/round/1")
	tab.Faultless()
	tab.View("quota-would-double", 1440, 900)
	tab.Touchscreen(360)
	tab.Faultless()
	tab.Whole()
	tab.Shot("quota-would-double-phone")
}
