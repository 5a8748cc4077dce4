package app

import (
	"net/http"
	"slices"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/wording"
)

// newsView is what happened lately, and by which way its reader wants to be told first.
type newsView struct {
	Lines []newsLine
	Way   core.ChannelName
	Ways  []wording.Way
	Done  string
}

type newsLine struct {
	Receipt core.Receipt
	casefile.StatusLine
}

// newsPage shows what happened lately in all of a citizen's cases, newest first.
func (c *Channel) newsPage(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) { c.showNews(w, r, who, newsView{}, nil) })
}

func (c *Channel) showNews(w http.ResponseWriter, r *http.Request, who citizen.Citizen, v newsView, fault error) {
	list, err := c.door.Statuses(r.Context(), who)
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	v.Lines = newsOf(list)
	if way, err := c.door.Way(r.Context(), who); err == nil { // a page of news is read without it too
		v.Way, v.Ways = way.Way, wording.Ways()
	}
	page, status := view{Title: "消息", Data: v}, http.StatusOK
	if fault != nil {
		status, page.Error, page.Field = c.fault(w, r, fault)
	}
	c.show(w, r, status, "news", page)
}

// wayPost writes down by which way somebody wants to be told first (F69).
func (c *Channel) wayPost(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) {
		if !c.readForm(w, r) {
			return
		}
		said, err := c.door.SetWay(r.Context(), who, core.ChannelName(r.PostForm.Get("way")))
		v := newsView{}
		if err == nil {
			v.Done = "记下了。" + said.Say
		}
		c.showNews(w, r, who, v, err)
	})
}

func newsOf(list []casefile.Status) []newsLine {
	var out []newsLine
	for _, s := range list {
		for _, line := range s.Timeline {
			out = append(out, newsLine{s.Receipt, line})
		}
	}
	slices.SortStableFunc(out, func(a, b newsLine) int { return b.At.Compare(a.At) })
	return out
}
