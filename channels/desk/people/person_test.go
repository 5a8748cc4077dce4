package people_test

import (
	"context"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// A fact stands with its source, since when it is true, when it was known and how sure it
// is; what it was before lies under it, and what is old says so. The day and the moment
// can be picked.
//
// Controls: row without Before ("没有以前"); old that gives false ("旧了"); asOfForm that
// forgets on ("as it was then").
func TestAFactSaysWhereItComesFrom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "registry:means", 500, `{"income_per_capita_month": 610, "cars": 1}`)
	h.learn(t, 1, 0, "visit:12", 20, `{"income_per_capita_month": 390, "financial_assets_per_capita": 2000}`)
	h.learn(t, 1, 1, "citizen", 300, `{"self_paid_medical_12m": 4200}`)
	code, body := h.ask(t, mother+"?for=check", nil)
	page := text(body)
	for _, want := range []string{"周桂兰 女,59 岁", "平均每人月收入 390 元/月 以前 1 次 610 元/月 收入财产核对", "入户核实", "80 /100", "4,200 元 旧了,要再问", "王小军", "残疾证 没有残疾证"} {
		if code != 200 || !strings.Contains(page, want) {
			t.Errorf("%d: the page does not say %q in %s", code, want, page)
		}
	}
	if !strings.Contains(page, "在您之前没有人打开过") {
		t.Error("the first look counts itself")
	}
	for _, never := range []string{herNumber, "13905340011", "肢体"} {
		if strings.Contains(body, never) {
			t.Errorf("the page says %s", never)
		}
	}
	day := core.DateOf(h.Shell.Now()) - 100
	_, body = h.ask(t, mother+"?for=check&on="+day.String(), nil)
	if page = text(body); !strings.Contains(page, "平均每人月收入 610 元/月 旧了,要再问") || strings.Contains(page, "390") || !strings.Contains(page, "任丽华 打开过") {
		t.Errorf("as it was then: %s", page)
	}
	if code, body = h.ask(t, mother+"?for=check&on=2099-01-01", nil); code != 422 || !strings.Contains(body, "还没到") {
		t.Errorf("a day to come: %d", code)
	}
	if n := h.entries(t, "person.read", "核对情况"); n != 2 {
		t.Errorf("%d looks at a person stand in the log, want 2: a refused one shows nobody", n)
	}
}

// What is rarely read is folded and counted: what there is none of, the looks before the last
// one, what another source says, the corrections that are decided. That somebody has no
// insurance is news, and so is what is old or was another thing before.
//
// Red by the page as it was: "没有的、不是的 is not folded".
func TestWhatIsRarelyReadIsFolded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "registry:housing", 30, `{"house_grade": "B"}`)
	h.learn(t, 1, 1, "registry:medical", 30, `{"insurance": "none"}`)
	h.learn(t, 1, 1, "citizen", 30, `{"self_paid_medical_12m": 4200}`)
	h.learn(t, 1, 1, "registry:means", 20, `{"self_paid_medical_12m": 9000}`)
	form := url.Values{"for": {"check"}, "about": {"home"}, "fact": {"house_grade"}, "was": {"B 级,基本安全"}, "becomes": {"D"},
		"from": {core.DateOf(h.Shell.Now()).String()}, "reason": {"看了 11 月的鉴定书"}, "paper": {"平房鉴2020-118"}, "paper_on": {"2020-11-01"}}
	for range 2 {
		if code, body := h.ask(t, "/desk/people/changes/ask/1", form); code != 303 {
			t.Fatalf("ask: %d %s", code, text(body))
		}
		if form.Get("becomes") == "C" {
			break
		}
		_, body := h.ask(t, "/desk/people/changes", nil)
		if code, _ := h.ask(t, judging.FindString(body), url.Values{"say": {"withdraw"}, "reason": {"看错了"}}); code != 303 {
			t.Fatalf("withdraw: %d", code)
		}
		form.Set("becomes", "C")
	}
	h.ask(t, mother+"?for=check", nil)
	h.ask(t, mother+"?for=check", nil)
	_, body := h.ask(t, mother+"?for=check", nil)
	open, folded := unfolded(body)
	for _, want := range []string{"医保 没有", "房屋鉴定 B 级", "→ C 级", "请求过的更正"} {
		if !strings.Contains(open, want) {
			t.Errorf("%s is folded: %s", want, open)
		}
	}
	for _, want := range []string{"没有的、不是的", "再往前", "定过的 1 次", "→ D 级", "另有 1 处说法", "另一处说 4,200 元"} {
		if !strings.Contains(folded, want) || strings.Contains(open, want) {
			t.Errorf("%s is not folded: %s", want, folded)
		}
	}
}

var details = regexp.MustCompile(`(?s)<details.*?</details>`)

// unfolded is what a page says at once, and what lies in its folds.
func unfolded(body string) (open, folded string) {
	return text(details.ReplaceAllString(body, " ")), text(strings.Join(details.FindAllString(body, -1), " "))
}

