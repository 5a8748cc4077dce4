package agent_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lianou/channels/desk/agent"
	"lianou/channels/desk/desktest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// F82 at 12345: who rings and says the receipt and the last four of the number says that a matter is not
// solved; the agent reads out who has it and by when. Without the pair nothing is filed.
//
// Named, not seen red: whose that takes the receipt alone.
func TestACallerSaysThatItIsNotSolved(t *testing.T) {
	t.Parallel()
	d, cases, flow := desktest.Decided(t)
	room := agent.New(agent.Deps{Desk: d.Shell, Flow: flow, Regions: d.Regions, Staff: d.Staff, DB: d.DB, Cases: cases, Audit: d.Audit, Bell: d.Bell})
	cookie := d.Sessions(t, room, "0317")["0317"]
	handler, err := d.Shell.Handler(room)
	must(t, err)
	post := func(path, last4 string) string {
		form := url.Values{"receipt": {desktest.DecidedReceipt}, "last4": {last4}, "item": {"MZ-02"}, "says": {"信上没说差哪张票据"}}
		r := httptest.NewRequest(http.MethodPost, "/desk/agent/"+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("HX-Request", "true")
		r.AddCookie(cookie)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Body.String()
	}
	if got := post("find", desktest.DecidedLast4); !strings.Contains(got, "他说没有解决</summary>") {
		t.Fatalf("what a caller may say: %s", got)
	}
	for what, last4 := range map[string]string{"without the pair": "", "with a wrong one": "0021"} {
		if got := post("unsolved", last4); strings.Contains(got, "记下了") {
			t.Errorf("%s: %s", what, got)
		}
	}
	if got := post("unsolved", desktest.DecidedLast4); !strings.Contains(got, "临时救助您说没有解决,记下了。由王庙镇办。") || !strings.Contains(got, "前答复您") {
		t.Errorf("what the agent reads out: %s", got)
	}
	if got := post("find", desktest.DecidedLast4); strings.Contains(got, "他说没有解决</summary>") || !strings.Contains(got, "镇上在办") {
		t.Errorf("it is offered again while it is looked at: %s", got)
	}
	var n int
	must(t, d.Env.DB(pgtest.Check).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from unsolved where door = 'hotline' and taken_by > 0 and state = 'open' and position(convert_to('票据', 'UTF8') in says) = 0`).Scan(&n)
	}))
	if n != 1 {
		t.Errorf("%d are filed", n)
	}
}
