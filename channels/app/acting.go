package app

import (
	"net/http"
	"strconv"
	"strings"

	"lianou/channels"
	"lianou/core"
	"lianou/core/citizen"
)

// actingView is who acts for whom: the account for others, and others for the person whose
// receipt and number were typed.
type actingView struct {
	Mine  []channels.MandateAnswer
	By    []channels.HelperAnswer // between accounts: whom this one helps
	To    []channels.HelperAnswer // and who helps this one
	Found []channels.MandateAnswer
	Pair  channels.MandatePair
	Asked bool   // a pair was looked up
	Done  string // what was just ended
}

func (c *Channel) actingPage(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) { c.showActing(w, r, who, actingView{}, nil) })
}

func (c *Channel) showActing(w http.ResponseWriter, r *http.Request, who citizen.Citizen, v actingView, fault error) {
	var err error
	if v.Mine, err = c.door.Mandates(r.Context(), who); err != nil {
		c.sorry(w, r, err)
		return
	}
	helpers, err := c.door.Helpers(r.Context(), who)
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	for _, h := range helpers {
		if h.Given {
			v.To = append(v.To, h)
		} else {
			v.By = append(v.By, h)
		}
	}
	page, status := view{Title: "谁替谁办", Data: v}, http.StatusOK
	if fault != nil {
		status, page.Error, page.Field = c.fault(w, r, fault)
	}
	c.show(w, r, status, "acting", page)
}

// actingFound shows who acts for a person. It is a POST, for what is typed belongs into no
// address.
func (c *Channel) actingFound(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) {
		if !c.readForm(w, r) {
			return
		}
		v := actingView{Pair: pairOf(r)}
		found, err := c.door.MandatesFound(r, who, v.Pair)
		v.Found, v.Asked = found, err == nil
		c.showActing(w, r, who, v, err)
	})
}

func pairOf(r *http.Request) channels.MandatePair {
	return channels.MandatePair{Receipt: strings.TrimSpace(r.PostForm.Get("receipt")), Last4: strings.TrimSpace(r.PostForm.Get("last4"))}
}

// endView asks once more: what ends is over for good, and only a new word begins it again.
type endView struct {
	channels.MandateAnswer
	Pair channels.MandatePair // empty: it is one's own
}

// actingEnd ends a mandate, after a page that says what that changes.
func (c *Channel) actingEnd(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) {
		if !c.readForm(w, r) {
			return
		}
		id, err := strconv.ParseInt(r.PostForm.Get("id"), 10, 64)
		if err != nil {
			c.sorry(w, r, core.Invalid("id", "这一页没有传完整,请从头打开。"))
			return
		}
		in := channels.MandateEnd{ID: id}
		pair := pairOf(r)
		if pair.Receipt != "" {
			in.Pair = &pair
		}
		if r.PostForm.Get("sure") != "1" {
			c.askEnd(w, r, who, in)
			return
		}
		if err := c.door.EndMandate(r, who, in); err != nil {
			c.sorry(w, r, err)
			return
		}
		c.showActing(w, r, who, actingView{Done: "办好了,从现在起就不能再替着办。"}, nil)
	})
}

func (c *Channel) askEnd(w http.ResponseWriter, r *http.Request, who citizen.Citizen, in channels.MandateEnd) {
	v := endView{}
	list, err := c.door.Mandates(r.Context(), who)
	if in.Pair != nil {
		v.Pair = *in.Pair
		list, err = c.door.MandatesFound(r, who, v.Pair)
	}
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	for _, m := range list {
		if m.ID == in.ID && m.State == "in_force" {
			v.MandateAnswer = m
			c.show(w, r, http.StatusOK, "end", view{Title: "不再让人替办", Data: v})
			return
		}
	}
	c.sorry(w, r, core.E(core.KindNotFound, "mandate_not_found", "这一条已经不在了,请回上一页再看一眼。"))
}

// readForm reads a small form, or says that it did not come whole.
func (c *Channel) readForm(w http.ResponseWriter, r *http.Request) bool {
	if err := r.ParseForm(); err != nil {
		c.sorry(w, r, core.E(core.KindInvalid, "invalid_body", "这一页没有传完整,请再提交一次。"))
		return false
	}
	return true
}
