package wechat

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/mandate"
	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/realname"
	"lianou/intake"
)

// F95: a number moves to another account by a code read off it and a real-name check, and
// from an account with applications only to their applicant; the account that is left is
// logged out and told in its chat.
//
// Controls: rebind without EndGiven ("still may"); rebind without applicantOf; person without RealName; Move that ends no session.
func TestRebind(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	answer := realname.Match
	d.env.RealName = func(_ context.Context, name string, id core.IDNumber) realname.Answer {
		if answer == realname.Match && (name != "张桂兰" || id.Reveal() != channeltest.ID) {
			return realname.Answer{Outcome: realname.Mismatch}
		}
		return realname.Answer{Outcome: answer}
	}
	kept := map[string][]intake.Receipt{}
	d.env.Kept = func(_ context.Context, who string) ([]intake.Receipt, error) { return kept[who], nil }
	d.env.Helpers = mandate.NewHelpers(d.gateway, d.keys.Gateway.Shared, audit.NewTo(d.keys.Gateway.Platform), nil)
	c := newChatterAt(t, d)
	phone, err := core.ParsePhone(channeltest.Phone)
	must(t, err)
	c.says("俺日子难,想问问低保")
	old, err := d.env.Citizens.LoginWeChat(t.Context(), openid, "")
	must(t, err)
	must(t, d.env.Citizens.BindPhone(t.Context(), old.Citizen.ID, phone))
	invited := d.invites(t, old.Citizen.ID)
	token := login(t, c.h, "newphone")
	fresh, err := d.env.Citizens.Verify(token)
	must(t, err)
	code, err := d.env.Citizens.SendCode(t.Context(), phone, "test")
	must(t, err)
	good := `{"name":"张桂兰","id_number":"` + channeltest.ID + `","phone":"` + channeltest.Phone + `","code":"` + code.Digits + `","ticket":"` + code.Ticket + `"}`
	for _, x := range []struct {
		name, from, to string
		answer         realname.Outcome
		want           int
	}{
		{"another name", "张桂兰", "李四", realname.Match, 403},
		{"nobody can be asked", "", "", realname.Unavailable, 503},
		{"another's application hangs on it", "", "", realname.Match, 403},
	} {
		if answer = x.answer; x.name == "another's application hangs on it" {
			kept[old.Citizen.ID] = []intake.Receipt{{Number: "1234567897"}}
		}
		was := code
		d.pg.Advance(16 * time.Minute) // a code is good once
		code, err = d.env.Citizens.SendCode(t.Context(), phone, "test")
		must(t, err)
		good = strings.NewReplacer(was.Digits, code.Digits, was.Ticket, code.Ticket).Replace(good)
		body := good
		if x.from != "" {
			body = strings.Replace(good, x.from, x.to, 1)
		}
		if status, out := call(c.h, "POST", "/phone/rebind", token, body); status != x.want || out["detail"] == "" {
			t.Errorf("%s: %d %v", x.name, status, out)
		}
	}
	answer = realname.Match
	if holder, err := d.env.Citizens.Holder(t.Context(), phone); err != nil || holder != old.Citizen.ID {
		t.Errorf("moved all the same: %v", err)
	}
	delete(kept, old.Citizen.ID)
	if status, _ := call(c.h, "POST", "/phone/rebind", token, good); status != 422 {
		t.Errorf("a code that was used: %d", status)
	}
	d.pg.Advance(16 * time.Minute)
	code2, err := d.env.Citizens.SendCode(t.Context(), phone, "test")
	must(t, err)
	if status, out := call(c.h, "POST", "/phone/rebind", token, strings.NewReplacer(code.Digits, code2.Digits, code.Ticket, code2.Ticket).Replace(good)); status != 200 {
		t.Fatalf("with a code and the name: %d %v", status, out)
	}
	if holder, err := d.env.Citizens.Holder(t.Context(), phone); err != nil || holder != fresh.ID {
		t.Errorf("not moved: %v", err)
	}
	if _, err := d.env.Citizens.Refresh(t.Context(), old.Refresh); err == nil {
		t.Error("the old device is still logged in")
	}
	if by := invited(); by != "principal" {
		t.Errorf("who helped the account that was left still may: %q", by)
	}
	if got := c.answers(); !strings.Contains(got, "换绑到了另一个微信") {
		t.Errorf("the old device is told: %s", got)
	}
	if status, _ := call(c.h, "POST", "/phone/rebind", token, good); status != 429 {
		t.Errorf("a sixth try in a day: %d", status)
	}
}

// invites lets an account be helped, and gives who ended it, "" for nobody.
func (d *door) invites(t *testing.T, account string) (ended func() string) {
	t.Helper()
	number, err := core.ParseID(channeltest.ID, core.DateOf(time.Now()))
	must(t, err)
	_, err = d.env.Helpers.Invite(t.Context(), mandate.Invitation{Account: account, Name: "张桂兰", Number: number, Kind: core.CapacityEntrusted,
		Scopes: []mandate.Scope{mandate.Notices}, Until: core.DateOf(time.Now()).AddDate(0, 3, 0)})
	must(t, err)
	return func() (by string) {
		must(t, d.gateway.Read(t.Context(), pg.Subject(account), func(ctx context.Context, tx *pg.Tx) error {
			return tx.QueryRow(ctx, `select revoked_by from mandate_grant where principal = $1`, account).Scan(&by)
		}))
		return by
	}
}

