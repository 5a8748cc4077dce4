package twins_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"lianou/channels/channeltest"
	"lianou/channels/desk/twins"
	"lianou/core/pg"
	pairs "lianou/core/registry/twins"
)

// A pair of which a colleague says that it is one person is put off once: after that the page
// offers it no more and says why, and who asks for it all the same is refused in the same words.
// Controls: heard without PutOff ("the page offers it again").
func TestAPairIsPutOffOnce(t *testing.T) {
	t.Parallel()
	d, found, _ := open(t)
	room := twins.New(twins.Deps{DB: d.DB, Twins: found, Staff: d.Staff, Audit: d.Audit, Regions: d.Regions})
	cookies := d.Sessions(t, room, "wangmiao.officer", "wangmiao.approver")
	handler, err := d.Shell.Handler(room)
	must(t, err)
	var own int64
	must(t, d.DB.Tx(t.Context(), pg.Regions(channeltest.Town), func(ctx context.Context, tx *pg.Tx) error {
		list, err := found.Waiting(ctx, tx)
		for _, p := range list {
			if p.Other != 0 {
				own = p.ID
			}
		}
		return err
	}))
	ask := func(login string, form url.Values) (int, string) {
		method := http.MethodGet
		if form != nil {
			method = http.MethodPost
		}
		r := httptest.NewRequest(method, "/desk/twins/"+strconv.FormatInt(own, 10), strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(cookies[login])
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	says := func(login, say string, want int) string {
		t.Helper()
		code, body := ask(login, url.Values{"say": {say}, "reason": {"看过两边的户口簿。"}, "sure": {"1"}})
		if code != want {
			t.Errorf("%s said %s: %d, want %d", login, say, code, want)
		}
		must(t, found.Settle(t.Context(), pairs.Settle{Pair: own}))
		return body
	}
	const once = "已经放过一次,不能再放"
	says("wangmiao.officer", "same", 303)
	if _, body := ask("wangmiao.approver", nil); !strings.Contains(body, `value="later"`) || strings.Contains(body, once) {
		t.Error("the page does not offer it")
	}
	says("wangmiao.approver", "later", 303)
	says("wangmiao.officer", "same", 303)
	if _, body := ask("wangmiao.approver", nil); strings.Contains(body, `value="later"`) || !strings.Contains(body, once) {
		t.Error("the page offers it again")
	}
	if body := says("wangmiao.approver", "later", 409); !strings.Contains(body, once) {
		t.Error("refused, and it is not said why")
	}
	if _, body := ask("wangmiao.officer", nil); !strings.Contains(body, "要再有一位同事核对过") {
		t.Error("it does not wait on the list")
	}
}
