package agent

import (
	"context"
	"net/http"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
)

var (
	errWrongPair = core.Invalid("receipt", "没有查到。回执号和身份证后四位,有一个不对,请他再说一遍。")
	errTooMany   = core.E(core.KindTooMany, "too_many_looks", "一小时里没对上的太多了。请过一会儿再查,急的请找班长。")
)

// find answers somebody who rings about an application: receipts promise that 12345
// can. The agent sees what the person would see and no more, and only with the pair
// that the person says (receipt and last four of the ID number).
func (a *Room) find(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p, ok := desk.PairOf(r)
	if !ok {
		return errWrongPair
	}
	found, err := a.look(r.Context(), at, p)
	if err != nil {
		return err
	}
	return at.Page.Part(w, "agent", "found", pair{Status: found, Pair: p})
}

// look opens an application of any township by its pair.
func (a *Room) look(ctx context.Context, at desk.At, p desk.Pair) (casefile.Status, error) {
	return a.d.Desk.ByPair(ctx, at, p, desk.Trying{Cases: a.d.Cases, Scope: pg.City("a caller asks about an application of any township"), Purpose: "来电查进度",
		Wrong: errWrongPair, Many: errTooMany})
}
