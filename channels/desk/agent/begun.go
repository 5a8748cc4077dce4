package agent

import (
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"lianou/channels"
	"lianou/channels/desk"
	"lianou/core"
	"lianou/intake"
	"lianou/intake/begun"
	"lianou/intake/calls"
)

// handOn leaves what is typed to the caller, who goes on with it in WeChat or on their
// telephone's browser (F6). The call stays in the list until they have sent it in.
func (a *Room) handOn(w http.ResponseWriter, r *http.Request, at desk.At) error {
	c, err := a.held(r, at)
	if err != nil {
		return err
	}
	if err := a.d.Calls.WrittenDown(r.Context(), c); err != nil {
		return err // once it is handed on, the caller's own application ends the call
	}
	if err := channels.BodyFault(r.ParseForm()); err != nil {
		return err
	}
	typed := r.PostForm
	if !typed.Has("key") { // a page without scripts: what was saved last
		if typed, _, err = a.d.Desk.DraftOf(r, at, desk.Drafting{Place: placeOf(c.ID)}); err != nil {
			return err
		}
	}
	sheet, err := a.sheetOf(typed, c, at)
	if err != nil {
		return err
	}
	if err := a.d.Begun.Hand(r.Context(), begun.Handing{Call: c.ID, Staff: at.Staff.ID, Phone: c.Caller, Sheet: sheet}); err != nil {
		return err
	}
	due := a.d.Begun.Due(a.d.Desk.Now()).In(core.China).Format("1月2日")
	return desk.Back(w, r, "/desk/agent", "交给本人了。到 "+due+" 还没报上,会排回来请您回电。")
}

// sheetOf is what the caller goes on with: each thing with who said it, in which call and
// in which second.
func (a *Room) sheetOf(typed url.Values, c calls.Call, at desk.At) (begun.Sheet, error) {
	form, h, err := a.d.Desk.Half(typed)
	if err != nil {
		return begun.Sheet{}, err
	}
	from := core.Provenance{Said: "citizen", By: "agent", At: a.d.Desk.Now(), Staff: at.Staff.ID, CallID: c.ID}
	sources := map[string]core.Provenance{}
	for _, path := range intake.Stated(&h) {
		sources[path] = from
	}
	for path, span := range desk.HeardOf(typed) {
		p := from
		p.FromMS, p.ToMS, p.Unrecorded = span.FromMS, span.ToMS, span.Unrecorded
		sources[path] = p
	}
	carried := channels.Carry(form, &h, from, sources)
	carried.Call = *refOf(c)
	body, err := json.Marshal(carried)
	if err != nil {
		return begun.Sheet{}, core.E(core.KindInternal, "begun_encode", "")
	}
	sheet := begun.Sheet{Name: form.Applicant.Name, Body: body}
	if id, err := core.ParseID(form.Applicant.IDNumber, a.d.Desk.Today()); err == nil {
		sheet.Last4 = id.Reveal()[14:]
	}
	return sheet, nil
}

// handed tells which of the calls their callers are to go on with: none of a chat is.
func (a *Room) handed(r *http.Request, list []calls.Call) (map[string]begun.Stand, error) {
	var ids []string
	for _, c := range list {
		if !c.NextTry.IsZero() && c.Tries == 0 {
			ids = append(ids, c.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return a.d.Begun.Standing(r.Context(), ids)
}

func standing(s begun.Stand, c calls.Call, now time.Time) (word, tone string) {
	switch {
	case !now.Before(c.NextTry):
		return "本人没报完,请回电", "red"
	case s.Taken:
		return "本人登录了,在填", "leaf"
	}
	return "交给本人接着填", "blue"
}
