package channels

import (
	"context"
	"net/http"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/mandate"
	"lianou/core/wording"
	"lianou/intake"
)

// The bodies about who acts for whom.
type (
	// MandateAnswer is one right to act for somebody (F33).
	MandateAnswer struct {
		ID      int64           `json:"id"`
		Receipt core.Receipt    `json:"receipt" doc:"The application it came with"`
		Kind    core.Capacity   `json:"kind"`
		Word    string          `json:"word" doc:"The kind in words"`
		For     string          `json:"for" doc:"Name of who is acted for"`
		By      string          `json:"by" doc:"Name of who acts"`
		Scopes  []mandate.Scope `json:"scopes"`
		Money   bool            `json:"money" doc:"Whether money may go to the agent: only where it is stated"`
		Proved  bool            `json:"proved" doc:"A paper came with it"`
		From    string          `json:"from"`
		Until   string          `json:"until" doc:"Its last day"`
		State   string          `json:"state" enum:"in_force,expired,revoked"`
		Say     string          `json:"say" doc:"What to tell the person"`
	}
	// MandatePair proves the right of who is acted for, where they have no account of their
	// own: the receipt and the last four characters of their number.
	MandatePair struct {
		Receipt string `json:"receipt"`
		Last4   string `json:"last4"`
	}
	// MandateEnd ends one: the agent's own without a pair, the person's with it.
	MandateEnd struct {
		ID   int64        `json:"id"`
		Pair *MandatePair `json:"pair,omitempty"`
	}
)

// ServeMandates lists for whom the account acts, also what is over.
func (d *CitizenDoor) ServeMandates(w http.ResponseWriter, r *http.Request) {
	who, err := d.Citizen(r)
	var list []MandateAnswer
	if err == nil {
		list, err = d.Mandates(r.Context(), who)
	}
	writeMandates(w, r, list, err)
}

// ServeMandatesFound lists who acts for a person, to whom knows their receipt and number.
func (d *CitizenDoor) ServeMandatesFound(w http.ResponseWriter, r *http.Request) {
	who, err := d.Citizen(r)
	var in MandatePair
	if err == nil {
		in, err = ReadJSON[MandatePair](r)
	}
	var list []MandateAnswer
	if err == nil {
		list, err = d.MandatesFound(r, who, in)
	}
	writeMandates(w, r, list, err)
}

func writeMandates(w http.ResponseWriter, r *http.Request, list []MandateAnswer, err error) {
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	WriteJSON(w, http.StatusOK, list)
}

// Mandates lists for whom an account acts, also what is over.
func (d *CitizenDoor) Mandates(ctx context.Context, who citizen.Citizen) ([]MandateAnswer, error) {
	return d.mandateAnswers(ctx, who.ID)
}

// MandatesFound lists who acts for a person. It is a look-up, with its limits and its one
// answer for every wrong pair.
func (d *CitizenDoor) MandatesFound(r *http.Request, who citizen.Citizen, in MandatePair) ([]MandateAnswer, error) {
	subject, err := d.pairSubject(r, who, in)
	if err != nil {
		return nil, err
	}
	return d.mandateAnswers(r.Context(), subject)
}

// pairSubject holds a pair to the look-up that every pair goes through.
func (d *CitizenDoor) pairSubject(r *http.Request, who citizen.Citizen, in MandatePair) (string, error) {
	if _, err := d.LookUp(r, who, in.Receipt, in.Last4); err != nil {
		return "", err
	}
	receipt, err := intake.ParseReceipt(strings.TrimSpace(in.Receipt))
	if err != nil {
		return "", err
	}
	return d.env.Cases.PairSubject(receipt, strings.ToUpper(strings.TrimSpace(in.Last4))), nil
}

func (d *CitizenDoor) mandateAnswers(ctx context.Context, subject string) ([]MandateAnswer, error) {
	list, err := d.mandates(ctx, subject)
	out := make([]MandateAnswer, 0, len(list))
	for _, m := range list {
		out = append(out, d.mandateAnswer(m))
	}
	return out, err
}

