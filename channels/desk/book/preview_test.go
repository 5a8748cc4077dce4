package book_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/hardship"
	"lianou/core/pg"
	"lianou/core/registry"
)

// lower is a step by which families lose the allowance.
var lower = url.Values{"param": {"dibao.standard"}, "area": {"rural"}, "value": {"300"}, "from": {"2026-07-01"}, "source": {"样本"}, "sample": {"1"}, "why": {"会议"}}

// weighing is a step that changes weights and nothing else.
var weighing = url.Values{"A": {"110"}, "B": {"85"}, "C": {"100"}, "D": {"100"}, "E": {"100"}, "F": {"100"}, "G": {"100"}, "source": {"德民发〔2026〕9号"}, "why": {"会议"}}

const draftAt = "/desk/book/draft/1"

var whereHome = regexp.MustCompile(`id="home-\d+"><span class="num">\d+</span>\. ([^<,]+),\d+ 口人`)

var loses = regexp.MustCompile(`</h2><span class="chip (red|leaf)">`)

// families is the part of a preview that shows them.
func families(page string) string {
	i := strings.Index(page, `<details class="sheet gap home"`)
	if i < 0 {
		return ""
	}
	return page[i:strings.Index(page, "</main>")]
}

// TestPreviewedOnRealHomes: whoever may sign sees the households that lose, with the reason
// of both sides; two see the same; one who is kept to a county sees that county's only; no
// name, number, village or link stands there; each household is an audited read for a
// purpose that counts against the bound, and the draft says who looked at these very files.
// Controls: the village named in the place of the township ("安屯村" stands in the page);
// everybody's townships and scope ("who is kept to a county sees 齐河县…"); MayShow left out
// ("beyond the bound: 200"); Looks without the digest; the chosen not sorted.
func TestPreviewedOnRealHomes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.into(4000)
	han, lin, mei, auditor := o.as("han"), o.as("lin"), o.as("mei"), o.as("auditor")
	o.ask(han, "/desk/book/begin", url.Values{"why": {"降低标准"}})
	if status, page := o.ask(han, draftAt+"/preview", url.Values{}); status != http.StatusConflict || !strings.Contains(page, "还没有改动") {
		t.Errorf("a draft without a change: %d", status)
	}
	o.ask(han, draftAt+"/amount", lower)
	if _, page := o.ask(han, draftAt, nil); !strings.Contains(page, "您还没有在真实的家庭上看过") || !strings.Contains(page, draftAt+`/preview"`) {
		t.Error("nobody looked, and the page does not say so, or has no way to look")
	}
	status, page := o.ask(han, draftAt+"/preview", url.Values{})
	shown := families(page)
	for _, want := range []string{"会少", "现在", "改后", "不符合", "标准:<b>", "样本"} {
		if status != http.StatusOK || !strings.Contains(shown, want) {
			t.Errorf("%d, the preview lacks %q", status, want)
		}
	}
	if strings.Contains(shown, "<a ") {
		t.Error("a household leads somewhere")
	}
	// By a newcomer: 您 was read as who reads the page. Red, the old code: "it is not said whom 您 means".
	if !strings.Contains(page, "里面的“您”是那一家的人,不是看这一页的人") || strings.Count(shown, "对这家人会这样说:") < 2 {
		t.Error("it is not said whom 您 means")
	}
	// By a newcomer. Red, the old code: `the preview does not say "都算在里面"`, and of the reasons that
	// both give not a word.
	for in, words := range map[string]string{page: "领没领、申请没申请、以前有没有告诉过,都算在里面", shown: "条理由改前改后说的一样"} {
		if !strings.Contains(in, words) {
			t.Errorf("the preview does not say %q", words)
		}
	}
	o.nobodys(shown)
	o.env.LoseRace() // control: the page not begun anew when it is read again ("different households")
	if _, other := o.ask(lin, draftAt+"/preview", url.Values{}); families(other) != shown {
		t.Error("two signers see different households")
	}
	if _, page := o.ask(lin, draftAt, nil); !strings.Contains(page, "<b>lin</b>") || !strings.Contains(page, "再看一遍") {
		t.Error("the page does not say that its reader looked")
	}
	_, page = o.ask(mei, draftAt+"/preview", url.Values{})
	places := whereHome.FindAllStringSubmatch(page, -1)
	for _, p := range places {
		if !strings.Contains(p[1], "平原县") {
			t.Errorf("who is kept to a county sees %s", p[1])
		}
	}
	if len(places) == 0 {
		t.Error("no household of the county is shown")
	}
	if status, _ := o.ask(auditor, draftAt+"/preview", url.Values{}); status != http.StatusForbidden {
		t.Errorf("an auditor: %d", status)
	}
	o.ask(han, draftAt+"/switch", url.Values{"item": {"CL-02"}, "turn": {"off"}, "from": {"2099-01-01"}, "why": {"并到别处"}})
	if _, page := o.ask(lin, draftAt, nil); strings.Contains(page, "再看一遍") || !strings.Contains(page, "还没有人在真实的家庭上看过") {
		t.Error("a look at what the draft said before stands for what it says now")
	}
	o.bounded(lin)
	o.worseFirst(han)
}

