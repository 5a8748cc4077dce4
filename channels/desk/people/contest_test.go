package people_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

const theirContest = "/desk/people/changes/contest/1"

// F49: somebody hears their band in a word and no number, disputes what it was made of,
// and an officer writes it down as it was said. Nothing stops and nothing changes; another
// officer answers by the day that was named, and the answer stands on the household's page.
//
// Controls: writeDown without FromCitizen ("not told from a correction"); dated that never
// gives Late ("not overdue"); Verdict left off the page ("the answer is not there").
func TestAContestIsWrittenDownAndAnswered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "visit:12", 20, declaredFacts)
	_, body := h.ask(t, motherAndSon+"?for=call", nil)
	before := indexIn(body)
	_, aloud, _ := strings.Cut(text(body), "本人问起,这样说")
	if aloud, _, _ = strings.Cut(aloud, "。"); !strings.Contains(aloud, "很困难") || strings.ContainsAny(aloud, "0123456789") {
		t.Errorf("the band is not said in a word: %s", aloud)
	}
	code, body := h.ask(t, theirContest+"?for=call", nil)
	if page := text(body); code != 200 || !strings.Contains(page, "王小军 · 能不能干活") || !strings.Contains(page, "390 元/月") {
		t.Errorf("%d: what the index is made of: %s", code, page)
	}
	form := url.Values{"for": {"call"}, "of": {"0"}, "fact": {"income_per_capita_month"}, "was": {"390 元/月"}, "becomes": {"210"},
		"from": {core.DateOf(h.Shell.Now()).String()}, "reason": {"冬天没活,我一个月就两百来块。"}}
	for field, bad := range map[string]string{"becomes": "lots", "from": "2020-01-01", "reason": "", "fact": "age", "was": "12 元/月", "of": "x"} {
		if code, _ := h.ask(t, theirContest, spoiled(form, field, bad)); code != 422 && code != 409 {
			t.Errorf("%s %q: %d", field, bad, code)
		}
	}
	if code, body := h.ask(t, theirContest, form); code != 303 {
		t.Fatalf("write it down: %d %s", code, text(body))
	}
	if code, _ := h.ask(t, theirContest, form); code != 409 {
		t.Errorf("the same twice: %d", code)
	}
	_, body = h.ask(t, motherAndSon+"?for=call", nil)
	if page := text(body); indexIn(body) != before || !strings.Contains(page, "冬天没活") || !strings.Contains(page, "前答复") {
		t.Errorf("a contest changes something, or does not stand: %s", page)
	}
	must(t, h.Env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update change_request set made = made - interval '40 days'`)
		return err
	}))
	h.cookie = h.second
	_, body = h.ask(t, "/desk/people/changes", nil)
	page := text(body)
	if !strings.Contains(page, "本人有异议") || !strings.Contains(page, "本人的异议 1 件") {
		t.Errorf("not told from a correction: %s", page)
	}
	if !strings.Contains(page, "1 件过了答复的日子") || !strings.Contains(page, "还没答复") {
		t.Errorf("not overdue: %s", page)
	}
	if code, body := h.ask(t, judging.FindString(body), url.Values{"say": {"refuse"}, "reason": {"合作社的工资单是 390 元。"}}); code != 303 {
		t.Errorf("answer: %d %s", code, text(body))
	}
	_, body = h.ask(t, motherAndSon+"?for=call", nil)
	if page := text(body); !strings.Contains(page, "答复:合作社的工资单是 390 元。") || indexIn(body) != before {
		t.Errorf("the answer is not there: %s", page)
	}
	if code, _ := h.ask(t, "/desk/people/changes/contest/2?for=call", nil); code != 404 {
		t.Errorf("another township's household: %d", code)
	}
	if h.entries(t, "change.proposed", "回电话") != 1 || h.entries(t, "change.refused", "") != 1 {
		t.Error("the log does not tell it")
	}
}

// indexIn is the index as a page shows it.
func indexIn(body string) string {
	_, rest, _ := strings.Cut(body, `id="h-index"`)
	index, _, _ := strings.Cut(rest, "</section>")
	return index
}

func spoiled(form url.Values, field, bad string) url.Values {
	out := url.Values{}
	for k, v := range form {
		out[k] = v
	}
	out.Set(field, bad)
	return out
}

// Of what has to be spent, which nobody told as one sum, the page of an objection says what the
// index counts and of which parts, each with who says it; each part is disputed by itself. Of a
// year's income that nobody told it says by what it is reckoned. A sum that was told is what
// counts, and its parts are not listed.
//
// As it was: "一年必要大额开支 没有登记", of 14,000 yuan that the index counts. Control, seen red:
// counted that gives nothing ("the sum").
func TestAnObjectionSeesWhatTheIndexCounts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "registry:medical", 20, `{"medical_12m": 12000, "rehab_12m": 2000}`)
	h.says(t, "one of three is open", theirContest+"?for=call", nil, "下面三样都问清了,指数才算得出来", "一年自付医疗 12,000 元 医保局")
	h.learn(t, 1, 0, "visit:12", 20, `{"education_12m": 0, "income_per_capita_month": 390}`)
	h.says(t, "the sum", theirContest+"?for=call", nil, "一年必要大额开支 没有登记 指数按下面三样加起来算:14,000 元", "一年自付医疗 12,000 元 医保局", "一年自付教育 0 元 入户核实", "一年自付康复 2,000 元 医保局",
		"全家一年收入 没有登记 指数按平均每人月收入算:9,360 元")
	h.says(t, "a part", theirContest+"?for=call&of=0&fact=medical_12m", nil, "现在算的: 12,000 元", "它算在“刚性支出”里")
	h.learn(t, 1, 0, "visit:13", 1, `{"rigid_12m": 9000}`)
	h.says(t, "told as one", theirContest+"?for=call", nil, "一年必要大额开支 9,000 元 入户核实", "!一年自付医疗")
}
