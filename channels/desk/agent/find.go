package agent

import (
	"context"
	"net/http"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/intake"
)

// find answers somebody who rings about an application: receipts promise that 12345
// can. The agent sees what the person would see and no more, and only with the pair
// that the person says (receipt and last four of the ID number).
func (a *Room) find(w http.ResponseWriter, r *http.Request, at desk.At) error {
	wrong := core.Invalid("receipt", "没有查到。回执号和身份证后四位,有一个不对,请他再说一遍。")
	number, err := intake.ParseReceipt(strings.TrimSpace(r.FormValue("receipt")))
	if err != nil {
		return wrong
	}
	last4 := strings.ToUpper(strings.TrimSpace(r.FormValue("last4")))
	var found casefile.Status
	err = a.d.DB.Tx(r.Context(), pg.City("a caller asks about an application of any township"), func(ctx context.Context, tx *pg.Tx) (err error) {
		if found, err = a.d.Cases.StatusByPair(ctx, tx, number, last4); err != nil {
			return err
		}
		return a.d.Audit.Write(ctx, tx, audit.Entry{Actor: desk.ActorOf(at), Act: "status.read", Case: found.Case, Application: found.Application, Purpose: "来电查进度"})
	})
	if core.KindOf(err) == core.KindNotFound && err != nil {
		return wrong
	}
	if err != nil {
		return err
	}
	return at.Page.Part(w, "agent", "found", found)
}
