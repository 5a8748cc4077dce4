package quota

import (
	"fmt"
	"strings"
)

// Seen is what stood of an entry when somebody looked, and what they act on: where another
// thing stands by then, a colleague was faster, and they look again. The zero value is
// nothing.
type Seen struct {
	Kind  string // offer or skip; what waits for a second person is a skip
	ID    int64
	State string // of that offer or skip
}

// String is it as a form carries it, "offer-81-open"; "" for nothing.
func (s Seen) String() string {
	if s == (Seen{}) {
		return ""
	}
	return fmt.Sprintf("%s-%d-%s", s.Kind, s.ID, s.State)
}

// ParseSeen reads what String wrote; nothing where it is no such thing.
func ParseSeen(text string) (s Seen) {
	if _, err := fmt.Sscanf(strings.ReplaceAll(text, "-", " "), "%s %d %s", &s.Kind, &s.ID, &s.State); err != nil || s.String() != text {
		return Seen{}
	}
	return s
}

// Stands is what stands of entry n: the word that waits for a second person, else its offer,
// else its last skip that holds.
func (c *Course) Stands(n int) Seen {
	if s := c.waits(n); s != nil {
		return Seen{"skip", s.ID, s.State}
	}
	if o := c.live(n); o != nil {
		return Seen{"offer", o.ID, o.State}
	}
	if s := c.held(n); s != nil {
		return Seen{"skip", s.ID, s.State}
	}
	return Seen{}
}
