package counter

import (
	"context"
	"net/http"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/staff"
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
	return at.Page.Show(w, at, desk.View{Room: "counter", Name: "ask", Title: "来说不对、没解决的"}, nil)
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
	return c.saysOf(w, r, at, casefile.DoorWindow, c.d.Flow.AppealFor)
}

// unsolved files that somebody at the window, or at home before a village assistant, says that an item is
// not solved (F82), as appeal does.
func (c *Room) unsolved(w http.ResponseWriter, r *http.Request, at desk.At) error {
	door := casefile.DoorWindow
	if !at.Has(staff.Clerk) {
		door = casefile.DoorVillage
	}
	return c.saysOf(w, r, at, door, c.d.Flow.UnsolvedFor)
}

func (c *Room) saysOf(w http.ResponseWriter, r *http.Request, at desk.At, door casefile.Door, file func(context.Context, casefile.Actor, workflow.AppealFor) (string, error)) error {
	p, err := c.shown(r, at)
	if err != nil {
		return err
	}
	promise, err := file(r.Context(), casefile.As(at.Staff), workflow.AppealFor{Case: p.Case, Item: core.ItemCode(r.FormValue("item")), Says: r.FormValue("says"), Door: door})
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
	p.Status, err = c.d.Desk.ByPair(r.Context(), at, p.Pair, desk.Trying{Cases: c.d.Cases, Scope: at.Staff.Scope(), Purpose: "窗口来说不对、没解决", Wrong: errPair, Many: errPairs})
	return p, err
}
