package counter

import (
	"net/http"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
)

// way writes down by which way who stands there wants to be told first (F69): they have shown the receipt
// and the card.
func (c *Room) way(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p, err := c.shown(r, at)
	if err != nil {
		return err
	}
	promise, err := c.d.Flow.TellFirst(r.Context(), casefile.As(at.Staff), p.Case, core.ChannelName(r.FormValue("way")))
	if err != nil {
		return err
	}
	return at.Page.Part(w, "counter", "appealed", promise)
}
