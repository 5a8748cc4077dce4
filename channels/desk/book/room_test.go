package book_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"lianou/channels/browsertest"
	"lianou/channels/desk"
	"lianou/channels/desk/book"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/blob"
	"lianou/core/hardship"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/registry/seed"
	"lianou/core/routing"
	"lianou/core/rulebook"
	"lianou/core/seal"
	"lianou/core/simulate"
	"lianou/core/staff"
	"lianou/core/watch"
	"lianou/intake/drafts"
)

const password = "a long pass phrase 17"

// pingyuan is the county that one of the city's people is kept to.
const pingyuan core.RegionCode = "371426"

// office is the room over a real database, with two people of the city, one of it
// who is kept to a county, and an auditor.
type office struct {
	t     *testing.T
	env   *pgtest.Env
	rules *rulebook.Store
	sim   *simulate.Simulator
	watch *watch.Watch
	db    *pg.DB
	reg   *registry.Registry
	into  func(people int) // fills the city
	site  *httptest.Server
}

func newOffice(t *testing.T) *office {
	t.Helper()
	env := pgtest.New(t)
	o := &office{t: t, env: env}
	db := env.DB(pgtest.Platform)
	keys, err := seal.NewKeys(seal.SM4)
	o.must(err)
	log := audit.New(keys.Platform.Ring)
	regions, err := registry.EmbeddedRegions()
	o.must(err)
	people, err := staff.New(t.Context(), staff.Config{DB: db, Log: log, Expand: routing.Reach(regions), Light: true})
	o.must(err)
	sessions, err := staff.NewSessions(staff.SessionConfig{Staff: people})
	o.must(err)
	books, err := policy.Embedded()
	o.must(err)
	bells, err := bell.Open(bell.Config{URL: "redis://" + miniredis.RunT(t).Addr(), Log: slog.New(slog.DiscardHandler)})
	o.must(err)
	t.Cleanup(func() { _ = bells.Close() })
	kept, err := drafts.New(db, keys.Platform.Ring)
	o.must(err)
	o.rules, err = rulebook.New(rulebook.Deps{DB: db, Audit: log, Bell: bells})
	o.must(err)
	shipped, err := policy.Shipped()
	o.must(err)
	set, err := rulebook.ReadSources(shipped)
	o.must(err)
	o.must(o.rules.Found(t.Context(), set))
	reg, err := registry.New(registry.Config{Ring: keys.Platform.Ring, Log: log, Regions: regions})
	o.must(err)
	o.db, o.reg = db, reg
	inserter, err := jobs.NewInserter(jobs.Platform)
	o.must(err)
	o.sim, err = simulate.New(simulate.Deps{DB: db, Registry: reg, Rules: o.rules, Audit: log, Jobs: inserter})
	o.must(err)
	o.into = func(people int) {
		_, err := (seed.Loader{DB: env.DB(pgtest.Import), Registry: reg, Regions: regions}).Load(t.Context(), 3, people)
		o.must(err)
	}
	shell, err := desk.New(desk.Config{}, desk.Deps{DB: db, Staff: people, Sessions: sessions, Bell: bells, Blobs: &blob.Store{},
		Audit: log, Regions: regions, Library: books, Drafts: kept, Log: slog.New(slog.DiscardHandler)})
	o.must(err)
	o.watch, err = watch.New(watch.Deps{DB: db, Registry: reg, Books: books, Audit: log, Ring: keys.Platform.Ring})
	o.must(err)
	handler, err := shell.Handler(book.New(book.Deps{DB: db, Rules: o.rules, Staff: people, Regions: regions, Simulate: o.sim, Watch: o.watch, Jobs: inserter, Registry: reg, Audit: log, Bell: bells}))
	o.must(err)
	o.site = httptest.NewServer(handler)
	t.Cleanup(o.site.Close)
	for login, role := range map[string]staff.Role{"han": staff.City, "lin": staff.City, "mei": staff.City, "auditor": staff.Auditor} {
		where := core.DezhouCity
		if login == "mei" {
			where = pingyuan
		}
		o.must(db.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
			_, err := people.Create(ctx, tx, audit.Actor{Kind: "operator"}, staff.Account{Login: login, Name: login, Roles: []staff.Role{role},
				Regions: []core.RegionCode{where}, Password: password})
			return err
		}))
	}
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// as is somebody's logged-in client.
func (o *office) as(login string) *http.Client {
	o.t.Helper()
	jar, err := cookiejar.New(nil)
	o.must(err)
	c := &http.Client{Jar: jar}
	o.ask(c, "/desk/login", url.Values{"login": {login}, "password": {password}})
	return c
}

