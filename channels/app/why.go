package app

import (
	"net/http"

	"lianou/channels"
	"lianou/core"
	"lianou/core/citizen"
	"lianou/intake"
)

// whyView is how a household stands with every item, first what may still come of something.
type whyView struct {
	Say     string
	Receipt core.Receipt
	Groups  []whyGroup
}

type whyGroup struct {
	Title, Hint string
	Items       []channels.WhyItem
	Folded      bool
}

// whyPage tells for every item why it comes to this household or does not (为什么没有我).
func (c *Channel) whyPage(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) {
		receipt, err := intake.ParseReceipt(r.PathValue("receipt"))
		var a channels.WhyAnswer
		if err == nil {
			a, _, err = c.door.Why(r, who)
		}
		if err != nil {
			c.sorry(w, r, err)
			return
		}
		c.show(w, r, http.StatusOK, "why", view{Title: "每一项,为什么", Data: whyView{Say: a.Say, Receipt: receipt, Groups: whyGroups(a.Items)}})
	})
}

func whyGroups(items []channels.WhyItem) (out []whyGroup) {
	groups := []whyGroup{
		{Title: "您提过的"},
		{Title: "合得上,还没提的", Hint: "想办,在“帮我看看”里说一声,或者打 12345。"},
		{Title: "还说不准的", Hint: "把不知道的告诉我们,就能对了。"},
		{Title: "有一条合不上的", Hint: "情况变了,或者记得不对,就说,会重新对。", Folded: true},
	}
	for _, it := range items {
		at := map[string]int{"eligible": 1, "unknown": 2}[it.Outcome]
		switch {
		case it.Status != "":
			at = 0
		case it.Outcome == "not_eligible":
			at = 3
		}
		groups[at].Items = append(groups[at].Items, it)
	}
	for _, g := range groups {
		if len(g.Items) > 0 {
			out = append(out, g)
		}
	}
	return out
}
