package channels

import (
	"context"
	"net/http"
	"slices"
	"time"

	"lianou/core"
	"lianou/core/bell"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/realname"
)

// RebindBody is who wants a number moved to the account that asks, or taken off it (F95).
type RebindBody struct {
	Name     string `json:"name" doc:"As on the ID card"`
	IDNumber string `json:"id_number"`
	Phone    string `json:"phone,omitempty" doc:"The number to move here; only of /phone/rebind"`
	Code     string `json:"code,omitempty" doc:"A log-in code that was sent to that number"`
	Ticket   string `json:"ticket,omitempty" doc:"What asking for that code answered"`
	Way      string `json:"way,omitempty" doc:"phone or wechat; only of /unbind"`
}

// SayAnswer is a sentence for the person.
type SayAnswer struct {
	Say string `json:"say"`
}

// rebinds bounds tries: nobody changes telephones more often, and each asks a service
// that is paid for each question.
var rebinds = bell.Rate{Count: 5, Per: 24 * time.Hour}

// The words of what came of it. The account that is left is told in its own chat.
const (
	Rebound   = "换好了。这个号码以后就归您现在这个账号。"
	Unbound   = "解绑了。要再用,重新登录就行。"
	tellMoved = "您的手机号刚刚换绑到了另一个微信,核过姓名和身份证。不是您本人办的,马上打 12345。"
	tellNew   = "您的账号刚刚换了手机号,核过姓名和身份证。不是您本人办的,马上打 12345。"
	tellOff   = "您的账号刚刚解绑了,核过姓名和身份证。不是您本人办的,马上打 12345。"
)

var (
	errNotYou    = core.E(core.KindForbidden, "realname_mismatch", "姓名和身份证号对不上,请看着身份证再填一遍。还不行就带身份证到镇上窗口,或者打 12345。")
	errHolder    = core.E(core.KindForbidden, "not_the_holder", "这个号码原来是别人报救助用的,网上换不了。请带身份证到镇上窗口,或者打 12345。")
	errNotInside = core.E(core.KindForbidden, "unbind_inside", "解绑微信,要在微信里登录了再办。微信登不上了,请带身份证到镇上窗口,或者打 12345。")
	errLastWay   = core.E(core.KindConflict, "last_way", "您现在只有这一种办法登录,解了就看不到自己的申请了。先绑上另一种,再来解。")
	errNoCheck   = core.E(core.KindUnavailable, "realname_away", "现在核不了身份,请过一会儿再试。急事打 12345。")
	errRebinds   = core.E(core.KindTooMany, "rebinds_day", "今天试的次数太多了,明天再来。急事请打 12345。")
)

// BoundAnswer is by what an account is entered.
type BoundAnswer struct {
	Phone  string `json:"phone" doc:"The number, masked; empty for none"`
	WeChat bool   `json:"wechat"`
	Inside bool   `json:"inside" doc:"Whether this session came by WeChat, which alone can take WeChat off"`
}

// ServeBound tells by what the account is entered.
func (d *CitizenDoor) ServeBound(w http.ResponseWriter, r *http.Request) {
	who, err := d.Citizen(r)
	var a BoundAnswer
	if err == nil {
		a, err = d.Bound(r.Context(), who)
	}
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	WriteJSON(w, http.StatusOK, a)
}

// Bound tells by what an account is entered.
func (d *CitizenDoor) Bound(ctx context.Context, who citizen.Citizen) (a BoundAnswer, err error) {
	a.Inside = who.Way == citizen.ByWeChat
	phone, err := d.env.Citizens.Phone(ctx, who.ID)
	if err == nil {
		a.Phone = phone.String()
	} else if core.KindOf(err) != core.KindNotFound {
		return a, err
	}
	err = d.hasWeChat(ctx, who.ID)
	a.WeChat = err == nil
	if core.KindOf(err) == core.KindNotFound {
		err = nil
	}
	return a, err
}

