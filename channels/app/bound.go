package app

import (
	"net/http"
	"strings"

	"lianou/channels"
	"lianou/core"
	"lianou/core/citizen"
)

// boundView is by what the account is entered, and what is typed to change that (F95).
// What is typed comes back after a mistake, but for the ID number and the code.
type boundView struct {
	channels.BoundAnswer
	Name, Phone string
	Ticket      string // of the code that was sent to Phone
	Done        string
	Gone        bool // logged out: nothing of the account is shown any more
	// Here are applications that hang on this account alone. Linking takes the number and
	// nobody's applications along (channels.CitizenDoor.Rebind), so their receipts are named.
	Here []core.Receipt
}

func (c *Channel) boundPage(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) { c.showBound(w, r, who, boundView{}, nil) })
}

func (c *Channel) showBound(w http.ResponseWriter, r *http.Request, who citizen.Citizen, v boundView, fault error) {
	var err error
	if v.BoundAnswer, err = c.door.Bound(r.Context(), who); err != nil {
		c.sorry(w, r, err)
		return
	}
	if !v.WeChat {
		list, err := c.door.Statuses(r.Context(), who)
		if err != nil {
			c.sorry(w, r, err)
			return
		}
		for _, s := range list {
			v.Here = append(v.Here, s.Receipt)
		}
	}
	page, status := view{Title: "我的手机和微信", Data: v}, http.StatusOK
	if fault != nil {
		status, page.Error, page.Field = c.fault(w, r, fault)
	}
	c.show(w, r, status, "bound", page)
}

// boundMove moves a number to this account: first a code goes to it, then the code and the
// real name come back.
func (c *Channel) boundMove(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) {
		if !c.readForm(w, r) {
			return
		}
		v := boundView{Name: strings.TrimSpace(r.PostForm.Get("name")), Phone: strings.TrimSpace(r.PostForm.Get("phone")), Ticket: r.PostForm.Get("ticket")}
		if v.Ticket == "" {
			ticket, err := c.sendCode(r.Context(), v.Phone, channels.Source(r))
			v.Ticket = ticket
			c.showBound(w, r, who, v, err)
			return
		}
		err := c.door.Rebind(r, who, channels.RebindBody{Name: v.Name, IDNumber: r.PostForm.Get("id_number"), Phone: v.Phone, Code: strings.TrimSpace(r.PostForm.Get("code")), Ticket: v.Ticket})
		switch kind := core.KindOf(err); {
		case err == nil:
			v = boundView{Done: channels.Rebound}
		case kind != core.KindInvalid && kind != core.KindUnauthenticated && kind != core.KindTooMany:
			v.Ticket = "" // the code was right and is used up: the next try begins with another
		}
		c.showBound(w, r, who, v, err)
	})
}

// boundOff takes a way in off the account, and logs it out everywhere.
func (c *Channel) boundOff(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) {
		if !c.readForm(w, r) {
			return
		}
		v := boundView{Name: strings.TrimSpace(r.PostForm.Get("name"))}
		err := c.door.Unbind(r, who, channels.RebindBody{Name: v.Name, IDNumber: r.PostForm.Get("id_number"), Way: r.PostForm.Get("way")})
		if err != nil {
			c.showBound(w, r, who, v, err)
			return
		}
		c.forgetSession(w)
		c.show(w, r, http.StatusOK, "bound", view{Title: "解绑了", Data: boundView{Done: channels.Unbound, Gone: true}})
	})
}
