package counter_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lianou/channels/desk/counter"
	"lianou/channels/desk/desktest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// F82 at the window and with the village assistant: the receipt and the card that somebody shows open what
// they may say is not solved, and it says at which door it was said. A wrong card opens nothing.
//
// Named, not seen red: saysOf without shown.
func TestSomebodyAtTheWindowSaysThatItIsNotSolved(t *testing.T) {
	t.Parallel()
	for login, door := range map[string]string{"pingyuan.clerk": "window", "wangmiao.assistant1": "village"} {
		t.Run(door, func(t *testing.T) {
			t.Parallel()
			d, cases, flow := desktest.Decided(t)
			room := counter.New(counter.Deps{Desk: d.Shell, DB: d.DB, Flow: flow, Cases: cases, Blobs: d.Blobs, Audit: d.Audit, Bell: d.Bell, Regions: d.Regions})
			cookie := d.Sessions(t, room, login)[login]
			handler, err := d.Shell.Handler(room)
			if err != nil {
				t.Fatal(err)
			}
			post := func(path, last4 string) string {
				form := url.Values{"receipt": {desktest.DecidedReceipt}, "last4": {last4}, "item": {"MZ-02"}, "says": {"信上没说差哪张票据"}}
				r := httptest.NewRequest(http.MethodPost, "/desk/counter/"+path, strings.NewReader(form.Encode()))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set("HX-Request", "true")
				r.AddCookie(cookie)
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				return w.Body.String()
			}
			if got := post("ask", desktest.DecidedLast4); !strings.Contains(got, "他说临时救助没有解决,还差什么") {
				t.Fatalf("what may be said: %s", got)
			}
			if got := post("unsolved", "0021"); strings.Contains(got, "记下了") {
				t.Errorf("a wrong card: %s", got)
			}
			if got := post("unsolved", desktest.DecidedLast4); !strings.Contains(got, "记下了。由王庙镇办。") {
				t.Errorf("what is read out: %s", got)
			}
			if got := post("unsolved", desktest.DecidedLast4); strings.Contains(got, "记下了。由") || !strings.Contains(got, "正在办") {
				t.Errorf("the same twice: %s", got)
			}
			var n int
			err = d.Env.DB(pgtest.Check).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
				return tx.QueryRow(ctx, `select count(*) from unsolved where door = $1`, door).Scan(&n)
			})
			if err != nil || n != 1 {
				t.Errorf("%d at %s, %v", n, door, err)
			}
		})
	}
}
