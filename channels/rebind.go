package channels

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"lianou/core"
	"lianou/core/bell"
	"lianou/core/citizen"
	"lianou/core/realname"
	"lianou/core/wording"
)

// RebindBody is who wants a number moved to the account that asks, or taken off it (F95).
type RebindBody struct {
	Name     string `json:"name" doc:"As on the ID card"`
	IDNumber string `json:"id_number"`
	Phone    string `json:"phone,omitempty" doc:"The number to move here; only of /phone/rebind"`
	Code     string `json:"code,omitempty" doc:"A log-in code that was sent to that number"`
	Way      string `json:"way,omitempty" doc:"phone or wechat; only of /unbind"`
}

// rebinds bounds tries: nobody changes telephones more often, and each asks a service
// that is paid for each question.
var rebinds = bell.Rate{Count: 5, Per: 24 * time.Hour}

// The words of what came of it. The account that is left is told in its own chat.
const (
	rebound   = "换好了。这个号码以后跟着您现在的微信走。"
	unbound   = "解绑了。要再用,重新登录就行。"
	tellMoved = "您的手机号刚刚换绑到了另一个微信,核过姓名和身份证。不是您本人办的,马上打 12345。"
	tellOff   = "您的账号刚刚解绑了,核过姓名和身份证。不是您本人办的,马上打 12345。"
)

var (
	errNotYou  = core.E(core.KindForbidden, "realname_mismatch", "姓名和身份证号对不上,请看着身份证再填一遍。还不行就带身份证到镇上窗口,或者打 12345。")
	errHolder  = core.E(core.KindForbidden, "not_the_holder", "这个号码原来是别人报救助用的,网上换不了。请带身份证到镇上窗口,或者打 12345。")
	errNoCheck = core.E(core.KindUnavailable, "realname_away", "现在核不了身份,请过一会儿再试。急事打 12345。")
	errRebinds = core.E(core.KindTooMany, "rebinds_day", "今天试的次数太多了,明天再来。急事请打 12345。")
)

// ServeRebind moves a number to the account that asks. It takes the number itself (a code
// read off it), the person's real name, and, where the account that has it applied for
// help, that the applicant's number ends as the person's does: a telephone that was found
// or sold takes nobody's applications along.
func (d *CitizenDoor) ServeRebind(w http.ResponseWriter, r *http.Request) {
	who, in, id, err := d.person(r)
	if err == nil {
		err = d.rebind(r, who, in, id)
	}
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	WriteJSON(w, http.StatusOK, map[string]string{"say": rebound})
}

// ServeUnbind takes a number or a WeChat account off the account that asks.
func (d *CitizenDoor) ServeUnbind(w http.ResponseWriter, r *http.Request) {
	who, in, id, err := d.person(r)
	if err == nil {
		err = d.unbind(r.Context(), who, citizen.Way(in.Way), id)
	}
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	WriteJSON(w, http.StatusOK, map[string]string{"say": unbound})
}

// person reads the request and checks the real name.
func (d *CitizenDoor) person(r *http.Request) (who citizen.Citizen, in RebindBody, id core.IDNumber, err error) {
	if who, err = d.Citizen(r); err != nil {
		return who, in, id, err
	}
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return who, in, id, core.E(core.KindInvalid, "invalid_body", wording.For(core.KindInvalid))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return who, in, id, core.E(core.KindInvalid, "invalid_body", wording.For(core.KindInvalid))
	}
	if id, err = core.ParseID(in.IDNumber, core.DateOf(d.env.Now())); err != nil {
		return who, in, id, err
	}
	if n := len([]rune(in.Name)); n < 2 || n > 30 {
		return who, in, id, core.Invalid("name", "请填身份证上的姓名。")
	}
	if ok, _ := d.env.Shared.Allow(r.Context(), "rebind:"+who.ID, rebinds); !ok {
		return who, in, id, errRebinds
	}
	if d.env.RealName == nil {
		return who, in, id, errNoCheck
	}
	switch d.env.RealName(r.Context(), in.Name, id).Outcome {
	case realname.Match:
		return who, in, id, nil
	case realname.Unavailable:
		return who, in, id, errNoCheck
	}
	return who, in, id, errNotYou
}

func (d *CitizenDoor) rebind(r *http.Request, who citizen.Citizen, in RebindBody, id core.IDNumber) error {
	ctx := r.Context()
	phone, err := core.ParsePhone(in.Phone)
	if err != nil {
		return err
	}
	if err := d.env.Citizens.Prove(ctx, phone, in.Code, Source(r)); err != nil {
		return err
	}
	from, err := d.env.Citizens.Holder(ctx, phone)
	if core.KindOf(err) == core.KindNotFound || err == nil && from == who.ID {
		return d.env.Citizens.BindPhone(ctx, who.ID, phone)
	}
	if err == nil {
		err = d.applicantOf(ctx, who, from, id)
	}
	if err == nil {
		err = d.env.Citizens.Move(ctx, citizen.Moving{From: from, To: who.ID, Phone: phone})
	}
	if err == nil {
		d.tell(ctx, from, tellMoved)
	}
	return err
}

func (d *CitizenDoor) unbind(ctx context.Context, who citizen.Citizen, way citizen.Way, id core.IDNumber) error {
	if way != citizen.ByPhone && way != citizen.ByWeChat {
		return core.Invalid("way", "请选解绑手机号还是微信。")
	}
	if err := d.applicantOf(ctx, who, who.ID, id); err != nil {
		return err
	}
	if way == citizen.ByPhone {
		d.tell(ctx, who.ID, tellOff)
	}
	if err := d.env.Citizens.Unbind(ctx, who.ID, way); err != nil {
		return err
	}
	return d.env.Citizens.LogoutEverywhere(ctx, who)
}

// applicantOf checks that an account with applications has one of this person. Without
// any there is nothing to protect but the number, which was proved.
func (d *CitizenDoor) applicantOf(ctx context.Context, who citizen.Citizen, account string, id core.IDNumber) error {
	list, err := d.Statuses(ctx, citizen.Citizen{ID: account})
	if err != nil || len(list) == 0 {
		return err
	}
	number := id.Reveal()
	for _, s := range list {
		_, err := d.env.Cases.ByPair(ctx, who.ID, s.Receipt, number[len(number)-4:])
		if err == nil {
			return nil
		}
		if core.KindOf(err) != core.KindNotFound {
			return err
		}
	}
	return errHolder
}

// tell tells the account that is left, in its chat: its device is logged out as well.
func (d *CitizenDoor) tell(ctx context.Context, account, words string) {
	if d.env.Talks == nil {
		return
	}
	if err := d.env.Talks.Tell(ctx, account, words); err != nil {
		d.env.Log.WarnContext(ctx, "an account was not told of its new telephone", "error", err)
	}
}