// ServeRebind moves a number to the account that asks.
func (d *CitizenDoor) ServeRebind(w http.ResponseWriter, r *http.Request) {
	d.serveBinding(w, r, d.Rebind, Rebound)
}

// ServeUnbind takes a number or a WeChat account off the account that asks.
func (d *CitizenDoor) ServeUnbind(w http.ResponseWriter, r *http.Request) {
	d.serveBinding(w, r, d.Unbind, Unbound)
}

func (d *CitizenDoor) serveBinding(w http.ResponseWriter, r *http.Request, act func(*http.Request, citizen.Citizen, RebindBody) error, done string) {
	who, err := d.Citizen(r)
	var in RebindBody
	if err == nil {
		in, err = ReadJSON[RebindBody](r)
	}
	if err == nil {
		err = act(r, who, in)
	}
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	WriteJSON(w, http.StatusOK, SayAnswer{done})
}

// Rebind moves a number to an account. It takes the number itself (a code read off it), the
// person's real name, and, where the account that has it applied for help, that the
// applicant's number ends as the person's does: a telephone that was found or sold takes
// nobody's applications along.
func (d *CitizenDoor) Rebind(r *http.Request, who citizen.Citizen, in RebindBody) error {
	id, err := d.person(r.Context(), who, in)
	if err != nil {
		return err
	}
	return d.rebind(r, who, in, id)
}

// Unbind takes a way in off an account.
func (d *CitizenDoor) Unbind(r *http.Request, who citizen.Citizen, in RebindBody) error {
	id, err := d.person(r.Context(), who, in)
	if err != nil {
		return err
	}
	return d.unbind(r.Context(), who, in, id)
}

// person holds a request to its limits before anything is asked of anybody.
func (d *CitizenDoor) person(ctx context.Context, who citizen.Citizen, in RebindBody) (core.IDNumber, error) {
	id, err := core.ParseID(in.IDNumber, core.DateOf(d.env.Now()))
	if err != nil {
		return id, err
	}
	if n := len([]rune(in.Name)); n < 2 || n > 30 {
		return id, core.Invalid("name", "请填身份证上的姓名。")
	}
	if ok, _ := d.env.Shared.Allow(ctx, "rebind:"+who.ID, rebinds); !ok {
		return id, errRebinds
	}
	if d.env.RealName == nil {
		return id, errNoCheck
	}
	return id, nil
}

// isReal asks the identity service, last: whoever has not proved the number, or is not the
// applicant, learns from it of no name and number whether they belong together.
func (d *CitizenDoor) isReal(ctx context.Context, name string, id core.IDNumber) error {
	switch d.env.RealName(ctx, name, id).Outcome {
	case realname.Match:
		return nil
	case realname.Unavailable:
		return errNoCheck
	}
	return errNotYou
}

func (d *CitizenDoor) rebind(r *http.Request, who citizen.Citizen, in RebindBody, id core.IDNumber) error {
	ctx := r.Context()
	phone, err := core.ParsePhone(in.Phone)
	if err != nil {
		return err
	}
	if err := d.env.Citizens.Prove(ctx, phone, citizen.Code{Digits: in.Code, Ticket: in.Ticket}, Source(r)); err != nil {
		if core.KindOf(err) == core.KindUnauthenticated { // the session is good: a client that logs in again and repeats would spend a second try
			err = core.Invalid("code", core.Known(err).Say)
		}
		return err
	}
	from, err := d.env.Citizens.Holder(ctx, phone)
	if core.KindOf(err) == core.KindNotFound || err == nil && from == who.ID {
		return d.newNumber(ctx, who, phone, in.Name, id)
	}
	if err == nil {
		err = d.applicantOf(ctx, who, from, id)
	}
	if err == nil {
		err = d.isReal(ctx, in.Name, id)
	}
	if err == nil && d.env.Helpers != nil {
		err = d.env.Helpers.EndGiven(ctx, from)
	}
	if err == nil {
		err = d.env.Citizens.Move(ctx, citizen.Moving{From: from, To: who.ID, Phone: phone})
	}
	if err == nil {
		d.tell(ctx, from, tellMoved)
	}
	return err
}

