package agent_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/channels/desk/agent"
	"lianou/channels/desk/desktest"
)

// F62 at 12345: by the number on the notice an agent reads the line of the board, writes down what
// the caller says, and reads out a number; by that number anybody who rings hears what came of it
// in general words. A number that is nobody's opens nothing.
//
// Control (named): objection without ParseNumber.
func TestACallerObjectsToANotice(t *testing.T) {
	t.Parallel()
	d, cases, flow := desktest.Decided(t)
	room := agent.New(agent.Deps{Desk: d.Shell, Flow: flow, Regions: d.Regions, Staff: d.Staff, DB: d.DB, Cases: cases, Audit: d.Audit, Bell: d.Bell})
	cookie := d.Sessions(t, room, "0317")["0317"]
	handler, err := d.Shell.Handler(room)
	must(t, err)
	root, err := pgx.Connect(t.Context(), d.Env.Superuser())
	must(t, err)
	defer root.Close(context.Background())
	_, err = root.Exec(t.Context(), `begin; set local session_replication_role = replica; `+desktest.HungNotice+`; commit`)
	must(t, err)
	post := func(path string, form url.Values) string {
		r := httptest.NewRequest(http.MethodPost, "/desk/agent/"+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("HX-Request", "true")
		r.AddCookie(cookie)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Body.String()
	}
	got := post("notice", url.Values{"notice": {" 1 "}})
	key := regexp.MustCompile(`name="key" value="([^"]+)"`).FindStringSubmatch(got)
	if key == nil || !strings.Contains(got, "周某某") || strings.Contains(got, "周桂兰") {
		t.Fatalf("what hangs: %s", got)
	}
	said := post("object", url.Values{"notice": {"1"}, "key": {key[1]}, "says": {"他家有门面房"}, "name": {"李大壮"}, "phone": {"13905340078"}})
	number := regexp.MustCompile(`[0-9]{4} [0-9]{4} [0-9]{4}`).FindString(said)
	if number == "" || strings.Contains(said, "李大壮") || !strings.Contains(said, "念给他听") {
		t.Fatalf("what the agent reads out: %s", said)
	}
	if got := post("objection", url.Values{"number": {number}}); !strings.Contains(got, "镇上在核实") || strings.Contains(got, "门面房") {
		t.Errorf("what came of it: %s", got)
	}
	for _, bad := range []string{"", "0000 0000 0001", strings.Replace(number, number[:1], string('0'+(number[0]-'0'+1)%10), 1)} {
		if got := post("objection", url.Values{"number": {bad}}); strings.Contains(got, "镇上在核实") {
			t.Errorf("%q: %s", bad, got)
		}
	}
	if got := post("notice", url.Values{"notice": {"2"}}); strings.Contains(got, "周某某") {
		t.Errorf("a number under which nothing hangs: %s", got)
	}
}
