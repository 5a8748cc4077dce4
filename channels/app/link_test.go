package app

import (
	"context"
	"strings"
	"testing"
	"time"

	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/realname"
)

// Who applied in WeChat and enters here with a number that WeChat does not know is offered to
// link the two; after the real-name check, from within their WeChat, one number enters one
// account, and both doors show the same. The offer names what stays behind, and goes.
//
// Controls: unlinked that does not look ("offered to who is linked"); Rebind without Move
// ("not seen"); the page without Here ("does not say").
func TestWeChatIsLinked(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.env.RealName = func(_ context.Context, name string, id core.IDNumber) realname.Answer {
		if name != "张桂兰" || id.Reveal() != channeltest.ID {
			return realname.Answer{Outcome: realname.Mismatch}
		}
		return realname.Answer{Outcome: realname.Match}
	}
	s := d.serve(t)
	inside, err := d.env.Citizens.LoginWeChat(t.Context(), "o-linked", "")
	must(t, err)
	a := d.asking(t, inside.Citizen.ID)
	const offer = "您在微信办过的,连到这里"
	b := newBrowser(t, s)
	b.enterBy(d, channeltest.Phone)
	if _, page, _ := b.get("/mine"); !strings.Contains(page, offer) || !strings.Contains(page, `href="/c/app/bound#wechat"`) || strings.Contains(page, string(a.Receipt)) {
		t.Error("linking is not offered")
	}
	if _, page, _ := b.get("/bound"); !strings.Contains(page, offer) || strings.Contains(page, channeltest.Phone) || strings.Contains(page, "请先记下") {
		t.Error("the way to link is not told")
	}
	links := func(name string) int {
		t.Helper()
		phone, err := core.ParsePhone(channeltest.Phone)
		must(t, err)
		d.db.Advance(16 * time.Minute) // codes go out so often and no oftener
		code, err := d.env.Citizens.SendCode(t.Context(), phone, "test")
		must(t, err)
		status, _ := call(t, s, "POST", "/phone/rebind", inside.Token, `{"name":"`+name+`","id_number":"`+channeltest.ID+`","phone":"`+channeltest.Phone+`","code":"`+code.Digits+`","ticket":"`+code.Ticket+`"}`)
		return status
	}
	if status := links("李四"); status != 403 {
		t.Errorf("without the real name: %d", status)
	}
	if who, err := d.env.Citizens.Phone(t.Context(), inside.Citizen.ID); core.KindOf(err) != core.KindNotFound {
		t.Errorf("linked all the same: %v %v", who, err)
	}
	if status := links("张桂兰"); status != 200 {
		t.Fatalf("with it: %d", status)
	}
	d.db.Advance(16 * time.Minute)
	b = newBrowser(t, s)
	b.enterBy(d, channeltest.Phone)
	_, page, _ := b.get("/mine")
	if !strings.Contains(page, string(a.Receipt)) {
		t.Error("what was done in WeChat is not seen")
	}
	if _, bound, _ := b.get("/bound"); strings.Contains(page+bound, offer) || !strings.Contains(bound, "微信:绑着") {
		t.Error("offered to who is linked")
	}
	status, _ := call(t, s, "GET", "/applications/"+string(a.Receipt), inside.Token, "")
	if status != 200 {
		t.Errorf("in WeChat: %d", status)
	}
}

// What was handed in here stays with this account: who is about to link is told its numbers.
func TestLinkingNamesWhatStays(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	b := newBrowser(t, d.serve(t))
	b.enterBy(d, channeltest.Phone)
	d.asking(t, d.account(t))
	if _, page, _ := b.get("/bound"); !strings.Contains(page, "请先记下") || !strings.Contains(page, "4071 8826 44") {
		t.Error("does not say what stays behind")
	}
}
