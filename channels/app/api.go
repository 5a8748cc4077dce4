package app

import (
	"net/http"
	"time"

	"lianou/channels"
	"lianou/core"
	"lianou/core/bell"
	"lianou/core/citizen"
	"lianou/core/wording"
)

// The bodies of the API.
type (
	loginRequest struct {
		Phone  string `json:"phone"`
		Code   string `json:"code" doc:"The six digits of the text message"`
		Ticket string `json:"ticket" doc:"What asking for the code answered"`
	}
	refreshRequest struct {
		Refresh string `json:"refresh"`
	}
	paperAnswer struct {
		Kind   string          `json:"kind"`
		Digest core.BlobDigest `json:"digest" doc:"To be named in the form's papers or signature"`
		MIME   string          `json:"mime"`
		Size   int64           `json:"size"`
		// Card is absent when there is none, or it could not be read: typing works as well.
		Card *channels.CardAnswer `json:"card,omitempty"`
	}
)

func codeRate(perHour int) bell.Rate { return bell.Rate{Count: perHour, Per: time.Hour} }

func (c *Channel) postCode(w http.ResponseWriter, r *http.Request) {
	var ticket string
	in, err := channels.ReadJSON[channels.CodeRequest](r)
	if err == nil {
		ticket, err = c.sendCode(r.Context(), in.Phone, channels.Source(r))
	}
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	channels.WriteJSON(w, http.StatusAccepted, channels.CodeAnswer{Say: wording.CodeSent(), Ticket: ticket})
}

func (c *Channel) postLogin(w http.ResponseWriter, r *http.Request) {
	in, err := channels.ReadJSON[loginRequest](r)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	login, err := c.login(r, in.Phone, citizen.Code{Digits: in.Code, Ticket: in.Ticket})
	channels.WriteLogin(w, r, login, err)
}

func (c *Channel) login(r *http.Request, said string, code citizen.Code) (citizen.Login, error) {
	phone, err := channels.Mobile(said)
	if err != nil {
		return citizen.Login{}, err
	}
	return c.env.Citizens.LoginPhone(r.Context(), phone, code, channels.Source(r))
}

func (c *Channel) postRefresh(w http.ResponseWriter, r *http.Request) {
	in, err := channels.ReadJSON[refreshRequest](r)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	login, err := c.env.Citizens.Refresh(r.Context(), in.Refresh)
	channels.WriteLogin(w, r, login, err)
}

func (c *Channel) postLogout(w http.ResponseWriter, r *http.Request) {
	who, err := c.door.Citizen(r)
	if err == nil {
		err = c.env.Citizens.Logout(r.Context(), who)
	}
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// postPapers takes one file: fields kind and file.
func (c *Channel) postPapers(w http.ResponseWriter, r *http.Request) {
	who, err := c.door.Who(channels.Bearer(r), true)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	up, err := channels.ReadUpload(r)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	info, err := c.door.KeepOnce(r.Context(), who, channels.IdempotencyKey(r), up.Kind, up.Data)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	channels.WriteJSON(w, http.StatusCreated, paperAnswer{up.Kind, info.Digest, info.MIME, info.Size, c.door.Card(r.Context(), c.env.Cards, who, up)})
}