// worseFirst: of a draft that few lose by, all who do are shown, before those for whom
// something is another and nothing less.
func (o *office) worseFirst(c *http.Client) {
	o.t.Helper()
	o.ask(c, "/desk/book/begin", url.Values{"why": {"一县降低"}})
	o.ask(c, "/desk/book/draft/2/amount", url.Values{"param": {"dibao.standard"}, "area": {"rural"}, "county": {"371427"}, "value": {"300"}, "from": {"2026-07-01"}, "source": {"样本"}, "sample": {"1"}, "why": {"会议"}})
	status, page := o.ask(c, "/desk/book/draft/2/preview", url.Values{})
	var kinds string
	for _, k := range loses.FindAllStringSubmatch(page, -1) {
		kinds += k[1] + " "
	}
	if !regexp.MustCompile(`^(red )+(leaf )+$`).MatchString(kinds) {
		o.t.Errorf("%d, who loses and who does not: %s", status, kinds)
	}
}

// nobodys fails when anything of those who were shown stands in the page by which they are
// found, and checks that their reads are in the log.
func (o *office) nobodys(page string) {
	o.t.Helper()
	var ids []int64
	var read, looks int
	o.must(o.db.Tx(o.t.Context(), pg.City("reads whom a preview showed"), func(ctx context.Context, tx *pg.Tx) error {
		err := tx.QueryRow(ctx, `select array(select who from people_shown where kind = 'household'), (select count(*) from audit_entry where act = 'facts.read' and purpose = '核对政策草案'),
			(select count(*) from audit_entry where act = 'rulebook.previewed' and subject = 'draft:1')`).Scan(&ids, &read, &looks)
		if err != nil {
			return err
		}
		for _, id := range ids {
			home, err := o.reg.Home(ctx, tx, core.HouseholdID(id))
			if err != nil {
				return err
			}
			words := []string{string(home.Village)}
			if v, known := o.reg.Regions().Place(home.Village); known {
				words = append(words, v.Name)
			}
			members, err := o.reg.Members(ctx, tx, registry.Purpose{Actor: audit.Actor{Kind: "job", ID: "test"}, Why: "test"}, core.HouseholdID(id))
			if err != nil {
				return err
			}
			for _, m := range members {
				words = append(words, m.Person.Name, m.Person.IDNumber.Last4())
			}
			for _, w := range words {
				if w != "" && strings.Contains(page, w) {
					o.t.Errorf("%q stands in the page", w)
				}
			}
		}
		return nil
	}))
	if len(ids) == 0 || len(ids) > 12 || read != 2*len(ids) || looks != 1 {
		o.t.Errorf("%d households, %d reads, %d looks in the log", len(ids), read, looks)
	}
}

