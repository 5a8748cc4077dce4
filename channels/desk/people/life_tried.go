package people

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"slices"
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

// looksUp are the events that look somebody up by a number, of whom nothing is known before.
var looksUp = []string{"arrive", "marriage", "adoption", "move_in"}

// mayTry counts the numbers that are asked about, and writes down each of them with what it is asked
// for, whatever comes of it: that nobody has a number is an answer as good as that somebody does,
// and so is that they are called otherwise. What follows is rolled back where it comes to nothing,
// and this is not. Errors: errAsking; KindTooMany of who has asked about as many people as a day
// shows (audit.MayShow).
func (p *Room) mayTry(r *http.Request, at desk.At, kind string) error {
	if !slices.Contains(looksUp, kind) {
		return nil
	}
	if kind == "arrive" {
		if ok, _ := p.d.Bell.Allow(r.Context(), "people-arrive:"+desk.ActorOf(at).ID, asking); !ok {
			return errAsking
		}
	}
	on, _ := askedOf(r)
	return p.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		id, err := core.ParseID(r.PostFormValue("other"), tx.Today())
		if err != nil {
			return nil // nobody is looked for; the form says what is wrong with it
		}
		blind := p.d.Registry.NumberBlind(id)
		err = p.d.Audit.Write(ctx, tx, audit.Entry{Actor: desk.ActorOf(at), Act: "person.searched", Purpose: on.Word(), Case: on.Case,
			Detail: map[string]any{"by": "id_number", "for": kind, "tried": hex.EncodeToString(blind)}})
		if err != nil {
			return err
		}
		return p.d.Audit.MayShow(ctx, tx, audit.Shown(desk.ActorOf(at), "person", 1, func(int) int64 { return standsFor(blind) }))
	})
}

// standsFor stands for a number, by its keyed hash, among the ids of people who are counted: those
// are above zero, and nobody may have it.
func standsFor(blind []byte) int64 {
	return -int64(binary.BigEndian.Uint64(blind)>>1) - 1
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