func (d *CitizenDoor) mandates(ctx context.Context, subject string) ([]mandate.Mandate, error) {
	if d.env.Mandates == nil {
		return nil, nil
	}
	return d.env.Mandates.Seen(ctx, subject)
}

func (d *CitizenDoor) mandateAnswer(m mandate.Mandate) MandateAnswer {
	rule, _ := mandate.RuleOf(m.Kind)
	a := MandateAnswer{ID: m.ID, Receipt: m.Receipt, Kind: m.Kind, Word: rule.Word, For: m.Principal, By: m.Agent, Scopes: m.Scopes, Proved: m.Proved,
		From: m.From.String(), Until: m.Until.String(), State: "in_force"}
	for _, s := range m.Scopes {
		a.Money = a.Money || s == mandate.Money
	}
	switch {
	case !m.Revoked.IsZero():
		a.State, a.Say = "revoked", core.DateOf(m.Revoked).Say()+"收回了,不能再替着办。"
	case d.today() > m.Until:
		a.State, a.Say = "expired", m.Until.Say()+"到期了,不能再替着办。"
	default:
		a.Say = m.Agent + "可以替" + m.Principal + "申请、补材料、查进度,到" + m.Until.SayWhole() + "为止。"
		if !a.Money {
			a.Say += "钱只打到" + m.Principal + "家自己的卡上。"
		}
	}
	return a
}

func (d *CitizenDoor) today() core.Date { return core.DateOf(d.env.Now()) }

// ServeMandateEnd ends one, at once.
func (d *CitizenDoor) ServeMandateEnd(w http.ResponseWriter, r *http.Request) {
	who, err := d.Citizen(r)
	var in MandateEnd
	if err == nil {
		in, err = ReadJSON[MandateEnd](r)
	}
	if err == nil {
		err = d.EndMandate(r, who, in)
	}
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// EndMandate ends one, at once: from here on it opens nothing.
func (d *CitizenDoor) EndMandate(r *http.Request, who citizen.Citizen, in MandateEnd) error {
	subject := who.ID
	if in.Pair != nil {
		var err error
		if subject, err = d.pairSubject(r, who, *in.Pair); err != nil {
			return err
		}
	}
	if d.env.Mandates == nil {
		return core.E(core.KindUnavailable, "no_mandates", wording.For(core.KindUnavailable))
	}
	return d.env.Mandates.Revoke(r.Context(), subject, who.ID, in.ID)
}

// mayAsk holds an account that applied for somebody else to its mandate: what is over
// opens nothing, and says so.
func (d *CitizenDoor) mayAsk(ctx context.Context, who citizen.Citizen, s casefile.Status) error {
	if d.env.Mandates == nil {
		return nil
	}
	return d.env.Mandates.Use(ctx, who.ID, s.Application, mandate.Notices, d.today())
}

// veil leaves of applications whose mandate is over that they are, and why nothing more
// is shown.
func (d *CitizenDoor) veil(ctx context.Context, who citizen.Citizen, list []casefile.Status) ([]casefile.Status, error) {
	if d.env.Mandates == nil || len(list) == 0 {
		return list, nil
	}
	var shown []core.ApplicationID
	for _, s := range list {
		shown = append(shown, s.Application)
	}
	mandates, err := d.env.Mandates.Of(ctx, who.ID, shown)
	if err != nil {
		return nil, err
	}
	over := map[core.ApplicationID]error{}
	for _, m := range mandates {
		if err := m.May(mandate.Notices, d.today()); err != nil {
			over[m.Application] = err
		}
	}
	for i, s := range list {
		if err := over[s.Application]; err != nil {
			list[i] = casefile.Status{Application: s.Application, Receipt: s.Receipt, Status: wording.StatusReceived, Next: core.Known(err).Say, Updated: s.Updated, Own: s.Own}
		}
	}
	return list, nil
}
