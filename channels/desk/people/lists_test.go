package people_test

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry"
)

// What a file put wrongly into a household's lists is taken out by two people and nothing
// else with it; a file that says it again of the same day does not put it back, one of a newer
// day does. What is left says so, and of an empty list nothing can be taken away.
//
// Controls: composed with "shocks" and "statuses" ("no way to be corrected"); LearnAll that
// passes what was said to household_lists ("put back"); without that keeps the part ("422"); stillSaid that
// asks corrections of older days too ("a newer day says nothing").
func TestAPartOfAListIsTakenAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	officer := h.cookie
	day := core.DateOf(h.Shell.Now()) - 30
	file := func(from core.Date, facts string) {
		t.Helper()
		must(t, h.Env.DB(pgtest.Import).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := h.reg.LearnAll(ctx, tx, []registry.Learned{{Household: 1, Sheet: registry.Sheet{Source: "registry:means", ValidFrom: from, Confidence: 90, Facts: json.RawMessage(facts)}}})
			return err
		}))
	}
	says := func() string {
		t.Helper()
		h.cookie = officer
		_, body := h.ask(t, mother+"?for=check", nil)
		return text(body)
	}
	fire := `{"kind":"fire","date":"` + (day - 9).String() + `","loss":900}`
	file(day, `{"statuses":["dibao","tekun"],"shocks":[`+fire+`,{"kind":"accident","date":"`+(day-8).String()+`"}]}`)
	_, body := h.ask(t, mother+"?for=check", nil)
	for _, key := range []string{"statuses", "shocks"} {
		if !strings.Contains(body, "fact="+key) {
			t.Fatalf("%s: no way to be corrected", key)
		}
	}
	fires := (day - 9).Say() + "火灾,损失 900 元"
	accident := (day - 8).Say() + "意外事故"
	for _, c := range []struct{ key, was, becomes, left string }{
		{"statuses", "低保、特困", "低保", "特困"},
		{"shocks", accident + ";" + fires, fires, accident},
		{"statuses", "特困", "特困", "没有"},
	} {
		h.cookie = officer
		_, body := h.ask(t, "/desk/people/changes/ask/1?for=check&about=home&fact="+c.key, nil)
		_, after, found := strings.Cut(body, ">"+c.becomes+"</option>")
		at := strings.TrimSuffix(body[:len(body)-len(after)], ">"+c.becomes+"</option>")
		at = at[strings.LastIndex(at, `value="`)+len(`value="`):]
		if !found || !strings.Contains(body, "去掉哪一样") {
			t.Fatalf("%s cannot be chosen: %s", c.becomes, text(body))
		}
		form := url.Values{"for": {"check"}, "about": {"home"}, "fact": {c.key}, "was": {said(body)}, "becomes": {strings.TrimSuffix(at, `"`)},
			"from": {day.String()}, "reason": {"表里填错了户"}}
		if code, body := h.ask(t, "/desk/people/changes/ask/1", spoiled(form, "becomes", "9")); code != 422 {
			t.Errorf("a part that is none: %d %s", code, text(body))
		}
		if code, body := h.ask(t, "/desk/people/changes/ask/1", form); code != 303 {
			t.Fatalf("ask for %s: %d %s", c.key, code, text(body))
		}
		h.cookie = h.second
		_, body = h.ask(t, "/desk/people/changes", nil)
		if code, body := h.ask(t, judging.FindString(body), url.Values{"say": {"accept"}, "reason": {"对过原表"}}); code != 303 {
			t.Fatalf("accept %s: %d %s", c.key, code, text(body))
		}
		if page := says(); !strings.Contains(page, " → "+c.left) {
			t.Errorf("%s: still there: %s", c.key, page)
		}
	}
	if _, body := h.ask(t, mother+"?for=check", nil); strings.Contains(body, "fact=statuses") {
		t.Error("something can be taken out of an empty list")
	}
	file(day, `{"statuses":["dibao","edge"],"shocks":[`+fire+`],"cars":1}`)
	if page := says(); !strings.Contains(page, "已认定身份 低保边缘 ") || !strings.Contains(page, "出了什么事 "+accident+" ") {
		t.Errorf("put back: %s", page)
	}
	file(day+1, `{"statuses":["dibao"]}`)
	if page := says(); !strings.Contains(page, "已认定身份 低保、低保边缘 ") {
		t.Errorf("a newer day says nothing: %s", page)
	}
}

// said is what the form shows as standing.
func said(body string) string {
	_, after, _ := strings.Cut(body, `name="was" value="`)
	was, _, _ := strings.Cut(after, `"`)
	return was
}
