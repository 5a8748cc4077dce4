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

// Whoever reads a household in which somebody came reads beside each figure that was told for
// fewer that nobody has looked since, beside each item that rests on one that it has to be
// asked again, and where the answer is written down; what does not rest on one says nothing.
// Two people write the new one, and the mark is gone.
//
// As it was, the page said "最低生活保障 … 符合" and no more. Controls, seen red: the household
// judged once ("可能符合,收入要重新问" is not said); doubt that marks every item ("is marked
// that rests on nothing"); the turned of a person's page left out ("the figure").
func TestWhatWasToldForFewerIsAskedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "visit:12", 20, declaredFacts)
	h.says(t, "as it was told", motherAndSon+"?for=check", nil, "!没有核对过", "!要重新问")
	if code, body := h.ask(t, theirLife, comes(h, "sure", "1", "seen", "1")); code != 303 {
		t.Fatalf("register: %d %s", code, text(body))
	}
	came := (core.DateOf(h.Shell.Now()) - 3).Say() + "多了李小新"
	body := h.says(t, "the household", motherAndSon+"?for=check", nil, "家里人变了,这", "平均每人月收入 390 元/月 问过了,写下现在的 没有核对过:"+came, "部门记录的 4 样",
		"可能符合,收入、财产要重新问", "入户核实,没有核对过:"+came, "是家里人变动以前登记的")
	if item := findingIn(body, "SF-01"); strings.Contains(item, "要重新问") {
		t.Errorf("is marked that rests on nothing: %s", item)
	}
	if item := findingIn(body, "MZ-01"); !strings.Contains(item, "可能符合,收入、财产要重新问") {
		t.Errorf("低保: %s", item)
	}
	_, rest, _ := strings.Cut(body, `id="h-together"`)
	if bundle, _, _ := strings.Cut(rest, "</section>"); !strings.Contains(text(bundle), "最低生活保障 可能符合,收入、财产要重新问") {
		t.Errorf("what may be had together does not say it: %s", text(bundle))
	}
	h.says(t, "the figure", mother+"?for=check", nil, "390 元/月 没有核对过:"+came)
	h.says(t, "where it is written down", "/desk/people/changes/ask/1?for=check&about=home&fact=income_per_capita_month", nil, "现在登记的: 390 元/月")

	for fact, v := range map[string][2]string{"income_per_capita_month": {"390 元/月", "260"}, "financial_assets_per_capita": {"2,000 元", "1300"}, "income_12m": {"9,360 元", "9400"}, "rigid_12m": {"4,200 元", "5000"}} {
		form := url.Values{"for": {"check"}, "about": {"home"}, "fact": {fact}, "was": {v[0]}, "becomes": {v[1]}, "from": {core.DateOf(h.Shell.Now()).String()}, "reason": {"三口人了,问了本人"}}
		if code, body := h.ask(t, "/desk/people/changes/ask/1", form); code != 303 {
			t.Fatalf("%s: %d %s", fact, code, text(body))
		}
	}
	h.says(t, "it waits", motherAndSon+"?for=check", nil, "更正等人核", "要改成 260 元/月")
	h.cookie = h.second
	for range 4 {
		_, body := h.ask(t, "/desk/people/changes", nil)
		if code, body := h.ask(t, judging.FindString(body), url.Values{"say": {"accept"}, "reason": {"问过村里"}}); code != 303 {
			t.Fatalf("accept: %d %s", code, text(body))
		}
	}
	h.says(t, "asked again", motherAndSon+"?for=check", nil, "!390 元/月 没有核对过", "!收入、财产要重新问", "!支出要重新问", "房子几处 1 处 问过了,写下现在的 没有核对过:"+came)
}

// findingIn is one item of a household's page, in words.
func findingIn(body, code string) string {
	_, rest, _ := strings.Cut(body, `aria-labelledby="i`+code+`"`)
	item, _, _ := strings.Cut(rest, "</article>")
	return text(item)
}

