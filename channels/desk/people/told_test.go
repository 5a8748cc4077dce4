package people_test

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

var telling = regexp.MustCompile(`/desk/people/changes/told/[0-9]+`)

// disputes has the officer write down what the mother disputes.
func (h *house) disputes(t *testing.T) {
	t.Helper()
	form := url.Values{"for": {"call"}, "of": {"0"}, "fact": {"income_per_capita_month"}, "was": {"390 元/月"}, "becomes": {"210"},
		"from": {core.DateOf(h.Shell.Now()).String()}, "reason": {"冬天没活,我一个月就两百来块。"}}
	if code, body := h.ask(t, theirContest, form); code != 303 {
		t.Fatalf("write a contest down: %d %s", code, text(body))
	}
}

// older makes everything that was asked for so many days older.
func (h *house) older(t *testing.T, days int) {
	t.Helper()
	must(t, h.Env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update change_request set made = made - make_interval(days => $1), decided = decided - make_interval(days => $1)`, days)
		return err
	}))
}

// shows is what a page says.
func (h *house) shows(t *testing.T, target string) string {
	t.Helper()
	code, body := h.ask(t, target, nil)
	if code != 200 {
		t.Fatalf("%s: %d", target, code)
	}
	return text(body)
}

// Who may decide sees on the queue and in the search how much waits and until when it was
// promised, and a way there; who asked sees that it is for another; the county sees which of
// its townships let a promised day pass, and another county nothing.
//
// Red by the queue without its line: "the approver's queue: … 等第二人定 0", "the county
// after the day".
func TestWhatWaitsForASecondPersonIsSeen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	theirCounty := h.Sessions(t, h.room, "pingyuan.county")["pingyuan.county"]
	h.learn(t, 1, 0, "visit:12", 20, declaredFacts)
	h.learn(t, 1, 0, "registry:housing", 30, `{"house_grade": "B"}`)
	h.cookie, h.second = h.second, h.cookie
	if page := h.shows(t, "/desk/township"); strings.Contains(page, "更正") {
		t.Errorf("nothing waits: %s", page)
	}
	h.cookie, h.second = h.second, h.cookie
	h.disputes(t)
	if code, body := h.ask(t, "/desk/people/changes/ask/1", url.Values{"for": {"check"}, "about": {"home"}, "fact": {"house_grade"}, "was": {"B 级,基本安全"}, "becomes": {"D"},
		"from": {core.DateOf(h.Shell.Now()).String()}, "reason": {"看了 11 月的鉴定书"}, "paper": {"平房鉴2020-118"}, "paper_on": {"2020-11-01"}}); code != 303 {
		t.Fatalf("ask for a correction: %d %s", code, text(body))
	}
	due := h.Shell.WorkDay(desk.AnswerDays).Say()
	if page := h.shows(t, "/desk/township"); !strings.Contains(page, "2 件是您提的,等同事核") {
		t.Errorf("who asked may not decide: %s", page)
	}
	h.cookie = h.second
	for _, where := range []string{"/desk/township", "/desk/township?show=decide", "/desk/people"} {
		if page := h.shows(t, where); !strings.Contains(page, "待核更正 1 件,异议 1 件,最早 "+due+"前答复") {
			t.Errorf("the approver's queue: %s: %s", where, page)
		}
	}
	if _, body := h.ask(t, "/desk/township", nil); !strings.Contains(body, `href="/desk/people/changes"`) {
		t.Error("the queue leads to no list")
	}
	if page := h.shows(t, "/desk/people"); !strings.Contains(page, "待核更正 2 ") {
		t.Errorf("the search says no number: %s", page)
	}
	h.cookie = theirCounty
	if page := h.shows(t, "/desk/township"); !strings.Contains(page, "镇上在核:待核更正 1 件,异议 1 件") || strings.Contains(page, "过了答复的日子") {
		t.Errorf("the county before the day: %s", page)
	}
	h.older(t, 40)
	if page := h.shows(t, "/desk/township"); !strings.Contains(page, "平原县王庙镇 1 件过了答复的日子,最早的本该") {
		t.Errorf("the county after the day: %s", page)
	}
	h.cookie = h.second
	if page := h.shows(t, "/desk/township"); !strings.Contains(page, "1 件过了答复的日子") {
		t.Errorf("the day has passed: %s", page)
	}
	h.cookie = h.over
	if page := h.shows(t, "/desk/township"); strings.Contains(page, "异议") {
		t.Errorf("another county: %s", page)
	}
}

// What came of a contest waits, with the words to say, before whoever wrote it down, until
// somebody says how and when the person was told; it is as late as the answer would be. Then
// the household's page says so. It is told once, and another township's is nobody's.
//
// Red by the page without the list: "nobody is to tell: … 没有等着核的更正", "there is no way
// to say it was told".
func TestTheAnswerReachesWhoDisputed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	officer := h.cookie
	h.learn(t, 1, 0, "visit:12", 20, declaredFacts)
	h.disputes(t)
	due := h.Shell.WorkDay(desk.AnswerDays)
	h.cookie = h.second
	_, body := h.ask(t, "/desk/people/changes", nil)
	if code, body := h.ask(t, judging.FindString(body), url.Values{"say": {"refuse"}, "reason": {"合作社的工资单是 390 元。"}}); code != 303 {
		t.Fatalf("answer: %d %s", code, text(body))
	}
	if page := h.shows(t, "/desk/township"); !strings.Contains(page, "要答复本人的 1 件,最早 "+due.Say()+"前答复") {
		t.Errorf("a colleague's queue: %s", page)
	}
	h.cookie = officer
	if page := h.shows(t, "/desk/township"); !strings.Contains(page, "要答复本人的 1 件(1 件是您记的)") {
		t.Errorf("the queue of who wrote it down: %s", page)
	}
	_, body = h.ask(t, "/desk/people/changes", nil)
	for _, part := range []string{"您记的", "还没告诉本人," + due.SayWhole() + "前", "您说您家的“平均每人月收入”不对,应该是210 元/月。", "这次没有改,还按390 元/月算。理由是:合作社的工资单是 390 元。", "打 12345"} {
		if !strings.Contains(text(body), part) {
			t.Errorf("nobody is to tell: %q is not in %s", part, text(body))
		}
	}
	if page := h.shows(t, motherAndSon+"?for=call"); !strings.Contains(page, "还没告诉本人") {
		t.Errorf("the household's page before: %s", page)
	}
	to := telling.FindString(body)
	if to == "" {
		t.Fatal("there is no way to say it was told")
	}
	today := core.DateOf(h.Shell.Now())
	form := url.Values{"how": {"call"}, "on": {today.String()}}
	for field, bad := range map[string]string{"how": "dream", "on": (today + 1).String()} {
		if code, _ := h.ask(t, to, spoiled(form, field, bad)); code != 422 {
			t.Errorf("%s %q: %d", field, bad, code)
		}
	}
	if code, _ := h.ask(t, to, spoiled(form, "on", (today-1).String())); code != 422 {
		t.Errorf("told before it was decided: %d", code)
	}
	h.cookie = h.over
	if code, _ := h.ask(t, to, form); code != 404 && code != 403 {
		t.Errorf("told by another county: %d", code)
	}
	h.cookie = officer
	if code, body := h.ask(t, to, form); code != 303 {
		t.Errorf("told: %d %s", code, text(body))
	}
	if code, _ := h.ask(t, to, form); code != 409 {
		t.Errorf("told twice: %d", code)
	}
	if page := h.shows(t, "/desk/people/changes"); strings.Contains(page, "要答复本人的") {
		t.Errorf("told, and still on the list: %s", page)
	}
	if page := h.shows(t, "/desk/township"); strings.Contains(page, "要答复") {
		t.Errorf("told, and still on the queue: %s", page)
	}
	if page := h.shows(t, motherAndSon+"?for=call"); !strings.Contains(page, today.SayWhole()+"打电话告诉了本人") {
		t.Errorf("the household's page after: %s", page)
	}
	if h.entries(t, "change.told", "") != 1 {
		t.Error("the log does not tell it")
	}
}

// A correction that the person asked for is promised and told as a contest is; one that the
// officer found is not. Red by propose deaf to the tick:
// "the person is not told".
func TestACorrectionAskedForByThePersonIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "registry:housing", 30, `{"house_grade": "B"}`)
	form := url.Values{"for": {"check"}, "about": {"home"}, "fact": {"house_grade"}, "was": {"B 级,基本安全"}, "becomes": {"D"}, "self": {"1"},
		"from": {core.DateOf(h.Shell.Now()).String()}, "reason": {"看了 11 月的鉴定书"}}
	if code, body := h.ask(t, "/desk/people/changes/ask/1", form); code != 303 {
		t.Fatalf("ask: %d %s", code, text(body))
	}
	officer := h.cookie
	h.cookie = h.second
	_, body := h.ask(t, "/desk/people/changes", nil)
	if code, body := h.ask(t, judging.FindString(body), url.Values{"say": {"accept"}, "reason": {"对过鉴定书"}, "paper": {"平房鉴2020-118"}, "paper_on": {"2020-11-01"}}); code != 303 {
		t.Fatalf("accept: %d %s", code, text(body))
	}
	h.cookie = officer
	if page := h.shows(t, "/desk/people/changes"); !strings.Contains(page, "改过来了,从"+core.DateOf(h.Shell.Now()).SayWhole()+"起算") {
		t.Errorf("the person is not told: %s", page)
	}
}

// A citizen says since when it is so: the form offers no day, least of all today. And what
// was disputed of a member says whose it was when it stands answered.
//
// Red by the form as it was: "the form offers a day"; by the list without the name:
// "whose".
func TestAContestSaysSinceWhenAndWhose(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "visit:12", 20, declaredFacts)
	_, body := h.ask(t, theirContest+"?for=call&of=2&fact=work_ability", nil)
	field := regexp.MustCompile(`<input type="date" name="from"[^>]*>`).FindString(body)
	if field == "" || strings.Contains(field, "value=") || !strings.Contains(field, "required") {
		t.Errorf("the form offers a day, or asks for none: %s", field)
	}
	was := hidden(body, "was")
	form := url.Values{"for": {"call"}, "of": {"2"}, "fact": {"work_ability"}, "was": {was}, "becomes": {"partial"}, "from": {""}, "reason": {"他干不了活。"}}
	if code, _ := h.ask(t, theirContest, form); code != 422 {
		t.Errorf("since no day: %d", code)
	}
	form.Set("from", (core.DateOf(h.Shell.Now()) - 1).String())
	if code, body := h.ask(t, theirContest, form); code != 303 {
		t.Fatalf("write it down: %d %s", code, text(body))
	}
	if page := h.shows(t, motherAndSon+"?for=call"); !strings.Contains(page, "王小军 · 能不能干活 "+h.Shell.WorkDay(desk.AnswerDays).SayWhole()+"前答复") {
		t.Errorf("whose: %s", page)
	}
}

// hidden is the value of a hidden field of a page.
func hidden(body, name string) string {
	found := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(body)
	if found == nil {
		return ""
	}
	return found[1]
}

// A refusal is gone from the page once its value is being corrected. Red by fault.js as it
// was: "the message stays".
func TestARefusalGoesWhenItsValueIsCorrected(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.learn(t, 1, 0, "registry:housing", 30, `{"houses": 2}`)
	tab, at := h.desk(t)
	tab.Open(at + "/desk/people/changes/ask/1?for=check&about=home&fact=houses")
	tab.Fill("[name=becomes]", "lots")
	tab.Fill("[name=reason]", "看了不动产登记")
	tab.Click("form.sheet .btn.go")
	tab.Until("it is refused", `!!document.querySelector("#say #fault")`)
	tab.Eval(`document.querySelector("[name=becomes]").value = "1"; document.querySelector("[name=becomes]").dispatchEvent(new Event("input", {bubbles: true})); ""`)
	if got := tab.Eval(`document.querySelector("#say").innerText + document.querySelectorAll("[aria-invalid]").length`); got != "0" {
		t.Errorf("the message stays: %s", got)
	}
}
