package channels

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"lianou/core"
	"lianou/core/bell"
	"lianou/core/citizen"
	"lianou/core/notify"
	"lianou/core/wording"
)

type (
	// CodeRequest is a number that a log-in code is to go to.
	CodeRequest struct {
		Phone string `json:"phone" doc:"Mobile number of eleven digits"`
	}
	// CodeAnswer is what the code is used with.
	CodeAnswer struct {
		Say    string `json:"say" doc:"What to tell the person"`
		Ticket string `json:"ticket" doc:"Goes with the code: only who asked for it can use it"`
	}
)

// codesPerDay bounds the codes that one account has sent to other numbers.
var codesPerDay = bell.Rate{Count: 5, Per: 24 * time.Hour}

// Mobile reads a number that can get a text message.
func Mobile(said string) (core.Phone, error) {
	phone, err := core.ParsePhone(said)
	if err == nil && !phone.Mobile() {
		err = core.Invalid("phone", "收登录码要用手机号,是 11 位。没有手机请打 12345。")
	}
	return phone, err
}

// SendCode makes a log-in code and sends it as a text message. It answers the same for
// every number, so that nobody learns who asked for help, and gives the ticket that the
// code is used with. The caller bounds who may ask how often.
func (d *CitizenDoor) SendCode(ctx context.Context, said, source string) (ticket string, err error) {
	phone, err := Mobile(said)
	if err != nil {
		return "", err
	}
	if d.env.Text == nil {
		return "", errNoText
	}
	code, err := d.env.Citizens.SendCode(ctx, phone, source)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if code.Digits == "" { // enough went to this number: nothing goes, and nobody learns that
		d.asIfSent(ctx)
		return code.Ticket, nil
	}
	n, began := wording.LoginCode(code.Digits), time.Now()
	out, err := d.env.Text.Send(ctx, notify.Message{Reference: uuid.NewString(), Kind: n.Kind, Words: n.Words, Fields: n.Fields, Phone: phone})
	if err != nil {
		d.env.Log.WarnContext(ctx, "log-in code not sent", "result", string(out.Result), "code", out.Code, "error", err)
	}
	if out.Result == notify.Accepted || out.Result == notify.Delivered {
		d.texted.Store(int64(time.Since(began)))
		return code.Ticket, nil
	}
	return "", errNoText
}

// asIfSent takes as long as the last text message did: an answer that comes at once would
// say that none went out, and so which number is used from where.
func (d *CitizenDoor) asIfSent(ctx context.Context) {
	wait := time.NewTimer(time.Duration(d.texted.Load()))
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
	}
}

var errNoText = core.E(core.KindUnavailable, "code_not_sent", "短信没发出去,请过一分钟再试,也可以打 12345。")

// ServePhoneCode sends a code to a number that somebody who is logged in wants to move to
// their account.
func (d *CitizenDoor) ServePhoneCode(w http.ResponseWriter, r *http.Request) {
	who, err := d.Citizen(r)
	var in CodeRequest
	if err == nil {
		in, err = ReadJSON[CodeRequest](r)
	}
	var ticket string
	if err == nil {
		ticket, err = d.codeFor(r, who, in.Phone)
	}
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	WriteJSON(w, http.StatusAccepted, CodeAnswer{wording.CodeSent(), ticket})
}

// codeFor sends one where the account has some left; what was not sent costs none.
func (d *CitizenDoor) codeFor(r *http.Request, who citizen.Citizen, said string) (ticket string, err error) {
	if _, err := Mobile(said); err != nil {
		return "", err
	}
	key := "phone:code:" + who.ID
	if ok, _ := d.env.Shared.Allow(r.Context(), key, codesPerDay); !ok {
		return "", errRebinds
	}
	if ticket, err = d.SendCode(r.Context(), said, Source(r)); err != nil {
		d.env.Shared.GiveBack(r.Context(), key, codesPerDay)
	}
	return ticket, err
}
