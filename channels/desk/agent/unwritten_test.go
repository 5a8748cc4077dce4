package agent_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"lianou/channels/desk/agent"
	"lianou/channels/desk/desktest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/intake/calls"
)

// Who said by key that a decision is wrong, or that it is not solved, or that a notice is wrong, is
// written down before their call ends, from this call, or the agent says why not, with a sentence
// that lies sealed; nor is such a call handed on to its caller before. A call without such a wish
// ends as it did, and what another agent's call is named for is not taken down.
//
// Controls: Done and Hand without written (`A ends with nothing written down: 303`); word without its look
// at the holder, and beside left out (`written down from a call that another agent holds`, `the call does not
// end: 422`); no least length (`no sentence: it ends`); done without chosen (`U ends and nothing was chosen`); done
// that looks at the reason alone (`a sentence and no reason beside it: 303`); handOn without WrittenDown (`A is handed on with
// nothing written down`).
func TestAKeyedCallDoesNotEndUnwritten(t *testing.T) {
	t.Parallel()
	d, cases, flow := desktest.Decided(t)
	exchange, ours := d.Calls(t)
	_, chats := d.Talks(t)
	room := agent.New(agent.Deps{Desk: d.Shell, Flow: flow, Calls: ours, Chats: chats, Regions: d.Regions, Staff: d.Staff, DB: d.DB, Cases: cases, Audit: d.Audit, Bell: d.Bell})
	cookies := d.Sessions(t, room, "0317", "0318")
	handler, err := d.Shell.Handler(room)
	must(t, err)
	ask := func(login, path string, form url.Values) (int, string) {
		r := httptest.NewRequest(http.MethodGet, "/desk/agent/"+path, nil)
		if form != nil {
			r = httptest.NewRequest(http.MethodPost, "/desk/agent/"+path, strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		r.AddCookie(cookies[login])
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	count := func(sql string) (n int) {
		must(t, d.Env.DB(pgtest.Check).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error { return tx.QueryRow(ctx, sql).Scan(&n) }))
		return n
	}
	began := time.Now().Add(-time.Minute)
	for id, wish := range map[string]calls.Wish{"A": calls.WishAppeal, "O": calls.WishObject, "U": calls.WishUnsolved, "R": calls.WishRequest, "B": calls.WishCallBack} {
		_, err := exchange.Heard(t.Context(), calls.Report{ID: id, Exchange: "sip", Began: began, Answered: began, Ended: began.Add(20 * time.Second), Wish: wish})
		must(t, err)
		code, page := ask("0317", "call/"+id, nil)
		if code != 200 || strings.Contains(page, "他按键说有话要记") != wish.Owes() || !strings.Contains(page, `id="from" name="from" value="`+id+`"`) {
			t.Fatalf("the page of %s: %d", id, code)
		}
	}
	silent, answered := url.Values{"outcome": {"answered"}, "why": {""}}, url.Values{"outcome": {"answered"}, "why": {"noted"}}
	said := url.Values{"outcome": {"answered"}, "why": {""}, "why_says": {"他说是看错了"}}
	if code, answer := ask("0317", "call/R/done", said); code < 400 || !strings.Contains(answer, "请选为什么没有记") {
		t.Errorf("a sentence and no reason beside it: %d", code)
	}
	for _, id := range []string{"R", "B"} {
		if code, said := ask("0317", "call/"+id+"/done", silent); code >= 400 {
			t.Errorf("%s owes nothing: %d %s", id, code, said)
		}
	}
	for _, id := range []string{"A", "O", "U"} {
		_, page := ask("0317", "call/"+id, nil)
		if !strings.Contains(page, `<select name="why"><option value="">请选</option>`) || !strings.Contains(page, `<option value="wrong_key">没记:他按错了键</option>`) {
			t.Errorf("%s: the page chooses for the agent, or has other words", id)
		}
		if code, said := ask("0317", "call/"+id+"/done", silent); code < 400 || !strings.Contains(said, "请选替他记了没有") {
			t.Errorf("%s ends and nothing was chosen: %d", id, code)
		}
		if code, said := ask("0317", "call/"+id+"/done", answered); code != 422 && code != 400 || !strings.Contains(said, "还没有替他记下") {
			t.Errorf("%s ends with nothing written down: %d", id, code)
		}
		if code, said := ask("0317", "call/"+id+"/hand", url.Values{"key": {"k"}}); !strings.Contains(said, "还没有替他记下") {
			t.Errorf("%s is handed on with nothing written down: %d", id, code)
		}
	}
	wrong := url.Values{"receipt": {desktest.DecidedReceipt}, "last4": {desktest.DecidedLast4}, "item": {"MZ-02"}, "says": {"票据上周交到村里了"}, "from": {"A"}}
	if _, said := ask("0318", "appeal", wrong); !strings.Contains(said, "这通电话不在您手上") || count(`select count(*) from appeal`) != 0 {
		t.Error("written down from a call that another agent holds")
	}
	if code, said := ask("0317", "appeal", wrong); code != 200 || !strings.Contains(said, "换没经手过的人重新看") {
		t.Errorf("the appeal: %d %s", code, said)
	}
	if code, said := ask("0317", "call/A/done", silent); code < 400 || !strings.Contains(said, "请选替他记了没有") {
		t.Errorf("A, written down, ends and nothing was chosen: %d", code)
	}
	if code, said := ask("0317", "call/A/done", answered); code >= 400 {
		t.Errorf("it is written down, and the call does not end: %d %s", code, said)
	}
	for what, why := range map[string]url.Values{
		"no sentence":    {"outcome": {"answered"}, "why": {"withdrawn"}, "why_says": {" "}},
		"no such reason": {"outcome": {"answered"}, "why": {"busy"}, "why_says": {"下班了"}},
	} {
		if code, _ := ask("0317", "call/O/done", why); code < 400 {
			t.Errorf("%s: it ends", what)
		}
	}
	reason := url.Values{"outcome": {"answered"}, "why": {"withdrawn"}, "why_says": {"他说是看错了,不告了"}}
	if code, said := ask("0317", "call/O/done", reason); code >= 400 {
		t.Errorf("with a reason and a sentence: %d %s", code, said)
	}
	why, says, err := ours.WhyUnwritten(t.Context(), "O")
	if err != nil || why != calls.WhyWithdrawn || says != "他说是看错了,不告了" {
		t.Errorf("why: %q %q %v", why, says, err)
	}
	if why, _, err := ours.WhyUnwritten(t.Context(), "A"); err != nil || why != "" {
		t.Errorf("of one that was written down: %q %v", why, err)
	}
	if n := count(`select count(*) from call_word where kind = 'none' and position(convert_to('看错', 'UTF8') in sealed) = 0 or kind = 'appeal' and call = 'A'`); n != 2 {
		t.Errorf("%d of the two words", n)
	}
}
