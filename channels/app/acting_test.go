package app

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/mandate"
	"lianou/core/pg/pgtest"
	"lianou/core/realname"
)

// enterBy logs a browser in with a number of its own.
func (b *browser) enterBy(d *door, phone string) {
	b.t.Helper()
	_, page, _ := b.post("/enter", url.Values{"phone": {phone}, "to": {"/c/app/mine"}})
	if status, _, at := b.post("/enter", url.Values{"phone": {phone}, "code": {d.phone.code()}, "ticket": {hidden(b.t, page, "ticket")}, "to": {"/c/app/mine"}}); status != 200 || at.Path != "/c/app/mine" {
		b.t.Fatalf("log in led to %d %s", status, at)
	}
}

// F33 on pages without script: the agent's list, and the person who finds by the pair who
// acts for them, is asked once more, and ends it.
//
// Control: actingEnd that does not ask for `sure` ("ended without being asked").
func TestActingPages(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.env.Mandates = mandate.NewReader(d.db.DB(pgtest.Gateway), audit.NewTo(d.house.Keys.Gateway.Platform), nil)
	s := d.serve(t)
	d.acting(t, d.login(t).Citizen.ID)
	person := newBrowser(t, s)
	if _, _, at := person.get("/acting"); at.Path != "/c/app/enter" {
		t.Errorf("not logged in: %s", at)
	}
	person.enterBy(d, "13905349999")
	if status, page, _ := person.get("/acting"); status != 200 || strings.Contains(page, "张桂兰") || !strings.Contains(page, "谁替我办") {
		t.Errorf("another account's list: %d", status)
	}
	pair := url.Values{"receipt": {"4071882631"}, "last4": {"0029"}}
	if status, page, _ := person.post("/acting/found", pair); status != 422 || !strings.Contains(page, `role="alert"`) || strings.Contains(page, "李秀英") {
		t.Errorf("a wrong pair: %d", status)
	}
	pair.Set("last4", "0028")
	status, page, at := person.post("/acting/found", pair)
	if status != 200 || !strings.Contains(page, "李秀英 替 张桂兰 办") || strings.Contains(at.String(), "0028") {
		t.Fatalf("who acts for me: %d %s", status, at)
	}
	id := hidden(t, page, "id")
	for name, form := range map[string]url.Values{"asked": {"id": {id}}, "sure": {"id": {id}, "sure": {"1"}}, "no number": {"id": {"x"}}} {
		if status, page, _ := person.post("/acting/end", form); status < 400 || strings.Contains(page, "张桂兰") {
			t.Errorf("a stranger, %s: %d", name, status)
		}
	}
	pair.Set("id", id)
	if status, page, _ = person.post("/acting/end", pair); status != 200 || !strings.Contains(page, "李秀英 替 张桂兰 办的这件事,要收回吗") || !strings.Contains(page, "先不收回") {
		t.Errorf("asked once more: %d", status)
	}
	if n := d.count(t, `select count(*) from audit_entry where act = 'mandate.revoked'`); n != 0 {
		t.Error("ended without being asked")
	}
	pair.Set("sure", hidden(t, page, "sure"))
	if status, page, _ = person.post("/acting/end", pair); status != 200 || !strings.Contains(page, "办好了") {
		t.Errorf("ended by the person: %d", status)
	}
	if n := d.count(t, `select count(*) from audit_entry where act = 'mandate.revoked'`); n != 1 {
		t.Errorf("%d ends on record", n)
	}
}

// F95 on pages without script: a code goes to the new number, a wrong one and a wrong name
// move nothing; the last way in stays; whoever is off is logged out.
//
// Controls: boundMove without the ticket on its form; boundOff without forgetSession.
func TestBoundPages(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.env.RealName = func(_ context.Context, name string, _ core.IDNumber) realname.Answer {
		if name != "张桂兰" {
			return realname.Answer{Outcome: realname.Mismatch}
		}
		return realname.Answer{Outcome: realname.Match}
	}
	s := d.serve(t)
	l, err := d.env.Citizens.LoginWeChat(t.Context(), "o-bound-page", "")
	must(t, err)
	phone, err := core.ParsePhone(channeltest.Phone)
	must(t, err)
	must(t, d.env.Citizens.BindPhone(t.Context(), l.Citizen.ID, phone))
	b := newBrowser(t, s)
	b.enterBy(d, channeltest.Phone)
	if status, page, _ := b.get("/bound"); status != 200 || !strings.Contains(page, "微信:绑着") || strings.Contains(page, channeltest.Phone) {
		t.Errorf("what is bound: %d", status)
	}
	who := url.Values{"name": {"张桂兰"}, "id_number": {channeltest.ID}, "way": {"wechat"}}
	if status, page, _ := b.post("/bound/off", who); status != 403 || !strings.Contains(page, "要在微信里登录了再办") || strings.Contains(page, channeltest.ID) {
		t.Errorf("WeChat taken off from outside: %d", status)
	}
	who.Set("way", "phone")
	if status, page, _ := b.post("/bound/off", who); status != 200 || !strings.Contains(page, "解绑了") || !strings.Contains(page, "重新登录") {
		t.Errorf("the number taken off: %d", status)
	}
	if _, _, at := b.get("/bound"); at.Path != "/c/app/enter" {
		t.Errorf("still logged in: %s", at)
	}
	b = newBrowser(t, s)
	b.enterBy(d, "13905349999")
	if status, page, _ := b.post("/bound/off", who); status != 409 || !strings.Contains(page, "只有这一种办法登录") {
		t.Errorf("the last way in: %d", status)
	}
	// The number that the account has gives way to the new one.
	b.moves(d)
}

// moves moves another number to the account of a browser, with the mistakes people make.
func (b *browser) moves(d *door) {
	b.t.Helper()
	const fresh = "13805347777"
	status, page, _ := b.post("/bound/move", url.Values{"phone": {fresh}})
	if status != 200 || !strings.Contains(page, "短信里的 6 位数字") {
		b.t.Fatalf("a code is sent: %d", status)
	}
	form := url.Values{"phone": {fresh}, "ticket": {hidden(b.t, page, "ticket")}, "name": {"张桂兰"}, "id_number": {channeltest.ID}, "code": {"000000"}}
	code := d.phone.code()
	if code == "000000" {
		form.Set("code", "000001")
	}
	status, page, _ = b.post("/bound/move", form)
	if status != 422 || !strings.Contains(page, `role="alert"`) || !strings.Contains(page, `value="张桂兰"`) || strings.Contains(page, channeltest.ID) {
		b.t.Errorf("a wrong code: %d", status)
	}
	form.Set("code", code)
	form.Set("ticket", hidden(b.t, page, "ticket"))
	if status, page, _ = b.post("/bound/move", form); status != 200 || !strings.Contains(page, "换好了") {
		b.t.Errorf("a right code: %d", status)
	}
	if status, page, _ = b.get("/bound"); status != 200 || !strings.Contains(page, "7777") || strings.Contains(page, fresh) {
		b.t.Errorf("what is bound now: %d", status)
	}
	_, page, _ = b.post("/bound/move", url.Values{"phone": {"13805348888"}})
	other := url.Values{"phone": {"13805348888"}, "ticket": {hidden(b.t, page, "ticket")}, "name": {"李四"}, "id_number": {channeltest.ID}, "code": {d.phone.code()}}
	if status, page, _ = b.post("/bound/move", other); status != 403 || !strings.Contains(page, "姓名和身份证号对不上") {
		b.t.Errorf("a wrong name: %d", status)
	}
}