// newNumber gives an account a number that nobody else has. Where the account applied for
// help, only its applicant does that: who has found an unlocked telephone has a name and a
// number of their own as well.
func (d *CitizenDoor) newNumber(ctx context.Context, who citizen.Citizen, phone core.Phone, name string, id core.IDNumber) error {
	if err := d.applicantOf(ctx, who, who.ID, id); err != nil {
		return err
	}
	if err := d.isReal(ctx, name, id); err != nil {
		return err
	}
	if err := d.env.Citizens.ChangePhone(ctx, who.ID, phone); err != nil {
		return err
	}
	d.tell(ctx, who.ID, tellNew)
	return nil
}

// unbind takes a way in off an account. WeChat is taken off from within WeChat alone: who
// has bought somebody's old number must not shut them out of their own. The last way in
// stays, or nobody would ever see what the account has applied for.
func (d *CitizenDoor) unbind(ctx context.Context, who citizen.Citizen, in RebindBody, id core.IDNumber) error {
	way := citizen.Way(in.Way)
	other := d.hasPhone
	switch {
	case way == citizen.ByPhone:
		other = d.hasWeChat
	case way != citizen.ByWeChat:
		return core.Invalid("way", "请选解绑手机号还是微信。")
	case who.Way != citizen.ByWeChat:
		return errNotInside
	}
	if err := other(ctx, who.ID); core.KindOf(err) == core.KindNotFound {
		return errLastWay
	} else if err != nil {
		return err
	}
	if err := d.applicantOf(ctx, who, who.ID, id); err != nil {
		return err
	}
	if err := d.isReal(ctx, in.Name, id); err != nil {
		return err
	}
	if err := d.env.Citizens.Unbind(ctx, who.ID, way); err != nil {
		return err
	}
	if way == citizen.ByPhone {
		d.tell(ctx, who.ID, tellOff)
	}
	return d.env.Citizens.LogoutEverywhere(ctx, who)
}

func (d *CitizenDoor) hasPhone(ctx context.Context, account string) error {
	_, err := d.env.Citizens.Phone(ctx, account)
	return err
}

func (d *CitizenDoor) hasWeChat(ctx context.Context, account string) error {
	_, err := d.env.Citizens.Openid(ctx, account)
	return err
}

// applicantOf checks that an account with applications has one of this person. Without
// any there is nothing to protect but the number, which was proved.
func (d *CitizenDoor) applicantOf(ctx context.Context, who citizen.Citizen, account string, id core.IDNumber) error {
	list, err := d.Statuses(ctx, citizen.Citizen{ID: account})
	if err != nil {
		return err
	}
	return d.oneIsOf(ctx, who, slices.DeleteFunc(list, func(s casefile.Status) bool { return !s.Own }), id)
}

var errFirstNumber = core.E(core.KindForbidden, "phone_real_name", "这个账号报过求助,加手机号要先核对姓名和身份证号。请到“我的手机和微信”里加。")

// MayBind reports whether an account may take on a number without the real-name check: it
// has one already, where its own rules decide, or it has nothing yet that the number would
// open. A telephone found unlocked is not to become a log-in of its finder's (F95).
func (d *CitizenDoor) MayBind(ctx context.Context, who citizen.Citizen) error {
	_, err := d.env.Citizens.Phone(ctx, who.ID)
	if core.KindOf(err) != core.KindNotFound {
		return err
	}
	list, err := d.Statuses(ctx, who)
	if err == nil && slices.ContainsFunc(list, func(s casefile.Status) bool { return s.Own }) {
		err = errFirstNumber
	}
	return err
}

// oneIsOf checks that of some applications one is this person's; of none, nothing.
func (d *CitizenDoor) oneIsOf(ctx context.Context, who citizen.Citizen, list []casefile.Status, id core.IDNumber) error {
	if len(list) == 0 {
		return nil
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
