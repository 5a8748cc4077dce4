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

// TestTheSameRoundIsNamed: who opens what stands already reads which one it is and is led to it,
// with what they filled in left as it was; beside one of the same thing that is not over they are
// asked, read which, and tick that it is another.
//
// Controls: the line without its link ("no way to the one that stands: #fault-field"); the tick set
// already ("opened beside it without a tick").
func TestTheSameRoundIsNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	cutoff := quota.Earliest(h.now(t))
	h.does(t, county, "/desk/quota/open", asked(cutoff))
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	tab := browsertest.Start(t).Tab(t)
	tab.Laptop()
	tab.Open(site.URL + "/desk/login")
	tab.Fill("input[name=login]", county)
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	tab.Open(site.URL + "/desk/quota")
	fill := func(why string) {
		for name, values := range asked(cutoff) {
			value := values[0]
			if name == "why" {
				value = why
			}
			tab.Eval(`document.querySelector("[name=` + name + `]").value = ` + "`" + value + "`" + `; ""`)
		}
	}
	see := func(name string) {
		tab.Faultless()
		tab.Legible()
		tab.View(name, 1440, 900)
		tab.Touchscreen(390)
		tab.Faultless()
		tab.Whole()
		tab.Legible()
		tab.Shot(name + "-phone")
		tab.Touchscreen(360)
		tab.Whole()
		tab.Laptop()
	}
	fill("平人社[2026]8号,第四季度岗位")
	tab.Click("form[action$=open] .btn.go")
	tab.Wait("同样的一批已经有了")
	if got := tab.Eval(`document.querySelector("#say a").getAttribute("href")`); got != "/desk/quota/round/1" {
		t.Errorf("no way to the one that stands: %s", got)
	}
	if got := tab.Eval(`document.querySelector("[name=why]").value`); got != "平人社[2026]8号,第四季度岗位" {
		t.Errorf("what was filled in is lost: %s", got)
	}
	see("desk-quota-doubled")
	fill("平人社〔2026〕8 号,第四季度岗位,第二批")
	tab.Click("form[action$=open] .btn.go")
	tab.Wait("再开一批?")
	if n := h.count(t); n != 1 {
		t.Errorf("%d rounds before anybody ticked", n)
	}
	see("desk-quota-beside")
	if code, body := h.ask(t, county, "/desk/quota/open", asked(cutoff)); code != http.StatusOK || !strings.Contains(body, `<a href="/desk/quota/round/1">公益性岗位 1 号</a>`) {
		t.Errorf("without a script: %d %s", code, body)
	}
	tab.Click("form[action$=open] .btn.go")
	if n := h.count(t); n != 1 {
		t.Error("opened beside it without a tick")
	}
	tab.Click("[name=beside]")
	tab.Click("form[action$=open] .btn.go")
	tab.Wait("开好了")
	tab.Quiet()
	if n := h.count(t); n != 2 {
		t.Errorf("%d rounds once it was ticked", n)
	}
}

func (h *house) count(t *testing.T) (n int) {
	t.Helper()
	must(t, h.DB.Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		n = 0
		return quota.Every(ctx, tx, func(quota.Round) error { n++; return nil })
	}))
	return n
}

// TestWhatStandsInTheWayOfAPlaceIsShown before anybody presses: that nobody knows whether the
// household fits, and what is to be asked, for a tick; and that it has one by another list, or is
// offered one there, which leads to that list, to the skip that says so, and to no button.
//
// Controls: offer that takes every press for a tick (`with the tick "": 303, want 422`); the page
// without has and known ("the page has no 够不够条件还没问清", `has no <option value="had" selected>`).
func TestWhatStandsInTheWayOfAPlaceIsShown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	to := h.begun(t)
	open := h.unknown(t)
	h.super(t, fmt.Sprintf(`update quota_entry set household = -household where household = %[1]d; update quota_entry set household = %[1]d, fits = false, claim = null where n = 1`, open))
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	tab := browsertest.Start(t).Tab(t)
	tab.Laptop()
	tab.Open(site.URL + "/desk/login")
	tab.Fill("input[name=login]", county)
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	shows := func(name string, press int, want ...string) {
		t.Helper()
		_, body := h.ask(t, county, to, nil)
		for _, w := range want {
			if !strings.Contains(body, w) {
				t.Errorf("the page has no %s", w)
			}
		}
		if n := strings.Count(body, "<button class=\"btn go full\">给第 1 户"); n != press {
			t.Errorf("%s: a place can be given %d times, want %d", name, n, press)
		}
		tab.Open(site.URL + to)
		tab.Faultless()
		tab.Legible()
		tab.View(name, 1440, 900)
		tab.Touchscreen(390)
		tab.Faultless()
		tab.Whole()
		tab.Legible()
		tab.Shot(name + "-phone")
		tab.Laptop()
	}
	give := func(sure string, want int) {
		t.Helper()
		code, body := h.ask(t, county, to+"/offer", url.Values{"n": {"1"}, "by": {h.today(t).AddDate(0, 0, 7).String()}, "sure": {sure}})
		if code != want {
			t.Errorf("with the tick %q: %d, want %d: %s", sure, code, want, body)
		}
	}
	shows("desk-quota-unsure", 1, "够不够条件还没问清", "还要问清:<ul class=\"plain\"><li>", `name="sure" value="1" required`, fmt.Sprintf("/desk/people/household/%d?for=check", open))
	give("", http.StatusUnprocessableEntity)
	h.super(t, `insert into quota_round (item, area, places, cutoff, why, opener, opened, state, ended, ender, drawn, book, formula, tie, listed, digest)
			select item, area, 1, cutoff - interval '1 day', '平人社〔2026〕6 号', opener, opened, state, ended, ender, drawn, book, formula, tie, 1, digest from quota_round where id = 1;
		insert into quota_entry select 2, 1, region, household, place, low, high, fits, claim from quota_entry where round = 1 and n = 1;
		insert into quota_offer (round, n, region, place_no, answer_by, maker, made, notice) select 2, 1, e.region, 1, current_date + 5, r.opener, r.ended, 1 from quota_entry e, quota_round r where e.round = 2 and r.id = 1`)
	shows("desk-quota-elsewhere", 0, "另一批正等他家答复", `<a href="/desk/quota/round/2">公益性岗位 2 号</a>第 1 户`, `<option value="elsewhere" selected>`)
	give("1", http.StatusConflict)
	h.super(t, `update quota_offer set state = 'accepted', words_clear = '要', ended = made + interval '1 day', ender = maker where round = 2`)
	shows("desk-quota-had", 0, "他家已经有了同样的一份", `<option value="had" selected>`)
	give("1", http.StatusConflict)
	h.super(t, `update quota_offer set state = 'undone', undone = ended, undoer = maker, undo_clear = '记错了' where round = 2`)
	give("1", http.StatusSeeOther)
	shows("desk-quota-unsure-offered", 0, "那时还没问清够不够条件", "还要问清:")
}

// unknown is a household of the list of which that did not know whether it fits.
func (h *house) unknown(t *testing.T) (home core.HouseholdID) {
	t.Helper()
	must(t, h.DB.Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		list, err := h.rounds.Entries(ctx, tx, 1, 1, 1000)
		for _, e := range list {
			if !e.Fits && e.Claim == 0 {
				home = e.Household
			}
		}
		return err
	}))
	if home == 0 {
		t.Fatal("of everybody it is known: the test would prove nothing")
	}
	return home
}
