package channels

import (
	"net/http"
	"slices"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/mandate"
	"lianou/core/wording"
	"lianou/intake/papers"
)

// AppealBody says that the decision on an item is wrong.
type AppealBody struct {
	Key  string        `json:"key" doc:"Chosen once by the client and repeated on retry; or in Idempotency-Key"`
	Item core.ItemCode `json:"item" doc:"Of the application's items, one that is decided"`
	Says string        `json:"says" doc:"What is wrong, at most 500 characters"`
}

// AppealSent is the receipt: the day of the answer stands in the progress once the township has it.
const AppealSent = "您说不对,收到了。换没经手过的人重新看,哪天前答复,进度里会写。原来给的照给。问进度用原来的回执号。"

var errUndecided = core.E(core.KindConflict, "nothing_decided", "这一项还没定,或者已经在重新看了。有要说的,打 "+wording.Hotline+"。")

// Appeal keeps what somebody says against a decision on the application that {receipt} names,
// if the account may add to it; the platform files it (F81).
func (d *CitizenDoor) Appeal(r *http.Request, who citizen.Citizen, in AppealBody) (PapersAnswer, papers.Sent, error) {
	s, err := d.Status(r, who)
	if err != nil {
		return PapersAnswer{}, papers.Sent{}, err
	}
	if d.env.Papers == nil {
		return PapersAnswer{}, papers.Sent{}, core.E(core.KindUnavailable, "no_papers", wording.For(core.KindUnavailable))
	}
	sending := papers.Sending{Citizen: who.ID, Key: in.Key, Application: s.Application, Note: in.Says, Item: in.Item, Channel: d.env.Name}
	// What was kept is said again to who asks again, though by now it is being looked at anew.
	if sent, kept, err := d.env.Papers.Kept(r.Context(), sending); err != nil || kept {
		return PapersAnswer{sent.At, AppealSent}, sent, err
	}
	if !slices.ContainsFunc(s.Items, func(i casefile.StatusItem) bool { return i.Item == in.Item && i.Decided() }) {
		return PapersAnswer{}, papers.Sent{}, errUndecided
	}
	if d.env.Mandates != nil {
		if err := d.env.Mandates.Use(r.Context(), who.ID, s.Application, mandate.Supplement, d.today()); err != nil {
			return PapersAnswer{}, papers.Sent{}, err
		}
	}
	sent, err := d.env.Papers.Send(r.Context(), sending)
	return PapersAnswer{sent.At, AppealSent}, sent, err
}

// ServeAppeal takes an appeal: 201, or 200 for the same key again.
func (d *CitizenDoor) ServeAppeal(w http.ResponseWriter, r *http.Request) {
	who, err := d.Citizen(r)
	var in AppealBody
	if err == nil {
		in, err = ReadJSON[AppealBody](r)
	}
	if err == nil {
		in.Key, err = oneKey(IdempotencyKey(r), in.Key)
	}
	var out PapersAnswer
	var sent papers.Sent
	if err == nil {
		out, sent, err = d.Appeal(r, who, in)
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
