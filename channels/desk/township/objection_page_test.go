package township_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/channels/browsertest"
	"lianou/channels/channeltest"
	"lianou/channels/desk/desktest"
	"lianou/channels/desk/township"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/staff"
	"lianou/core/workflow"
)

// The officer who may answer reads on the case's page what was objected, from which door and how
// often the same sender wrote, and opens the name with a reason; an approver, who may not, reads
// that it is there and nothing of it; another township's officer has no such page. The form says
// which words were seen. Past ten of one sender the page counts them.
//
// Control, named, not seen red: the form without heard. Words that hush leaves are not shown by the
// page either: that control is red in core/workflow.
func TestWhatWasObjectedIsReadByWhoMayAnswer(t *testing.T) {
	t.Parallel()
	d, cases, flow := desktest.Decided(t)
	room := township.New(township.Deps{Desk: d.Shell, DB: d.DB, Cases: cases, Flow: flow, Staff: d.Staff, Blobs: d.Blobs, Audit: d.Audit, Regions: d.Regions})
	handler, err := d.Shell.Handler(room)
	must(t, err)
	cookies := d.Sessions(t, room, "wangmiao.officer", "wangmiao.approver")
	root, err := pgx.Connect(t.Context(), d.Env.Superuser())
	must(t, err)
	defer root.Close(context.Background())
	_, err = root.Exec(t.Context(), `begin; set local session_replication_role = replica; `+desktest.HungNotice+`; commit`)
	must(t, err)
	clerk := casefile.Actor{Kind: "staff", Staff: 900, Name: "窗口", Roles: []casefile.Role{casefile.Role(staff.Clerk)}, Regions: []core.RegionCode{channeltest.Town}}
	for _, say := range []string{"他家有门面房", "门面房在镇上"} {
		_, err := flow.ObjectAt(t.Context(), clerk, workflow.ObjectAt{Notice: 1, Says: say, Name: "李大壮", Phone: "13905340078", Door: casefile.DoorWindow, Key: say})
		must(t, err)
	}
	ask := func(who, method, path string, form url.Values) (int, string) {
		r := httptest.NewRequest(method, "/desk/township/case/1"+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("HX-Request", "true")
		r.AddCookie(cookies[who])
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	_, page := ask("wangmiao.officer", http.MethodGet, "", nil)
	for _, want := range []string{"公示时的不同意见", "他家有门面房", "门面房在镇上", "窗口", `说了 <span class="num">2</span> 次`, `name="heard" value="2"`, "留了姓名或电话"} {
		if !strings.Contains(page, want) {
			t.Errorf("the officer's page lacks %s", want)
		}
	}
	if strings.Contains(page, "李大壮") || strings.Contains(page, "13905340078") {
		t.Error("the page shows who objected")
	}
	_, page = ask("wangmiao.approver", http.MethodGet, "", nil)
	if !strings.Contains(page, "公示时的不同意见") || strings.Contains(page, "门面房") || strings.Contains(page, "留了姓名") {
		t.Error("the approver reads what was said")
	}
	form := url.Values{"word": {"1"}, "reason": {"问清是哪一间"}}
	if code, page := ask("wangmiao.approver", http.MethodPost, "/objector", form); !strings.Contains(page, "这件事不归您办。") || strings.Contains(page, "李大壮") {
		t.Errorf("the approver opens it: %d %s", code, page)
	}
	if code, page := ask("wangmiao.officer", http.MethodPost, "/objector", url.Values{"word": {"1"}}); !strings.Contains(page, "请写一句为什么要联系他。") || strings.Contains(page, "李大壮") {
		t.Errorf("without a reason: %d %s", code, page)
	}
	if _, page := ask("wangmiao.officer", http.MethodPost, "/objector", form); !strings.Contains(page, "李大壮") || !strings.Contains(page, "13905340078") {
		t.Errorf("with a reason: %s", page)
	}
	var n int
	must(t, root.QueryRow(t.Context(), `select count(*) from audit_entry where act = 'objector.shown'`).Scan(&n))
	if n != 1 {
		t.Errorf("%d entries", n)
	}
	for i := range casefile.MostKept {
		say := fmt.Sprint("再说一遍,", i)
		_, err := flow.ObjectAt(t.Context(), clerk, workflow.ObjectAt{Notice: 1, Says: say, Phone: "13905340078", Door: casefile.DoorWindow, Key: say})
		must(t, err)
	}
	_, page = ask("wangmiao.officer", http.MethodGet, "", nil)
	for _, want := range []string{`说了 <span class="num">12</span> 次`, `还有 <span class="num">2</span> 次只记了次数`, `name="heard" value="12"`} {
		if !strings.Contains(page, want) {
			t.Errorf("what is not kept: the page lacks %s", want)
		}
	}
	_, err = root.Exec(t.Context(), `begin; set local session_replication_role = replica; insert into objection_sent (notice_id, region, door, sender, key, digest, receipt, wrapped, sealed, at)
		select 1, region, 'app', sha256('d'), sha256('k'), sha256('x'), sha256('y'), 'w', 's', now() from public_notice where id = 1; commit`)
	must(t, err)
	site := httptest.NewServer(handler)
	t.Cleanup(site.Close)
	tab := browsertest.Start(t).Tab(t)
	tab.Open(site.URL + "/desk/login")
	tab.Fill("input[name=login]", "wangmiao.officer")
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	tab.Open(site.URL + "/desk/township/case/1")
	tab.Until("what waits", `["网上送来还没收进来的有 1 条", "门面房在镇上"].every((w) => document.body.innerText.includes(w))`)
	tab.Accessible()
	tab.Shot("township-objections")
	narrow(tab)
	tab.Accessible()
	tab.Whole()
	tab.Shot("township-objections-phone")
	tab.Quiet()
}
