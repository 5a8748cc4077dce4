package quota_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

var masked = regexp.MustCompile(`id="phone-1-1">([^<]+)<`)

// TestWhoIsToBeRungIsShown: whose turn it is stands on the page with a masked number, which
// is shown whole for a reason, leaves an entry, and to nobody where nothing is to be asked.
//
// Controls: the page without ring ("no number to be rung"); phone without Asks ("household 9, whom nobody
// asks: 200").
func TestWhoIsToBeRungIsShown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	to := h.begun(t)
	_, body := h.ask(t, county, to, nil)
	shown := masked.FindStringSubmatch(body)
	if shown == nil || !strings.Contains(shown[1], "*") {
		t.Fatalf("no number to be rung: %v", shown)
	}
	why := url.Values{"n": {"1"}, "reason": {"问他家要不要岗位"}}
	code, whole := h.ask(t, county, to+"/phone", why)
	if last := shown[1][len(shown[1])-4:]; code != http.StatusOK || !regexp.MustCompile(`^\d{11}$`).MatchString(whole) || !strings.HasSuffix(whole, last) {
		t.Errorf("in full: %d %s, masked %s", code, whole, shown[1])
	}
	for what, c := range map[string]struct {
		who  string
		form url.Values
		want int
	}{
		"for no reason":                 {county, url.Values{"n": {"1"}}, 422},
		"to an auditor":                 {auditor, why, 403},
		"household 9, whom nobody asks": {county, url.Values{"n": {"9"}, "reason": {"看看"}}, 409},
	} {
		if code, _ := h.ask(t, c.who, to+"/phone", c.form); code != c.want {
			t.Errorf("%s: %d, want %d", what, code, c.want)
		}
	}
	var left int
	must(t, h.Env.DB(pgtest.Check).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from audit_entry where act = 'field.revealed'`).Scan(&left)
	}))
	if left != 1 {
		t.Errorf("%d entries of a number shown, want 1", left)
	}
}

// TestTheUntoldAreVisited through the pages: of whom no notice reached the page says that
// somebody must go, who wrote it may not be the one, after that the days run, and who went
// does not hold it.
//
// Controls: Known of before ("the page has no 要有人上门告诉他家, or has it held"); Holds without Went ("the page has no
// 上门去的是您, or has it held: true").
func TestTheUntoldAreVisited(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	to := h.begun(t)
	h.does(t, county, to+"/skip", url.Values{"n": {"1"}, "reason": {"moved"}, "words": {"门锁着,邻居说搬走了"}})
	h.lost(t)
	shows := func(want string, yes bool) {
		t.Helper()
		if _, body := h.ask(t, second, to, nil); !strings.Contains(body, want) || strings.Contains(body, `name="holds" value="yes"`) != yes {
			t.Errorf("the page has no %s, or has it held: %v", want, !yes)
		}
	}
	h.pass(t)
	shows("要有人上门告诉他家", false)
	form := url.Values{"n": {"1"}, "met": {"no"}, "words": {"条子交给对门了"}}
	for _, c := range []struct {
		who, act string
		form     url.Values
		want     int
	}{
		{second, "/second", url.Values{"n": {"1"}, "holds": {"yes"}}, 409},
		{county, "/visit", form, 403},
		{second, "/visit", url.Values{"n": {"1"}, "words": {"去过了"}}, 422},
		{second, "/visit", form, 303},
		{first, "/second", url.Values{"n": {"1"}, "holds": {"yes"}}, 409},
	} {
		if code, body := h.ask(t, c.who, to+c.act, h.seen(t, c.form)); code != c.want {
			t.Errorf("%s %s: %d, want %d: %s", c.who, c.act, code, c.want, body)
		}
	}
	shows("没见到人:条子交给对门了", false)
	h.Env.Advance(4 * 24 * time.Hour)
	h.again(t, second)
	shows("上门去的是您", false)
	if code, _ := h.ask(t, second, to+"/second", h.seen(t, url.Values{"n": {"1"}, "holds": {"yes"}})); code != http.StatusForbidden {
		t.Errorf("held by who went there: %d", code)
	}
	h.again(t, first)
	if _, body := h.ask(t, first, to, nil); !strings.Contains(body, "是这样,跳过") {
		t.Error("who did not go there cannot hold it")
	}
	h.does(t, first, to+"/second", url.Values{"n": {"1"}, "holds": {"yes"}})
	shows("跳过过:全家迁走了", false)
}

// begun is a round of which the list is frozen.
func (h *house) begun(t *testing.T) string {
	t.Helper()
	to := h.opened(t)
	h.draws(t)
	_, body := h.ask(t, first, to, nil)
	h.does(t, first, to+"/freeze", url.Values{"digest": {digest.FindStringSubmatch(body)[1]}, "read": {"1"}})
	return to
}
