package township_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/channels/browsertest"
	"lianou/core"
	"lianou/core/staff"
)

// newMeeting is a desk with one case of which one item waits for an opinion.
func newMeeting(t *testing.T) house {
	t.Helper()
	h := newStore(t)
	h.super(t, `begin; set local session_replication_role = replica; delete from decision;
		insert into case_facts (case_id, region, version, at, facts, provenance, digest, cause) select id, region, 1, now(), '{}', '{}', repeat('b', 64), 'application' from casefile;
		update casefile set facts_version = 1;
		update claim set state = 'agreed', proposer = null, proposal = '', reasons = '[]', cash = true where item = 'YJ-01'; commit`)
	return h
}

func (h house) super(t *testing.T, sql string) {
	t.Helper()
	root, err := pgx.Connect(t.Context(), h.Env.Superuser())
	must(t, err)
	defer root.Close(context.Background())
	_, err = root.Exec(t.Context(), sql)
	must(t, err)
}

// F103 on the page: the officer calls a conference, writes down who said what and how each voted;
// the third colleague finds it right and somebody of the county who was there signs it, in sessions of
// their own; the household is told, and what was resolved stands on the page.
//
// Named, not seen red: the room that hands on no votes.
func TestAConferenceOnThePage(t *testing.T) {
	t.Parallel()
	h := newMeeting(t)
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	b := browsertest.Start(t)
	sits := func(login string) *browsertest.Tab {
		tab := b.Tab(t)
		tab.Open(site.URL + "/desk/login")
		tab.Fill("input[name=login]", login)
		tab.Fill("input[name=password]", staff.DemoPassword)
		tab.Go(".login .btn.go")
		tab.Open(site.URL + "/desk/township/case/1")
		return tab
	}
	day := func(add int) string { return core.DateOf(time.Now()).AddDate(0, 0, add).String() }
	officer, county, approver := sits("wangmiao.officer"), sits("pingyuan.county"), sits("wangmiao.approver")
	// 1. Called, with two from elsewhere.
	form := `form[action$="/case/1/conference"]`
	unfold := func(tab *browsertest.Tab, form string) {
		tab.Eval(`(()=>{const f=document.querySelector('` + form + `');for(let d=f.closest("details");d;d=d.parentElement.closest("details"))d.open=true;f.querySelectorAll("details").forEach((d)=>d.open=true);return ""})()`)
	}
	unfold(officer, form)
	officer.Click(form + ` [value=hardship]`)
	officer.Fill(form+" [name=reason]", "孩子的病要长期吃药")
	officer.Fill(form+" [name=place]", "县民政局")
	officer.Eval(`document.querySelector('` + form + ` [name=on]').value = "` + day(0) + `"; ""`)
	officer.Click(fmt.Sprintf(`%s [name=people][value="%d"]`, form, h.ID(t, "wangmiao.approver")))
	officer.Click(fmt.Sprintf(`%s [name=people][value="%d"]`, form, h.ID(t, "pingyuan.county")))
	officer.Fill(form+" .grid [name=outside]", "李大夫")
	officer.Fill(form+" .grid [name=function]", "县卫健局")
	officer.Fill(form+" .grid + .grid [name=outside]", "王会计")
	officer.Fill(form+" .grid + .grid [name=function]", "县医保局")
	officer.Click(form + " [name=unrelated]")
	officer.Accessible()
	officer.Whole()
	officer.Shot("township-conference-call")
	officer.Go(form + " p.gap .btn")
	officer.Wait("办好了:提请一事一议")
	officer.Until("who is asked", `["特别困难", "李大夫", "县卫健局"].every((w) => document.querySelector("[aria-label=一事一议]").innerText.includes(w))`)
	// 2. What was said, and each one's vote.
	form = `form[action$="/conference_minutes"]`
	unfold(officer, form)
	for i, vote := range []string{"for", "for", "for", "against", "against"} {
		officer.Choose(fmt.Sprintf("%s [name=vote%d]", form, i+1), vote)
	}
	officer.Fill(form+" [name=minutes]", "看了病历和票据,李大夫说可以先走大病保险。")
	officer.Choose(form+" [name=help]", "1")
	officer.Fill(form+" [name=amount]", "1800")
	officer.Eval(`document.querySelector('` + form + ` [name=until]').value = "` + day(20) + `"; ""`)
	officer.Fill(form+" [name=reasons]", "药费一直要花")
	narrow(officer)
	officer.Accessible()
	officer.Whole()
	officer.Shot("township-conference-minutes-phone")
	officer.Go(form + " p.gap .btn")
	officer.Wait("办好了:写会议记录")
	officer.Wait("等到会的同事看过、签")
	officer.Quiet()
	// 3. Not to be signed before the third colleague has found it right in a session of their own.
	county.Open(site.URL + "/desk/township/case/1")
	county.Until("it waits for the approver", `document.body.innerText.includes("还有到会的同事没看过记录") && !document.querySelector('form[action$="/conference_end"]')`)
	approver.Open(site.URL + "/desk/township/case/1")
	form = `form[action$="/conference_read"]`
	unfold(approver, form)
	approver.Until("what is read, with the own vote", `!document.querySelector('form[action$="/conference_minutes"]').closest(".lead") && ["1,800", "李大夫说", "记录写您的表决:赞成"].every((w) => document.querySelector('`+form+`').innerText.includes(w))`)
	approver.Accessible()
	approver.Whole()
	approver.Shot("township-conference-read")
	approver.Go(form + " p.gap .btn")
	approver.Wait("办好了:核对会议记录")
	approver.Quiet()
	// 4. Signed by another who was there.
	county.Open(site.URL + "/desk/township/case/1")
	form = `form[action$="/conference_end"]`
	unfold(county, form)
	county.Until("what is signed is shown", `["最多", "1,800", "药费一直要花", "李大夫说"].every((w) => document.querySelector('`+form+`').innerText.includes(w))`)
	county.Accessible()
	county.Whole()
	county.Shot("township-conference-sign")
	county.Go(form + " p.gap .btn")
	county.Wait("办好了:签会议记录")
	county.Until("it stands on the page", `["可以帮", "反对", "摘要"].every((w) => document.querySelector("[aria-label=一事一议]").innerText.includes(w))`)
	county.Accessible()
	county.Shot("township-conference-held")
	narrow(county)
	county.Accessible()
	county.Whole()
	county.Shot("township-conference-held-phone")
	county.Quiet()
	// 5. What is published of it, on both.
	for name, tab := range map[string]*browsertest.Tab{"township-conferences": approver, "township-conferences-phone": county} {
		tab.Open(site.URL + "/desk/township/conferences")
		tab.Accessible()
		tab.Whole()
		tab.Shot(name)
	}
	if n := h.count(t, `select count(*) from notice where kind = 'conference' and words like '%可以帮您办受灾救助。最多 1,800 元%药费一直要花。%平原县政府申请行政复议%可打 12345%'`); n != 1 {
		t.Errorf("the household is told %d times", n)
	}
}

