package city_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"lianou/channels/browsertest"
	"lianou/channels/desk/city"
	"lianou/channels/desk/desktest"
	"lianou/channels/desk/township"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/staff"
)

// F82 on the pages: the assistant writes down what the household says, the officer has it at the head of
// the queue and answers; said again it lies before the county, then before the city, which reads a number
// and nobody's name until it opens it. Each sees what was said and answered before, at 1440 and 360.
//
// Control: live.js without `checked` (`the tick is gone`).
// Named, not seen red: UnsolvedWaiting without units; the city's list with the applicant.
func TestWhatIsNotSolvedClimbsOnThePages(t *testing.T) {
	t.Parallel()
	d, cases, flow := desktest.Decided(t)
	town := township.New(township.Deps{Desk: d.Shell, DB: d.DB, Cases: cases, Flow: flow, Staff: d.Staff, Blobs: d.Blobs, Audit: d.Audit, Regions: d.Regions})
	whole := city.New(city.Deps{DB: d.DB, Cases: cases, Flow: flow, Staff: d.Staff, Audit: d.Audit, Regions: d.Regions})
	handler, err := d.Shell.Handler(town, whole)
	must(t, err)
	site := httptest.NewServer(handler)
	t.Cleanup(site.Close)
	b := browsertest.Start(t)
	as := func(login string) *browsertest.Tab {
		tab := b.Tab(t)
		tab.Open(site.URL + "/desk/login")
		tab.Fill("input[name=login]", login)
		tab.Fill("input[name=password]", staff.DemoPassword)
		tab.Go(".login .btn.go")
		tab.Desk()
		return tab
	}
	judge := func(tab *browsertest.Tab, name string) {
		tab.Faultless()
		tab.Shot(name)
		tab.View(name+"-360", 360, 740)
		tab.Phone()
		tab.Whole()
		tab.Faultless()
		tab.Desk()
	}
	const form = `form[action$="/answer_unsolved"] `
	says := func(words string) {
		t.Helper()
		tab := as("wangmiao.assistant1")
		tab.Open(site.URL + "/desk/township/case/1")
		tab.Eval(`[...document.querySelectorAll("details")].map(e => e.open = true).join()`)
		tab.Fill(`form[action$="/unsolved"] textarea`, words)
		tab.Go(`form[action$="/unsolved"] .btn`)
		tab.Quiet()
	}
	answers := func(login, name, words string) {
		t.Helper()
		tab := as(login)
		tab.Open(site.URL + "/desk/township")
		if !tab.Has("本人说没有解决,等答复的") {
			t.Errorf("%s has it not in the queue", login)
		}
		judge(tab, name+"-queue")
		tab.Open(site.URL + "/desk/township/case/1")
		judge(tab, name+"-case")
		// The page asks each second whether the case is judged; a tick stands while it does.
		tab.Eval(`document.addEventListener("htmx:beforeRequest", () => window.turns++); String(window.turns = 0)`)
		tab.Eval(`String(document.querySelector('` + form + `[value=stands]').click())`)
		tab.Until("the page has asked again", `window.turns > 2`)
		if tab.Eval(`String(document.querySelector('`+form+`[value=stands]').checked)`) != "true" {
			t.Errorf("%s: the tick is gone", login)
		}
		tab.Fill(form+`textarea`, words)
		tab.Go(form + `.btn`)
		if !tab.Has("答复没有解决的") && !tab.Has(words) {
			t.Errorf("%s: what was answered is not on the page", login)
		}
		tab.Quiet()
	}
	says("信上没说差哪张票据")
	answers("wangmiao.officer", "unsolved-town", "差的是住院票据,今天打电话说清了。")
	says("住院票据早交了")
	officer := as("wangmiao.officer")
	officer.Open(site.URL + "/desk/township")
	if officer.Has("本人说没有解决,等答复的") || !officer.Has("说没有解决") {
		t.Error("the township has what lies with the county, or its line does not say so")
	}
	officer.Quiet()
	answers("pingyuan.county", "unsolved-county", "票据在镇上找到了,不是这次住院的。")
	says("就是这次的")

	mayor := as("city")
	mayor.Open(site.URL + "/desk/city")
	mayor.Until("the list is there", `!!document.querySelector("#unsolved table")`)
	if line := mayor.Eval(`document.querySelector("#unsolved tbody").innerText`); strings.Contains(line, "周桂兰") || strings.Contains(line, "就是这次的") || !strings.Contains(line, "平原县") || !strings.Contains(line, "第 3 次") {
		t.Errorf("the city's list: %s", line)
	}
	judge(mayor, "unsolved-city")
	mayor.Go("#unsolved tbody a")
	for _, want := range []string{"就是这次的", "今天打电话说清了", "不是这次住院的", "周桂兰"} {
		if !mayor.Has(want) {
			t.Errorf("the city does not read %s", want)
		}
	}
	judge(mayor, "unsolved-city-one")
	mayor.Eval(`String(document.querySelector("form.act [value=solved]").click())`)
	mayor.Fill("form.act textarea", "票据核对上了,镇上今天重新受理。")
	mayor.Go("form.act .btn")
	mayor.Until("nothing is left", `document.querySelector("#unsolved").innerText.includes("没有。")`)
	mayor.Quiet()
	var n int
	must(t, d.Env.DB(pgtest.Check).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from audit_entry where act in ('unsolved.read', 'unsolved.answered', 'claim.unsolved')`).Scan(&n)
	}))
	if n < 7 {
		t.Errorf("%d entries", n)
	}
}
