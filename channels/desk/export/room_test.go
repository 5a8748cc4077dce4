package export_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/xuri/excelize/v2"

	"lianou/channels/browsertest"
	"lianou/channels/desk/desktest"
	desk "lianou/channels/desk/export"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/export"
	"lianou/core/payout"
	"lianou/core/staff"
	"lianou/core/trail"
	"lianou/core/trail/trailtest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// rows opens a file again.
func rows(t *testing.T, raw string) [][]string {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader([]byte(raw)))
	must(t, err)
	defer book.Close()
	list, err := book.GetRows("Sheet1")
	must(t, err)
	return list
}

// Each role makes its file on its page, opens it again and finds what its pages show: rows, sum,
// digest, masked as there; a township's file holds its own cases alone, and more than a hundred
// rows wait for another person. The pages are looked at, wide and narrow.
//
// Controls: OpenedIn in the whole city's scope; sample that gives the holder unmasked.
func TestFilesAreMadeOnThePages(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	cases, err := casefile.New(casefile.Config{Ring: d.Keys.Platform.Ring, Shared: d.Keys.Platform.Shared, Audit: d.Audit})
	must(t, err)
	trailtest.Lay(t, trailtest.Deps{Env: d.Env, DB: d.DB, Ring: d.Keys.Platform.Ring, Audit: d.Audit, Cases: cases}, 4)
	c, err := pgx.Connect(t.Context(), d.Env.Superuser())
	must(t, err)
	defer c.Close(t.Context())
	// A hundred and one more of the township, and one of another place.
	_, err = c.Exec(t.Context(), `set session_replication_role = replica;
		insert into casefile (region, application, receipt, channel, applicant, people, first_contact, opened, updated, town)
			select case when g = 102 then '371426105' else '371426104' end, gen_random_uuid(), lpad(g::text, 10, '9'), 'app', case g when 1 then '=cmd|calc' when 102 then '别处的人' else '李秀英' end, 2, now(), now(), now(), '王庙镇' from generate_series(1, 102) g;
		insert into case_status (application, case_id, region, receipt, status, updated) select application, id, region, receipt, '已收到', now() from casefile on conflict do nothing`)
	must(t, err)
	payer, err := core.ParseBankAccount("622848000001")
	must(t, err)
	money, err := payout.New(payout.Config{Payer: payer}, payout.Deps{DB: d.DB, Ring: d.Keys.Platform.Ring, Audit: d.Audit, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	walker, err := trail.New(trail.Deps{DB: d.DB, Cases: cases, Staff: d.Staff, Audit: d.Audit})
	must(t, err)
	files, err := export.New(export.Deps{DB: d.DB, Ring: d.Keys.Platform.Ring, Audit: d.Audit})
	must(t, err)
	room := desk.New(desk.Deps{DB: d.DB, Exports: files, Cases: cases, Payout: money, Trail: walker, Staff: d.Staff})
	cookies := d.Sessions(t, room, "auditor", "wangmiao.officer", "wangmiao.approver", "payer1", "city")
	handler, err := d.Shell.Handler(room)
	must(t, err)
	ask := func(who, method, path string, form url.Values) (int, string) {
		t.Helper()
		r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(cookies[who])
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code, w.Header().Get("Location") + w.Body.String()
	}
	today := core.DateOf(time.Now())
	span := url.Values{"since": {today.AddDate(0, 0, -2).String()}, "until": {today.AddDate(0, 0, 1).String()}, "n": {"3"}, "batch": {"1"}, "purpose": {"above"}}
	if code, _ := ask("city", http.MethodGet, "/desk/export", nil); code != http.StatusForbidden {
		t.Errorf("the city: %d", code)
	}
	for who, path := range map[string]string{"auditor": "cases", "wangmiao.officer": "batch", "payer1": "sample"} {
		if code, _ := ask(who, http.MethodPost, "/desk/export/"+path, span); code != http.StatusForbidden {
			t.Errorf("%s makes %s: %d", who, path, code)
		}
	}
	at := map[string]string{}
	for who, path := range map[string]string{"auditor": "sample", "wangmiao.officer": "cases", "payer1": "batch"} {
		code, to := ask(who, http.MethodPost, "/desk/export/"+path, span)
		if at[who] = to; code != http.StatusSeeOther || !regexp.MustCompile(`^/desk/export/file/\d+$`).MatchString(to) {
			t.Fatalf("%s makes %s: %d %s", who, path, code, to)
		}
	}
	code, raw := ask("payer1", http.MethodPost, at["payer1"]+"/take", nil)
	list := rows(t, raw)
	if code != http.StatusOK || len(list) != 7 || list[1][5] != "周某某" || list[5][0] != "共 4 行,合计 1,446.00 元" {
		t.Errorf("the batch: %d %q", code, list)
	}
	_, raw = ask("auditor", http.MethodPost, at["auditor"]+"/take", nil)
	list = rows(t, raw)
	if len(list) != 6 || list[1][6] != "周某某" || strings.Contains(fmt.Sprint(list), "周桂兰") {
		t.Errorf("the sample: %q", list)
	}
	if code, body := ask("wangmiao.officer", http.MethodPost, at["wangmiao.officer"]+"/take", nil); code == http.StatusOK || !strings.Contains(body, "要另一个人同意") {
		t.Errorf("105 rows on one word: %d %s", code, body)
	}
	site := httptest.NewServer(handler)
	t.Cleanup(site.Close)
	tab := browsertest.Start(t).Tab(t)
	see := func(name string) {
		tab.Faultless()
		tab.Legible()
		tab.View(name, 1440, 900)
		tab.Touchscreen(360)
		tab.Faultless()
		tab.Whole()
		tab.Legible()
		tab.Shot(name + "-phone")
		tab.Laptop()
	}
	login := func(who string) {
		tab.Open(site.URL + "/desk/login")
		tab.Fill("input[name=login]", who)
		tab.Fill("input[name=password]", staff.DemoPassword)
		tab.Go(".login .btn.go")
		tab.Open(site.URL + "/desk/export")
	}
	tab.Laptop()
	login("payer1")
	see("desk-export-payer")
	login("auditor")
	see("desk-export-auditor")
	login("wangmiao.officer")
	see("desk-export-officer")
	tab.Open(site.URL + at["wangmiao.officer"])
	see("desk-export-waits")
	login("wangmiao.approver")
	tab.Wait("等您同意")
	tab.Open(site.URL + at["wangmiao.officer"])
	see("desk-export-agree")
	if !tab.Has("报给上级部门") {
		t.Error("the second person is not told what for")
	}
	tab.Has("报给上级部门")
	tab.Click("input[name=sure]")
	tab.Go("main .btn.go")
	tab.Wait("同意了")
	login("wangmiao.officer")
	tab.Open(site.URL + at["wangmiao.officer"])
	tab.Wait("可以下载")
	see("desk-export-ready")
	_, other := ask("wangmiao.officer", http.MethodPost, "/desk/export/cases", span)
	login("wangmiao.approver")
	tab.Open(site.URL + other)
	tab.Go("main .btn.stop")
	tab.Wait("没有同意")
	see("desk-export-declined")
	if code, body := ask("wangmiao.officer", http.MethodPost, other+"/take", nil); code == http.StatusOK || !strings.Contains(body, "没有同意") {
		t.Errorf("taken after a no: %d %s", code, body)
	}
	code, raw = ask("wangmiao.officer", http.MethodPost, at["wangmiao.officer"]+"/take", nil)
	list = rows(t, raw)
	said := fmt.Sprint(list)
	if code != http.StatusOK || len(list) != 108 || !strings.HasSuffix(list[107][0], "导出,用途:报给上级部门。") || strings.Contains(said, "别处的人") || !strings.Contains(said, "'=cmd|calc") || list[106][0] != "共 105 行" {
		t.Errorf("the cases: %d, %d rows: %.300s … %q", code, len(list), said, list[len(list)-1])
	}
}