// ask opens a page, or sends a form to it, and gives status and text.
func (o *office) ask(c *http.Client, path string, form url.Values) (int, string) {
	o.t.Helper()
	var resp *http.Response
	var err error
	if form == nil {
		resp, err = c.Get(o.site.URL + path)
	} else {
		resp, err = c.PostForm(o.site.URL+path, form)
	}
	o.must(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	o.must(err)
	return resp.StatusCode, string(b)
}

var digest = regexp.MustCompile(`name="digest" value="([0-9a-f]{64})"`)

// work works a simulation off, as the platform's workers do.
func (o *office) work(id int64) {
	o.t.Helper()
	for more := true; more; {
		var err error
		more, err = o.sim.Next(o.t.Context(), id)
		o.must(err)
	}
}

// TestTriedBeforeItIsSigned: who may sign sees what a draft does to everybody before signing:
// who loses first, counts under five not written out; a draft that was changed since says
// that the numbers are of before; an auditor reads and has no button.
// Control: the numbers of any simulation of the draft taken for what it says now.
func TestTriedBeforeItIsSigned(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.into(2000)
	han, lin, auditor := o.as("han"), o.as("lin"), o.as("auditor")
	const at = "/desk/book/draft/1"
	raise := url.Values{"param": {"dibao.standard"}, "area": {"rural"}, "value": {"780"}, "from": {"2026-12-31"}, "source": {"样本"}, "sample": {"1"}, "why": {"会议"}, "sure": {"1"}}
	o.ask(han, "/desk/book/begin", url.Values{"why": {"提高标准"}})
	_, page := o.ask(han, at, nil)
	if strings.Contains(page, at+"/simulate\"") {
		t.Error("a draft without a change can be simulated")
	}
	if _, part := o.ask(han, at+"/simulation", nil); strings.Contains(part, at+"/simulate\"") { // control: the button for every draft that lives
		t.Error("the part of a draft without a change has the button")
	}
	o.ask(han, at+"/amount", raise)
	status, page := o.ask(lin, at+"/simulate", url.Values{})
	if status != http.StatusOK || !strings.Contains(page, "正在试算") || strings.Contains(page, "会少拿到东西") {
		t.Errorf("begun: %d, running: %v", status, strings.Contains(page, "正在试算"))
	}
	o.work(1)
	_, part := o.ask(auditor, at+"/simulation", nil)
	worse, cost, gain := strings.Index(part, "会少拿到东西"), strings.Index(part, "每月多"), strings.Index(part, "会多拿到东西")
	if worse < 0 || cost < worse || gain < cost || !strings.Contains(part, "样本") || !strings.Contains(part, "不显示") || strings.Contains(part, "<form") {
		t.Errorf("loses at %d, cost at %d, gains at %d; %s", worse, cost, gain, part)
	}
	raise.Set("value", "790")
	o.ask(han, at+"/amount", raise)
	if _, page = o.ask(lin, at, nil); !strings.Contains(page, "试算以后草案又改了") {
		t.Error("numbers of what the draft said before stand as if of now")
	}
	if status, _ := o.ask(auditor, at+"/simulate", url.Values{}); status != http.StatusForbidden {
		t.Errorf("an auditor simulates: %d", status)
	}
}

// TestTwoPeopleAtTheDesk: one drafts, changes and signs; only the other has the button that
// publishes, and it publishes what the page showed; a change that does not load says what is
// wrong and leaves the draft; an auditor reads and has no button.
// Control: with the digest of the draft's row in the place of the form's, the last refusal
// ("在您看过以后又改了") is a publication.
func TestTwoPeopleAtTheDesk(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	han, lin, auditor := o.as("han"), o.as("lin"), o.as("auditor")
	says := func(what string, status int, page string, want int, words ...string) {
		t.Helper()
		if status != want {
			t.Errorf("%s: %d, want %d", what, status, want)
		}
		for _, w := range words {
			if !strings.Contains(page, w) {
				t.Errorf("%s: the page lacks %q", what, w)
			}
		}
	}
	status, page := o.ask(han, "/desk/book/begin", url.Values{"why": {"提高农村低保标准"}})
	says("begun", status, page, http.StatusOK, "提高农村低保标准", "正在起草", "还没有改动")
	const at = "/desk/book/draft/1"
	raise := url.Values{"param": {"dibao.standard"}, "area": {"rural"}, "county": {"371426", "371424"}, "value": {"520"}, "from": {"2026-07-01"}, "source": {"德民发〔2026〕1号"}, "why": {"市政府常务会议"}}
	status, page = o.ask(han, at+"/amount", raise)
	says("an amount", status, page, http.StatusOK, "1 步", "低保标准(每人每月)(平原县、临邑县 农村)从 2026-07-01 起为 520 元/月,依据", `value: 520, from: 2026-07-01`, "平原县", "520 元")
	status, page = o.ask(han, at+"/words", url.Values{"what": {"criterion income_below_standard"}, "field": {"fail"}, "value": {"收入 {values} 高了。"}, "why": {"试"}})
	braces := page
	says("a sentence of nothing", status, page, http.StatusUnprocessableEntity, "没有保存:", "条件“平均每人每月收入 【这家的数】。低于低保标准 【标准】。”:这句话里的花括号写错了")
	status, page = o.ask(han, at+"/words", url.Values{"what": {"item CL-02 2016-07-01"}, "field": {"limit.days"}, "value": {"15"}, "why": {"提速"}})
	says("days", status, page, http.StatusOK, "2 步", "days: 15")
	status, page = o.ask(han, at+"/switch", url.Values{"item": {"CL-02"}, "turn": {"off"}, "from": {"2099-01-01"}, "why": {"并到别处"}})
	says("stopped", status, page, http.StatusOK, "3 步", "停办")
	weigh := url.Values{"A": {"110"}, "B": {"100"}, "C": {"100"}, "D": {"100"}, "E": {"100"}, "F": {"100"}, "G": {"100"}, "source": {"德民发〔2026〕9号"}, "why": {"会议"}}
	status, page = o.ask(han, at+"/weights", weigh)
	says("weights beyond 100 points", status, page, http.StatusUnprocessableEntity, "加起来要正好 100 分,现在是 103.0 分,多了 3.0 分。这一步改的是:A 收入缺口 100 → 110(满分 30.0 分 → 33.0 分)。请在别的部分里减 3.0 分")
	// By a newcomer. Red, the old code: "index.yaml 第 2 行(index):按这些权重,满分是 103.0 分".
	for _, page := range []string{braces, page} {
		if strings.Contains(page, ".yaml") || strings.Contains(page, "第 2 行") {
			t.Error("who has a browser is told of a file")
		}
	}
	weigh.Set("B", "85")
	status, page = o.ask(han, at+"/weights", weigh)
	says("weights", status, page, http.StatusOK, "4 步", "困难指数的权重:A 收入缺口 100 → 110、B 刚性支出 100 → 85", `name="B" required min="0" max="300" step="1" value="85"`)
	status, page = o.ask(lin, at+"/amount", raise)
	says("changed by another", status, page, http.StatusForbidden, "只能由起草人")
	seen := func(c *http.Client) string {
		t.Helper()
		_, page := o.ask(c, at, nil)
		found := digest.FindStringSubmatch(page)
		if found == nil {
			t.Fatal("nothing to sign on the page")
		}
		return found[1]
	}
	status, page = o.ask(han, at+"/sign", url.Values{"digest": {seen(han)}, "apart": {"1"}})
	says("signed", status, page, http.StatusOK, "等另一位市级人员")
	if strings.Contains(page, at+"/publish") {
		t.Error("the author has the button that publishes")
	}
	old := seen(lin)
	status, page = o.ask(lin, at+"/publish", url.Values{"digest": {old}, "from": {"2099-01-01"}, "apart": {"1"}})
	says("published unread", status, page, http.StatusUnprocessableEntity, "我看过了")
	o.ask(han, at+"/reopen", url.Values{})
	o.ask(han, at+"/words", url.Values{"what": {"item CL-02 2016-07-01"}, "field": {"limit.days"}, "value": {"10"}, "why": {"再快些"}})
	o.ask(han, at+"/sign", url.Values{"digest": {seen(han)}, "apart": {"1"}})
	form := url.Values{"digest": {old}, "from": {"2099-01-01"}, "read": {"1"}, "apart": {"1"}}
	status, page = o.ask(lin, at+"/publish", form)
	says("published as it was seen before", status, page, http.StatusConflict, "在您看过以后又改了")
	_, page = o.ask(auditor, at, nil)
	if strings.Contains(page, "<button class=\"btn go") || !strings.Contains(page, "days: 10") {
		t.Error("an auditor has buttons, or no sight of the change")
	}
	form.Set("digest", seen(lin))
	status, page = o.ask(lin, at+"/publish", form)
	says("weights that nobody looked at", status, page, http.StatusConflict, "还没有算过会怎么变", "A 收入缺口 110、B 刚性支出 85", "在草案页上点“算这组权重”")
	_, page = o.ask(lin, at, nil)
	says("what is still missing", 200, page, http.StatusOK, "还缺一样", "A\u00a0收入缺口\u00a0110、B\u00a0刚性支出\u00a085", "/desk/ranking/sensitivity", `full gap" disabled>发布`)
	o.rules.Sensed = func(context.Context, *pg.Tx, *hardship.Weights) error { return nil }
	status, page = o.ask(lin, at+"/publish", form)
	says("published", status, page, http.StatusOK, "已发布", "2099年1月1日")
	status, page = o.ask(auditor, "/desk/book", nil)
	says("the list", status, page, http.StatusOK, "第 2 版", "还没到", "han", "lin")
	list, err := o.rules.Editions(t.Context())
	o.must(err)
	if len(list) != 2 || list[0].From != core.NewDate(2099, 1, 1) || list[0].Author == list[0].Publisher {
		t.Errorf("editions: %+v", list)
	}
	o.ask(lin, "/desk/book/begin", url.Values{"why": {"再改"}})
	status, page = o.ask(han, "/desk/book/draft/2/withdraw", url.Values{"why": {"不改了"}})
	says("withdrawn", status, page, http.StatusOK, "已撤回")
}

// The pages as people see them: whole at a laptop, on a phone and with letters of twice the
// size, without a finding of axe, with everything unfolded.
func TestRulesPages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	browser := browsertest.Start(t)
	enter := func(login string) *browsertest.Tab {
		tab := browser.Tab(t)
		tab.Open(o.site.URL + "/desk/login")
		tab.Fill("input[name=login]", login)
		tab.Fill("input[name=password]", password)
		tab.Go(".login .btn.go")
		return tab
	}
	judge := func(tab *browsertest.Tab, name string) {
		tab.Eval(`document.querySelectorAll("details.fold").forEach((d, i) => { d.open = d.open || i < 2 }); ""`)
		tab.Laptop()
		tab.Faultless()
		tab.Whole()
		tab.Shot(name)
		tab.Large(true)
		tab.Whole()
		tab.Large(false)
		tab.Phone()
		tab.Faultless()
		tab.Whole()
		tab.Shot(name + "-phone")
	}
	han, lin := enter("han"), enter("lin")
	writer := o.as("han")
	o.ask(writer, "/desk/book/begin", url.Values{"why": {"提高农村低保标准"}})
	han.Open(o.site.URL + "/desk/book/draft/1")
	han.Wait("还没有改动")
	han.Choose("form[action$=amount] select[name=param]", "dibao.standard")
	han.Choose("form[action$=amount] select[name=area]", "rural")
	han.Fill("form[action$=amount] input[name=value]", "五百二")
	han.Fill("form[action$=amount] input[name=source]", "德民发〔2026〕1号")
	han.Fill("form[action$=amount] input[name=why]", "市政府常务会议")
	han.Click("form[action$=amount] .btn.go")
	// The refusal leads to its field, which names it, until the form is sent again.
	// Control: a refusal without its field has no link ("wait for 到这一处去改").
	han.Wait("到这一处去改")
	marked := `((f, a) => [f.name, f.getAttribute("aria-invalid"), f.getAttribute("aria-describedby"), a.getAttribute("href") === "#" + f.id, (a.click(), document.activeElement === f)].join())(document.querySelector("form[action$=amount] [aria-invalid]"), document.querySelector("#fault a"))`
	if got := han.Eval(marked); got != "value,true,fault,true,true" {
		t.Errorf("the field of a refusal: %s", got)
	}
	han.Faultless()
	han.Whole()
	han.Fill("form[action$=amount] input[name=value]", "320")
	han.Go("form[action$=amount] .btn.go")
	han.Wait("1 步")
	o.into(3000)
	han.Go("form[action$=simulate] .btn")
	han.Wait("正在试算")
	judge(han, "book-simulating")
	o.work(1)
	han.Wait("会少拿到东西")
	judge(han, "book-open")
	han.Laptop()
	han.Eval(`document.querySelectorAll("details.fold").forEach(d => { d.open = !!d.querySelector("form[action$=weights], [aria-label=各项标准]") }); document.getElementById("say").replaceChildren(); document.querySelector("form[action$=weights]").parentElement.scrollIntoView(); ""`)
	han.View("desk-book-weights", 1366, 768)
	han.Eval(`document.getElementById("say").replaceChildren(); scrollTo(0, 0); ""`)
	han.View("desk-book-draft", 1366, 900)
	han.Laptop()
	han.Go("form[action$=sign] .btn.go")
	han.Wait("等另一位市级人员")
	lin.Open(o.site.URL + "/desk/book")
	lin.Wait("发布过的")
	judge(lin, "book-list")
	lin.Open(o.site.URL + "/desk/book/draft/1")
	lin.Wait("这一页上的改动我看过了")
	lin.Wait("您还没有在真实的家庭上看过")
	judge(lin, "book-signed")
	lin.Laptop()
	lin.Go("form[action$=preview] .btn")
	lin.Wait("翻了")
	judge(lin, "book-preview")
	lin.Eval(`document.querySelectorAll("details.fold").forEach(d => { d.open = false }); scrollTo(0, 0); ""`)
	lin.View("desk-book-preview", 1366, 1100)
	lin.Laptop()
	lin.Go("a[href$='draft/1']")
	lin.Wait("您在真实的家庭上看过这份草案")
	lin.Click("form[action$=publish] input[name=read]")
	lin.Go("form[action$=publish] .btn.go")
	lin.Wait("已发布")
	o.ask(writer, "/desk/book/begin", url.Values{"why": {"改权重"}})
	o.ask(writer, "/desk/book/draft/2/weights", weighing)
	han.Open(o.site.URL + "/desk/book/draft/2")
	han.Wait("还缺一样")
	judge(han, "book-weights-alone")
	han.Quiet()
	lin.Quiet()
}
