package counter

import (
	"net/http"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
)

func (c *Room) objecting() desk.Objecting {
	return desk.Objecting{DB: c.d.DB, Cases: c.d.Cases, Flow: c.d.Flow, Door: casefile.DoorWindow, Wrong: core.Invalid("notice", "公示上的编号是一串数字,请对着公示再看一遍。")}
}

// notice shows what hangs under a number in the places of the clerk.
func (c *Room) notice(w http.ResponseWriter, r *http.Request, at desk.At) error {
	v, err := c.objecting().Notice(r, at)
	if err != nil {
		return err
	}
	return at.Page.Part(w, "counter", "hangs", v)
}

// object takes down what somebody at the window says against a notice.
func (c *Room) object(w http.ResponseWriter, r *http.Request, at desk.At) error {
	said, err := c.objecting().Take(r, at, nil)
	if err != nil {
		return err
	}
	return at.Page.Part(w, "counter", "objected", said)
}
