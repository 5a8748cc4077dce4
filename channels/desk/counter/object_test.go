package counter_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/channels/desk/counter"
	"lianou/channels/desk/desktest"
)

// F62 at the window: the number on the notice opens the line of the board and nothing more of the
// household, and what is said of it is taken down once, with a number to look the answer up by.
//
// Control, named, not seen red: HangingNotice that does not ask what hangs ("a notice that was taken down").
func TestSomebodyAtTheWindowObjectsToANotice(t *testing.T) {
	t.Parallel()
	d, cases, flow := desktest.Decided(t)
	room := counter.New(counter.Deps{Desk: d.Shell, DB: d.DB, Flow: flow, Cases: cases, Blobs: d.Blobs, Audit: d.Audit, Bell: d.Bell, Regions: d.Regions})
	cookie := d.Sessions(t, room, "pingyuan.clerk")["pingyuan.clerk"]
	handler, err := d.Shell.Handler(room)
	if err != nil {
		t.Fatal(err)
	}
	root, err := pgx.Connect(t.Context(), d.Env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close(context.Background())
	sql := func(q string) {
		if _, err := root.Exec(t.Context(), `begin; set local session_replication_role = replica; `+q+`; commit`); err != nil {
			t.Fatal(err)
		}
	}
	sql(desktest.HungNotice)
	post := func(path string, form url.Values) string {
		r := httptest.NewRequest(http.MethodPost, "/desk/counter/"+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("HX-Request", "true")
		r.AddCookie(cookie)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Body.String()
	}
	got := post("notice", url.Values{"notice": {"1"}})
	key := regexp.MustCompile(`name="key" value="([^"]+)"`).FindStringSubmatch(got)
	if key == nil || !strings.Contains(got, "周某某") || strings.Contains(got, "周桂兰") || strings.Contains(got, desktest.DecidedReceipt) {
		t.Fatalf("what hangs: %s", got)
	}
	form := url.Values{"notice": {"1"}, "key": {key[1]}, "says": {"他家有门面房"}}
	first := post("object", form)
	if !regexp.MustCompile(`意见回执号 [0-9]{4} [0-9]{4} [0-9]{4}`).MatchString(first) || strings.Contains(first, "周") {
		t.Fatalf("what the clerk reads out: %s", first)
	}
	if again := post("object", form); again != first {
		t.Errorf("the same page again: %s", again)
	}
	var n int
	if err := root.QueryRow(t.Context(), `select count(*) from objection_word where door = 'window' and taken_by > 0`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d words, %v", n, err)
	}
	sql(`update public_notice set state = 'stopped'`)
	if got := post("notice", url.Values{"notice": {"1"}}); strings.Contains(got, "周某某") || !strings.Contains(got, "12345") {
		t.Errorf("a notice that was taken down: %s", got)
	}
}
