package agent

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
	"lianou/intake"
)

// wrongPairs is how often in an hour one agent may say a pair that does not fit, as
// on the citizens' side (channels.LookUp). Right ones, of which there are many in a
// day, do not count.
var wrongPairs = bell.Rate{Count: 10, Per: time.Hour}

var (
	errWrongPair = core.Invalid("receipt", "没有查到。回执号和身份证后四位,有一个不对,请他再说一遍。")
	errTooMany   = core.E(core.KindTooMany, "too_many_looks", "一小时里没对上的太多了。请过一会儿再查,急的请找班长。")
)

// find answers somebody who rings about an application: receipts promise that 12345
// can. The agent sees what the person would see and no more, and only with the pair
// that the person says (receipt and last four of the ID number).
func (a *Room) find(w http.ResponseWriter, r *http.Request, at desk.At) error {
	number, err := intake.ParseReceipt(strings.TrimSpace(r.FormValue("receipt")))
	if err != nil {
		return errWrongPair // a slip of one digit is nobody's number, and no guess
	}
	found, err := a.look(r.Context(), at, number, strings.ToUpper(strings.TrimSpace(r.FormValue("last4"))))
	if err != nil {
		return err
	}
	return at.Page.Part(w, "agent", "found", pair{found, number, strings.ToUpper(strings.TrimSpace(r.FormValue("last4"))), ""})
}

// look takes one of the agent's wrong pairs before it asks, so that many at once are
// counted too, and gives it back unless the pair was wrong.
func (a *Room) look(ctx context.Context, at desk.At, number core.Receipt, last4 string) (casefile.Status, error) {
	key := "lookup:staff:" + desk.ActorOf(at).ID
	if ok, _ := a.d.Bell.Allow(ctx, key, wrongPairs); !ok {
		return casefile.Status{}, errTooMany
	}
	found, err := a.byPair(ctx, at, number, last4)
	if err == nil || core.KindOf(err) != core.KindNotFound {
		a.d.Bell.GiveBack(context.WithoutCancel(ctx), key, wrongPairs)
		return found, err
	}
	entry := audit.Refused(desk.ActorOf(at), "wrong_pair", "wrong_pair")
	entry.Purpose = "来电查进度"
	if err := a.d.Desk.Trace(ctx, at, entry); err != nil {
		return casefile.Status{}, err
	}
	return casefile.Status{}, errWrongPair
}

func (a *Room) byPair(ctx context.Context, at desk.At, number core.Receipt, last4 string) (found casefile.Status, err error) {
	err = a.d.DB.Tx(ctx, pg.City("a caller asks about an application of any township"), func(ctx context.Context, tx *pg.Tx) (err error) {
		if found, err = a.d.Cases.StatusByPair(ctx, tx, number, last4); err != nil {
			return err
		}
		return a.d.Audit.Write(ctx, tx, audit.Entry{Actor: desk.ActorOf(at), Act: "status.read", Case: found.Case, Application: found.Application, Purpose: "来电查进度"})
	})
	return found, err
}
