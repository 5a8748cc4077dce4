package twins_test

import (
	"context"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"lianou/channels/channeltest"
	"lianou/channels/desk/twins"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	pairs "lianou/core/registry/twins"
	"lianou/core/staff"
)

// TestTwoTownsOfOnePair: officers of two townships, each of whom sees their own, go the whole
// way of one pair. An undo that was declined in the other township no longer waits here: the
// page says so and offers a new one. One that was granted there is under way here, and makes the
// pair a question anew in both: what was said before is marked as past and asks nothing of the
// other; the second of the new words is told what comes of it.
//
// Controls: person_verdict_fits that does not clear `waits` ("declined: wangmiao.officer is
// told, or not told, !value="back""); that does not write `since` ("parted: … !还没有合。").
func TestTwoTownsOfOnePair(t *testing.T) {
	t.Parallel()
	d, found, _ := open(t)
	_, err := staff.Seed(t.Context(), d.Env.DB(pgtest.Import), []staff.Town{{Code: far, Name: "德平镇", County: "临邑县"}})
	must(t, err)
	room := twins.New(twins.Deps{DB: d.DB, Twins: found, Staff: d.Staff, Audit: d.Audit, Regions: d.Regions})
	const here, second, there = "wangmiao.officer", "wangmiao.approver", "deping.officer"
	cookies := d.Sessions(t, room, here, second, there)
	handler, err := d.Shell.Handler(room)
	must(t, err)
	var pair int64
	must(t, d.DB.Tx(t.Context(), pg.Regions(channeltest.Town), func(ctx context.Context, tx *pg.Tx) error {
		list, err := found.Waiting(ctx, tx)
		for _, p := range list {
			if p.Other == 0 {
				pair = p.ID
			}
		}
		return err
	}))
	ask := func(login, path string, form url.Values) (int, string) {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		if form != nil {
			r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		r.AddCookie(cookies[login])
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code, html.UnescapeString(regexp.MustCompile(`<span class="sr">[^<]*</span>`).ReplaceAllString(w.Body.String(), ""))
	}
	own := "/desk/twins/" + strconv.FormatInt(pair, 10)
	say := func(login string, say pairs.Say) {
		t.Helper()
		if code, body := ask(login, own, url.Values{"say": {string(say)}, "reason": {login + "看过。"}, "sure": {"1"}}); code != http.StatusSeeOther {
			t.Fatalf("%s says %s: %d %s", login, say, code, body)
		}
	}
	settle := func() { must(t, found.Settle(t.Context(), pairs.Settle{Pair: pair})) }
	reads := func(when, login, path string, wants ...string) {
		t.Helper()
		_, body := ask(login, path, nil)
		for _, want := range wants {
			never, bare := strings.CutPrefix(want, "!")
			if strings.Contains(body, never) == bare {
				t.Errorf("%s: %s is told, or not told, %s", when, login, want)
			}
		}
	}
	say(here, pairs.SaySame)
	settle()
	say(there, pairs.SaySame)
	settle()
	say(here, pairs.SayApart)
	settle()
	reads("asked", here, own, "您提了撤销", `value="back"`, `!value="apart"`)
	reads("asked", there, own, "要另一位同事定", "请打电话问王庙镇", `value="agree"`)
	say(there, pairs.SayKeep)
	for range 2 { // before and after the job
		for _, login := range []string{here, second} {
			reads("declined", login, own, "!定以前还算一个人", `!value="back"`, `!value="agree"`, `value="apart"`, "提过撤销,没有撤", "请打电话问德平镇")
		}
		reads("declined", there, own, `value="apart"`, "!提过撤销,没有撤")
		settle()
	}
	say(second, pairs.SayApart)
	reads("asked again", here, own, "提了撤销,要另一位同事定,您就可以", `value="agree"`, "!凭什么,请打电话问。")
	say(there, pairs.SayAgree)
	reads("granted", here, own, "正在撤,几秒钟就好", `!value="agree"`)
	reads("granted", there, own, "正在撤,几秒钟就好")
	settle()
	for _, login := range []string{here, there} {
		reads("parted", login, own, "合过一次,后来两个人撤了", "说是同一个人(后来撤了,不算了)", "您怎么看", "!改主意,再说一次", "!还没有合。")
	}
	say(there, pairs.SaySame)
	settle()
	reads("said anew", there, own, "还没有合。王庙镇也说是,才会合。")
	reads("said anew", here, own, "德平镇的同事说是同一个人", "您怎么看", "!德平镇也说是,才会合")
	reads("said anew", here, "/desk/twins", "凭什么,请打电话问德平镇", "!"+here+"看过。")
	if _, body := ask(here, own, url.Values{"say": {"same"}, "reason": {"再看过。"}}); !strings.Contains(body, "确认以后就合。要是德平镇那一条已经和别的登记合过") {
		t.Error("the second is not told what comes of it")
	}
	say(here, pairs.SaySame)
	settle()
	reads("one again", here, own, "已经合成一个人", `value="apart"`)
	reads("one again", there, own, "已经合成一个人", "!提过撤销,没有撤")
}
