package agent

import (
	"net/http"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
)

// way writes down by which way a caller wants to be told first (F69). Who speaks is confirmed first, as
// for an appeal.
func (a *Room) way(w http.ResponseWriter, r *http.Request, at desk.At) error {
	found, err := a.whose(r, at)
	if err != nil {
		return err
	}
	if found.Said, err = a.d.Flow.TellFirst(r.Context(), casefile.As(at.Staff), found.Case, core.ChannelName(r.FormValue("way"))); err != nil {
		return err
	}
	return at.Page.Part(w, "agent", "appealed", found.Said)
}
