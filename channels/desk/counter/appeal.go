package counter

import (
	"context"
	"net/http"
	"strings"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/workflow"
	"lianou/intake"
)

// wrongPairs is how often in an hour one clerk may type a pair that does not fit.
var wrongPairs = bell.Rate{Count: 10, Per: time.Hour}

var (
	errPair  = core.Invalid("receipt", "没有查到。请看着他的回执和身份证再填一遍。")
	errPairs = core.E(core.KindTooMany, "too_many_looks", "一小时里没对上的太多了。请过一会儿再查。")
)

// pair is what the receipt and the card that somebody shows at the window open.
type pair struct {
	casefile.Status
	Number core.Receipt
	Last4  string
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
	ctx := r.Context()
	p.Last4 = strings.ToUpper(strings.TrimSpace(r.FormValue("last4")))
	if p.Number, err = intake.ParseReceipt(strings.TrimSpace(r.FormValue("receipt"))); err != nil {
		return p, errPair
	}
	key := "lookup:staff:" + desk.ActorOf(at).ID
	if ok, _ := c.d.Bell.Allow(ctx, key, wrongPairs); !ok {
		return p, errPairs
	}
	err = c.d.DB.Tx(ctx, at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		if p.Status, err = c.d.Cases.StatusByPair(ctx, tx, p.Number, p.Last4); err != nil {
			return err
		}
		return c.d.Audit.Write(ctx, tx, audit.Entry{Actor: desk.ActorOf(at), Act: "status.read", Case: p.Case, Application: p.Application, Purpose: "窗口来说不对"})
	})
	if core.KindOf(err) != core.KindNotFound {
		c.d.Bell.GiveBack(context.WithoutCancel(ctx), key, wrongPairs)
		return p, err
	}
	entry := audit.Refused(desk.ActorOf(at), "wrong_pair", "wrong_pair")
	entry.Purpose = "窗口来说不对"
	if err := c.d.Desk.Trace(ctx, at, entry); err != nil {
		return p, err
	}
	return p, errPair
}