// By the address itself: kin are not asked, an even number resolves nothing, who was not there does not
// sign, the township does not call off; what ended is published by counts, and small ones are not in it.
//
// Control: quarters that begin with the one that runs: `200: the quarter that runs is published`; periods
// other than the month taken for once: `five given once and five a year: … 约 5,000,000 元`.
func TestAConferenceByItsAddresses(t *testing.T) {
	t.Parallel()
	h := newMeeting(t)
	cookies := h.Sessions(t, h.room, "wangmiao.officer", "wangmiao.approver", "pingyuan.county")
	ask := func(login, method, path string, form url.Values) (int, string) {
		r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(cookies[login])
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	post := func(name, login, act string, form url.Values, want int, says string) {
		t.Helper()
		code, body := ask(login, http.MethodPost, "/desk/township/case/1/"+act, form)
		if code != want || !strings.Contains(body, says) {
			t.Errorf("%s: %d, want %d and %q", name, code, want, says)
		}
	}
	number := func(login string) string { return fmt.Sprint(h.ID(t, login)) }
	today := core.DateOf(time.Now()).String()
	call := func(people ...string) url.Values {
		return url.Values{"ground": {"refused"}, "reason": {"确有难处"}, "on": {today}, "place": {"镇上"}, "people": people}
	}
	all := call(number("wangmiao.officer"), number("wangmiao.approver"), number("pingyuan.county"))
	h.super(t, `insert into case_conflict (case_id, region, staff, relation) select id, region, `+number("wangmiao.approver")+`, '姑姑' from casefile`)
	post("kin is asked", "wangmiao.officer", "conference", all, http.StatusForbidden, "亲属")
	h.super(t, `delete from case_conflict`)
	outside := call(number("wangmiao.officer"), number("pingyuan.county"))
	outside["outside"], outside["function"] = []string{"李大夫"}, []string{"卫健局"}
	post("nobody asked whether they are kin", "wangmiao.officer", "conference", outside, http.StatusUnprocessableEntity, "亲属关系")
	post("called", "wangmiao.officer", "conference", all, http.StatusSeeOther, "")
	minutes := url.Values{"minutes": {"都说了"}, "outcome": {"not"}, "reasons": {"同一场病救助过"}, "vote1": {"for"}, "vote2": {"absent"}, "vote3": {"for"}}
	post("two came", "wangmiao.officer", "conference_minutes", minutes, http.StatusUnprocessableEntity, "单数")
	minutes.Set("vote2", "against")
	post("written", "wangmiao.officer", "conference_minutes", minutes, http.StatusSeeOther, "")
	post("another digest", "pingyuan.county", "conference_read", url.Values{"digest": {strings.Repeat("a", 64)}}, http.StatusConflict, "换过了")
	post("the township calls it off", "wangmiao.officer", "conference_off", url.Values{"reason": {"不用了吧"}}, http.StatusForbidden, "")
	post("the county signs unread", "pingyuan.county", "conference_end", url.Values{"digest": {strings.Repeat("a", 64)}}, http.StatusConflict, "没看过记录")
	post("one calls it off", "pingyuan.county", "conference_off", url.Values{"reason": {"按规定就能办"}}, http.StatusSeeOther, "")
	if n := h.count(t, `select count(*) from casefile where state = 'conference'`); n != 1 {
		t.Error("one person voids what was minuted")
	}
	post("who has not seen that it is asked", "wangmiao.approver", "conference_off", url.Values{"reason": {"人没到齐"}, "off": {""}}, http.StatusConflict, "您写的没有记下")
	_, shown := ask("wangmiao.approver", http.MethodGet, "/desk/township/case/1", nil)
	stamp := regexp.MustCompile(`name="off" value="(\d+)"`).FindStringSubmatch(shown)
	if stamp == nil {
		t.Fatal("the form carries nothing of the word that it shows")
	}
	post("another agrees", "wangmiao.approver", "conference_off", url.Values{"off": {stamp[1]}}, http.StatusSeeOther, "")
	if n := h.count(t, `select count(*) from casefile where state = 'visiting'`); n != 1 {
		t.Error("called off, and the case is still in conference")
	}
	code, body := ask("wangmiao.officer", http.MethodGet, "/desk/township/conferences", nil)
	running := core.DateOf(time.Now()).Time()
	if q := fmt.Sprintf("%d 年第%s季度", running.Year(), []string{"一", "二", "三", "四"}[(running.Month()-1)/3]); code != http.StatusOK || strings.Contains(body, q) {
		t.Errorf("%d: the quarter that runs is published: %s", code, q)
	}
	h.super(t, `set session_replication_role = replica; update conference set off_at = date_trunc('quarter', now()) - interval '20 days'`)
	code, body = ask("wangmiao.officer", http.MethodGet, "/desk/township/conferences", nil)
	of := func(body string) string {
		row := body[max(0, strings.Index(body, `<th scope="row">王庙镇`)):]
		return row[:max(0, strings.Index(row, "</tr>"))]
	}
	row := of(body)
	if code != http.StatusOK || strings.Count(row, "不写") != 1 || !strings.Contains(row, `data-h="撤掉的">不写`) || !strings.Contains(row, `data-h="开了">0`) {
		t.Errorf("%d: the page says %s of one conference", code, row)
	}
	h.super(t, `set session_replication_role = replica; insert into conference (case_id, region, ground, why, called_by, called, on_day, place, minutes, digest, outcome, reasons,
			claim_id, amount, period, until_day, first_by, first_at, second_by, second_at)
		select f.id, f.region, 'hardship', '原来的理由', 1, t.at, t.at, '镇上', '\x01', repeat('a', 64), 'help', '药费', 1, case when n <= 5 then 100000000 else 100000 end,
			case when n <= 5 then 'year' else 'once' end, t.at, 1, t.at, 2, t.at from casefile f, generate_series(1, 10) n, lateral (select date_trunc('quarter', now()) - interval '9 days' as at) t`)
	_, body = ask("wangmiao.officer", http.MethodGet, "/desk/township/conferences", nil)
	if row := of(body); !strings.Contains(row, `data-h="可以帮">10`) || !strings.Contains(row, `data-h="一次最多">约 5,000 元`) || !strings.Contains(row, `data-h="按年、学期、季给的">5`) {
		t.Errorf("five given once and five a year: %s", row)
	}
}