// Unbinding needs the real name as well, ends every session, and nothing unknown is taken.
//
// Controls: unbind without isReal; without LogoutEverywhere; without a look at the last way in.
func TestUnbind(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.env.RealName = func(_ context.Context, name string, _ core.IDNumber) realname.Answer {
		if name != "张桂兰" {
			return realname.Answer{Outcome: realname.NotFound}
		}
		return realname.Answer{Outcome: realname.Match}
	}
	_, h := d.open(t)
	token := login(t, h, "unbind")
	who, err := d.env.Citizens.Verify(token)
	must(t, err)
	off := `{"name":"张桂兰","id_number":"` + channeltest.ID + `","way":"wechat"}`
	if status, out := call(h, "POST", "/unbind", token, off); status != 409 || out["code"] != "last_way" {
		t.Errorf("the last way in: %d %v", status, out)
	}
	phone, err := core.ParsePhone(channeltest.Phone)
	must(t, err)
	must(t, d.env.Citizens.BindPhone(t.Context(), who.ID, phone))
	for body, want := range map[string]int{
		`{"name":"李四","id_number":"` + channeltest.ID + `","way":"wechat"}`:               403,
		`{"name":"张桂兰","id_number":"371426195001010011","way":"wechat"}`:                  422,
		`{"name":"张桂兰","id_number":"` + channeltest.ID + `","way":"wechat","admin":true}`: 422,
		`{"name":"张桂兰","id_number":"` + channeltest.ID + `","way":"fax"}`:                 422,
	} {
		if status, out := call(h, "POST", "/unbind", token, body); status != want {
			t.Errorf("%s: %d %v", body, status, out)
		}
	}
	if status, _ := call(h, "POST", "/unbind", "", `{}`); status != 401 {
		t.Errorf("without a log-in: %d", status)
	}
	if status, out := call(h, "GET", "/bindings", token, ""); status != 200 || out["wechat"] != true || out["inside"] != true || out["phone"] == "" || out["phone"] == channeltest.Phone {
		t.Errorf("what is bound: %d %v", status, out)
	}
	inside, err := d.env.Citizens.Openid(t.Context(), who.ID)
	must(t, err)
	other, err := d.env.Citizens.LoginWeChat(t.Context(), inside, "") // on another device
	must(t, err)
	if status, out := call(h, "POST", "/unbind", token, off); status != 200 {
		t.Fatalf("%d %v", status, out)
	}
	if _, err := d.env.Citizens.Refresh(t.Context(), other.Refresh); err == nil {
		t.Error("another device is still logged in")
	}
	if _, err := d.env.Citizens.Openid(t.Context(), who.ID); core.KindOf(err) != core.KindNotFound {
		t.Errorf("still bound: %v", err)
	}
}

// A code for the number that is to move goes by text message to who is logged in, so often
// a day; whether somebody has the number, the answer does not tell.
//
// Control: ServePhoneCode without a log-in; without Allow; without GiveBack.
func TestCodeToMoveANumber(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	var sent []notify.Message
	d.env.Text = texting(func(m notify.Message) { sent = append(sent, m) })
	_, h := d.open(t)
	token := login(t, h, "newphone")
	body := `{"phone":"` + channeltest.Phone + `"}`
	if status, _ := call(h, "POST", "/phone/code", "", body); status != 401 {
		t.Errorf("not logged in: %d", status)
	}
	if status, out := call(h, "POST", "/phone/code", token, `{"phone":"0534-2345678"}`); status != 422 || out["detail"] == "" {
		t.Errorf("no mobile: %d %v", status, out)
	}
	status, out := call(h, "POST", "/phone/code", token, body)
	if status != 202 || out["ticket"] == "" || len(sent) != 1 || sent[0].Phone.Reveal() != channeltest.Phone {
		t.Fatalf("asked: %d %v, %d sent", status, out, len(sent))
	}
	if status, _ = call(h, "POST", "/phone/code", token, body); status != 429 {
		t.Errorf("twice within a minute: %d", status)
	}
	for i, want := range []int{202, 202, 202, 202, 429, 429} { // each to a number of its own, which has no bound yet
		status, out := call(h, "POST", "/phone/code", token, fmt.Sprintf(`{"phone":"1380534010%d"}`, i))
		if status != want || status == 429 && out["detail"] == "" {
			t.Errorf("number %d: %d %v, want %d", i+2, status, out, want)
		}
	}
	if len(sent) != 5 {
		t.Errorf("%d messages in a day, want 5", len(sent))
	}
}

// texting is a provider that takes every message.
type texting func(notify.Message)

func (f texting) Send(_ context.Context, m notify.Message) (notify.Outcome, error) {
	f(m)
	return notify.Outcome{Result: notify.Accepted}, nil
}
