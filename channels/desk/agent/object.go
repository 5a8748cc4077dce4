package agent

import (
	"context"
	"net/http"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/wording"
	"lianou/intake/calls"
	"lianou/intake/objections"
)

func (a *Room) objecting() desk.Objecting {
	return desk.Objecting{DB: a.d.DB, Cases: a.d.Cases, Flow: a.d.Flow, Door: casefile.DoorHotline, Wrong: core.Invalid("notice", "公示上的编号是一串数字,请他再念一遍。")}
}

// notice reads out what hangs under a number that a caller named.
func (a *Room) notice(w http.ResponseWriter, r *http.Request, at desk.At) error {
	v, err := a.objecting().Notice(r, at)
	if err != nil {
		return err
	}
	return at.Page.Part(w, "agent", "hangs", v)
}

// object takes down what a caller says against a notice.
func (a *Room) object(w http.ResponseWriter, r *http.Request, at desk.At) error {
	said, err := a.objecting().Take(r, at, a.tookDown(r, at, calls.WishObject))
	if err != nil {
		return err
	}
	return at.Page.Part(w, "agent", "appealed", said)
}

var errNumber = core.Invalid("number", "没有这个意见回执号,请他再念一遍。")

// objection reads out what came of one, by the number that its sender was given.
func (a *Room) objection(w http.ResponseWriter, r *http.Request, at desk.At) error {
	number, err := objections.ParseNumber(r.FormValue("number"))
	if err != nil {
		return err
	}
	if ok, _ := a.d.Bell.Allow(r.Context(), "lookup:objection:"+desk.ActorOf(at).ID, desk.WrongPairs); !ok {
		return errTooMany
	}
	var state string
	err = a.d.DB.Read(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		state, err = a.d.Cases.ObjectionSays(ctx, tx, objections.Mark(a.d.Cases.Shared(), number))
		return err
	})
	if err != nil {
		return err
	}
	say := wording.ObjectionSays(state)
	if say == "" {
		return errNumber
	}
	a.d.Bell.GiveBack(context.WithoutCancel(r.Context()), "lookup:objection:"+desk.ActorOf(at).ID, desk.WrongPairs)
	return at.Page.Part(w, "agent", "appealed", say)
}
