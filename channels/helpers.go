package channels

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"lianou/core"
	"lianou/core/bell"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/mandate"
	"lianou/core/wording"
	"lianou/intake"
)

// The bodies about helpers who were invited.
type (
	// HelperAnswer is one right between two accounts.
	HelperAnswer struct {
		ID     int64           `json:"id"`
		Given  bool            `json:"given" doc:"This account gave it; else it is the helper"`
		Kind   core.Capacity   `json:"kind"`
		Word   string          `json:"word" doc:"The kind in words"`
		For    string          `json:"for" doc:"Name of who is helped"`
		By     string          `json:"by,omitempty" doc:"Name of the helper, once there is one"`
		Scopes []mandate.Scope `json:"scopes"`
		Until  string          `json:"until" doc:"Its last day"`
		Whole  string          `json:"until_say" doc:"The same in words"`
		State  string          `json:"state" enum:"waiting,in_force,expired,revoked" doc:"waiting: the code was given and nobody took it up"`
		May    string          `json:"may" doc:"What the helper may do, in words"`
		Say    string          `json:"say" doc:"What to tell the person"`
	}
	// InviteBody is whom a person wants to be helped by, and that it is they who say so.
	InviteBody struct {
		Name     string          `json:"name" doc:"Of who asks for help, as on the ID card"`
		IDNumber string          `json:"id_number"`
		Kind     core.Capacity   `json:"kind" doc:"member or entrusted"`
		Scopes   []mandate.Scope `json:"scopes" doc:"apply, supplement, notices; money never"`
		Until    core.Date       `json:"until,omitempty" doc:"The last day: three months on by default, a year at most"`
	}
	// InviteAnswer is the code, which is shown once and kept nowhere.
	InviteAnswer struct {
		Code    string    `json:"code" doc:"Eight digits, the last a check digit"`
		Spoken  string    `json:"spoken" doc:"In groups, as it is read out"`
		Expires time.Time `json:"expires"`
		May     string    `json:"may" doc:"What the helper will be able to do"`
		Until   string    `json:"until" doc:"The last day, in words"`
	}
	// OfferBody opens an invitation.
	OfferBody struct {
		Code string `json:"code"`
		Name string `json:"name" doc:"Of who is to be helped, as on the ID card"`
	}
	// AcceptBody takes it up.
	AcceptBody struct {
		Code  string `json:"code"`
		Name  string `json:"name" doc:"Of who is to be helped"`
		Agent string `json:"agent" doc:"Of the helper"`
	}
	// HelperEnd ends one.
	HelperEnd struct {
		ID int64 `json:"id"`
	}
)

// A code has ten million faces and opens only with a name: who guesses is slowed down, and
// nobody else's code is spent by it. What opened is no guess, and is not counted: somebody
// in the village helps many.
var (
	codesOfAccount = bell.Rate{Count: 10, Per: time.Hour}
	codesOfSource  = bell.Rate{Count: 60, Per: time.Hour}
)

var errNoHelpers = core.E(core.KindUnavailable, "no_helpers", wording.For(core.KindUnavailable))

// Helpers lists who helps an account, and whom it helps.
func (d *CitizenDoor) Helpers(ctx context.Context, who citizen.Citizen) ([]HelperAnswer, error) {
	out := []HelperAnswer{}
	if d.env.Helpers == nil {
		return out, nil
	}
	list, err := d.env.Helpers.Standing(ctx, who.ID)
	for _, g := range list {
		out = append(out, d.helperAnswer(g))
	}
	return out, err
}

