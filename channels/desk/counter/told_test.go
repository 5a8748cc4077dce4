package counter_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"lianou/channels/desk/counter"
	"lianou/channels/desk/desktest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// Whom no message reached stands on the village assistant's list with what to say. A way in vain is
// written down and they stay; told is whom, how and what they said.
//
// Controls: the buttons' result not read (red: "in vain: 422"); {{.Vain}} left out of the page
// ("gone to once: …").
func TestAssistantSaysWhomTheyTold(t *testing.T) {
	t.Parallel()
	d, cases, flow := desktest.Decided(t)
	room := counter.New(counter.Deps{Desk: d.Shell, DB: d.DB, Flow: flow, Cases: cases, Blobs: d.Blobs, Audit: d.Audit, Bell: d.Bell, Regions: d.Regions})
	cookie := d.Sessions(t, room, "wangmiao.assistant1")["wangmiao.assistant1"]
	handler, err := d.Shell.Handler(room)
	must(t, err)
	var task int64
	must(t, d.Env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `insert into call_task (case_id, region, says, made, due) select id, region, '临时救助这次没批。', now(), current_date + 2 from casefile returning id`).Scan(&task)
	}))
	ask := func(target string, form url.Values) (int, string) {
		r := httptest.NewRequest(http.MethodGet, target, nil)
		if form != nil {
			r = httptest.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		r.AddCookie(cookie)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	at := "/desk/counter/task/" + strconv.FormatInt(task, 10) + "/told"
	if _, page := ask("/desk/counter/tasks", nil); !strings.Contains(page, "临时救助这次没批。") || !strings.Contains(page, at) || strings.Contains(page, "没找到人。换个时候") {
		t.Fatalf("nobody to tell: %s", page)
	}
	for _, step := range []struct {
		form      url.Values
		code      int
		has, lack string
	}{
		{url.Values{"result": {"told"}, "way": {"door"}, "words": {"知道没批,明天去问"}}, 422, at, "找过"},
		{url.Values{"result": {"told"}, "way": {"door"}, "met": {"self"}, "words": {"知道了"}}, 422, at, "找过"}, // fits anything
		{url.Values{"result": {"nobody"}, "way": {"door"}, "words": {"锁着门"}}, 303, "找过 1 次没找到人", "锁着门"},
		{url.Values{"result": {"told"}, "way": {"phone"}, "met": {"family"}, "words": {"儿子接的,知道没批"}}, 303, "没有要跑的", at},
	} {
		if code, said := ask(at, step.form); code != step.code {
			t.Errorf("%v: %d, want %d: %s", step.form, code, step.code, said)
		}
		if _, page := ask("/desk/counter/tasks", nil); !strings.Contains(page, step.has) || strings.Contains(page, step.lack) {
			t.Errorf("after %v: %s", step.form, page)
		}
	}
}
