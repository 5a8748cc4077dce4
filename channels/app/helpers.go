package app

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"lianou/channels"
	"lianou/core"
	"lianou/core/citizen"
	"lianou/core/mandate"
)

// inviteView is somebody who wants to be helped: what they said, or the code that came of
// it. The ID number never comes back to a page.
type inviteView struct {
	channels.InviteAnswer
	Name, Kind, Until, First, Last string
	Scopes                         map[string]bool
	Share                          string // to pass on: no name, no number, no code
}

func (c *Channel) invitePage(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(citizen.Citizen) {
		c.showInvite(w, r, inviteView{Kind: string(core.CapacityMember), Scopes: map[string]bool{"apply": true, "supplement": true, "notices": true}}, nil)
	})
}

func (c *Channel) showInvite(w http.ResponseWriter, r *http.Request, v inviteView, fault error) {
	today := core.DateOf(c.env.Now())
	v.First, v.Last = today.String(), today.AddDate(0, mandate.MostMonths, 0).String()
	if v.Until == "" {
		v.Until = today.AddDate(0, mandate.UsualMonths, 0).String()
	}
	page, status := view{Title: "请人帮我办", Data: v}, http.StatusOK
	if fault != nil {
		status, page.Error, page.Field = c.fault(w, r, fault)
	}
	c.show(w, r, status, "invite", page)
}

func (c *Channel) invitePost(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) {
		if !c.readForm(w, r) {
			return
		}
		f := r.PostForm
		v := inviteView{Name: strings.TrimSpace(f.Get("name")), Kind: f.Get("kind"), Until: f.Get("until"), Scopes: map[string]bool{}}
		in := channels.InviteBody{Name: v.Name, IDNumber: f.Get("id_number"), Kind: core.Capacity(v.Kind)}
		for _, s := range f["scope"] {
			v.Scopes[s] = true
			in.Scopes = append(in.Scopes, mandate.Scope(s))
		}
		if in.Until.UnmarshalText([]byte(v.Until)) != nil {
			c.showInvite(w, r, v, core.Invalid("until", "请选一个日子,最长一年。"))
			return
		}
		var err error
		if v.InviteAnswer, err = c.door.Invite(r, who, in); err == nil {
			v.Share = c.helpWanted()
		}
		c.showInvite(w, r, v, err)
	})
}

// helpWanted is what is passed on to who shall help, as the invitation of the first page is.
func (c *Channel) helpWanted() string {
	where := "莲藕,点“我来帮他办”"
	if c.cfg.PublicURL != "" {
		where = strings.TrimSuffix(c.cfg.PublicURL, "/") + "/c/app/accept "
	}
	return "想请您帮我办救助申请。请打开" + where + ",登录后填我在电话里念给您的代办码。"
}

// acceptView is somebody who was asked to help.
type acceptView struct {
	Offer *channels.HelperAnswer // what they take on, once the code opened it
	channels.AcceptBody
}

func (c *Channel) acceptPage(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(citizen.Citizen) { c.showAccept(w, r, acceptView{}, nil) })
}

func (c *Channel) showAccept(w http.ResponseWriter, r *http.Request, v acceptView, fault error) {
	page, status := view{Title: "我来帮他办", Data: v}, http.StatusOK
	if fault != nil {
		status, page.Error, page.Field = c.fault(w, r, fault)
	}
	c.show(w, r, status, "accept", page)
}

// acceptPost shows first what is taken on, and takes it on when that was read.
func (c *Channel) acceptPost(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) {
		if !c.readForm(w, r) {
			return
		}
		f := r.PostForm
		v := acceptView{AcceptBody: channels.AcceptBody{Code: strings.TrimSpace(f.Get("code")), Name: strings.TrimSpace(f.Get("name")), Agent: strings.TrimSpace(f.Get("agent"))}}
		var fault error
		if f.Get("sure") == "1" {
			_, err := c.door.Accept(r, who, v.AcceptBody)
			switch {
			case err == nil:
				c.showActing(w, r, who, actingView{Done: "好了,从现在起您可以替" + v.Name + "办。"}, nil)
				return
			case core.Known(err).Field != "agent": // their own name is put right where it was asked for
				c.showAccept(w, r, v, err)
				return
			}
			fault = err
		}
		offer, err := c.door.Offer(r, who, channels.OfferBody{Code: v.Code, Name: v.Name})
		if err == nil {
			v.Offer = &offer
		}
		c.showAccept(w, r, v, cmp.Or(err, fault))
	})
}

// helperEnd ends a right between two accounts, after a page that says what that changes.
func (c *Channel) helperEnd(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) {
		if !c.readForm(w, r) {
			return
		}
		list, err := c.door.Helpers(r.Context(), who)
		if err != nil {
			c.sorry(w, r, err)
			return
		}
		for _, h := range list {
			if id := r.PostForm.Get("id"); h.State != "in_force" && h.State != "waiting" || id != strconv.FormatInt(h.ID, 10) {
				continue
			}
			if r.PostForm.Get("sure") != "1" {
				c.show(w, r, http.StatusOK, "helperend", view{Title: "不再让人替办", Data: h})
				return
			}
			if err := c.door.EndHelper(r.Context(), who, channels.HelperEnd{ID: h.ID}); err != nil {
				c.sorry(w, r, err)
				return
			}
			c.showActing(w, r, who, actingView{Done: "办好了,从现在起就不能再替着办。"}, nil)
			return
		}
		c.sorry(w, r, core.E(core.KindNotFound, "mandate_not_found", "这一条已经不在了,请回上一页再看一眼。"))
	})
}
