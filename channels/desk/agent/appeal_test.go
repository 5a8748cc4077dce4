package agent_test

import (
	"context"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lianou/channels/desk/agent"
	"lianou/channels/desk/desktest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/seal"
)

// F81 at 12345: who rings and says the receipt and the last four of the number has a refusal
// looked at anew by somebody else; the agent reads out by when. Without the pair, and without a
// caller whom the agent confirmed, nothing is filed. What was said is sealed and in no log.
//
// Control: whose that takes the receipt alone ("without the pair: … 换没经手过的人重新看").
func TestACallerSaysThatADecisionIsWrong(t *testing.T) {
	t.Parallel()
	d, cases, flow := desktest.Decided(t)
	room := agent.New(agent.Deps{Desk: d.Shell, Flow: flow, Regions: d.Regions, Staff: d.Staff, DB: d.DB, Cases: cases, Audit: d.Audit, Bell: d.Bell})
	cookie := d.Sessions(t, room, "0317")["0317"]
	handler, err := d.Shell.Handler(room)
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
	form := func(last4 string) url.Values {
		return url.Values{"receipt": {desktest.DecidedReceipt}, "last4": {last4}, "item": {"MZ-02"}, "says": {"票据上周交到村里了"}}
	}
	if got := post("find", form(desktest.DecidedLast4)); !strings.Contains(got, "他说不对") || !strings.Contains(got, "没有票据") {
		t.Fatalf("what a caller may say is wrong: %s", got)
	}
	for what, last4 := range map[string]string{"without the pair": "", "with a wrong one": "0021"} {
		if got := post("appeal", form(last4)); strings.Contains(got, "换没经手过的人") {
			t.Errorf("%s: %s", what, got)
		}
	}
	if got := post("appeal", form(desktest.DecidedLast4)); !strings.Contains(got, "临时救助您说不对,收到了。换没经手过的人重新看。") || !strings.Contains(got, "前答复您") {
		t.Errorf("what the agent reads out: %s", got)
	}
	if got := post("find", form(desktest.DecidedLast4)); strings.Contains(got, "他说不对</summary>") {
		t.Errorf("it is offered again while it is looked at: %s", got)
	}
	counted := func(sql string) (n int) {
		must(t, d.Env.DB(pgtest.Check).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error { return tx.QueryRow(ctx, sql).Scan(&n) }))
		return n
	}
	if n := counted(`select count(*) from appeal where door = 'hotline' and taken_by > 0 and state = 'open' and position(convert_to('票据', 'UTF8') in says) = 0`); n != 1 {
		t.Errorf("%d appeals", n)
	}
	var commitment, sealed []byte
	must(t, d.Env.DB(pgtest.Check).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select commitment, detail from audit_entry where act = 'claim.appealed'`).Scan(&commitment, &sealed)
	}))
	said, err := d.Keys.Platform.Ring.Open(sealed, seal.At{Table: "audit_entry", Row: hex.EncodeToString(commitment), Column: "detail"})
	must(t, err)
	if !strings.Contains(string(said), `"hotline"`) || strings.Contains(string(said), "上周交") {
		t.Errorf("the log says %s", said)
	}
}
