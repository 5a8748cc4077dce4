package township_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"lianou/channels/browsertest"
	"lianou/channels/desk/desktest"
	"lianou/channels/desk/township"
	"lianou/core"
	"lianou/core/staff"
)

// Whom the minutes of a conference call absent finds it above the own queue and on the page of the
// case, and says that it is not so; who would sign reads why that has to wait, and everybody who said it.
//
// Control: leave MinutesToRead out of the queue: "timed out waiting for the own queue". Named: the form
// without its choice.
func TestWhoIsCalledAbsentDeniesItOnThePage(t *testing.T) {
	t.Parallel()
	h := newMeeting(t)
	cookies := h.Sessions(t, h.room, "wangmiao.officer")
	post := func(act string, form url.Values) {
		t.Helper()
		r := httptest.NewRequest(http.MethodPost, "/desk/township/case/1/"+act, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(cookies["wangmiao.officer"])
		w := httptest.NewRecorder()
		if h.handler.ServeHTTP(w, r); w.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", act, w.Code, w.Body)
		}
	}
	people := []string{fmt.Sprint(h.ID(t, "wangmiao.officer")), fmt.Sprint(h.ID(t, "wangmiao.approver")), fmt.Sprint(h.ID(t, "pingyuan.county"))}
	post("conference", url.Values{"ground": {"refused"}, "reason": {"确有难处"}, "on": {core.DateOf(time.Now()).String()}, "place": {"镇上"}, "people": people,
		"outside": {"李大夫"}, "function": {"县卫健局"}, "unrelated": {"yes"}})
	post("conference_minutes", url.Values{"minutes": {"都说了可以帮。"}, "outcome": {"not"}, "reasons": {"同一场病救助过"}, "vote1": {"for"}, "vote2": {"absent"}, "vote3": {"for"}, "vote4": {"for"}})
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	b := browsertest.Start(t)
	sits := func(login string) *browsertest.Tab {
		tab := b.Tab(t)
		tab.Open(site.URL + "/desk/login")
		tab.Fill("input[name=login]", login)
		tab.Fill("input[name=password]", staff.DemoPassword)
		tab.Go(".login .btn.go")
		tab.Open(site.URL + "/desk/township")
		return tab
	}
	county, approver := sits("pingyuan.county"), sits("wangmiao.approver")
	county.Open(site.URL + "/desk/township/case/1")
	county.Until("it waits for who is called absent", `document.body.innerText.includes("写成“没到会”的同事还没说对不对") && !document.querySelector('form[action$="/conference_end"]')`)
	approver.Until("the own queue", `["会议记录,等您核对的", "记录写您没到会"].every((w) => document.body.innerText.includes(w))`)
	narrow(approver)
	approver.Accessible()
	approver.Whole()
	approver.Shot("township-minutes-to-read-phone")
	approver.Open(site.URL + "/desk/township/case/1")
	form := `form[action$="/conference_read"]`
	approver.Until("what they are called", `document.querySelector('`+form+`').innerText.includes("记录写您:没到会")`)
	approver.Click(form + ` [value=deny]`)
	approver.Accessible()
	approver.Whole()
	approver.Shot("township-absent-phone")
	approver.Go(form + " p.gap .btn")
	approver.Wait("办好了:核对会议记录")
	approver.Quiet()
	county.Open(site.URL + "/desk/township/case/1")
	county.Until("nobody signs it", `["说到会了", "有同事说自己到会了"].every((w) => document.body.innerText.includes(w)) && !document.querySelector('form[action$="/conference_end"]')`)
	county.Accessible()
	county.Shot("township-absent")
	county.Quiet()
}

// Under an appeal the page says from when the word that it is not wanted any more counts, that money
// was stopped meanwhile, and what the household said since.
//
// Control: the page without "more": "timed out waiting for what came meanwhile". Named: the other two.
func TestThePageOfAnAppealSaysWhatCameMeanwhile(t *testing.T) {
	t.Parallel()
	d, cases, flow := desktest.Decided(t)
	room := township.New(township.Deps{Desk: d.Shell, DB: d.DB, Cases: cases, Flow: flow, Staff: d.Staff, Blobs: d.Blobs, Audit: d.Audit, Regions: d.Regions})
	handler, err := d.Shell.Handler(room)
	must(t, err)
	cookie := d.Sessions(t, room, "wangmiao.assistant1")["wangmiao.assistant1"]
	says := func(words string) {
		t.Helper()
		r := httptest.NewRequest(http.MethodPost, "/desk/township/case/1/claim/1/appeal", strings.NewReader(url.Values{"reason": {words}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(cookie)
		w := httptest.NewRecorder()
		if handler.ServeHTTP(w, r); w.Code != http.StatusSeeOther {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	h := house{Desk: d}
	said := `begin; set local session_replication_role = replica; update appeal set stop = 1, stopped = coalesce(heard, now()) - interval '1 minute', back_by = ` + fmt.Sprint(d.ID(t, "wangmiao.approver")) + `,
		back_why = '家里说不要了', back_at = now(), back_notice = 1, back_from = '2026-12-25'; commit`
	says("票据上周交到村里了")
	h.super(t, said)
	says("我没说过不要")
	if n := h.count(t, `select count(*) from appeal where back_by is null and heard is not null`); n != 1 {
		t.Error("what the household says leaves another's word as it was")
	}
	h.super(t, said)
	site := httptest.NewServer(handler)
	t.Cleanup(site.Close)
	tab := browsertest.Start(t).Tab(t)
	tab.Open(site.URL + "/desk/login")
	tab.Fill("input[name=login]", "wangmiao.officer")
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	tab.Open(site.URL + "/desk/township/case/1")
	tab.Until("what came meanwhile", `["我没说过不要", "12月25日起,另一位没经手过的同志自己问过本人", "停发了,和这件一起重新看", "马上点“本人说不对”写下来"].every((w) => document.querySelector("[aria-label=本人说不对]").innerText.includes(w))`)
	tab.Accessible()
	tab.Shot("township-appeal-back")
	narrow(tab)
	tab.Accessible()
	tab.Whole()
	tab.Shot("township-appeal-back-phone")
	tab.Quiet()
}
