package people

import (
	"context"
	"encoding/hex"
	"net/http"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/pg"
)

// asking is how often one officer may ask in an hour whether somebody is new: the answer says
// of any number of the city whether it is registered (P21, P22).
var asking = bell.Rate{Count: 20, Per: time.Hour}

var errAsking = core.E(core.KindTooMany, "arrivals_exceeded", "这一小时问了太多次新来的人。过一会儿再登记;急的话,请县里先登记。")

// mayTry counts the numbers that are asked about. Errors: errAsking.
func (p *Room) mayTry(r *http.Request, at desk.At, kind string) error {
	if kind != "arrive" {
		return nil
	}
	if ok, _ := p.d.Bell.Allow(r.Context(), "people-arrive:"+desk.ActorOf(at).ID, asking); !ok {
		return errAsking
	}
	return nil
}

// tried writes down that a number was asked about which is somebody's already, by its keyed hash:
// the rehearsal that found it kept nothing. It gives back the answer.
func (p *Room) tried(r *http.Request, at desk.At, on asked, answer error) error {
	err := p.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		id, err := arrivesWith(r.PostFormValue("other"), tx.Today())
		if err != nil {
			return err
		}
		return p.d.Audit.Write(ctx, tx, audit.Entry{Actor: desk.ActorOf(at), Act: "person.missed", Purpose: on.Word(), Case: on.Case,
			Detail: map[string]any{"by": "id_number", "tried": hex.EncodeToString(p.d.Registry.NumberBlind(id))}})
	})
	if err != nil {
		return err
	}
	return answer
}
