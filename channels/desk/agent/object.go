package agent

import (
	"context"
	"crypto/rand"
	"net/http"
	"strconv"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/wording"
	"lianou/core/workflow"
	"lianou/intake/objections"
)

// hangs is a notice as its board shows it, to be read to who named its number.
type hangs struct {
	casefile.PublicNotice
	Key string // of what is written down about it
}

var errNoNotice = core.Invalid("notice", "公示上的编号是一串数字,请他再念一遍。")

// notice finds what hangs under a number: the caller hears the line of the board and says
// whether it is the one. A household is not looked for by its name here.
func (a *Room) notice(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := strconv.ParseInt(strings.TrimSpace(r.FormValue("notice")), 10, 64)
	if err != nil {
		return errNoNotice
	}
	var v hangs
	err = a.d.DB.Read(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		v.PublicNotice, err = a.d.Cases.HangingNotice(ctx, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	v.Key = rand.Text()
	return at.Page.Part(w, "agent", "hangs", v)
}

// object takes down what a caller says against a notice (F62), with or without a name.
func (a *Room) object(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := strconv.ParseInt(r.FormValue("notice"), 10, 64)
	if err != nil {
		return errNoNotice
	}
	said, err := a.d.Flow.ObjectAt(r.Context(), casefile.As(at.Staff), workflow.ObjectAt{Notice: id, Says: r.FormValue("says"), Name: r.FormValue("name"),
		Phone: r.FormValue("phone"), Door: casefile.DoorHotline, Key: r.FormValue("key")})
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
