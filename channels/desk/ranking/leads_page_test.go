package ranking_test

import (
	"context"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"lianou/channels/browsertest"
	"lianou/core/pg"
	"lianou/core/staff"
)

// tags are what a reader does not see of a page.
var tags = regexp.MustCompile(`<[^>]*>|\s+`)

// many lays leads of every kind for the households of a township: gains of many items, losses,
// and one of two whose index was another on its day.
func (h *house) many(t *testing.T) {
	t.Helper()
	h.owe(t, wangmiao)
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `insert into lead (region, household, kind, items, cause, book, since, found, place, found_place)
			select region, household, k, i, 'facts', repeat('b', 64), '2026-07-01', $2, place, p
			from (select * from ranking where left(region, 6) = left($1, 6) order by (region = $1) desc, place desc, household limit 25) r, (values ('due', 4095, 157286400), ('lost', 61440, null)) as t (k, i, p)`
		_, err := tx.Exec(ctx, sql, string(wangmiao), tx.Now())
		return err
	}))
}

// TestManyLeadsFitATelephone: a page of leads is some screens of lines, each opened by a key or a
// finger, and what is behind one names itself to a screen reader.
//
// Controls: fifty lines a page ("the page is 6706 px long"; the table of before was three times
// that); the choice without its label ("opened by a key: false", axe select-name).
func TestManyLeadsFitATelephone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.many(t)
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	tab := browsertest.Start(t).Tab(t)
	tab.Laptop()
	tab.Open(site.URL + "/desk/login")
	tab.Fill("input[name=login]", county)
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	tab.Open(site.URL + "/desk/ranking/leads")
	tab.Faultless()
	tab.View("desk-leads-many", 1366, 768)
	tab.Eval(`document.querySelector('.clue summary').focus(), ''`)
	tab.Press("\r", false)
	if got := tab.Eval(`String(document.querySelector('.clue').open && document.querySelector('.clue [name=outcome]').labels[0].textContent.startsWith('看过以后'))`); got != "true" {
		t.Errorf("opened by a key: %s", got)
	}
	tab.Eval(`document.querySelectorAll('.clue').forEach(d => d.open = true), ''`)
	tab.Faultless()
	tab.Legible()
	tab.Large(true)
	tab.Whole()
	tab.Large(false)
	tab.Touchscreen(360)
	tab.Open(site.URL + "/desk/ranking/leads")
	tab.Faultless()
	tab.Whole()
	if got := tab.Eval(`document.documentElement.scrollHeight > 3200 ? 'the page is ' + document.documentElement.scrollHeight + ' px long' : ''`); got != "" {
		t.Error(got)
	}
	tab.Shot("desk-leads-many-phone")
	tab.View("desk-leads-phone", 360, 900)
	tab.Touchscreen(360)
	tab.Eval(`document.querySelectorAll('.clue').forEach((d, i) => d.open = i < 3), ''`)
	tab.Faultless()
	tab.Whole()
	tab.Legible()
	tab.View("desk-leads-open-phone", 360, 1500)
}

// TestALossIsAskedToBeSeen in words that stop nothing, with answers of its own; who goes is
// named, and the page counts it. Where the index of the day was another, it stands beside.
//
// Controls: Outcomes of before (`does not say "我去核实"`); nameGoers that names nobody ("who goes
// is not named"); leadRows without the day's place (`does not say "那天的指数15.0"`).
func TestALossIsAskedToBeSeen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.many(t)
	_, body := h.ask(t, officer, "/desk/ranking/leads", nil)
	said := tags.ReplaceAllString(body, "")
	for _, want := range []string{"请核实", "资料变了,看不出还符不符合。在领的照发。", "系统不停也不扣", "我去核实", "已核实,仍符合", "已核实,走变更", "本来就没领", "那天的指数15.0"} {
		if !strings.Contains(said, want) {
			t.Errorf("the page does not say %q: %s", want, said)
		}
	}
	for _, never := range []string{"对不上了", "不再符合", "取消资格"} {
		if strings.Contains(said, never) {
			t.Errorf("the page says %q", never)
		}
	}
	forms := regexp.MustCompile(`(?s)action="(/desk/ranking/lead/\d+/settle)".*?</form>`).FindAllStringSubmatch(body, -1)
	path := ""
	for _, f := range forms {
		lost := strings.Contains(f[0], "still_fits")
		if lost == strings.Contains(f[0], `"applied"`) && !strings.Contains(f[0], "made_good") {
			t.Errorf("a form offers what does not fit: %s", f[0])
		}
		if lost && path == "" {
			path = f[1]
		}
	}
	for _, c := range []struct {
		outcome string
		code    int
	}{{"served", 422}, {"checking", 303}} {
		if code, _ := h.ask(t, officer, path, came(c.outcome)); code != c.code {
			t.Errorf("%s: %d, want %d", c.outcome, code, c.code)
		}
	}
	_, body = h.ask(t, second, "/desk/ranking/leads", nil)
	if said := tags.ReplaceAllString(body, ""); !strings.Contains(said, "其中1条有人去核实") || !regexp.MustCompile(`.{2,4}去核实,.{5,20}记的`).MatchString(said) {
		t.Errorf("who goes is not named: %s", said)
	}
	if code, _ := h.ask(t, second, path, came("to_change")); code != 303 {
		t.Errorf("another's word: %d", code)
	}
	_, body = h.ask(t, second, "/desk/ranking/leads?then=to_change", nil)
	if said := tags.ReplaceAllString(body, ""); !strings.Contains(said, "一个人提,另一个人定") {
		t.Error("the page does not say where a change is made")
	}
	_, body = h.ask(t, second, "/desk/ranking/leads/settled", nil)
	if !strings.Contains(body, "<b>已核实,走变更</b>") {
		t.Errorf("what came of it: %s", body)
	}
}
