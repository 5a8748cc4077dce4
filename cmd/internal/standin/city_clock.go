package standin

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// cityClock is how far the demo's city has moved its time. The outside services
// judge signatures and tokens by the real clock, as they do for any client; what
// they stamp on a message or a credit is the day it is in the city, because a
// payment of next month that is dated today would be a lie on the screen.
type cityClock struct {
	now   func() time.Time
	shift atomic.Int64 // nanoseconds
}

func (c *cityClock) stamp() time.Time { return c.now().Add(time.Duration(c.shift.Load())) }

// moveClock takes the city's shift from `lianou up` and `lianou clock advance`.
func (s *Server) moveClock(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Shift string `json:"shift"` // as Go writes a duration
	}
	if !strictJSON(w, r, &in) {
		return
	}
	shift, err := time.ParseDuration(in.Shift)
	if err != nil || shift < 0 {
		http.Error(w, fmt.Sprintf("shift %q is no duration forward", in.Shift), http.StatusBadRequest)
		return
	}
	s.city.shift.Store(int64(shift))
	w.WriteHeader(http.StatusNoContent)
}