// bounded: who was shown as many as a day allows is shown nobody more, and did not look.
func (o *office) bounded(c *http.Client) {
	o.t.Helper()
	o.must(o.db.Tx(o.t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into people_shown (staff, kind, who, at) select id::text, 'household', g, $1 from staff_account, generate_series(-2000, -1) g where login = 'lin'`, tx.Now())
		return err
	}))
	o.ask(o.as("han"), draftAt+"/amount", url.Values{"param": {"dibao.standard"}, "area": {"urban"}, "value": {"350"}, "from": {"2026-07-01"}, "source": {"样本"}, "sample": {"1"}, "why": {"会议"}})
	status, page := o.ask(c, draftAt+"/preview", url.Values{})
	if status != http.StatusTooManyRequests || families(page) != "" {
		o.t.Errorf("beyond the bound: %d", status)
	}
	if _, page := o.ask(c, draftAt, nil); strings.Contains(page, "再看一遍") {
		o.t.Error("a look that was refused counts")
	}
}

// TestLooksAreAskedFor: a page that is only fetched keeps no look, and shows households to
// nobody who did not ask; a reload keeps none either; once the draft is published, the address
// leads to its page with a sentence.
// Controls: preview that keeps a look as look does ("shown to who did not ask", "4 looks in the
// log, want 1"); unseen without its state ("of a draft that is published: 409").
func TestLooksAreAskedFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.into(1000)
	han, lin := o.as("han"), o.as("lin")
	o.ask(han, "/desk/book/begin", url.Values{"why": {"降低标准"}})
	o.ask(han, draftAt+"/amount", lower)
	if _, page := o.ask(lin, draftAt+"/preview", nil); families(page) != "" || !strings.Contains(page, "您还没有看过草案现在的样子") {
		t.Error("shown to who did not ask")
	}
	o.looks(0)
	_, page := o.ask(lin, draftAt+"/preview", url.Values{})
	shown := families(page)
	if _, again := o.ask(lin, draftAt+"/preview", nil); shown == "" || families(again) != shown {
		t.Error("a reload shows something else, or nothing")
	}
	o.looks(1)
	_, page = o.ask(han, draftAt, nil)
	seen := digest.FindStringSubmatch(page)[1]
	o.ask(han, draftAt+"/sign", url.Values{"digest": {seen}, "apart": {"1"}})
	o.ask(lin, draftAt+"/publish", url.Values{"digest": {seen}, "from": {"2099-01-01"}, "read": {"1"}, "apart": {"1"}})
	for _, form := range []url.Values{nil, {}} {
		if status, page := o.ask(lin, draftAt+"/preview", form); status != http.StatusOK || !strings.Contains(page, "这份草案已经发布了,不再") || !strings.Contains(page, "签署和发布") {
			t.Errorf("of a draft that is published: %d", status)
		}
	}
	o.looks(1)
}

// TestAReloadShowsThoseLookedAt: the page that a look leads to goes by what the look kept, not
// by what would be chosen now.
//
// Named: the code before chose anew ("a reload shows … households, one was kept").
func TestAReloadShowsThoseLookedAt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.into(1000)
	han, lin := o.as("han"), o.as("lin")
	o.ask(han, "/desk/book/begin", url.Values{"why": {"降低标准"}})
	o.ask(han, draftAt+"/amount", lower)
	_, page := o.ask(lin, draftAt+"/preview", url.Values{})
	if n := strings.Count(page, `id="home-`); n < 2 {
		t.Fatalf("%d households", n)
	}
	o.must(o.db.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update rulebook_look set chosen = jsonb_set(chosen, '{Chosen}', jsonb_build_array(chosen->'Chosen'->-1))`)
		return err
	}))
	if _, page = o.ask(lin, draftAt+"/preview", nil); strings.Count(page, `id="home-`) != 1 {
		t.Errorf("a reload shows %d households, one was kept", strings.Count(page, `id="home-`))
	}
}

// looks counts the entries of looks in the log.
func (o *office) looks(want int) {
	o.t.Helper()
	var n int
	o.must(o.db.Read(o.t.Context(), pg.City("counts looks"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from audit_entry where act = 'rulebook.previewed'`).Scan(&n)
	}))
	if n != want {
		o.t.Errorf("%d looks in the log, want %d", n, want)
	}
}

// TestWeightsAloneAreNotSeenOnHomes: a draft of nothing but weights asks for the report, has
// no button that shows nothing, and is not "seen on real households"; with a report the button
// that publishes is there. With something else besides it has both.
// Controls: unseen without the weights ("weights on households: 200", "1 looks in the log");
// Weighed that finds none moved (`the page lacks "还缺一样"`, `the page has …/preview"`);
// simulated without OnlyWeights ("the part of a draft of weights alone has the button").
func TestWeightsAloneAreNotSeenOnHomes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.into(500)
	han := o.as("han")
	o.ask(han, "/desk/book/begin", url.Values{"why": {"改权重"}})
	_, page := o.ask(han, draftAt+"/weights", weighing)
	for _, want := range []string{"还缺一样", "A\u00a0收入缺口\u00a0110、B\u00a0刚性支出\u00a085", "/desk/ranking/sensitivity", "只改困难指数的权重"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, bad := range []string{draftAt + `/preview"`, draftAt + `/simulate"`, "还没有试算过", "还没有在真实的家庭上看过", "lianou "} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	if status, page := o.ask(han, draftAt+"/preview", url.Values{}); status != http.StatusOK || !strings.Contains(page, "要看的是权重试算") {
		t.Errorf("weights on households: %d", status)
	}
	if _, part := o.ask(han, draftAt+"/simulation", nil); strings.Contains(part, draftAt+`/simulate"`) {
		t.Error("the part of a draft of weights alone has the button")
	}
	if status, page := o.ask(han, draftAt+"/simulate", url.Values{}); status != http.StatusConflict || !strings.Contains(page, "不用试算") {
		t.Errorf("weights are simulated: %d", status)
	}
	o.looks(0)
	o.rules.Sensed = func(context.Context, *pg.Tx, *hardship.Weights) error { return nil }
	if _, page = o.ask(han, draftAt, nil); strings.Contains(page, "还缺一样") || !strings.Contains(page, "这组权重的试算做过了") {
		t.Error("a report is there, and the page does not say so")
	}
	if _, page = o.ask(han, draftAt+"/amount", lower); !strings.Contains(page, draftAt+`/preview"`) || !strings.Contains(page, "这份草案还改了别的") {
		t.Error("weights and an amount: no way to look")
	}
}