func (d *CitizenDoor) helperAnswer(g mandate.Grant) HelperAnswer {
	rule, _ := mandate.RuleOf(g.Kind)
	a := HelperAnswer{ID: g.ID, Given: g.Given, Kind: g.Kind, Word: rule.Word, For: g.Principal, By: g.Agent, Scopes: g.Scopes, Until: g.Until.String(), Whole: g.Until.SayWhole(), State: "in_force", May: mayWords(g.Scopes)}
	switch {
	case !g.Revoked.IsZero():
		a.State, a.Say = "revoked", core.DateOf(g.Revoked).Say()+"收回了,不能再替着办。"
	case g.Given && g.Waiting():
		a.State, a.Say = "waiting", "代办码等着人接,"+core.DateOf(g.Expires).Say()+g.Expires.In(core.China).Format("15:04")+"以前有效。念错了人,收回就作废。"
	case d.today() > g.Until:
		a.State, a.Say = "expired", g.Until.Say()+"到期了,不能再替着办。"
	default:
		a.Say = "可以" + a.May + ",到" + g.Until.SayWhole() + "为止。钱只打到" + g.Principal + "家自己的卡上。"
	}
	return a
}

func mayWords(list []mandate.Scope) string {
	var words []string
	for _, s := range []struct {
		scope mandate.Scope
		word  string
	}{{mandate.Apply, "替着申请"}, {mandate.Supplement, "补材料"}, {mandate.Notices, "查进度"}} {
		if slices.Contains(list, s.scope) {
			words = append(words, s.word)
		}
	}
	return strings.Join(words, "、")
}

// Invite makes an invitation of the person whose account asks. It takes their name and
// whole number, and where the account has applied for itself, that it was this person:
// who has found an unlocked telephone invites nobody.
func (d *CitizenDoor) Invite(r *http.Request, who citizen.Citizen, in InviteBody) (InviteAnswer, error) {
	if d.env.Helpers == nil {
		return InviteAnswer{}, errNoHelpers
	}
	ctx := r.Context()
	in.Name = strings.TrimSpace(in.Name)
	id, err := d.person(ctx, who, RebindBody{Name: in.Name, IDNumber: in.IDNumber})
	if err == nil {
		err = d.selfIs(ctx, who, id)
	}
	if err == nil {
		err = d.isReal(ctx, in.Name, id)
	}
	if err != nil {
		return InviteAnswer{}, err
	}
	if in.Until.IsZero() {
		in.Until = d.today().AddDate(0, mandate.UsualMonths, 0)
	}
	g, err := d.env.Helpers.Invite(ctx, mandate.Invitation{Account: who.ID, Name: in.Name, Number: id, Kind: in.Kind, Scopes: in.Scopes, Until: in.Until})
	return InviteAnswer{string(g.Code), g.Code.Spoken(), g.Expires, mayWords(g.Scopes), g.Until.SayWhole()}, err
}

// selfIs checks that what an account applied for as itself, if anything, was for this
// person. What it applied for others says nothing of it.
func (d *CitizenDoor) selfIs(ctx context.Context, who citizen.Citizen, id core.IDNumber) error {
	list, err := d.Statuses(ctx, who)
	if err != nil {
		return err
	}
	var ids []core.ApplicationID
	for _, s := range list {
		ids = append(ids, s.Application)
	}
	others := map[core.ApplicationID]bool{}
	if d.env.Mandates != nil {
		carried, err := d.env.Mandates.CameWith(ctx, who.ID, ids)
		if err != nil {
			return err
		}
		for _, m := range carried {
			others[m.Application] = true
		}
	}
	own := slices.DeleteFunc(list, func(s casefile.Status) bool { return !s.Own || others[s.Application] })
	return d.oneIsOf(ctx, who, own, id)
}

// Offer gives what an invitation says, to whom has its code and the name with it.
func (d *CitizenDoor) Offer(r *http.Request, who citizen.Citizen, in OfferBody) (HelperAnswer, error) {
	code, err := d.mayOpen(r, who, in.Code)
	if err != nil {
		return HelperAnswer{}, err
	}
	g, err := d.env.Helpers.Offered(r.Context(), code, in.Name)
	if err != nil {
		return HelperAnswer{}, err
	}
	d.opened(r, who)
	return d.helperAnswer(g), nil
}

