package wechat

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// F25: a tap that the mini-program and WeChat's push both tell of is one grant, whichever
// comes first; one that only one tells of is one too; a push again is none; who turns it
// off has none left; foreign templates and other events count nothing.
//
// Control: GrantPushed that adds to granted; freshEvent always true.
func TestGrantsToldTwice(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	who, err := c.d.env.Citizens.LoginWeChat(t.Context(), openid, "")
	must(t, err)
	stamp := time.Now().Unix()
	event := func(event, list string, at int64) {
		t.Helper()
		body := fmt.Sprintf(`{"ToUserName":"gh","FromUserName":%q,"CreateTime":%d,"MsgType":"event","Event":%q,"List":%s}`, openid, at, event, list)
		if code := c.push(body); code != http.StatusOK {
			t.Fatalf("%s: %d", event, code)
		}
	}
	accept, one := `[{"TemplateId":"PAID","SubscribeStatusString":"accept","PopupScene":"0"}]`, `{"TemplateId":"PAID","SubscribeStatusString":"accept"}`
	said := func() { t.Helper(); must(t, c.d.env.Citizens.Granted(t.Context(), who.Citizen.ID, "PAID", 1)) }
	left := func(want int) {
		t.Helper()
		n := 0
		for c.d.env.Citizens.UseGrant(t.Context(), who.Citizen.ID, "PAID") == nil {
			n++
		}
		if n != want {
			t.Errorf("%d grants, want %d", n, want)
		}
	}
	said()
	event("subscribe_msg_popup_event", accept, stamp)
	event("subscribe_msg_popup_event", accept, stamp)
	left(1)
	event("subscribe_msg_popup_event", one, stamp+1)
	said()
	left(1)
	event("subscribe_msg_popup_event", accept, stamp+2)
	left(1)
	said() // the one that the push told of
	left(0)
	said()
	left(1)
	event("subscribe_msg_popup_event", `[{"TemplateId":"FOREIGN","SubscribeStatusString":"accept"}]`, stamp+3)
	event("subscribe_msg_sent_event", accept, stamp+4)
	event("subscribe_msg_popup_event", `[{"TemplateId":"PAID","SubscribeStatusString":"reject"}]`, stamp+5)
	left(0)
	event("subscribe_msg_popup_event", accept, stamp+6) // the one that was told of before
	event("subscribe_msg_popup_event", accept, stamp+7)
	event("subscribe_msg_change_event", `[{"TemplateId":"PAID","SubscribeStatusString":"reject"}]`, stamp+8)
	left(0)
	if got := c.answers(); got != "" {
		t.Errorf("a push is answered: %s", got)
	}
}

// Who turns a template off is told of twice, by WeChat's answer to the next message and by
// its push, which may come late and again: what they accepted in between stays.
//
// Control: subscriptionsOf that calls GrantsRefused ("0 grants, want 1"); GrantsTurnedOff
// without accepted; without freshEvent.
func TestTurnedOffIsToldTwice(t *testing.T) {
	t.Parallel()
	c := newChatter(t)
	who, err := c.d.env.Citizens.LoginWeChat(t.Context(), openid, "")
	must(t, err)
	off := func(at time.Time) {
		t.Helper()
		body := fmt.Sprintf(`{"ToUserName":"gh","FromUserName":%q,"CreateTime":%d,"MsgType":"event","Event":"subscribe_msg_change_event","List":[{"TemplateId":"PAID","SubscribeStatusString":"reject"}]}`, openid, at.Unix())
		if code := c.push(body); code != http.StatusOK {
			t.Fatalf("turned off: %d", code)
		}
	}
	said := func() { t.Helper(); must(t, c.d.env.Citizens.Granted(t.Context(), who.Citizen.ID, "PAID", 1)) }
	left := func(what string, want int) {
		t.Helper()
		got, err := c.d.env.Citizens.Grants(t.Context(), who.Citizen.ID)
		must(t, err)
		if got["PAID"] != want {
			t.Errorf("%s: %d grants, want %d", what, got["PAID"], want)
		}
	}
	now := time.Now()
	said()
	must(t, c.d.env.Citizens.GrantsRefused(t.Context(), who.Citizen.ID, "PAID"))
	left("43101", 0)
	said()
	off(now.Add(-time.Minute))
	left("the push of what 43101 told", 1)
	off(now.Add(time.Minute)) // after all of it
	left("turned off", 0)
	said()
	off(now.Add(time.Minute))
	left("the same push again", 1)
}