// What has to be asked again, what nobody has said, and where both are written, on every size of
// screen.
func TestThePagesOfWhatIsToAskFit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "visit:12", 20, declaredFacts)
	if code, body := h.ask(t, theirLife, comes(h, "sure", "1", "seen", "1")); code != 303 {
		t.Fatalf("register: %d %s", code, text(body))
	}
	tab, at := h.desk(t)
	tab.Open(at + motherAndSon + "?for=check")
	tab.Wait("家里人变了")
	fits(t, tab, "desk-household-turned")
	tab.View("desk-household-turned-1440", 1440, 900)
	tab.View("desk-household-turned-390", 390, 844)
	tab.Open(at + mother + "?for=check")
	tab.Eval(`document.querySelectorAll(".fold").forEach(d => d.open = true); ""`)
	fits(t, tab, "desk-person-open")
	tab.View("desk-person-open-390", 390, 844)
	tab.Go(`a[href*="about=person"][href$="fact=adl_failed"]`)
	tab.Wait("还没有人说过这一样")
	fits(t, tab, "desk-ask-new")
	tab.Quiet()
}

// That nothing had happened when somebody asked says nothing of the days since: of an answer
// older than the ninety days that the rules look back on, the page says that nobody asked, and
// that the item has to be asked again. A younger one is not doubted.
//
// As it was, the record of months ago said 「最近 90 天家里没有出急难的事」 and no more. Control,
// seen red: doubt without its look at the events ("近来出没出过事要重新问" is not said).
func TestThatNothingHappenedStandsForItsDays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	must(t, h.Env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error { // the seed's word, asked a season earlier
		_, err := tx.Exec(ctx, `update household_sheet set valid_from = valid_from - 120, known_at = known_at - interval '120 days' where household = 1 and facts ? 'shocks'`)
		return err
	}))
	body := h.says(t, "asked long ago", motherAndSon+"?for=check", nil, "以后家里出没出过事,没有问过", "近来出没出过事要重新问")
	if item := findingIn(body, "MZ-03"); !strings.Contains(item, "近来出没出过事要重新问") {
		t.Errorf("急难: %s", item)
	}
	h.learn(t, 1, 0, "registry:civil:1", 20, `{"shocks": []}`)
	h.says(t, "asked lately", motherAndSon+"?for=check", nil, "!没有问过", "!近来出没出过事")
}

// After somebody came, the figure that stands is confirmed for the people of now, by two and from
// a day on which they were there: the mark is gone, and the value is what it was. Of what nobody
// has to ask again the same value is refused as ever.
//
// Control: anew without its day ("before he came: 303"). Without Anew the table refuses (not seen).
func TestTheSameFigureIsConfirmedForThePeopleOfNow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "visit:12", 20, declaredFacts)
	const ask = "/desk/people/changes/ask/1"
	today := core.DateOf(h.Shell.Now())
	form := url.Values{"for": {"check"}, "about": {"home"}, "fact": {"financial_assets_per_capita"}, "was": {"2,000 元"}, "becomes": {"2000"}, "from": {today.String()}, "reason": {"三口人了,看了存折"}}
	h.refuses(t, "nobody came", ask, form, 422, "和现在登记的一样")
	if code, body := h.ask(t, theirLife, comes(h, "sure", "1", "seen", "1")); code != 303 {
		t.Fatalf("register: %d %s", code, text(body))
	}
	h.refuses(t, "before he came", ask, spoiled(form, "from", (today-10).String()), 422, "家里人变了那天")
	h.says(t, "the form", ask+"?for=check&about=home&fact=financial_assets_per_capita", nil, "照原来的写一遍")
	if code, body := h.ask(t, ask, form); code != 303 {
		t.Fatalf("the same: %d %s", code, text(body))
	}
	_, body := h.ask(t, "/desk/people/changes", nil)
	if page := text(body); !strings.Contains(page, "按现在几口人问过,还是 2,000 元") {
		t.Errorf("what waits: %s", page)
	}
	h.cookie = h.second
	if code, body := h.ask(t, judging.FindString(body), url.Values{"say": {"accept"}, "reason": {"看过存折"}}); code != 303 {
		t.Fatalf("accept: %d %s", code, text(body))
	}
	h.says(t, "asked again", motherAndSon+"?for=check", nil, "!平均每人存款 2,000 元 问过了", "平均每人月收入 390 元/月 问过了")
	person := url.Values{"for": {"check"}, "about": {"home"}, "fact": {"financial_assets_per_capita"}, "was": {"2,000 元"}, "becomes": {"2000"}, "from": {today.String()}, "reason": {"又看了存折"}}
	h.refuses(t, "a second time", ask, person, 422, "和现在登记的一样")
}