// P21: who is another township's and who does not exist get one answer, on every page
// and by every way, and both looks stand in the log.
// Control: look under pg.City, "200".
func TestAnotherTownshipsPersonIsNotThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		path string
		form url.Values
	}{{"?for=check", nil}, {"/reveal", url.Values{"for": {"check"}, "field": {"id_number"}, "reason": {"核对"}}}} {
		real, body := h.ask(t, foreign+c.path, c.form)
		none, empty := h.ask(t, nobody+c.path, c.form)
		if real != 404 || none != 404 || reference(body) != reference(empty) {
			t.Errorf("%s: %d tells who is there from who is not: %d", c.path, real, none)
		}
	}
	if n := h.entries(t, "person.missed", ""); n < 4 {
		t.Errorf("%d misses stand in the log, want one for each of 4 looks", n)
	}
}

// A number is shown in full to who says why, thirty times in an hour, and each time
// leaves its entry. Control: Reveal without MayReveal, "reveal 30".
func TestAFullNumberIsAskedFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	form := url.Values{"for": {"check"}, "field": {"id_number"}}
	if code, body := h.ask(t, mother+"/reveal", form); code != 422 || strings.Contains(body, herNumber) {
		t.Errorf("without a reason: %d", code)
	}
	form.Set("reason", "对一下户口本")
	for i := range 31 {
		code, body := h.ask(t, mother+"/reveal", form)
		if shown := strings.Contains(body, herNumber); shown != (i < 30) || (code == 200) != (i < 30) {
			t.Fatalf("reveal %d: %d", i, code)
		}
	}
	if n := h.entries(t, "field.revealed", "核对情况"); n != 30 {
		t.Errorf("%d entries of 30 reveals", n)
	}
	_, body := h.ask(t, mother+"?for=check", nil)
	if !strings.Contains(text(body), "看了全号") {
		t.Error("the page does not say who saw the number")
	}
}

// A case leads to its household and back, and is named as the reason only where it is
// this household's: another would be a false line in the log.
//
// Controls: holds left out ("case of another household"); Purpose without Case ("entries");
// what was read before a miss kept with it ("2 entries name a case that was none of the
// look's"); reveal without holds ("a number for the case of another household: 200").
func TestTheReasonIsACaseOfTheHousehold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ours := strconv.FormatInt(int64(h.opened(t, 1, "4071882635")), 10)
	other := strconv.FormatInt(int64(h.opened(t, 2, "4071882643")), 10)
	link := motherAndSon + "?for=case&amp;case=" + ours
	if _, body := h.ask(t, "/desk/township/case/"+ours, nil); !strings.Contains(body, link) {
		t.Error("the case does not lead to its household")
	}
	for _, path := range []string{mother, motherAndSon} {
		if code, body := h.ask(t, path+"?for=case&case="+ours, nil); code != 200 || !strings.Contains(body, `href="/desk/township/case/`+ours+`"`) {
			t.Errorf("%s: %d without a way back to the case", path, code)
		}
		for what, id := range map[string]string{"case that never was": "999", "case of another household": other} {
			if code, _ := h.ask(t, path+"?for=case&case="+id, nil); code != 404 {
				t.Errorf("%s for a %s: %d", path, what, code)
			}
		}
	}
	var n int
	must(t, h.Env.DB(pgtest.Check).Read(t.Context(), pg.City("a test counts entries"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from audit_entry where case_id = $1::bigint and act in ('person.read', 'household.read', 'facts.read')`, ours).Scan(&n)
	}))
	if n < 5 {
		t.Errorf("%d entries of two looks name the case", n)
	}
	code, body := h.ask(t, mother+"/reveal", url.Values{"for": {"case"}, "case": {other}, "field": {"id_number"}, "reason": {"核对"}})
	if code != 404 || strings.Contains(body, herNumber) {
		t.Errorf("a number for the case of another household: %d", code)
	}
	must(t, h.Env.DB(pgtest.Check).Read(t.Context(), pg.City("a test counts entries"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from audit_entry where case_id in ($1::bigint, 999) and actor_kind = 'staff'`, other).Scan(&n)
	}))
	if n != 0 {
		t.Errorf("%d entries name a case that was none of the look's", n)
	}
}

// P22: who goes through the register by number is stopped as one who searches too often
// is: the number of a person is one more than that of another.
// Control: look without Allow, "look 240: 404".
func TestGoingThroughTheNumbersIsACopy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i := range 241 {
		code, _ := h.ask(t, nobody+"?for=check", nil)
		if want := map[bool]int{false: 404, true: 429}[i >= 240]; code != want {
			t.Fatalf("look %d: %d, want %d", i, code, want)
		}
	}
	if code, _ := h.ask(t, motherAndSon+"?for=check", nil); code != 429 {
		t.Errorf("a household after too many people: %d", code)
	}
}
