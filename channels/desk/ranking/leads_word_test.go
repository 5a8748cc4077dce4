package ranking_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/channels/browsertest"
	"lianou/core/pg"
	"lianou/core/seal"
	"lianou/core/staff"
	"lianou/core/watch"
)

// came is a form that says what came of a lead, with the word that the outcome demands.
func came(outcome string) url.Values {
	form := url.Values{"outcome": {outcome}, "place": {string(wangmiao)}}
	if o := watch.Outcome(outcome); o.Demands() {
		form.Set("asked", string(watch.Ways(o)[0]))
		form.Set("words", "他说家里够用")
	}
	return form
}

// TestNobodyIsSilencedWithoutAWord: a lead is closed with who was asked and what they said, or not
// at all, whatever the ending: an attacker closed it as helped to apply, and nothing followed.
// The words are read on the page of settled leads by who has the place, are sealed where they
// lie, and the log has who was asked alone.
//
// Control: said that demands nothing (`"no word": 500, want 422`: the database refuses it).
func TestNobodyIsSilencedWithoutAWord(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, wangmiao)
	_, body := h.ask(t, officer, "/desk/ranking/leads", nil)
	path := settlePath.FindStringSubmatch(body)[1]
	with := func(asked, words string) url.Values {
		return url.Values{"outcome": {"not_in_need"}, "asked": {asked}, "words": {words}}
	}
	for name, c := range map[string]struct {
		form url.Values
		says string
	}{
		"no word":       {with("", ""), "选一下问的是谁"},
		"nobody asked":  {with("", "他说不要"), "选一下问的是谁"},
		"another way":   {with("dreamt", "他说不要"), "对不上"},
		"papers":        {with("records", "名册上有"), "对不上"},
		"nothing said":  {with("self_met", " "), "写一句"},
		"points":        {with("self_met", "。。。。"), "写一句"},
		"one character": {with("self_met", "要"), "写一句"},
		"a novel":       {with("self_met", strings.Repeat("不要", 101)), "写一句"},
	} {
		if code, body := h.ask(t, officer, path, c.form); code != 422 || !strings.Contains(body, c.says) {
			t.Errorf("%q: %d, want 422 with %q: %.300s", name, code, c.says, tags.ReplaceAllString(body, ""))
		}
	}
	if code, _ := h.ask(t, officer, path, with("kin_call", " 他儿子说接他去城里住,不要了 ")); code != 303 {
		t.Fatalf("with a word: %d", code)
	}
	_, body = h.ask(t, second, "/desk/ranking/leads/settled", nil)
	if said := tags.ReplaceAllString(body, ""); !strings.Contains(said, "不需要打电话问的家里人:他儿子说接他去城里住,不要了"+h.nameOf(t, officer)) {
		t.Errorf("the page does not say it: %s", said)
	}
	if _, body := h.ask(t, county, "/desk/ranking/leads/settled?place="+string(deping), nil); strings.Contains(body, "接他去城里住") {
		t.Error("another place reads it")
	}
	id := regexp.MustCompile(`\d+`).FindString(path)
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		var words []byte
		if err := tx.QueryRow(ctx, `select words from lead where id::text = $1`, id).Scan(&words); err != nil {
			return err
		}
		if len(words) == 0 || strings.Contains(string(words), "城里") {
			t.Errorf("lies as %q", words)
		}
		return nil
	}))
	log := h.logged(t, "lead.settled")
	if !strings.Contains(log, `"asked":"kin_call"`) || strings.Contains(log, "城里") {
		t.Errorf("the log: %s", log)
	}
	h.many(t)
	for name, sql := range map[string]string{
		"closed without": `update lead set state = 'settled', outcome = 'not_in_need', staff = 1, settled = now() where state = 'open'`,
		"laid without":   `insert into lead (region, household, kind, items, cause, book, since, found, place, state, outcome, staff, settled, wordless) select region, household, kind, 1, cause, book, since, found, place, 'settled', 'served', 1, now(), true from lead limit 1`,
		"of papers":      `update lead set state = 'settled', outcome = 'not_in_need', staff = 1, settled = now(), asked = 'records', words = 'x' where state = 'open'`,
		"taken away":     `update lead set asked = null, words = null where state = 'settled'`,
	} {
		if err := h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, sql)
			return err
		}); pg.Constraint(err) == "" {
			t.Errorf("%s: the database says %v", name, err)
		}
	}
}

// TestTheWordIsAskedForWhereItIsDemanded: the form shows who was asked once a result needs it,
// on a telephone too, and what was said stands on the page of settled leads.
func TestTheWordIsAskedForWhereItIsDemanded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, wangmiao)
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	tab := browsertest.Start(t).Tab(t)
	tab.Laptop()
	tab.Open(site.URL + "/desk/login")
	tab.Fill("input[name=login]", officer)
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	shown := func(outcome string) string {
		return tab.Eval(fmt.Sprintf(`(() => { const f = document.querySelector('.clue form'); f.outcome.value = %q; return String(f.words.checkVisibility() && f.asked.checkVisibility()) })()`, outcome))
	}
	for _, wide := range []int{1366, 360} {
		if wide == 360 {
			tab.Touchscreen(360)
		}
		tab.Open(site.URL + "/desk/ranking/leads")
		tab.Eval(`document.querySelector('.clue').open = true, ''`)
		for outcome, want := range map[string]string{"": "false", "applied": "true", "served": "true", "not_reached": "true", "not_in_need": "true"} {
			if got := shown(outcome); got != want {
				t.Errorf("%d px, %q: shown %s, want %s", wide, outcome, got, want)
			}
		}
		shown("not_in_need")
		tab.Faultless()
		tab.Whole()
		tab.Legible()
		tab.View(fmt.Sprint("desk-leads-word-", wide), int64(wide), 1250)
	}
	_, body := h.ask(t, officer, "/desk/ranking/leads", nil)
	form := came("not_in_need")
	form.Set("words", "他说儿子每月给他寄钱,家里够用,以后要了再来找我们")
	if code, _ := h.ask(t, officer, settlePath.FindStringSubmatch(body)[1], form); code != 303 {
		t.Fatal(code)
	}
	tab.Open(site.URL + "/desk/ranking/leads/settled")
	tab.Faultless()
	tab.Whole()
	tab.View("desk-leads-word-settled", 360, 900)
}

// logged gives the sealed details of all entries of an act, in order.
func (h *house) logged(t *testing.T, act string) (all string) {
	t.Helper()
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select commitment, detail from audit_entry where act = $1 order by id`, act)
		if err != nil {
			return err
		}
		var commitment, detail []byte
		_, err = pgx.ForEachRow(rows, []any{&commitment, &detail}, func() error {
			plain, err := h.Keys.Platform.Ring.Open(detail, seal.At{Table: "audit_entry", Row: hex.EncodeToString(commitment), Column: "detail"})
			all += string(plain)
			return err
		})
		return err
	}))
	return all
}
