package counter

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
	"lianou/core/workflow"
)

// hangs is a notice as its board shows it, to be shown to who named its number.
type hangs struct {
	casefile.PublicNotice
	Key string // of what is written down about it
}

var errNoNotice = core.Invalid("notice", "公示上的编号是一串数字,请对着公示再看一遍。")

// notice finds what hangs under a number in the places of the clerk.
func (c *Room) notice(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := strconv.ParseInt(strings.TrimSpace(r.FormValue("notice")), 10, 64)
	if err != nil {
		return errNoNotice
	}
	var v hangs
	err = c.d.DB.Read(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		v.PublicNotice, err = c.d.Cases.HangingNotice(ctx, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	v.Key = rand.Text()
	return at.Page.Part(w, "counter", "hangs", v)
}

// object takes down what somebody at the window says against a notice (F62), with or without
// a name.
func (c *Room) object(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := strconv.ParseInt(r.FormValue("notice"), 10, 64)
	if err != nil {
		return errNoNotice
	}
	said, err := c.d.Flow.ObjectAt(r.Context(), casefile.As(at.Staff), workflow.ObjectAt{Notice: id, Says: r.FormValue("says"), Name: r.FormValue("name"),
		Phone: r.FormValue("phone"), Door: casefile.DoorWindow, Key: r.FormValue("key")})
	if err != nil {
		return err
	}
	return at.Page.Part(w, "counter", "objected", said)
}
