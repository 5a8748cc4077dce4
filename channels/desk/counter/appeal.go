package counter

import (
	"net/http"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/workflow"
)

var (
	errPair  = core.Invalid("receipt", "没有查到。请看着他的回执和身份证再填一遍。")
	errPairs = core.E(core.KindTooMany, "too_many_looks", "一小时里没对上的太多了。请过一会儿再查。")
)

// pair is what the receipt and the card that somebody shows at the window open.
type pair struct {
	casefile.Status
	desk.Pair
}

func (c *Room) ask(w http.ResponseWriter, r *http.Request, at desk.At) error {
	return at.Page.Show(w, at, desk.View{Room: "counter", Name: "ask", Title: "来说不对的"}, nil)
}

// found shows what whoever stands there would see of their application, and no more.
func (c *Room) found(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p, err := c.shown(r, at)
	if err != nil {
		return err
	}
	return at.Page.Part(w, "counter", "asked", p)
}

// appeal files that somebody at the window says that a decision is wrong (F81): the receipt
// and the card that they show say whose it is.
func (c *Room) appeal(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p, err := c.shown(r, at)
	if err != nil {
		return err
	}
	promise, err := c.d.Flow.AppealFor(r.Context(), casefile.As(at.Staff), workflow.AppealFor{Case: p.Case, Item: core.ItemCode(r.FormValue("item")),
		Says: r.FormValue("says"), Door: casefile.DoorWindow})
	if err != nil {
		return err
	}
	return at.Page.Part(w, "counter", "appealed", promise)
}

// shown reads the application of a pair. A wrong one is counted and stands in the log.
func (c *Room) shown(r *http.Request, at desk.At) (p pair, err error) {
	var ok bool
	if p.Pair, ok = desk.PairOf(r); !ok {
		return p, errPair
	}
	p.Status, err = c.d.Desk.ByPair(r.Context(), at, p.Pair, desk.Trying{Cases: c.d.Cases, Scope: at.Staff.Scope(), Purpose: "窗口来说不对", Wrong: errPair, Many: errPairs})
	return p, err
}
