package channels

import (
	"net/http"

	"lianou/core"
	"lianou/core/citizen"
	"lianou/core/mandate"
	"lianou/core/wording"
	"lianou/intake/papers"
)

// UnsolvedBody says that an item is not solved though the household was told how it ended.
type UnsolvedBody struct {
	Key  string        `json:"key" doc:"Chosen once by the client and repeated on retry; or in Idempotency-Key"`
	Item core.ItemCode `json:"item" doc:"Of the application's items, one that was decided"`
	Says string        `json:"says" doc:"What is still missing, at most 500 characters"`
}

var errNotEnded = core.E(core.KindConflict, "nothing_decided", "这一项还没定,或者“没有解决”已经在办了。有要说的,打 "+wording.Hotline+"。")

// Unsolved keeps that somebody says that an item of the application that {receipt} names is not solved,
// if the account may add to it; the platform gives it to the unit that decided (F82).
func (d *CitizenDoor) Unsolved(r *http.Request, who citizen.Citizen, in UnsolvedBody) (PapersAnswer, papers.Sent, error) {
	s, err := d.Status(r, who)
	if err != nil {
		return PapersAnswer{}, papers.Sent{}, err
	}
	if d.env.Papers == nil {
		return PapersAnswer{}, papers.Sent{}, core.E(core.KindUnavailable, "no_papers", wording.For(core.KindUnavailable))
	}
	sending := papers.Sending{Citizen: who.ID, Key: in.Key, Application: s.Application, Note: in.Says, Item: in.Item, Unsolved: true, Channel: d.env.Name}
	// What was kept is said again to who asks again, though by now it is being looked at.
	if sent, kept, err := d.env.Papers.Kept(r.Context(), sending); err != nil || kept {
		return PapersAnswer{sent.At, wording.UnsolvedSent}, sent, err
	}
	if !s.Reopens(in.Item) {
		return PapersAnswer{}, papers.Sent{}, errNotEnded
	}
	if d.env.Mandates != nil {
		if err := d.env.Mandates.Use(r.Context(), who.ID, s.Application, mandate.Supplement, d.today()); err != nil {
			return PapersAnswer{}, papers.Sent{}, err
		}
	}
	sent, err := d.env.Papers.Send(r.Context(), sending)
	return PapersAnswer{sent.At, wording.UnsolvedSent}, sent, err
}

// ServeUnsolved takes one: 201, or 200 for the same key again.
func (d *CitizenDoor) ServeUnsolved(w http.ResponseWriter, r *http.Request) {
	who, err := d.Citizen(r)
	var in UnsolvedBody
	if err == nil {
		in, err = ReadJSON[UnsolvedBody](r)
	}
	if err == nil {
		in.Key, err = oneKey(IdempotencyKey(r), in.Key)
	}
	var out PapersAnswer
	var sent papers.Sent
	if err == nil {
		out, sent, err = d.Unsolved(r, who, in)
	}
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	status := http.StatusCreated
	if sent.Again {
		status = http.StatusOK
	}
	WriteJSON(w, status, out)
}
