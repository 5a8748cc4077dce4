package agent

import (
	"net/http"

	"lianou/channels"
	"lianou/channels/desk"
	"lianou/core/staff"
	"lianou/intake"
	"lianou/intake/calls"
)

// Config is the channel's section of the configuration: it has no settings.
type Config struct{}

// Channel is the room as a door of intake.
type Channel struct{ room *Room }

var _ channels.Channel = (*Channel)(nil)

// Channel makes the door; it is the builder that channels.Make takes.
func (a *Room) Channel(Config, channels.Env) (*Channel, error) { return &Channel{a}, nil }

// Endpoints is the one way in: the form beside a call.
func (c *Channel) Endpoints() []channels.Endpoint {
	return []channels.Endpoint{{Method: "POST", Path: "/calls/{call}/applications", Parse: c.parse, Reply: c.reply, MaxBody: 1 << 20}}
}

// parse authenticates the agent by the desk's session, holds them to the call they
// took, and translates the form.
func (c *Channel) parse(r *http.Request) ([]intake.Submission, error) {
	who, err := c.room.d.Desk.Person(r)
	if err != nil {
		return nil, err
	}
	if !who.Has(staff.Agent) {
		return nil, desk.ErrRole
	}
	call, err := c.room.d.Calls.Get(r.Context(), r.PathValue("call"))
	if err != nil {
		return nil, err
	}
	if call.Agent != who.ID {
		return nil, calls.ErrNotHeld
	}
	if err := channels.BodyFault(r.ParseForm()); err != nil {
		return nil, err
	}
	form, err := desk.Request(r.PostForm)
	if err != nil {
		return nil, err
	}
	return []intake.Submission{{Form: form, Way: intake.WayCall, Staff: who.ID, Call: refOf(call), Heard: desk.HeardOf(r.PostForm)}}, nil
}

// reply shows the receipt to read out, or says what to mend with the form still
// there behind it.
func (c *Channel) reply(w http.ResponseWriter, r *http.Request, receipts []intake.Receipt, err error) {
	back := "/desk/agent/call/" + r.PathValue("call")
	if err == nil {
		if who, known := c.room.d.Desk.Person(r); known == nil {
			c.room.tellReceipt(r, who.ID, receipts[0])
		}
		c.room.d.Desk.SentDraft(r, placeOf(r.PathValue("call")))
	}
	c.room.d.Desk.Receipt(w, r, desk.Given{Receipts: receipts, Err: err, Again: back, Home: "/desk/agent"})
}
