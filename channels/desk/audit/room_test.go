package audit_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/channels/browsertest"
	"lianou/channels/desk/audit"
	"lianou/channels/desk/desktest"
	"lianou/core/casefile"
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

// The auditor goes from a receipt to its payment, and from the payment back to the seconds of the
// call; names and numbers stay masked on every page, a broken link is named, and nobody else comes
// in. The pages are looked at on the way, wide and narrow.
//
// Controls: room's template that prints the story of the case unmasked; decided without the digest
// that is computed again.
func TestAPaymentIsWalkedOnThePages(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	cases, err := casefile.New(casefile.Config{Ring: d.Keys.Platform.Ring, Shared: d.Keys.Platform.Shared, Audit: d.Audit})
	must(t, err)
	paid := trailtest.Lay(t, trailtest.Deps{Env: d.Env, DB: d.DB, Ring: d.Keys.Platform.Ring, Audit: d.Audit, Cases: cases}, 2)
	walker, err := trail.New(trail.Deps{DB: d.DB, Cases: cases, Staff: d.Staff, Audit: d.Audit, Blobs: d.Blobs})
	must(t, err)
	room := audit.New(audit.Deps{Trail: walker})
	cookies := d.Sessions(t, room, "auditor", "wangmiao.officer")
	handler, err := d.Shell.Handler(room)
	must(t, err)
	ask := func(who, method, path string, form url.Values) (int, string) {
		r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(cookies[who])
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code, w.Header().Get("Location") + w.Body.String()
	}
	for _, path := range []string{"/desk/audit", "/desk/audit/payment/" + paid[0].Line, "/desk/audit/case/1"} {
		if code, _ := ask("wangmiao.officer", http.MethodGet, path, nil); code != http.StatusForbidden {
			t.Errorf("%s of an officer: %d", path, code)
		}
	}
	if code, body := ask("auditor", http.MethodPost, "/desk/audit/find", url.Values{"what": {"12"}}); code != http.StatusUnprocessableEntity && code != http.StatusBadRequest || !strings.Contains(body, "请写回执号") {
		t.Errorf("nonsense: %d %s", code, body)
	}
	if code, body := ask("auditor", http.MethodGet, "/desk/audit/payment/P000000000099999", nil); code != http.StatusNotFound || !strings.Contains(body, "没有这笔钱") {
		t.Errorf("no payment: %d %s", code, body)
	}
	for _, path := range []string{"/desk/audit/payment/" + paid[0].Line, "/desk/audit/payment/" + paid[1].Line, "/desk/audit/case/1", "/desk/audit/case/2"} {
		code, body := ask("auditor", http.MethodGet, path, nil)
		for _, plain := range []string{"周桂兰", "周小山", "13905340001", "6228480000"} {
			if code != http.StatusOK || strings.Contains(body, plain) {
				t.Errorf("%s: %d shows %s", path, code, plain)
			}
		}
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
	tab.Laptop()
	tab.Open(site.URL + "/desk/login")
	tab.Fill("input[name=login]", "auditor")
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	tab.Open(site.URL + "/desk/audit")
	see("desk-audit-find")
	tab.Fill("input[name=what]", string(paid[1].Receipt))
	tab.Go("main .btn.go")
	tab.Wait("发过的钱")
	see("desk-audit-case")
	tab.Go("main tbody a")
	tab.Wait("一步不断")
	tab.Wait("第 94–101 秒")
	see("desk-audit-trail")
	c, err := pgx.Connect(t.Context(), d.Env.Superuser())
	must(t, err)
	defer c.Close(t.Context())
	_, err = c.Exec(t.Context(), `set session_replication_role = replica; update decision set reasons = '[{"outcome": "stated", "text": "说不清"}]' where case_id = 2`)
	must(t, err)
	tab.Open(site.URL + "/desk/audit/payment/" + paid[1].Line)
	tab.Wait("「决定」这一步对不上")
	see("desk-audit-broken")
}
