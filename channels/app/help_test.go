package app

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	browsertest "lianou/channels/browsertest"
)

var (
	talkField = regexp.MustCompile(`name="talk" value="([^"]*)"`)
	stepField = regexp.MustCompile(`name="step" value="([^"]*)"`)
)

// screened leads the screener by what says answers: nil is "不清楚". It gives the last page.
func screened(t *testing.T, at string, answer func(step string) url.Values) (page string, asked int) {
	t.Helper()
	form := url.Values{"county": {"371426"}}
	for {
		resp, err := http.PostForm(at, form)
		must(t, err)
		page = body(t, resp)
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("%d after %v: %s", resp.StatusCode, form["step"], page)
		}
		step := stepField.FindStringSubmatch(page)
		if step == nil || step[1] == "end" {
			return page, asked
		}
		if asked++; asked > 60 {
			t.Fatalf("asked without end: %s", step[1])
		}
		form = answer(step[1])
		if form == nil {
			form = url.Values{"dunno": {"1"}}
		}
		form.Set("talk", html.UnescapeString(talkField.FindStringSubmatch(page)[1]))
		form.Set("step", step[1])
	}
}

// The mother and her disabled son of the samples find 低保 and the subsidy for care, and
// nothing of them is kept: no row, no entry of the log.
//
// Control: the screener with the course of the interview, which asks for names.
func TestScreenerKeepsNothing(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	v := func(x string) url.Values { return url.Values{"v": {x}} }
	says := map[string]url.Values{
		"members": {"rel": {"child", ""}, "age": {"33", ""}}, "area": v("rural"), "hukou": v("local"),
		"members/m1/age": v("59"), "members/m1/sex": v("female"), "income_per_capita_month": v("390"), "income_12m": v("9360"), "statuses": {"none": {"1"}},
		"houses": v("1"), "cars": v("0"), "financial_assets_per_capita": v("2000"), "business_with_staff": v("false"), "rigid_12m": v("4200"),
		"round/disability": {"who": {"m2"}}, "members/m2/disability": {"kind": {"limb"}, "grade": {"1"}}, "members/m2/needs_long_term_care": v("true"),
		"round/illness": {"none": {"1"}}, "shocks": {"none": {"1"}}, "house_grade": v("B"), "owns_home": v("true"), "legal_matter": v("none"),
	}
	tables := `select coalesce(sum((xpath('/row/n/text()', query_to_xml('select count(*) as n from public.' || quote_ident(tablename), false, true, '')))[1]::text::bigint), 0)
		from pg_tables where schemaname = 'public'`
	before := d.count(t, tables)
	page, asked := screened(t, s.URL+"/c/app/help", func(step string) url.Values {
		if f, ok := says[step]; ok {
			return f
		}
		return nil
	})
	for _, want := range []string{"可能能帮上这些", "最低生活保障", "重度残疾人护理补贴", "(样本)", "要由镇上的人上门看过才定", "390 元"} {
		if !strings.Contains(page, want) {
			t.Errorf("the result does not say %q", want)
		}
	}
	if strings.Contains(page, "form/") || asked < 10 {
		t.Errorf("asked %d, and for who they are", asked)
	}
	if after := d.count(t, tables); after != before {
		t.Errorf("%d rows were kept", after-before)
	}
}

// A page that is sent twice, tampered with, or cut is no harm and says what to do.
func TestScreenerBadPages(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	at := d.serve(t).URL + "/c/app/help"
	for name, x := range map[string]struct {
		form   url.Values
		status int
		say    string
	}{
		"no county":        {url.Values{}, 422, "请选一下住在哪个县"},
		"another county":   {url.Values{"county": {"110101"}}, 422, "请选一下住在哪个县"},
		"not a talk":       {url.Values{"talk": {"{"}, "step": {"members"}}, 422, "从头再来"},
		"unknown field":    {url.Values{"talk": {`{"on":"2024-03-01","county":"371426","x":1}`}, "step": {"members"}}, 422, "从头再来"},
		"known smuggled":   {url.Values{"talk": {`{"on":"2024-03-01","county":"371426","known":{"fields":{"form/applicant.name":"<b>"}}}`}, "step": {"members"}}, 422, "从头再来"},
		"too long":         {url.Values{"talk": {`{"on":"2024-03-01","county":"371426","version":"` + strings.Repeat("x", maxTalk) + `"}`}}, 422, "从头再来"},
		"answer of before": {url.Values{"talk": {`{"on":"2024-03-01","county":"371426","version":"1","known":{},"given":[]}`}, "step": {"income_12m"}, "none": {"1"}}, 200, "除了您"},
		"not a number":     {url.Values{"talk": {`{"on":"2024-03-01","county":"371426","version":"1","known":{},"given":[]}`}, "step": {"members"}, "rel": {"child"}, "age": {"abc"}}, 422, "岁数请填数字"},
		"nothing filled":   {url.Values{"talk": {`{"on":"2024-03-01","county":"371426","version":"1","known":{},"given":[]}`}, "step": {"members"}}, 422, "不清楚"},
		"too many people":  {url.Values{"talk": {`{"on":"2024-03-01","county":"371426","version":"1","known":{},"given":[]}`}, "step": {"members"}, "rel": strings.Split(strings.Repeat("child,", 40)+"child", ",")}, 422, ""},
		"markup":           {url.Values{"talk": {`{"on":"2024-03-01","county":"371426","version":"<script>","known":{},"given":[]}`}, "step": {"members"}, "none": {"1"}}, 200, ""},
	} {
		resp, err := http.PostForm(at, x.form)
		must(t, err)
		page := body(t, resp)
		if resp.StatusCode != x.status || !strings.Contains(page, x.say) || strings.Contains(page, "<script>") && name == "markup" {
			t.Errorf("%s: %d, %.300s", name, resp.StatusCode, page[strings.Index(page, "<main"):])
		}
	}
}

// The screener in a narrow telephone's browser, each kind of question accessible.
func TestScreenerInBrowser(t *testing.T) {
	t.Parallel()
	s := newDoor(t).serve(t)
	tab := browsertest.Start(t).Tab(t)
	tab.Phone()
	tab.Open(s.URL + "/c/app/")
	tab.Wait("先看看能帮什么")
	tab.Open(s.URL + "/c/app/help")
	held(tab)
	tab.Choose("#county", "371426")
	tab.Go("main form .big")
	tab.Wait("除了您")
	held(tab)
	tab.Shot("help-family")
	tab.Choose(".pair select", "child")
	tab.Go("main form .ask > .big:not(.second)")
	tab.Wait("城里还是村里")
	held(tab)
	tab.Shot("help-choice")
	for range 12 {
		tab.Go(`[name="dunno"]`)
		held(tab)
	}
	tab.Shot("help-round")
	tab.Go(`[name="enough"]`)
	tab.Wait("问完了")
	tab.Wait("要问细了才知道")
	held(tab)
	tab.Shot("help-end")
}

func body(t *testing.T, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	must(t, err)
	return string(b)
}