// mayOpen counts a try before anything is looked up.
func (d *CitizenDoor) mayOpen(r *http.Request, who citizen.Citizen, said string) (mandate.Code, error) {
	if d.env.Helpers == nil {
		return "", errNoHelpers
	}
	code, err := mandate.ParseCode(said)
	if err != nil {
		return "", err // a misheard digit tells nobody anything, and costs no try
	}
	account, source := guessKeys(r, who)
	ok, _ := d.env.Shared.Allow(r.Context(), account, codesOfAccount)
	if ok {
		ok, _ = d.env.Shared.Allow(r.Context(), source, codesOfSource)
	}
	if !ok {
		return "", core.E(core.KindTooMany, "helper_codes", "试的次数太多了。过一小时再来,也可以打 "+wording.Hotline+"。")
	}
	return code, nil
}

// opened gives a try back that was none.
func (d *CitizenDoor) opened(r *http.Request, who citizen.Citizen) {
	account, source := guessKeys(r, who)
	d.env.Shared.GiveBack(r.Context(), account, codesOfAccount)
	d.env.Shared.GiveBack(r.Context(), source, codesOfSource)
}

func guessKeys(r *http.Request, who citizen.Citizen) (account, source string) {
	return "helper:account:" + who.ID, "helper:source:" + Source(r)
}

// Accept takes an invitation up. Who gave it hears at once who did, and how to end it:
// a job says it (tellHelper).
func (d *CitizenDoor) Accept(r *http.Request, who citizen.Citizen, in AcceptBody) (HelperAnswer, error) {
	agent, err := helperName(in.Agent)
	if err != nil {
		return HelperAnswer{}, err
	}
	code, err := d.mayOpen(r, who, in.Code)
	if err != nil {
		return HelperAnswer{}, err
	}
	g, err := d.env.Helpers.Accept(r.Context(), who.ID, agent, code, in.Name)
	if err != nil {
		return HelperAnswer{}, err
	}
	d.opened(r, who)
	return d.helperAnswer(g), nil
}

// helperName holds a helper's name to what an application takes for one: it goes out in our
// own text message, and must carry no number to ring and no page to open.
func helperName(s string) (string, error) {
	name, err := intake.Name(s)
	if n := utf8.RuneCountInString(name); err != nil || n < 2 || n > 30 {
		return "", core.Invalid("agent", "请填您自己的姓名,好让对方知道是谁在帮他。")
	}
	return name, nil
}

// EndHelper ends one, at once.
func (d *CitizenDoor) EndHelper(ctx context.Context, who citizen.Citizen, in HelperEnd) error {
	if d.env.Helpers == nil {
		return errNoHelpers
	}
	_, err := d.env.Helpers.End(ctx, who.ID, in.ID)
	return err
}

// ServeHelpers lists who helps an account, and whom it helps.
func (d *CitizenDoor) ServeHelpers(w http.ResponseWriter, r *http.Request) {
	who, err := d.Citizen(r)
	var list []HelperAnswer
	if err == nil {
		list, err = d.Helpers(r.Context(), who)
	}
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	WriteJSON(w, http.StatusOK, list)
}

// ServeInvite makes an invitation.
func (d *CitizenDoor) ServeInvite(w http.ResponseWriter, r *http.Request) { answer(d, w, r, d.Invite) }

// ServeOffer shows what an invitation says.
func (d *CitizenDoor) ServeOffer(w http.ResponseWriter, r *http.Request) { answer(d, w, r, d.Offer) }

// ServeAccept takes an invitation up.
func (d *CitizenDoor) ServeAccept(w http.ResponseWriter, r *http.Request) { answer(d, w, r, d.Accept) }

// ServeHelperEnd ends one.
func (d *CitizenDoor) ServeHelperEnd(w http.ResponseWriter, r *http.Request) {
	who, err := d.Citizen(r)
	var in HelperEnd
	if err == nil {
		in, err = ReadJSON[HelperEnd](r)
	}
	if err == nil {
		err = d.EndHelper(r.Context(), who, in)
	}
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// answer reads a body, acts for the account and answers.
func answer[In, Out any](d *CitizenDoor, w http.ResponseWriter, r *http.Request, act func(*http.Request, citizen.Citizen, In) (Out, error)) {
	who, err := d.Citizen(r)
	var in In
	var out Out
	if err == nil {
		in, err = ReadJSON[In](r)
	}
	if err == nil {
		out, err = act(r, who, in)
	}
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	WriteJSON(w, http.StatusOK, out)
}
