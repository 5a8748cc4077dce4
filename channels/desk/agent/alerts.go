package agent

import (
	"fmt"
	"net/http"
	"time"

	"lianou/channels/desk"
	"lianou/intake/calls"
)

// alert is an answered call whose sound is missing or not as long as the call (F14).
// Somebody may have told their need in it, so that each waits for a person's word.
type alert struct {
	Call, Says string
	Opened     time.Time
}

// alerts lists them. Nobody's number is on the list.
func (a *Room) alerts(w http.ResponseWriter, r *http.Request, at desk.At) error {
	open, err := a.d.Calls.Alerts(r.Context())
	if err != nil {
		return err
	}
	list := make([]alert, 0, len(open))
	for _, one := range open {
		list = append(list, alert{Call: one.Call, Says: soundSays(one), Opened: one.Opened})
	}
	return at.Page.Part(w, "agent", "alerts", list)
}

func soundSays(a calls.Alert) string {
	if a.Kind == calls.AlertMissing {
		return "说了 " + minutes(a.Span) + ",没有录音"
	}
	return "说了 " + minutes(a.Span) + ",录音只有 " + minutes(a.Sound)
}

func minutes(d time.Duration) string {
	return fmt.Sprintf("%d 分 %02d 秒", int(d.Minutes()), int(d.Seconds())%60)
}

// explain closes an alert by the agent's word.
func (a *Room) explain(w http.ResponseWriter, r *http.Request, at desk.At) error {
	if err := a.d.Calls.Explain(r.Context(), r.PathValue("call"), at.Staff.ID, r.FormValue("word")); err != nil {
		return err
	}
	return a.alerts(w, r, at)
}
