package app

import (
	"net"
	"net/http"
	"time"

	"github.com/google/uuid"

	"lianou/channels"
	"lianou/core"
	"lianou/core/bell"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/wording"
	"lianou/intake"
	"lianou/intake/interview"
)

// The bodies of the API.
type (
	codeRequest struct {
		Phone string `json:"phone" doc:"Mobile number of eleven digits"`
	}
	codeAnswer struct {
		Say string `json:"say" doc:"What to tell the person"`
	}
	loginRequest struct {
		Phone string `json:"phone"`
		Code  string `json:"code" doc:"The six digits of the text message"`
	}
	refreshRequest struct {
		Refresh string `json:"refresh"`
	}
	loginAnswer struct {
		Token   string `json:"token" doc:"Bearer token, five minutes"`
		Refresh string `json:"refresh" doc:"Turns into a new pair once, thirty days"`
		First   bool   `json:"first" doc:"The account was made just now"`
	}
	formAnswer struct {
		interview.Form
		Counties []place `json:"counties"`
		Items    []item  `json:"items"`
	}
	place struct {
		Code core.RegionCode `json:"code"`
		Name string          `json:"name"`
		In   []place         `json:"in,omitempty"`
	}
	item struct {
		Code core.ItemCode `json:"code"`
		Name string        `json:"name" doc:"Everyday name"`
	}
	receiptAnswer struct {
		Receipt   core.Receipt `json:"receipt" doc:"Ten digits, the last a Damm check digit"`
		Spoken    string       `json:"spoken" doc:"Grouped 4-4-2"`
		Duplicate bool         `json:"duplicate" doc:"The same key and body were here before"`
		Spooled   bool         `json:"spooled" doc:"Safe, being registered"`
		At        time.Time    `json:"at"`
		Say       string       `json:"say"`
	}
	applicationAnswer struct {
		Receipt  core.Receipt          `json:"receipt"`
		Status   wording.Status        `json:"status"`
		Say      string                `json:"say" doc:"The status in words"`
		Next     string                `json:"next,omitempty"`
		Items    []casefile.StatusItem `json:"items"`
		Timeline []casefile.StatusLine `json:"timeline,omitempty"`
		Updated  time.Time             `json:"updated"`
	}
	paperAnswer struct {
		Kind   string          `json:"kind"`
		Digest core.BlobDigest `json:"digest" doc:"To be named in the form's papers or signature"`
		MIME   string          `json:"mime"`
		Size   int64           `json:"size"`
	}
)

func codeRate(perHour int) bell.Rate { return bell.Rate{Count: perHour, Per: time.Hour} }

// reference names one text message for its provider.
func reference() string { return uuid.NewString() }

func (c *Channel) postCode(w http.ResponseWriter, r *http.Request) {
	in, err := decode[codeRequest](r)
	if err == nil {
		err = c.sendCode(r.Context(), in.Phone, source(r))
	}
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	channels.WriteJSON(w, http.StatusAccepted, codeAnswer{wording.CodeSent()})
}

func (c *Channel) postLogin(w http.ResponseWriter, r *http.Request) {
	in, err := decode[loginRequest](r)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	login, err := c.login(r, in.Phone, in.Code)
	c.answerLogin(w, r, login, err)
}

func (c *Channel) login(r *http.Request, said, code string) (citizen.Login, error) {
	phone, err := mobile(said)
	if err != nil {
		return citizen.Login{}, err
	}
	return c.env.Citizens.LoginPhone(r.Context(), phone, code, source(r))
}

func (c *Channel) postRefresh(w http.ResponseWriter, r *http.Request) {
	in, err := decode[refreshRequest](r)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	login, err := c.env.Citizens.Refresh(r.Context(), in.Refresh)
	c.answerLogin(w, r, login, err)
}

func (c *Channel) answerLogin(w http.ResponseWriter, r *http.Request, l citizen.Login, err error) {
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	channels.WriteJSON(w, http.StatusOK, loginAnswer{l.Token, l.Refresh, l.First})
}

func (c *Channel) postLogout(w http.ResponseWriter, r *http.Request) {
	who, err := c.citizen(r)
	if err == nil {
		err = c.env.Citizens.Logout(r.Context(), who)
	}
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (c *Channel) getForm(w http.ResponseWriter, r *http.Request) {
	channels.WriteJSON(w, http.StatusOK, formAnswer{Form: c.form, Counties: c.counties(), Items: c.items()})
}

func (c *Channel) counties() []place {
	var list []place
	for _, county := range c.env.Regions.Counties() {
		p := place{Code: county.Code, Name: county.Name}
		for _, town := range c.env.Regions.Townships(county.Code) {
			p.In = append(p.In, place{Code: town.Code, Name: town.Name})
		}
		list = append(list, p)
	}
	return list
}

func (c *Channel) items() []item {
	book, err := c.env.Book.On(core.DateOf(c.env.Now()))
	if err != nil {
		return nil // no Book in force: nothing to choose, which the form allows
	}
	var list []item
	for _, i := range book.Items {
		list = append(list, item{Code: i.Code, Name: i.Everyday})
	}
	return list
}

// parseApplication authenticates first, then translates.
func (c *Channel) parseApplication(r *http.Request) ([]intake.Submission, error) {
	who, err := c.who(bearer(r), true)
	if err != nil {
		return nil, err
	}
	raw, err := channels.ReadBody(r)
	if err != nil {
		return nil, err
	}
	form, err := intake.DecodeForm(raw)
	if err != nil {
		return nil, err
	}
	return []intake.Submission{submission(form, who)}, nil
}

func (c *Channel) replyApplication(w http.ResponseWriter, r *http.Request, receipts []intake.Receipt, err error) {
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	got, status := receipts[0], http.StatusCreated
	say := wording.ReceiptText(got.Number, c.townName(got.Region), core.DateOf(got.At))
	switch {
	case got.Spooled:
		status, say = http.StatusAccepted, wording.TakenNotYetFiled(got.Number)
	case got.Duplicate:
		status = http.StatusOK
	}
	channels.WriteJSON(w, status, receiptAnswer{got.Number, intake.Spoken(got.Number), got.Duplicate, got.Spooled, got.At, say})
}

func (c *Channel) townName(code core.RegionCode) string {
	p, ok := c.env.Regions.Township(code)
	if !ok {
		return ""
	}
	return p.Name
}

func (c *Channel) getApplications(w http.ResponseWriter, r *http.Request) {
	who, err := c.citizen(r)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	list, err := c.env.Cases.ByCitizen(r.Context(), who.ID)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	out := make([]applicationAnswer, 0, len(list))
	for _, s := range list {
		a := applicationOf(s)
		a.Timeline = nil
		out = append(out, a)
	}
	channels.WriteJSON(w, http.StatusOK, out)
}

func (c *Channel) getApplication(w http.ResponseWriter, r *http.Request) {
	who, err := c.citizen(r)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	s, err := c.status(r, who)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	channels.WriteJSON(w, http.StatusOK, applicationOf(s))
}

func (c *Channel) status(r *http.Request, who citizen.Citizen) (casefile.Status, error) {
	receipt, err := intake.ParseReceipt(r.PathValue("receipt"))
	if err != nil {
		return casefile.Status{}, err
	}
	return c.env.Cases.ByReceipt(r.Context(), receipt, who.ID)
}

func applicationOf(s casefile.Status) applicationAnswer {
	return applicationAnswer{s.Receipt, s.Status, s.Say(), s.Next, s.Items, s.Timeline, s.Updated}
}

func source(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
